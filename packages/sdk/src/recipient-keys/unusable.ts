import { SenderError } from "../sender-error.ts";
import type { Sentence } from "../settings.ts";

/**
 * Why a recipient gets nothing: a mail with a readable link is not what was asked for where a key was named.
 * @param sentences what is wrong with the key, and what to do
 */
export function refusal(sentences: Sentence, cause?: unknown): SenderError {
  return new SenderError("recipient_key", sentences, cause === undefined ? undefined : { cause });
}

/** A key that cannot be encrypted to. @param reason goes on after "The recipient's key" */
export function unusable(reason: string, cause?: unknown): SenderError {
  return refusal(`The recipient's key ${reason}. Ask the recipient for another one.`, cause);
}
