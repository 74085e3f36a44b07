import {
  type CredentialClass,
  DEFAULT_CLASSES,
  LONGEST_APPROVAL,
  MOST_APPROVALS,
  Right,
} from "@secret-handoff/protocol/api";
import { ARNS, type ArnForm, arnPattern, arnRule, LONGEST_LIFE, PATTERNS } from "../checks/values.ts";
import { GITHUB_ISSUER } from "../policy.ts";
import { type Expression, snakeCase } from "../terraform.ts";
import { Raw } from "./hcl.ts";
import { converted, type Fields, type Shape, shapeRules, shapeText } from "./shapes.ts";

/** One input of a module. */
export type Variable = {
  /** Terraform's type, or the shape of an input of objects. */
  readonly type: string | Shape;
  readonly description: string;
  /** Left out where the caller must give it. */
  readonly default?: unknown;
  /** On `var.NAME`; of an input with a shape on `local.NAME`, in which every key is there. */
  readonly holds?: Rule | readonly Rule[];
};

/** A Terraform condition, and the sentence for when it does not hold. */
export type Rule = readonly [condition: string, errorMessage: string];

/** A module's inputs as Terraform's `variable` blocks. */
export function variableBlocks(
  variables: Readonly<Record<string, Variable>>,
): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, { type, description, default: value, holds }]) => {
      const shape = typeof type === "string" ? undefined : type;
      const rules = [
        ...(shape ? shapeRules(name, shape) : []),
        ...rulesOf(holds).map((rule) => (shape ? onLocal(name, shape, rule) : rule)),
      ];
      return [
        name,
        {
          type: new Raw(shape ? "any" : String(type)),
          description: shape ? `${description} Its shape: ${shapeText(shape)}.` : description,
          ...(value === undefined ? {} : { default: value === null ? new Raw("null") : value }),
          nullable: value === null,
          ...(rules.length > 0
            ? {
                validation: rules.map(([condition, message]) => ({
                  condition: expression(condition),
                  error_message: message,
                })),
              }
            : {}),
        },
      ];
    }),
  );
}

function rulesOf(holds: Variable["holds"]): readonly Rule[] {
  if (holds === undefined) return [];
  return isOne(holds) ? [holds] : holds;
}

function isOne(holds: Rule | readonly Rule[]): holds is Rule {
  return typeof holds[0] === "string";
}

/** A validation sees nothing but its own variable: what the local will be stands in its place. */
function onLocal(name: string, shape: Shape, [condition, message]: Rule): Rule {
  const value = converted(name, shape);
  return [condition.replaceAll(`local.${name}`, "list" in shape ? value : `(${value})`), message];
}

/** The inputs with a shape, as locals of the same names. */
export function shapedLocals(
  variables: Readonly<Record<string, Variable>>,
): Readonly<Record<string, Expression>> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, { type }]) =>
      typeof type === "string" ? [] : [[name, expression(converted(name, type))]],
    ),
  );
}

/** A Terraform expression as a value. */
export const expression = (text: string): Expression => `\${${text}}`;

/** An input, where it is used. */
export const ref = (name: string): Expression => expression(`var.${name}`);

/** A condition: null, or the whole ARN of one resource. A wildcard would widen the policy that it goes into. */
export function isArn(value: string, form: ArnForm): string {
  const isLeftOut = `${/^(var|local)\.\w+\./.test(value) ? `try(${value}, null)` : value} == null`;
  return `(${isLeftOut} || can(regex(${JSON.stringify(arnPattern(form))}, ${value})))`;
}

/** A condition: the whole text matches. */
export function isLike(value: string, pattern: string): string {
  return `can(regex(${JSON.stringify(pattern)}, ${value}))`;
}

/** The same, or nothing is given. */
export function isLikeIfGiven(value: string, pattern: string): string {
  return `(${value} == null || ${isLike(value, pattern)})`;
}

/** A condition: a whole number in this range, and not null, which Terraform lets into objects and lists. */
export function isWhole(value: string, min: number, max: number): string {
  return `try(${value} >= ${min} && ${value} <= ${max} && floor(${value}) == ${value}, false)`;
}

const HTTPS_URL = "must be an https URL without a query and without a slash at its end";

/** An input that takes such an ARN; null where there is none. */
export function arnVariable(name: string, form: ArnForm, description: string): Variable {
  return {
    type: "string",
    description,
    default: null,
    holds: [isArn(`var.${name}`, form), `${name} ${arnRule(form)}.`],
  };
}

/** An input that takes a list of them. */
export function arnsVariable(name: string, form: ArnForm, description: string): Variable {
  return {
    type: "list(string)",
    description,
    default: [],
    holds: [
      `alltrue([for each in var.${name} : ${isLike("each", arnPattern(form))}])`,
      `Each of ${name} ${arnRule(form)}.`,
    ],
  };
}

