import * as v from "valibot";
import { isProse } from "../api/fields.ts";
import {
  type Accent,
  accentOf,
  COLOUR,
  LEAST_CONTRAST,
  leastContrast,
  nearestPassing,
  type Scheme,
} from "../theme.ts";
import { isSanitised, type LogoNode, LogoRefused, sanitiseLogo } from "./logo.ts";

/** Characters. */
const LONGEST_COMPANY_NAME = 60;
export const LONGEST_CONTACT = 120;

/** What mail programs make a link of whatever stands round it. A domain alone may be a name: there are companies that are called so. */
const WEB_ADDRESS = /:\/\/|(?<![\p{L}\p{N}])www\.|[\p{L}\p{N}][.。．｡][\p{L}\p{N}-]{2,}(?::\d+)?[/?#\\]/iu;

/** Whether a company may be called so: one line of visible characters, without a web address or an address of mail. */
export function isCompanyName(text: string): boolean {
  return isContact(text, LONGEST_COMPANY_NAME) && !/[@\uff20]/.test(text);
}

/** Whether a page may send recipients there with their questions: a name, a telephone number, an address of mail, on one line of visible characters. */
export function isContact(text: string, longest = LONGEST_CONTACT): boolean {
  return text.trim() !== "" && isProse(text, longest) && !WEB_ADDRESS.test(text);
}

/** The company as a deployment names it: what recipients know it by, and how its page looks. */
export type CompanySource = {
  readonly name: string;
  /** The text of an SVG file. */
  readonly logo?: string | undefined;
  /** `#rrggbb`, on the light scheme. */
  readonly accentColor?: string | undefined;
  /** On the dark scheme; the nearest to `accentColor` that can be read there unless it is named. */
  readonly accentColorDark?: string | undefined;
  /** Whom to ask: an address, a telephone number. */
  readonly contact?: string | undefined;
  readonly privacyUrl?: string | undefined;
  readonly imprintUrl?: string | undefined;
};

/** The company as the page has it: in the company block of its document. */
export type Company = {
  readonly name: string;
  readonly logo?: LogoNode;
  /** The accent and its tint of the light scheme, then of the dark one; `#rrggbb`. */
  readonly colours?: readonly [light: string, lightTint: string, dark: string, darkTint: string];
  readonly contact?: string;
  readonly privacyUrl?: string;
  readonly imprintUrl?: string;
};

const LONGEST_URL = 300;

const line = (longest: number, isTaken: (text: string) => boolean, without: string) =>
  v.pipe(
    v.string("must be a text"),
    v.check(isTaken, `must be one line of 1 to ${longest} characters, without invisible ones and ${without}`),
  );
const url = v.pipe(
  v.string("must be a text"),
  v.check(
    (text) => text.length <= LONGEST_URL && /^https:\/\/[^\s"'<>\\]+$/.test(text) && URL.canParse(text),
    `must be an https URL of at most ${LONGEST_URL} characters`,
  ),
);
const colour = v.pipe(
  v.string("must be a text"),
  v.regex(COLOUR, "must read #rrggbb in lower case, such as #0b5c56"),
);

const OTHERS = {
  name: line(LONGEST_COMPANY_NAME, isCompanyName, "addresses"),
  contact: v.optional(line(LONGEST_CONTACT, isContact, "web addresses")),
  privacyUrl: v.optional(url),
  imprintUrl: v.optional(url),
};
const Source = v.strictObject({
  ...OTHERS,
  logo: v.optional(v.string("must be the text of an SVG file")),
  accentColor: v.optional(colour),
  accentColorDark: v.optional(colour),
});
const Block = v.strictObject({
  ...OTHERS,
  logo: v.optional(
    v.custom<LogoNode>(
      (node) => Array.isArray(node) && isSanitised(node as unknown as LogoNode),
      "is no plain drawing",
    ),
  ),
  colours: v.optional(v.tuple([colour, colour, colour, colour])),
});

/** What is wrong with a company, each a sentence that begins with the part's name. */
export function companyProblems(source: unknown): readonly string[] {
  const { issues } = v.safeParse(Source, source);
  if (issues) return issues.map((issue) => `${v.getDotPath(issue) ?? "company"} ${issue.message}`);
  const { logo, accentColor, accentColorDark } = source as CompanySource;
  return [
    ...logoProblems(logo),
    ...contrastProblems("accentColor", accentColor, "light"),
    ...contrastProblems("accentColorDark", accentColorDark, "dark"),
    ...(accentColorDark !== undefined && accentColor === undefined
      ? ["accentColorDark needs accentColor"]
      : []),
  ];
}

function logoProblems(logo: string | undefined): readonly string[] {
  if (logo === undefined) return [];
  try {
    sanitiseLogo(logo);
    return [];
  } catch (error) {
    if (error instanceof LogoRefused) return [`logo ${error.message}`];
    throw error;
  }
}

function contrastProblems(prop: string, accent: string | undefined, scheme: Scheme): readonly string[] {
  if (accent === undefined) return [];
  const reached = leastContrast(accent, scheme);
  if (reached >= LEAST_CONTRAST) return [];
  // Rounded down: 4.496 is not 4.5.
  const shown = Math.floor(reached * 100) / 100;
  return [
    `${prop} has a contrast of ${shown} to 1 on the ${scheme} page, and text needs ${LEAST_CONTRAST} (WCAG 2.2): the nearest that passes is ${nearestPassing(accent, scheme)}`,
  ];
}

/**
 * The company as the page has it.
 * @param source what the deployment says, parsed from JSON
 * @throws Error with everything that is wrong with it
 */
export function companyOf(source: unknown): Company {
  const problems = companyProblems(source);
  if (problems.length > 0) throw new Error(`the company is wrong: ${problems.join("; ")}`);
  const { name, logo, accentColor, accentColorDark, contact, privacyUrl, imprintUrl } =
    source as CompanySource;
  return {
    name,
    ...(logo === undefined ? {} : { logo: sanitiseLogo(logo) }),
    ...(accentColor === undefined
      ? {}
      : { colours: coloursOf(accentColor, accentColorDark ?? nearestPassing(accentColor, "dark")) }),
    ...(contact === undefined ? {} : { contact }),
    ...(privacyUrl === undefined ? {} : { privacyUrl }),
    ...(imprintUrl === undefined ? {} : { imprintUrl }),
  };
}

function coloursOf(light: string, dark: string): NonNullable<Company["colours"]> {
  const [day, night]: readonly [Accent, Accent] = [accentOf(light, "light"), accentOf(dark, "dark")];
  return [day.accent, day.tint, night.accent, night.tint];
}

/** The company as JSON, in the one spelling that the page's block has: what could end the element, or begin a comment, is escaped. */
export function companyBlock({ name, logo, colours, contact, privacyUrl, imprintUrl }: Company): string {
  return JSON.stringify({ name, logo, colours, contact, privacyUrl, imprintUrl }).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Reads a company block as strictly as if the page were somebody else's. JSON has many spellings of a company, and of a member that stands
 * there twice a reader sees one alone: so the block must be {@link companyBlock} of what was read.
 * @throws Error naming the first part that is no company's
 */
export function readCompanyBlock(json: string): Company {
  const { output, issues } = v.safeParse(Block, JSON.parse(json));
  if (issues) throw new Error(`${v.getDotPath(issues[0]) ?? "the block"} ${issues[0].message}`);
  const company = output as Company;
  if (companyBlock(company) !== json) throw new Error("it says more than what a reader sees of it");
  return company;
}

/**
 * The company block: the one place of the page's document that a deployment fills. It is a data block, which no browser runs, and it
 * stands empty in the published page.
 */
const OPENING = '<script type="application/json" id="company">';
const CLOSING = "</script>";

/** The block as the build puts it into the document. */
export const EMPTY_BLOCK = OPENING + CLOSING;

/** A page apart: its document with the block left empty, and what the block says. */
type PageParts = { readonly empty: string; readonly block: string };

/** @returns the document with the company in its block @throws Error where it has no empty block */
export function fillBlock(html: string, company: Company): string {
  const { empty, block } = takeApart(html) ?? {};
  if (empty === undefined || block !== "") throw new Error("the page has no empty company block");
  const at = html.indexOf(EMPTY_BLOCK) + OPENING.length;
  return html.slice(0, at) + companyBlock(company) + html.slice(at);
}

/**
 * The block ends at its first `<`, as it does for a browser: one also takes `</script >` or `</SCRIPT/` for its end, and after `<!--<script>`
 * finds none (https://html.spec.whatwg.org/multipage/parsing.html#script-data-state).
 * @returns undefined where the document has no block, more than one, or one that does not end with the published bytes
 */
export function takeApart(html: string): PageParts | undefined {
  const [before, after, ...more] = html.split(OPENING);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  const end = after.indexOf("<");
  if (!after.startsWith(CLOSING, end)) return undefined;
  return { empty: before + OPENING + after.slice(end), block: after.slice(0, end) };
}
