import {
  type HandoffId,
  isHandoffId,
  type LinkParts,
  ProtocolError,
  parseFragment,
  type RecoveredLink,
  recoverLink,
} from "@secret-handoff/protocol";
import type { DamagedScreen } from "@secret-handoff/protocol/recipient";

/** A link, or what is wrong with the text that should hold one, and the handoff that it names all the same. */
export type LinkResult =
  | { readonly link: LinkParts; readonly id: HandoffId }
  | { readonly link?: undefined; readonly why: DamagedScreen["why"]; readonly id: HandoffId | undefined };

type Place = Pick<Location, "pathname" | "search" | "hash" | "origin">;

/** Reads the address that the browser shows, however a mail gateway has mangled it. */
export function readAddress({ pathname, search, hash, origin }: Place): LinkResult {
  const id = idIn(pathname);
  const bare = id !== undefined && hash === "" && search === "" && pathname.endsWith(id);
  return bare ? { why: "no_key", id } : read(id, () => recoverLink(pathname + search + hash), origin);
}

/** Reads what the recipient pasted: a whole link, whatever it came through, or only the part after `#`. */
export function readPasted(pasted: string, { pathname, origin }: Place): LinkResult {
  const id = idIn(pathname);
  // Behind the path, so that a key alone is held against the id in the address.
  return read(id, () => recoverLink(`${pathname}#${pasted.trim().replace(/^#/, "")}`), origin);
}

/** Reads a key, which must be that of the handoff whose id is known. */
export function readKey(id: HandoffId | undefined, fragment: string): LinkResult {
  return read(id, () => parseFragment(fragment, id));
}

/** The address as it should have arrived. */
export function pathOf(id: HandoffId, fragment?: string): string {
  return fragment === undefined ? `/h/${id}` : `/h/${id}#${fragment}`;
}

function read(
  id: HandoffId | undefined,
  parse: () => LinkParts & Partial<RecoveredLink>,
  own?: string,
): LinkResult {
  try {
    const { origin = own, ...link } = parse();
    // A token must not be shown to another service than the one that the link names.
    return origin === own ? { link, id: link.id } : { why: "elsewhere", id };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const newer = error.code === "version" || error.code === "flags";
    return { why: newer ? "version" : "damaged", id };
  }
}

function idIn(pathname: string): HandoffId | undefined {
  const id = /^\/h\/([\w-]{22})(?![\w-])/.exec(pathname)?.[1] ?? "";
  return isHandoffId(id) ? id : undefined;
}
