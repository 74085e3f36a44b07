import { describe, expect, test } from "@jest/globals";
import {
  Concealed,
  checkPassphrase,
  formatDuration,
  jsonScalars,
  parseAddress,
  parseDuration,
  parseEndpoint,
  parseMailbox,
  parseRecipients,
  parseSecretIds,
  retryAfterMs,
  SenderError,
  serviceClient,
} from "@secret-handoff/sdk";
import { parseSshPublicKey } from "@secret-handoff/sdk/recipient-keys";
import fc from "fast-check";
import { atTier, SEED } from "../support/tier.ts";
import { unending } from "./deadlines.ts";
import { quickRuntime } from "./quick-runtime.ts";

const RUNS = { seed: SEED, numRuns: atTier({ cit: 500, proof: 20_000 }) };

/** Text that comes close to what each parser wants. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.stringMatching(/^[a-z0-9@.,*:/<>" \n-]{0,60}$/),
  fc.constantFrom("https://", "a@b.example", "prod/*", "A, b", "24h", "arn:aws:secretsmanager:x:1:secret:y"),
  fc.webUrl(),
  fc.emailAddress(),
);

describe("whatever the text, a parser takes it or refuses it with a SenderError:", () => {
  test.each<[string, (text: string) => unknown]>([
    ["secret-ids", parseSecretIds],
    ["endpoint", parseEndpoint],
    ["mailbox", (value) => parseMailbox(value)],
    ["passphrase", checkPassphrase],
    ["recipients", parseRecipients],
    ["an SSH public key", parseSshPublicKey],
    [
      "an SSH public key's bytes",
      (value) => parseSshPublicKey(`ssh-ed25519 ${Buffer.from(value).toString("base64")}`),
    ],
    ["address", parseAddress],
    ["duration", parseDuration],
    ["JSON", jsonScalars],
    ["Retry-After", (value) => retryAfterMs(value, 0)],
  ])("%s", (_, parse) => {
    fc.assert(
      fc.property(text, (value) => {
        try {
          parse(value);
        } catch (error) {
          if (!(error instanceof SenderError)) throw error;
          if (value.length > 12) expect(error.message).not.toContain(value);
        }
      }),
      RUNS,
    );
  });
});

test("an address that is taken is one line of ASCII with one @, and stays itself", () => {
  fc.assert(
    fc.property(text, (value) => {
      const address = parseAddress(value);
      if (address === undefined) return;
      expect(address).toMatch(/^[\x21-\x7e]+$/);
      expect(address.split("@")).toHaveLength(2);
      expect(parseAddress(address)).toBe(address);
    }),
    RUNS,
  );
});

test("a length of time that is written reads back", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9_999_999 }), (seconds) => {
      expect(parseDuration(formatDuration(seconds))).toBe(seconds);
    }),
    RUNS,
  );
});

test("whatever the service answers, its client gives a view, or a SenderError on one line", async () => {
  const tokens = async () => new Concealed("t");
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 200, max: 499 }).filter((status) => ![204, 205, 304, 429].includes(status)),
      fc.oneof(
        fc.jsonValue().map((value) => JSON.stringify(value)),
        text,
        nearlyAProblem,
      ),
      fc.constantFrom("application/json", "application/problem+json", "text/html"),
      async (status, body, type) => {
        const runtime = quickRuntime({
          fetch: async () => new Response(body, { status, headers: { "content-type": type } }),
        });
        try {
          await serviceClient("https://a.example", tokens, runtime).policy(unending());
        } catch (error) {
          if (!(error instanceof SenderError)) throw error;
          expect(error.message).not.toMatch(/[\r\n\u2028]/);
          expect(error.message.length).toBeLessThan(4_000);
        }
      },
    ),
    RUNS,
  );
});

const nearlyAProblem = fc
  .record(
    {
      code: fc.oneof(
        fc.constantFrom("policy", "not_allowed", "unauthenticated", "released", "malformed"),
        text,
      ),
      detail: fc.oneof(text, fc.integer()),
      broken: fc.array(fc.oneof(fc.record({ rule: text, detail: text }), fc.jsonValue()), { maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.stringify(value));
