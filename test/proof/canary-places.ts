import { type AttributeValue, type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { type ActionResult, AUDIT_TABLE, TABLE } from "@secret-handoff/local";
import type { Place } from "./canaries.ts";

/** Where a canary is looked for. */

/** Where a step writes. */
export function placesOf(result: ActionResult): readonly Place[] {
  return [
    { name: "the log", content: result.shown },
    { name: "what it wrote besides masks", content: result.raw.replace(/^::add-mask::.*$/gm, "") },
    { name: "annotations", content: JSON.stringify(result.annotations) },
    { name: "GITHUB_OUTPUT", content: JSON.stringify(result.outputs) },
    { name: "GITHUB_ENV", content: JSON.stringify(result.env) },
    { name: "GITHUB_STATE", content: JSON.stringify(result.state) },
    { name: "the summary", content: result.summary },
    ...result.leftBehind.map(({ path, bytes }) => ({ name: `file ${path}`, content: bytes })),
  ];
}

/** Every attribute of both tables, envelopes apart. */
export async function tables(engine: DynamoDBClient): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const TableName of [TABLE, AUDIT_TABLE]) {
    for await (const page of paginateScan({ client: engine }, { TableName, ConsistentRead: true })) {
      for (const item of page.Items ?? []) {
        for (const [name, value] of Object.entries(item)) {
          if (name !== "envelope")
            places.push(...contentsOf(value).map((content) => ({ name: `${TableName}.${name}`, content })));
        }
      }
    }
  }
  return places;
}

function contentsOf(value: AttributeValue): readonly (string | Uint8Array)[] {
  if (value.B) return [value.B];
  if (value.L) return value.L.flatMap(contentsOf);
  if (value.M) return Object.values(value.M).flatMap(contentsOf);
  return [value.S ?? value.N ?? JSON.stringify(value)];
}
