import { randomUUID } from "node:crypto";
import { handoffIdOf, isHandoffId } from "@secret-handoff/protocol";
import {
  type AuditEvent,
  CreateRequest,
  EventsQuery,
  type EventType,
  isoTime,
  ListQuery,
  MailedRequest,
  type ParsedCreateRequest,
  type PolicyResponse,
  type Right,
  SENDER_BODY_LIMIT,
  type SenderEntry,
} from "@secret-handoff/protocol/api";
import { type Context, Hono } from "hono";
import type { Clock } from "../clock.ts";
import { readBody, readQuery } from "../http/body.ts";
import { answerFailure } from "../http/failure.ts";
import { ProblemError } from "../http/problem.ts";
import { route } from "../http/routes.ts";
import { refuseForeignOrigin, securityHeaders } from "../http/security.ts";
import type { Log } from "../log.ts";
import type { Audit } from "../store/audit.ts";
import { type HandoffRecord, viewOf } from "../store/handoff.ts";
import type { Caller } from "./caller.ts";
import { type CreateDeps, create } from "./create.ts";
import { CursorError } from "./cursor.ts";
import { listEvents } from "./events.ts";
import { type IamPrincipal, identify } from "./identify.ts";
import { listHandoffs } from "./list.ts";
import type { VerifyToken } from "./tokens.ts";

export type SenderDeps = CreateDeps & {
  readonly origin: string;
  readonly senders: readonly SenderEntry[];
  readonly verifyToken: VerifyToken;
  readonly iamPrincipal: IamPrincipal;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
};

/** The sender's side of the one-time store: creates and ends handoffs, and can read no envelope. */
export function createSenderApp(deps: SenderDeps): Hono {
  const { origin, log, clock } = deps;
  const app = new Hono();
  app.use(securityHeaders(origin));
  app.onError((error, c) => answerFailure(error, c, log));
  app.notFound((c) => new ProblemError("not_found", "There is nothing at this address.").toResponse(c));
  const api = senderRoutes(deps, clock);
  app.route("/v1/sender", api);
  app.route("/iam/v1/sender", api);
  return app;
}

function senderRoutes(deps: SenderDeps, clock: Clock): Hono {
  const { handoffs, audit, classes } = deps;
  const api = new Hono();

  /** Says who calls, and refuses, with an event, whoever may not. */
  async function admit(c: Context, ...anyOf: readonly Right[]): Promise<Caller> {
    let caller: Caller | undefined;
    try {
      refuseForeignOrigin(c, deps.origin);
      caller = await identify(c, deps.verifyToken, deps.senders, deps.iamPrincipal);
      const { rights } = caller;
      if (!anyOf.some((right) => rights.has(right))) throw notAllowed(caller, anyOf);
      return caller;
    } catch (error) {
      await noteRefusal(error, caller);
      throw error;
    }
  }

  async function noteRefusal(
    error: unknown,
    caller: Caller | undefined,
    of?: ParsedCreateRequest,
  ): Promise<void> {
    if (!(error instanceof ProblemError) || error.status >= 500) return;
    const named = of && { handoff: handoffIdOf(of.linkVerifier), class: of.class };
    await note("refused", caller, error.code, named);
  }

  /** @param named what of a handoff it is about, as the caller says */
  async function note(
    type: EventType,
    caller: Caller | undefined,
    outcome: string,
    named: Pick<AuditEvent, "handoff" | "class"> = {},
  ): Promise<void> {
    const actor = caller?.actor ?? { kind: "unverified" };
    const time = isoTime(clock());
    await audit.putStandalone({ v: 1, id: randomUUID(), type, time, actor, ...named, outcome });
  }

  /** The handoff with this id, if the caller may know it: its own, or any with one of these rights. */
  async function owned(c: Context, caller: Caller, orWith: readonly Right[]): Promise<HandoffRecord> {
    const id = c.req.param("id") ?? "";
    const found = isHandoffId(id) ? await handoffs.get({ id }) : undefined;
    const mayKnowAll = orWith.some((right) => caller.rights.has(right));
    if (!found || !(mayKnowAll || found.owner === caller.owner)) {
      throw new ProblemError("not_found", "There is no handoff with this id, or it is not yours.");
    }
    return found;
  }

  route(api, "/handoffs", {
    POST: async (c) => {
      const caller = await admit(c, "send");
      const body = await readBody(c, CreateRequest, SENDER_BODY_LIMIT);
      try {
        const { status, view } = await create(deps, caller, body, clock());
        return c.json(view, status);
      } catch (error) {
        await noteRefusal(error, caller, body);
        throw error;
      }
    },
    GET: async (c) => {
      const caller = await admit(c, "send", "revoke", "audit");
      const query = readQuery(c, ListQuery);
      const page = await refusingBadCursor(query.cursor, () =>
        listHandoffs(handoffs, caller.owner, query, clock()),
      );
      return c.json(page);
    },
  });

  route(api, "/handoffs/:id", {
    GET: async (c) => {
      const caller = await admit(c, "send", "revoke", "audit");
      return c.json(viewOf(await owned(c, caller, ["revoke", "audit"]), clock()));
    },
    DELETE: async (c) => {
      const caller = await admit(c, "send", "revoke");
      const record = await owned(c, caller, ["revoke"]);
      if ((await handoffs.withdraw(record, "revoked", caller.actor, clock())) === "released") {
        throw new ProblemError(
          "released",
          "The secret has been released to its recipient; it can no longer be revoked.",
        );
      }
      return c.body(null, 204);
    },
  });

  route(api, "/handoffs/:id/mailed", {
    POST: async (c) => {
      const caller = await admit(c, "send");
      const { messageId } = await readBody(c, MailedRequest, SENDER_BODY_LIMIT);
      await handoffs.mailed(await owned(c, caller, []), messageId, caller.actor, clock());
      return c.body(null, 204);
    },
  });

  route(api, "/policy", {
    GET: async (c) => {
      const caller = await admit(c, "send", "revoke", "audit");
      const answer: PolicyResponse = {
        rights: [...caller.rights],
        classes: classes.filter(({ name }) => caller.classes?.has(name) ?? true),
      };
      return c.json(answer);
    },
  });

  route(api, "/events", {
    GET: async (c) => {
      const caller = await admit(c, "audit");
      const query = readQuery(c, EventsQuery);
      const page = await refusingBadCursor(query.cursor, () => listEvents(audit, query, clock()));
      await note("audit_viewed", caller, "done");
      return c.json(page);
    },
  });

  return api;
}

/** Tells the claims that were seen, so that the senders list can be mended. They are the caller's own, verified. */
function notAllowed({ actor }: Caller, anyOf: readonly Right[]): ProblemError {
  const seen =
    actor.kind === "github"
      ? `repository ${actor.repository} (id ${actor.repositoryId}), environment ${actor.environment ?? "none"}, workflow ${actor.workflow}, ref ${actor.ref}, event ${actor.event}`
      : "an IAM principal";
  return new ProblemError(
    "not_allowed",
    `The senders list of this service does not let this workflow ${anyOf.join(" or ")}. Seen: ${seen}.`,
  );
}

/** DynamoDB itself refuses a cursor that is well formed and yet no place in what is asked for. */
async function refusingBadCursor<T>(cursor: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const refused = cursor !== undefined && error instanceof Error && error.name === "ValidationException";
    if (!(error instanceof CursorError) && !refused) throw error;
    throw new ProblemError("malformed", "The cursor is not one that a page ended with.", { cause: error });
  }
}
