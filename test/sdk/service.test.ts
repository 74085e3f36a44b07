import { afterAll, describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { seal } from "@secret-handoff/protocol";
import { DEFAULT_CLASSES, type HandoffView } from "@secret-handoff/protocol/api";
import { Concealed, type ServiceClient, serviceClient } from "@secret-handoff/sdk";
import { endable, unending } from "./deadlines.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { problem, type Scripted, startScriptedServer } from "./scripted-server.ts";

const server = await startScriptedServer();
const sealed = await seal({
  origin: server.url,
  class: "internal-tool",
  expiresAt: 1_795_260_000,
  items: [{ label: "a", fields: [{ name: "value", value: "canary-value", concealed: true }] }],
  header: { title: "t" },
  email: "ana@vendor.example",
});

afterAll(() => server.close());

const client = (): ServiceClient =>
  serviceClient(server.url, async () => new Concealed("a.b.c"), quickRuntime({ fetch }));

const view = (more: Partial<HandoffView> = {}): HandoffView => ({
  id: sealed.id,
  state: "open",
  class: "internal-tool",
  flags: 2,
  createdAt: 1_795_250_000,
  expiresAt: 1_795_260_000,
  changedAt: 1_795_250_000,
  mailed: false,
  attemptsLeft: 5,
  ...more,
});

const details = {
  subject: {
    secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf",
    versionId: "v1",
    versionCreatedAt: 1,
    recipient: "ana@vendor.example",
  },
  reason: "rotation",
};
const create = () => client().create(sealed, details, unending());

describe("a create", () => {
  test("sends what was sealed, never the link, under the bearer token", async () => {
    server.answer({ status: 201, json: view() });
    expect(await create()).toEqual(view());
    const [request] = server.seen;
    expect(request?.headers.authorization).toBe("Bearer a.b.c");
    expect(request?.headers["content-type"]).toBe("application/json");
    const body: Record<string, unknown> = JSON.parse(request?.body ?? "");
    expect(Object.keys(body).sort()).toEqual(
      "claimVerifier class envelope expiresAt flags header linkVerifier reason receiptVerifier subject"
        .split(" ")
        .sort(),
    );
    const fragment = sealed.link.slice(sealed.link.indexOf("#") + 1);
    expect(request?.body).not.toContain(fragment);
    expect(request?.body).not.toContain("canary");
  });

  test("whose answer was lost is repeated with the same bytes", async () => {
    server.answer("drop", "drop", { status: 200, json: view() });
    expect((await create()).id).toBe(sealed.id);
    expect(server.seen).toHaveLength(3);
    expect(new Set(server.seen.map(({ body }) => body)).size).toBe(1);
  });

  test("that finds an earlier handoff gives its view", async () => {
    const earlier = view({
      id: "AAAAAAAAAAAAAAAAAAAAAA" as HandoffId,
      state: "delivered",
      mailed: true,
      mailedAt: 5,
    });
    server.answer({ status: 200, json: earlier });
    expect(await create()).toEqual(earlier);
  });
});

test.each([
  [
    "classes",
    () => client().policy(unending()),
    { status: 200, json: { rights: ["send"], classes: DEFAULT_CLASSES } },
  ],
  ["view", () => client().view(sealed.id, unending()), { status: 200, json: view() }],
  ["mailed", () => client().mailed(sealed.id, "<m@h>", unending()), { status: 204 }],
  ["revoke", () => client().revoke(sealed.id, unending()), { status: 204 }],
] as const)("%s passes over 503, 429 and a dropped connection", async (_, call, answer) => {
  server.answer({ status: 503 }, { status: 429, headers: { "retry-after": "3" } }, "drop", answer);
  await call();
  expect(server.seen).toHaveLength(4);
});

test.each([
  ["revoked", { status: 204 }],
  ["released", problem(409, "released", "Opened.")],
  ["unknown", problem(404, "not_found", "There is none.")],
] as const)("revoking may find it %s", async (ending, answer) => {
  server.answer(answer);
  expect(await client().revoke(sealed.id, unending())).toBe(ending);
});

test("a list is read page by page", async () => {
  server.answer(
    { status: 200, json: { handoffs: [view()], cursor: "c 1" } },
    { status: 200, json: { handoffs: [view({ state: "expired" })] } },
  );
  const found = await client().list({ run: "7" }, unending());
  expect(found.map(({ state }) => state)).toEqual(["open", "expired"]);
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/v1/sender/handoffs?run=7",
    "/v1/sender/handoffs?run=7&cursor=c+1",
  ]);
});

