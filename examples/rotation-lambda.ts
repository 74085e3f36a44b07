/**
 * A rotation function of AWS Secrets Manager that hands the new version over when it becomes current (docs/sdk.md). The steps that make
 * and test a new value are your own; this shows the last one.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
import {
  DescribeSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import {
  deadlineAfter,
  handOver,
  iamSigner,
  parseRecipients,
  secretsManager,
  serviceClient,
  sesTransport,
} from "@secret-handoff/sdk";

type RotationEvent = {
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly Step: "createSecret" | "setSecret" | "testSecret" | "finishSecret";
};

const { HANDOFF_ENDPOINT = "", RECIPIENTS = "", CLASS = "third-party-service" } = process.env;

export async function handler(event: RotationEvent): Promise<void> {
  if (event.Step === "finishSecret") await finishSecret(event);
}

/** Lambda may call it again after a failure: both halves find what they have done already. */
async function finishSecret({ SecretId: id, ClientRequestToken: version }: RotationEvent): Promise<void> {
  await makeCurrent(id, version);
  const deadline = deadlineAfter(20);
  const secret = await secretsManager({}, deadline).read(id, version);
  const outcomes = await handOver(
    {
      secrets: [{ ...secret, label: secret.name }],
      recipients: parseRecipients(RECIPIENTS.replaceAll(",", "\n")).recipients,
      class: CLASS,
      source: "scheduled rotation",
      sourceName: "Sent by",
      contact: "Platform team",
      reason: "rotation",
    },
    {
      service: serviceClient(HANDOFF_ENDPOINT, iamSigner()),
      mail: sesTransport(),
      deadline,
    },
  );
  const failed = outcomes.flatMap((outcome) => (outcome.kind === "failed" ? outcome.error : []));
  // Secrets Manager tries the step again, and recipients who were served are not mailed twice.
  if (failed.length > 0) throw new AggregateError(failed, "not every recipient was served");
}

async function makeCurrent(id: string, version: string): Promise<void> {
  const client = new SecretsManagerClient({});
  const { VersionIdsToStages: stages = {} } = await client.send(new DescribeSecretCommand({ SecretId: id }));
  const [current] = Object.entries(stages).find(([, labels]) => labels.includes("AWSCURRENT")) ?? [];
  if (current === version) return;
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: id,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: version,
      ...(current === undefined ? {} : { RemoveFromVersionId: current }),
    }),
  );
}
