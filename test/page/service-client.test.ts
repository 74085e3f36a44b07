import { describe, expect, test } from "@jest/globals";
import { createServiceClient } from "@secret-handoff/protocol/recipient";
import { sealedHandoff } from "./sealed.ts";

const { link, status, claim } = await sealedHandoff();
const DATE = "Mon, 21 Sep 2026 14:13:20 GMT";

/** The service behind a fetch that answers this. */
function answering(answer: (request: Request) => Response | Promise<Response>) {
  const requests: { readonly url: string; readonly init: RequestInit }[] = [];
  const service = createServiceClient(async (input, init = {}) => {
    requests.push({ url: String(input), init });
    return answer(new Request(`https://handoff.example.com${input}`, { method: "POST" }));
  });
  return { service, requests };
}

const json = (body: unknown, init: ResponseInit = {}) =>
  new Response(JSON.stringify(body), { headers: { date: DATE }, ...init });

test("tokens travel in the body, never in the address, and no cookie goes along", async () => {
  const { service, requests } = answering(() => json(status));
  await service("status", link.id, { linkToken: "T0KEN" });
  expect(requests).toHaveLength(1);
  expect(requests[0]?.url).toBe(`/v1/handoffs/${link.id}/status`);
  expect(requests[0]?.init).toMatchObject({
    method: "POST",
    body: '{"linkToken":"T0KEN"}',
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
  });
});

test("an acknowledgement outlives the tab", async () => {
  const { service, requests } = answering(() => new Response(null, { status: 204 }));
  await service("acknowledge", link.id, { linkToken: "", claimId: "", receipt: "" });
  expect(requests[0]?.init.keepalive).toBe(true);
});

test("an answer brings the service's time with it", async () => {
  const { service } = answering(() => json(status));
  expect(await service("status", link.id, { linkToken: "" })).toEqual({
    kind: "ok",
    body: status,
    serverTime: Date.parse(DATE),
  });
});

test("an answer without a date is an answer", async () => {
  const { service } = answering(() => new Response(JSON.stringify(status)));
  expect(await service("status", link.id, { linkToken: "" })).toMatchObject({
    kind: "ok",
    serverTime: undefined,
  });
});

test("a refusal brings its code, the attempts left and since when", async () => {
  const problem = { type: "x", title: "x", status: 403, detail: "x", code: "wrong_answer", attemptsLeft: 4 };
  const { service } = answering(() => json(problem, { status: 403 }));
  const body = { linkToken: "", claimToken: "", claimId: "", flags: 0 } as const;
  expect(await service("claim", link.id, body)).toMatchObject({
    kind: "refused",
    code: "wrong_answer",
    attemptsLeft: 4,
  });
});

describe("is unreachable, and can be asked again:", () => {
  test.each([
    ["a network that is down", () => Promise.reject(new TypeError("Failed to fetch"))],
    ["an answer that says to come back", () => json({ code: "unavailable" }, { status: 503 })],
    ["a throttle", () => json({}, { status: 429 })],
    ["a gateway's own page", () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["a captive portal", () => new Response("<h1>Welcome to our Wi-Fi</h1>")],
    ["a page of somebody else's with 404", () => new Response("not here", { status: 404 })],
    ["a status without its state", () => json({ ...status, state: undefined })],
    ["a status with a state that nobody knows", () => json({ ...status, state: "melted" })],
    ["a status whose times are words", () => json({ ...status, expiresAt: "soon" })],
    ["a list", () => json([])],
    ["null", () => json(null)],
  ])("%s", async (_, answer) => {
    const { service } = answering(answer);
    expect(await service("status", link.id, { linkToken: "" })).toEqual({ kind: "unreachable" });
  });

  test("a claim without its envelope", async () => {
    const { service } = answering(() => json({ ...claim, envelope: undefined }));
    const body = { linkToken: "", claimToken: "", claimId: "", flags: 0 } as const;
    expect(await service("claim", link.id, body)).toEqual({ kind: "unreachable" });
  });
});
