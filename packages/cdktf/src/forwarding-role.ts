import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { policyDocument } from "./policy-document.ts";

export type ForwardingRoleProps = {
  readonly name: string;
  readonly busArn: string;
  /** The one rule that may use the role. */
  readonly ruleArn: string;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Lets one EventBridge rule put events on one other bus. */
export class ForwardingRole extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: ForwardingRoleProps) {
    super(scope, id);
    const role = new IamRole(this, "role", {
      name: props.name,
      description: "secret-handoff: forwards events to another bus",
      assumeRolePolicy: policyDocument([
        {
          Sid: "OneRuleOnly",
          Effect: "Allow",
          Principal: { Service: "events.amazonaws.com" },
          Action: ["sts:AssumeRole"],
          Condition: { ArnEquals: { "aws:SourceArn": props.ruleArn } },
        },
      ]),
      ...(props.permissionsBoundaryArn === undefined
        ? {}
        : { permissionsBoundary: props.permissionsBoundaryArn }),
    });
    new IamRolePolicy(this, "policy", {
      name: "forward",
      role: role.name,
      policy: policyDocument([
        { Sid: "ForwardEvents", Effect: "Allow", Action: ["events:PutEvents"], Resource: [props.busArn] },
      ]),
    });
    this.arn = role.arn;
  }
}
