import { CloudwatchEventApiDestination } from "@cdktf/provider-aws/lib/cloudwatch-event-api-destination/index.js";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import { Construct } from "constructs";
import { noticeTopic, type UndeliveredEvents } from "../events.ts";
import { allow, ServiceRole } from "../iam/policies.ts";
import type { DispatchProps, LifecycleProps, NotifyProps, RotationProps } from "../props.ts";
import type { ArnParts } from "../terraform.ts";
import { ownersOf, Rotations } from "./rotations.ts";

type ReactionsProps = LifecycleProps & {
  readonly name: string;
  readonly busName: string;
  readonly here: ArnParts;
  readonly undelivered: UndeliveredEvents;
  readonly kmsKeyArn?: string | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** The ends that are reacted to, and the events that announce them. */
const ENDS = {
  undelivered: ["expired", "locked", "unconfirmed", "bounced"],
  reported: ["reported"],
  delivered: ["acknowledged"],
} as const;
type End = keyof typeof ENDS;

/** What follows when a handoff has ended: somebody is notified, its secret is rotated. */
export class Reactions extends Construct {
  readonly rotations: Rotations | undefined;

  constructor(scope: Construct, id: string, props: ReactionsProps) {
    super(scope, id);
    const { onUndelivered, onReported, onDelivered, rotation } = props;
    if (onUndelivered?.notify) this.#notify("undelivered", onUndelivered.notify, props);
    if (onReported?.notify) this.#notify("reported", onReported.notify, props);

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

  #notify(end: End, { topicArn, emails }: NotifyProps, { name, busName, undelivered }: ReactionsProps): void {
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

type WorkflowDispatchProps = DispatchProps & {
  readonly name: string;
  readonly undelivered: UndeliveredEvents;
  readonly permissionsBoundaryArn?: string | undefined;
};

const DEFAULTS = { eventType: "secret-label-updated", apiUrl: "https://api.github.com" } as const;

/**
 * Starts a workflow when Secrets Manager moves AWSCURRENT to another version, which it announces by itself: no trail of
 * CloudTrail's is needed. What is sent names the secret and the version; the value stays where it is.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export class WorkflowDispatch extends Construct {
  readonly rule: CloudwatchEventRule;

  constructor(scope: Construct, id: string, props: WorkflowDispatchProps) {
    super(scope, id);
    const { repository, connectionArn, permissionsBoundaryArn } = props;
    const { eventType = DEFAULTS.eventType, apiUrl = DEFAULTS.apiUrl } = props;
    const name = `${props.name}-on-rotated`;
    // On the account's default bus, the only one that AWS services write to.
    this.rule = new CloudwatchEventRule(this, "rule", {
      name,
      description: `Starts a workflow of ${repository} when a secret was rotated`,
      eventPattern: JSON.stringify({
        source: ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        detail: { labelUpdated: ["AWSCURRENT"], name: props.secretNames.map(namePattern) },
      }),
    });
    // https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event
    const destination = new CloudwatchEventApiDestination(this, "destination", {
      name,
      description: `repository_dispatch of ${repository}`,
      connectionArn,
      httpMethod: "POST",
      invocationEndpoint: `${apiUrl}/repos/${repository}/dispatches`,
      invocationRateLimitPerSecond: 1,
    });
    const role = new ServiceRole(this, "dispatching", {
      name,
      description: "secret-handoff: starts a workflow",
      service: "events.amazonaws.com",
      sourceArns: [this.rule.arn],
      policyName: "dispatch",
      statements: [allow("DispatchWorkflow", ["events:InvokeApiDestination"], [destination.arn])],
      permissionsBoundaryArn,
    });
    props.undelivered.deliver(this, "target", this.rule, {
      targetId: "repository-dispatch",
      arn: destination.arn,
      roleArn: role.arn,
      httpTarget: {
        headerParameters: { Accept: "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28" },
      },
      inputTransformer: {
        inputPaths: {
          arn: "$.resources[0]",
          name: "$.detail.name",
          version: "$.detail.versionId",
        },
        inputTemplate: JSON.stringify({
          event_type: eventType,
          client_payload: { secret: "<arn>", name: "<name>", versionId: "<version>" },
        }),
      },
    });
  }
}

function namePattern(name: string): string | { readonly prefix: string } {
  return name.endsWith("*") ? { prefix: name.slice(0, -1) } : name;
}
