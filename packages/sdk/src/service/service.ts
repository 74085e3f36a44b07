import {
  type CreateRequest,
  type CredentialClass,
  encodeBase64url,
  type HandoffId,
  type HandoffView,
  type Sealed,
} from "@secret-handoff/protocol";
import type { Lifetime } from "../runtime/lifetime.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SubjectSecret } from "../sources/subject.ts";
import type { TokenSource } from "./sender-token.ts";
import { readHandoffView, readPolicy } from "./service-answers.ts";
import { type Answer, exchange } from "./service-exchange.ts";
import { refusalOf, strangeAnswer } from "./service-refusals.ts";

/** What a create adds to what was sealed. */
export type CreateDetails = {
  readonly subject?: SubjectSecret & { readonly recipient: string };
  readonly resend?: boolean;
  readonly reason?: string;
};

/** Which handoffs to list. */
export type ListFilter = { readonly secret?: string; readonly run?: string; readonly state?: string };

/** The sender's side of API v1. Every method retries what can pass later and throws SenderError. */
export type ServiceClient = {
  readonly origin: string;
  /** The classes in force. */
  readonly classes: (lifetime: Lifetime) => Promise<readonly CredentialClass[]>;
  /**
   * Stores what was sealed. The answer is the new handoff's view, or, where that version was handed to that recipient already,
   * the earlier one's: then its id is another than the sealed one's. Repeating it after a lost answer sends the same bytes.
   */
  readonly create: (sealed: Sealed, details: CreateDetails, lifetime: Lifetime) => Promise<HandoffView>;
  /** Records that the mail was accepted. */
  readonly mailed: (id: HandoffId, messageId: string, lifetime: Lifetime) => Promise<void>;
  readonly view: (id: HandoffId, lifetime: Lifetime) => Promise<HandoffView>;
  /** `released`: it was claimed already; `unknown`: the service never stored it. */
  readonly revoke: (id: HandoffId, lifetime: Lifetime) => Promise<"revoked" | "released" | "unknown">;
  /** All pages of a list. */
  readonly list: (filter: ListFilter, lifetime: Lifetime) => Promise<readonly HandoffView[]>;
};

/**
 * A client of the service at `origin`.
 * @param origin without a trailing slash
 * @param tokens gives the bearer token
 */
export function serviceClient(origin: string, tokens: TokenSource, runtime: Runtime): ServiceClient {
  const call = (method: "GET" | "POST" | "DELETE", path: string, lifetime: Lifetime, body?: object) =>
    exchange({ origin, method, path, body: body && JSON.stringify(body) }, tokens, lifetime, runtime);
  return {
    origin,
    classes: async (lifetime) => {
      const answer = await call("GET", "/v1/sender/policy", lifetime);
      return read(origin, answer, [200], readPolicy).classes;
    },
    create: async (sealed, details, lifetime) => {
      const answer = await call("POST", "/v1/sender/handoffs", lifetime, createRequest(sealed, details));
      return read(origin, answer, [200, 201], readHandoffView);
    },
    mailed: async (id, messageId, lifetime) => {
      const answer = await call("POST", `/v1/sender/handoffs/${id}/mailed`, lifetime, { messageId });
      if (answer.status !== 204) throw refusalOf(origin, answer);
    },
    view: async (id, lifetime) =>
      read(origin, await call("GET", `/v1/sender/handoffs/${id}`, lifetime), [200], readHandoffView),
    revoke: async (id, lifetime) => {
      const answer = await call("DELETE", `/v1/sender/handoffs/${id}`, lifetime);
      if (answer.status === 204) return "revoked";
      if (answer.problem?.code === "not_found") return "unknown";
      if (answer.problem?.code === "released") return "released";
      throw refusalOf(origin, answer);
    },
    list: async (filter, lifetime) => {
      const views: HandoffView[] = [];
      let cursor: string | undefined;
      do {
        const query = new URLSearchParams({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
        const page = read(
          origin,
          await call("GET", `/v1/sender/handoffs?${query}`, lifetime),
          [200],
          readPage,
        );
        views.push(...page.handoffs);
        cursor = page.cursor;
      } while (cursor !== undefined);
      return views;
    },
  };
}

type Page = { readonly handoffs: readonly HandoffView[]; readonly cursor?: string };

function readPage(value: unknown): Page | undefined {
  if (typeof value !== "object" || value === null || !("handoffs" in value)) return undefined;
  if (!Array.isArray(value.handoffs)) return undefined;
  const handoffs = value.handoffs.map(readHandoffView);
  if (!handoffs.every((view) => view !== undefined)) return undefined;
  const cursor = "cursor" in value && typeof value.cursor === "string" ? { cursor: value.cursor } : {};
  return { handoffs, ...cursor };
}

function read<T>(
  origin: string,
  answer: Answer,
  expected: readonly number[],
  reader: (json: unknown) => T | undefined,
): T {
  if (!expected.includes(answer.status)) throw refusalOf(origin, answer);
  const value = reader(answer.json);
  if (value === undefined) throw strangeAnswer(origin, answer);
  return value;
}

function createRequest(sealed: Sealed, { subject, resend, reason }: CreateDetails): CreateRequest {
  return {
    id: sealed.id,
    class: sealed.class,
    flags: sealed.flags,
    expiresAt: sealed.expiresAt,
    linkVerifier: encodeBase64url(sealed.linkVerifier),
    claimVerifier: encodeBase64url(sealed.claimVerifier),
    receiptVerifier: encodeBase64url(sealed.receiptVerifier),
    ...(sealed.emailVerifier ? { emailVerifier: encodeBase64url(sealed.emailVerifier) } : {}),
    envelope: encodeBase64url(sealed.envelope),
    header: encodeBase64url(sealed.header),
    ...(subject ? { subject } : {}),
    ...(resend ? { resend } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}
