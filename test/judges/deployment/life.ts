import { execFileSync } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type OidcIssuer, Recipient, runAction, startOidcIssuer } from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { doctor } from "../../../packages/cdktf/src/doctor/doctor.ts";
import { livingConfig, ROTATED } from "./configurations.ts";
import { unexpected, unused } from "./drift.ts";
import { CREDENTIALS, type Emulator, startMiniStack } from "./emulators.ts";
import { Front } from "./front.ts";
import { Root } from "./root.ts";
import { placeStack, printTable, terraformHere } from "./stacks.ts";

const ADDRESS = "ana@vendor.example";
const CODE = "packages/lambda/dist";
/** How long a step may take until the trail tells of it: the sweeper runs each minute. */
const PATIENCE_SECONDS = 150;

/**
 * The life of handoffs on a deployment: Terraform applies the stack with its real archives to MiniStack, the doctor looks at it, and
 * the action's bundle hands over. The trail, which the drainer writes from the table's stream, tells how each ended.
 */
export async function lifeOnMiniStack(): Promise<boolean> {
  const terraform = terraformHere();
  execFileSync("node", ["--import", "tsx", "packages/lambda/build.ts"], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1_000);
  const say = (step: string) => console.log(`${String(seconds()).padStart(4)} s  ${step}`);
  const emulator = await startMiniStack();
  const front = new Front();
  const issuer = await startOidcIssuer();
  const root = new Root(terraform, emulator);
  const problems: string[] = [];
  try {
    const account = new Account(emulator);
    const secretArn = await account.createSecret(
      ROTATED,
      JSON.stringify({ user: "orders", password: "one" }),
    );
    const origin = await front.start();
    placeStack(root, terraform, livingConfig(secretArn), { code: CODE });
    // Nobody here can mint GitHub's tokens, nor prove a host name.
    root.rewrite((stack) => {
      for (const { environment } of Object.values(stack.resource.aws_lambda_function ?? {})) {
        const { variables } = environment as { variables: Record<string, string> };
        if (variables.ORIGIN) variables.ORIGIN = origin;
        variables.CONFIG &&= variables.CONFIG.replace(
          "https://token.actions.githubusercontent.com",
          issuer.issuer,
        );
      }
    });
    await root.init();
    const applied = await root.apply();
    say(`applied: ${applied} resources`);
    const changes = await root.changes();
    problems.push(...unexpected(emulator.name, changes));
    for (const line of unused(emulator.name, changes))
      problems.push(`drift.ts allows ${line}, which does not differ`);
    const outputs = await root.outputs();
    front.leadTo(outputs.operator_endpoint ?? "");

    const life = new Life(origin, issuer, emulator, account);
    say(`doctor: ${await life.doctor()}`);
    say(`delivered: ${await life.deliver()}`);
    say(`reported: ${await life.report(secretArn)}`);
    say(`bounced: ${await life.bounce()}`);

    await root.destroy();
    const left = await root.count();
    if (left > 0) problems.push(`${left} resources are left after the destroy`);
    printTable([
      {
        configuration: "with reactions, and the life of handoffs",
        emulator: emulator.name,
        applied,
        secondPlan: `${changes.length} changed, ${problems.length} unexpected`,
        left,
        seconds: seconds(),
        problems,
        changes,
      },
    ]);
    return problems.length === 0;
  } finally {
    root.remove();
    front.stop();
    await issuer.close();
    await emulator.stop();
  }
}

/** The AWS account that the emulator is. */
class Account {
  readonly #client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };

