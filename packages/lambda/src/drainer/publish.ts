import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import type { Log } from "../log.ts";
import type { Publish } from "./drain.ts";

/** PutEvents takes ten entries at the most (EventBridge API reference). */
const BATCH = 10;

/** Puts events on an EventBridge bus and into the log. @returns a publisher that throws when the bus did not take them all */
export function publishTo(bus: string, log: Log, client = new EventBridgeClient({})): Publish {
  return async (events) => {
    for (const { type, handoff, sequence, outcome } of events) {
      log({ level: "info", what: "event", event: type, handoff, sequence, outcome });
    }
    for (let at = 0; at < events.length; at += BATCH) {
      const { FailedEntryCount = 0 } = await client.send(
        new PutEventsCommand({
          Entries: events.slice(at, at + BATCH).map((event) => ({
            EventBusName: bus,
            Source: EVENT_SOURCE,
            DetailType: event.type,
            Time: new Date(event.time),
            Detail: JSON.stringify(event),
          })),
        }),
      );
      if (FailedEntryCount > 0) throw new Error(`the event bus refused ${FailedEntryCount} event(s)`);
    }
  };
}
