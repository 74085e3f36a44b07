import "../support/one-realm.ts";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  deliver,
  type MailTransport,
  type Outcome,
  SenderError,
  sesTransport,
  smtpTransport,
  startDeadline,
} from "@secret-handoff/sdk";
import type { SMTPServerOptions } from "smtp-server";
import { deliveryOf, fakePorts } from "../sdk/fake-delivery.ts";
import { smtpError, startSmtpCatcher } from "../sdk/smtp-catcher.ts";
import { type VirtualRuntime, virtualRuntime } from "../sdk/virtual-runtime.ts";
import { type RateLimit, slidingWindow, tokenBucket } from "../support/rate-limits.ts";
import { atTier, report } from "../support/tier.ts";

/**
 * 200 recipients in one step, and mail that is limited: by the second, by the day, by the number of connections, by storms of
 * refusals. Each recipient gets one mail or is told why not, before the step's ten minutes are over, and none gets two. The clock
 * is the test's own: client and servers wait by it, and nobody waits for real.
 */

// The clock is virtual, the machine is not: a busy one takes its time for 200 recipients.
jest.setTimeout(atTier({ cit: 120_000, proof: 600_000 }));

const RECIPIENTS = Array.from(
  { length: atTier({ cit: 30, proof: 200 }) },
  (_, index) => `recipient-${index}@vendor.example`,
);
const TIMEOUT_MS = 600_000;
/** What a mail server or SES takes to answer, ms of the test's clock. */
const ANSWER_MS = 80;
/** Real milliseconds in which what is on its way over loopback has arrived. */
const SETTLE_MS = 2;

const closing: (() => Promise<void>)[] = [];
const kept = { ...process.env };
afterEach(async () => {
  process.env = { ...kept };
  await Promise.all(closing.splice(0).map((close) => close()));
});

// Loaded beforehand: while a file is read, the clock of a test could take the process for idle.
beforeAll(async () => {
  await import("@aws-sdk/client-sesv2");
  await import("nodemailer/lib/smtp-connection");
  await import("nodemailer/lib/mail-composer");
});

type Result = {
  readonly outcomes: readonly Outcome[];
  readonly seconds: number;
  readonly created: number;
};

/** One step: delivers to everybody, within its timeout. */
async function step(mail: MailTransport, runtime: VirtualRuntime): Promise<Result> {
  const { ports, journal } = fakePorts();
  const late = new SenderError("deadline", "The step's time of 10m was up.");
  const ending = startDeadline({ limitMs: TIMEOUT_MS, graceMs: 2_500, atLimit: () => late }, runtime);
  const begun = runtime.now();
  const all = { ...ports, runtime, mail };
  const outcomes = await deliver(deliveryOf(), RECIPIENTS, all, ending.deadline);
  ending.close();
  const created = journal.filter((line) => line.startsWith("create ")).length;
  return { outcomes, created, seconds: (runtime.now() - begun) / 1_000 };
}

/** Each recipient has one mail, or none and a reason. */
function expectOnce({ outcomes, seconds }: Result, taken: readonly string[], name: string) {
  expect(outcomes).toHaveLength(RECIPIENTS.length);
  for (const [index, recipient] of RECIPIENTS.entries()) {
    const outcome = outcomes[index];
    const mails = taken.filter((to) => to === recipient).length;
    expect([recipient, outcome?.kind, mails]).toEqual([
      recipient,
      mails === 1 ? "mailed" : "failed",
      mails === 1 ? 1 : 0,
    ]);
    if (outcome?.kind === "failed") expect(outcome.error.message).toMatch(/^[A-Z\d].{20,}\.$/);
  }
  expect(seconds).toBeLessThanOrEqual(TIMEOUT_MS / 1_000 + 5);
  const why = new Set(outcomes.flatMap((one) => (one.kind === "failed" ? [one.error.message] : [])));
  for (const sentence of [...why].slice(0, 4)) report(sentence);
  report(`${name}: ${taken.length} of ${RECIPIENTS.length} mailed in ${Math.round(seconds)} s`);
}

/** What is refused at all, or undefined. */
type SesRule = (
  now: number,
  taken: number,
) => { readonly type: string; readonly message: string } | undefined;

