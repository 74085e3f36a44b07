/**
 * What distinguishes one person from another: names, any of which two persons do not share. Where it is not certain, two are taken for the same:
 * an approval that is refused can be given by somebody else, one that was given twice cannot be seen.
 */
export type Person = readonly string[];

export function samePerson(one: Person, other: Person): boolean {
  return one.some((name) => other.includes(name));
}

/** An account of GitHub. Its number survives a renaming; a login that was given up can be taken by somebody else, and is still too near. */
export function personOfLogin(login: string, id: string | number | undefined): Person {
  return [`login:${login.toLowerCase()}`, ...(id === undefined ? [] : [`github:${id}`])];
}

/** A user of another issuer than GitHub. */
export function personOfPipeline(issuer: string, owner: string, actor: string | undefined): Person {
  return [actor === undefined ? `${issuer}#project:${owner}` : `${issuer}#user:${actor.toLowerCase()}`];
}

/** Whoever passed an environment's rules, where nobody has verified who: one environment gives one approval. Names ignore case. */
export function personOfEnvironment(repositoryId: string, environment: string): Person {
  return [`environment:${repositoryId}/${environment.toLowerCase()}`];
}

/** Whoever holds a role chooses the session's name, but for roles of IAM Identity Center, where it is the user's. */
const SSO_ROLE = /^AWSReservedSSO_/;

/**
 * A principal that API Gateway has verified. All sessions of a role are one person, but those of a role of IAM Identity Center, which
 * names a session after its user. Sessions of different roles, and users, with the same name are one person as well: the console names a
 * session after the user who switches to a role.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function personOfPrincipal(arn: string): Person {
  const session = sessionIn(arn);
  if (session) {
    const name = `name:${session.name.toLowerCase()}`;
    return SSO_ROLE.test(session.role) ? [name] : [name, `iam:${session.roleArn}`];
  }
  const user = /^arn:[\w-]+:(?:iam::\d+:user|sts::\d+:federated-user)\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  return user === undefined ? [`iam:${arn}`] : [`iam:${arn}`, `name:${user.toLowerCase()}`];
}

/** Who owns a principal's requests: the user, the user of IAM Identity Center, or the role whatever its session. */
export function ownerOfPrincipal(arn: string): string {
  const session = sessionIn(arn);
  return `iam:${session && !SSO_ROLE.test(session.role) ? session.roleArn : arn}`;
}

function sessionIn(arn: string) {
  const [, roleArn, role, name] = /^(arn:[\w-]+:sts::\d+:assumed-role\/([^/]+))\/([^/]+)$/.exec(arn) ?? [];
  return roleArn === undefined || role === undefined || name === undefined
    ? undefined
    : { roleArn, role, name };
}
