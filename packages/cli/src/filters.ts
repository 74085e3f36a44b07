import { parseAddress, SenderError } from "@secret-handoff/sdk";
import type { Invocation } from "./arguments.ts";

/** What was named by options, so that no command takes a name that nothing can have: it would find nothing, and look like an answer. */
export function filtersOf<Part extends string>(
  invocation: Invocation,
  parts: readonly Part[],
): Partial<Record<Part, string>> {
  const found: Partial<Record<Part, string>> = {};
  for (const part of parts) {
    const value = invocation.text(part);
    if (value === undefined) continue;
    if (part === "secret") checkSecret(value);
    if (part === "recipient") wantedRecipient(value);
    found[part] = value;
  }
  return found;
}

/**
 * A secret is recorded by its ARN, or by what stands for one; names of Secrets Manager and of Parameter Store have no colon.
 * @throws SenderError `input`
 */
function checkSecret(text: string): void {
  if (!text.includes(":")) {
    throw new SenderError(
      "input",
      "--secret takes an ARN, not a name: events and handoffs name a secret by its ARN. aws secretsmanager describe-secret --secret-id NAME --query ARN --output text gives it.",
    );
  }
  if (/^\w+:\/\//.test(text)) {
    throw new SenderError(
      "input",
      "--secret takes the secret as events and handoffs name it, without //. secret-handoff audit events shows it under SECRET.",
    );
  }
  // https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
  if (/^arn:[^:]*:secretsmanager:/.test(text) && !/:secret:.+-[A-Za-z0-9]{6}$/.test(text)) {
    throw new SenderError(
      "input",
      "--secret takes the whole ARN, which ends in a hyphen and six characters. aws secretsmanager describe-secret --secret-id ARN --query ARN --output text gives it.",
    );
  }
}

/** What was typed: an address, or else a recipient id. @throws SenderError `input` where it is neither */
export function wantedRecipient(text: string): { readonly address: string } | { readonly id: string } {
  const address = parseAddress(text);
  if (address !== undefined) return { address };
  if (/^[\w-]{22}$/.test(text)) return { id: text };
  throw new SenderError(
    "input",
    "The recipient is neither an e-mail address nor a recipient id. A recipient id has 22 characters; audit events shows them.",
  );
}

/** What to look at where a filter has found nothing. Projects of other issuers may have a name without a slash. */
export function repositoryHint(repository: string | undefined): readonly string[] {
  if (repository === undefined || /[/#]|^\d+$/.test(repository)) return [];
  return ["A repository is named with its owner, like acme/orders, or by its number."];
}
