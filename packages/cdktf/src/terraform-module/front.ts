import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name/index.js";
import { CloudfrontDistribution } from "@cdktf/provider-aws/lib/cloudfront-distribution/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import { ARNS, arnRule, PATTERNS } from "../checks/values.ts";
import { Edge } from "../http/edge.ts";
import { CustomDomain } from "../http/host-name.ts";
import { ReadableStack, tagEverything } from "../terraform.ts";
import type { MadeIf } from "./made-if.ts";
import { expression, isArn, isLike, isWhole, ref, SHARED, type Variable } from "./variables.ts";

const HOST: Readonly<Record<string, Variable>> = {
  host: {
    type: "string",
    description: "The service's host name.",
    holds: [
      isLike("var.host", PATTERNS.hostName),
      "host must be a bare host name in lower case: no scheme, port or path.",
    ],
  },
  hosted_zone_id: {
    type: "string",
    description: "Route 53 zone of the host name.",
    holds: [
      'can(regex("^[A-Z0-9]{1,32}$", var.hosted_zone_id))',
      "hosted_zone_id must be the ID of a zone, such as Z0123456789ABC.",
    ],
  },
};

const certificate = (region: string): Variable => ({
  type: "object({ arn = string })",
  description: `Its ACM certificate, in ${region}. Without it, the module makes one and validates it through the zone.`,
  default: null,
  holds: [isArn("var.certificate.arn", ARNS.certificate), `certificate.arn ${arnRule(ARNS.certificate)}.`],
});

/** What a module makes where no certificate is given. */
export const FRONT_MADE_IF = (part: string): MadeIf => ({
  resources: { [`${part}_certificate`]: "var.certificate == null" },
  statements: {},
  variables: {},
  inputs: {},
});

function certificateArn(part: string): string {
  return expression(
    `var.certificate == null ? one(aws_acm_certificate_validation.${part}_certificate_validation[*].certificate_arn) : var.certificate.arn`,
  );
}

export const DOMAIN_VARIABLES: Readonly<Record<string, Variable>> = {
  ...HOST,
  certificate: certificate("the service's region"),
  api_id: { type: "string", description: "The service's output api_id." },
  stage_id: { type: "string", description: "The service's output stage_id." },
  tags: SHARED.tags,
};

/** A host name on the API, as a plain Terraform module. */
export class DomainModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const domain = new CustomDomain(this, "host-name", {
      name: ref("host"),
      hostedZoneId: ref("hosted_zone_id"),
      apiId: ref("api_id"),
      stageId: ref("stage_id"),
    });
    for (const name of domain.node.findAll().filter((node) => node instanceof Apigatewayv2DomainName)) {
      name.addOverride("domain_name_configuration.certificate_arn", certificateArn("host_name"));
    }
    tagEverything(domain, ref("tags"));
    this.output({ domainTarget: domain.target });
  }
}

export const EDGE_VARIABLES: Readonly<Record<string, Variable>> = {
  name: SHARED.name("secret-handoff"),
  ...HOST,
  certificate: certificate("us-east-1"),
  api_endpoint: {
    type: "string",
    description: "The service's output api_endpoint.",
    holds: ['can(regex("^https://[a-z0-9.-]+$", var.api_endpoint))', "api_endpoint must read https://HOST."],
  },
  requests_per_address: {
    type: "number",
    description: "Requests that one address may make in five minutes, besides the senders' calls.",
    default: 500,
    holds: [
      isWhole("var.requests_per_address", 10, 2_000_000_000),
      "requests_per_address is a whole number from 10 to 2000000000: AWS WAF accepts no other.",
    ],
  },
  price_class: {
    type: "string",
    description: "CloudFront's price class.",
    default: "PriceClass_100",
    holds: [
      'contains(["PriceClass_100", "PriceClass_200", "PriceClass_All"], var.price_class)',
      "price_class is PriceClass_100, PriceClass_200 or PriceClass_All.",
    ],
  },
  tags: SHARED.tags,
};

/** CloudFront and WAF in front of the API, as a plain Terraform module that takes the provider `aws.us_east_1`. */
export class EdgeModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const edge = new Edge(this, "front", {
      usEast1: new AwsProvider(this, "us-east-1", { alias: "us_east_1" }),
      namePrefix: ref("name"),
      domain: {
        name: ref("host"),
        hostedZoneId: ref("hosted_zone_id"),
      },
      apiHost: expression('replace(var.api_endpoint, "https://", "")'),
      requestsPerAddress: Token.asNumber(ref("requests_per_address")),
      priceClass: ref("price_class"),
    });
    for (const distribution of edge.node.findAll().filter((node) => node instanceof CloudfrontDistribution)) {
      distribution.addOverride("viewer_certificate.acm_certificate_arn", certificateArn("front"));
    }
    tagEverything(edge, ref("tags"));
    this.output({ domainTarget: edge.target });
  }
}
