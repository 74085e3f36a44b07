import { join } from "node:path";
import { Fn, TerraformProvider, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { serviceProblems } from "./checks/config.ts";
import { inPartition, OTHER_PARTITION } from "./checks/prop-schemas.ts";
import { InvalidProps } from "./checks/schema.ts";
import { archiveAsset, builtFunctions } from "./functions/archive.ts";
import { Edge } from "./http/edge.ts";
import { CustomDomain } from "./http/host-name.ts";
import { companySource, criticalClassesOf, packCompany, policyJson } from "./policy.ts";
import { DEFAULT_NAME, type DomainProps, type EdgeProps, type SecretHandoffProps } from "./props.ts";
import { Service } from "./service.ts";
import { tagEverything } from "./terraform.ts";

/** What the rest of an infrastructure needs to know of a deployed service. */
export type SecretHandoffOutputs = {
  /** Origin of the links, and the action's `endpoint`: `https://HOST`, no trailing slash. */
  readonly endpoint: string;
  /** Where operators call with their AWS identity; the endpoint itself unless CloudFront stands in front. */
  readonly operatorEndpoint: string;
  /** Policy to attach to the operators' roles. */
  readonly operatorPolicyArn: string;
  /** Where the host name must point; undefined without a domain. */
  readonly domainTarget: string | undefined;
  /** The bus that every audit event is published on. */
  readonly eventBusArn: string;
  readonly eventBusName: string;
  readonly auditTableName: string;
  /** ARN of the key that signs the trail's seals: `aws kms get-public-key --key-id ARN` gives auditors what they verify with. */
  readonly sealKeyArn: string;
  /** The topic that gets alarms, and notices of locked and reported handoffs. */
  readonly alarmTopicArn: string;
  /** The identity and configuration set that senders mail with; undefined without SES. */
  readonly mailIdentityArn: string | undefined;
  readonly mailConfigurationSet: string | undefined;
  readonly mailConfigurationSetArn: string | undefined;
  /** DKIM tokens to publish, where a domain identity was made. */
  readonly dkimTokens: readonly string[] | undefined;
  /** ARNs of the keys whose destruction erases who received what. */
  readonly recipientKeyArns: readonly string[];
};

/**
 * The whole service: what the links lead to, what senders create handoffs with, and everything that watches over it.
 * @throws InvalidProps at synth, with every problem at once
 */
export class SecretHandoff extends Construct {
  readonly service: Service;
  readonly outputs: SecretHandoffOutputs;

  constructor(scope: Construct, id: string, props: SecretHandoffProps) {
    super(scope, id);
    const problems = [...serviceProblems(props), ...partitionProblems(this)];
    if (problems.length > 0) throw new InvalidProps(problems);

    const { domain, edge, company, name = DEFAULT_NAME, code = builtFunctions() } = props;
    const archive = (part: string) => archiveAsset(this, `${part}-code`, join(code, part));
    this.service = new Service(this, "service", {
      ...props,
      name,
      code: {
        recipient: archive("recipient"),
        sender: archive("sender"),
        drainer: archive("drainer"),
        sweeper: archive("sweeper"),
        sealer: archive("sealer"),
      },
      policyJson: policyJson(props),
      company: company && packCompany(companySource(company)),
      alarms: {
        ...props.alarms,
        criticalClasses: props.alarms?.criticalClasses ?? criticalClassesOf(props),
      },
      origin: (apiEndpoint) => (domain === undefined ? apiEndpoint : `https://${domain.name}`),
      closeDefaultEndpoint: domain !== undefined && edge === undefined,
    });
    const domainTarget = this.#domainTarget(name, domain, edge);
    if (props.tags) tagEverything(this, props.tags);
    this.outputs = { ...outputsOf(this.service, edge !== undefined), domainTarget };
  }

  #domainTarget(name: string, domain?: DomainProps, edge?: EdgeProps): string | undefined {
    if (domain === undefined) return undefined;
    const { api, stage } = this.service.api;
    if (edge === undefined) {
      return new CustomDomain(this, "domain", { ...domain, apiId: api.id, stageId: stage.id }).target;
    }
    const apiHost = Fn.replace(api.apiEndpoint, "https://", "");
    return new Edge(this, "edge", { ...edge, namePrefix: name, domain, apiHost }).target;
  }
}

/** Of the regions of the AWS providers that the stack has by then; a region that only Terraform knows is not looked at. */
function partitionProblems(scope: Construct): readonly string[] {
  return TerraformStack.of(scope)
    .node.findAll()
    .filter((node) => TerraformProvider.isTerraformProvider(node))
    .flatMap((provider) => ("region" in provider ? [String(provider.region)] : []))
    .filter((region) => !inPartition(region))
    .map((region) => `the provider's region ${region} ${OTHER_PARTITION}`);
}

/** The outputs of the service itself. */
export function outputsOf(service: Service, behindEdge: boolean): SecretHandoffOutputs {
  const { mail, events, tables, api, alarms, recipientKeys } = service;
  return {
    endpoint: service.origin,
    operatorEndpoint: behindEdge ? api.api.apiEndpoint : service.origin,
    operatorPolicyArn: service.operatorPolicyArn,
    domainTarget: undefined,
    eventBusArn: events.bus.arn,
    eventBusName: events.bus.name,
    auditTableName: tables.audit.name,
    sealKeyArn: service.sealKey.key.arn,
    alarmTopicArn: alarms.topicArn,
    mailIdentityArn: mail?.identityArn,
    mailConfigurationSet: mail?.configurationSet.configurationSetName,
    mailConfigurationSetArn: mail?.configurationSet.arn,
    dkimTokens: mail?.dkimTokens,
    recipientKeyArns: recipientKeys.keys.map(({ arn }) => arn),
  };
}
