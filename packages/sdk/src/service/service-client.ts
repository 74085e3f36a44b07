import { type HandoffId, isLoopback, type Sealed } from "@secret-handoff/protocol";
import {
  type ApprovalRequest,
  type CheckRequest,
  CheckResponse,
  type CreateRequest,
  createRequestOf,
  type DecisionRequest,
  HandoffView,
  ListResponse,
  PolicyResponse,
  RecipientResponse,
  RequestView,
  type RevokeAllRequest,
  RevokeAllResponse,
} from "@secret-handoff/protocol/api";
import * as v from "valibot";
import type { Deadline } from "../runtime/deadline.ts";
import { adaptivePace } from "../runtime/pace.ts";
import { platformRuntime, type Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import { pagesOf } from "./pages.ts";
import { type ServiceResponse, toError, unexpectedResponse } from "./service-errors.ts";
import { type Credentials, request } from "./service-http.ts";

/** What a create adds to what was sealed. */
export type CreateDetails = Pick<CreateRequest, "subject" | "members" | "resend" | "reason" | "request">;

/** Which handoffs to list. */
export type ListFilter = { readonly secret?: string; readonly run?: string; readonly state?: string };

/** What {@link ServiceClient.revokeAll} revokes: what all named parts hold for, or everything. */
export type RevokeAllFilter = Omit<RevokeAllRequest, "cursor">;

/** What it revoked, and what was released before and must be rotated. */
export type RevokedAll = Omit<RevokeAllResponse, "cursor">;

/** The sender's side of API v1. Every method retries what can pass later and throws SenderError. */
export type ServiceClient = {
  readonly origin: string;
  /** What the caller may do, and the classes in force for it. */
  readonly policy: (deadline: Deadline) => Promise<PolicyResponse>;
  /** What a create would do. It creates nothing, and the right to check is enough. */
  readonly check: (request: CheckRequest, deadline: Deadline) => Promise<CheckResponse>;
  /**
   * Stores what was sealed. The answer is the new handoff's view, or, where that version was handed to that recipient already,
   * the earlier one's: then its id is another than the sealed one's. Repeating it after a lost answer sends the same bytes.
   */
  readonly create: (sealed: Sealed, details: CreateDetails, deadline: Deadline) => Promise<HandoffView>;
  /** Records that the mail was accepted. */
  readonly mailed: (id: HandoffId, messageId: string, deadline: Deadline) => Promise<void>;
  readonly view: (id: HandoffId, deadline: Deadline) => Promise<HandoffView>;
  /** `released`: it was claimed already; `unknown`: the service never stored it. */
  readonly revoke: (id: HandoffId, deadline: Deadline) => Promise<"revoked" | "released" | "unknown">;
  /**
   * Revokes everything that the filter means, whoever created it, until nothing is left; needs the right `revoke`. What was released
   * before is named once. Repeated after a failure, it finds what is still open.
   * @param onProgress called with all that was done so far, after each call
   */
  readonly revokeAll: (
    filter: RevokeAllFilter,
    deadline: Deadline,
    onProgress?: (soFar: RevokedAll) => void,
  ) => Promise<RevokedAll>;
  /** Asks for approval. An answer that is lost, and asked for again, may leave a second request, which expires. */
  readonly ask: (request: ApprovalRequest, deadline: Deadline) => Promise<RequestView>;
  readonly request: (id: string, deadline: Deadline) => Promise<RequestView>;
  /** @throws SenderError `not_approver`, `same_person`, `request_ended` */
  readonly approve: (id: string, decision: DecisionRequest, deadline: Deadline) => Promise<RequestView>;
  /** Ends the request. @throws SenderError `not_approver`, `request_ended` */
  readonly deny: (id: string, decision: DecisionRequest, deadline: Deadline) => Promise<RequestView>;
  /** Whose recipient id, or which recipient id. The right to audit is needed. @throws SenderError `recipient_unknown` where there is none */
  readonly recipient: (
    wanted: { readonly address: string } | { readonly id: string },
    deadline: Deadline,
  ) => Promise<RecipientResponse>;
  /** Takes a recipient out of the directory. The right to erase is needed. */
  readonly erase: (recipientId: string, deadline: Deadline) => Promise<void>;
  /** All pages of a list. */
  readonly list: (filter: ListFilter, deadline: Deadline) => Promise<readonly HandoffView[]>;
  /** Any other GET that answers 200. @param path with its query, from `/v1/sender/` on */
  readonly get: <Schema extends v.GenericSchema>(
    path: string,
    schema: Schema,
    deadline: Deadline,
  ) => Promise<v.InferOutput<Schema>>;
};

/**
 * A client of the service at `origin`.
 * @param origin without a trailing slash
 * @param credentials gives the bearer token, or signs as an IAM principal
 */
export function serviceClient(
  origin: string,
  credentials: Credentials,
  runtime: Runtime = platformRuntime,
): ServiceClient {
  const pace = adaptivePace(runtime);
  const refusal = (response: ServiceResponse) =>
    toError(origin, response, typeof credentials === "function" ? "workflow" : "principal");
  const call = (method: "GET" | "POST" | "DELETE", path: string, deadline: Deadline, body?: object) => {
    const sent = { origin, method, path, body: body && JSON.stringify(body) };
    return request(sent, credentials, deadline, runtime, pace);
  };
  /** The answer that the API's description promises for 200 and 201. */
  async function read<Schema extends v.GenericSchema>(
    schema: Schema,
    ...[method, path, deadline, body]: Parameters<typeof call>
  ): Promise<v.InferOutput<Schema>> {
    return parse(schema, await call(method, path, deadline, body));
  }
  function parse<Schema extends v.GenericSchema>(
    schema: Schema,
    response: ServiceResponse,
  ): v.InferOutput<Schema> {
    if (response.status !== 200 && response.status !== 201) throw refusal(response);
    const result = v.safeParse(schema, response.json, { abortEarly: true });
    if (!result.success) throw unexpectedResponse(origin, response);
    return result.output;
  }
  const pathOf = (id: string) => `/v1/sender/requests/${encodeURIComponent(id)}`;
  const requestOf = (id: string, deadline: Deadline) => read(RequestView, "GET", pathOf(id), deadline);
  /** An approval or a denial whose answer was lost finds its own work when it is sent again. */
  async function say(
    verb: "approve" | "deny",
    ...[id, decision, deadline]: Parameters<ServiceClient["approve"]>
  ): Promise<RequestView> {
    const response = await call("POST", `${pathOf(id)}/${verb}`, deadline, decision);
    const lost = verb === "approve" ? "same_person" : "request_ended";
    if (response.repeated && response.problem?.code === lost) {
      const view = await requestOf(id, deadline);
      const found = verb === "approve" ? view.approvals : [view.denied];
      if (found.some((one) => one?.role === decision.role && one.comment === decision.comment)) return view;
    }
    return parse(RequestView, response);
  }
  return {
    origin,
    policy: (deadline) => read(PolicyResponse, "GET", "/v1/sender/policy", deadline),
    check: (asked, deadline) => read(CheckResponse, "POST", "/v1/sender/handoffs/check", deadline, asked),
    create: (sealed, details, deadline) =>
      read(HandoffView, "POST", "/v1/sender/handoffs", deadline, createRequestOf(sealed, details)),
    mailed: async (id, messageId, deadline) => {
      const response = await call("POST", `/v1/sender/handoffs/${id}/mailed`, deadline, { messageId });
      if (response.status !== 204) throw refusal(response);
    },
    get: (path, schema, deadline) => read(schema, "GET", path, deadline),
    view: (id, deadline) => read(HandoffView, "GET", `/v1/sender/handoffs/${id}`, deadline),
    revoke: async (id, deadline) => {
      const response = await call("DELETE", `/v1/sender/handoffs/${id}`, deadline);
      if (response.status === 204) return "revoked";
      if (response.problem?.code === "not_found") return "unknown";
      if (response.problem?.code === "released") return "released";
      throw refusal(response);
    },
    revokeAll: async (filter, deadline, onProgress = () => {}) => {
      let soFar: RevokedAll = { revoked: [], released: [] };
      const asked = (at: Pick<RevokeAllRequest, "cursor">) =>
        read(RevokeAllResponse, "POST", "/v1/sender/handoffs/revoke", deadline, { ...filter, ...at });
      for await (const page of pagesOf(asked)) {
        const released = new Map([...soFar.released, ...page.released].map((one) => [one.id, one]));
        const revoked = [...new Set([...soFar.revoked, ...page.revoked])];
        soFar = { revoked, released: [...released.values()] };
        onProgress(soFar);
      }
      return soFar;
    },
    ask: (asked, deadline) => read(RequestView, "POST", "/v1/sender/requests", deadline, asked),
    request: requestOf,
    approve: (...asked) => say("approve", ...asked),
    deny: (...asked) => say("deny", ...asked),
    recipient: async (wanted, deadline) => {
      const response = await call("GET", `/v1/sender/recipients?${new URLSearchParams(wanted)}`, deadline);
      if (response.problem?.code === "not_found") throw unknownRecipient(origin, "address" in wanted);
      return parse(RecipientResponse, response);
    },
    erase: async (recipientId, deadline) => {
      const path = `/v1/sender/recipients/${encodeURIComponent(recipientId)}`;
      const response = await call("DELETE", path, deadline);
      if (response.status !== 204) throw refusal(response);
    },
    list: async (filter, deadline) => {
      const views: HandoffView[] = [];
      const asked = (at: { readonly cursor?: string }) => {
        const query = new URLSearchParams({ ...filter, ...at });
        return read(ListResponse, "GET", `/v1/sender/handoffs?${query}`, deadline);
      };
      for await (const { handoffs } of pagesOf(asked)) views.push(...handoffs);
      return views;
    },
  };
}

function unknownRecipient(origin: string, byAddress: boolean): SenderError {
  return new SenderError(
    "recipient_unknown",
    byAddress
      ? `${origin} knows no such recipient: nothing was ever sent to this address, or it was erased from the recipients directory. Check the spelling. What an erased recipient received is found by its recipient id.`
      : `${origin} knows no recipient with this id: it was mistyped, or erased from the recipients directory. Events keep the id of a recipient who was erased.`,
  );
}

/**
 * The exact origin of the service, without a trailing slash: also the audience of its tokens.
 * @param text https://host, with at most a trailing slash (http on loopback only)
 * @throws SenderError `endpoint`
 */
export function parseEndpoint(text: string): string {
  const refuse = () =>
    new SenderError(
      "endpoint",
      (say) =>
        `${say("endpoint")} is not the service's address. Write https:// and a host name, without a path: https://handoff.example.com`,
    );
  if (!URL.canParse(text)) throw refuse();
  const url = new URL(text);
  const bare =
    url.pathname === "/" && url.search === "" && url.hash === "" && url.username + url.password === "";
  const safe = url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url.hostname));
  if (!bare || !safe || /[?#@]/.test(text)) throw refuse();
  return url.origin;
}
