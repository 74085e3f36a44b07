import {
  type AcknowledgeRequest,
  type ClaimId,
  type ClaimResponse,
  type ClaimToken,
  encodeBase64url,
  type HandoffId,
  isHandoffId,
  type LinkToken,
  type Receipt,
  type StatusResponse,
} from "@secret-handoff/protocol";
import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { Clock } from "../clock.ts";
import { readBody } from "../http/body.ts";
import { answerFailure } from "../http/failure.ts";
import { notFound, ProblemError } from "../http/problem.ts";
import { route } from "../http/routes.ts";
import { bytes, flags, text } from "../http/schema.ts";
import { refuseForeignOrigin, securityHeaders } from "../http/security.ts";
import type { ClaimOutcome, Claims } from "../store/claims.ts";
import { derive, verificationOf } from "../store/handoff.ts";
import { type CodeDeps, codeHashOf, sendCode } from "./codes.ts";
import { gone } from "./endings.ts";
import { type EncodedPage, servePage } from "./page.ts";

export type RecipientDeps = CodeDeps & {
  readonly claims: Claims;
  readonly origin: string;
  readonly page: EncodedPage;
  readonly clock: Clock;
};

/** The largest body that a recipient may send, bytes. */
const BODY_LIMIT = 2_048;

const linkToken = bytes<LinkToken>(32);
const StatusBody = v.strictObject({ linkToken });
const ClaimBody = v.strictObject({
  linkToken,
  claimToken: bytes<ClaimToken>(32),
  claimId: bytes<ClaimId>(16),
  flags,
  code: v.optional(v.pipe(v.string(), v.regex(/^\d{8}$/))),
});
const CodeBody = v.strictObject({ linkToken, email: text(320), emailKey: bytes<Uint8Array>(32) });
const AcknowledgeBody = v.strictObject({
  linkToken,
  claimId: bytes<ClaimId>(16),
  receipt: bytes<Receipt>(32),
} satisfies Record<keyof AcknowledgeRequest, v.GenericSchema>);

/** The recipient's side of the one-time store: public, and able to create nothing. */
export function createRecipientApp(deps: RecipientDeps): Hono {
  const { origin, page, claims, clock, log } = deps;
  const app = new Hono();
  app.use(securityHeaders(origin));
  app.onError((error, c) => answerFailure(error, c, log));
  app.notFound((c) => new ProblemError("not_found", "There is nothing at this address.").toResponse(c));

  /** Checks in this order: who, type, size, shape, and only then the id. */
  async function read<Schema extends v.GenericSchema>(c: Context, schema: Schema) {
    refuseForeignOrigin(c, origin);
    const body = await readBody(c, schema, BODY_LIMIT);
    const id = c.req.param("id") ?? "";
    if (!isHandoffId(id)) throw notFound();
    return { id, body };
  }

  // The deployment counts this word, and alarms.
  const onMangled = () => log({ level: "info", what: "link_mangled" });
  route(app, "/h/*", { GET: servePage(page, onMangled) });

  route(app, "/v1/handoffs/:id/status", {
    POST: async (c) => {
      const { id, body } = await read(c, StatusBody);
      return c.json(await status(claims, id, body.linkToken, clock()));
    },
  });

  route(app, "/v1/handoffs/:id/claim", {
    POST: async (c) => {
      const { id, body } = await read(c, ClaimBody);
      const codeHash = body.code === undefined ? undefined : codeHashOf(body.linkToken, body.code);
      return c.json(claimAnswer(await claims.claim(id, { ...body, codeHash }, clock())));
    },
  });

  route(app, "/v1/handoffs/:id/code", {
    POST: async (c) => {
      const { id, body } = await read(c, CodeBody);
      await sendCode(deps, id, body, clock());
      return c.body(null, 202);
    },
  });

  route(app, "/v1/handoffs/:id/acknowledge", {
    POST: async (c) => {
      const { id, body } = await read(c, AcknowledgeBody);
      const outcome = await claims.acknowledge(id, body, clock());
      if (outcome === "not_found") throw notFound();
      if (outcome === "wrong_receipt") {
        throw new ProblemError("wrong_receipt", "This does not show that the secret was decrypted.");
      }
      return c.body(null, 204);
    },
  });

  route(app, "/v1/handoffs/:id/report", {
    POST: async (c) => {
      const { id, body } = await read(c, StatusBody);
      if ((await claims.report(id, body.linkToken, clock())) === "not_found") throw notFound();
      return c.body(null, 204);
    },
  });

  return app;
}

async function status(claims: Claims, id: HandoffId, token: LinkToken, now: number): Promise<StatusResponse> {
  const record = await claims.find(id, token);
  if (!record) throw notFound();
  return {
    ...derive(record, now),
    class: record.class,
    flags: record.flags,
    expiresAt: record.expiresAt,
    header: encodeBase64url(record.header ?? new Uint8Array(0)),
    verification: verificationOf(record.flags, record.hasEmailVerifier),
    attemptsLeft: record.attemptsLeft,
  };
}

function claimAnswer(outcome: ClaimOutcome): ClaimResponse {
  switch (outcome.kind) {
    case "released":
      return {
        envelope: encodeBase64url(outcome.envelope),
        class: outcome.record.class,
        flags: outcome.record.flags,
        expiresAt: outcome.record.expiresAt,
        leaseUntil: outcome.leaseUntil,
      };
    case "wrong_answer":
      throw new ProblemError("wrong_answer", "That was not the right answer.", {
        extensions: { attemptsLeft: outcome.attemptsLeft },
      });
    case "code_needed":
      throw new ProblemError(
        "code_needed",
        "Type the code that was mailed to you last, or ask for a new one; three are mailed at the most.",
      );
    case "gone":
      throw gone(outcome.state, outcome.changedAt);
    case "not_found":
      throw notFound();
  }
}
