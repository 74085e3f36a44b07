import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

/** Index of what is due next, for the sweeper. Sparse, KEYS_ONLY. All of it is in one partition, for the sweeper is one function. */
export const DUE_INDEX = "due";
/** Index of a sender's handoffs, newest last, with what its list shows. A list reads this, and no envelope. */
export const OWNER_INDEX = "byOwner";
/** Index of audit events by UTC day. */
export const DAY_INDEX = "byDay";
/** Index of audit events by recipient id, and of a recipient's entry in the directory. */
export const RECIPIENT_INDEX = "byRecipient";
/** Indexes of audit events by what else is asked for. */
export const SECRET_INDEX = "bySecret";
export const REQUEST_INDEX = "byRequest";
export const REPOSITORY_INDEX = "byRepository";
export const CLASS_INDEX = "byClass";
export const TYPE_INDEX = "byType";

/**
 * Each by its attribute and time. Sparse, and KEYS_ONLY: an event is larger than a kilobyte at times, and an entry of its keys costs one
 * write unit however large the event is.
 */
const EVENT_INDEXES = {
  recipient: RECIPIENT_INDEX,
  secret: SECRET_INDEX,
  request: REQUEST_INDEX,
  repository: REPOSITORY_INDEX,
  class: CLASS_INDEX,
  type: TYPE_INDEX,
} as const;
export const EVENT_INDEX_NAMES: readonly string[] = Object.values(EVENT_INDEXES);

/**
 * What {@link OWNER_INDEX} projects. A write that changes one of them writes to the index as well, so the list shows every one of
 * them.
 */
export const LISTED_ATTRIBUTES = [
  "state",
  "class",
  "flags",
  "expiresAt",
  "changedAt",
  "leaseUntil",
  "attemptsLeft",
  "mailedAt",
  "claimedAt",
  "deliveredAt",
  "bouncedAt",
  "secret",
  "versionId",
  "run",
] as const;

/** The one-time table. TTL (`ttl`) and the KEYS_ONLY stream are the deployment's. */
export function oneTimeTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "dueShard", AttributeType: "S" },
      { AttributeName: "dueAt", AttributeType: "N" },
      { AttributeName: "owner", AttributeType: "S" },
      { AttributeName: "createdAt", AttributeType: "N" },
    ],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    GlobalSecondaryIndexes: [
      {
        IndexName: DUE_INDEX,
        KeySchema: [
          { AttributeName: "dueShard", KeyType: "HASH" },
          { AttributeName: "dueAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
      {
        IndexName: OWNER_INDEX,
        KeySchema: [
          { AttributeName: "owner", KeyType: "HASH" },
          { AttributeName: "createdAt", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...LISTED_ATTRIBUTES] },
      },
    ],
  };
}

/** Days that an audit event is kept: a year and a month, so that a yearly review finds all of its year. */
export const DEFAULT_RETENTION_DAYS = 400;

/** The audit table. TTL (`ttl`) is the deployment's. */
export function auditTable(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: "stream", AttributeType: "S" },
      { AttributeName: "sequence", AttributeType: "N" },
      { AttributeName: "day", AttributeType: "S" },
      { AttributeName: "at", AttributeType: "S" },
      ...Object.keys(EVENT_INDEXES).map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
    ],
    KeySchema: [
      { AttributeName: "stream", KeyType: "HASH" },
      { AttributeName: "sequence", KeyType: "RANGE" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: DAY_INDEX,
        KeySchema: [
          { AttributeName: "day", KeyType: "HASH" },
          { AttributeName: "at", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
      ...Object.entries(EVENT_INDEXES).map(([attribute, IndexName]) => ({
        IndexName,
        KeySchema: [
          { AttributeName: attribute, KeyType: "HASH" as const },
          { AttributeName: "at", KeyType: "RANGE" as const },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" as const },
      })),
    ],
  };
}
