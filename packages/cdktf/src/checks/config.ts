import type { CredentialClass, SenderEntry } from "@secret-handoff/protocol/api";
import { FUNCTION_NAMES } from "../functions/archive.ts";
import type { GitHubJobs, SecretHandoffSenderProps } from "../iam/sender-role.ts";
import { classesOf, GITHUB_ISSUER } from "../policy.ts";
import { DEFAULT_NAME, type SecretHandoffProps } from "../props.ts";
import type { StackConfig } from "../stack.ts";
import { isExpression } from "../terraform.ts";
import { tooFewApprovers } from "./approvers.ts";
import { CONTRADICTIONS, regionOf, roleProblems } from "./contradictions.ts";
import { SECRET_HANDOFF, STACK_CONFIG } from "./prop-schemas.ts";
import { InvalidProps, type ShapeProblem, shapeProblems } from "./schema.ts";
import { SECRET_HANDOFF_SENDER } from "./sender-schemas.ts";

type Service = StackConfig["service"];
type Role = Omit<SecretHandoffSenderProps, "mail">;

/** Everything that is wrong with the props of the service, each a sentence that says what to do. */
export function serviceProblems(props: SecretHandoffProps): readonly string[] {
  const shape = shapeProblems(SECRET_HANDOFF, props, "");
  return [...sentences(shape), ...contradictions(props, shape, [])];
}

/** Everything that is wrong with the props of a workflow's role. */
export function senderProblems(props: SecretHandoffSenderProps): readonly string[] {
  const shape = shapeProblems(SECRET_HANDOFF_SENDER, props, "");
  return shape.length > 0 ? sentences(shape) : roleProblems(props).map((problem) => `the role ${problem}`);
}

/** Everything that is wrong with a configuration of the stack: its shape, and what contradicts each other in it. */
function stackProblems(config: StackConfig): readonly string[] {
  const shape = shapeProblems(STACK_CONFIG, config, "");
  if (isBroken(shape, []) || isBroken(shape, ["service"])) return sentences(shape);
  const { region, service } = config;
  const roles = Object.entries(config.gitHub ?? {}).filter(([key]) => !isSpoilt(shape, ["gitHub", key]));
  const sound = (...props: readonly string[]) => props.every((prop) => !isSpoilt(shape, ["service", prop]));
  return [
    ...sentences(shape),
    ...contradictions(service, shape, ["service"]),
    ...roles.flatMap(([key, role]) => roleProblems(role).map((problem) => `gitHub.${key} ${problem}`)),
    ...(sound("senders", "issuer")
      ? roles.flatMap(([key, role]) => refusedRoleProblems(`gitHub.${key}`, role, service))
      : []),
    ...(sound("name") ? roleNameProblems(roles, service) : []),
    ...(isSpoilt(shape, ["region"]) ? [] : regionProblems(config, region)),
  ];
}

/** The name of a workflow's role in the stack. */
export function senderRoleName(key: string, { name }: Role, service: Pick<Service, "name">): string {
  return name ?? `${service.name ?? DEFAULT_NAME}-github-${key}`;
}

/** @throws InvalidProps with everything that is wrong with a configuration */
export function checkConfig(config: StackConfig): void {
  const problems = stackProblems(config);
  if (problems.length > 0) throw new InvalidProps(problems);
}

/** Warns of what a configuration probably does not mean. It is built all the same. */
export function stackWarnings({ service, gitHub = {} }: StackConfig): readonly string[] {
  const roles = Object.values(gitHub);
  const approved =
    service.classes === undefined ? classesOf(service).filter((each) => !isApprovable(each, service)) : [];
  const lonely =
    service.classes === undefined ? classesOf(service).filter((each) => tooFewApprovers(each, service)) : [];
  return [
    ...(service.alarms === undefined
      ? [
          "service.alarms is not set: alarms, locked and reported handoffs go to a topic that nobody is subscribed to",
        ]
      : []),
    ...(approved.length > 0
      ? [
          `service.classes is not set, and of the classes in force ${approved.map(({ name }) => name).join(", ")} need approvals that nobody may give: they cannot be sent`,
        ]
      : []),
    ...lonely.map(
      ({ name, approvals }) =>
        `service.classes is not set, and the approvals of ${name} (${approvals.join(", ")}) need more people than may give them: it cannot be sent`,
    ),
    ...(roles.length === 0
      ? []
      : service.senders.flatMap((sender, index) =>
          !sender.may.includes("send") ||
          sender.issuer !== undefined ||
          roles.some((role) => admits(sender, role))
            ? []
            : [
                `service.senders[${index}] may send, and no role in gitHub is for its jobs: they need one that is made elsewhere to read secrets`,
              ],
        )),
  ];
}

