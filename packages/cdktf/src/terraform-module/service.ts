import { DEFAULT_RETENTION_DAYS } from "@secret-handoff/lambda/tables";
import { Token } from "cdktf";
import type { Construct } from "constructs";
import { LOG_RETENTION_DAYS, LONGEST_EVENT_RETENTION } from "../checks/prop-schemas.ts";
import type { FunctionCode, FunctionName } from "../functions/archive.ts";
import { outputsOf } from "../secret-handoff.ts";
import { Service } from "../service.ts";
import { ReadableStack, tagEverything } from "../terraform.ts";
import {
  expression,
  POLICY,
  POLICY_BYTES,
  POLICY_VARIABLES,
  ref,
  SHARED,
  type Variable,
} from "./variables.ts";

const throttle = (routes: string, rate: number, burst: number): Variable => ({
  type: "object({ rate = number, burst = number })",
  description: `Requests a second, and at once, to ${routes}.`,
  default: { rate, burst },
});

export const SERVICE_VARIABLES: Readonly<Record<string, Variable>> = {
  name: SHARED.name("secret-handoff"),
  origin: {
    type: "string",
    description:
      "Public origin, https://HOST, when modules/domain or modules/edge lead to the service. It becomes part of every link. Without it, the API's own address.",
    default: null,
    holds: [
      'var.origin == null || can(regex("^https://[a-z0-9.-]+$", var.origin))',
      "origin must read https://HOST in lower case, without a path or a trailing slash.",
    ],
  },
  close_default_endpoint: {
    type: "bool",
    description: "True switches the API's own address off: with modules/domain, not with modules/edge.",
    default: false,
  },
  ...POLICY_VARIABLES,
  mail_identity_arn: { type: "string", description: "ARN of the SES identity that codes are mailed from." },
  mail_from: {
    type: "string",
    description: "The sender's address, in that identity.",
    holds: ['can(regex("^[^@ ]+@[^@ ]+$", var.mail_from))', "mail_from must be an address."],
  },
  mail_tls_policy: {
    type: "string",
    description: "REQUIRE bounces mail that would travel in the clear; or OPTIONAL.",
    default: "REQUIRE",
  },
  runtime: { type: "string", description: "Lambda runtime of the functions.", default: "nodejs24.x" },
  memory_size: { type: "number", description: "Memory of each function, MB.", default: 512 },
  log_retention_days: {
    type: "number",
    description: "Days to keep the logs of the functions and of the API.",
    default: 30,
    holds: [
      `contains([${LOG_RETENTION_DAYS.join(", ")}], var.log_retention_days)`,
      `CloudWatch offers a retention of ${LOG_RETENTION_DAYS.join(", ")} days.`,
    ],
  },
  event_retention_days: {
    type: "number",
    description: "Days to keep an audit event in the audit table.",
    default: DEFAULT_RETENTION_DAYS,
    holds: [
      `var.event_retention_days >= 1 && var.event_retention_days <= ${LONGEST_EVENT_RETENTION} && floor(var.event_retention_days) == var.event_retention_days`,
      `event_retention_days must be a whole number of days from 1 to ${LONGEST_EVENT_RETENTION}.`,
    ],
  },
  throttle_page: throttle("GET /h/*", 50, 100),
  throttle_recipient: throttle("POST /v1/handoffs/*", 50, 100),
  throttle_sender: throttle("/v1/sender/*", 20, 100),
  throttle_operators: throttle("/iam/v1/sender/*", 5, 20),
  protect_handoffs: {
    type: "bool",
    description: "Deletion protection of the one-time table.",
    default: true,
  },
  protect_audit: { type: "bool", description: "Deletion protection of the audit table.", default: true },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};

/** The service as a plain Terraform module. */
export class ServiceModule extends ReadableStack {
  constructor(scope: Construct, id: string, code: Readonly<Record<FunctionName, FunctionCode>>) {
    super(scope, id);
    const limit = (route: string) => ({
      rate: number(`throttle_${route}.rate`),
      burst: number(`throttle_${route}.burst`),
    });
    const service = new Service(this, "service", {
      name: ref("name"),
      code,
      policyJson: expression(POLICY),
      origin: (apiEndpoint) => expression(`coalesce(var.origin, ${apiEndpoint})`),
      closeDefaultEndpoint: Token.asAny(ref("close_default_endpoint")),
      mail: {
        kind: "ses",
        identity: "",
        identityArn: ref("mail_identity_arn"),
        from: ref("mail_from"),
        tlsPolicy: ref("mail_tls_policy"),
      },
      runtime: ref("runtime"),
      memorySize: number("memory_size"),
      logRetentionDays: number("log_retention_days"),
      eventRetentionDays: number("event_retention_days"),
      throttles: {
        page: limit("page"),
        recipient: limit("recipient"),
        sender: limit("sender"),
        operators: limit("operators"),
      },
      deletionProtection: {
        handoffs: Token.asAny(ref("protect_handoffs")),
        audit: Token.asAny(ref("protect_audit")),
      },
      permissionsBoundaryArn: ref("permissions_boundary_arn"),
    });
    service.functions.sender.function.addOverride("lifecycle.precondition", [
      {
        condition: expression(`length(jsonencode(${POLICY})) <= ${POLICY_BYTES}`),
        error_message: `senders and classes take more than the ${POLICY_BYTES} bytes that Lambda leaves for them: name fewer, or split them over two services.`,
      },
    ]);
    tagEverything(service, ref("tags"));
    this.output({
      ...outputsOf(service, false),
      operatorEndpoint: expression(
        `var.close_default_endpoint ? var.origin : ${service.api.api.apiEndpoint}`,
      ),
      apiId: service.api.api.id,
      apiEndpoint: service.api.api.apiEndpoint,
      stageId: service.api.stage.id,
    });
  }
}

function number(name: string): number {
  return Token.asNumber(ref(name));
}
