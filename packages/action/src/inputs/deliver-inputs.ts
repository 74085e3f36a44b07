import {
  allRecipients,
  checkAddressees,
  checkSessionDuration,
  defaultMailbox,
  type ErrorCollector,
  type GitHubAppRequest,
  type Mailbox,
  parsePasswordRules,
  type Recipient,
  type RoleRequest,
  type Rotation,
  SenderError,
  type SesOptions,
  type SmtpLoginParts,
  type SmtpServer,
  smtpLoginOf,
  tlsOf,
} from "@secret-handoff/sdk";
import { type IssueChoice, issueChoice } from "../github/issue-comments.ts";
import { notSet } from "./parsers.ts";
import {
  type Draft,
  INPUT_NAMES,
  type InputName,
  type InputReader,
  type Inputs,
  isSet,
  readInputs,
} from "./table.ts";

/** What a delivery is asked for: the inputs, and what several of them mean together. */
export type DeliverInputs = Omit<
  Inputs,
  "from" | "rotate" | "values-file" | "recipients-file" | "role" | "comment"
> & {
  readonly from: Mailbox;
  readonly mail: MailChoice;
  /** Whose temporary credentials to hand over. */
  readonly role: RoleChoice | undefined;
  /** Of which GitHub App to hand over a token. */
  readonly app: AppChoice | undefined;
  readonly rotation: Rotation | undefined;
  /** The issue that the step comments on. */
  readonly issue: IssueChoice | undefined;
  /** True for a weak passphrase as well. */
  readonly passphraseGiven: boolean;
};

/** How the mail goes out. */
export type MailChoice =
  | { readonly by: "smtp"; readonly server: SmtpServer }
  | { readonly by: "ses"; readonly options: SesOptions };

/** A role whose credentials are handed over; the rest of the request names this execution of the step. */
export type RoleChoice = Omit<RoleRequest, "sessionName" | "versionId">;

export type AppChoice = Omit<GitHubAppRequest, "versionId">;

/** Reads every input of a delivery, so that all mistakes are reported at once. */
export function readDeliverInputs(read: InputReader, errors: ErrorCollector): Draft<DeliverInputs> {
  const names = INPUT_NAMES.filter(
    (name) => !["operation", "report", "period", "handoff-ids", "run", "role", "comment"].includes(name),
  );
  const inputs = readInputs(names, read, errors);
  const given: IsSet = (name) => isSet(name, read);
  // A request says of which class it is, and what is handed over.
  if (!given("request-id")) {
    errors.attempt(() => checkClassSet(read));
    errors.attempt(() => checkSomething(inputs));
  }
  errors.attempt(() => checkWait(inputs, given));
  const recipients = errors.attempt(() => everyRecipient(inputs, errors));
  for (const name of ["language", "time-zone"] as const) {
    const each = inputs[name];
    if (each && recipients) errors.attempt(() => checkAddressees(name, each, recipients));
  }
  return {
    ...inputs,
    values: inputs.values && inputs["values-file"] && [...inputs.values, ...inputs["values-file"]],
    recipients,
    from: inputs.from ?? (given("from") ? undefined : defaultFrom(inputs.endpoint)),
    mail: errors.attempt(() => mailChoice(inputs, given)),
    role: errors.attempt(() => roleChoice(inputs, given)),
    app: errors.attempt(() => appChoice(inputs, given)),
    rotation: errors.attempt(() => rotationChoice(inputs, given)),
    issue: errors.attempt(() => issueChoice(inputs["issue-number"], inputs["github-token"])),
    passphraseGiven: given("passphrase"),
  };
}

/** True when nothing is missing: whatever is missing has its error. */
export function isComplete(_: Draft<DeliverInputs>, { errors }: ErrorCollector): _ is DeliverInputs {
  return errors.length === 0;
}

/** Undefined where it would come from an endpoint that has an error already. */
function defaultFrom(endpoint: string | undefined): Mailbox | undefined {
  return endpoint === undefined ? undefined : defaultMailbox(endpoint);
}

/** An input that is set and has a mistake is not in the draft: so whether it is set is asked apart. */
type IsSet = (name: InputName) => boolean;

/** @throws SenderError `input` */
export function checkClassSet(read: InputReader): void {
  if (!isSet("class", read)) throw notSet("class");
}

/** Where one of them has a mistake, it may be all there is. */
export function checkSomething(
  inputs: Pick<
    Draft<Inputs>,
    "source" | "secret-ids" | "parameters" | "other-secrets" | "values" | "values-file"
  >,
): void {
  const { source, "secret-ids": secretIds, parameters, values, "values-file": more } = inputs;
  const others = inputs["other-secrets"];
  if (source !== "secrets-manager" || !secretIds || !parameters || !others || !values || !more) return;
  if ([secretIds, parameters, others, values, more].some((list) => list.length > 0)) return;
  throw new SenderError(
    "input",
    "Nothing to hand over: set secret-ids, parameters, other-secrets, values, values-file or source.",
  );
}

function checkWait(inputs: Draft<Inputs>, isSet: IsSet): void {
  if (inputs["await-approval"] === undefined || isSet("request-id")) return;
  throw new SenderError(
    "input",
    "await-approval needs request-id: what is to be approved? Set it to the output of the step that asked.",
  );
}

