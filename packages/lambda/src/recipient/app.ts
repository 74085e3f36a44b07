import {
  encodeBase64url,
  type HandoffId,
  handoffIdOfToken,
  type LinkToken,
  showsKey,
} from "@secret-handoff/protocol";
import {
  AcknowledgeRequest,
  ClaimRequest,
  type ClaimResponse,
  CodeRequest,
  RECIPIENT_BODY_LIMIT,
  ReportRequest,
  StatusRequest,
  type StatusResponse,
} from "@secret-handoff/protocol/api";
import type { Company } from "@secret-handoff/protocol/company";
import type { Context, Hono } from "hono";
import type * as v from "valibot";
import { createApp, nothingHere, refuseForeignOrigin, route } from "../http/app.ts";
import { gone, notFound, ProblemError } from "../http/problem.ts";
import { readBody } from "../http/request.ts";
import type { Clock } from "../runtime.ts";
import type { ClaimOutcome, Claims } from "../store/claims.ts";
import { derive, verificationOf } from "../store/handoff-record.ts";
import type { Receipts } from "../store/receipts.ts";
import { serveFrontPage, wantsHtml } from "./front-page.ts";
import { type EncodedPage, servePage, withCompany } from "./page.ts";
import { Retrievals, type SourceOf } from "./retrievals.ts";
import { type CodeDeps, codeHashOf, sendCode } from "./send-code.ts";

type RecipientDeps = CodeDeps & {
  readonly claims: Claims;
  readonly receipts: Receipts;
  readonly page: EncodedPage;
  /** Who runs the service, as recipients know them. */
  readonly runBy?: string | undefined;
  /** Whom recipients know the senders by: the page and the front page begin with it. */
  readonly company?: Company | undefined;
  readonly clock: Clock;
  /** To watch for suspicious retrieval. */
  readonly sourceOf?: SourceOf;
};

/** The recipient's side of the one-time store: public, and able to create nothing. */
export function createRecipientApp(deps: RecipientDeps): Hono {
  const { origin, page, runBy, company, claims, receipts, clock, log } = deps;
  const app = createApp(origin, log);
  const retrievals = new Retrievals(clock, log);

  /** Checks in this order: who, type, size, shape, and only then the id, which must be the token's: no wrong token reaches the table. */
  async function read<Schema extends v.GenericSchema<unknown, { readonly linkToken: LinkToken }>>(
    c: Context,
    schema: Schema,
  ) {
    refuseForeignOrigin(c, origin);
    const body = await readBody(c, schema, RECIPIENT_BODY_LIMIT);
    const id = handoffIdOfToken(body.linkToken);
    if (c.req.param("id") !== id) throw notFound();
    return { id, body };
  }

  // The deployment counts this word, and alarms.
  const onMangled = () => log({ level: "info", what: "link_mangled" });
  const showPage = servePage(company ? withCompany(page, company) : page, onMangled);
  route(app, "/h/*", { GET: showPage });

  const showFrontPage = serveFrontPage(runBy, company);
  route(app, "/", { GET: (c) => showFrontPage(c, 200) });
  app.notFound((c) => {
    if (!wantsHtml(c)) return nothingHere(c);
    // A gateway may mangle a link until its path is no link's any more: the page mends that too.
    return showsKey(c.req.path) ? showPage(c) : showFrontPage(c, 404);
  });

  route(app, "/v1/handoffs/:id/status", {
    POST: async (c) => {
      const { id } = await read(c, StatusRequest);
      const answer = await status(claims, id, clock());
      retrievals.looked(id, deps.sourceOf?.(c));
      return c.json(answer);
    },
  });

  route(app, "/v1/handoffs/:id/claim", {
    POST: async (c) => {
      const { id, body } = await read(c, ClaimRequest);
      const codeHash = body.code === undefined ? undefined : codeHashOf(body.linkToken, body.code);
      return c.json(claimAnswer(await claims.claim(id, { ...body, codeHash }, clock())));
    },
  });

  route(app, "/v1/handoffs/:id/code", {
    POST: async (c) => {
      const { id, body } = await read(c, CodeRequest);
      await sendCode(deps, id, body, clock());
      retrievals.askedForCode(id);
      return c.body(null, 202);
    },
  });

  route(app, "/v1/handoffs/:id/acknowledge", {
    POST: async (c) => {
      const { id, body } = await read(c, AcknowledgeRequest);
      const outcome = await receipts.acknowledge(id, body, clock());
      if (outcome === "not_found") throw notFound();
      if (outcome === "wrong_receipt") {
        throw new ProblemError("wrong_receipt", "This does not show that the secret was decrypted.");
      }
      return c.body(null, 204);
    },
  });

  route(app, "/v1/handoffs/:id/report", {
    POST: async (c) => {
      const { id } = await read(c, ReportRequest);
      if ((await receipts.report(id, clock())) === "not_found") throw notFound();
      return c.body(null, 204);
    },
  });

  return app;
}

async function status(claims: Claims, id: HandoffId, now: number): Promise<StatusResponse> {
  const record = await claims.find(id);
  if (!record) throw notFound();
  return {
    ...derive(record, now),
    class: record.class,
    flags: record.flags,
    expiresAt: record.expiresAt,
    header: encodeBase64url(record.header ?? new Uint8Array(0)),
    verification: verificationOf(record.flags, record.mailsCodes),
    attemptsLeft: record.attemptsLeft,
  };
}

function claimAnswer(outcome: ClaimOutcome): ClaimResponse {
  switch (outcome.kind) {
    case "released":
      return {
        // By Node.js itself: the protocol's encoder, which runs anywhere, takes milliseconds for the largest envelope.
        envelope: Buffer.from(outcome.envelope).toString("base64url"),
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
      throw gone(outcome);
    case "not_found":
      throw notFound();
  }
}
