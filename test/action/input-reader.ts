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
export function inputReader(given: Partial<Record<InputName, string>>): InputReader {
  return (name) => given[name] ?? "";
}
