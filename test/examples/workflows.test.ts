import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { INPUTS, type InputName, readDeliverInputs, readExistingInputs } from "@secret-handoff/action";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { checkPolicy, ErrorCollector } from "@secret-handoff/sdk";
import { parseDocument } from "yaml";
import { inputReader } from "../action/input-reader.ts";

/** Every workflow under examples/: valid YAML, whole permissions, and inputs and outputs that action.yml knows. */

type Step = {
  readonly id?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
};
type Job = {
  readonly "runs-on": string;
  readonly environment?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
};
type Workflow = {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
};

const FOLDER = new URL("../../examples/", import.meta.url);
const OUTPUTS = Object.keys(
  parseDocument(readFileSync(new URL("../../action.yml", import.meta.url), "utf8")).toJS().outputs,
);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yml"));

test("there is one for each way in which a secret goes out", () => {
  expect(files.sort()).toEqual([
    "after-rotation.yml",
    "await-then-retire.yml",
    "emergency.yml",
    "every-90-days.yml",
    "on-secret-label-updated.yml",
    "onboard-contractor.yml",
    "rotate-and-deliver.yml",
    "value-from-a-step.yml",
  ]);
});

describe.each(files)("%s", (file) => {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const document = parseDocument(text, { uniqueKeys: true });
  const workflow: Workflow = document.toJS();
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);
  const isOwn = ({ uses }: Step) => uses?.startsWith("OWNER/secret-handoff@");
  const own = steps.filter(isOwn);

  test("is YAML without an error or a doubt", () => {
    expect([document.errors, document.warnings]).toEqual([[], []]);
    expect(Object.keys(workflow)).toEqual(expect.arrayContaining(["name", "on", "permissions", "jobs"]));
  });

  test("grants the whole of what it needs, and no more", () => {
    expect(workflow.permissions).toEqual({});
    for (const { permissions } of Object.values(workflow.jobs)) {
      expect(permissions).toEqual({ "id-token": "write", contents: "read" });
    }
  });

  test("runs in an environment, which role and senders list ask for, and mails from an address of its own", () => {
    for (const { environment, steps } of Object.values(workflow.jobs)) {
      if (steps.some(isOwn)) expect(environment).toBeDefined();
    }
    for (const { with: given = {} } of own) {
      if (given.operation !== "revoke") expect(given.from).toBe("handoff@example.com");
    }
  });

  test("uses the action with inputs that it knows and takes", () => {
    expect(own.length).toBeGreaterThan(0);
    for (const { with: given = {} } of own) {
      expect(Object.keys(given).filter((name) => !Object.hasOwn(INPUTS, name))).toEqual([]);
      const inputs = Object.fromEntries(
        Object.entries(given).map(([name, value]) => [name, filledIn(String(value), name)]),
      );
      const read = inputReader(inputs, { [inputs["values-file"] ?? ""]: "NAME=sample" });
      const errors = new ErrorCollector();
      if (inputs.operation === "revoke") readExistingInputs("revoke", read, "1", errors);
      else readDeliverInputs(read, errors);
      expect(errors.errors.map(({ message }) => message)).toEqual([]);
    }
  });

  test("asks for nothing that the default policy refuses", () => {
    const jobs = Object.values(workflow.jobs).flatMap(({ environment, steps }) =>
      steps.filter(isOwn).map((step) => ({ environment, given: step.with ?? {} })),
    );
    for (const { environment, given } of jobs) {
      if (given.operation === "revoke") continue;
      const draft = readDeliverInputs(
        inputReader(
          Object.fromEntries(
            Object.entries(given).map(([name, value]) => [name, filledIn(String(value), name)]),
          ),
        ),
        new ErrorCollector(),
      );
      const { errors } = checkPolicy(
        {
          class: draft.class ?? "",
          expiresIn: draft["expires-in"],
          hasPassphrase: draft.passphraseGiven ?? false,
          reason: draft.reason,
          recipients: (draft.recipients ?? []).map(({ address }) => address),
          environment,
          awaitsReceipt: draft.await !== undefined,
        },
        DEFAULT_CLASSES,
        1_800_000_000,
      );
      expect(errors.map(({ message }) => message)).toEqual([]);
    }
  });

  test("reads only outputs that exist, of steps that exist", () => {
    const ids = new Set(own.flatMap(({ id }) => (id === undefined ? [] : [id])));
    for (const [, id = "", output = ""] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(steps.map((step) => step.id)).toContain(id);
      if (ids.has(id)) expect(OUTPUTS).toContain(output);
    }
  });

  test("puts no expression into a script, where its value would be run", () => {
    const scripts = steps.flatMap((step) => ("run" in step ? [String(step.run)] : []));
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });
});

const SAMPLES: Partial<Record<InputName, string>> = {
  recipients: "ana@vendor.example",
  "secret-ids": "prod/orders",
  passphrase: "correct horse battery staple",
};

/** The value with something fit in place of each expression. */
function filledIn(value: string, name: string): string {
  const sample = name in SAMPLES ? SAMPLES[name as InputName] : undefined;
  return value.replace(/\$\{\{[^}]*\}\}/g, sample ?? "sample");
}
