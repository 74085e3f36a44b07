import { randomUUID } from "node:crypto";
import {
  allowSlowConnections,
  faultOf,
  type MailTransport,
  parameterStore,
  passphraseParameters,
  platformRuntime,
  type Runtime,
  roleAssumer,
  SenderError,
  secretsManager,
  secretsManagerRotation,
  sesTransport,
  smtpTransport,
  type TokenPorts,
} from "@secret-handoff/sdk";
import { githubCommands, githubInputs, guardStreams } from "./github/workflow-commands.ts";
import type { MailChoice } from "./inputs/deliver-inputs.ts";
import { runStep } from "./step.ts";
import { type OnCancel, workflowRunOf } from "./step-context.ts";

/**
 * The runner asks a cancelled step to stop with SIGINT, then SIGTERM after 7.5 s, and kills it 2.5 s later. A fault that nothing
 * caught stops the step as well, so that what was not mailed is still revoked.
 */
const onCancel: OnCancel = (stop) => {
  const cancel = () => stop(new SenderError("cancelled", "The workflow was cancelled."));
  const fault = (error: unknown) => stop(faultOf(error));
  process.on("SIGINT", cancel).on("SIGTERM", cancel).on("uncaughtException", fault);
  return () => process.off("SIGINT", cancel).off("SIGTERM", cancel).off("uncaughtException", fault);
};

function openMail(choice: MailChoice, runtime: Runtime, tokens: TokenPorts): MailTransport {
  return choice.by === "smtp"
    ? smtpTransport(choice.server, runtime, tokens)
    : sesTransport(choice.options, runtime);
}

async function main(): Promise<number> {
  // Windows looks for op and the others in the workspace first (NeedCurrentDirectoryForExePathW).
  process.env.NoDefaultCurrentDirectoryInExePath = "1";
  allowSlowConnections();
  const workflow = githubCommands(guardStreams([process.stdout, process.stderr]));
  // Node itself would write past the streams.
  process.removeAllListeners("warning").on("warning", ({ message }) => workflow.info(message));
  process.on("uncaughtException", (error) => {
    if (process.listenerCount("uncaughtException") > 1) return;
    workflow.error(faultOf(error).message);
    process.exit(1);
  });
  try {
    const code = await runStep(githubInputs(), {
      env: process.env,
      run: workflowRunOf(process.env),
      execution: randomUUID(),
      workflow,
      runtime: platformRuntime,
      openSecrets: secretsManager,
      openRotation: secretsManagerRotation,
      openParameters: parameterStore,
      openRole: roleAssumer,
      openPassphrases: passphraseParameters,
      openMail,
      onCancel,
    });
    return workflow.outputsLost() ? 1 : code;
  } catch (error) {
    workflow.error(faultOf(error).message);
    return 1;
  }
}

void main().then((code) => {
  // A connection that was left behind must not keep the step alive.
  process.stdout.write("", () => process.exit(code));
});
