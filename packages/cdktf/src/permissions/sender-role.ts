import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { type ArnParts, arnParts } from "../terraform/arn-parts.ts";
import { type GitHubJobs, gitHubTrust } from "./github-trust.ts";
import { policyDocument, type Statement } from "./policy-document.ts";

export type SenderRoleProps = {
  readonly name: string;
  readonly jobs: GitHubJobs;
  readonly oidcProviderArn: string;
  readonly permissionsBoundaryArn?: string | undefined;
  /** What the role may do, given where it lives. */
  readonly statements: (here: ArnParts) => readonly Statement[];
};

/** A role that the jobs of one repository's environment may assume. */
export class SenderRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: SenderRoleProps) {
    super(scope, id);
    const { jobs, permissionsBoundaryArn } = props;
    const role = new IamRole(this, "role", {
      name: props.name,
      description: `secret-handoff: ${jobs.repository}, environment ${jobs.environment}`,
      assumeRolePolicy: policyDocument([gitHubTrust(jobs, props.oidcProviderArn)]),
      maxSessionDuration: 3_600,
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    const { partition, account } = arnParts(role.arn);
    const region = new DataAwsRegion(this, "region").id;
    new IamRolePolicy(this, "policy", {
      name: "send",
      role: role.name,
      policy: policyDocument(props.statements({ partition, region, account })),
    });
    this.arn = role.arn;
  }
}
