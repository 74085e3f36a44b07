import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Attributes, type Change, type Expression, render, updateExpression } from "./expressions.ts";

/** One conditional write. */
export type Update = Change & {
  readonly key: Attributes;
  /** Evaluated by DynamoDB against the item as it is at that moment. */
  readonly condition: Expression;
};

export type Query = {
  readonly index?: string;
  readonly where: Expression;
  readonly limit: number;
  readonly newestFirst?: boolean;
  readonly after?: Attributes | undefined;
};

export type Page = { readonly items: readonly Attributes[]; readonly next?: Attributes };

/** An update that went through, with the item after it; or one that was refused, with the item that refused it, if there is one. */
export type Written =
  | { readonly done: true; readonly item: Attributes }
  | { readonly done: false; readonly item: Attributes | undefined };

/** As {@link Written}, without the item of an update that went through. */
export type Refusable = { readonly done: true } | Extract<Written, { readonly done: false }>;

/** The few operations that the service makes on a DynamoDB table. Reads are consistent, those of an index are not. */
export class Table {
  readonly #client: DynamoDBClient;
  readonly name: string;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** @param attributes the only ones to read; all of them where left out. An item is billed whole either way. */
  async get(key: Attributes, attributes?: readonly string[]): Promise<Attributes | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.name, Key: key, ConsistentRead: true, ...projection(attributes) }),
    );
    return Item;
  }

  /** Puts an item where the condition holds. @returns whether it did */
  async put(item: Attributes, condition: Expression): Promise<boolean> {
    return (await this.#put(item, condition, {})).done;
  }

  /** As {@link put}. @returns the item that is there now: this one, or the one that was there before */
  async putOrRead(item: Attributes, condition: Expression): Promise<Attributes> {
    const put = await this.#put(item, condition, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    return put.item ?? item;
  }

  /** Makes one conditional write. @returns whether its condition held */
  async update(update: Update): Promise<boolean> {
    return (await this.#write(update, {})).done;
  }

  /**
   * Makes one conditional write and reads the item with it. Only for a role that may read every attribute: the answer
   * holds the whole item, the envelope included, and cannot be limited to some of it.
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html (ReturnValuesOnConditionCheckFailure)
   */
  async updateAndRead(update: Update): Promise<Written> {
    return this.#write(update, { ReturnValues: "ALL_NEW", ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
  }

  /** As {@link updateAndRead}, where only the item that refused the write is of use: one that went through is not sent back. */
  async updateOrRead(update: Update): Promise<Refusable> {
    return this.#write(update, { ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
  }

  /**
   * Reads items by their keys, 100 at the most, in the order of the keys; one that is not there is left out.
   * @param attributes the only ones to read, those of the key among them; all of them where left out
   * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
   */
  async getMany(keys: readonly Attributes[], attributes?: readonly string[]): Promise<readonly Attributes[]> {
    const found = new Map<string, Attributes>();
    let wanted = unique(keys);
    const reading = { ConsistentRead: true, ...projection(attributes) };
    for (let round = 0; wanted.length > 0; round += 1) {
      if (round === MOST_ROUNDS) throw new Error("DynamoDB left keys of a batch unread again and again");
      const { Responses, UnprocessedKeys } = await this.#client.send(
        new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: wanted, ...reading } } }),
      );
      for (const item of Responses?.[this.name] ?? []) found.set(nameOf(item, keys[0]), item);
      wanted = UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return keys.flatMap((key) => {
      const item = found.get(nameOf(key, key));
      return item ? [item] : [];
    });
  }

  /** Deletes an item where the condition holds. @returns whether it did */
  async delete(Key: Attributes, condition: Expression): Promise<boolean> {
    const {
      expressions: [ConditionExpression],
      ...names
    } = render(condition);
    const deleted = await unlessRefused(async () => {
      await this.#client.send(
        new DeleteItemCommand({ TableName: this.name, Key, ConditionExpression, ...names }),
      );
      return Key;
    });
    return deleted.done;
  }

  async query({ index, where, limit, newestFirst = false, after }: Query): Promise<Page> {
    const {
      expressions: [KeyConditionExpression],
      ...names
    } = render(where);
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.name,
        ...(index ? { IndexName: index } : { ConsistentRead: true }),
        KeyConditionExpression,
        ...names,
        ScanIndexForward: !newestFirst,
        Limit: limit,
        ...(after ? { ExclusiveStartKey: after } : {}),
      }),
    );
    return { items: Items, ...(LastEvaluatedKey ? { next: LastEvaluatedKey } : {}) };
  }

  #put(Item: Attributes, condition: Expression, returns: Pick<PutItemInput, Returned>): Promise<Written> {
    const {
      expressions: [ConditionExpression],
      ...names
    } = render(condition);
    return unlessRefused(async () => {
      const command = { TableName: this.name, Item, ConditionExpression };
      await this.#client.send(new PutItemCommand({ ...command, ...names, ...returns }));
      return Item;
    });
  }

  #write(update: Update, returns: Pick<UpdateItemInput, "ReturnValues" | Returned>): Promise<Written> {
    const {
      expressions: [UpdateExpression, ConditionExpression],
      ...names
    } = render(updateExpression(update), update.condition);
    return unlessRefused(async () => {
      const command = { TableName: this.name, Key: update.key, UpdateExpression, ConditionExpression };
      const { Attributes = {} } = await this.#client.send(
        new UpdateItemCommand({ ...command, ...names, ...returns }),
      );
      return Attributes;
    });
  }
}

type Returned = "ReturnValuesOnConditionCheckFailure";
type PutItemInput = ConstructorParameters<typeof PutItemCommand>[0];
type UpdateItemInput = ConstructorParameters<typeof UpdateItemCommand>[0];

/** An answer of 100 events of 17 KB each is far below the 16 MB that one call gives: what is left unread is throttled. */
const MOST_ROUNDS = 10;

/** The values of a key as one text. @param like names the attributes of the key */
function nameOf(item: Attributes, like: Attributes | undefined): string {
  return JSON.stringify(Object.keys(like ?? {}).map((name) => item[name]));
}

function unique(keys: readonly Attributes[]): Attributes[] {
  return [...new Map(keys.map((key) => [nameOf(key, key), key])).values()];
}

function projection(attributes: readonly string[] | undefined) {
  if (!attributes) return {};
  const text = attributes.map((name) => `#${name}`).join(", ");
  const { expressions, ExpressionAttributeNames } = render({ text, values: [] });
  return { ProjectionExpression: expressions[0], ExpressionAttributeNames };
}

async function unlessRefused(write: () => Promise<Attributes>): Promise<Written> {
  try {
    return { done: true, item: await write() };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return { done: false, item: error.Item };
    throw error;
  }
}
