import type { CredentialClass, OperatorEntry, SenderEntry } from "@secret-handoff/protocol/api";
import { classesOf } from "../policy.ts";
import type { PolicyProps } from "../props.ts";
import { tooFewApprovers } from "./approvers.ts";
import { listed, suggestion } from "./schema.ts";

/** What contradicts each other in the lists and the classes: entries that match too much, classes that nobody could send or approve. */

type Checks = readonly (readonly [holds: boolean, problem: string])[];

/** The problems of the checks that do not hold. */
export function broken(checks: Checks): readonly string[] {
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** Names that stand there more than once. */
export function repeated(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

export function senderProblems(
  sender: SenderEntry,
  index: number,
  classes: readonly CredentialClass[],
): readonly string[] {
  const at = `senders[${index}]`;
  const { repositoryId, repository, ownerId, environment, issuer, claims, ...rest } = sender;
  const ofGitHub = [repositoryId, repository, ownerId, environment, rest.workflow, rest.ref, rest.events];
  const named = (sender.classes ?? []).map((name) => ({
    name,
    found: classes.find((each) => each.name === name),
  }));
  return [
    ...broken([
      [
        issuer !== undefined ||
          repositoryId !== undefined ||
          repository !== undefined ||
          ownerId !== undefined,
        `${at} names no repository, so every repository on GitHub would match: give repositoryId`,
      ],
    ]),
    ...broken([
      [
        issuer === undefined ? claims === undefined : claims !== undefined,
        `${at} has ${issuer === undefined ? "claims without issuer" : "issuer without claims"}: set both, or neither`,
      ],
      [
        issuer === undefined || ofGitHub.every((part) => part === undefined),
        `${at} has issuer, and parts that only GitHub's tokens have: name them in claims`,
      ],
      [
        issuer === undefined || (rest.roles === undefined && !rest.may.includes("approve")),
        `${at} has issuer, and only GitHub's jobs and IAM principals approve: leave out approve and roles`,
      ],
      [
        issuer !== undefined || environment !== undefined || !rest.may.includes("approve"),
        `${at} may approve, and names no environment, so every job of the repository could: give environment`,
      ],
    ]),
    ...eraseProblems(at, sender),
    ...named
      .filter(({ found }) => found === undefined)
      .map(({ name }) =>
        noSuchClass(
          at,
          name,
          classes.map((each) => each.name),
        ),
      ),
    ...named
      .filter(
        ({ found }) =>
          environment !== undefined &&
          (rest.may.includes("send") || rest.may.includes("check")) &&
          found?.environments?.includes(environment) === false,
      )
      .map(
        ({ name, found }) =>
          `${at}.classes has ${name}, which only jobs in ${listed(found?.environments ?? [])} may send, and ${at}.environment is another`,
      ),
  ];
}

export function operatorProblems({ operators = [], ...props }: PolicyProps): readonly string[] {
  const names = classesOf(props).map(({ name }) => name);
  return operators.flatMap((operator, index) => [
    ...(operator.classes ?? [])
      .filter((name) => !names.includes(name))
      .map((name) => noSuchClass(`operators[${index}]`, name, names)),
    ...eraseProblems(`operators[${index}]`, operator),
  ]);
}

export function noSuchClass(
  at: string,
  name: string,
  names: readonly string[],
  list: "classes" | "criticalClasses" = "classes",
): string {
  return `${at}.${list} has ${name}, and there is no such class${suggestion(name, names) || `: there are ${names.join(", ")}`}`;
}

/** A recipient is one in every class. */
function eraseProblems(
  at: string,
  { may, classes }: Pick<OperatorEntry, "may" | "classes">,
): readonly string[] {
  return may.includes("erase") && classes !== undefined
    ? [
        `${at} may erase in some classes, and erasing covers every class: give erase in an entry without classes`,
      ]
    : [];
}

export function repeatedEntries(at: string, entries: readonly object[]): readonly string[] {
  const texts = entries.map((entry) => JSON.stringify(Object.entries(entry).sort()));
  return texts.flatMap((text, index) =>
    texts.indexOf(text) < index
      ? [`${at}[${index}] repeats ${at}[${texts.indexOf(text)}]: leave it out`]
      : [],
  );
}

export function classProblems(props: PolicyProps): readonly string[] {
  const { senders, operators = [] } = props;
  const classes = props.classes ?? [];
  const may = (right: "send", name: string) =>
    [...senders, ...operators].some(
      (sender) => sender.may.includes(right) && (sender.classes ?? [name]).includes(name),
    );
  const approves = (role: string, name: string) =>
    [...senders, ...operators].some(
      (entry) =>
        entry.may.includes("approve") &&
        (entry.roles ?? []).includes(role) &&
        (entry.classes ?? [name]).includes(name),
    );
  const names = classes.map(({ name }) => name);
  // Of a class that an entry misspells, the entry's own sentence says enough.
  const isMisspelt = (name: string) =>
    [...senders, ...operators].some((entry) =>
      (entry.classes ?? []).some(
        (given) => !names.includes(given) && suggestion(given, names) === suggestion(name, names),
      ),
    );
  return [
    ...repeated(names).map((name) => `classes has ${name} twice: keep one`),
    ...classes.flatMap(({ name, environments = [], approvals }, index) => [
      ...environments
        .filter((environment) => !senders.some((sender) => sender.environment === environment))
        .map(
          (environment) =>
            `classes[${index}].environments has ${environment}, which no sender names, so nobody could send ${name} from there: add a sender with that environment, or take it out`,
        ),
      ...repeated(approvals).map(
        (role) => `classes[${index}].approvals has ${role} twice: two approvals come from two roles`,
      ),
      ...[...new Set(approvals)]
        .filter((role) => !approves(role, name) && !isMisspelt(name))
        .map(
          (role) =>
            `classes[${index}].approvals has ${role}, which nobody may give, so ${name} could never be sent: add an entry to operators or senders with may: ["approve"], roles: ["${role}"] and ${name} among its classes, or take it out`,
        ),
      ...approverProblems(`classes[${index}]`, { name, approvals }, props),
      ...(senders.length === 0 || may("send", name) || isMisspelt(name)
        ? []
        : [`classes[${index}] can never be sent: no sender that may send has ${name} among its classes`]),
    ]),
  ];
}

/** Roles that could all be given, but not by as many people. */
function approverProblems(
  at: string,
  credentialClass: Pick<CredentialClass, "name" | "approvals">,
  entries: Pick<PolicyProps, "senders" | "operators">,
): readonly string[] {
  const few = tooFewApprovers(credentialClass, entries);
  if (few === undefined) return [];
  const { name, approvals } = credentialClass;
  return [
    `${at}.approvals has ${approvals.join(" and ")}, and only ${few.join(" and ")} may give them: the same person never approves twice, so ${name} could never be sent: give one of these roles to another entry of operators or senders, or take it out`,
  ];
}
