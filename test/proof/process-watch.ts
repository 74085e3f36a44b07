import { readdirSync, readFileSync } from "node:fs";
import type { Place } from "./canaries.ts";

/** Looks at a process through /proc until it ends: its arguments, and the arguments and environment of its children. */
export function watchProcess(pid: number): {
  readonly stop: () => readonly Place[];
  readonly looks: () => number;
} {
  const seen = new Map<string, string>();
  let looks = 0;
  const note = (name: string, path: string) => {
    const content = readIfThere(path);
    if (content !== undefined) seen.set(`${name}: ${content}`, content);
  };
  const look = () => {
    looks += 1;
    note("arguments", `/proc/${pid}/cmdline`);
    for (const child of childrenOf(pid)) {
      note(`arguments of child ${child}`, `/proc/${child}/cmdline`);
      note(`environment of child ${child}`, `/proc/${child}/environ`);
    }
  };
  look();
  const timer = setInterval(look, 3);
  return {
    looks: () => looks,
    stop: () => {
      clearInterval(timer);
      return [...seen].map(([name, content]) => ({ name: name.split(":")[0] ?? name, content }));
    },
  };
}

function childrenOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      (readIfThere(`/proc/${pid}/task/${task}/children`) ?? "").split(" ").filter((child) => child !== ""),
    );
  } catch {
    return [];
  }
}

/** Undefined once the process is gone. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
