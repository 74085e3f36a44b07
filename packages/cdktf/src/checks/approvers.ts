import type { CredentialClass, OperatorEntry, SenderEntry } from "@secret-handoff/protocol/api";
import { isExpression } from "../terraform.ts";

type Entries = {
  readonly senders: readonly SenderEntry[];
  readonly operators?: readonly OperatorEntry[] | undefined;
};

/** Who can give an approval: one person as far as the service can see, or any number of them. */
type Approver = { readonly name: string; readonly isMany: boolean; readonly roles: ReadonlySet<string> };

/**
 * Whom the roles of a class come from, if each could come from another person: an approval of the same person never counts twice. All
 * sessions of an IAM role are one person, and so is whoever passes one environment; users of IAM Identity Center are one person each.
 * @returns the approvers who are too few, by name; undefined where they suffice, or nobody at all has one of the roles
 */
export function tooFewApprovers(
  { name, approvals }: Pick<CredentialClass, "name" | "approvals">,
  entries: Entries,
): readonly string[] | undefined {
  const roles = [...new Set(approvals)];
  const approvers = approversOf(name, entries);
  const canGive = (role: string) => approvers.filter((approver) => approver.roles.has(role));
  if (roles.some((role) => canGive(role).length === 0)) return undefined;
  const given = new Map<Approver, string>();
  /** Gives the role to an approver who is free, or who can be freed by giving another's role to somebody else. */
  const assign = (role: string, asked: Set<Approver>): boolean =>
    canGive(role).some((approver) => {
      if (approver.isMany) return true;
      if (asked.has(approver)) return false;
      asked.add(approver);
      const held = given.get(approver);
      if (held !== undefined && !assign(held, asked)) return false;
      given.set(approver, role);
      return true;
    });
  return roles.every((role) => assign(role, new Set()))
    ? undefined
    : [...new Set(roles.flatMap((role) => canGive(role).map((approver) => approver.name)))];
}

function approversOf(className: string, { senders, operators = [] }: Entries): readonly Approver[] {
  const found = new Map<string, Approver>();
  const note = (entry: SenderEntry | OperatorEntry, name: string, isMany: boolean) => {
    const { may, roles = [], classes = [className] } = entry;
    if (!may.includes("approve") || !classes.includes(className)) return;
    found.set(name, { name, isMany, roles: new Set([...(found.get(name)?.roles ?? []), ...roles]) });
  };
  for (const operator of operators) {
    const { principal } = operator;
    const isMany = isExpression(principal) || /^arn:[\w-]+:iam::\d+:role\/.*AWSReservedSSO_/.test(principal);
    note(operator, roleOf(principal) ?? principal, isMany);
  }
  for (const sender of senders) {
    const { repositoryId, repository, environment } = sender;
    const of = repositoryId ?? repository;
    note(
      sender,
      `environment ${environment} of ${of ?? "any repository"}`,
      of === undefined || isExpression(of),
    );
  }
  return [...found.values()];
}

/** The role, also of one session of it, whose ARN names it without its path; not of a user of IAM Identity Center. */
function roleOf(principal: string): string | undefined {
  const [, partition, account, role] =
    /^arn:([\w-]+):sts::(\d+):assumed-role\/((?!AWSReservedSSO_)[^/]+)\/[^/]+$/.exec(principal) ??
    /^arn:([\w-]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(principal) ??
    [];
  return role === undefined ? undefined : `arn:${partition}:iam::${account}:role/${role}`;
}
