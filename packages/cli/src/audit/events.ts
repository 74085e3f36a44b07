import { type AuditEvent, EVENT_TYPES, EventsResponse } from "@secret-handoff/protocol/api";
import { type Deadline, pagesOf, SenderError, type ServiceClient } from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../errors.ts";
import { filtersOf, recipientOf, repositoryHint } from "../filters.ts";
import { table } from "../handoff-views.ts";
import { openService } from "../sender-service.ts";
import { type Addresses, addressesOf, nameIn, recipientsIn } from "./trail.ts";

const PARTS = ["handoff", "request", "secret", "recipient", "repository", "class", "type"] as const;
type Filter = Partial<Record<(typeof PARTS)[number] | "since" | "until", string>>;

const HEADING = [
  "TIME",
  "EVENT",
  "HANDOFF OR REQUEST",
  "CLASS",
  "SECRET",
  "RECIPIENT",
  "ACTOR",
  "OUTCOME",
  "REASON",
] as const;

/** Reads the trail, oldest first: one event a line. */
export const run: Run = async (invocation, context) => {
  const { terminal } = context;
  const filter = filterOf(invocation);
  const service = await openService(invocation, context);
  return withTimeout(invocation, context, async (deadline) => {
    const spin = terminal.spin("Reading the trail");
    const events: AuditEvent[] = [];
    const read = (at: { readonly cursor?: string }) => {
      const query = new URLSearchParams({ ...filter, ...at });
      return service.get(`/v1/sender/events?${query}`, EventsResponse, deadline);
    };
    for await (const page of pagesOf(read)) {
      events.push(...page.events);
      spin(`Reading the trail: ${events.length} events`);
    }
    const hints = events.length === 0 ? await whyNone(filter, service, deadline) : [];
    const addresses: Addresses = invocation.flag("addresses")
      ? await addressesOf(events.flatMap(recipientsIn), service, deadline)
      : new Map();
    spin();
    if (invocation.flag("json")) {
      for (const event of events) await terminal.json(withAddresses(event, addresses));
    } else if (events.length > 0) {
      await terminal.out(
        table(
          HEADING,
          events.map((event) => rowOf(event, nameIn(addresses))),
          terminal,
        ),
      );
    }
    for (const hint of hints) terminal.say(hint);
    if (isOfLastDay(filter))
      terminal.say("Only the last 24 hours were asked for. --since goes further back.");
    return EXIT.done;
  });
};

/**
 * Nothing was found: says so, for an empty answer is evidence too, and must not come of a mistake.
 * @throws SenderError `recipient_unknown` where the recipient is nobody
 */
async function whyNone(
  filter: Filter,
  service: ServiceClient,
  deadline: Deadline,
): Promise<readonly string[]> {
  const { recipient, repository } = filter;
  const hints = ["No events match.", ...repositoryHint(repository)];
  if (recipient === undefined) return hints;
  const wanted = recipientOf(recipient);
  try {
    await service.recipient(wanted, deadline);
    return hints;
  } catch (error) {
    if (!(error instanceof SenderError)) throw error;
    // Who may read some classes only may not ask the directory.
    if (error.code === "not_allowed") {
      return [
        ...hints,
        "Your right to audit does not reach the recipients directory: whether it knows this recipient is not said.",
      ];
    }
    // The directory forgets a recipient who is erased. The events stay under the id, but other filters may leave none of them.
    const isAlone = Object.keys(filter).length === 1;
    if (error.code !== "recipient_unknown" || "address" in wanted || isAlone) throw error;
    return [...hints, error.message];
  }
}

function rowOf(event: AuditEvent, nameOf: (recipient: string) => string): readonly string[] {
  return [
    event.time,
    event.type,
    event.handoff ?? event.request ?? "",
    event.class ?? "",
    event.members?.join(", ") ?? event.secret ?? "",
    recipientsIn(event).map(nameOf).join(", "),
    actorIn(event.actor),
    event.outcome,
    // Why it was denied is in the denial; the event has the reason of the request as well.
    event.denied?.comment ?? event.reason ?? "",
  ];
}

/** The event as it is, with the addresses that are known in a member of its own. */
function withAddresses(event: AuditEvent, addresses: Addresses): object {
  const known = recipientsIn(event).flatMap((id) => {
    const address = addresses.get(id);
    return address === undefined ? [] : [[id, address]];
  });
  return known.length === 0 ? event : { ...event, addresses: Object.fromEntries(known) };
}

function actorIn(actor: AuditEvent["actor"]): string {
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
function filterOf(invocation: Invocation): Filter {
  const type = invocation.text("type");
  if (type !== undefined && !EVENT_TYPES.some((known) => known === type)) {
    throw new SenderError("input", `--type takes ${EVENT_TYPES.join(", ")}.`);
  }
  const times = (["since", "until"] as const).flatMap((name) => {
    const text = invocation.text(name);
    return text === undefined ? [] : [[name, secondsOf(text, name)] as const];
  });
  const [since, until] = ["since", "until"].map((name) => times.find(([own]) => own === name)?.[1]);
  if (since !== undefined && until !== undefined && since > until)
    throw new SenderError("input", "--since is later than --until.");
  return {
    ...filtersOf(invocation, PARTS),
    ...Object.fromEntries(times.map(([name, seconds]) => [name, String(seconds)])),
  };
}

/** Types of which every handoff leaves one: the service has no index of them. */
const COMMON_TYPES: readonly string[] = ["created", "mailed", "claimed", "acknowledged"];

/** Whether the service takes the last day where no --since is given: docs/openapi.yaml says when. */
function isOfLastDay({ since, type, repository, until: _, ...others }: Filter): boolean {
  if (since !== undefined || Object.keys(others).length > 0) return false;
  // A repository that is not named by its path alone is looked for day by day.
  if (repository?.includes("/") && !repository.includes(":")) return false;
  return type === undefined || COMMON_TYPES.includes(type);
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
