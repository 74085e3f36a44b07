import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import type { Log } from "../log.ts";
import type { Publish } from "./drain.ts";

/** What the events on the bus name as their source. */
export const EVENT_SOURCE = "secret-handoff";
/** PutEvents takes ten entries at the most (EventBridge API reference). */
const BATCH = 10;

/** Puts events on an EventBridge bus and into the log. @returns a publisher that throws when the bus did not take them all */
export function publishTo(bus: string, log: Log, client = new EventBridgeClient({})): Publish {
  return async (events) => {
    for (const { what, handoff, sequence, outcome } of events) {
      log({ level: "info", what: "event", event: what, handoff, sequence, outcome });
    }
    for (let at = 0; at < events.length; at += BATCH) {
      const { FailedEntryCount = 0 } = await client.send(
        new PutEventsCommand({
          Entries: events.slice(at, at + BATCH).map((event) => ({
            EventBusName: bus,
            Source: EVENT_SOURCE,
            DetailType: event.what,
            Time: new Date(event.when),
            Detail: JSON.stringify(event),
          })),
        }),
      );
      if (FailedEntryCount > 0) throw new Error(`the event bus refused ${FailedEntryCount} event(s)`);
    }
  };
}
