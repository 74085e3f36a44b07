import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol";

/** What a sender's token may do; `send` includes seeing and revoking its own handoffs. */
export type Permission = "send" | "revoke" | "audit";

/** One entry of the senders list. A token must match every part that is given. */
export type SenderEntry = {
  /** GitHub's number of the repository, which survives a renaming and is never given to another one. */
  readonly repositoryId?: string;
  /** `owner/name`; prefer the id. */
  readonly repository?: string;
  /** The job's GitHub environment. */
  readonly environment?: string;
  /** `.github/workflows/file.yml`, with `owner/name/` before it for a reusable one, with `@ref` after it to hold its ref. */
  readonly workflow?: string;
  /** The git ref, `refs/heads/main`. */
  readonly ref?: string;
  /**
   * The events that may have started the workflow.
   * @default any but pull_request, pull_request_target and workflow_run
   */
  readonly events?: readonly string[];
  /**
   * Names of the classes that it may send.
   * @default all
   */
  readonly classes?: readonly string[];
  readonly may: readonly Permission[];
};

/** Who may send what. Enforced by the sender function. */
export type PolicyProps = {
  /** An empty list refuses everyone. */
  readonly senders: readonly SenderEntry[];
  /** @default the five classes of the protocol package */
  readonly classes?: readonly CredentialClass[];
  /**
   * Issuer of the workflows' tokens; on GitHub Enterprise Server `https://HOST/_services/token`.
   * @default https://token.actions.githubusercontent.com
   */
  readonly issuer?: string;
  /** @default the issuer's `/.well-known/jwks` */
  readonly jwksUrl?: string;
};

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** The classes in force. */
export function classesOf(props: PolicyProps): readonly CredentialClass[] {
  return props.classes ?? DEFAULT_CLASSES;
}

/** The sender function's CONFIG, as JSON. */
export function policyJson(props: PolicyProps): string {
  return JSON.stringify({
    issuer: props.issuer ?? GITHUB_ISSUER,
    ...(props.jwksUrl === undefined ? {} : { jwksUrl: props.jwksUrl }),
    senders: props.senders,
    classes: classesOf(props),
  });
}
