import { ScanCommand } from "@aws-sdk/client-dynamodb";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { eventHash } from "@secret-handoff/protocol/audit";
import { localClient } from "../engine/client.ts";
import { TABLE } from "../service.ts";
import type { LocalStack } from "../stack.ts";

/** The demo did not go as it must. The message is a sentence for whoever runs it. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}

/** @throws DemoError unless the condition holds */
export function must(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new DemoError(sentence);
}

/**
 * Looks into the store behind the service's back: how many bytes of ciphertext it holds of a handoff, 0 when they are gone.
 * @throws DemoError when the secret lies there in the clear
 */
export async function storedEnvelope(stack: LocalStack, handoff: string, secret: string): Promise<number> {
  const client = localClient(stack.engine.endpoint);
  try {
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: TABLE,
        ExpressionAttributeNames: { "#id": "id" },
        FilterExpression: "#id = :id",
        ExpressionAttributeValues: { ":id": { S: handoff } },
      }),
    );
    const [item = {}] = Items;
    const values = Object.values(item).map((value) => Buffer.from(value.B ?? value.S ?? ""));
    must(!values.some((value) => value.includes(secret)), "The store holds the secret in the clear.");
    return item.envelope?.B?.length ?? 0;
  } finally {
    client.destroy();
  }
}

/**
 * The events of one handoff, read from the sender API as an auditor would, and their chain checked.
 * @throws DemoError when the trail cannot be read or an event does not name the hash of the one before
 */
export async function readTrail(
  stack: LocalStack,
  handoff: string,
  since: number,
): Promise<readonly AuditEvent[]> {
  await stack.service.drained();
  const token = await stack.issuer.mint({ aud: stack.url });
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const query = new URLSearchParams({ since: String(since), ...(cursor ? { cursor } : {}) });
    const response = await fetch(`${stack.url}/v1/sender/events?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (!response.ok) throw new DemoError(`The audit trail could not be read: ${response.status}.`);
    const page = (await response.json()) as {
      readonly events: readonly AuditEvent[];
      readonly cursor?: string;
    };
    events.push(...page.events.filter((event) => event.handoff === handoff));
    cursor = page.cursor;
  } while (cursor !== undefined);
  for (const [index, event] of events.entries()) {
    const before = events[index - 1];
    must(
      event.previous === (before && eventHash(before)),
      `Event ${event.sequence} of the audit trail does not follow from the one before.`,
    );
  }
  return events;
}
