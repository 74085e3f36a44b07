import { isProse } from "../api/fields.ts";

/** Characters. */
export const LONGEST_COMPANY_NAME = 60;
export const LONGEST_CONTACT = 120;

/** What mail programs make a link of whatever stands round it. A domain alone may be a name: there are companies that are called so. */
const WEB_ADDRESS = /:\/\/|(?<![\p{L}\p{N}])www\.|[\p{L}\p{N}][.。．｡][\p{L}\p{N}-]{2,}(?::\d+)?[/?#\\]/iu;

/** Whether a company may be called so: one line of visible characters, without a web address or an address of mail. */
export function isCompanyName(text: string): boolean {
  return isContact(text, LONGEST_COMPANY_NAME) && !/[@\uff20]/.test(text);
}

/** Whether recipients may be told to ask it: a name, a telephone number, an address of mail, on one line of visible characters. */
export function isContact(text: string, longest = LONGEST_CONTACT): boolean {
  return text.trim() !== "" && isProse(text, longest) && !WEB_ADDRESS.test(text);
}
