import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

/** Index of what is due next, for the sweeper. Sparse, KEYS_ONLY. All of it is in one partition, for the sweeper is one function. */
export const DUE_INDEX = "due";
/** Index of a sender's handoffs, newest last, with what its list shows. A list reads this, and no envelope. */
export const OWNER_INDEX = "byOwner";
/** Index of audit events by UTC day. */
export const DAY_INDEX = "byDay";
/** Index of audit events by recipient id, and of a recipient's entry in the directory. Sparse, KEYS_ONLY. */
export const RECIPIENT_INDEX = "byRecipient";

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
      { AttributeName: "recipient", AttributeType: "S" },
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
      {
        IndexName: RECIPIENT_INDEX,
        KeySchema: [
          { AttributeName: "recipient", KeyType: "HASH" },
          { AttributeName: "at", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "KEYS_ONLY" },
      },
    ],
  };
}
