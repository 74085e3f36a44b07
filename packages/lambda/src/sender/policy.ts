import type { BrokenRule, CredentialClass, Flags } from "@secret-handoff/protocol";
import { needsEmail, needsPassphrase } from "@secret-handoff/protocol";

/** What of a create the policy looks at. */
export type Proposal = {
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly mailedCode: boolean;
  /** Normalised address, where the sender named the recipient. */
  readonly recipient: string | undefined;
  readonly reason: string | undefined;
  readonly environment: string | undefined;
};

/** The one rule that no class has a say in. */
export const EXPIRED: BrokenRule = { rule: "expiry", detail: "The expiry has passed already." };

/** Seconds by which an expiry may be over its class's limit. */
const EXPIRY_TOLERANCE = 60;

/** Every rule of the class that the proposal breaks, so that a sender can mend all of them at once. */
export function brokenRules(
  credentialClass: CredentialClass,
  proposal: Proposal,
  now: number,
): readonly BrokenRule[] {
  const { name, expiresWithin, passphrase, approvals, verification } = credentialClass;
  const broken: BrokenRule[] = [];
  const unless = (holds: boolean, rule: string, detail: string) => {
    if (!holds) broken.push({ rule, detail });
  };

  unless(proposal.expiresAt > now, EXPIRED.rule, EXPIRED.detail);
  unless(
    proposal.expiresAt <= now + expiresWithin + EXPIRY_TOLERANCE,
    "expiry",
    `Class ${name} allows at most ${duration(expiresWithin)} until expiry.`,
  );
  unless(
    passphrase !== "required" || needsPassphrase(proposal.flags),
    "passphrase",
    `Class ${name} needs a passphrase, told to the recipient over another channel.`,
  );
  unless(
    approvals.length === 0,
    "approvals",
    `Class ${name} needs approval by ${approvals.join(" and ")}, and approvals cannot be proved yet.`,
  );
  unless(
    proposal.recipient === undefined || verification === "click" || needsEmail(proposal.flags),
    "verification",
    `Class ${name} asks the recipient for the address that the link was sent to.`,
  );
  unless(
    verification !== "email-code" || proposal.mailedCode,
    "verification",
    `Class ${name} asks the recipient for a code mailed to that address.`,
  );
  unless(
    !credentialClass.reasonRequired || Boolean(proposal.reason?.trim()),
    "reason",
    `Class ${name} needs a reason.`,
  );
  const { environments, recipientDomains } = credentialClass;
  unless(
    environments === undefined ||
      (proposal.environment !== undefined && environments.includes(proposal.environment)),
    "environment",
    `Class ${name} may be sent only from the GitHub environment ${environments?.join(" or ")}.`,
  );
  unless(
    recipientDomains === undefined || isInDomains(proposal.recipient, recipientDomains),
    "recipient",
    `Class ${name} may be sent only to addresses in ${recipientDomains?.join(", ")}.`,
  );
  return broken;
}

function isInDomains(recipient: string | undefined, domains: readonly string[]): boolean {
  const domain = recipient?.slice(recipient.lastIndexOf("@") + 1);
  return domain !== undefined && domains.some((allowed) => allowed.toLowerCase() === domain);
}

/** `1 hour`, `90 minutes`. */
function duration(seconds: number): string {
  const [count, unit] =
    seconds % 3_600 === 0 ? [seconds / 3_600, "hour"] : [Math.floor(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
