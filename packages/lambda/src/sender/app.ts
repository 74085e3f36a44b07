import { handoffIdOf, isHandoffId } from "@secret-handoff/protocol";
import {
  ApprovalRequest,
  type AuditEvent,
  CheckRequest,
  CreateRequest,
  DecisionRequest,
  EventsQuery,
  type HandoffView,
  isRequestId,
  LeavesQuery,
  ListedEntry,
  ListQuery,
  MailedRequest,
  type OperatorEntry,
  type PolicyResponse,
  RecipientsQuery,
  RevokeAllRequest,
  type Right,
  SENDER_BODY_LIMIT,
  SealsQuery,
  type SenderEntry,
} from "@secret-handoff/protocol/api";
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { createApp, refuseForeignOrigin, route } from "../http/app.ts";
import { ProblemError } from "../http/problem.ts";
import { readBody, readQuery, refuseQuery } from "../http/request.ts";
import { type HandoffRecord, viewOf } from "../store/handoff-record.ts";
import type { RequestRecord } from "../store/request-record.ts";
import type { Seals } from "../store/seals.ts";
import { approve, deny } from "./approvals.ts";
import { type Caller, type CallerDeps, identify, requireRight } from "./callers.ts";
import { type CreateDeps, check, create } from "./create.ts";
import { Cursors } from "./cursors.ts";
import { type EraseDeps, eraseRecipient } from "./erase-recipient.ts";
import { listEvents, recordViewing, type TrailDeps } from "./events.ts";
import { listHandoffs, listLeaves, listSeals } from "./lists.ts";
import { findRecipient } from "./recipients.ts";
import { type Named, type RefusalDeps, Refusals } from "./refusals.ts";
import { ask, knownRequest, type RequestDeps, shownRequest } from "./requests.ts";
import { revokeAll } from "./revoke-all.ts";
import { may, mayInAllClasses, rightsOf } from "./rights.ts";

type SenderDeps = CreateDeps &
  CallerDeps &
  RequestDeps &
  RefusalDeps &
  Pick<EraseDeps, "erasures"> &
  Omit<TrailDeps, "cursors"> & {
    readonly origin: string;
    /** What senders call themselves unless they say otherwise. */
    readonly company?: PolicyResponse["company"] | undefined;
    readonly seals: Seals;
  };

/** The sender's side of the one-time store: creates and ends handoffs, and can read no envelope. */
export function createSenderApp(deps: SenderDeps): Hono {
  const app = createApp(deps.origin, deps.log);
  const api = senderRoutes(deps);
  app.route("/v1/sender", api);
  app.route("/iam/v1/sender", api);
  return app;
}

