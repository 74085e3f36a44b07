import { redact } from "../redact.ts";

/** The call that was denied. */
type DeniedCall = {
  readonly resource: string;
  readonly permission: string;
  readonly recipient?: string;
  readonly sent?: readonly string[];
};

/**
 * What IAM says of a refusal: "User: PRINCIPAL is not authorized to perform: ACTION on resource: RESOURCE because no identity-based
 * policy allows the ACTION action", or "… with an explicit deny in a service control policy: ARN". SES writes `ACTION' in quotes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
const QUOTE = "[`'\"]?";
const PRINCIPAL = new RegExp(`User:? ${QUOTE}(arn:[^\\s\`'"]+)`);
const ACTION = new RegExp(`not authorized to perform:? ${QUOTE}([a-z0-9-]+:[A-Za-z]+)`);
const RESOURCE = new RegExp(`on (?:the )?resource:? ${QUOTE}(arn:[^\\s\`'"]+)`);
const DENY =
  /explicit deny in (?:an?|the) ([a-z -]+?) polic(?:y|ies)(?:: (arn:\S+))?|explicit deny in (?:an?|the) (permissions boundary)/i;
const NO_ALLOW = /because no ([A-Za-z -]+?)(?: polic(?:y|ies))? allows?\b/;

const grant = (action: string) =>
  action === "sts:AssumeRole"
    ? "Grant the role sts:AssumeRole on it, and let the trust policy of the role to assume name the role that assumes it."
    : `Grant the role ${action} on it.`;

/** Who must do something about it, by the kind of policy that IAM names. */
const BY_POLICY: Readonly<Record<string, (action: string) => string>> = {
  "identity-based": grant,
  "resource-based": (action) => `Let the policy of that resource allow the role ${action}.`,
  session: (action) =>
    `The session policy that was given when the role was assumed leaves ${action} out: widen it (inline-session-policy, managed-session-policies).`,
  "permissions boundary": (action) =>
    `The role's permissions boundary leaves ${action} out: widen the boundary.`,
  "service control": (action) =>
    `A service control policy of the AWS organization forbids ${action}: ask whoever runs the organization.`,
  "resource control": (action) =>
    `A resource control policy of the AWS organization forbids ${action}: ask whoever runs the organization.`,
  "VPC endpoint": (action) =>
    `The policy of the VPC endpoint that this machine uses leaves ${action} out: widen it.`,
};

/** Names the principal, the action and the resource that AWS names. What AWS leaves out, the call knows. */
export function accessDenied(message: string, call: DeniedCall): string {
  const { resource, permission, recipient } = call;
  const action = ACTION.exec(message)?.[1];
  if (action === undefined) return withoutAction(message, call);
  const arn = RESOURCE.exec(message)?.[1]?.replace(/[.,]$/, "");
  if (arn === undefined && action.startsWith("kms:")) return keyDenied(resource, action);
  // An identity of SES is an address, and may be the recipient's.
  const target = arn === undefined ? resource : redact(arn, recipient);
  const about = action === permission ? "" : `, which ${resource} takes`;
  const advice = adviceOf(message, action);
  return `${whoIn(message)} may not call ${action} on ${target}${about}. ${advice}`;
}

/** A refusal that names no action: Secrets Manager says "Access to KMS is not allowed", and KMS answers a parameter's reader. */
function withoutAction(message: string, { resource, permission, recipient, sent }: DeniedCall): string {
  if (/^Access to KMS is not allowed|customer master key|\(Service: (AWS)?KMS\b/i.test(message)) {
    return keyDenied(resource, "kms:Decrypt");
  }
  const words = redact(message, recipient, sent);
  const quoted = words === "" ? "" : ` AWS says: ${words}.`;
  return `The AWS role may not call ${permission} on ${resource}. Grant it that action.${quoted}`;
}

/** KMS does not tell a key that is not there from one that may not be used. */
function keyDenied(resource: string, action: string): string {
  return `The AWS role may not use the KMS key of ${resource}, or the key does not exist in this region. Grant the role ${action} on that key, and let the key's policy allow it.`;
}

/** What to change, by the policy that IAM names. */
function adviceOf(message: string, action: string): string {
  const [, kind, policy, boundary] = DENY.exec(message) ?? [];
  const denying = kind ?? boundary;
  if (denying === undefined || denying.endsWith("control")) {
    const lacking = denying ?? NO_ALLOW.exec(message)?.[1] ?? "identity-based";
    return (BY_POLICY[lacking] ?? grant)(action);
  }
  const which = boundary ?? `${denying} policy${policy === undefined ? "" : ` ${policy}`}`;
  return `A statement of its ${which} denies the role ${action}: change that statement.`;
}

/** `arn:aws:sts::1:assumed-role/deployer/session` is the role deployer; a role or user may have a path before its name. */
function whoIn(message: string): string {
  const arn = PRINCIPAL.exec(message)?.[1] ?? "";
  const assumed = /:assumed-role\/([^/]+)/.exec(arn)?.[1];
  const named = /:(role|user)\/(?:.*\/)?([^/]+)$/.exec(arn);
  const [kind, name] = assumed === undefined ? [named?.[1] ?? "role", named?.[2]] : ["role", assumed];
  return name === undefined ? "The AWS role" : `The AWS ${kind} ${name}`;
}
