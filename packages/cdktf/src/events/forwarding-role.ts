import type { Construct } from "constructs";
import { allow } from "../permissions/policy-document.ts";
import { ServiceRole } from "../permissions/service-role.ts";

export type ForwardingRoleProps = {
  readonly name: string;
  readonly busArn: string;
  /** The one rule that may use the role. */
  readonly ruleArn: string;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Lets one EventBridge rule put events on one other bus. */
export class ForwardingRole extends ServiceRole {
  constructor(scope: Construct, id: string, props: ForwardingRoleProps) {
    super(scope, id, {
      name: props.name,
      description: "secret-handoff: forwards events to another bus",
      service: "events.amazonaws.com",
      sourceArns: [props.ruleArn],
      policyName: "forward",
      statements: [allow("ForwardEvents", ["events:PutEvents"], [props.busArn])],
      permissionsBoundaryArn: props.permissionsBoundaryArn,
    });
  }
}