function senderRoutes(deps: SenderDeps): Hono {
  const { handoffs, standalone, classes, senders, operators, company, clock } = deps;
  const refusals = new Refusals(deps);
  const cursors = new Cursors(() => deps.recipients.secretFor("cursors"));
  const api = new Hono();

  /** Authenticates the caller, and refuses, with an event, whoever has none of these rights. */
  async function admit(c: Context, ...anyOf: readonly Right[]): Promise<Caller> {
    let caller: Caller | undefined;
    try {
      refuseForeignOrigin(c, deps.origin);
      caller = await identify(c, deps);
      requireRight(caller, anyOf);
      return caller;
    } catch (error) {
      await noteRefusal(error, caller);
      throw error;
    }
  }

  /** Does what the caller asked for; a refusal leaves an event. */
  async function noting<T>(caller: Caller, named: Named, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await noteRefusal(error, caller, named);
      throw error;
    }
  }

  async function noteRefusal(error: unknown, caller: Caller | undefined, named?: Named): Promise<void> {
    if (!(error instanceof ProblemError) || error.status >= 500) return;
    await refusals.note(error.code, caller, named);
  }

  /** The handoff with this id, if the caller may know it: its own of a class that it may send, or any that one of these rights covers. */
  async function knownHandoff(
    c: Context,
    caller: Caller,
    ...orWith: readonly Right[]
  ): Promise<HandoffRecord> {
    const id = c.req.param("id") ?? "";
    const found = isHandoffId(id) ? await handoffs.get({ id }) : undefined;
    const isOwn = found?.owner === caller.owner && may(caller, "send", found.class);
    if (found && (isOwn || orWith.some((right) => may(caller, right, found.class)))) return found;
    // The trail records it; the caller does not learn that it exists, nor by the time that one more write takes.
    if (found) await refusals.note("not_allowed", caller, { handoff: found.id, class: found.class });
    else if (isHandoffId(id)) await refusals.note("not_found", caller, { handoff: id });
    throw new ProblemError("not_found", "There is no handoff with this id, or it is not yours.");
  }

  route(api, "/handoffs", {
    POST: async (c) => {
      const caller = await admit(c, "send");
      const body = await readBody(c, CreateRequest, SENDER_BODY_LIMIT);
      const named = { handoff: handoffIdOf(body.linkVerifier), class: body.class };
      const { status, view } = await noting(caller, named, () => create(deps, caller, body, clock()));
      return c.json(view, status);
    },
    GET: async (c) => {
      const rights = ["send", "revoke", "audit"] as const;
      const caller = await admit(c, ...rights);
      const shown = (view: HandoffView) => rights.some((right) => may(caller, right, view.class));
      return c.json(
        await listHandoffs({ handoffs, cursors }, caller.owner, readQuery(c, ListQuery), clock(), shown),
      );
    },
  });

  route(api, "/handoffs/check", {
    POST: async (c) => {
      const caller = await admit(c, "send", "check");
      const body = await readBody(c, CheckRequest, SENDER_BODY_LIMIT);
      return c.json(await noting(caller, { class: body.class }, () => check(deps, caller, body, clock())));
    },
  });

  route(api, "/handoffs/revoke", {
    POST: async (c) => {
      const caller = await admit(c, "revoke");
      const body = await readBody(c, RevokeAllRequest, SENDER_BODY_LIMIT);
      // The answer says whether the recipients directory knows the address.
      if (body.recipient?.includes("@")) await recordViewing(standalone, caller, clock());
      return c.json(await revokeAll({ ...deps, cursors }, caller, body));
    },
  });

  route(api, "/handoffs/:id", {
    GET: async (c) => {
      const caller = await admit(c, "send", "revoke", "audit");
      refuseQuery(c);
      return c.json(viewOf(await knownHandoff(c, caller, "revoke", "audit"), clock()));
    },
    DELETE: async (c) => {
      const caller = await admit(c, "send", "revoke");
      refuseQuery(c);
      const record = await knownHandoff(c, caller, "revoke");
      const { actor, requestOwner } = caller;
      if ((await handoffs.withdraw(record, "revoked", actor, clock(), {}, requestOwner)) === "released") {
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
      await handoffs.mailed(await knownHandoff(c, caller), messageId, caller.actor, clock());
      return c.body(null, 204);
    },
  });

  /** Whole addresses are the directory's: who looks at them without another event is recorded as for the trail. */
  const show = async (caller: Caller, record: RequestRecord) => {
    const view = await shownRequest(deps, caller, record);
    if (view.recipientAddresses) {
      await recordViewing(standalone, caller, clock(), { request: record.id, class: record.class });
    }
    return view;
  };

  route(api, "/requests", {
    POST: async (c) => {
      const caller = await admit(c, "send");
      const body = await readBody(c, ApprovalRequest, SENDER_BODY_LIMIT);
      return c.json(await noting(caller, { class: body.class }, () => ask(deps, caller, body)), 201);
    },
  });

  route(api, "/requests/:id", {
    GET: async (c) => {
      const caller = await admit(c, "send", "check", "approve", "audit");
      refuseQuery(c);
      const id = c.req.param("id") ?? "";
      // As for a handoff.
      const record = await knownRequest(deps, caller, id, (foreign) =>
        foreign
          ? refusals.note("not_allowed", caller, { request: foreign.id, class: foreign.class })
          : refusals.note("not_found", caller, { request: id }),
      );
      return c.json(await show(caller, record));
    },
  });

  for (const [verb, decide] of Object.entries({ approve, deny })) {
    route(api, `/requests/:id/${verb}`, {
      POST: async (c) => {
        const caller = await admit(c, "approve");
        const body = await readBody(c, DecisionRequest, SENDER_BODY_LIMIT);
        const id = c.req.param("id") ?? "";
        const named = isRequestId(id) ? { request: id } : {};
        const { record, isWritten } = await noting(caller, named, () => decide(deps, caller, id, body));
        return c.json(await (isWritten ? shownRequest(deps, caller, record) : show(caller, record)));
      },
    });
  }

  route(api, "/policy", {
    GET: async (c) => {
      const caller = await admit(c, "send", "check", "revoke", "approve", "audit", "erase");
      refuseQuery(c);
      const isSender = may(caller, "send") || may(caller, "check");
      const answer: PolicyResponse = {
        rights: rightsOf(caller),
        classes: classes.filter(
          ({ name }) => !isSender || may(caller, "send", name) || may(caller, "check", name),
        ),
        ...(mayInAllClasses(caller, "audit")
          ? { lists: { senders: senders.map(listed), operators: operators.map(listed) } }
          : {}),
        ...(company === undefined ? {} : { company }),
      };
      return c.json(answer);
    },
  });

  route(api, "/events", {
    GET: async (c) => {
      const caller = await admit(c, "audit");
      // An event without a class may belong to any: an auditor of some classes does not see it.
      const seesAll = mayInAllClasses(caller, "audit");
      const shown = (event: AuditEvent) =>
        seesAll || (event.class !== undefined && may(caller, "audit", event.class));
      const query = readQuery(c, EventsQuery);
      const now = clock();
      const page = await listEvents({ ...deps, cursors }, query, now, shown);
      await recordViewing(standalone, caller, now);
      return c.json(page);
    },
  });

  route(api, "/seals", {
    GET: async (c) => {
      const caller = await admit(c, "audit");
      const page = await listSeals(deps.seals, readQuery(c, SealsQuery), clock());
      await recordViewing(standalone, caller, clock());
      return c.json(page);
    },
  });

  route(api, "/seals/:day/leaves", {
    GET: async (c) => {
      const caller = await admit(c, "audit");
      const page = await noting(caller, {}, async () => {
        if (!mayInAllClasses(caller, "audit")) throw new ProblemError("not_allowed", LEAVES_NEED);
        return listLeaves(deps.seals, c.req.param("day") ?? "", readQuery(c, LeavesQuery));
      });
      await recordViewing(standalone, caller, clock());
      return c.json(page);
    },
  });

  route(api, "/recipients", {
    GET: async (c) => {
      const caller = await admit(c, "audit");
      const query = readQuery(c, RecipientsQuery);
      await noting(caller, {}, async () => {
        if (!mayInAllClasses(caller, "audit")) throw new ProblemError("not_allowed", RECIPIENTS_NEED);
      });
      // First: that an address is unknown is an answer too.
      await recordViewing(standalone, caller, clock());
      return c.json(await findRecipient(deps.recipients, query));
    },
  });

  route(api, "/recipients/:id", {
    DELETE: async (c) => {
      const caller = await admit(c, "erase");
      refuseQuery(c);
      await noting(caller, {}, async () => {
        if (!mayInAllClasses(caller, "erase")) throw new ProblemError("not_allowed", ERASE_NEEDS);
      });
      await eraseRecipient({ ...deps, cursors }, caller, c.req.param("id") ?? "");
      return c.body(null, 204);
    },
  });

  return api;
}

const LEAVES_NEED =
  "The leaves of a day name the events of every class. This call needs the right audit without a list of classes.";

const RECIPIENTS_NEED =
  "The recipients directory has the recipients of every class. This call needs the right audit without a list of classes.";

const ERASE_NEEDS =
  "A recipient is erased, and what is open for it revoked, in every class. This call needs the right erase without a list of classes.";

/** An entry as an auditor sees it: what the schema names and nothing else, whatever is beside it. */
function listed(entry: SenderEntry | OperatorEntry): ListedEntry {
  return v.parse(ListedEntry, entry);
}
