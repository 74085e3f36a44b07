import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { Sealed } from "@secret-handoff/protocol";
import type { CreateRequest } from "@secret-handoff/protocol/api";
import fc from "fast-check";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report, SEED } from "../support/tier.ts";

const SEQUENCES = atTier({ cit: 100, proof: 10_000 });
const IN_FLIGHT = 8;
const HANDOFFS = "/v1/sender/handoffs";
const EMAIL = "ana@vendor.example";
const VICTIM = "42";
const CHEAT = "7";
const VICTIMS_RUN = "31337000";
const SECRETS = ["arn:orders", "arn:billing", "bundle:all"];

let service: TestService;
let cheat: Sender;
let own: Sealed;
/** The victim's handoffs, one in each state that a sender can find one in. */
let theirs: readonly Sealed[];
let bodies: readonly CreateRequest[];

beforeAll(async () => {
  service = await startTestService({
    senders: [
      { repositoryId: VICTIM, may: ["send", "check", "revoke", "audit"] },
      { repositoryId: CHEAT, may: ["send", "check"] },
    ],
  });
  cheat = new Sender(service, { job: { repository: "evil/fork", repositoryId: CHEAT } });
  const victim = new Sender(service, { job: { run: VICTIMS_RUN } });
  const sealed: Sealed[] = [];
  const created: CreateRequest[] = [];
  for (const [index, secret] of [...SECRETS, ...SECRETS].entries()) {
    const one = await victim.seal({ email: EMAIL });
    const body = createRequest(one, { subject: subjectOf(secret, `v${index}`, 100 + index) });
    expect((await victim.create(body)).status).toBe(201);
    await victim.call("POST", `${HANDOFFS}/${one.id}/mailed`, { messageId: `<${index}@victim>` });
    sealed.push(one);
    created.push(body);
  }
  const opened = await victim.handOver({ email: EMAIL });
  const recipient = new Recipient(opened.link);
  await recipient.acknowledge(
    (await recipient.open(await recipient.claim({ email: EMAIL }), { email: EMAIL })).receipt,
  );
  theirs = [...sealed, opened];
  bodies = created;
  own = await cheat.handOver({ email: EMAIL });
  await service.service.drained();
});
afterAll(() => service.close());

function subjectOf(secret: string, versionId: string, versionCreatedAt: number) {
  return { secret, versionId, versionCreatedAt, recipient: EMAIL };
}

type Call = { readonly method: string; readonly path: string; readonly body?: unknown };

/** Calls that an admitted sender can make, bent towards another's handoffs. */
function calls(): fc.Arbitrary<Call> {
  const at = fc.constantFrom(...theirs.map(({ id }) => id));
  const subject = fc
    .record({ secret: fc.constantFrom(...SECRETS), version: fc.nat(9), made: fc.nat(300) })
    .map(({ secret, version, made }) => subjectOf(secret, `v${version}`, made));
  const more = fc
    .record({ subject, resend: fc.boolean(), members: fc.constantFrom(undefined, SECRETS) })
    .map(({ members, ...named }) =>
      named.subject.secret.startsWith("bundle:") ? { ...named, members } : named,
    );
  const create = fc
    .record({ like: fc.constantFrom(...bodies), verifiers: fc.boolean(), more })
    .map(({ like, verifiers, more: changed }): Call => {
      const fresh = crypto.getRandomValues(new Uint8Array(32));
      const linkVerifier = verifiers ? like.linkVerifier : Buffer.from(fresh).toString("base64url");
      return { method: "POST", path: HANDOFFS, body: { ...like, linkVerifier, ...changed } };
    });
  const repeated = fc.constantFrom(...bodies).map((body): Call => ({ method: "POST", path: HANDOFFS, body }));
  const check = more.map(
    (changed): Call => ({
      method: "POST",
      path: `${HANDOFFS}/check`,
      body: { class: "internal-tool", flags: 2, expiresAt: service.clock.now + 600, ...changed },
    }),
  );
  const cursor = fc
    .record({ id: at, createdAt: fc.integer({ min: service.clock.now - 9, max: service.clock.now + 9 }) })
    .map(({ id, createdAt }) => Buffer.from(JSON.stringify([id, createdAt])).toString("base64url"));
  const query = fc.oneof(
    fc.constantFrom(...SECRETS).map((secret) => `secret=${secret}`),
    fc.constantFrom(`run=${VICTIMS_RUN}`, "state=open", "state=delivered", ""),
    cursor.map((place) => `cursor=${place}`),
  );
  const get = (path: string): Call => ({ method: "GET", path });
  return fc.oneof(
    create,
    repeated,
    check,
    at.map((id) => get(`${HANDOFFS}/${id}`)),
    at.map((id): Call => ({ method: "DELETE", path: `${HANDOFFS}/${id}` })),
    at.map(
      (id): Call => ({ method: "POST", path: `${HANDOFFS}/${id}/mailed`, body: { messageId: "<1@victim>" } }),
    ),
    query.map((text) => get(`${HANDOFFS}?${text}`)),
    fc.constantFrom(
      get("/v1/sender/events"),
      get("/iam/v1/sender/events"),
      get("/v1/sender/handoffs/../events"),
      get("/v1/sender/policy"),
    ),
    fc.constant<Call>({ method: "DELETE", path: `${HANDOFFS}/${own.id}` }),
  );
}