/** Inputs that more than one module has. */
export const SHARED = {
  name: (example: string): Variable => ({
    type: "string",
    description: "Begins the name of everything: 1 to 40 of a-z, 0-9 and hyphens.",
    default: example,
    holds: [
      'can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))',
      "name must be 1 to 40 of a-z, 0-9 and hyphens.",
    ],
  }),
  permissionsBoundary: arnVariable(
    "permissions_boundary_arn",
    ARNS.permissionsBoundary,
    "ARN of the permissions boundary of every role.",
  ),
  tags: { type: "map(string)", description: "Tags of everything that can have them.", default: {} },
} satisfies Record<string, Variable | ((example: string) => Variable)>;

const STRING = "string" as const;
const STRINGS = "list(string)" as const;

/** The parts of a sender's entry and of a class, with their Terraform types; a question mark for what may be left out. */
const SENDER = {
  "repositoryId?": STRING,
  "repository?": STRING,
  "ownerId?": STRING,
  "environment?": STRING,
  "workflow?": STRING,
  "ref?": STRING,
  "events?": STRINGS,
  "issuer?": STRING,
  "claims?": "map(string)",
  "classes?": STRINGS,
  "roles?": STRINGS,
  may: STRINGS,
} satisfies Fields;
const TRUSTED_ISSUER = {
  issuer: STRING,
  jwksUrl: STRING,
  "claims?": { keys: ["owner", "name", "run", "actor", "environment"] },
} satisfies Fields;
const OPERATOR = { principal: STRING, "classes?": STRINGS, "roles?": STRINGS, may: STRINGS } satisfies Fields;
const CLASS = {
  name: STRING,
  expiresWithin: "number",
  passphrase: STRING,
  approvals: STRINGS,
  verification: STRING,
  "environments?": STRINGS,
  "reasonRequired?": "bool",
  "recipientDomains?": STRINGS,
  "receiptRequired?": "bool",
  "reviewerRequired?": "bool",
  "rerunAsksAnew?": "bool",
} satisfies Fields;
const RIGHTS = `[${Right.options.map((right) => `"${right}"`).join(", ")}]`;
/** An empty list reads like no limit, and is one that nothing passes. */
const noneEmpty = (entry: string, parts: readonly string[]): string =>
  `alltrue([for part in [${parts.map((part) => `${entry}.${part}`).join(", ")}] : try(length(part) > 0, true)])`;

/** No text of an entry begins or ends with white space. It is looked for in the entry's JSON, which has none between its texts. */
const trimmed = (entry: string): string =>
  String.raw`!can(regex("\"\\s|\\s\"|\\\\[nrt]\"", jsonencode(${entry})))`;

