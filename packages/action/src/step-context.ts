import {
  type Deadline,
  formatDuration,
  type MailTransport,
  type ParameterStore,
  type PassphraseKeeper,
  type RoleAssumer,
  type RotatableSecrets,
  type Runtime,
  type SecretsManagerOptions,
  type SecretsSource,
  SenderError,
  type TokenPorts,
  withDeadline,
} from "@secret-handoff/sdk";
import type { WorkflowCommands } from "./github/workflow-commands.ts";
import type { MailChoice } from "./inputs/deliver-inputs.ts";

/** Everything that the step takes from outside, injected so that tests need no runner, no AWS and no waiting. */
export type StepContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly run: WorkflowRun;
  /**
   * Names this execution of the step: no other step, matrix leg, rerun or run has the same. Made by chance, because nothing that
   * the runner offers is unique to it: the legs of a matrix share GITHUB_JOB and GITHUB_ACTION, and so do attempts.
   */
  readonly execution: string;
  readonly workflow: WorkflowCommands;
  readonly runtime: Runtime;
  readonly onCancel: OnCancel;
  readonly openSecrets: (
    options: SecretsManagerOptions,
    deadline: Deadline,
    runtime: Runtime,
  ) => SecretsSource;
  readonly openRotation: (
    region: string | undefined,
    deadline: Deadline,
    runtime: Runtime,
  ) => RotatableSecrets;
  readonly openParameters: (
    region: string | undefined,
    deadline: Deadline,
    runtime: Runtime,
  ) => ParameterStore;
  readonly openRole: (region: string | undefined, deadline: Deadline, runtime: Runtime) => RoleAssumer;
  readonly openPassphrases: (path: string, region: string | undefined, runtime: Runtime) => PassphraseKeeper;
  readonly openMail: (choice: MailChoice, runtime: Runtime, tokens: TokenPorts) => MailTransport;
};

/** The run that the step is part of, for the recipient and the summary. */
export type WorkflowRun = {
  /** `owner/name` */
  readonly repository: string;
  readonly workflow: string;
  readonly actor: string;
  readonly id: string;
  readonly url: string;
};

/**
 * What the runner says of this run.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables
 */
export function workflowRunOf({
  GITHUB_REPOSITORY: repository = "",
  GITHUB_WORKFLOW: workflow = "",
  GITHUB_ACTOR: actor = "",
  GITHUB_SERVER_URL: serverUrl = "https://github.com",
  GITHUB_RUN_ID: id = "",
}: StepContext["env"]): WorkflowRun {
  return { repository, workflow, actor, id, url: `${serverUrl}/${repository}/actions/runs/${id}` };
}

/** Calls `stop` when the step must end before its time; the function it returns ends that. */
export type OnCancel = (stop: (reason: SenderError) => void) => () => void;

/** Does the work with a deadline after so many seconds, which a cancelled workflow brings forward. */
export function withTimeout<T>(
  seconds: number,
  { runtime, onCancel }: Pick<StepContext, "runtime" | "onCancel">,
  work: (deadline: Deadline) => Promise<T>,
  atLimit: () => SenderError = () => timeIsUp(seconds),
): Promise<T> {
  return withDeadline({ limitMs: seconds * 1_000, atLimit, onStop: onCancel }, runtime, work);
}

function timeIsUp(seconds: number): SenderError {
  return new SenderError(
    "deadline",
    `The step reached its timeout of ${formatDuration(seconds)}. Raise timeout, or hand over to fewer recipients in one step.`,
  );
}
