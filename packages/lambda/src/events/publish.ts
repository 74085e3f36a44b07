import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { type AuditEvent, EVENT_SOURCE } from "@secret-handoff/protocol/api";
import type { Log } from "../runtime.ts";
import type { Publish } from "./drain.ts";

/** PutEvents takes ten entries, and 256 KB of them in all, at the most (EventBridge API reference). */
const BATCH = 10;
const BATCH_BYTES = 250_000;

/** Puts events on an EventBridge bus and into the log. @returns a publisher that throws when the bus did not take them all */
export function publishTo(bus: string, log: Log, client = new EventBridgeClient({})): Publish {
  return async (events) => {
    for (const { type, handoff, sequence, outcome } of events) {
      log({ level: "info", what: "event", event: type, handoff, sequence, outcome });
    }
    for (const Entries of batchesOf(events.map((event) => entryOf(event, bus)))) {
      const { FailedEntryCount = 0 } = await client.send(new PutEventsCommand({ Entries }));
      if (FailedEntryCount > 0) throw new Error(`the event bus refused ${FailedEntryCount} event(s)`);
    }
  };
}

function entryOf(event: AuditEvent, bus: string): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: event.type,
    Time: new Date(event.time),
    Detail: JSON.stringify(event),
  };
}

function batchesOf(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const batches: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.Detail ?? "");
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
