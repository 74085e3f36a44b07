import { createHash } from "node:crypto";
import { Audit } from "../store/audit.ts";
import { createClient } from "../store/client.ts";
import { DEFAULT_RETENTION_DAYS } from "../store/definitions.ts";
import { EventIndex } from "../store/event-index.ts";
import { attributeOf, ItemReader } from "../store/expressions.ts";
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

/**
 * A policy that is larger than a function's environment, from a table of its own: an item lies under the SHA-256 of its text, which the
 * environment names. So a function never starts with another policy than its deployment's, and with none it does not start.
 * @throws Error when the item is missing, or not what the environment names
 */
export async function readPolicy(
  table = new Table(createClient(callOptions()), required("POLICY_TABLE_NAME")),
): Promise<string> {
  const sha256 = required("POLICY_SHA256");
  const item = await table.get({ sha256: attributeOf(sha256) });
  if (!item) throw new Error(`the policy ${sha256} is not in its table: deploy again`);
  const policy = new ItemReader(item).string("policy");
  if (createHash("sha256").update(policy).digest("hex") !== sha256) {
    throw new Error(`the policy in the table is not ${sha256}, which was deployed: somebody has changed it`);
  }
  return policy;
}