describe("an answer becomes a sentence:", () => {
  const strange = (status: number) =>
    `not_a_service: ORIGIN answered ${status}, but not as a secret-handoff service does. Check endpoint.`;
  const rows: readonly (readonly [string, Scripted, string])[] = [
    [
      "no valid token",
      problem(401, "unauthenticated", "The audience is another."),
      "unauthenticated: ORIGIN does not accept this workflow's token: The audience is another. Check that endpoint is the service's exact address.",
    ],
    [
      "not in the senders list, with the claims seen",
      problem(
        403,
        "not_allowed",
        "The senders list does not let this workflow send. Seen: repository a/b (id 7)",
      ),
      "not_allowed: This workflow may not send through ORIGIN: The senders list does not let this workflow send. Seen: repository a/b (id 7). Ask whoever runs the service to add it to the senders list.",
    ],
    [
      "in the senders list, without the right",
      problem(
        403,
        "not_allowed",
        "This call needs the right revoke. The senders list gives this caller check.",
      ),
      "not_allowed: This workflow may not send through ORIGIN: This call needs the right revoke. The senders list gives this caller check. Ask whoever runs the service to add what is missing to its entry.",
    ],
    [
      "policy, every rule",
      problem(422, "policy", "x", {
        broken: [
          { rule: "passphrase", detail: "Class a needs a passphrase." },
          { rule: "reason", detail: "Class a needs a reason." },
        ],
      }),
      "policy: The service's policy refuses this: Class a needs a passphrase. Class a needs a reason. Change what breaks the rules, or choose another class.",
    ],
    [
      "resend needed",
      problem(409, "resend_needed", "x"),
      "resend_needed: This version was handed over before, and that handoff ended locked or reported. Find out why, then set resend: true.",
    ],
    [
      "newer version",
      problem(409, "newer_version", "x"),
      "newer_version: A newer version of this secret was handed over already, so this older one is not. Run again to read the newest version.",
    ],
    [
      "too large",
      problem(413, "too_large", "x"),
      "too_large: The service finds the handoff too large. Hand over fewer secrets at once.",
    ],
    [
      "another refusal",
      problem(400, "malformed", "The field header is malformed"),
      "service_refused: ORIGIN refused the request (400 malformed): The field header is malformed.",
    ],
    ["a text", { status: 200, text: "<html>", headers: { "content-type": "text/plain" } }, strange(200)],
    ["another API", { status: 200, json: { ok: true } }, strange(200)],
    ["a foreign 404", { status: 404, text: "nope" }, strange(404)],
    [
      "JSON that is broken",
      { status: 201, text: "{", headers: { "content-type": "application/json" } },
      strange(201),
    ],
    ["an id of another shape", { status: 201, json: view({ id: "x" as HandoffId }) }, strange(201)],
    [
      "a redirect",
      { status: 302, headers: { location: "https://elsewhere.example" } },
      "not_a_service: ORIGIN redirects elsewhere. Set endpoint to the service's own address.",
    ],
    [
      "an endless 503",
      problem(503, "unavailable", "The table throttles."),
      "service_unavailable: ORIGIN answered 503 again and again. The table throttles. Try again later, or ask whoever runs the service.",
    ],
    [
      "an endless answer",
      { status: 200, text: "x".repeat(2_000_001) },
      "not_a_service: The service's answer is longer than any it gives. Check endpoint.",
    ],
  ];
  test.each(rows)("%s", async (_, answer, expected) => {
    server.answer(answer);
    const { code, message } = await rejectionOf(create());
    expect(`${code}: ${message}`).toBe(expected.replaceAll("ORIGIN", server.url));
  });
});

test("the token is not sent on when the service redirects", async () => {
  const other = await startScriptedServer();
  server.answer({ status: 307, headers: { location: `${other.url}/v1/sender/handoffs` } });
  await rejectionOf(create());
  expect(other.seen).toHaveLength(0);
  await other.close();
});

test("a port where nothing listens is reported with the system's word for it", async () => {
  const gone = await startScriptedServer();
  await gone.close();
  const runtime = quickRuntime({ fetch });
  const lost = serviceClient(gone.url, async () => new Concealed("t"), runtime);
  const { code, message } = await rejectionOf(lost.policy(unending()));
  expect([code, message]).toEqual([
    "service_unreachable",
    `${gone.url} cannot be reached: nothing takes connections there (ECONNREFUSED). Check endpoint, and that this machine may connect to it.`,
  ]);
  expect(runtime.waits).toHaveLength(4);
});

test("a hard deadline ends a request under way with its reason", async () => {
  const { deadline, giveUp } = endable();
  const runtime = quickRuntime({
    fetch: (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        giveUp();
      }),
  });
  const client = serviceClient("https://a.example", async () => new Concealed("t"), runtime);
  expect((await rejectionOf(client.policy(deadline))).code).toBe("cancelled");
});
