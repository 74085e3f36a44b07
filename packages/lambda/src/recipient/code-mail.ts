import { CODE_SECONDS } from "@secret-handoff/protocol";
import type { Company } from "@secret-handoff/protocol/company";
import { fillIn, joined, type Language, localeOf } from "@secret-handoff/protocol/languages";
import {
  carefulHtml,
  MONO,
  mailFrame,
  OUR_ACCENTS,
  paragraphHtml,
  startOf,
  wrapText,
} from "@secret-handoff/protocol/mail-frame";
import { escapeHtml } from "@secret-handoff/protocol/markup";
import { LIGHT } from "@secret-handoff/protocol/theme";
import { CODE_SENTENCES } from "./code-sentences.ts";
import type { CodeToMail } from "./send-code.ts";

/** The company as far as a mail shows it. */
export type MailCompany = Pick<Company, "name" | "colours" | "contact">;

/** The mail that carries a code, to the holder of a link: text and HTML. */
export type CodeMail = {
  /** The name that stands before the address it is from; undefined where the deployment names no company. */
  readonly fromName: string | undefined;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
};

/**
 * Looks like the mail with the link, and comes from the same company. It holds no link and does not name the secret: it is of no use without
 * the link. The code is in the body alone, below a sentence, so that a locked telephone shows the sentence and not the code.
 */
export function codeMail({ code, language, origin, company }: Omit<CodeToMail, "to">): CodeMail {
  const say = CODE_SENTENCES[language];
  const { name, colours, contact = name } = company ?? {};
  const subject = name === undefined ? say.heading : fillIn(say.subject, { company: name });
  const valid = fillIn(say.valid, { time: inMinutes(CODE_SECONDS, language) });
  const careful = [
    fillIn(say.only, { origin: `${origin}/` }),
    say.nobody,
    say.unexpected,
    ...(contact === undefined ? [] : [fillIn(say.tell, { contact })]),
  ];
  const text = [
    wrapText(say.asked),
    code,
    wrapText(valid),
    "--------",
    [say.careful, ...careful.map((sentence) => wrapText(sentence, "- ", "  "))].join("\n"),
  ].join("\n\n");
  const html = mailFrame({
    ...{ language, subject, company: name, heading: say.heading },
    preview: joined(say.asked, valid),
    accents: colours ? { light: colours[0], dark: colours[2] } : OUR_ACCENTS,
    bodyHtml: `${paragraphHtml(language, say.asked)}
<p dir="ltr" class="ink" style="margin:4px 0 20px;text-align:${startOf(language)};font:600 32px/1.3 ${MONO};letter-spacing:.08em;color:${LIGHT.ink};">${escapeHtml(code)}</p>
${paragraphHtml(language, valid, "margin-bottom:0;")}`,
    footHtml: carefulHtml(language, say.careful, careful),
  });
  return { fromName: name, subject, text: `${text}\n`, html };
}

/** "10 minutes", with the plural that the language has for the number. */
function inMinutes(seconds: number, language: Language): string {
  const minutes = { style: "unit", unit: "minute", unitDisplay: "long" } as const;
  // Japanese writes no space there; Intl does.
  return (seconds / 60).toLocaleString(localeOf(language), minutes).replace(/ (?=分)/, "");
}
