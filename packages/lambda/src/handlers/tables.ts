import { Audit } from "../store/audit.ts";
import { createClient } from "../store/client.ts";
import { DEFAULT_RETENTION_DAYS } from "../store/definitions.ts";
import { type RecipientKeys, Recipients } from "../store/recipients.ts";
import { Table } from "../store/table.ts";
import { optional, required } from "./environment.ts";

/**
 * A call that hangs is given up in time for another try; the SDK itself would wait for minutes, and then only warn. Far above what
 * DynamoDB ever takes, for a debit whose answer alone was late is made twice.
 */
const requestHandler = { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** The deployment's tables, on one client. */
export function openTables() {
  const client = createClient({ requestHandler });
  const days = Number(optional("EVENT_RETENTION_DAYS") ?? DEFAULT_RETENTION_DAYS);
  const audit = new Table(client, required("AUDIT_TABLE_NAME"));
  return {
    table: new Table(client, required("TABLE_NAME")),
    audit: new Audit(audit, days),
    recipients: (keys: RecipientKeys) => new Recipients(audit, keys, days),
  };
}

/** The one-time table alone, for the function that has no business with the trail. */
export function openOneTimeTable(): Table {
  return new Table(createClient({ requestHandler }), required("TABLE_NAME"));
}
