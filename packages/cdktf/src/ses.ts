import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import { Sesv2ConfigurationSet } from "@cdktf/provider-aws/lib/sesv2-configuration-set/index.js";
import { Sesv2ConfigurationSetEventDestination } from "@cdktf/provider-aws/lib/sesv2-configuration-set-event-destination/index.js";
import { Sesv2EmailIdentity } from "@cdktf/provider-aws/lib/sesv2-email-identity/index.js";
import { Fn, Token } from "cdktf";
import { Construct } from "constructs";
import { ForwardingRole, type UndeliveredEvents } from "./events.ts";
import type { SesMailProps } from "./props.ts";

type SesMailConstructProps = SesMailProps & {
  readonly name: string;
  /** The bus that bounces and complaints are forwarded to. */
  readonly busArn: string;
  /** The account's default bus: SES publishes nowhere else. */
  readonly defaultBusArn: string;
  readonly undelivered: UndeliveredEvents;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Easy DKIM publishes three keys. */
const DKIM_KEYS = [0, 1, 2] as const;

/** The identity that mail comes from, and a configuration set that follows nobody and reports what did not arrive. */
export class SesMail extends Construct {
  readonly identityArn: string;
  readonly configurationSet: Sesv2ConfigurationSet;
  /** Of the DKIM records to publish, where they are not published here: TOKEN._domainkey.DOMAIN to TOKEN.dkim.amazonses.com. */
  readonly dkimTokens: readonly string[] | undefined;

  constructor(scope: Construct, id: string, props: SesMailConstructProps) {
    super(scope, id);
    this.configurationSet = new Sesv2ConfigurationSet(this, "configuration-set", {
      configurationSetName: props.name,
      deliveryOptions: { tlsPolicy: props.tlsPolicy ?? "REQUIRE" },
      reputationOptions: { reputationMetricsEnabled: true },
      sendingOptions: { sendingEnabled: true },
      suppressionOptions: { suppressedReasons: ["BOUNCE", "COMPLAINT"] },
      // Engagement metrics would rewrite links and add a pixel.
      vdmOptions: {
        dashboardOptions: { engagementMetrics: "DISABLED" },
        guardianOptions: { optimizedSharedDelivery: "DISABLED" },
      },
    });
    this.#reportFailures(props);

    if (props.identityArn !== undefined) {
      this.identityArn = props.identityArn;
      return;
    }
    const identity = new Sesv2EmailIdentity(this, "identity", {
      emailIdentity: props.identity,
      configurationSetName: this.configurationSet.configurationSetName,
    });
    this.identityArn = identity.arn;
    // An address, unlike a domain, has no DKIM keys of its own: then the list is empty.
    this.dkimTokens = Token.asList(`\${flatten(${identity.fqn}.dkim_signing_attributes[*].tokens)}`);
    if (props.hostedZoneId !== undefined) this.#publishDkim(identity, props.hostedZoneId);
  }

  /** Neither OPEN nor CLICK is among the events: SES follows only where a destination asks for them. */
  #reportFailures(props: SesMailConstructProps): void {
    const { name, busArn, permissionsBoundaryArn } = props;
    new Sesv2ConfigurationSetEventDestination(this, "failures", {
      configurationSetName: this.configurationSet.configurationSetName,
      eventDestinationName: "failures",
      eventDestination: {
        enabled: true,
        matchingEventTypes: ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"],
        eventBridgeDestination: { eventBusArn: props.defaultBusArn },
      },
    });
    const rule = new CloudwatchEventRule(this, "failure-rule", {
      name: `${name}-mail-failures`,
      description: "Mail of secret-handoff that did not arrive",
      eventPattern: JSON.stringify({
        source: ["aws.ses"],
        detail: { mail: { tags: { "ses:configuration-set": [this.configurationSet.configurationSetName] } } },
      }),
    });
    const role = new ForwardingRole(this, "forwarding", {
      name: `${name}-mail-failures`,
      busArn,
      ruleArn: rule.arn,
      permissionsBoundaryArn,
    });
    props.undelivered.deliver(this, "to-bus", rule, {
      targetId: "audit-bus",
      arn: busArn,
      roleArn: role.arn,
    });
  }

  #publishDkim(identity: Sesv2EmailIdentity, hostedZoneId: string): void {
    for (const key of DKIM_KEYS) {
      const token = Fn.element(identity.dkimSigningAttributes.tokens, key) as string;
      new Route53Record(this, `dkim-${key + 1}`, {
        zoneId: hostedZoneId,
        name: `${token}._domainkey.${identity.emailIdentity}`,
        type: "CNAME",
        records: [`${token}.dkim.amazonses.com`],
        ttl: 1_800,
      });
    }
  }
}
