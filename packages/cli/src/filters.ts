import { filterProblem, SenderError, wantedRecipient } from "@secret-handoff/sdk";
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
    const problem = filterProblem(part, value, `--${part}`);
    if (problem !== undefined) throw new SenderError("input", problem);
    found[part] = value;
  }
  return found;
}

/** What was typed: an address, or else a recipient id. @throws SenderError `input` where it is neither */
export function recipientOf(text: string): { readonly address: string } | { readonly id: string } {
  const wanted = wantedRecipient(text);
  if (wanted) return wanted;
  throw new SenderError("input", filterProblem("recipient", text, "") ?? "");
}

/** What to look at where a filter has found nothing. Projects of other issuers may have a name without a slash. */
export function repositoryHint(repository: string | undefined): readonly string[] {
  if (repository === undefined || /[/#]|^\d+$/.test(repository)) return [];
  return ["A repository is named with its owner, like acme/orders, or by its number."];
}