/** SES v2's SendEmail, as far as limits go. */
async function startSes(rule: SesRule, runtime: VirtualRuntime) {
  const taken: string[] = [];
  const server = createServer((request, response) => {
    runtime.touch();
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { Destination } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
      runtime.schedule(ANSWER_MS, () => {
        const refusal = rule(runtime.now(), taken.length);
        if (!refusal) taken.push(...Destination.ToAddresses);
        response.writeHead(refusal ? 429 : 200, {
          "content-type": "application/json",
          ...(refusal ? { "x-amzn-errortype": refusal.type } : {}),
        });
        response.end(
          JSON.stringify(refusal ? { message: refusal.message } : { MessageId: `${taken.length}` }),
        );
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SESV2: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  return { taken, transport: sesTransport({ region: "eu-west-1" }, runtime) };
}

const rate =
  (limit: RateLimit): SesRule =>
  (now) =>
    limit(now) ? undefined : { type: "TooManyRequestsException", message: "Maximum sending rate exceeded." };

describe("SES", () => {
  test.each([
    ["1 a second, token bucket", tokenBucket(1)],
    ["1 a second, sliding window", slidingWindow(1)],
    ["14 a second, token bucket", tokenBucket(14)],
    ["14 a second, sliding window", slidingWindow(14)],
  ])("at %s: all are mailed", async (name, limit) => {
    const runtime = virtualRuntime(SETTLE_MS);
    const { taken, transport } = await startSes(rate(limit), runtime);
    const result = await step(transport, runtime);
    expectOnce(result, taken, `SES, ${name}`);
    expect(taken).toHaveLength(RECIPIENTS.length);
  });

  test("too slow for all: the rest is told why", async () => {
    const runtime = virtualRuntime(SETTLE_MS);
    const { taken, transport } = await startSes(rate(tokenBucket(0.05)), runtime);
    const result = await step(transport, runtime);
    expectOnce(result, taken, "SES, 1 in 20 seconds");
    expect(taken.length).toBeGreaterThan(15);
    const told = result.outcomes.flatMap((one) => (one.kind === "failed" ? [one.error] : []));
    expect(new Set(told.map(({ code }) => code))).toEqual(new Set(["deadline"]));
    expect(told.some(({ message }) => message.includes("Maximum sending rate exceeded"))).toBe(true);
  });

  test("with its quota of the day used up: nothing more is created or asked", async () => {
    const runtime = virtualRuntime(SETTLE_MS);
    const most = RECIPIENTS.length / 2;
    let asked = 0;
    const { taken, transport } = await startSes((_, sent) => {
      asked += 1;
      return sent < most
        ? undefined
        : { type: "ThrottlingException", message: "Daily message quota exceeded." };
    }, runtime);
    const result = await step(transport, runtime);
    expectOnce(result, taken, "SES, quota of the day");
    expect(taken).toHaveLength(most);
    expect(asked).toBeLessThanOrEqual(most + 6);
    expect(result.created).toBeLessThanOrEqual(most + 12);
    expect(result.seconds).toBeLessThan(60);
  });
});

type SmtpRule = {
  /** Connections at a time. */
  readonly most?: number;
  readonly onMail?: (now: number) => Error | undefined;
  readonly onRecipient?: (now: number, address: string) => Error | undefined;
  readonly onLogin?: (now: number) => Error | undefined;
};

async function startSmtp(rule: SmtpRule, runtime: VirtualRuntime) {
  const taken: string[] = [];
  const greeted = new Map<number | undefined, () => void>();
  let open = 0;
  let logins = 0;
  const after = (ms: number, answer: () => void) => {
    runtime.touch();
    runtime.schedule(ms, answer);
  };
  const options: SMTPServerOptions = {
    hideSTARTTLS: true,
    disabledCommands: ["STARTTLS"],
    authOptional: !rule.onLogin,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onConnect: ({ remotePort }, done) => {
      setImmediate(() => greeted.get(remotePort)?.());
      if (open >= (rule.most ?? Number.POSITIVE_INFINITY)) {
        return done(smtpError(421, "4.7.0 Too many connections from your address"));
      }
      open += 1;
      return done();
    },
    onClose: () => {
      runtime.touch();
      open = Math.max(0, open - 1);
    },
    onAuth: (_, __, done) => {
      logins += 1;
      const refusal = rule.onLogin?.(runtime.now());
      if (refusal) done(refusal);
      else done(null, { user: "u" });
    },
    onMailFrom: (_, __, done) => after(ANSWER_MS, () => done(rule.onMail?.(runtime.now()))),
    onRcptTo: ({ address }, _, done) => {
      runtime.touch();
      done(rule.onRecipient?.(runtime.now(), address));
    },
    onData: (stream, session, done) => {
      stream.resume();
      stream.on("end", () =>
        after(ANSWER_MS, () => {
          taken.push(...session.envelope.rcptTo.map(({ address }) => address));
          done();
        }),
      );
    },
  };
  const catcher = await startSmtpCatcher(options, (socket) => {
    // The server's library waits a tenth of a real second before it greets.
    const release = runtime.hold();
    greeted.set(socket.remotePort, release);
    socket.once("close", release);
  });
  closing.push(() => catcher.close());
  const server = { host: "127.0.0.1", port: catcher.port, tls: "none" } as const;
  return { taken, transport: smtpTransport(server, runtime), logins: () => logins };
}

/** Refuses a share, the same with every run. */
function sometimes(share: number, error: () => Error): () => Error | undefined {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 < share ? error() : undefined;
  };
}

const greylisting = (forMs: number) => {
  const first = new Map<string, number>();
  return (now: number, address: string) => {
    first.set(address, first.get(address) ?? now);
    const waited = now - (first.get(address) ?? now);
    return waited < forMs ? smtpError(451, "4.7.1 Greylisted, come back later") : undefined;
  };
};

describe("SMTP", () => {
  test.each<[string, (start: number) => SmtpRule]>([
    ["1 connection", () => ({ most: 1 })],
    ["2 connections", () => ({ most: 2 })],
    ["3 connections", () => ({ most: 3 })],
    [
      "5 mails a second",
      () => {
        const limit = tokenBucket(5);
        return {
          onMail: (now) => (limit(now) ? undefined : smtpError(450, "4.7.1 Error: too much mail")),
        };
      },
    ],
    [
      "a storm of a minute in which everything is refused",
      (start) => ({
        onMail: (now) =>
          now - start > 500 && now - start < 60_500
            ? smtpError(451, "4.3.0 Temporary system problem")
            : undefined,
      }),
    ],
    [
      "a storm at the recipients, three of ten",
      () => ({ onRecipient: sometimes(0.3, () => smtpError(450, "4.2.0 Mailbox busy")) }),
    ],
    [
      "a storm at the sender, three of ten",
      () => ({ onMail: sometimes(0.3, () => smtpError(421, "4.3.2 Service shutting down")) }),
    ],
    ["greylisting of everybody for two minutes", () => ({ onRecipient: greylisting(120_000) })],
  ])("%s: all are mailed", async (name, rule) => {
    const runtime = virtualRuntime(SETTLE_MS);
    const { taken, transport } = await startSmtp(rule(runtime.now()), runtime);
    const result = await step(transport, runtime);
    expectOnce(result, taken, `SMTP, ${name}`);
    expect(taken).toHaveLength(RECIPIENTS.length);
  });

  test("a greeting after 12 seconds is waited for", async () => {
    const catcher = await startSmtpCatcher({
      disabledCommands: ["STARTTLS"],
      onConnect: (_, done) => void setTimeout(done, atTier({ cit: 300, proof: 12_000 })),
    });
    closing.push(() => catcher.close());
    const runtime = virtualRuntime();
    const transport = smtpTransport({ host: "127.0.0.1", port: catcher.port, tls: "none" }, runtime);
    const { deadline } = startDeadline(
      { limitMs: 1e12, graceMs: 0, atLimit: () => new SenderError("deadline", "late") },
      { schedule: () => () => {} },
    );
    expect(await transport.check({ address: "handoff@acme.example" }, deadline)).toEqual([]);
  });
});
