import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
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
  }, Date.now);
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
    // And what the answer took, which is next to nothing here.
    serverTime: expect.closeTo(Date.parse(DATE), -3),
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

  test.each(["acknowledge", "report", "code"] as const)(
    "a page of somebody else's to %s, with 200",
    async (call) => {
      const { service } = answering(() => new Response("<h1>Blocked</h1>"));
      expect(await service(call, link.id, { linkToken: "" } as never)).toEqual({ kind: "unreachable" });
    },
  );

  test("an answer without an end, which is read no further than any answer goes", async () => {
    const part = new TextEncoder().encode(" ".repeat(100_000));
    let parts = 0;
    const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(stream) {
        parts += 1;
        stream.enqueue(part);
      },
    });
    const { service } = answering(() => new Response(endless));
    expect(await service("status", link.id, { linkToken: "" })).toEqual({ kind: "unreachable" });
    expect(parts).toBeLessThan(10);
  });
});

describe("a call waits 15 seconds", () => {
  const body = { linkToken: "", claimToken: "", claimId: "", flags: 0 } as const;
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  /** A claim whose answer comes in parts, when they are sent; as with a real fetch it fails once the call is given up. */
  function inParts() {
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined;
    const service = createServiceClient(async (_, init) => {
      const answer = new ReadableStream({
        start(controller) {
          stream = controller;
        },
      });
      init?.signal?.addEventListener("abort", () => stream?.error(new DOMException("", "AbortError")));
      return new Response(answer, { headers: { date: DATE } });
    }, Date.now);
    return {
      result: service("claim", link.id, body),
      send: (text: string) => stream?.enqueue(new TextEncoder().encode(text)),
      end: () => stream?.close(),
    };
  }

  test("for each part of its answer: a large one over a slow line arrives, and is not asked for again", async () => {
    const { result, send, end } = inParts();
    const parts = JSON.stringify(claim).match(/.{1,40}/g) ?? [];
    for (const part of parts) {
      await jest.advanceTimersByTimeAsync(14_000);
      send(part);
    }
    await jest.advanceTimersByTimeAsync(0);
    end();
    // The service has said its time with the first part: the lease that it counts has gone on since.
    const serverTime = Date.parse(DATE) + parts.length * 14_000;
    expect(await result).toEqual({ kind: "ok", body: claim, serverTime });
  });

  test("and not longer for the next part", async () => {
    const { result, send } = inParts();
    await jest.advanceTimersByTimeAsync(14_000);
    send("{");
    await jest.advanceTimersByTimeAsync(15_001);
    expect(await result).toEqual({ kind: "unreachable" });
  });
});
