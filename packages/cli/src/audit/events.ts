import { EVENT_TYPES, EventsResponse } from "@secret-handoff/protocol/api";
import { SenderError } from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { table } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";

const PARTS = ["handoff", "request", "secret", "recipient", "repository", "class", "type"] as const;

/** Reads the trail, oldest first: one event a line. */
export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const filter = filterOf(invocation);
  const service = await openService(invocation, context);
  return withTimeout(invocation, context, async (deadline) => {
    const spin = terminal.spin("Reading the trail");
    const events: EventsResponse["events"][number][] = [];
    let cursor: string | undefined;
    do {
      const query = new URLSearchParams({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
      const page = await service.get(`/v1/sender/events?${query}`, EventsResponse, deadline);
      events.push(...page.events);
      spin(`Reading the trail: ${events.length} events`);
      cursor = page.cursor;
    } while (cursor !== undefined);
    spin();
    if (invocation.flag("json")) {
      for (const event of events) await terminal.json(event);
      return EXIT.done;
    }
    const rows = events.map((event) => [
      event.time,
      event.type,
      event.handoff ?? event.request ?? "",
      event.class ?? "",
      actorIn(event.actor),
      event.outcome,
    ]);
    await terminal.out(
      table(["TIME", "EVENT", "HANDOFF OR REQUEST", "CLASS", "ACTOR", "OUTCOME"], rows, terminal),
    );
    return EXIT.done;
  });
};

function actorIn(actor: EventsResponse["events"][number]["actor"]): string {
  switch (actor.kind) {
    case "github":
      return `${actor.repository} (${actor.actor})`;
    case "pipeline":
      return `${actor.project} on ${new URL(actor.issuer).host}`;
    case "iam":
      return actor.principal;
    default:
      return actor.kind;
  }
}

/** @throws SenderError `input` */
function filterOf(invocation: Invocation): Record<string, string> {
  const type = invocation.text("type");
  if (type !== undefined && !EVENT_TYPES.some((known) => known === type)) {
    throw new SenderError("input", `--type takes ${EVENT_TYPES.join(", ")}.`);
  }
  const texts = PARTS.flatMap((part) => {
    const value = invocation.text(part);
    return value === undefined ? [] : [[part, value]];
  });
  const times = (["since", "until"] as const).flatMap((name) => {
    const text = invocation.text(name);
    return text === undefined ? [] : [[name, String(secondsOf(text, name))]];
  });
  return Object.fromEntries([...texts, ...times]);
}

/** Unix seconds of a day, which is taken in UTC and as a whole, or of a time. @throws SenderError `input` */
function secondsOf(text: string, name: "since" | "until"): number {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw new SenderError("input", `--${name} is not a time. Write 2026-11-26, or 2026-11-26T07:30:00Z.`);
  }
  const seconds = Math.floor(time / 1_000);
  return isDay && name === "until" ? seconds + 86_399 : seconds;
}
