import { hashOf } from "@secret-handoff/lambda";
import type { LocalStack } from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { DemoError, must } from "./demo-error.ts";

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
      event.previous === (before && hashOf(JSON.stringify(before))),
      `Event ${event.sequence} of the audit trail does not follow from the one before.`,
    );
  }
  return events;
}
