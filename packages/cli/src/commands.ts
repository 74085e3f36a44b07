import type { Invocation } from "./arguments.ts";
import type { CliContext } from "./context.ts";
import type { ExitCode } from "./errors.ts";
import { RECIPIENTS_FILE, SEND_OPTIONS } from "./send/options.ts";

/** One option. With `value` it takes one, named so in the help; without, it is a switch. */
export type Option = {
  readonly help: string;
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: boolean;
  readonly choices?: readonly string[];
  /** The heading of the help under which this option and those after it stand. */
  readonly heading?: string;
};

export type Run = (invocation: Invocation, context: CliContext) => Promise<ExitCode>;

export type Command = {
  /** One sentence without a full stop. */
  readonly summary: string;
  readonly positionals?: {
    readonly name: string;
    readonly least?: number;
    readonly most: number;
    readonly choices?: readonly string[];
  };
  readonly options?: Readonly<Record<string, Option>>;
  /** What the help says below the summary. */
  readonly details?: readonly string[];
  /** It takes the options of commands that call the service as a sender. */
  readonly callsService?: boolean;
  /** Loads the command: nothing of it is read for the help of another. That of `completion` would be a circle: cli.ts has it. */
  readonly load?: () => Promise<{ readonly run: Run }>;
};

const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  json: { help: "Print JSON on standard output" },
  help: { short: "h", help: "Show the help" },
};

const SERVICE_OPTIONS: Readonly<Record<string, Option>> = {
  endpoint: {
    value: "URL",
    help: "The service's address; else SECRET_HANDOFF_ENDPOINT or the configuration",
  },
  auth: {
    value: "HOW",
    choices: ["aws", "github", "token"],
    help: "aws: AWS credentials; github: the job's OIDC token; token: SECRET_HANDOFF_ID_TOKEN. Found out where left out",
  },
  profile: { value: "NAME", help: "The profile in ~/.aws to sign with" },
  region: { value: "REGION", help: "The AWS region" },
  timeout: { value: "TIME", help: "How long the command may take, like 30s or 10m" },
};

const id = { name: "ID…", least: 1, most: 100 };

