import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/**
 * An esbuild plugin that drops the messages of errors thrown by the protocol and by noble: they are for developers, the page says
 * what is wrong in words of its own, and a first load has no bytes to spare. Codes stay; nothing else is touched.
 */
export const leanErrors: Plugin = {
  name: "lean-errors",
  setup(build) {
    build.onLoad(
      { filter: /(?:@noble|packages)[/\\](?:hashes|ciphers|protocol)[/\\].*\.[jt]s$/ },
      async ({ path }) => ({
        contents: withoutMessages(await readFile(path, "utf8")),
        loader: path.endsWith(".ts") ? "ts" : "js",
      }),
    );
  },
};

/**
 * `new Error(message)` becomes `new Error()`, `new ProtocolError(code, message, options)` becomes `new ProtocolError(code)`.
 * @throws Error when an argument list does not end
 */
export function withoutMessages(source: string): string {
  const call = /\bnew (?:Error|TypeError|RangeError|ProtocolError)\(/g;
  let lean = "";
  let from = 0;
  for (let match = call.exec(source); match; match = call.exec(source)) {
    const { firstComma, end } = argumentsAt(source, call.lastIndex);
    const kept = match[0].includes("Protocol") ? source.slice(call.lastIndex, firstComma) : "";
    lean += source.slice(from, call.lastIndex) + kept;
    from = end;
    call.lastIndex = end;
  }
  return lean + source.slice(from);
}

/** Where the arguments that begin at `start` end, and where the first of them does. Brackets inside of strings do not count. */
function argumentsAt(source: string, start: number): { readonly firstComma: number; readonly end: number } {
  const token = /(["'])(?:\\.|(?!\1)[^\\])*\1|`(?:\\.|[^\\`])*`|[()[\]{},]/gs;
  token.lastIndex = start;
  let depth = 0;
  let firstComma: number | undefined;
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const [text] = match;
    if (depth === 0 && text === ")") return { firstComma: firstComma ?? match.index, end: match.index };
    if (depth === 0 && text === ",") firstComma ??= match.index;
    if ("([{".includes(text)) depth += 1;
    if (")]}".includes(text)) depth -= 1;
  }
  throw new Error("an argument list that does not end");
}
