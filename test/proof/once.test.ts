import { afterAll, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import {
  cachedToken,
  type Delivery,
  type DeliveryPorts,
  type Email,
  platformRuntime,
  type Runtime,
  serviceClient,
} from "@secret-handoff/sdk";
import fc from "fast-check";
import { unending } from "../sdk/deadlines.ts";
import { deliveryOf } from "../sdk/fake-delivery.ts";
import { startTestService } from "../support/test-service.ts";
import { atTier, report, SEED } from "../support/tier.ts";
import { type MortalRun, momentsIn, startMortalRun } from "./mortal-run.ts";

/**
 * The same versions are handed over again and again, by runs that race each other and of which a third dies anywhere. In the end
 * each version has been handed to each recipient once: one live handoff, one mail; a second mail only where a run died between
 * the mail server's acceptance and our record.
 */

const VERSIONS = atTier({ cit: 3, proof: 20 });
const RUNS_A_VERSION = atTier({ cit: 14, proof: 50 });
const RECIPIENTS = ["ana", "bo", "cy", "di", "ed"].map((name) => `${name}@vendor.example`);
const AT_ONCE = 2;
/** A handoff that was not reported mailed counts as abandoned after this, seconds. */
const ABANDONED = 300;
const SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:once-AbCdEf";

const service = await startTestService({ drainAfterWrites: false });
afterAll(() => service.close());

/** Every mail that the mail server has accepted. */
const accepted: Email[] = [];
let runs: readonly MortalRun[] = [];

/** Waiting moves the clock, unless a run is at work: then it waits for that one. */
const runtime: Runtime = {
  now: () => service.clock.now * 1_000,
  random: Math.random,
  fetch: platformRuntime.fetch,
  schedule: (ms, task) =>
    platformRuntime.schedule(2, () => {
      if (!runs.some((run) => run.working())) service.clock.now += Math.ceil(ms / 1_000);
      task();
    }),
};

function ports(): Omit<DeliveryPorts, "seal"> {
  return {
    runtime,
    service: serviceClient(
      service.url,
      cachedToken(() => service.mint(), runtime),
      runtime,
    ),
    mail: {
      send: async (email) => {
        accepted.push(email);
        return email.messageId;
      },
      check: async () => [],
    },
  };
}

function deliveryOfVersion(version: number): Delivery {
  return deliveryOf({
    expiresIn: 72 * 3_600,
    subject: { secret: SECRET, versionId: `version-${version}`, versionCreatedAt: 1_000 + version },
  });
}

type Plan = {
  readonly recipients: readonly string[];
  /** Of the moments that a run has; undefined: it lives. */
  readonly death: number | undefined;
  /** A run that read the secret before it was rotated. */
  readonly late: boolean;
  /** Seconds that pass before it. */
  readonly pause: number;
};

const PLAN: fc.Arbitrary<Plan> = fc.record({
  recipients: fc.shuffledSubarray(RECIPIENTS, { minLength: 1 }),
  death: fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    // fc.double is even over the representations of numbers, most of which are next to 0.
    { weight: 1, arbitrary: fc.noBias(fc.integer({ min: 0, max: 999 })).map((n) => n / 1_000) },
  ),
  late: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  pause: fc.integer({ min: 0, max: 400 }),
});

const tally = { runs: 0, dead: 0, late: 0, second: 0 };

test(`${VERSIONS} versions for ${RECIPIENTS.length} recipients by ${VERSIONS * RUNS_A_VERSION} runs: one live handoff each`, async () => {
  const plans = fc.sample(PLAN, { seed: SEED, numRuns: VERSIONS * RUNS_A_VERSION });
  for (let version = 0; version < VERSIONS; version += 1) {
    const own = plans.slice(version * RUNS_A_VERSION, (version + 1) * RUNS_A_VERSION);
    const before = accepted.length;
    const dead = new Set<HandoffId>();
    for (let from = 0; from < own.length; from += AT_ONCE) {
      await together(own.slice(from, from + AT_ONCE), version, before, dead);
    }
    await healed(version);
    await check(version, accepted.slice(before), dead);
  }
  report(
    `${tally.runs} runs, ${tally.dead} of them killed and ${tally.late} with an older version: ${VERSIONS * RECIPIENTS.length} versions handed over, each with one live handoff until the next; ${tally.second} second mails, each after a kill between acceptance and record, its first link ended`,
  );
  if (tally.runs >= 500) expect(tally.second).toBeGreaterThan(0);
}, 1_200_000);

/** Runs that race each other. */
async function together(
  plans: readonly Plan[],
  version: number,
  before: number,
  dead: Set<HandoffId>,
): Promise<void> {
  service.clock.now += plans[0]?.pause ?? 0;
  const started = plans.map(({ recipients, death, late }) => {
    const old = late && version > 0 && accepted.slice(before).length > 0;
    const moment = death === undefined ? 0 : momentOf(recipients, death, accepted.slice(before));
    const of = old ? version - 1 : version;
    return { old, recipients, run: startMortalRun(deliveryOfVersion(of), recipients, ports(), moment) };
  });
  runs = started.map(({ run }) => run);
  for (const { old, recipients, run } of started) {
    const outcomes = await run.ended;
    tally.runs += 1;
    tally.late += old ? 1 : 0;
    for (const id of run.unrecorded) dead.add(id);
    if (!outcomes) {
      expect(run.isDead()).toBe(true);
      tally.dead += 1;
      continue;
    }
    expect(outcomes.map(({ recipient }) => recipient)).toEqual(recipients);
    for (const outcome of outcomes) {
      if (outcome.kind === "failed") expect([old, outcome.error.code]).toEqual([true, "newer_version"]);
    }
  }
}

/** When to die: anywhere in a run that hands over, or in the shorter one that finds everything handed over. */
function momentOf(recipients: readonly string[], death: number, sent: readonly Email[]): number {
  const fresh = recipients.some((recipient) => !sent.some(({ to }) => to === recipient));
  const moments = fresh ? momentsIn(recipients.length) : momentsIn(recipients.length) / 2;
  return 1 + Math.floor(death * moments);
}

/** One last run to everybody, after which nothing of the dead ones counts any more. */
async function healed(version: number): Promise<void> {
  service.clock.now += ABANDONED + 1;
  const last = startMortalRun(deliveryOfVersion(version), RECIPIENTS, ports(), 0);
  runs = [last];
  const outcomes = await last.ended;
  expect(outcomes?.map(({ kind }) => kind === "failed")).toEqual(RECIPIENTS.map(() => false));
}

async function check(version: number, emails: readonly Email[], dead: ReadonlySet<HandoffId>): Promise<void> {
  const { service: client } = ports();
  const open = await client.list({ secret: SECRET, state: "open" }, unending());
  const live = new Map<string, boolean>(open.map(({ id, mailed }) => [id, mailed]));
  expect([...new Set(open.map(({ versionId }) => versionId))]).toEqual([`version-${version}`]);
  expect(open).toHaveLength(RECIPIENTS.length);
  for (const recipient of RECIPIENTS) {
    const links = emails.filter(({ to }) => to === recipient).map(({ handoff }) => handoff);
    const last = links.at(-1);
    expect([recipient, links.filter((id) => live.get(id) === true)]).toEqual([recipient, [last]]);
    for (const id of links.slice(0, -1)) {
      tally.second += 1;
      expect(dead.has(id)).toBe(true);
      const { state, mailed } = await client.view(id, unending());
      expect([state, mailed]).toEqual(["superseded", false]);
    }
  }
}
