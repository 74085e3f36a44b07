import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { deriveLinkKeys, deriveOpenKeys, type OpenKeys, parseLink } from "@secret-handoff/protocol";

/** Something that must show up nowhere, and what it is called in a report. */
export type Canary = { readonly name: string; readonly bytes: Buffer };

export function textCanary(name: string, text: string): Canary {
  return { name, bytes: Buffer.from(text, "utf8") };
}

/**
 * The link and everything that is derived from it.
 * @param keys those of the answers, for a caller who has them: a passphrase costs half a second
 */
export async function linkCanaries(
  link: string,
  answers: { readonly email: string; readonly passphrase?: string },
  keys?: OpenKeys,
): Promise<readonly Canary[]> {
  const parsed = parseLink(link);
  const { linkToken, headerKey, kdfSalt, emailKey } = deriveLinkKeys(parsed);
  const { claimToken, contentKey } = keys ?? (await deriveOpenKeys(parsed, answers));
  const raw = {
    linkSecret: parsed.linkSecret,
    linkToken,
    headerKey,
    kdfSalt,
    emailKey,
    claimToken,
    contentKey,
  };
  return [
    textCanary("link", link),
    textCanary("fragment", link.slice(link.indexOf("#") + 1)),
    ...Object.entries(raw).map(([name, bytes]) => ({ name, bytes: Buffer.from(bytes) })),
  ];
}

/** Every spelling in which a canary could leak; the raw one is searched as bytes. */
export function spellings({ bytes }: Canary): readonly Buffer[] {
  const text = bytes.toString("utf8");
  const isText = Buffer.from(text, "utf8").equals(bytes);
  const base64 = bytes.toString("base64");
  const texts = [
    base64.replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...(isText ? [encodeURIComponent(text), JSON.stringify(text).slice(1, -1)] : []),
  ];
  return [bytes, ...texts.map((spelling) => Buffer.from(spelling, "utf8"))];
}

/** One place that was searched. */
export type Place = { readonly name: string; readonly content: string | Uint8Array };

/** Every file below a folder. */
export function filesIn(folder: string): readonly Place[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name: `file ${name}`, content: readFileSync(join(folder, name)) }));
}

/** Where which canary was found; empty is what the proof wants. */
export function findCanaries(canaries: readonly Canary[], places: readonly Place[]): readonly string[] {
  // Spelt once, not in each place: there are hundreds of them.
  const sought = canaries.map((canary) => ({ canary: canary.name, spelt: spellings(canary) }));
  return places.flatMap(({ name, content }) => {
    const haystack = typeof content === "string" ? Buffer.from(content, "utf8") : Buffer.from(content);
    return sought
      .filter(({ spelt }) => spelt.some((spelling) => haystack.includes(spelling)))
      .map(({ canary }) => `${canary} in ${name}`);
  });
}
