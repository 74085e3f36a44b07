import {
  type CredentialClass,
  DEFAULT_CLASSES,
  type Right,
  type SenderEntry,
} from "@secret-handoff/protocol/api";
import type { PolicyProps } from "../props.ts";

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** Names of classes are words of our own: they stand in events and in the recipient's page. */
const CLASS_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
/** GitHub's rules for owners and repositories. */
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/;
const WORKFLOW = /^([^/\s]+\/[^/\s]+\/)?\.github\/workflows\/[^/@\s]+\.ya?ml(@\S+)?$/;
const RIGHTS: readonly string[] = ["send", "revoke", "audit"] satisfies Right[];

/** The classes in force. */
export function classesOf(props: PolicyProps): readonly CredentialClass[] {
  return props.classes ?? DEFAULT_CLASSES;
}

/** The sender function's CONFIG, as JSON. */
export function policyJson(props: PolicyProps): string {
  return JSON.stringify({
    issuer: props.issuer ?? GITHUB_ISSUER,
    ...(props.jwksUrl === undefined ? {} : { jwksUrl: props.jwksUrl }),
    senders: props.senders,
    classes: classesOf(props),
  });
}

/** What is wrong with the senders and the classes, each a sentence. */
export function policyProblems(props: PolicyProps): readonly string[] {
  const classes = classesOf(props);
  return [
    ...issuerProblems(props),
    ...classes.flatMap((known) => classProblems(known, props.senders)),
    ...repeated(classes.map(({ name }) => name)).map((name) => `the class ${name} is there twice; keep one`),
    ...(classes.length === 0
      ? ["there is no class, so nothing could be sent; name one, or leave classes out"]
      : []),
    ...props.senders.flatMap((sender, index) =>
      senderProblems(sender, classes).map((problem) => `sender ${index + 1}: ${problem}`),
    ),
  ];
}

function issuerProblems({ issuer, jwksUrl }: PolicyProps): readonly string[] {
  return [
    ...(issuer === undefined || isHttps(issuer)
      ? []
      : ["the issuer must be an https URL without a trailing slash, as it stands in the tokens' iss claim"]),
    ...(jwksUrl === undefined || isHttps(jwksUrl) ? [] : ["jwksUrl must be an https URL"]),
  ];
}

function classProblems(known: CredentialClass, senders: readonly SenderEntry[]): readonly string[] {
  const problems: string[] = [];
  const named = CLASS_NAME.test(known.name) ? `the class ${known.name}` : "a class";
  if (!CLASS_NAME.test(known.name)) {
    problems.push("a class's name must be 1 to 64 of a-z, 0-9 and hyphens, beginning with a letter or digit");
  }
  if (!Number.isSafeInteger(known.expiresWithin) || known.expiresWithin < 60) {
    problems.push(`${named} has no expiry: set expiresWithin to whole seconds, at least 60`);
  }
  for (const environment of known.environments ?? []) {
    if (!senders.some((sender) => sender.environment === environment)) {
      problems.push(
        `${named} asks for the environment ${environment}, which no sender names: nobody could send it. Add a sender with that environment, or take it out of the class`,
      );
    }
  }
  for (const approval of repeated(known.approvals)) {
    problems.push(
      `${named} asks for the approval ${approval} twice; two approvals come from two environments`,
    );
  }
  return problems;
}

function senderProblems(sender: SenderEntry, classes: readonly CredentialClass[]): readonly string[] {
  const problems: string[] = [];
  if (sender.repositoryId === undefined && sender.repository === undefined) {
    problems.push("it names no repository, so every repository on GitHub would match; give repositoryId");
  }
  for (const [part, value] of Object.entries(sender)) {
    const texts = Array.isArray(value) ? value : [value];
    if (texts.some((text) => /[*?]/.test(text))) {
      problems.push(`${part} has a wildcard, but every part is compared as a whole; write it out`);
    } else if (texts.some((text) => text === "")) {
      problems.push(`${part} is empty; write it out, or leave it out`);
    }
  }
  if (sender.repositoryId !== undefined && !/^[1-9]\d*$/.test(sender.repositoryId)) {
    problems.push(
      "repositoryId must be GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id)",
    );
  }
  if (sender.repository !== undefined && !REPOSITORY.test(sender.repository)) {
    problems.push("repository must read owner/name");
  }
  if (sender.workflow !== undefined && !WORKFLOW.test(sender.workflow)) {
    problems.push(
      "workflow must read .github/workflows/file.yml, with owner/name/ before it or @ref after it where needed",
    );
  }
  if (sender.ref !== undefined && !sender.ref.startsWith("refs/")) {
    problems.push("ref must be a whole git ref, such as refs/heads/main");
  }
  for (const name of sender.classes ?? []) {
    if (!classes.some((known) => known.name === name)) {
      problems.push(`it may send the class ${name}, which does not exist`);
    }
  }
  if (sender.may.length === 0 || !sender.may.every((right) => RIGHTS.includes(right))) {
    problems.push("may must be some of send, revoke and audit");
  }
  return problems;
}

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:" && !url.endsWith("/");
}

function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
