import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { SfnStateMachine } from "@cdktf/provider-aws/lib/sfn-state-machine/index.js";
import { Construct } from "constructs";
import type { RotationProps } from "../lifecycle-props.ts";
import { rotationStatements, tableKeyStatements } from "../permissions/permissions.ts";
import { ServiceRole } from "../permissions/service-role.ts";
import type { ArnParts } from "../terraform/arn-parts.ts";
import { rotationMachine } from "./rotation-machine.ts";

export type RotationsProps = RotationProps & {
  readonly name: string;
  readonly here: ArnParts;
  readonly kmsKeyArn?: string | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

const LIMIT_PER_DAY = 3;

/**
 * Rotates secrets when rules say so. A rule cannot call RotateSecret itself and cannot count; a state machine can do both
 * and wait as well, with a role that names the secrets and no code of ours. EventBridge Scheduler calls any API, but only
 * by the clock, and an SSM runbook neither counts nor tells a repeated event from a new one.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
export class Rotations extends Construct {
  readonly machine: SfnStateMachine;

  constructor(scope: Construct, id: string, props: RotationsProps) {
    super(scope, id);
    const { here, kmsKeyArn, permissionsBoundaryArn, limitPerDay = LIMIT_PER_DAY } = props;
    const name = `${props.name}-rotations`;
    // Losing it loses the count of a day, so nothing protects it and nothing backs it up.
    const table = new DynamodbTable(this, "table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attribute: [{ name: "id", type: "S" }],
      ttl: { enabled: true, attributeName: "ttl" },
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: false,
      ...(kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } }),
    });
    const role = new ServiceRole(this, "machine-role", {
      name,
      description: "secret-handoff: rotates the secrets of handoffs that went wrong",
      service: "states.amazonaws.com",
      sourceArns: [`arn:${here.partition}:states:${here.region}:${here.account}:stateMachine:${name}`],
      policyName: "rotate",
      statements: [
        ...rotationStatements(table.arn, props),
        ...(kmsKeyArn === undefined ? [] : tableKeyStatements(kmsKeyArn)),
      ],
      permissionsBoundaryArn,
    });
    this.machine = new SfnStateMachine(this, "machine", {
      name,
      type: "STANDARD",
      roleArn: role.arn,
      definition: rotationMachine({ partition: here.partition, tableName: table.name, limitPerDay }),
      dependsOn: [role.policy],
    });
  }
}