  constructor({ url }: Emulator) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = CREDENTIALS;
    this.#client = { endpoint: url, region: "eu-west-1", credentials: { accessKeyId, secretAccessKey } };
  }

  async createSecret(Name: string, SecretString: string): Promise<string> {
    const secrets = new SecretsManagerClient(this.#client);
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name, SecretString }));
    return ARN ?? "";
  }

  /** How many versions the secret has, of which one more after each rotation. */
  async versions(SecretId: string): Promise<number> {
    const secrets = new SecretsManagerClient(this.#client);
    const { VersionIdsToStages = {} } = await secrets.send(new DescribeSecretCommand({ SecretId }));
    return Object.keys(VersionIdsToStages).length;
  }

  /** Invokes a function as an event rule does, and waits for its answer. */
  async invoke(name: string, event: object): Promise<void> {
    const { AWS_ACCESS_KEY_ID } = CREDENTIALS;
    const scope = `${AWS_ACCESS_KEY_ID}/20261126/eu-west-1/lambda/aws4_request`;
    const response = await fetch(`${this.#client.endpoint}/2015-03-31/functions/${name}/invocations`, {
      method: "POST",
      // MiniStack reads account and region from it, and checks no signature.
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=unchecked`,
      },
      body: JSON.stringify(event),
    });
    const error = response.headers.get("x-amz-function-error");
    if (!response.ok || error !== null) throw new Error(`${name} failed: ${response.status} ${error ?? ""}`);
  }
}

class Life {
  readonly #origin: string;
  readonly #issuer: OidcIssuer;
  readonly #emulator: Emulator;
  readonly #account: Account;

  constructor(origin: string, issuer: OidcIssuer, emulator: Emulator, account: Account) {
    this.#origin = origin;
    this.#issuer = issuer;
    this.#emulator = emulator;
    this.#account = account;
  }

  /** MiniStack does not ask for a signature where the route needs one, so that check alone may fail. */
  async doctor(): Promise<string> {
    const results = await doctor({
      endpoint: this.#origin,
      environment: {
        ACTIONS_ID_TOKEN_REQUEST_URL: this.#issuer.requestUrl,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: this.#issuer.requestToken,
      },
    });
    const failed = results.filter(({ status }) => status !== "ok");
    if (failed.length > 0)
      throw new Error(failed.map(({ check, detail }) => `${check}: ${detail}`).join("\n"));
    return `${results.length} checks, all green`;
  }

  async deliver(): Promise<string> {
    const recipient = await this.#handOver();
    const answers = { email: ADDRESS };
    const claim = await recipient.claim(answers);
    if (claim.status !== 200) throw new Error(`the claim was answered ${claim.status}`);
    const { receipt } = await recipient.open(claim, answers);
    const { status } = await recipient.acknowledge(receipt);
    if (status !== 204) throw new Error(`the acknowledgement was answered ${status}`);
    return this.#trail(recipient, "acknowledged");
  }

  async report(secretArn: string): Promise<string> {
    const before = await this.#account.versions(secretArn);
    const recipient = await this.#handOver();
    const { status } = await recipient.report();
    if (status !== 204) throw new Error(`the report was answered ${status}`);
    const trail = await this.#trail(recipient, "reported");
    await until(
      "the state machine has rotated the secret",
      async () => (await this.#account.versions(secretArn)) > before,
    );
    return `${trail}; the state machine rotated the secret`;
  }

  /** MiniStack's SES tells EventBridge of no bounce, and nobody else may speak for it: the sweeper gets what the rule would give it. */
  async bounce(): Promise<string> {
    const recipient = await this.#handOver();
    const { id } = recipient.link;
    const messageId = messageIdIn(await this.#messages(), id);
    await this.#account.invoke("secret-handoff-sweeper", { bounced: id, messageId });
    return this.#trail(recipient, "bounced");
  }

  /** The action's bundle reads the secret, seals, creates and mails; the link is in the mail. */
  async #handOver(): Promise<Recipient> {
    const seen = new Set((await this.#links()).map(String));
    const { exitCode, shown } = await runAction({
      inputs: {
        endpoint: this.#origin,
        "secret-ids": `ORDERS_API, ${ROTATED}`,
        recipients: ADDRESS,
        class: "third-party-service",
        from: "handoff@example.com",
        resend: "true",
      },
      env: {
        AWS_REGION: "eu-west-1",
        AWS_ENDPOINT_URL: this.#emulator.url,
        ...CREDENTIALS,
        ACTIONS_ID_TOKEN_REQUEST_URL: this.#issuer.requestUrl,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: this.#issuer.requestToken,
      },
    });
    if (exitCode !== 0) throw new Error(`the action failed:\n${shown}`);
    const link = (await this.#links()).find((found) => !seen.has(found));
    if (link === undefined) throw new Error("the mail with the link is not in the emulator");
    return new Recipient(link);
  }

  async #messages(): Promise<unknown> {
    return (await fetch(`${this.#emulator.url}/_ministack/ses/messages`)).json();
  }

  async #links(): Promise<readonly string[]> {
    const text = JSON.stringify(await this.#messages());
    const links = text.replaceAll("=\\r\\n", "").match(/http:\/\/127\.0\.0\.1:\d+\/h\/[\w-]{22}#[\w-]{46}/g);
    return [...new Set(links ?? [])];
  }

  /** Waits until the service's own trail has an event of the handoff. */
  async #trail({ link }: Recipient, type: AuditEvent["type"]): Promise<string> {
    let types: readonly string[] = [];
    await until(`the trail tells that a handoff was ${type}`, async () => {
      const token = await this.#issuer.mint({ aud: this.#origin });
      const response = await fetch(`${this.#origin}/v1/sender/events?handoff=${link.id}`, {
        headers: { authorization: `Bearer ${token}` },
      });
      if (!response.ok)
        throw new Error(`the events were answered ${response.status}: ${await response.text()}`);
      const { events } = (await response.json()) as { readonly events: readonly AuditEvent[] };
      types = events.map((event) => event.type);
      return types.includes(type);
    });
    return types.join(", ");
  }
}

/** SES's id of the one mail that names the handoff, wherever it stands in the emulator's list. */
function messageIdIn(messages: unknown, handoff: string): string | undefined {
  if (typeof messages !== "object" || messages === null) return undefined;
  const inner = Object.values(messages).map((value) => messageIdIn(value, handoff));
  const found = inner.find((id) => id !== undefined);
  if (found !== undefined) return found;
  const id = Object.entries(messages).find(([key]) => /^message_?id$/i.test(key))?.[1];
  return typeof id === "string" && JSON.stringify(messages).includes(handoff) ? id : undefined;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + PATIENCE_SECONDS * 1_000; Date.now() < deadline; await wait(1_000)) {
    if (await holds()) return;
  }
  throw new Error(`within ${PATIENCE_SECONDS} seconds it did not come about that ${what}`);
}
