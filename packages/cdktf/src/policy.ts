import { type CredentialClass, DEFAULT_CLASSES, type SenderEntry } from "@secret-handoff/protocol";

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
