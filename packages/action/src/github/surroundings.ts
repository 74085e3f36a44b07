import type {
  Deadline,
  MailTransport,
  ParameterReader,
  RoleAssumer,
  RotatableSecrets,
  Runtime,
  SecretsManagerOptions,
  SecretsSource,
} from "@secret-handoff/sdk";
import type { MailChoice } from "../inputs/mail-choice.ts";
import type { Origin } from "./origin.ts";
import type { Workflow } from "./workflow.ts";

/** The step's surroundings. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly origin: Origin;
  /**
   * Names this execution of the step: no other step, matrix leg, rerun or run has the same. Made by chance, because nothing that
   * the runner offers is unique to it: the legs of a matrix share GITHUB_JOB and GITHUB_ACTION, and so do attempts.
   */
  readonly execution: string;
  readonly workflow: Workflow;
  readonly runtime: Runtime;
  readonly openSecrets: (
    options: SecretsManagerOptions,
    deadline: Deadline,
    runtime: Runtime,
  ) => SecretsSource;
  readonly openVault: (region: string | undefined, deadline: Deadline, runtime: Runtime) => RotatableSecrets;
  readonly openParameters: (
    region: string | undefined,
    deadline: Deadline,
    runtime: Runtime,
  ) => ParameterReader;
  readonly openRole: (region: string | undefined, deadline: Deadline, runtime: Runtime) => RoleAssumer;
  readonly openMail: (choice: MailChoice, runtime: Runtime) => MailTransport;
};
