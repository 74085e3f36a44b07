import { readFileSync } from "node:fs";
import type { Vectors } from "./format.ts";

/** v1.json as it lies in the repository. */
export const vectors: Vectors = JSON.parse(readFileSync(new URL("v1.json", import.meta.url), "utf8"));
