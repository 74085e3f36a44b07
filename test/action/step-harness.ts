import { randomUUID } from "node:crypto";
import { type InputName, runStep, type StepContext } from "@secret-handoff/action";
import {
  parameterStore,
  passphraseParameters,
  platformRuntime,
  type Runtime,
  roleAssumer,
  type SecretsSource,
  SenderError,
  secretsManagerRotation,
  smtpTransport,
} from "@secret-handoff/sdk";
import { secretVersion } from "../sdk/secrets.ts";
import type { TestService } from "../support/test-service.ts";
import { inputReader, VALID } from "./input-reader.ts";
import { type RecordedWorkflow, recordedWorkflow } from "./recorded-workflow.ts";

export type StepRun = {
  readonly code: 0 | 1;
  readonly workflow: RecordedWorkflow;
  /** The sentences of the error annotations. */
  readonly errors: readonly string[];
};

export type StepOptions = {
  readonly inputs?: Partial<Record<InputName, string>>;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly secrets?: Readonly<Record<string, string | Uint8Array>>;
  /** Claims of the workflow's token that differ. */
  readonly claims?: Record<string, unknown>;
  readonly runtime?: Partial<Runtime>;
  readonly context?: Partial<StepContext>;
};

/** Waits are this much shorter than in life. */
const HURRY = 10;
/** How long one call may take, ms. That stays as in life: a busy machine takes its time, too. */
const CALL_LIMITS: readonly number[] = [10_000, 15_000];
export const TOKEN_URL = "https://runner.example/token?api-version=2.0";

/** Runs the step in this process against the real service and a real mail server; only AWS is played. */
export async function runStepOn(service: TestService, options: StepOptions = {}): Promise<StepRun> {
  const workflow = recordedWorkflow();
  const { claims = {}, secrets = { "prod/orders": "canary-value" } } = options;
  const inputs = {
    ...VALID,
    endpoint: service.url,
    "smtp-host": "127.0.0.1",
    "smtp-port": String(service.mail.smtpServer.port),
    ...options.inputs,
  };
  const runtime: Runtime = {
    now: () => service.clock.now * 1_000,
    random: Math.random,
    schedule: (ms, task) => platformRuntime.schedule(CALL_LIMITS.includes(ms) ? ms : ms / HURRY, task),
    fetch: async (input, init) =>
      String(input).startsWith(TOKEN_URL)
        ? Response.json({ value: await service.mint({ claims }) })
        : platformRuntime.fetch(input, init),
    ...options.runtime,
  };
  const code = await runStep(inputReader(inputs, options.files), {
    env: { ACTIONS_ID_TOKEN_REQUEST_URL: TOKEN_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer" },
    run: {
      repository: "acme/orders",
      workflow: "Rotate",
      actor: "mona",
      id: "7",
      url: "https://github.com/acme/orders/actions/runs/7",
    },
    execution: randomUUID(),
    workflow,
    runtime,
    openSecrets: () => secretsOf(secrets),
    openRotation: (region, deadline) => secretsManagerRotation(region, deadline, runtime),
    openParameters: (region, deadline) => parameterStore(region, deadline, runtime),
    openRole: (region, deadline) => roleAssumer(region, deadline, runtime),
    openPassphrases: (path, region) => passphraseParameters(path, region, runtime),
    openMail: (choice, _, tokens) => {
      if (choice.by === "smtp") return smtpTransport(choice.server, runtime, tokens);
      throw new Error("this test mails over SMTP");
    },
    onCancel: () => () => {},
    ...options.context,
  });
  const errors = workflow.lines.flatMap((line) => (line.startsWith("error: ") ? [line.slice(7)] : []));
  return { code, workflow, errors };
}

function secretsOf(values: Readonly<Record<string, string | Uint8Array>>): SecretsSource {
  return {
    read: async (name) => {
      const value = values[name];
      if (value === undefined) throw new SenderError("secret_unknown", `There is no secret "${name}".`);
      return secretVersion(name, value);
    },
    namesWithPrefix: async (prefix) => Object.keys(values).filter((name) => name.startsWith(prefix)),
  };
}
