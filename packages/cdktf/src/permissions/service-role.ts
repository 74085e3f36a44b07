import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { policyDocument, type Statement } from "./policy-document.ts";

export type ServiceRoleProps = {
  readonly name: string;
  readonly description: string;
  /** The AWS service that takes the role. */
  readonly service: "events.amazonaws.com" | "states.amazonaws.com";
  /** What of that service may take it: the ARNs of rules, or of a state machine. */
  readonly sourceArns: readonly string[];
  readonly policyName: string;
  readonly statements: readonly Statement[];
  readonly permissionsBoundaryArn?: string | undefined;
};

/** A role that an AWS service takes for the named resources alone. */
export class ServiceRole extends Construct {
  readonly arn: string;
  /** What the role may do; whatever takes the role at once must wait for it. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { permissionsBoundaryArn } = props;
    const role = new IamRole(this, "role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          Sid: "TheseOnly",
          Effect: "Allow",
          Principal: { Service: props.service },
          Action: ["sts:AssumeRole"],
          Condition: { ArnEquals: { "aws:SourceArn": props.sourceArns } },
        },
      ]),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    this.policy = new IamRolePolicy(this, "policy", {
      name: props.policyName,
      role: role.name,
      policy: policyDocument(props.statements),
    });
    this.arn = role.arn;
  }
}
