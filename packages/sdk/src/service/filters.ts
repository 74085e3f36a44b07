import { parseAddress } from "../mail/addresses.ts";

/** By what handoffs and events are looked for: a name that nothing can have would find nothing, and look like an answer. */

/** What may be named of what is to be revoked, whoever created it. */
export const REVOCATION_PARTS = ["secret", "recipient", "repository", "class", "sender"] as const;

/** What was named as a recipient: an address, or else a recipient id; undefined where it is neither. */
export function wantedRecipient(
  text: string,
): { readonly address: string } | { readonly id: string } | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return { address };
  return /^[\w-]{22}$/.test(text) ? { id: text } : undefined;
}

/**
 * What is wrong with a name by which something is looked for.
 * @param part what it names, like `secret`
 * @param asked what the shell calls it, like `--secret`
 * @returns a sentence; undefined where something may have this name
 */
export function filterProblem(part: string, text: string, asked: string): string | undefined {
  if (part === "secret") return secretProblem(text, asked);
  if (part !== "recipient" || wantedRecipient(text)) return undefined;
  return "The recipient is neither an e-mail address nor a recipient id. A recipient id has 22 characters; audit events shows them.";
}

/** A secret is recorded by its ARN, or by what stands for one; names of Secrets Manager and of Parameter Store have no colon. */
function secretProblem(text: string, asked: string): string | undefined {
  if (!text.includes(":")) {
    return `${asked} takes an ARN, not a name: events and handoffs name a secret by its ARN. aws secretsmanager describe-secret --secret-id NAME --query ARN --output text gives it.`;
  }
  if (/^\w+:\/\//.test(text)) {
    return `${asked} takes the secret as events and handoffs name it, without //. secret-handoff audit events shows it under SECRET.`;
  }
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
  if (/^arn:[^:]*:secretsmanager:/.test(text) && !/:secret:.+-[A-Za-z0-9]{6}$/.test(text)) {
    return `${asked} takes the whole ARN, which ends in a hyphen and six characters. aws secretsmanager describe-secret --secret-id ARN --query ARN --output text gives it.`;
  }
  return undefined;
}
