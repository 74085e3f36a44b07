import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region/index.js";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { arnParts } from "./arn-parts.ts";
import { type GitHubJobs, gitHubTrust } from "./github-trust.ts";
import { InvalidProps } from "./invalid-props.ts";
import { GITHUB_ISSUER } from "./policy.ts";
import { policyDocument } from "./policy-document.ts";
import { type SenderRights, senderRightsProblems, senderRightsStatements } from "./sender-rights.ts";
import { tagEverything } from "./tag-everything.ts";

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
    const role = new IamRole(this, "role", {
      name: props.name ?? "secret-handoff-sender",
      description: `secret-handoff: ${props.repository}, environment ${props.environment}`,
      assumeRolePolicy: policyDocument([gitHubTrust(props, this.oidcProviderArn)]),
      maxSessionDuration: 3_600,
      ...(props.permissionsBoundaryArn === undefined
        ? {}
        : { permissionsBoundary: props.permissionsBoundaryArn }),
    });
    const { partition, account } = arnParts(role.arn);
    const region = new DataAwsRegion(this, "region").id;
    new IamRolePolicy(this, "policy", {
      name: "send",
      role: role.name,
      policy: policyDocument(senderRightsStatements(props, { partition, region, account })),
    });
    this.roleArn = role.arn;
    if (props.tags) tagEverything(this, props.tags);
  }

  #oidcProvider(issuer: string): string {
    return new IamOpenidConnectProvider(this, "oidc", {
      url: issuer,
      clientIdList: ["sts.amazonaws.com"],
    }).arn;
  }
}
