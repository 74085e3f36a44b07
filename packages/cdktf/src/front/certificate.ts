import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate/index.js";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation/index.js";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import type { TerraformProvider } from "cdktf";
import { Construct } from "constructs";
import { InvalidProps } from "../checks/invalid-props.ts";

export type CertificateProps = {
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
