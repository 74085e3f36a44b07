import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate/index.js";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation/index.js";
import { Apigatewayv2ApiMapping } from "@cdktf/provider-aws/lib/apigatewayv2-api-mapping/index.js";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { InvalidProps } from "../checks/schema.ts";

type CustomDomainProps = {
  readonly name: string;
  readonly apiId: string;
  readonly stageId: string;
  readonly certificateArn?: string | undefined;
  readonly hostedZoneId?: string | undefined;
};

/** A host name of one's own on the API. */
export class CustomDomain extends Construct {
  /** Where the host name must point, for those who keep their DNS elsewhere. */
  readonly target: string;

  constructor(scope: Construct, id: string, props: CustomDomainProps) {
    super(scope, id);
    const { hostedZoneId } = props;
    const certificateArn = props.certificateArn ?? new Certificate(this, "certificate", props).arn;
    const domain = new Apigatewayv2DomainName(this, "domain", {
      domainName: props.name,
      domainNameConfiguration: {
        certificateArn,
        endpointType: "REGIONAL",
        securityPolicy: "TLS_1_2",
      },
    });
    new Apigatewayv2ApiMapping(this, "mapping", {
      apiId: props.apiId,
      domainName: domain.id,
      stage: props.stageId,
    });
    const target = domain.domainNameConfiguration;
    this.target = target.targetDomainName;
    if (hostedZoneId !== undefined) {
      aliasRecords(this, {
        name: props.name,
        hostedZoneId,
        target: target.targetDomainName,
        targetZoneId: target.hostedZoneId,
        types: ["A"],
      });
    }
  }
}

type CertificateProps = {
  readonly name: string;
  /** The zone that proves that the name is ours. */
  readonly hostedZoneId?: string | undefined;
  /** Where the certificate is kept, if that is not the stack's region. */
  readonly provider?: TerraformProvider | undefined;
};

/** A certificate for one host name, validated through DNS. */
export class Certificate extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id);
    const { name, hostedZoneId, provider } = props;
    if (hostedZoneId === undefined) {
      throw new InvalidProps(["a certificate can be made only with hostedZoneId; else give certificateArn"]);
    }
    const elsewhere = provider === undefined ? {} : { provider };
    const certificate = new AcmCertificate(this, "certificate", {
      ...elsewhere,
      domainName: name,
      validationMethod: "DNS",
      lifecycle: { createBeforeDestroy: true },
    });
    const proof = certificate.domainValidationOptions.get(0);
    const record = new Route53Record(this, "validation-record", {
      zoneId: hostedZoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      allowOverwrite: true,
    });
    this.arn = new AcmCertificateValidation(this, "validation", {
      ...elsewhere,
      certificateArn: certificate.arn,
      validationRecordFqdns: [record.fqdn],
    }).certificateArn;
  }
}

type AliasProps = {
  readonly name: string;
  readonly hostedZoneId: string;
  readonly target: string;
  readonly targetZoneId: string;
  /** AAAA only where the target answers over IPv6. */
  readonly types: readonly ("A" | "AAAA")[];
};

/** Points a host name at an AWS endpoint. */
export function aliasRecords(scope: Construct, props: AliasProps): void {
  for (const type of props.types) {
    new Route53Record(scope, `record-${type.toLowerCase()}`, {
      zoneId: props.hostedZoneId,
      name: props.name,
      type,
      alias: { name: props.target, zoneId: props.targetZoneId, evaluateTargetHealth: false },
    });
  }
}
