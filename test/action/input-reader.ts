import { type InputName, type InputReader, withDefaults } from "@secret-handoff/action";

/** Inputs of a run that is in order. */
export const VALID: Partial<Record<InputName, string>> = {
  endpoint: "https://handoff.example.com",
  "secret-ids": "prod/orders",
  recipients: "ana@vendor.example",
  class: "third-party-service",
  from: "handoff@acme.example",
};

/** Reads inputs as the runner would: what is not given has action.yml's default. */
export function inputReader(given: Partial<Record<InputName, string>>): InputReader {
  return withDefaults((name) => given[name] ?? "");
}
