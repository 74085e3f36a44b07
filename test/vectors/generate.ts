import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { makeVectors } from "./make.ts";

/** Writes v1.json anew: `npx tsx test/vectors/generate.ts`. The tests refuse a file that this would change. */
const file = fileURLToPath(new URL("v1.json", import.meta.url));
const vectors = await makeVectors();
// Escaped, so that no editor or tool normalises the characters that the vectors are about.
const json = JSON.stringify(vectors, null, 2).replace(
  /[^\x20-\x7e\n]/g,
  (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
);
writeFileSync(file, `${json}\n`);

const groups = Object.values(vectors).filter((group) => typeof group === "object");
const all = groups.flatMap<object>((group) => ("vectors" in group ? group.vectors : group));
const refused = all.filter((vector) => "error" in vector);
process.stdout.write(`v1.json: ${all.length} vectors, ${refused.length} of them to be refused\n`);
