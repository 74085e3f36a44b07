import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import { Construct } from "constructs";
import { noticeTopic, type UndeliveredEvents } from "../events.ts";
import { allow, ServiceRole } from "../iam/policies.ts";
import type { LifecycleProps, NotifyProps, RotationProps } from "../props.ts";
import type { ArnParts } from "../terraform.ts";
import { ownersOf, Rotations } from "./rotations.ts";

export type ReactionsProps = LifecycleProps & {
  readonly name: string;
  readonly busName: string;
  readonly here: ArnParts;
  readonly undelivered: UndeliveredEvents;
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

    const rotating = [
      ...(onUndelivered?.rotate ? ENDS.undelivered : []),
      ...(onReported?.rotate ? ENDS.reported : []),
      ...(onDelivered ? ENDS.delivered : []),
    ];
    if (rotation === undefined || rotating.length === 0) return;
    const { rotateAfter = 0 } = onDelivered ?? {};
    this.rotations = new Rotations(this, "rotations", { ...props, ...rotation, rotateAfter });
    this.#rotate(rotating, rotation, this.rotations, props);
  }

  #tell(end: End, { topicArn, emails }: NotifyProps, { name, busName, undelivered }: ReactionsProps): void {
    const scope = new Construct(this, `${end}-notice`);
    const rule = new CloudwatchEventRule(scope, "rule", {
      name: `${name}-tell-${end}`,
      description: `Tells of every handoff that was ${end}`,
      eventBusName: busName,
      eventPattern: JSON.stringify({ source: [EVENT_SOURCE], "detail-type": ENDS[end] }),
    });
    undelivered.deliver(scope, "target", rule, {
      targetId: "topic",
      arn: topicArn ?? noticeTopic(scope, { name: `${name}-${end}`, emails }).arn,
      inputTransformer: {
        inputPaths: {
          handoff: "$.detail.handoff",
          class: "$.detail.class",
          type: "$.detail.type",
          time: "$.detail.time",
        },
        inputTemplate: JSON.stringify("secret-handoff: <handoff> (<class>): <type>, <time>"),
      },
    });
  }

  /**
   * Only events of repositories that hand over a rotatable secret start the machine, which then decides for each secret. A report of a
   * link that ended long ago starts nothing.
   */
  #rotate(
    rotating: readonly string[],
    { secrets }: RotationProps,
    { machine }: Rotations,
    { name, busName, undelivered, permissionsBoundaryArn }: ReactionsProps,
  ): void {
    const rule = new CloudwatchEventRule(this, "rotate-rule", {
      name: `${name}-rotate`,
      description: "Rotates the secrets of a handoff that ended",
      eventBusName: busName,
      eventPattern: JSON.stringify({
        source: [EVENT_SOURCE],
        "detail-type": rotating,
        detail: {
          owner: [...new Set(secrets.flatMap(ownersOf))],
          outcome: [{ "anything-but": ["already_ended"] }],
        },
      }),
    });
    const role = new ServiceRole(this, "rotate-rules", {
      name: `${name}-rotate-rules`,
      description: "secret-handoff: starts rotations",
      service: "events.amazonaws.com",
      sourceArns: [rule.arn],
      policyName: "start",
      statements: [allow("StartRotations", ["states:StartExecution"], [machine.arn])],
      permissionsBoundaryArn,
    });
    undelivered.deliver(this, "rotate-target", rule, {
      targetId: "rotations",
      arn: machine.arn,
      roleArn: role.arn,
    });
  }
}
