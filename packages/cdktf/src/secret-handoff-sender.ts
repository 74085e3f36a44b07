import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { Construct } from "constructs";
import { InvalidProps } from "./checks/invalid-props.ts";
import type { GitHubJobs } from "./permissions/github-trust.ts";
import {
  type SenderRights,
  senderRightsProblems,
  senderRightsStatements,
} from "./permissions/sender-rights.ts";
import { SenderRole } from "./permissions/sender-role.ts";
import { GITHUB_ISSUER } from "./policy.ts";
import { tagEverything } from "./terraform/tag-everything.ts";

export const DEFAULT_SENDER_NAME = "secret-handoff-sender";

export type SecretHandoffSenderProps = GitHubJobs &
  SenderRights & {
    /** Name of the role. @default secret-handoff-sender */
    readonly name?: string;
    /**
     * The account's OIDC provider for GitHub; an account can have one only.
     * @default one is made
     */
    readonly oidcProviderArn?: string;
    readonly permissionsBoundaryArn?: string;
    readonly tags?: Readonly<Record<string, string>>;
  };

/**
 * The AWS side of a workflow that sends: a role that one repository's environment may assume, to read (and rotate) the
 * secrets that are named, and to mail. It has nothing on the tables: handoffs are created through the service.
 * @throws InvalidProps at synth
 */
export class SecretHandoffSender extends Construct {
  readonly roleArn: string;
  readonly oidcProviderArn: string;

  constructor(scope: Construct, id: string, props: SecretHandoffSenderProps) {
    super(scope, id);
    const problems = senderRightsProblems(props);
    if (problems.length > 0) throw new InvalidProps(problems);

    this.oidcProviderArn = props.oidcProviderArn ?? this.#oidcProvider(props.issuer ?? GITHUB_ISSUER);
    this.roleArn = new SenderRole(this, "sender", {
      name: props.name ?? DEFAULT_SENDER_NAME,
      jobs: props,
      oidcProviderArn: this.oidcProviderArn,
      permissionsBoundaryArn: props.permissionsBoundaryArn,
      statements: (here) => senderRightsStatements(props, here),
    }).arn;
    if (props.tags) tagEverything(this, props.tags);
  }

  #oidcProvider(issuer: string): string {
    return new IamOpenidConnectProvider(this, "oidc", {
      url: issuer,
      clientIdList: ["sts.amazonaws.com"],
    }).arn;
  }
}
