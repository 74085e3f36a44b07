import type { Emulator } from "./emulators.ts";
import type { Change } from "./root.ts";

/** What a second plan may show, because the emulator does not give back what it was told. Nothing else may differ. */
type Allowed = {
  readonly emulator: Emulator["name"];
  readonly type: string;
  /** Attributes, or an action. */
  readonly parts: readonly string[];
  readonly reason: string;
};

const ALLOWED: readonly Allowed[] = [
  {
    emulator: "moto",
    type: "aws_lambda_function",
    parts: ["logging_config"],
    reason: "moto keeps no LoggingConfig",
  },
  {
    emulator: "moto",
    type: "aws_sesv2_configuration_set",
    parts: ["tracking_options"],
    reason: "moto answers TrackingOptions {} where AWS leaves them out",
  },
  {
    emulator: "moto",
    type: "aws_cloudfront_distribution",
    parts: ["default_cache_behavior", "viewer_certificate"],
    reason: "moto answers its own defaults for parts of a distribution",
  },
  {
    emulator: "moto",
    type: "aws_sesv2_email_identity",
    parts: ["tags", "tags_all"],
    reason: "moto keeps no tags of an identity",
  },
  {
    emulator: "moto",
    type: "aws_apigatewayv2_domain_name",
    parts: ["mutual_tls_authentication"],
    reason: "moto answers an empty MutualTlsAuthentication where AWS leaves it out",
  },
  {
    emulator: "MiniStack",
    type: "aws_sesv2_email_identity",
    parts: ["configuration_set_name"],
    reason: "MiniStack answers GetEmailIdentity without the configuration set",
  },
  {
    emulator: "MiniStack",
    type: "aws_cloudwatch_metric_alarm",
    parts: [
      "actions_enabled",
      "alarm_actions",
      "alarm_description",
      "dimensions",
      "ok_actions",
      "period",
      "statistic",
      "treat_missing_data",
    ],
    reason: "MiniStack answers DescribeAlarms without most of an alarm",
  },
];

/** @returns what must not differ, a line each */
export function unexpected(emulator: Emulator["name"], changes: readonly Change[]): readonly string[] {
  return changes.flatMap(({ address, type, parts }) => {
    const allowed = ALLOWED.filter((entry) => entry.emulator === emulator && entry.type === type).flatMap(
      (entry) => entry.parts,
    );
    const rest = parts.filter((part) => !allowed.includes(part));
    return rest.length === 0 ? [] : [`${address}: ${rest.join(", ")}`];
  });
}

/** Allowances that no plan has needed: they hide what the emulator has learnt since. */
export function unused(emulator: Emulator["name"], changes: readonly Change[]): readonly string[] {
  return ALLOWED.filter((entry) => entry.emulator === emulator)
    .flatMap(({ type, parts }) => parts.map((part) => ({ type, part })))
    .filter(
      ({ type, part }) => !changes.some((change) => change.type === type && change.parts.includes(part)),
    )
    .map(({ type, part }) => `${type} ${part}`);
}
