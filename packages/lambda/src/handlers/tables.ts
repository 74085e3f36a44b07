import { createClient } from "../store/client.ts";
import { Table } from "../store/table.ts";
import { required } from "./environment.ts";

/** The deployment's tables, on one client. */
export function openTables() {
  const client = createClient();
  return {
    table: new Table(client, required("TABLE_NAME")),
    auditTable: new Table(client, required("AUDIT_TABLE_NAME")),
  };
}

/** The one-time table alone, for the function that has no business with the trail. */
export function openOneTimeTable(): Table {
  return new Table(createClient(), required("TABLE_NAME"));
}
