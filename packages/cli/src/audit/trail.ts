import { open, readFile } from "node:fs/promises";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { lastDueDay, readSealKeys, type SealKey } from "@secret-handoff/protocol/audit";
import {
  type Deadline,
  fileTrail,
  mapLimited,
  SenderError,
  type ServiceClient,
  type ServiceTrailOptions,
  serviceTrail,
  systemCode,
  type Trail,
  type Days as TrailDays,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { CliContext } from "../context.ts";
import { openService } from "../sender-service.ts";

export type Days = { readonly since: string | undefined; readonly until: string | undefined };

/** The first and the last day that were asked for. @throws SenderError `input` */
export function daysOf(invocation: Invocation): Days {
  const days = { since: day(invocation, "since"), until: day(invocation, "until") };
  if (days.since !== undefined && days.until !== undefined && days.since > days.until)
    throw new SenderError("input", "--since is later than --until.");
  return days;
}

function day(invocation: Invocation, name: "since" | "until"): string | undefined {
  const text = invocation.text(name);
  if (text === undefined || (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)))) return text;
  throw new SenderError("input", `--${name} is not a day. Write it like 2026-11-26.`);
}

export function today({ runtime }: Pick<CliContext, "runtime">): string {
  return new Date(runtime.now()).toISOString().slice(0, 10);
}

/**
 * The days whose seals are verified. Those of the service must be there to the last that is due, or whoever can write its table cuts off
 * the newest days unseen; files end where somebody ended them, unless `--until` says where that must be.
 */
export function sealedDays(
  invocation: Invocation,
  { since, until }: Days,
  { runtime }: Pick<CliContext, "runtime">,
): { readonly since?: string; readonly until?: string } {
  const due = lastDueDay(Math.floor(runtime.now() / 1_000));
  const mayEndAnywhere = until === undefined && invocation.positionals.length > 0;
  return {
    ...(since === undefined ? {} : { since }),
    ...(mayEndAnywhere ? {} : { until: until !== undefined && until < due ? until : due }),
  };
}

/** The trail of exported files, or else that of the service. @throws SenderError `input` */
export async function trailOf(
  invocation: Invocation,
  { since, until }: Days,
  context: CliContext,
  deadline: Deadline,
  options: ServiceTrailOptions = {},
): Promise<Trail> {
  if (invocation.positionals.length > 0) {
    try {
      return fileTrail(invocation.positionals);
    } catch (cause) {
      const path = cause instanceof Error && "path" in cause ? `${cause.path}` : "A file of the trail";
      throw new SenderError("input", `${path} cannot be read. Check the path.`, { cause });
    }
  }
  if (since === undefined) {
    throw new SenderError(
      "input",
      "Give --since and the first day, like 2026-11-01, or the files of an export.",
    );
  }
  const service = await openService(invocation, context);
  return serviceTrail(service, { since, until: until ?? today(context) }, deadline, options);
}

/**
 * The first and the last day of exported files, by their seals and their events.
 * @throws SenderError `input` where they hold neither
 */
export async function spanOf(trail: Trail): Promise<TrailDays> {
  let span: TrailDays | undefined;
  const add = (at: string) => {
    span = {
      since: span === undefined || at < span.since ? at : span.since,
      until: span === undefined || at > span.until ? at : span.until,
    };
  };
  for await (const seal of trail.seals()) add(seal.day);
  for await (const event of trail.events()) add(event.time.slice(0, 10));
  if (span === undefined) throw new SenderError("input", "The files hold neither events nor seals.");
  return span;
}

/** Questions to the directory at once. */
const AT_ONCE = 4;

/** Addresses by recipient id. */
export type Addresses = ReadonlyMap<string, string>;

/** The recipient ids that an event names. */
export function recipientsIn({
  recipient,
  recipients = [],
}: Pick<AuditEvent, "recipient" | "recipients">): readonly string[] {
  return recipient === undefined ? recipients : [recipient, ...recipients];
}

/**
 * Asks the recipients directory whose the ids are. Ids of recipients who were erased, and all where the deployment keeps no address,
 * are left out.
 * @throws SenderError `not_allowed` where the caller has no right to audit all classes
 */
export async function addressesOf(
  ids: Iterable<string>,
  service: ServiceClient,
  deadline: Deadline,
): Promise<Addresses> {
  const found = await mapLimited([...new Set(ids)], AT_ONCE, async (id) => {
    try {
      const { address } = await service.recipient({ id }, deadline);
      return address === undefined ? [] : [[id, address] as const];
    } catch (error) {
      if (error instanceof SenderError && error.code === "recipient_unknown") return [];
      throw error;
    }
  });
  return new Map(found.flat());
}

/** Says the address of a recipient id, or the id itself where none is known. */
export function nameIn(addresses: Addresses): (recipient: string) => string {
  return (id) => addresses.get(id) ?? id;
}

/** The public keys in a file. @throws SenderError `input` */
export async function sealKeys(path: string): Promise<readonly SealKey[]> {
  try {
    return readSealKeys(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SenderError(
      "input",
      `The file of --key holds no public key, or cannot be read: ${path}. aws kms get-public-key gives the key of the seals.`,
      { cause },
    );
  }
}

/** Where an export or a report goes, piece by piece: a new file that only its owner can read, or standard output. */
type Output = {
  readonly write: (text: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
};

/** @throws SenderError `input` where the file is there already, or cannot be made */
export async function openOutput(path: string | undefined, { terminal }: CliContext): Promise<Output> {
  if (path === undefined) return { write: (text) => terminal.out(text), close: async () => {} };
  try {
    const file = await open(path, "wx", 0o600);
    return { write: (text) => file.writeFile(text), close: () => file.close() };
  } catch (cause) {
    const isThere = systemCode(cause) === "EEXIST";
    throw new SenderError(
      "input",
      isThere
        ? `${path} exists already, and is not overwritten.`
        : `${path} cannot be written. Check the path.`,
      { cause },
    );
  }
}
