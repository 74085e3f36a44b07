import { readFile } from "node:fs/promises";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { hashOf, keyOf, parentOf } from "@secret-handoff/protocol/recipient";

/**
 * What the page fetches to speak another language than English: `de` for a first load, `de-opened` for what an opened secret needs. And
 * the root by which it knows them all.
 */
export type BuiltLanguages = {
  readonly languages: Readonly<Record<string, string>>;
  readonly root: string;
};

/**
 * Writes the files: the way from each to the root of a Merkle tree over all of them, then its sentences. The page holds the root
 * alone, 43 characters for all languages, and so takes no other sentence than those that it was built with.
 */
export async function buildLanguages(): Promise<BuiltLanguages> {
  const names = LANGUAGE_TAGS.filter((tag) => tag !== "en").flatMap((tag) => [tag, `${tag}-opened`]);
  const tables = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(new URL(`./languages/${name}.json`, import.meta.url), "utf8");
      return [name, linesOf(JSON.parse(source))] as const;
    }),
  );
  const { root, paths } = merkleTree(tables.map(([name, lines]) => hashOf(`${name}\n${lines}`)));
  return {
    root,
    languages: Object.fromEntries(
      tables.map(([name, lines], index) => [name, `${paths[index]?.join(" ")}\n${lines}`]),
    ),
  };
}

/** A line for each sentence, its key before it. @throws Error where a line cannot hold it, or a key is taken */
function linesOf(table: Readonly<Record<string, string>>): string {
  const keys = new Set<string>();
  const lines = Object.entries(table).map(([sentence, told]) => {
    const key = keyOf(sentence);
    if (told.includes("\n") || keys.has(key))
      throw new Error(`there is no line for this sentence: ${sentence}`);
    keys.add(key);
    return key + told;
  });
  return lines.join("\n");
}

/** @returns the root, and for each leaf its siblings on the way there; what has none moves up as it is */
function merkleTree(leaves: readonly string[]): {
  readonly root: string;
  readonly paths: readonly (readonly string[])[];
} {
  const paths: string[][] = leaves.map(() => []);
  let nodes = leaves.map((hash, index) => ({ hash, below: [index] }));
  while (nodes.length > 1) {
    const parents: typeof nodes = [];
    for (let at = 0; at < nodes.length; at += 2) {
      const [left, right] = nodes.slice(at, at + 2);
      if (!left) continue;
      if (!right) {
        parents.push(left);
        continue;
      }
      for (const index of left.below) paths[index]?.push(right.hash);
      for (const index of right.below) paths[index]?.push(left.hash);
      parents.push({ hash: parentOf(left.hash, right.hash), below: [...left.below, ...right.below] });
    }
    nodes = parents;
  }
  return { root: nodes[0]?.hash ?? "", paths };
}
