import { chmod, mkdir } from "node:fs/promises";
import { startDynalite } from "./dynalite.ts";
import { findDynoxide, startDynoxide } from "./dynoxide.ts";
import { type Engine, EngineError, type EngineName } from "./engine.ts";

export type EngineOptions = {
  /** `dynoxide`, `dynalite`, or the URL of another endpoint; the variable ENGINE, else dynoxide where it is installed. */
  readonly engine?: string | undefined;
  /** Where the data lies, made with mode 0700; in memory without it. */
  readonly folder?: string | undefined;
};

/** The engines that packages of this machine bring along, and why one is missing. */
export function installedEngines(): readonly { readonly name: EngineName; readonly missing?: string }[] {
  const { missing } = { missing: undefined, ...findDynoxide() };
  return [{ name: "dynoxide", ...(missing === undefined ? {} : { missing }) }, { name: "dynalite" }];
}

/** @throws EngineError */
export async function startEngine({
  engine = process.env.ENGINE,
  folder,
}: EngineOptions = {}): Promise<Engine> {
  const found = findDynoxide();
  const chosen = engine || ("binary" in found ? "dynoxide" : "dynalite");
  if (/^https?:\/\//.test(chosen)) {
    if (folder === undefined) return givenEndpoint(chosen);
    throw new EngineError("DATA_DIR has no meaning where ENGINE is an endpoint: it keeps its own data.");
  }
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }
  switch (chosen) {
    case "dynalite":
      return startDynalite(folder);
    case "dynoxide":
      if ("missing" in found) throw new EngineError(`ENGINE is dynoxide, but ${found.missing}.`);
      return startDynoxide(found.binary, folder);
    default:
      throw new EngineError("ENGINE must be dynoxide, dynalite, or the URL of a DynamoDB endpoint.");
  }
}

/** Somebody else starts and ends it, and keeps its data. */
function givenEndpoint(url: string): Engine {
  return {
    name: "endpoint",
    endpoint: url,
    pid: undefined,
    kill: () => Promise.reject(new Error("An engine that was given by its endpoint is not ours to end.")),
    close: async () => {},
  };
}
