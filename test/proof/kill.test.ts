import { afterAll, expect, test } from "@jest/globals";
import {
  type ActionOptions,
  localInputs,
  Recipient,
  runAction,
  startAction,
  startLocalStack,
} from "@secret-handoff/local";
import type { AuditEvent, HandoffView } from "@secret-handoff/protocol/api";
import fc from "fast-check";
import { atTier, report, SEED } from "../support/tier.ts";

/**
 * The action's process dies at any moment. The next run heals what it left: one live handoff for each recipient, mailed; a
 * second mail only where the kill fell between the mail server's acceptance and our record.
 */

const KILLS = atTier({ cit: 6, proof: 200 });
const AT_ONCE = 2;
const RECIPIENTS = 4;
/** The line after which handoffs are created and mailed. */
const DELIVERING = /^Read \d/;
/** A handoff that was not reported mailed counts as abandoned after this, seconds. */
const ABANDONED = 300;

let ahead = 0;
const events: AuditEvent[] = [];
const stack = await startLocalStack({
  page: { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" },
  clock: () => Math.floor(Date.now() / 1_000) + ahead,
  onEvent: (event) => events.push(event),
});
afterAll(() => stack.close());

type Killed = {
  readonly signal: NodeJS.Signals;
  readonly recipients: readonly string[];
  readonly options: ActionOptions;
  /** False when it had ended before the kill. */
  readonly died: boolean;
};

test(`killed at ${KILLS} random points, each run is healed by the next`, async () => {
  const usual = await usualRun();
  const moments = fc.sample(MOMENT, { seed: SEED, numRuns: KILLS });
  const tally = { died: 0, stopped: 0, unmailed: 0, second: 0 };
  for (let from = 0; from < KILLS; from += AT_ONCE) {
    const batch = moments.slice(from, from + AT_ONCE);
    const killed = await Promise.all(batch.map((moment, index) => killAt(from + index, moment, usual)));
    await stack.service.drained();
    const open = await openHandoffs();
    for (const { signal, died, options } of killed) {
      const left = unmailedOf(open, options);
      tally.died += died ? 1 : 0;
      tally.unmailed += left.length;
      // Asked to stop, it leaves nothing behind; killed outright, it may.
      if (signal === "SIGTERM") expect(left).toEqual([]);
      if (signal === "SIGTERM" && died) tally.stopped += 1;
    }
    ahead += ABANDONED + 1;
    await Promise.all(killed.map(({ options }) => healed(options)));
    await stack.service.drained();
    const after = await openHandoffs();
    for (const run of killed) tally.second += check(run, after);
  }
  report(
    `${KILLS} kills, ${tally.died} before the end (${tally.stopped} by SIGTERM, which revoked all it had not mailed): ${tally.unmailed} handoffs left unmailed by SIGKILL, none after the next run; ${tally.second} second mails, each after a kill between acceptance and record, its first link ended`,
  );
  if (KILLS >= 100) expect(Math.min(tally.unmailed, tally.second)).toBeGreaterThan(0);
}, 1_800_000);

type Moment = {
  /** From the start; from when something is created and mailed; from when the mail server has accepted the first mail. */
  readonly phase: "run" | "delivery" | "accepted";
  /** Of what the phase usually lasts. */
  readonly part: number;
  readonly signal: NodeJS.Signals;
};

const MOMENT: fc.Arbitrary<Moment> = fc.record({
  phase: fc.constantFrom("run", "delivery", "delivery", "accepted"),
  // fc.double is even over the representations of numbers, most of which are next to 0.
  part: fc.noBias(fc.integer({ min: 0, max: 1_100 })).map((n) => n / 1_000),
  signal: fc.constantFrom<NodeJS.Signals>("SIGKILL", "SIGKILL", "SIGTERM"),
});

type Usual = Readonly<Record<"run" | "delivery", number>>;

/** A mail that was accepted is usually recorded within this, ms. */
const RECORDED = 10;

/** How long a run and its delivery take on this machine just now, ms: the median of three. */
async function usualRun(): Promise<Usual> {
  const runs: Usual[] = [];
  for (const version of [-1, -2, -3]) {
    const from = performance.now();
    let delivering = from;
    const onLine = (line: string) => {
      if (DELIVERING.test(line)) delivering = performance.now();
    };
    const { exitCode } = await runAction({ ...optionsFor(version), onLine });
    expect(exitCode).toBe(0);
    runs.push({ run: performance.now() - from, delivery: performance.now() - delivering });
  }
  const median = (phase: keyof Usual) => runs.map((usual) => usual[phase]).toSorted((a, b) => a - b)[1] ?? 0;
  return { run: median("run"), delivery: median("delivery") };
}

function optionsFor(version: number): ActionOptions {
  const name = `kill/${version}`;
  stack.secrets.put(name, `value-of-${version}`);
  return {
    stack,
    inputs: {
      contact: "Platform team, +1 555 0100",
      ...localInputs(stack),
      "secret-ids": name,
      recipients: Array.from({ length: RECIPIENTS }, (_, n) => `r${n}.v${version}@vendor.example`).join("\n"),
      class: "internal-tool",
      "expires-in": "72h",
      from: "handoff@acme.example",
    },
  };
}

async function killAt(version: number, { phase, part, signal }: Moment, usual: Usual): Promise<Killed> {
  const options = optionsFor(version);
  const recipients = (options.inputs.recipients ?? "").split("\n");
  const ended = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const killAfter = (lasts: number) => {
    timer = setTimeout(() => action.kill(signal), part * lasts);
  };
  const action = startAction({
    ...options,
    onLine: (line) => {
      if (phase === "delivery" && DELIVERING.test(line)) killAfter(usual.delivery);
    },
  });
  if (phase === "run") killAfter(usual.run);
  if (phase === "accepted") {
    stack.mail.inbox.mailTo(recipients[0] ?? "", ended.signal).then(
      () => killAfter(RECORDED),
      () => undefined,
    );
  }
  const { exitCode } = await action.finished;
  ended.abort();
  clearTimeout(timer);
  return { signal, recipients, options, died: exitCode !== 0 };
}

async function healed(options: ActionOptions): Promise<void> {
  const { exitCode, annotations } = await runAction(options);
  expect([exitCode, annotations]).toEqual([0, []]);
}

/** @returns how many second mails there were */
function check({ recipients, options }: Killed, open: readonly HandoffView[]): number {
  const secret = arnOf(options);
  const live = open.filter((view) => view.secret === secret);
  expect(live.map(({ mailed }) => mailed)).toEqual(recipients.map(() => true));
  const ids = new Set<string>(live.map(({ id }) => id));
  let second = 0;
  for (const recipient of recipients) {
    const links = linksTo(recipient);
    expect(links.length).toBeGreaterThanOrEqual(1);
    expect(links.filter((id) => ids.has(id))).toEqual(links.slice(-1));
    for (const earlier of links.slice(0, -1)) {
      second += 1;
      const told = events.filter(({ handoff }) => handoff === earlier).map(({ type }) => type);
      // The mail server had it, and we had not said so.
      expect(told).not.toContain("mailed");
      expect(told).toEqual(expect.arrayContaining(["created"]));
      expect(told.some((what) => what === "superseded" || what === "revoked")).toBe(true);
    }
  }
  return second;
}

/** Ids in the mails to an address, each once, oldest first. */
function linksTo(address: string): readonly string[] {
  const mails = stack.mail.messages().filter(({ recipients }) => recipients.includes(address));
  return [
    ...new Set(mails.map(({ text }) => new Recipient(/^http\S+$/m.exec(text)?.[0] ?? "").link.id as string)),
  ];
}

function unmailedOf(open: readonly HandoffView[], options: ActionOptions): readonly HandoffView[] {
  const secret = arnOf(options);
  return open.filter((view) => view.secret === secret && !view.mailed);
}

function arnOf({ inputs }: ActionOptions): string {
  return stack.secrets.find(inputs["secret-ids"] ?? "").arn;
}

/** Every open handoff, as a sender may list them. */
async function openHandoffs(): Promise<readonly HandoffView[]> {
  const found: HandoffView[] = [];
  let cursor: string | undefined;
  do {
    const token = await stack.issuer.mint({ aud: stack.url });
    const query = new URLSearchParams({ state: "open", ...(cursor === undefined ? {} : { cursor }) });
    const response = await fetch(`${stack.url}/v1/sender/handoffs?${query}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = await response.json();
    found.push(...page.handoffs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
}
