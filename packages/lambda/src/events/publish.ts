import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { type AuditEvent, EVENT_SOURCE, type SealNotice } from "@secret-handoff/protocol/api";
import type { Log } from "../runtime.ts";
import type { Publish } from "./drain.ts";
import type { Witness } from "./seal.ts";

/**
 * PutEvents takes ten entries, and 256 KB of them in all, at the most (EventBridge API reference). Since January 2026 a bus takes 1 MB,
 * but not in every partition, and not every target does.
 */
const BATCH = 10;
const BATCH_BYTES = 250_000;

/** Puts events on an EventBridge bus and into the log. @returns a publisher that throws when the bus did not take them all */
export function publishTo(bus: string, log: Log, client: EventBridgeClient): Publish {
  return async (events) => {
    for (const { type, handoff, request, sequence, outcome } of events) {
      log({ level: "info", what: "event", event: type, handoff, request, sequence, outcome });
    }
    const entries = events.map((event) => {
      const entry = entryOf(event, bus);
      if (sizeOf(entry) <= BATCH_BYTES) return entry;
      const { members: _, ...rest } = event;
      // A bus that refuses an entry for its size refuses it for ever. The audit table has the event as it is.
      const { type, handoff, sequence } = event;
      log({ level: "error", what: "event_without_members", event: type, handoff, sequence });
      return entryOf(rest, bus);
    });
    for (const Entries of batchesOf(entries)) {
      const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries }));
      if (FailedEntryCount > 0) throw new Error(`the event bus refused ${FailedEntryCount} event(s)`);
    }
  };
}

/** Announces seals on an EventBridge bus. @returns a witness that throws when the bus did not take the notice */
export function announceOn(bus: string, client: EventBridgeClient): Witness {
  return async (notice) => {
    const { FailedEntryCount = 0 } = await client.send(
      new PutEventsCommand({ Entries: [entryOf(notice, bus)] }),
    );
    if (FailedEntryCount > 0) throw new Error(`the event bus refused the seal of ${notice.day}`);
  };
}

function entryOf(event: AuditEvent | SealNotice, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Time: new Date(event.time),
    Detail: JSON.stringify(event),
  };
}

/** As EventBridge counts it: 14 bytes for the time, and the texts in UTF-8. */
function sizeOf({ Source = "", DetailType = "", Detail = "" }: PutEventsRequestEntry): number {
  return 14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail);
}

function batchesOf(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = sizeOf(entry);
    const batch = batches.at(-1);
    bytes += size;
    if (batch && batch.length < BATCH && bytes <= BATCH_BYTES) {
      batch.push(entry);
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}
