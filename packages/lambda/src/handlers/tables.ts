import { Audit } from "../store/audit.ts";
import { createClient } from "../store/client.ts";
import { DEFAULT_RETENTION_DAYS } from "../store/definitions.ts";
import { EventIndex } from "../store/event-index.ts";
import { type RecipientKeys, Recipients } from "../store/recipients.ts";
import { Seals } from "../store/seals.ts";
import { Table } from "../store/table.ts";
import { callOptions } from "./aws-calls.ts";
import { optional, required } from "./environment.ts";

/** The deployment's tables, on one client. */
export function openTables() {
  const client = createClient(callOptions());
  return { table: new Table(client, required("TABLE_NAME")), ...trailOn(client) };
}

/** The audit table alone, for the function that seals. */
export function openTrail() {
  return trailOn(createClient(callOptions()));
}

function trailOn(client: ReturnType<typeof createClient>) {
  const table = new Table(client, required("AUDIT_TABLE_NAME"));
  const retentionDays = Number(optional("EVENT_RETENTION_DAYS") ?? DEFAULT_RETENTION_DAYS);
  return {
    audit: new Audit(table, { retentionDays }),
    eventIndex: new EventIndex(table),
    seals: new Seals(table),
    recipients: (keys: RecipientKeys) => new Recipients(table, keys, retentionDays),
    retentionDays,
  };
}

/** The one-time table alone, for the function that has no business with the trail. */
export function openOneTimeTable(): Table {
  return new Table(createClient(callOptions()), required("TABLE_NAME"));
}
