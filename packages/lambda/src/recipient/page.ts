import { brotliCompressSync, gzipSync } from "node:zlib";
import { showsKey } from "@secret-handoff/protocol";
import { type Company, fillBlock } from "@secret-handoff/protocol/company";
import type { Context } from "hono";

/** The recipient's page, as packages/page builds it. */
export type Page = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What it fetches to speak another language, by the language's tag. */
  readonly languages?: Readonly<Record<string, string>>;
  /** Scripts that it fetches when it needs them, by name. */
  readonly modules?: Readonly<Record<string, string>>;
};

/** The page as it travels: compressed when it is built. */
export type EncodedPage = {
  readonly contentSecurityPolicy: string;
  readonly bodies: Bodies;
  /** What it fetches, by the path below `/h/`: `language/TAG`, `module/NAME`. */
  readonly fetched: Readonly<Record<string, Bodies>>;
};

/** The same text in each encoding. */
export type Bodies = Readonly<Record<Encoding, Uint8Array<ArrayBuffer>>>;

const ENCODINGS = ["br", "gzip", "identity"] as const;
type Encoding = (typeof ENCODINGS)[number];

/** Compresses the page at the highest levels. */
export function encodePage({ html, contentSecurityPolicy, languages = {}, modules = {} }: Page): EncodedPage {
  const below = (folder: string, files: Readonly<Record<string, string>>) =>
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, encode(text)] as const);
  return {
    contentSecurityPolicy,
    bodies: encode(html),
    fetched: Object.fromEntries([...below("language", languages), ...below("module", modules)]),
  };
}

/**
 * The page with its company block filled. It is compressed for the first who asks for it in an encoding, which takes a fifth of a second
 * once: a start for another call does not wait for it.
 */
export function withCompany(page: EncodedPage, company: Company): EncodedPage {
  const html = new TextDecoder().decode(page.bodies.identity);
  return { ...page, bodies: encode(fillBlock(html, company)) };
}

function encode(text: string): Bodies {
  const identity = new Uint8Array(Buffer.from(text));
  const made: { br?: Uint8Array<ArrayBuffer>; gzip?: Uint8Array<ArrayBuffer> } = {};
  return {
    identity,
    get br() {
      made.br ??= new Uint8Array(brotliCompressSync(identity));
      return made.br;
    },
    get gzip() {
      made.gzip ??= new Uint8Array(gzipSync(identity, { level: 9 }));
      return made.gzip;
    },
  };
}

/**
 * Serves the page, the same bytes whatever the path, touching no store; and what it fetches below `/h/language/` and `/h/module/`: as
 * text, which no browser runs by its address. The page checks each by its hash.
 * @param onMangled called when the address shows a key, which a gateway has mangled: it has reached the server
 */
export function servePage(page: EncodedPage, onMangled: () => void): (c: Context) => Response {
  const { bodies, contentSecurityPolicy, fetched } = page;
  return (c: Context) => {
    const { pathname, search } = new URL(c.req.url);
    const [, path = ""] = /^\/h\/((?:language|module)\/[\w-]+)$/.exec(pathname) ?? [];
    const file = Object.hasOwn(fetched, path) ? fetched[path] : undefined;
    if (file) return answer(c, file, { "content-type": "text/plain; charset=utf-8" });
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
