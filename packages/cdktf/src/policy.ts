import { parseSenderConfig } from "@secret-handoff/lambda/config";
import { type CredentialClass, DEFAULT_CLASSES, policyCompanyOf } from "@secret-handoff/protocol/api";
import { InvalidProps } from "./checks/schema.ts";
import type { PolicyProps, SecretHandoffProps } from "./props.ts";

export const GITHUB_ISSUER = "https://token.actions.githubusercontent.com";

/** The classes in force. */
export function classesOf(props: PolicyProps): readonly CredentialClass[] {
  return props.classes ?? DEFAULT_CLASSES;
}

/** Of these every handoff that did not arrive is told, unless `alarms.criticalClasses` says otherwise. */
export function criticalClassesOf(props: PolicyProps): readonly string[] {
  return classesOf(props)
    .filter(({ approvals, verification }) => approvals.length >= 2 || verification === "email-code")
    .map(({ name }) => name);
}

/**
 * The sender function's CONFIG, as JSON.
 * @throws InvalidProps when the function could not read it
 */
export function policyJson(props: PolicyProps & Pick<SecretHandoffProps, "company">): string {
  const { company } = props;
  const json = JSON.stringify({
    issuer: props.issuer ?? GITHUB_ISSUER,
    ...(props.jwksUrl === undefined ? {} : { jwksUrl: props.jwksUrl }),
    ...(props.issuers === undefined ? {} : { issuers: props.issuers }),
    ...(props.gitHubApiUrl === undefined ? {} : { githubApi: props.gitHubApiUrl }),
    ...(company === undefined ? {} : { company: policyCompanyOf(company) }),
    ...(props.approvalLifetime === undefined ? {} : { approvalSeconds: props.approvalLifetime }),
    senders: props.senders,
    ...(props.operators === undefined ? {} : { operators: props.operators }),
    classes: classesOf(props),
  });
  try {
    parseSenderConfig(json);
  } catch (error) {
    throw new InvalidProps([`the sender function could not read its policy: ${(error as Error).message}`]);
  }
  return json;
}