/** Of every attribute, so that a difference is told without printing an item. */
function digest(item: object): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(item).sort()))
    .digest("hex");
}

/** The victim's items, and every pointer to one of them, by id. */
async function victims(): Promise<Readonly<Record<string, string>>> {
  const ids = new Set(theirs.map(({ id }) => String(id)));
  const items = (await service.scan()).filter(
    ({ owner, newestId, previousId }) =>
      owner?.S === VICTIM || ids.has(newestId?.S ?? "") || ids.has(previousId?.S ?? ""),
  );
  return Object.fromEntries(items.map((item) => [item.id?.S, `${item.state?.S} ${digest(item)}`]));
}

test(`${SEQUENCES} sequences of calls by an admitted sender: nothing of another repository's changes, is read or is rotated`, async () => {
  const before = await victims();
  expect(Object.keys(before).length).toBe(theirs.length + SECRETS.length);
  const published = service.events.length;
  const hidden = [...theirs.map(({ id }) => String(id)), VICTIMS_RUN, "@victim"];
  const sequences = fc.sample(fc.array(calls(), { minLength: 1, maxLength: 6 }), {
    numRuns: SEQUENCES,
    seed: SEED,
  });
  const statuses = new Map<number, number>();
  let next = 0;
  const work = async () => {
    for (let at = next++; at < sequences.length; at = next++) {
      for (const { method, path, body } of sequences[at] ?? []) {
        const { status, text } = await cheat.call(method, path, body);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const leak = status >= 500 ? `${status}` : hidden.find((secret) => text.includes(secret));
        if (leak) throw new Error(`${method} ${path} answered ${status} with ${leak}`);
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  await service.service.drained();
  report(
    `answers: ${[...statuses]
      .sort()
      .map(([status, count]) => `${count} x ${status}`)
      .join(", ")}`,
  );

  expect(await victims()).toEqual(before);
  // Rotations start from events of the owner that hands the secret over, and there was none of the victim's.
  const events = service.events.slice(published);
  expect(events.length).toBeGreaterThan(0);
  const changes = events.filter(({ type }) => type !== "refused");
  expect(changes.filter(({ owner }) => owner !== CHEAT)).toEqual([]);
  // A refusal names the handoff that the cheat named, and no owner: nothing is rotated for it.
  expect(events.filter(({ type, owner }) => type === "refused" && owner !== undefined)).toEqual([]);
  // Each link still opens, so nobody has ended or blocked it.
  const open = theirs[SECRETS.length];
  expect(open && (await new Recipient(open.link).claim({ email: EMAIL })).status).toBe(200);
}, 3_600_000);
