import { Route53Record } from "@cdktf/provider-aws/lib/route53-record/index.js";
import type { Construct } from "constructs";

export type AliasProps = {
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