/** Those of recipients and of recipients-file, as far as they could be read. */
export function everyRecipient(
  inputs: Pick<Draft<Inputs>, "recipients" | "recipients-file">,
  { errors }: ErrorCollector,
): readonly Recipient[] {
  const { recipients = [], "recipients-file": more = [] } = inputs;
  const readable = recipients.length + more.length > 0 || errors.some(({ code }) => code === "recipient");
  if (!readable && inputs["recipients-file"]) {
    throw new SenderError("recipient", "Nobody to hand over to: set recipients or recipients-file.");
  }
  return allRecipients(recipients, more);
}

/** Parts of a login; the inputs have `smtp-` before them. */
const LOGIN_PARTS = [
  ...["user", "password", "access-token", "token-url"],
  ...["client-id", "client-secret", "refresh-token", "token-scope"],
] as const satisfies readonly (keyof SmtpLoginParts)[];

/** SMTP where smtp-host is set, else SES. */
function mailChoice(inputs: Draft<Inputs>, isSet: IsSet): MailChoice | undefined {
  const { "smtp-host": host, "smtp-port": port, "smtp-name": name } = inputs;
  const needless = [...LOGIN_PARTS, "name" as const].find((part) => isSet(`smtp-${part}`));
  if (!isSet("smtp-host")) {
    if (needless !== undefined) {
      throw new SenderError(
        "input",
        `smtp-${needless} needs smtp-host. Set it, or drop smtp-${needless} to send by SES.`,
      );
    }
    const { region, "configuration-set": configurationSet } = inputs;
    return {
      by: "ses",
      options: {
        ...(region === undefined ? {} : { region }),
        ...(configurationSet === undefined ? {} : { configurationSet }),
      },
    };
  }
  const login = smtpLoginOf({
    ...{ user: inputs["smtp-user"], password: inputs["smtp-password"] },
    ...{ "access-token": inputs["smtp-access-token"], "token-url": inputs["smtp-token-url"] },
    ...{ "client-id": inputs["smtp-client-id"], "client-secret": inputs["smtp-client-secret"] },
    ...{ "refresh-token": inputs["smtp-refresh-token"], "token-scope": inputs["smtp-token-scope"] },
  });
  const choice = inputs["smtp-tls"];
  if (host === undefined || port === undefined || choice === undefined) return undefined;
  const tls = choice === "auto" ? tlsOf({ host, port }) : choice;
  return { by: "smtp", server: { host, port, tls, login, name } };
}

function roleChoice(inputs: Draft<Inputs>, isSet: IsSet): RoleChoice | undefined {
  const { source, "role-to-assume": roleArn, "role-duration": duration } = inputs;
  if (source !== undefined && source !== "sts" && isSet("role-to-assume")) {
    throw new SenderError("input", "role-to-assume needs source: sts. Set it, or drop role-to-assume.");
  }
  if (source !== "sts") return undefined;
  if (!isSet("role-to-assume")) {
    throw new SenderError("input", "source: sts needs role-to-assume. Set it to the ARN of a role.");
  }
  if (duration !== undefined) checkSessionDuration(duration);
  if (roleArn === undefined || duration === undefined) return undefined;
  const sessionPolicy = inputs["role-session-policy"];
  return { roleArn, duration, ...(sessionPolicy === undefined ? {} : { sessionPolicy }) };
}

function appChoice(inputs: Draft<Inputs>, isSet: IsSet): AppChoice | undefined {
  const names = ["app-id", "app-private-key", "app-repositories", "app-permissions"] as const;
  if (inputs.source !== undefined && inputs.source !== "github-app") {
    const needless = names.find(isSet);
    if (needless === undefined) return undefined;
    throw new SenderError("input", `${needless} needs source: github-app. Set it, or drop ${needless}.`);
  }
  const missing = names.find((name) => inputs.source === "github-app" && !isSet(name));
  if (missing !== undefined) throw new SenderError("input", `source: github-app needs ${missing}. Set it.`);
  const { "app-id": app, "app-private-key": privateKey } = inputs;
  const { "app-repositories": repositories, "app-permissions": permissions } = inputs;
  if (!app || !privateKey || !repositories || !permissions) return undefined;
  return { app, privateKey, repositories, permissions };
}

function rotationChoice(inputs: Draft<Inputs>, isSet: IsSet): Rotation | undefined {
  const { rotate, "rotate-key": key = "" } = inputs;
  if (rotate === undefined || rotate === "none") return undefined;
  if (!isSet("secret-ids")) {
    throw new SenderError(
      "input",
      "rotate needs secret-ids: nothing else can be rotated. Set it, or drop rotate.",
    );
  }
  if (inputs["version-stage"] !== undefined) {
    throw new SenderError(
      "input",
      "rotate and version-stage exclude each other: a rotated secret goes out as its new version. Drop one of them.",
    );
  }
  if (rotate === "managed") return { kind: "managed" };
  const { "password-length": length = "", "password-characters": characters = "" } = inputs;
  const rules = parsePasswordRules(length, characters, inputs["password-exclude"] ?? "");
  return { kind: "generate", key, rules };
}
