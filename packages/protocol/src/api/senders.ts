import * as v from "valibot";
import { type EntriesOf, list } from "./fields.ts";

/** What a sender may do. `check` checks a create without sending; nobody has a right that is not listed. */
export type Right = "send" | "check" | "revoke" | "approve" | "audit" | "erase";

/** @hidden The reference shows the type. */
export const Right = v.picklist(["send", "check", "revoke", "approve", "audit", "erase"] satisfies Right[]);

/** What one entry of a list gives. */
interface Grant {
  /** Names of the classes that it covers. @default all */
  readonly classes?: readonly string[] | undefined;
  /** Roles for which it may approve. @default none */
  readonly roles?: readonly string[] | undefined;
  /** Its rights. In JSON a single one needs no list. */
  readonly may: readonly Right[];
}

/**
 * One entry of the senders list. A token must match every part that is given; a repository, its id or its owner's id must be, or an issuer
 * with claims of its own.
 */
export interface SenderEntry extends Grant {
  /** GitHub's number of the repository, which survives a renaming and is never given to another one. */
  readonly repositoryId?: string | undefined;
  /** `owner/name`; prefer the id. */
  readonly repository?: string | undefined;
  /** GitHub's number of the organisation or user that owns the repository: all of its repositories. */
  readonly ownerId?: string | undefined;
  /** The job's GitHub environment. */
  readonly environment?: string | undefined;
  /**
   * `.github/workflows/file.yml`, with `owner/name/` before it for a reusable one. With `@` and a ref behind it, that very ref;
   * without, any.
   */
  readonly workflow?: string | undefined;
  /** The git ref, `refs/heads/main`. */
  readonly ref?: string | undefined;
  /**
   * The events that may have started the workflow.
   * @default those that only people with access to the repository cause, such as push, schedule and workflow_dispatch
   */
  readonly events?: readonly string[] | undefined;
  /** One of the trusted issuers, for pipelines that are not GitHub's. Then `claims` says which, and nothing above is set. */
  readonly issuer?: string | undefined;
  /** Claims of the issuer's tokens, each of which must be equal: `{ project_path: "acme/orders", ref: "main" }`. */
  readonly claims?: Readonly<Record<string, string>> | undefined;
}

/**
 * An issuer of OIDC tokens beside GitHub's, such as a GitLab, whose pipelines may be senders.
 */
export interface TrustedIssuer {
  /** As its tokens name it in `iss`: an https URL. */
  readonly issuer: string;
  /** Where it publishes its keys; `https://HOST/oauth/discovery/keys` for GitLab. */
  readonly jwksUrl: string;
  /**
   * The claims of its tokens that say who sends.
   * @default GitLab's: owner project_id, name project_path, run pipeline_id, actor user_login, environment environment
   */
  readonly claims?: TrustedClaims | undefined;
}

/** Names of claims. */
export interface TrustedClaims {
  /** Of all projects of the issuer one alone has this, for ever. */
  readonly owner?: string | undefined;
  /** What people call that project. */
  readonly name?: string | undefined;
  readonly run?: string | undefined;
  readonly actor?: string | undefined;
  readonly environment?: string | undefined;
}

/** One entry of the operators list: what a person or role may do over IAM. */
export interface OperatorEntry extends Grant {
  /** The ARN of an IAM role or user. */
  readonly principal: string;
}

const word = v.pipe(v.string(), v.minLength(1));
const words = list(word);

const grant = {
  classes: v.optional(words),
  roles: v.optional(words),
  may: v.pipe(
    v.union([Right, list(Right)]),
    v.transform((may): readonly Right[] => (typeof may === "string" ? [may] : may)),
  ),
};

/** @hidden The reference shows the type. */
export const SenderEntry = v.pipe(
  v.strictObject({
    repositoryId: v.optional(word),
    repository: v.optional(word),
    ownerId: v.optional(word),
    environment: v.optional(word),
    workflow: v.optional(word),
    ref: v.optional(word),
    events: v.optional(words),
    issuer: v.optional(word),
    claims: v.optional(
      v.pipe(
        v.record(word, word),
        v.check((claims) => Object.keys(claims).length > 0, "is empty"),
      ),
    ),
    ...grant,
  } satisfies EntriesOf<SenderEntry>),
  v.check(
    ({ repositoryId, repository, ownerId, issuer }) =>
      issuer !== undefined || repositoryId !== undefined || repository !== undefined || ownerId !== undefined,
    "names no repository and no owner",
  ),
  v.check(
    ({ issuer, claims, may, roles, classes, ...github }) =>
      issuer === undefined
        ? claims === undefined
        : claims !== undefined &&
          roles === undefined &&
          !may.includes("approve") &&
          Object.values(github).every((part) => part === undefined),
    "has claims without an issuer, or an issuer without claims or with what only GitHub's tokens have",
  ),
);

/** @hidden The reference shows the type. */
export const TrustedIssuer = v.strictObject({
  issuer: v.pipe(v.string(), v.url()),
  jwksUrl: v.pipe(v.string(), v.url()),
  claims: v.optional(
    v.strictObject({
      owner: v.optional(word),
      name: v.optional(word),
      run: v.optional(word),
      actor: v.optional(word),
      environment: v.optional(word),
    } satisfies EntriesOf<TrustedClaims>),
  ),
} satisfies EntriesOf<TrustedIssuer>);

/** @hidden The reference shows the type. */
export const OperatorEntry = v.strictObject({
  principal: word,
  ...grant,
} satisfies EntriesOf<OperatorEntry>);
