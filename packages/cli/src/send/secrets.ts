import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import {
  Concealed,
  checkRotatedWithin,
  checkSessionDuration,
  type Deadline,
  ErrorCollector,
  type GivenValue,
  givenSecrets,
  type LabelledSecret,
  machineOf,
  parameterStore,
  parseOtherSecrets,
  parseParameters,
  parsePermissions,
  parseRepositories,
  parseRoleArn,
  parseSecretIds,
  readAllSecrets,
  roleAssumer,
  SenderError,
  type StoreContext,
  secretsManager,
  unixSeconds,
  type WantedSecrets,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { sentenceOfError } from "../errors.ts";
import { oidcToken } from "../sender-service.ts";
import { durationOf } from "./description.ts";
import { fileSecret, fileText } from "./reading.ts";

/** What the options ask to read or make. @throws SenderError `input` or `secret_ids` */
export async function wantedSecrets(invocation: Invocation): Promise<WantedSecrets> {
  const lines = (option: string) => invocation.texts(option).join("\n");
  return {
    secretIds: parseSecretIds(lines("secret-id")),
    parameters: parseParameters(lines("parameter")),
    otherSecrets: parseOtherSecrets(lines("other-secret")),
    vault: {
      url: invocation.text("vault-url"),
      namespace: invocation.text("vault-namespace"),
      role: invocation.text("vault-role"),
      authPath: invocation.text("vault-auth-path"),
      audience: invocation.text("vault-audience"),
    },
    role: await roleOf(invocation),
    app: await appOf(invocation),
  };
}

const HOUR = 3_600;

async function roleOf(invocation: Invocation): Promise<WantedSecrets["role"]> {
  const arn = invocation.text("role-to-assume");
  if (arn === undefined) {
    refuseAlone(invocation, ["role-duration", "role-session-policy-file"], "role-to-assume");
    return undefined;
  }
  const duration = durationOf(invocation, "role-duration") ?? HOUR;
  checkSessionDuration(duration);
  const policy = invocation.text("role-session-policy-file");
  return {
    roleArn: parseRoleArn(arn),
    duration,
    sessionName: `secret-handoff-${userInfo().username}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
    ...(policy === undefined
      ? {}
      : { sessionPolicy: (await fileText(policy, "role-session-policy-file")).trim() }),
  };
}

const APP_OPTIONS = ["app-private-key-file", "app-repository", "app-permission"] as const;

async function appOf(invocation: Invocation): Promise<WantedSecrets["app"]> {
  const app = invocation.text("app-id");
  if (app === undefined) {
    refuseAlone(invocation, APP_OPTIONS, "app-id");
    return undefined;
  }
  const [keyFile, repositories, permissions] = [
    invocation.text("app-private-key-file"),
    invocation.texts("app-repository"),
    invocation.texts("app-permission"),
  ];
  if (keyFile === undefined || repositories.length === 0 || permissions.length === 0) {
    throw new SenderError("input", `--app-id needs ${APP_OPTIONS.map((name) => `--${name}`).join(", ")}.`);
  }
  return {
    app,
    privateKey: new Concealed(await fileText(keyFile, "app-private-key-file")),
    repositories: parseRepositories(repositories.join("\n")),
    permissions: parsePermissions(permissions.join("\n")),
  };
}

function refuseAlone(invocation: Invocation, options: readonly string[], needed: string): void {
  const needless = options.find(
    (name) => invocation.text(name) !== undefined || invocation.texts(name).length > 0,
  );
  if (needless === undefined) return;
  throw new SenderError("input", `--${needless} needs --${needed}. Give it, or drop --${needless}.`);
}

/** Reads what is to be handed over. @throws SenderError the first mistake; the others are shown */
export async function allSecrets(
  wanted: WantedSecrets,
  given: readonly GivenValue[],
  invocation: Invocation,
  configuration: Configuration,
  context: CliContext,
  deadline: Deadline,
): Promise<readonly LabelledSecret[]> {
  const { terminal, runtime } = context;
  const region = invocation.text("region") ?? configuration.region;
  const versionStage = invocation.text("version-stage");
  const execution = randomUUID();
  const now = unixSeconds(runtime);
  const errors = new ErrorCollector();
  const sources = {
    secrets: secretsManager({ region, versionStage }, deadline, runtime),
    parameters: parameterStore(region, deadline, runtime),
    assumeRole: roleAssumer(region, deadline, runtime),
    stores: storeContext(context, deadline),
  };
  const [read, files] = await Promise.all([
    readAllSecrets(wanted, sources, execution, errors),
    Promise.all(invocation.texts("file").map((path) => fileSecret(path, execution, now))),
  ]);
  const versioned = [...read.secrets, ...read.others];
  const within = durationOf(invocation, "rotated-within");
  for (const secret of within === undefined ? [] : versioned)
    errors.attempt(() => checkRotatedWithin(secret, within ?? 0, now, "Rotate it first."));
  const [first, ...others] = errors.errors;
  for (const other of others) terminal.error(sentenceOfError(other));
  if (first) throw first;
  const secrets = [...versioned, ...givenSecrets(given, "cli", execution, now), ...files];
  if (secrets.length > 0) return secrets;
  throw new SenderError(
    "input",
    "Nothing to hand over. Give --value NAME to be asked for it, --stdin NAME, --file, --values-file, --secret-id, --parameter or --other-secret.",
  );
}

/** Stores log in as the person or the pipeline that runs the command. */
function storeContext(context: CliContext, deadline: Deadline): StoreContext {
  return {
    ...machineOf(context.env, deadline),
    runtime: context.runtime,
    // Nothing of them is ever written.
    onToken: () => {},
    idToken: (audience) => oidcToken(audience, context, deadline),
  };
}
