import { createHash } from "node:crypto";
import { boundedBytes } from "@secret-handoff/protocol/bounded-body";
import { type Company, readCompanyBlock, takeApart } from "@secret-handoff/protocol/company";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { networkFault, parseEndpoint, type Runtime, SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { EXIT } from "../errors.ts";

/** The page that was built with this program, put in by the build. */
declare const PUBLISHED_PAGE: {
  readonly sha256: string;
  readonly contentSecurityPolicy: string;
  readonly bytes: number;
};

export type PageCheck = {
  readonly isPublished: boolean;
  /** SHA-256 in hex of what is served, with its company block left empty as it was published, and of what was published. */
  readonly served: string;
  readonly published: string;
  /** What the page's company block says; undefined where it is empty. */
  readonly company?: Company;
  /** What differs, in a sentence. */
  readonly difference?: string;
};

/** No page is longer, bytes. */
const LONGEST_PAGE = 1_000_000;
const TIMEOUT_MS = 15_000;

/**
 * Compares the page that a service serves with the published one, byte for byte, and the policy that it is served under. The company block
 * is the one part that a deployment fills: it is taken out first, and read by itself. The page is fetched as a browser fetches it for a link; no link is needed, and nothing is opened.
 * @throws SenderError `service_unreachable` or `not_a_service`
 */
export async function checkServedPage(origin: string, { fetch }: Pick<Runtime, "fetch">): Promise<PageCheck> {
  const response = await get(`${origin}/h/AAAAAAAAAAAAAAAAAAAAAA`, fetch);
  const notThePage = () =>
    new SenderError(
      "not_a_service",
      `${origin} answered ${response.status} where the recipients' page should be. Check the address.`,
    );
  if (response.status !== 200) throw notThePage();
  const bytes = await bytesOf(response, origin, notThePage);
  const { empty, block } = partsOf(bytes);
  const served = createHash("sha256").update(empty).digest("hex");
  const published = PUBLISHED_PAGE.sha256;
  const { company, fault } = companyIn(block);
  const policy = response.headers.get("content-security-policy") ?? "";
  const difference =
    served !== published
      ? `The page is another one: ${empty.length} bytes without its company block, and the published one has ${PUBLISHED_PAGE.bytes}.`
      : policy !== PUBLISHED_PAGE.contentSecurityPolicy
        ? "The page is the published one, but it is served under another Content-Security-Policy."
        : (headerFault(response.headers) ?? fault);
  return {
    isPublished: difference === undefined,
    served,
    published,
    ...(company === undefined ? {} : { company }),
    ...(difference === undefined ? {} : { difference }),
  };
}

/** A page without a block, or that is no UTF-8, is compared as it is: it cannot be the published one. */
function partsOf(bytes: Uint8Array): { readonly empty: Uint8Array; readonly block: string } {
  const text = Buffer.from(bytes).toString("utf8");
  const parts = Buffer.from(text).equals(bytes) ? takeApart(text) : undefined;
  return parts ? { empty: Buffer.from(parts.empty), block: parts.block } : { empty: bytes, block: "" };
}

function companyIn(block: string): { readonly company?: Company; readonly fault?: string } {
  if (block === "") return {};
  try {
    return { company: readCompanyBlock(block) };
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is no JSON" : (error as Error).message;
    return {
      fault: `The page is the published one, but its company block is none that the service writes: ${why}.`,
    };
  }
}

/** A browser would read the same bytes as something else, or go elsewhere from them, by these headers. */
function headerFault(headers: Headers): string | undefined {
  const type = headers.get("content-type") ?? "";
  if (!/^text\/html; ?charset="?utf-8"?$/i.test(type)) {
    return `The page is the published one, but it is served as ${JSON.stringify(type)}, and not as a page in UTF-8.`;
  }
  const leading = LEADING_AWAY.filter((name) => headers.has(name));
  if (leading.length === 0) return undefined;
  return `The page is the published one, but it is served with ${leading.join(" and ")}, which the service never sends: a browser may show something else.`;
}

/** Headers of an answer by which a browser leaves the page, saves it, or loads something with it. */
const LEADING_AWAY = [
  "refresh",
  "location",
  "content-location",
  "content-disposition",
  "link",
  "speculation-rules",
];

async function bytesOf(
  response: Response,
  origin: string,
  tooLong: () => SenderError,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await boundedBytes(response, LONGEST_PAGE, tooLong);
  } catch (cause) {
    if (cause instanceof SenderError) throw cause;
    throw unreachable(origin, cause);
  }
}

function unreachable(origin: string, cause: unknown): SenderError {
  const fault = networkFault(cause);
  return new SenderError(
    "service_unreachable",
    fault
      ? `${origin} cannot be reached: ${fault.reason} (${fault.code}). ${fault.advice("the address")}`
      : `${origin} cannot be reached.`,
    { cause },
  );
}

async function get(url: string, fetch: Runtime["fetch"]): Promise<Response> {
  try {
    return await fetch(url, {
      redirect: "manual",
      headers: { accept: "text/html" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw unreachable(new URL(url).origin, cause);
  }
}

/** What the company block says: the one part of a published page that is the deployment's own. */
function blockInWords({ name, contact, privacyUrl, imprintUrl, logo, colours }: Company): string {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["company", name],
    ["contact", contact],
    ["privacy", privacyUrl],
    ["imprint", imprintUrl],
    ["colours", colours?.join(" ")],
    ["logo", logo && "shapes only: no script, style, link or image"],
  ];
  const shown = rows.flatMap(([what, said]) =>
    said === undefined ? [] : [`  ${what.padEnd(8)} ${onOneLine(said)}`],
  );
  return ["The deployment filled in, and nothing else:", ...shown].join("\n");
}

export const run: Run = async (invocation, { terminal, runtime }) => {
  const origin = parseEndpoint(invocation.positionals[0] ?? "");
  const done = terminal.spin("Fetching the page");
  const check = await checkServedPage(origin, runtime);
  done();
  if (invocation.flag("json")) await terminal.json({ origin, ...check });
  else {
    await terminal.line(
      check.isPublished
        ? `${terminal.style("green", "The page is the published one, byte for byte.", "stdout")} SHA-256 ${check.served}`
        : `${terminal.style("red", onOneLine(check.difference ?? ""), "stdout")}\nserved:    SHA-256 ${check.served}\npublished: SHA-256 ${check.published}`,
    );
    if (check.isPublished && check.company) await terminal.line(blockInWords(check.company));
    if (check.isPublished) {
      terminal.say(
        "That is what the service serves now. A service worker that an earlier page or application left on this host name answers in its own browser instead, and cannot be seen from here.",
      );
    } else {
      terminal.say(
        "Another release of the service has another page: install the secret-handoff of that release to compare. Otherwise do not open links there.",
      );
    }
  }
  return check.isPublished ? EXIT.done : EXIT.notVerified;
};