/** Every command, in the order of the help. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  open: {
    summary: "Open a link that you were sent, and take its secret over",
    details: [
      "Asks for the link, and for what the link asks for: paste the link there, or pipe it in. The first",
      "lines of a pipe are the link, and each line after it answers what is asked. The secret goes to",
      "standard output, or with --out to a file that only you can read. The sender learns that you",
      "have it after it was written. Interrupted before that, the same command gets it again for two minutes.",
      "A link that is encrypted to your key is taken as well: the block from BEGIN to END, pasted or piped in.",
    ],
    options: {
      identity: {
        short: "i",
        value: "PATH",
        multiple: true,
        help: "Your private key for an encrypted link: of SSH or age; else ~/.ssh/id_ed25519 and id_rsa. OpenPGP is gpg's",
      },
      format: {
        short: "f",
        value: "FORMAT",
        choices: [
          ...["text", "env", "json", "raw", "files"],
          ...["kdbx", "1password", "bitwarden", "keepassxc", "apple"],
        ],
        help: "text, env, json, raw (one value and nothing else), files (a file for each value; needs --out), kdbx (for KeePass, encrypted; needs --out), or an import for 1password, bitwarden, keepassxc or apple",
      },
      field: { value: "NAME", help: "Only the value of this name; LABEL/NAME where two have it" },
      out: { short: "o", value: "PATH", help: "Write to this new file, or folder with --format files" },
      email: { value: "ADDRESS", help: "Your address, instead of being asked" },
      "passphrase-file": { value: "PATH", help: "A file with the passphrase, instead of being asked" },
      endpoint: { value: "URL", help: "The service, where you have only the part of the link after #" },
      yes: { short: "y", help: "Open without asking first" },
      report: { help: "Do not open it: report that it was not you, and destroy what is still there" },
    },
    load: () => import("./open/command.ts"),
  },
  send: {
    summary: "Hand secrets over to people, by mail",
    details: [
      "What is handed over comes from a question (--value), a pipe (--stdin), files, AWS or another secret store. Each",
      "recipient gets a link of their own. Secrets of a store go to a recipient once per version; values that are given here, each time.",
    ],
    callsService: true,
    options: SEND_OPTIONS,
    load: () => import("./send/command.ts"),
  },
  status: {
    summary: "Show how handoffs stand, or wait until they have ended",
    positionals: id,
    callsService: true,
    options: {
      await: {
        value: "TIME",
        help: "Wait until all have ended, at most this long; fails where one is not delivered",
      },
    },
    load: async () => ({ run: (await import("./commands/handoffs.ts")).status }),
  },
  list: {
    summary: "List handoffs",
    callsService: true,
    options: {
      secret: { value: "ARN", help: "Only those of this secret" },
      run: { value: "ID", help: "Only those of this workflow run" },
      state: { value: "STATE", help: "Only those in this state, like open or delivered" },
    },
    load: async () => ({ run: (await import("./commands/handoffs.ts")).list }),
  },
  revoke: {
    summary: "End handoffs that were not opened",
    positionals: { ...id, least: 0 },
    callsService: true,
    options: {
      run: { value: "ID", help: "Your open ones of this workflow run" },
      secret: { value: "ARN", help: "Every open one of this secret, whoever created it" },
      recipient: { value: "ADDRESS|ID", help: "Every open one for this recipient" },
      repository: { value: "OWNER/NAME", help: "Every open one of this repository" },
      class: { value: "CLASS", help: "Every open one of this class" },
      sender: { value: "SENDER", help: "Every open one of this IAM principal, workflow or GitHub login" },
      all: { help: "Every open one" },
      yes: { short: "y", help: "Do not ask before --all" },
    },
    load: () => import("./commands/revoke.ts"),
  },
  request: {
    summary: "Ask for approval of a handoff, or show a request",
    details: [
      "With an id, it shows the request. Without, it makes one, which needs --class, what is to be handed over, --to and --reason.",
      "Whoever has the role approves it by the id; then hand over with send --request ID.",
    ],
    positionals: { name: "ID", least: 0, most: 1 },
    callsService: true,
    options: {
      class: { short: "c", value: "CLASS", help: "The credential class" },
      "secret-id": {
        value: "ID",
        multiple: true,
        help: "A secret of AWS Secrets Manager: name or ARN; or what audit events shows as SECRET. May be repeated",
      },
      "role-to-assume": { value: "ARN", help: "Temporary AWS credentials of this role" },
      to: { short: "t", value: "ADDRESS", multiple: true, help: "A recipient; may be repeated" },
      "recipients-file": { value: "PATH", help: RECIPIENTS_FILE },
      reason: { value: "TEXT", help: "Why, for whoever approves, the recipients and the trail" },
      "expires-in": {
        value: "TIME",
        help: "How long the links may live, like 4h; else what the class allows at most",
      },
      issue: { value: "ISSUE", help: "A ticket that it belongs to" },
      await: { value: "TIME", help: "Wait for the approvals, at most this long" },
    },
    load: () => import("./commands/request.ts"),
  },
  approve: {
    summary: "Approve a request, for a role that you have",
    positionals: { name: "ID", least: 1, most: 1 },
    callsService: true,
    options: {
      role: { value: "ROLE", help: "For which role, like security" },
      comment: { value: "TEXT", help: "A comment for the trail" },
    },
    load: async () => ({ run: (await import("./commands/request.ts")).decide("approve") }),
  },
  deny: {
    summary: "Deny a request, which ends it",
    positionals: { name: "ID", least: 1, most: 1 },
    callsService: true,
    options: {
      role: { value: "ROLE", help: "For which role, like security" },
      comment: { value: "TEXT", help: "Why, for the trail" },
    },
    load: async () => ({ run: (await import("./commands/request.ts")).decide("deny") }),
  },
  "audit events": {
    summary: "Read the trail",
    callsService: true,
    options: {
      since: { value: "TIME", help: "From this day or time on, like 2026-11-26 or 2026-11-26T07:30:00Z" },
      until: { value: "TIME", help: "Up to this day or time" },
      handoff: { value: "ID", help: "Only events of this handoff" },
      request: { value: "ID", help: "Only events of this request" },
      secret: { value: "ARN", help: "Only events of this secret" },
      recipient: { value: "ADDRESS|ID", help: "Only events of this recipient" },
      repository: { value: "OWNER/NAME", help: "Only events of this repository" },
      class: { value: "CLASS", help: "Only events of this class" },
      type: { value: "TYPE", help: "Only events of this type, like claimed" },
      addresses: { help: "Show recipients by their addresses, from the recipients directory" },
    },
    load: () => import("./audit/events.ts"),
  },
  "audit verify": {
    summary: "Verify the trail against the public key of its seals",
    positionals: { name: "FILE…", least: 0, most: 1_000 },
    callsService: true,
    details: [
      "Reads exported files or archives, and calls nothing; without files it reads the trail of the service.",
    ],
    options: {
      key: { value: "PATH", help: "The public key of the seals, in PEM" },
      since: { value: "DAY", help: "The first day that is checked" },
      until: { value: "DAY", help: "The last day that must have a seal" },
      pin: { value: "HASH", help: "A seal's hash as the event bus announced it, which the trail must have" },
    },
    load: () => import("./audit/verify.ts"),
  },
  "audit export": {
    summary: "Write the trail to a file: whole, as audit verify reads it, or its events for other programs",
    positionals: { name: "FILE…", least: 0, most: 1_000 },
    callsService: true,
    options: {
      format: {
        short: "f",
        value: "FORMAT",
        choices: ["jsonl", "csv", "ocsf"],
        help: "jsonl: the whole trail; csv: its events; ocsf: its events as OCSF 1.8",
      },
      since: { value: "DAY", help: "The first day, like 2026-11-01" },
      until: { value: "DAY", help: "The last day; today where left out" },
      out: { short: "o", value: "PATH", help: "A new file, instead of standard output" },
    },
    load: () => import("./audit/export.ts"),
  },
  "audit report": {
    summary: "Write a report on a period: evidence for an auditor, or the monthly review",
    positionals: { name: "FILE…", least: 0, most: 1_000 },
    callsService: true,
    options: {
      since: {
        value: "DAY",
        help: "The first day of the period, like 2026-11-01; the files' first where left out",
      },
      until: { value: "DAY", help: "The last day; today, or the files' last, where left out" },
      kind: { value: "KIND", choices: ["evidence", "review"], help: "evidence, or review" },
      format: { short: "f", value: "FORMAT", choices: ["markdown", "html"], help: "markdown or html" },
      key: {
        value: "PATH",
        help: "The public key of the seals: the report then says whether the trail verifies",
      },
      addresses: { help: "Show recipients by their addresses, from the recipients directory" },
      out: { short: "o", value: "PATH", help: "A new file, instead of standard output" },
    },
    load: () => import("./audit/report.ts"),
  },
  "recipients find": {
    summary: "Show which recipient id an address has, or whose an id is",
    details: ["Without an argument it asks, or reads the first line of a pipe."],
    positionals: { name: "ADDRESS|ID", least: 0, most: 1 },
    callsService: true,
    load: async () => ({ run: (await import("./commands/recipients.ts")).find }),
  },
  "recipients erase": {
    summary: "Erase a recipient from the directory: the trail names nobody any more",
    details: ["With an address you need the right to audit as well, which finds its recipient id."],
    positionals: { name: "ADDRESS|ID", least: 1, most: 1 },
    callsService: true,
    options: { yes: { short: "y", help: "Erase without asking first" } },
    load: async () => ({ run: (await import("./commands/recipients.ts")).erase }),
  },
  policy: {
    summary: "Show your rights, and the classes that you may use",
    callsService: true,
    load: () => import("./commands/policy.ts"),
  },
  "verify-page": {
    summary: "Check that a service serves the published page, byte for byte",
    positionals: { name: "URL", least: 1, most: 1 },
    load: () => import("./commands/verify-page.ts"),
  },
  doctor: {
    summary: "Check what you need to send: configuration, service, rights",
    callsService: true,
    load: () => import("./commands/doctor.ts"),
  },
  init: {
    summary: "Write a configuration and a workflow for this repository",
    options: {
      endpoint: { value: "URL", help: "The service's address" },
      class: { value: "CLASS", help: "The credential class" },
      from: { value: "MAILBOX", help: "Who the mails are from" },
      region: { value: "REGION", help: "The AWS region" },
    },
    load: () => import("./commands/init.ts"),
  },
  completion: {
    summary: "Print a script that completes commands: bash, zsh or fish",
    positionals: { name: "SHELL", least: 1, most: 1, choices: ["bash", "zsh", "fish"] },
  },
};

/** The options that a command takes, its own first. */
export function optionsOf({ options = {}, callsService = false }: Command): Readonly<Record<string, Option>> {
  return { ...options, ...(callsService ? SERVICE_OPTIONS : {}), ...GLOBAL_OPTIONS };
}

/** The command that begins the line: one word, or two as in `audit verify`. */
export function findCommand(
  args: readonly string[],
): { readonly name: string; readonly command: Command; readonly rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(" ");
    if (args.length >= words && Object.hasOwn(COMMANDS, name)) {
      const command = COMMANDS[name];
      if (command) return { name, command, rest: args.slice(words) };
    }
  }
  return undefined;
}
