import { context } from "@actions/github";
import {
  type MailTransport,
  platformRuntime,
  secretsManager,
  sesTransport,
  smtpTransport,
} from "@secret-handoff/sdk";
import type { MailChoice } from "./inputs.ts";
import { originOf } from "./origin.ts";
import { type OnCancel, runStep } from "./step.ts";
import { githubInputs, githubWorkflow } from "./workflow.ts";

/** The runner asks a cancelled step to stop with SIGINT, then SIGTERM after 7.5 s, and kills it 2.5 s later. */
const onCancel: OnCancel = (stop) => {
  process.on("SIGINT", stop).on("SIGTERM", stop);
  return () => process.off("SIGINT", stop).off("SIGTERM", stop);
};

function openMail(choice: MailChoice): MailTransport {
  return choice.by === "smtp"
    ? smtpTransport(choice.server, platformRuntime)
    : sesTransport(choice.options, platformRuntime);
}

async function main(): Promise<number> {
  try {
    return await runStep(
      githubInputs,
      {
        env: process.env,
        origin: originOf(context),
        workflow: githubWorkflow,
        runtime: platformRuntime,
        openSecrets: secretsManager,
        openMail,
      },
      onCancel,
    );
  } catch (error) {
    // An unforeseen message could hold anything, so only the error's name and place are shown.
    const name = error instanceof Error ? error.name : typeof error;
    githubWorkflow.error(`Something failed that should not (${name}). Please report it to the project.`);
    return 1;
  }
}

void main().then((code) => {
  // A connection that was left behind must not keep the step alive.
  process.stdout.write("", () => process.exit(code));
});
