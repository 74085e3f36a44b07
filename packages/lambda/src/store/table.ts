import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Attributes } from "./attributes.ts";

/** One conditional write. Expressions name attributes as `#name` and values as `:name`. */
export type Update = {
  readonly key: Attributes;
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  /** A flat OR of ANDs, without parentheses. */
  readonly condition: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
  readonly returns?: "ALL_NEW" | "NONE";
};

export type Query = {
  readonly index?: string;
  readonly where: string;
  readonly values: Readonly<Record<string, AttributeValue>>;
  readonly attributes?: readonly string[];
  readonly limit: number;
  readonly newestFirst?: boolean;
  readonly after?: Attributes | undefined;
};

export type Page = { readonly items: readonly Attributes[]; readonly next?: Attributes };

/** The few operations that the service makes on a DynamoDB table. Reads are consistent. */
export class Table {
  readonly #client: DynamoDBClient;
  readonly name: string;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** @param attributes the only ones to read; all of them where left out */
  async get(key: Attributes, attributes?: readonly string[]): Promise<Attributes | undefined> {
    const projection = attributes?.map((name) => `#${name}`).join(", ");
    const { Item } = await this.#client.send(
      new GetItemCommand({
        TableName: this.name,
        Key: key,
        ConsistentRead: true,
        ...(projection
          ? { ProjectionExpression: projection, ExpressionAttributeNames: namesIn(projection) }
          : {}),
      }),
    );
    return Item;
  }

  /**
   * Puts a new item.
   * @param same an attribute by which the item that is there already may be known as this very one, which is then put again
   * @returns false when another one with that key is there
   */
  async putNew(item: Attributes, keyAttribute: string, same?: string): Promise<boolean> {
    const isNew = `attribute_not_exists(#${keyAttribute})`;
    const condition = same === undefined ? isNew : `${isNew} OR #${same} = :${same}`;
    return this.#unlessConditionFails(async () => {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.name,
          Item: item,
          ConditionExpression: condition,
          ExpressionAttributeNames: namesIn(condition),
          ...(same === undefined ? {} : { ExpressionAttributeValues: valuesIn(condition, item) }),
        }),
      );
      return true;
    }, false);
  }

  /** Makes one conditional write. @returns what `returns` asks for, or undefined when the condition did not hold */
  async update(update: Update): Promise<Attributes | undefined> {
    const { set = [], remove = [] } = update;
    const change = [
      ...(set.length > 0 ? [`SET ${set.join(", ")}`] : []),
      ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(", ")}`] : []),
    ].join(" ");
    return this.#unlessConditionFails(async () => {
      const { Attributes = {} } = await this.#client.send(
        new UpdateItemCommand({
          TableName: this.name,
          Key: update.key,
          UpdateExpression: change,
          ConditionExpression: update.condition,
          ExpressionAttributeNames: namesIn(`${change} ${update.condition}`),
          ExpressionAttributeValues: valuesIn(`${change} ${update.condition}`, update.values),
          ReturnValues: update.returns ?? "NONE",
        }),
      );
      return Attributes;
    }, undefined);
  }

  async query(query: Query): Promise<Page> {
    const projection = query.attributes?.map((name) => `#${name}`).join(", ");
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.name,
        ...(query.index ? { IndexName: query.index } : { ConsistentRead: true }),
        KeyConditionExpression: query.where,
        ...(projection ? { ProjectionExpression: projection, Select: "SPECIFIC_ATTRIBUTES" } : {}),
        ExpressionAttributeNames: namesIn(`${query.where} ${projection ?? ""}`),
        ExpressionAttributeValues: valuesIn(query.where, query.values),
        ScanIndexForward: !query.newestFirst,
        Limit: query.limit,
        ...(query.after ? { ExclusiveStartKey: query.after } : {}),
      }),
    );
    return { items: Items, ...(LastEvaluatedKey ? { next: LastEvaluatedKey } : {}) };
  }

  async #unlessConditionFails<T>(write: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return otherwise;
      throw error;
    }
  }
}

/** Every `#name` stands for the attribute of that name, so that no reserved word is in the way. */
function namesIn(expression: string): Record<string, string> {
  return aliasesIn(expression).names;
}

/** Only the values that the expression uses: DynamoDB refuses others. */
function valuesIn(
  expression: string,
  values: Readonly<Record<string, AttributeValue>>,
): Record<string, AttributeValue> {
  const used: Record<string, AttributeValue> = {};
  for (const name of aliasesIn(expression).values) {
    const value = values[name];
    if (!value) throw new Error(`the expression uses :${name}, which has no value`);
    used[`:${name}`] = value;
  }
  return used;
}

type Aliases = { readonly names: Record<string, string>; readonly values: readonly string[] };

/** There are as many expressions as kinds of write, and a few for the lengths of an outbox. */
const known = new Map<string, Aliases>();

function aliasesIn(expression: string): Aliases {
  const found = known.get(expression);
  if (found) return found;
  const all = (sign: RegExp) => [...new Set(Array.from(expression.matchAll(sign), ([, name = ""]) => name))];
  const aliases = {
    names: Object.fromEntries(all(/#(\w+)/g).map((name) => [`#${name}`, name])),
    values: all(/:(\w+)/g),
  };
  known.set(expression, aliases);
  return aliases;
}
