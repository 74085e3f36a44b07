import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { Construct } from "constructs";
import { EVENT_SOURCE, noticeTopic } from "../events.ts";
import { allow, ServiceRole } from "../iam/policies.ts";
import type { LifecycleProps, NotifyProps, RotationProps } from "../props.ts";
import type { ArnParts } from "../terraform.ts";
import { type RotationInput, Rotations } from "./rotations.ts";

export type ReactionsProps = LifecycleProps & {
  readonly name: string;
  readonly busName: string;
  readonly here: ArnParts;
  readonly kmsKeyArn?: string | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** The ends that are reacted to, and the events that tell of them. */
const ENDS = {
  undelivered: ["expired", "locked", "unconfirmed", "bounced"],
  reported: ["reported"],
  delivered: ["acknowledged"],
} as const;
type End = keyof typeof ENDS;

/** What follows when a handoff has ended: somebody is told, its secret is rotated. */
export class Reactions extends Construct {
  readonly rotations: Rotations | undefined;

  constructor(scope: Construct, id: string, props: ReactionsProps) {
    super(scope, id);
    const { onUndelivered, onReported, onDelivered, rotation } = props;
    if (onUndelivered?.notify) this.#tell("undelivered", onUndelivered.notify, props);
    if (onReported?.notify) this.#tell("reported", onReported.notify, props);

    const waits: Partial<Record<End, number>> = {
      ...(onUndelivered?.rotate ? { undelivered: 0 } : {}),
      ...(onReported?.rotate ? { reported: 0 } : {}),
      ...(onDelivered ? { delivered: onDelivered.rotateAfter } : {}),
    };
    if (rotation === undefined || Object.keys(waits).length === 0) return;
    this.rotations = new Rotations(this, "rotations", { ...props, ...rotation });
    this.#rotate(waits, rotation, this.rotations, props);
  }

  #tell(end: End, { topicArn, emails }: NotifyProps, { name, busName }: ReactionsProps): void {
    const scope = new Construct(this, `${end}-notice`);
    const rule = new CloudwatchEventRule(scope, "rule", {
      name: `${name}-tell-${end}`,
      description: `Tells of every handoff that was ${end}`,
      eventBusName: busName,
      eventPattern: JSON.stringify({ source: [EVENT_SOURCE], "detail-type": ENDS[end] }),
    });
    new CloudwatchEventTarget(scope, "target", {
      rule: rule.name,
      eventBusName: busName,
      targetId: "topic",
      arn: topicArn ?? noticeTopic(scope, { name: `${name}-${end}`, emails }).arn,
      inputTransformer: {
        inputPaths: {
          handoff: "$.detail.handoff",
          class: "$.detail.class",
          what: "$.detail.what",
          when: "$.detail.when",
        },
        inputTemplate: JSON.stringify("secret-handoff: <handoff> (<class>): <what>, <when>"),
      },
    });
  }

  /** Only events of a secret that may be rotated start anything: each is named in the pattern, and in the role again. */
  #rotate(
    waits: Partial<Record<End, number>>,
    { secretArns }: RotationProps,
    { machine }: Rotations,
    { name, busName, permissionsBoundaryArn }: ReactionsProps,
  ): void {
    const rules = (Object.keys(waits) as readonly End[]).map((end) => ({
      end,
      rule: new CloudwatchEventRule(this, `rotate-${end}-rule`, {
        name: `${name}-rotate-${end}`,
        description: `Rotates the secret of a handoff that was ${end}`,
        eventBusName: busName,
        eventPattern: JSON.stringify({
          source: [EVENT_SOURCE],
          "detail-type": ENDS[end],
          detail: { secret: secretArns },
        }),
      }),
    }));
    const role = new ServiceRole(this, "rotate-rules", {
      name: `${name}-rotate-rules`,
      description: "secret-handoff: starts rotations",
      service: "events.amazonaws.com",
      sourceArns: rules.map(({ rule }) => rule.arn),
      policyName: "start",
      statements: [allow("StartRotations", ["states:StartExecution"], [machine.arn])],
      permissionsBoundaryArn,
    });
    for (const { end, rule } of rules) {
      const input: RotationInput = { handoff: "<handoff>", secret: "<secret>", wait: waits[end] ?? 0 };
      new CloudwatchEventTarget(this, `rotate-${end}-target`, {
        rule: rule.name,
        eventBusName: busName,
        targetId: "rotations",
        arn: machine.arn,
        roleArn: role.arn,
        inputTransformer: {
          inputPaths: { handoff: "$.detail.handoff", secret: "$.detail.secret" },
          inputTemplate: JSON.stringify(input),
        },
      });
    }
  }
}
