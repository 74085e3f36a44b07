import { Apigatewayv2ApiMapping } from "@cdktf/provider-aws/lib/apigatewayv2-api-mapping/index.js";
import { Apigatewayv2DomainName } from "@cdktf/provider-aws/lib/apigatewayv2-domain-name/index.js";
import { Construct } from "constructs";
import { Certificate } from "./certificate.ts";
import { aliasRecords } from "./dns.ts";

export type CustomDomainProps = {
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
