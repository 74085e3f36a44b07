import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { expression } from "./variables.ts";

/**
 * Whether there are people enough for the approvals of each class, in Terraform's language: what `tooFewApprovers` says for the construct.
 * By Hall's theorem each role can have a person of its own where, for every set of the class's roles, at least as many approvers have
 * one of them as there are roles in the set.
 */

const ROLES = (entry: string) => `${entry}.roles == null ? [] : ${entry}.roles`;
const CLASSES = (entry: string) => `${entry}.classes == null ? local.classes[*].name : ${entry}.classes`;
/** All sessions of a role are one person, whatever its path; users of IAM Identity Center are one person each. */
const OPERATORS = `[for o in local.operators : { name = replace(o.principal, "/:role/.*//", ":role/"), many = can(regex(":role/.*AWSReservedSSO_", o.principal)), roles = ${ROLES("o")}, classes = ${CLASSES("o")} } if contains(o.may, "approve")]`;
/** One environment of a repository is one approver; an entry for any repository is any number of them. */
const SENDERS = `[for s in local.senders : { name = "\${s.environment == null ? "none" : s.environment} of \${s.repository_id == null ? (s.repository == null ? "any" : s.repository) : s.repository_id}", many = s.repository_id == null && s.repository == null, roles = ${ROLES("s")}, classes = ${CLASSES("s")} } if contains(s.may, "approve")]`;
/** `range` counts to 1,024 at the most: ten roles. */
const ROLE_SETS =
  "flatten([for c in local.classes : [for n in range(1, min(pow(2, length(distinct(c.approvals))), 1024)) : { class = c.name, roles = [for i, r in distinct(c.approvals) : r if floor(n / pow(2, i)) % 2 == 1] }]])";
const SERVES = "contains(a.classes, s.class) && length(setintersection(a.roles, s.roles)) > 0";
const DEFAULTS = `[${DEFAULT_CLASSES.map(({ name, approvals }) => `["${name}", [${approvals.map((role) => `"${role}"`).join(", ")}]]`).join(", ")}]`;

export const APPROVER_LOCALS = {
  approvers: expression(`concat(${OPERATORS}, ${SENDERS})`),
  role_sets: expression(ROLE_SETS),
  // The default classes are there for whoever has approvers: nobody who sets no classes must have them.
  classes_without_approvers: expression(
    `jsonencode([for c in local.classes : [c.name, c.approvals]]) == jsonencode(${DEFAULTS}) ? [] : distinct([for s in local.role_sets : s.class if !anytrue([for a in local.approvers : a.many && ${SERVES}]) && length(distinct([for a in local.approvers : a.name if ${SERVES}])) < length(s.roles)])`,
  ),
};

export const APPROVERS_SUFFICE = {
  condition: expression("length(local.classes_without_approvers) == 0"),
  error_message: `\${join(", ", local.classes_without_approvers)} could never be sent: its approvals need more people than the entries of operators and senders with may approve have. The same person never approves twice. Give each role to an entry of its own, or take it out of the class.`,
};

const NO_SUCH_CLASS = (variable: string): string =>
  `flatten([for i, e in local.${variable} : [for n in e.classes[*] : format("${variable}[%d].classes has %s, and there is no such class: there are %s.", i, n, join(", ", local.classes[*].name)) if !contains(local.classes[*].name, n)]])`;

/** An entry for a class that is not there gives no right, and takes part in no approval: a misspelt name. */
export const MISSING_CLASSES = {
  missing_classes: expression(
    `concat(${NO_SUCH_CLASS("senders")}, ${NO_SUCH_CLASS("operators")}, [for n in local.critical_classes : format("alarms.critical_classes has %s, and there is no such class: there are %s.", n, join(", ", local.classes[*].name)) if !contains(local.classes[*].name, n)])`,
  ),
};

export const CLASSES_EXIST = {
  condition: expression("length(local.missing_classes) == 0"),
  error_message: `\${join(" ", local.missing_classes)}`,
};