/** A role whose jobs the service refuses could read secrets, and hand none over. */
function refusedRoleProblems(
  at: string,
  role: Role,
  { senders, issuer = GITHUB_ISSUER }: Service,
): readonly string[] {
  const { repository, repositoryId, environment } = role;
  if (isExpression(repository) || isExpression(repositoryId)) return [];
  if ((role.issuer ?? GITHUB_ISSUER) !== issuer) {
    return [
      `${at}.issuer and service.issuer differ, so the service would refuse the tokens of those jobs: set both, or neither`,
    ];
  }
  if (senders.some((sender) => sender.may.includes("send") && admits(sender, role))) return [];
  return [
    `${at} is for jobs that no sender lets send (${repository}, environment ${environment}): add { repositoryId: "${repositoryId}", environment: "${environment}", may: ["send"] } to service.senders, or leave the role out`,
  ];
}

/** Whether every approval that a class needs can be given by somebody. */
function isApprovable({ name, approvals }: CredentialClass, { senders, operators = [] }: Service): boolean {
  return approvals.every((role) =>
    [...senders, ...operators].some(
      ({ may, roles = [], classes = [name] }) =>
        may.includes("approve") && roles.includes(role) && classes.includes(name),
    ),
  );
}

/** Whether a sender's entry can match a job that may assume the role. */
function admits(sender: SenderEntry, role: GitHubJobs): boolean {
  return (
    sender.issuer === undefined &&
    (sender.repositoryId ?? role.repositoryId) === role.repositoryId &&
    (sender.ownerId ?? role.ownerId) === role.ownerId &&
    (sender.repository ?? role.repository).toLowerCase() === role.repository.toLowerCase() &&
    (sender.environment ?? role.environment) === role.environment
  );
}

/** What the names of the service's roles end with, besides its functions'. */
const SERVICE_ROLES = ["mail-failures", "events-out", "rotations", "rotate-rules", "on-rotated"];
const LONGEST_ROLE_NAME = 64;

function roleNameProblems(roles: readonly (readonly [string, Role])[], service: Service): readonly string[] {
  const names = roles.map(([key, role]) => senderRoleName(key, role, service));
  const taken = [...FUNCTION_NAMES, ...SERVICE_ROLES].map(
    (name) => `${service.name ?? DEFAULT_NAME}-${name}`,
  );
  return roles.flatMap(([key], index) => {
    const first = names.indexOf(names[index] ?? "");
    if (taken.includes(names[index] ?? "")) {
      return [`gitHub.${key}.name is the name of a role of the service's: give another`];
    }
    if (!isExpression(names[index]) && (names[index]?.length ?? 0) > LONGEST_ROLE_NAME) {
      return [
        `gitHub.${key} would have a role named ${names[index]}, and IAM takes ${LONGEST_ROLE_NAME} characters: give name`,
      ];
    }
    return first < index
      ? [
          `gitHub.${key}.name is the name of the role of gitHub.${roles[first]?.[0]} as well: give each a name of its own`,
        ]
      : [];
  });
}

/** ARNs of a service that acts in its own region only. */
function regionProblems(config: StackConfig, region: string): readonly string[] {
  const { edge, domain } = config.service;
  const elsewhere = new Set(["service.edge.webAclArn", "service.events.busArn"]);
  if (edge !== undefined && domain !== undefined) elsewhere.add("service.domain.certificateArn");
  return arnsIn(config, "").flatMap(([path, arn]) => {
    const found = regionOf(arn);
    return elsewhere.has(path) || !found || found === region
      ? []
      : [`${path} is in ${found}, and the stack in ${region}: name one of the stack's region`];
  });
}

/** Every ARN of a configuration, with the path that leads to it. */
function arnsIn(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === "string")
    return value.startsWith("arn:") && !isExpression(value) ? [[path, value]] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    arnsIn(inner, Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
}

function contradictions(
  service: Service | SecretHandoffProps,
  shape: readonly ShapeProblem[],
  root: readonly string[],
): readonly string[] {
  return CONTRADICTIONS.filter(([props]) => props.every((prop) => !isSpoilt(shape, [...root, prop]))).flatMap(
    ([, check]) => check(service).map((problem) => [...root, problem].join(".")),
  );
}

/** Whether the value at a path, or one round it, is missing or of the wrong type. */
function isBroken(shape: readonly ShapeProblem[], path: readonly string[]): boolean {
  return shape.some((problem) => isWithin(path, problem.path));
}

/** Whether anything is wrong with the shape of the value at a path, of one round it, or of one in it. */
function isSpoilt(shape: readonly ShapeProblem[], path: readonly string[]): boolean {
  return shape.some((problem) => isWithin(path, problem.path) || isWithin(problem.path, path));
}

function isWithin(path: readonly string[], outer: readonly string[]): boolean {
  return outer.every((key, index) => path[index] === key);
}

function sentences(shape: readonly ShapeProblem[]): readonly string[] {
  return shape.map(({ sentence }) => sentence);
}
