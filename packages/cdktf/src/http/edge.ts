import { CloudfrontDistribution } from "@cdktf/provider-aws/lib/cloudfront-distribution/index.js";
import { Wafv2WebAcl } from "@cdktf/provider-aws/lib/wafv2-web-acl/index.js";
import { Construct } from "constructs";
import type { DomainProps, EdgeProps } from "../props.ts";
import { aliasRecords, Certificate } from "./host-name.ts";

type EdgeConstructProps = EdgeProps & {
  readonly namePrefix: string;
  readonly domain: DomainProps;
  /** `ID.execute-api.REGION.amazonaws.com` */
  readonly apiHost: string;
};

/** AWS's own policies, by the ids that are the same in every account. */
const CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/** The service needs the browser's headers as they came: it knows a service worker's request by one (`Service-Worker: script`). */
const ALL_VIEWER_EXCEPT_HOST_HEADER = "b689b0a8-53d0-40ab-baf2-68738e2966ac";
/** The zone of every CloudFront distribution. */
const CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2";

const DEFAULT_REQUESTS_PER_ADDRESS = 500;
/** Runners share addresses, and one that waits for its recipients asks often. */
const SENDERS_REQUESTS_PER_ADDRESS = 5_000;
/** CloudFront keeps these for ten seconds otherwise, whatever they say of themselves, and answers one caller with another's. */
const NEVER_KEPT = [404, 405, 414, 500, 501, 502, 503, 504] as const;
/** Their rules read the first bytes of a body; none of them limits its size, which would refuse large handoffs. */
const MANAGED_RULES = [
  "AWSManagedRulesAmazonIpReputationList",
  "AWSManagedRulesKnownBadInputsRuleSet",
] as const;

/**
 * CloudFront and AWS WAF in front of the API. Neither logs: their logs and samples hold paths, and a mangled link has its
 * key in the path. Nothing is cached. The API's own address stays open, for CloudFront and for operators; the
 * route limits hold there as well.
 */
export class Edge extends Construct {
  readonly target: string;

  constructor(scope: Construct, id: string, props: EdgeConstructProps) {
    super(scope, id);
    const { domain, usEast1 } = props;
    const certificateArn =
      domain.certificateArn ?? new Certificate(this, "certificate", { ...domain, provider: usEast1 }).arn;
    const distribution = new CloudfrontDistribution(this, "distribution", {
      comment: props.namePrefix,
      enabled: true,
      isIpv6Enabled: true,
      httpVersion: "http2and3",
      priceClass: props.priceClass ?? "PriceClass_100",
      aliases: [domain.name],
      webAclId: props.webAclArn ?? this.#webAcl(props).arn,
      origin: [
        {
          originId: "api",
          domainName: props.apiHost,
          customOriginConfig: {
            httpPort: 80,
            httpsPort: 443,
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
          },
        },
      ],
      defaultCacheBehavior: {
        targetOriginId: "api",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        cachedMethods: ["GET", "HEAD"],
        cachePolicyId: CACHING_DISABLED,
        originRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
        compress: true,
      },
      customErrorResponse: NEVER_KEPT.map((errorCode) => ({ errorCode, errorCachingMinTtl: 0 })),
      restrictions: { geoRestriction: { restrictionType: "none" } },
      viewerCertificate: {
        acmCertificateArn: certificateArn,
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: "TLSv1.2_2021",
      },
    });
    this.target = distribution.domainName;
    if (domain.hostedZoneId !== undefined) {
      aliasRecords(this, {
        name: domain.name,
        hostedZoneId: domain.hostedZoneId,
        target: distribution.domainName,
        targetZoneId: CLOUDFRONT_ZONE,
        types: ["A", "AAAA"],
      });
    }
  }

  #webAcl(props: EdgeConstructProps): Wafv2WebAcl {
    const unseen = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      // A sample holds the request's path.
      sampledRequestsEnabled: false,
      metricName,
    });
    const limit = props.requestsPerAddress ?? DEFAULT_REQUESTS_PER_ADDRESS;
    return new Wafv2WebAcl(this, "web-acl", {
      provider: props.usEast1,
      name: props.namePrefix,
      scope: "CLOUDFRONT",
      defaultAction: { allow: {} },
      visibilityConfig: unseen(props.namePrefix),
      rule: [
        {
          name: "requests-per-address",
          priority: 0,
          action: { block: {} },
          statement: perAddress(limit, { not_statement: { statement: OF_SENDERS } }),
          visibilityConfig: unseen("requests-per-address"),
        },
        {
          name: "senders-requests-per-address",
          priority: 1,
          action: { block: {} },
          statement: perAddress(SENDERS_REQUESTS_PER_ADDRESS, OF_SENDERS),
          visibilityConfig: unseen("senders-requests-per-address"),
        },
        ...MANAGED_RULES.map((name, index) => ({
          name,
          priority: index + 2,
          overrideAction: { none: {} },
          statement: { managed_rule_group_statement: { vendor_name: "AWS", name } },
          visibilityConfig: unseen(name),
        })),
      ],
    });
  }
}

/** Statements nest without end, so the bindings hand them to Terraform as they stand. */
const OF_SENDERS = {
  byte_match_statement: {
    field_to_match: { uri_path: {} },
    positional_constraint: "STARTS_WITH",
    search_string: "/v1/sender/",
    text_transformation: { priority: 0, type: "NORMALIZE_PATH" },
  },
};

/** @param limit requests of one address in five minutes */
function perAddress(limit: number, scope: object) {
  return { rate_based_statement: { aggregate_key_type: "IP", limit, scope_down_statement: scope } };
}