/** Who may send what, as inputs. */
export const POLICY_VARIABLES: Readonly<Record<string, Variable>> = {
  senders: {
    type: { list: SENDER },
    description:
      "Who may send, revoke and audit; an empty list refuses everyone. Each has repository_id (or repository) and may; and environment, workflow, ref, events, classes where those must match. For pipelines that are not GitHub's it has issuer and claims instead.",
    holds: [
      [
        `alltrue([for s in local.senders : (s.repository_id != null || s.repository != null || s.owner_id != null || s.issuer != null) && length(s.may) > 0 && length(setsubtract(s.may, ${RIGHTS})) == 0 && ${noneEmpty("s", ["events", "classes", "roles", "claims"])} && !can(regex("[*?]", jsonencode(s))) && ${trimmed("s")} && alltrue([for number in [s.repository_id, s.owner_id] : ${isLikeIfGiven("number", PATTERNS.gitHubNumber)}]) && !(contains(s.may, "erase") && s.classes != null)])`,
        "Each sender needs repository_id (or repository) and may, no wildcard, and no white space around a text; repository_id and owner_id are GitHub's numbers: without a repository every one on GitHub would match. No list is empty, and may has only send, check, revoke, approve, audit and erase. Erasing covers every class: with erase there are no classes.",
      ],
      [
        `alltrue([for s in local.senders : (s.issuer == null ? s.claims == null && (s.environment != null || !contains(s.may, "approve")) : s.claims != null && s.roles == null && !contains(s.may, "approve") && alltrue([for part in [s.repository_id, s.repository, s.owner_id, s.environment, s.workflow, s.ref] : part == null]) && s.events == null)])`,
        "A sender that may approve needs environment: else every job of the repository could. A sender with issuer has claims, no part that only GitHub's tokens have, and neither approve nor roles; one without issuer has no claims.",
      ],
    ],
  },
  operators: {
    type: { list: OPERATOR },
    description:
      "The IAM roles and users that may call the service. Each has principal (an ARN) and may; and classes, roles where wanted.",
    default: [],
    holds: [
      `alltrue([for o in local.operators : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/[^*?]+$", o.principal)) && length(o.may) > 0 && length(setsubtract(o.may, ${RIGHTS})) == 0 && ${trimmed("o")} && ${noneEmpty("o", ["classes", "roles"])} && !(contains(o.may, "erase") && o.classes != null)])`,
      "Each operator needs principal, the ARN of an IAM role or user without a wildcard, and may. No text has white space around it. No list is empty, and may has only send, check, revoke, approve, audit and erase. Erasing covers every class: with erase there are no classes.",
    ],
  },
  classes: {
    type: { list: CLASS },
    description:
      "The credential classes. Each has name, expires_within (seconds), passphrase, approvals, verification; and environments, reason_required, recipient_domains, receipt_required, reviewer_required, rerun_asks_anew where wanted.",
    default: DEFAULT_CLASSES.map(inTerraform),
    holds: [
      [
        `length(local.classes) > 0 && alltrue([for c in local.classes : ${isWhole("c.expires_within", 60, LONGEST_LIFE)} && contains(["required", "recommended", "optional"], c.passphrase) && contains(["click", "email", "email-code"], c.verification) && ${noneEmpty("c", ["environments", "recipient_domains"])}])`,
        `At least one class is needed, and each needs expires_within: whole seconds, from 60 to ${LONGEST_LIFE} (31 days); passphrase required, recommended or optional; verification click, email or email-code. environments and recipient_domains are not empty.`,
      ],
      [
        `length(distinct(local.classes[*].name)) == length(local.classes) && alltrue([for c in local.classes : ${isLike("c.name", PATTERNS.className)} && length(c.approvals) <= ${MOST_APPROVALS} && length(distinct(c.approvals)) == length(c.approvals) && ${trimmed("c")} && alltrue([for d in c.recipient_domains == null ? [] : c.recipient_domains : ${isLike("d", PATTERNS.domain)}])])`,
        `Each class has a name of its own, 1 to 64 of a-z, 0-9 and hyphens; ${MOST_APPROVALS} approvals at the most, each role once; and recipient_domains in lower case, such as vendor.example, without @ and wildcard. No text has white space around it.`,
      ],
    ],
  },
  issuer: {
    type: "string",
    description: "Issuer of the workflows' tokens; https://HOST/_services/token on GitHub Enterprise Server.",
    default: GITHUB_ISSUER,
    holds: [isLike("var.issuer", PATTERNS.httpsUrl), `issuer ${HTTPS_URL}.`],
  },
  issuers: {
    type: { list: TRUSTED_ISSUER },
    description:
      "Issuers of OIDC tokens beside GitHub's, such as a GitLab. Each has issuer and jwks_url; and claims (owner, name, run, actor, environment), where its claims have other names than GitLab's.",
    default: [],
    holds: [
      `alltrue([for i in local.issuers : ${isLike("i.issuer", PATTERNS.httpsUrl)} && ${isLike("i.jwks_url", PATTERNS.httpsUrl)}])`,
      "Each issuer needs issuer and jwks_url, both https URLs without a query and without a slash at their ends.",
    ],
  },
  jwks_url: {
    type: "string",
    description: "The issuer's key set, where it is elsewhere. It needs issuer.",
    default: null,
    holds: [isLikeIfGiven("var.jwks_url", PATTERNS.httpsUrl), `jwks_url ${HTTPS_URL}.`],
  },
  github_api_url: {
    type: "string",
    description: "REST API of the issuer's GitHub, where it is elsewhere than GitHub puts it.",
    default: null,
    holds: [isLikeIfGiven("var.github_api_url", PATTERNS.httpsUrl), `github_api_url ${HTTPS_URL}.`],
  },
  approval_lifetime: {
    type: "number",
    description: "Seconds that an approval is worth; a day by default.",
    default: 86_400,
    holds: [
      `var.approval_lifetime >= 60 && var.approval_lifetime <= ${LONGEST_APPROVAL} && floor(var.approval_lifetime) == var.approval_lifetime`,
      `approval_lifetime must be whole seconds, from 60 to ${LONGEST_APPROVAL} (30 days).`,
    ],
  },
};

/** The sender function's CONFIG, put together by Terraform from these inputs. */
export const POLICY = `jsonencode(merge({\n  issuer    = var.issuer\n  issuers   = ${listOf("issuers", TRUSTED_ISSUER)}\n  senders   = ${listOf("senders", SENDER)}\n  operators = ${listOf("operators", OPERATOR)}\n  classes   = ${listOf("classes", CLASS)}\n}, var.jwks_url == null ? {} : { jwksUrl = var.jwks_url }, { approvalSeconds = var.approval_lifetime }, var.github_api_url == null ? {} : { githubApi = var.github_api_url }, local.company == null ? {} : { company = { for key, value in { name = local.company.name, contact = local.company.contact, accentColor = local.company.accent_color, accentColorDark = local.company.accent_color_dark } : key => value if value != null } }))`;

/** Bytes that Lambda leaves for it, as JSON within JSON, beside the other variables of the sender function. */
export const POLICY_BYTES = 3_400;

/** Each object under the wire's names, without what was left out. */
function listOf(variable: string, parts: Fields): string {
  const fields = Object.keys(parts).map((part) => `${part.replace("?", "")} = item.${attribute(part)}`);
  return `[for item in local.${variable} : { for key, value in { ${fields.join(", ")} } : key => value if value != null }]`;
}

function attribute(part: string): string {
  return snakeCase(part.replace("?", ""));
}

function inTerraform(known: CredentialClass): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(known).map(([part, value]) => [snakeCase(part), value]));
}
