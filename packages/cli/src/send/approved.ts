import {
  type ByRequest,
  byRequest,
  type Recipient,
  requestProblem,
  type SecretSelector,
  type ServiceClient,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import { requestId } from "../commands/request.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { sentenceOfError } from "../errors.ts";
import { durationOf } from "./description.ts";

/** Options that hand over something besides secrets of Secrets Manager. */
const OTHERS = ["stdin", "values-file", "role-to-assume", "app-id"] as const;
const MANY_OTHERS = ["value", "file", "parameter", "other-secret"] as const;

/**
 * What the request of --request takes the place of.
 * @returns undefined where none is named
 * @throws SenderError where it is not approved, or what the command line says contradicts it
 */
export async function approvedBy(
  invocation: Invocation,
  recipients: readonly Recipient[],
  secrets: readonly SecretSelector[],
  service: ServiceClient,
  context: CliContext,
): Promise<ByRequest | undefined> {
  const { terminal } = context;
  const text = invocation.text("request");
  if (text === undefined) return undefined;
  const id = requestId(text);
  const done = terminal.spin("Looking at the request");
  const view = await withTimeout(invocation, context, (deadline) => service.request(id, deadline)).finally(
    () => done(),
  );
  const problem = requestProblem(view);
  if (problem) throw problem;
  const found = byRequest(view, {
    class: invocation.text("class"),
    expiresIn: durationOf(invocation, "expires-in"),
    reason: invocation.text("reason"),
    recipients,
    secrets,
    hasOthers:
      OTHERS.some((name) => invocation.text(name) !== undefined) ||
      MANY_OTHERS.some((name) => invocation.texts(name).length > 0),
  });
  if ("class" in found) return found;
  const [first, ...others] = found;
  for (const other of others) terminal.error(sentenceOfError(other));
  throw first;
}
