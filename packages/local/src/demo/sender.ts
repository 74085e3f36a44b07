import {
  GetSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type ActionResult, localInputs, startAction } from "../runner/run-action.ts";
import type { LocalStack } from "../stack.ts";
import { must } from "./checks.ts";
import type { Terminal } from "./terminal.ts";

export const RECIPIENT = "ana@vendor.example";
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

/**
 * Runs the built action as GitHub's runner would, and relays its output through what the runner does to it.
 * @returns the handoff's id
 * @throws DemoError when it fails, or a secret shows
 */
export async function handOver(stack: LocalStack, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const action = startAction({
    stack,
    inputs: {
      ...localInputs(stack),
      "secret-ids": `ORDERS_API, ${SECRET}`,
      "parse-json-secrets": "true",
      recipients: RECIPIENT,
      class: "third-party-service",
      title: "The new password of the orders database",
      reason: "quarterly rotation",
      from: "Acme Logistics <handoff@acme.example>",
      contact: "Mia Lind, +49 30 1234567",
      message: "The old password works until Friday at noon.",
    },
    onLine: (line) => terminal.quote(asInTheLog(line, terminal)),
  });
  // GitHub shows the group with inputs and environment closed.
  const [title = ""] = action.details.split("\n");
  terminal.quote(`${terminal.paint("dim", "▸")} ${title.replace("##[group]", "")}`);
  const cancel = () => action.kill("SIGTERM");
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const result = await action.finished;
    signal.throwIfAborted();
    return handoffOf(result, String(stack.secrets.value(SECRET)));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function handoffOf({ exitCode, details, shown, summary, outputs }: ActionResult, secret: string): string {
  must(exitCode === 0, `The action failed (${exitCode}); its output above says why.`);
  const { password }: { readonly password?: string } = JSON.parse(secret);
  must(password !== undefined && password !== "", "The rotation left no password.");
  for (const text of [details, shown, summary, ...Object.values(outputs)]) {
    must(!text.includes(password), "The action's output shows the secret.");
    must(!/\/h\/[\w-]{22}#/.test(text), "The action's output shows the link.");
  }
  const [id]: readonly unknown[] = JSON.parse(outputs["handoff-ids"] ?? "[]");
  must(typeof id === "string", "The action named no handoff in its outputs.");
  return id;
}

/** GitHub's log shows `##[warning]` as a word in colour. */
function asInTheLog(line: string, terminal: Terminal): string {
  const [, kind, rest = ""] = /^##\[(\w+)\](.*)$/.exec(line) ?? [];
  switch (kind) {
    case "error":
      return `${terminal.paint("red", "Error:")} ${rest}`;
    case "warning":
      return `${terminal.paint("yellow", "Warning:")} ${rest}`;
    case "notice":
      return `${terminal.paint("cyan", "Notice:")} ${rest}`;
    case "group":
      return `${terminal.paint("dim", "▾")} ${rest}`;
    case "endgroup":
      return "";
    default:
      return line;
  }
}
