import { brotliCompressSync, gzipSync } from "node:zlib";
import { showsKey } from "@secret-handoff/protocol";
import type { Context } from "hono";

/** The recipient's page, as packages/page builds it. */
export type Page = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What it fetches to speak another language, by the language's tag. */
  readonly languages?: Readonly<Record<string, string>>;
};

/** The page as it travels: compressed once, when it is built. */
export type EncodedPage = {
  readonly contentSecurityPolicy: string;
  readonly bodies: Bodies;
  readonly languages: Readonly<Record<string, Bodies>>;
};

/** The same text in each encoding. */
export type Bodies = Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>;

const ENCODINGS = ["br", "gzip", "identity"] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Compresses the page at the highest levels. */
export function encodePage({ html, contentSecurityPolicy, languages = {} }: Page): EncodedPage {
  return {
    contentSecurityPolicy,
    bodies: encode(html),
    languages: Object.fromEntries(Object.entries(languages).map(([tag, file]) => [tag, encode(file)])),
  };
}

function encode(text: string): Bodies {
  const bytes = Buffer.from(text);
  return {
    br: new Uint8Array(brotliCompressSync(bytes)),
    gzip: new Uint8Array(gzipSync(bytes, { level: 9 })),
    identity: new Uint8Array(bytes),
  };
}

/**
 * Serves the page, the same bytes whatever the path, touching no store; and below `/h/language/` the sentences that it fetches to speak
 * another language, which it checks by their hash.
 * @param onMangled called when the address shows a key, which a gateway has mangled: it has reached the server
 */
export function servePage(page: EncodedPage, onMangled: () => void): (c: Context) => Response {
  const { bodies, contentSecurityPolicy, languages } = page;
  return (c: Context) => {
    const { pathname, search } = new URL(c.req.url);
    const [, tag = ""] = /^\/h\/language\/([\w-]+)$/.exec(pathname) ?? [];
    const language = Object.hasOwn(languages, tag) ? languages[tag] : undefined;
    if (language) return answer(c, language, { "content-type": "text/plain; charset=utf-8" });
    if (showsKey(pathname + search)) onMangled();
    return answer(c, bodies, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy,
    });
  };
}

function answer(c: Context, bodies: Bodies, headers: Readonly<Record<string, string>>): Response {
  const encoding = preferred(c.req.header("accept-encoding") ?? "");
  return c.body(bodies[encoding], 200, {
    ...headers,
    vary: "accept-encoding",
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  });
}

/** The smallest encoding that the client names and does not refuse (RFC 9110, section 12.5.3). */
function preferred(accepted: string): Encoding {
  const named = accepted
    .toLowerCase()
    .split(",")
    .map((part) => part.replaceAll(" ", ""));
  return (
    ENCODINGS.find((encoding) =>
      named.some((part) => part === encoding || new RegExp(`^${encoding};q=(?!0(?:\\.0*)?$)`).test(part)),
    ) ?? "identity"
  );
}
