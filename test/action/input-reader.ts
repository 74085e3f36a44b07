import type { InputName, InputReader } from "@secret-handoff/action";

/** Inputs of a run that is in order. */
export const VALID: Partial<Record<InputName, string>> = {
  endpoint: "https://handoff.example.com",
  "secret-ids": "prod/orders",
  recipients: "ana@vendor.example",
  class: "third-party-service",
  from: "handoff@acme.example",
};

/** Reads inputs as the runner would where the workflow gives these alone. */
export function inputReader(
  given: Partial<Record<InputName, string>>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): InputReader {
  return {
    text: (name) => given[name] ?? "",
    file: (path) => {
      const file = files[path];
      if (file === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return typeof file === "string" ? Buffer.from(file) : file;
    },
  };
}
