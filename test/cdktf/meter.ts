import { type AttributeValue, type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import type { WriteUnits } from "../support/write-units.ts";
import { resources, type SynthesisedStack } from "./synthesis.ts";

type Item = Record<string, AttributeValue>;
type Index = {
  readonly name: string;
  readonly hash_key: string;
  readonly range_key: string;
  readonly projection_type: "ALL" | "KEYS_ONLY" | "INCLUDE";
  readonly non_key_attributes?: readonly string[];
};
type Table = {
  readonly name: string;
  readonly hash_key: string;
  readonly range_key?: string;
  readonly global_secondary_index: readonly Index[];
};

export type DynamoRequest = {
  readonly TableName?: string;
  readonly Key?: object;
  readonly Item?: object;
};

/** What DynamoDB would bill, in request units. */
export type Units = { reads: number; writes: readonly WriteUnits[] };

/**
 * Counts request units: dynalite's own for the table, and for each index a write where its keys come, go or change (two, for the
 * old one is deleted), or something that it projects changes: one unit for each kilobyte that the index holds of the item.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html ("Provisioned throughput considerations")
 */
export class Meter {
  readonly #client: DynamoDBClient;
  readonly #tables: readonly Table[];
  units: Units = { reads: 0, writes: [] };

  constructor(client: DynamoDBClient, json: SynthesisedStack) {
    this.#client = client;
    this.#tables = resources(json, "aws_dynamodb_table") as unknown as readonly Table[];
  }

  /** Lets a request through and counts it. @param send gives the answer's JSON */
  async count(operation: string, body: DynamoRequest, send: () => Promise<string>): Promise<string> {
    if (["GetItem", "BatchGetItem", "Query"].includes(operation)) {
      const answer = await send();
      this.units.reads += consumed(answer);
      return answer;
    }
    const table = this.#tables.find(({ name }) => name === body.TableName);
    if (!table) throw new Error(`the stack has no table ${body.TableName}`);
    const before = await this.#read(table, body);
    const answer = await send();
    const after = await this.#read(table, body);
    const indexes = table.global_secondary_index
      .map((index) => [index.name, indexWrites(table, index, before, after)] as const)
      .filter(([, units]) => units > 0);
    const write = {
      key: String((after ?? before)?.[table.hash_key]?.S),
      bytes: sizeOfAll(after),
      item: consumed(answer),
      indexes: Object.fromEntries(indexes),
    };
    this.units.writes = [...this.units.writes, write];
    return answer;
  }

  async #read(table: Table, { Key, Item }: DynamoRequest): Promise<Item | undefined> {
    const from = (Key ?? Item ?? {}) as Record<string, { readonly B?: string }>;
    const names = table.range_key === undefined ? [table.hash_key] : [table.hash_key, table.range_key];
    const key = names.map((name) => {
      const value = from[name];
      return [name, value?.B === undefined ? value : { B: Buffer.from(value.B, "base64") }];
    });
    const command = new GetItemCommand({
      TableName: table.name,
      Key: Object.fromEntries(key) as Item,
      ConsistentRead: true,
    });
    return (await this.#client.send(command)).Item;
  }
}

function consumed(answer: string): number {
  // A condition that fails is billed like the write itself, one unit for what is not there (none of ours is larger then).
  const { ConsumedCapacity } = JSON.parse(answer) as { ConsumedCapacity?: { CapacityUnits: number } };
  return ConsumedCapacity?.CapacityUnits ?? 1;
}

function indexWrites(table: Table, index: Index, before: Item | undefined, after: Item | undefined): number {
  const [old, now] = [before, after].map((item) => keyIn(index, item));
  if (old === undefined && now === undefined) return 0;
  const units = Math.ceil(Math.max(...[before, after].map((item) => sizeIn(index, table, item))) / 1_024);
  if (old === undefined || now === undefined) return units;
  if (old !== now) return 2 * units;
  return projected(index, before) === projected(index, after) ? 0 : units;
}

function projected({ projection_type, non_key_attributes = [] }: Index, item: Item = {}): string {
  const names = projection_type === "ALL" ? Object.keys(item).sort() : non_key_attributes;
  return JSON.stringify(names.map((name) => [name, item[name]]));
}

/** Bytes, near enough: names and values of what the index holds. */
function sizeIn(index: Index, table: Table, item: Item = {}): number {
  const { projection_type, non_key_attributes = [] } = index;
  const keys = [index.hash_key, index.range_key, table.hash_key, table.range_key ?? ""];
  const names = projection_type === "ALL" ? Object.keys(item) : [...keys, ...non_key_attributes];
  return sizeOfAll(item, [...new Set(names)]);
}

function sizeOfAll(item: Item = {}, names: readonly string[] = Object.keys(item)): number {
  return names.reduce((sum, name) => sum + (item[name] ? name.length + sizeOf(item[name]) : 0), 0);
}

function sizeOf({ S, N, B, L = [] }: AttributeValue): number {
  return (
    Buffer.byteLength(S ?? "") +
    (N?.length ?? 0) +
    (B?.length ?? 0) +
    L.reduce((sum, value) => sum + sizeOf(value), 0)
  );
}

function keyIn({ hash_key, range_key }: Index, item: Item | undefined): string | undefined {
  const [hash, range] = [item?.[hash_key], item?.[range_key]];
  return hash && range ? JSON.stringify([hash, range]) : undefined;
}
