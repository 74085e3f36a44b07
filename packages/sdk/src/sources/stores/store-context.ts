import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import type { StoreContext } from "./store-http.ts";

/** The files and programs of this machine, for {@link StoreContext}. */
export function machineOf(env: StoreContext["env"]): Pick<StoreContext, "env" | "readFile" | "run"> {
  return {
    env,
    readFile: (path) => readFileSync(path, "utf8"),
    run: async (program, args) =>
      (await promisify(execFile)(program, [...args], { env: forPrograms(env) })).stdout,
  };
}

/** A program gets what its own login may need, and nothing that was given to this one: inputs and tokens for the service. */
function forPrograms(env: StoreContext["env"]): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:INPUT_|SECRET_HANDOFF_|ACTIONS_ID_TOKEN_)/i.test(name)),
  );
}
