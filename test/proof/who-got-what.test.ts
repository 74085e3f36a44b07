import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AUDIT_TABLE, createRecipientKeys, Recipient, TABLE } from "@secret-handoff/local";
import { type AuditEvent, DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { readSealKeys } from "@secret-handoff/protocol/audit";
import {
  csvLines,
  endingsChart,
  evidenceReport,
  ocsfEvents,
  reviewReport,
  summarise,
  type Trail,
  type TrailEvent,
  toHtml,
  toMarkdown,
  verifyTrail,
} from "@secret-handoff/sdk";
import { collect } from "../support/sealed-trail.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report } from "../support/tier.ts";

const HANDOFFS = atTier({ cit: 48, proof: 300 });
/** The names of the default classes, without what makes a handoff of them slow to seal or to open here. */
const CLASSES = DEFAULT_CLASSES.map(
  (one) => ({ ...one, passphrase: "optional", approvals: [], verification: "email" }) as const,
);
const ADDRESSES = Array.from({ length: 12 }, (_, n) => `canary-person-${n}@vendor-${n % 3}.example`);
const SECRETS = Array.from(
  { length: 7 },
  (_, n) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:s${n}-AbCdEf`,
);

type Ending = (made: {
  readonly recipient: Recipient;
  readonly email: string;
  readonly id: string;
}) => Promise<unknown>;
/** How a handoff ends, and the last event that tells of it. */
const ENDINGS: readonly (readonly [last: string, end: Ending])[] = [
  ["created", async () => {}],
  [
    "acknowledged",
    async ({ recipient, email }) => {
      const { receipt } = await recipient.open(await recipient.claim({ email }), { email });
      await recipient.acknowledge(receipt);
    },
  ],
  [
    "unconfirmed",
    async ({ recipient, email }) => {
      await recipient.claim({ email });
      service.clock.now += 121;
      await service.service.sweep();
    },
  ],
  ["revoked", async ({ id }) => sender.call("DELETE", `/v1/sender/handoffs/${id}`)],
  ["reported", async ({ recipient }) => recipient.report()],
  [
    "locked",
    async ({ recipient }) => {
      for (let n = 0; n < 5; n += 1) await recipient.claim({ email: "somebody@else.example" });
    },
  ],
];

const keys = createRecipientKeys();
let service: TestService;
let sender: Sender;
/** What was made, in order. */
const made: {
  readonly id: string;
  readonly email: string;
  readonly secret: string;
  readonly class: string;
  readonly last: string;
}[] = [];

beforeAll(async () => {
  service = await startTestService({ classes: CLASSES, recipientKeys: keys });
  sender = new Sender(service);
  for (let n = 0; n < HANDOFFS; n += 1) {
    const email = ADDRESSES[n % ADDRESSES.length] ?? "";
    const secret = SECRETS[n % SECRETS.length] ?? "";
    const name = CLASSES[n % CLASSES.length]?.name ?? "";
    const [last = "", end = async () => {}] = ENDINGS[n % ENDINGS.length] ?? [];
    const subject = { secret, versionId: `v${n}`, versionCreatedAt: n + 1, recipient: email };
    const sealed = await sender.seal({ email, class: name, expiresAt: service.clock.now + 3_000 });
    const created = await sender.create(createRequest(sealed, { subject }));
    if (created.status !== 201) throw new Error(created.text);
    await end({ recipient: new Recipient(sealed.link), email, id: sealed.id });
    made.push({ id: sealed.id, email, secret, class: name, last });
  }
  await service.service.drained();
}, 600_000);
afterAll(() => service.close());

async function ask(query: Record<string, string>): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = [];
  let cursor: string | undefined;
  do {
    const all = new URLSearchParams({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    const answer = await sender.call("GET", `/v1/sender/events?${all}`);
    if (answer.status !== 200) throw new Error(answer.text);
    const page = JSON.parse(answer.text) as { events: AuditEvent[]; cursor?: string };
    events.push(...page.events);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return events;
}

const handoffsIn = (events: readonly AuditEvent[]) =>
  [...new Set(events.map(({ handoff }) => handoff))].sort();
const madeWhere = (holds: (one: (typeof made)[number]) => boolean) =>
  made
    .filter(holds)
    .map(({ id }) => id)
    .sort();

test("the trail says what each address received, who received each secret, and how each class's handoffs ended", async () => {
  for (const email of ADDRESSES) {
    expect(handoffsIn(await ask({ recipient: email }))).toEqual(madeWhere((one) => one.email === email));
  }
  for (const secret of SECRETS) {
    const events = await ask({ secret, type: "created" });
    const who = await Promise.all(
      [...new Set(events.map(({ recipient }) => recipient ?? ""))].map(
        async (id) =>
          (await sender.call("GET", `/v1/sender/recipients?id=${id}`)).body as unknown as { address: string },
      ),
    );
    const wanted = new Set(made.filter((one) => one.secret === secret).map(({ email }) => email));
    expect(new Set(who.map(({ address }) => address))).toEqual(wanted);
  }
  for (const { name } of CLASSES) {
    expect(handoffsIn(await ask({ class: name }))).toEqual(madeWhere((one) => one.class === name));
  }
  for (const { id, last } of made) {
    const types = (await ask({ handoff: id })).map(({ type }) => type);
    // A later version for the same person may have ended what was open.
    expect(types.at(-1) === "superseded" ? "created" : types.at(-1)).toBe(last);
  }
  report(`who got what, for ${HANDOFFS} handoffs to ${ADDRESSES.length} people`);
}, 600_000);

test("one person erased: the events stay, and nothing in tables, trail or log leads to the address", async () => {
  const [email = "", other = ""] = ADDRESSES;
  const { id } = (await sender.call("GET", `/v1/sender/recipients?address=${email}`)).body;
  const before = await ask({ recipient: id });
  const mac = Buffer.from(await keys.macOf(email));
  const everywhere = async () => {
    const items = [...(await service.scan(TABLE)), ...(await service.scan(AUDIT_TABLE))];
    const trail = await ask({ since: String(service.clock.now - 86_400) });
    const made = await exportsAndReports(trail);
    return JSON.stringify([items, trail, made, service.logged], (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    );
  };
  const traces = [email, mac.toString("base64url"), mac.toString("base64"), mac.toString("hex")];
  const of = (text: string) => traces.filter((trace) => text.includes(trace));
  // The test can fail: before, the entry is there.
  expect(of(await everywhere())).toEqual([mac.toString("base64url")]);

  expect((await sender.call("DELETE", `/v1/sender/recipients/${id}`)).status).toBe(204);
  await service.service.drained();
  expect(of(await everywhere())).toEqual([]);
  const after = await ask({ recipient: id });
  expect(after.slice(0, before.length)).toEqual(before);
  // What was open for it was revoked first.
  const added = after.slice(before.length).map(({ type }) => type);
  expect(added.filter((type) => type !== "revoked")).toEqual(["recipient_erased"]);
  expect(await ask({ recipient: email })).toEqual([]);
  expect((await sender.call("GET", `/v1/sender/recipients?id=${id}`)).status).toBe(404);
  expect((await sender.call("GET", `/v1/sender/recipients?address=${other}`)).status).toBe(200);
}, 600_000);

/** Whatever is made of the trail. With REPORTS_IN the reports stay in that folder, to be looked at. */
async function exportsAndReports(trail: readonly AuditEvent[]): Promise<Readonly<Record<string, string>>> {
  const events = async function* () {
    yield* trail;
  };
  const [first, last] = [trail[0], trail.at(-1)].map((event) => event?.time.slice(0, 10) ?? "");
  const days = { since: first ?? "", until: last ?? "" };
  const summary = await summarise(events(), days);
  const evidence = evidenceReport(summary, { classes: CLASSES });
  const review = reviewReport(summary, { today: days.until });
  const texts = {
    "evidence.html": toHtml(evidence),
    "evidence.md": toMarkdown(evidence),
    "review.html": toHtml(review),
    "review.md": toMarkdown(review),
    "review.svg": endingsChart(summary.handoffs),
    "trail.csv": (await collect(csvLines(events()))).join("\n"),
    "trail.ocsf": JSON.stringify(await collect(ocsfEvents(events()))),
  };
  const folder = process.env.REPORTS_IN;
  if (folder) for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return texts;
}

test("the report of the period has every handoff, and its days still verify after the erasure", async () => {
  const trail = await ask({ since: String(service.clock.now - 86_400) });
  const { "evidence.md": evidence = "" } = await exportsAndReports(trail);
  expect(evidence).toMatch(new RegExp(`\\| total \\|.*\\| ${HANDOFFS} \\|`));
  const day = new Date(service.clock.now * 1_000).toISOString().slice(0, 10);
  const seals = await service.service.seal(day);
  const events = await ask({ since: String(service.clock.now - 86_400) });
  const sealed: Trail = {
    async *seals() {
      yield* seals;
    },
    async *events() {
      yield* events as readonly TrailEvent[];
    },
    async *leaves() {},
  };
  const checked = await verifyTrail(sealed, readSealKeys(service.service.sealKey));
  expect(checked).toMatchObject({ finding: undefined, last: day });
}, 600_000);
