import {
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { LocalStack } from "@secret-handoff/local";
import { must } from "./demo-error.ts";

export const SECRET = "prod/orders/api";
const QUARTER_DAYS = 90;
const DAY = 86_400;

export type Rotated = { readonly versionId: string; readonly previousDays: number };

/** Puts an old secret into the Secrets Manager endpoint, and rotates it with the AWS SDK as a pipeline would. */
export async function rotate(stack: LocalStack): Promise<Rotated> {
  const old = {
    host: "orders-db.acme.example",
    user: "orders_service",
    password: "three-months-old-password",
  };
  stack.secrets.put(SECRET, JSON.stringify(old), {
    createdAt: Math.floor(Date.now() / 1_000) - QUARTER_DAYS * DAY,
    rotation: { kind: "fast" },
  });
  const client = new SecretsManagerClient({
    endpoint: stack.secretsManager,
    region: "eu-west-1",
    credentials: { accessKeyId: "demo", secretAccessKey: "demo" },
  });
  try {
    const { VersionId: versionId = "" } = await client.send(new RotateSecretCommand({ SecretId: SECRET }));
    const now = await client.send(new GetSecretValueCommand({ SecretId: SECRET }));
    must(now.VersionId === versionId, "The rotation did not make its version the current one.");
    must(!now.SecretString?.includes(old.password), "The rotation left the old password in place.");
    return { versionId, previousDays: QUARTER_DAYS };
  } finally {
    client.destroy();
  }
}
