import type { CodeError } from "./screens.ts";
import type { Message } from "./wording.ts";

/**
 * What recipients read where a code is mailed. A file of its own: the page fetches it with the screens that come after Reveal, so that a first
 * load stays small.
 */

export const typeTheCode: Message = [
  "Type the code from your e-mail",
  "If the address is right, a code of eight digits is on its way. It is valid for ten minutes.",
];
export const codeSending = "Requesting a code.";
export const codeSent = "Code requested. You can request three at most.";
export const code = "Code";

export function codeError({ why }: CodeError): string {
  return {
    malformed: "The code has eight digits.",
    wrong: "That code is wrong or too old. Check it, or request another.",
  }[why];
}
