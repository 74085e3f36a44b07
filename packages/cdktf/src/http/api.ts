import { Apigatewayv2Api } from "@cdktf/provider-aws/lib/apigatewayv2-api/index.js";
import { Apigatewayv2Integration } from "@cdktf/provider-aws/lib/apigatewayv2-integration/index.js";
import { Apigatewayv2Route } from "@cdktf/provider-aws/lib/apigatewayv2-route/index.js";
import { Apigatewayv2Stage } from "@cdktf/provider-aws/lib/apigatewayv2-stage/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import type { IResolvable } from "cdktf";
import { Construct } from "constructs";
import type { ServiceFunction } from "../functions/service-function.ts";
import type { Throttle, ThrottleProps } from "../props.ts";

type HttpApiProps = {
  readonly name: string;
  readonly recipient: ServiceFunction;
  readonly sender: ServiceFunction;
  readonly throttles?: ThrottleProps | undefined;
  readonly logRetentionDays: number;
  /** True where a domain of one's own leads to the API: its own address is then switched off. */
  readonly closeDefaultEndpoint: boolean | IResolvable;
};

const DEFAULT_THROTTLES: Readonly<Record<keyof ThrottleProps, Throttle>> = {
  page: { rate: 50, burst: 100 },
  recipient: { rate: 50, burst: 100 },
  sender: { rate: 20, burst: 100 },
  operators: { rate: 5, burst: 20 },
};

/** Of the routes beside the page's own: each route has a limit by itself, and their sum is what a flood can cost. */
const SELDOM: Throttle = { rate: 5, burst: 50 };

/** What lets an operator call the sender's routes, as the last part of an execute-api ARN. */
export const OPERATOR_ROUTES = "*/*/iam/v1/sender/*";

/**
 * One line a request: what kind of route, how it ended, how long it took. Never the path (a mangled link has its key
 * there), a query, a body, an address or a user agent.
 */
const ACCESS_LOG = {
  requestId: "$context.requestId",
  time: "$context.requestTime",
  route: "$context.routeKey",
  status: "$context.status",
  responseLength: "$context.responseLength",
  responseLatency: "$context.responseLatency",
  integrationLatency: "$context.integrationLatency",
  integrationStatus: "$context.integration.integrationStatus",
  error: "$context.error.responseType",
};

/** The public face: an HTTP API (payload 2.0) whose every route has a limit. */
export class HttpApi extends Construct {
  readonly api: Apigatewayv2Api;
  readonly stage: Apigatewayv2Stage;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { recipient, sender } = props;
    const limit = (routes: keyof ThrottleProps) => props.throttles?.[routes] ?? DEFAULT_THROTTLES[routes];
    const throttles = {
      ...{ page: limit("page"), recipient: limit("recipient") },
      ...{ sender: limit("sender"), operators: limit("operators") },
    };
    this.api = new Apigatewayv2Api(this, "api", {
      name: props.name,
      description: "secret-handoff: links that work once",
      protocolType: "HTTP",
      disableExecuteApiEndpoint: props.closeDefaultEndpoint,
    });
    const toRecipient = this.#integrate("recipient-integration", recipient);
    const toSender = this.#integrate("sender-integration", sender);
    const routes = [
      this.#route("get-index", "GET /", toRecipient, SELDOM),
      this.#route("head-index", "HEAD /", toRecipient, SELDOM),
      // A link whose path was lost still has its key, and the page derives the id from it.
      this.#route("get-page-alone", "GET /h", toRecipient, SELDOM),
      this.#route("head-page-alone", "HEAD /h", toRecipient, SELDOM),
      this.#route("get-page", "GET /h/{proxy+}", toRecipient, throttles.page),
      this.#route("head-page", "HEAD /h/{proxy+}", toRecipient, SELDOM),
      // At any other address a page says that no link was opened; API Gateway itself would answer in JSON.
      this.#route("get-anything", "GET /{proxy+}", toRecipient, SELDOM),
      this.#route("post-handoffs", "POST /v1/handoffs/{proxy+}", toRecipient, throttles.recipient),
      this.#route("any-sender", "ANY /v1/sender/{proxy+}", toSender, throttles.sender),
      this.#route("any-operators", "ANY /iam/v1/sender/{proxy+}", toSender, throttles.operators, "AWS_IAM"),
    ];
    this.#admit("index-permission", recipient, "*/*/");
    this.#admit("page-alone-permission", recipient, "*/*/h");
    this.#admit("page-permission", recipient, "*/*/h/*");
    this.#admit("anything-permission", recipient, "*/GET/*");
    this.#admit("handoffs-permission", recipient, "*/POST/v1/handoffs/*");
    this.#admit("sender-permission", sender, "*/*/v1/sender/*");
    this.#admit("operators-permission", sender, OPERATOR_ROUTES);
    const logs = new CloudwatchLogGroup(this, "logs", {
      // Under this prefix API Gateway's one resource policy covers every group; elsewhere they soon run out.
      name: `/aws/vendedlogs/apis/${props.name}`,
      retentionInDays: props.logRetentionDays,
    });
    this.stage = new Apigatewayv2Stage(this, "stage", {
      apiId: this.api.id,
      name: "$default",
      autoDeploy: true,
      accessLogSettings: { destinationArn: logs.arn, format: JSON.stringify(ACCESS_LOG) },
      // A route that is not listed below does not exist; should one be added, it starts with the strictest limit.
      defaultRouteSettings: {
        throttlingRateLimit: throttles.operators.rate,
        throttlingBurstLimit: throttles.operators.burst,
      },
      routeSettings: routes.map(({ route, throttle }) => ({
        routeKey: route.routeKey,
        throttlingRateLimit: throttle.rate,
        throttlingBurstLimit: throttle.burst,
      })),
      dependsOn: routes.map(({ route }) => route),
    });
  }

  #integrate(id: string, target: ServiceFunction): Apigatewayv2Integration {
    return new Apigatewayv2Integration(this, id, {
      apiId: this.api.id,
      integrationType: "AWS_PROXY",
      integrationUri: target.function.invokeArn,
      payloadFormatVersion: "2.0",
    });
  }

  #route(
    id: string,
    routeKey: string,
    integration: Apigatewayv2Integration,
    throttle: Throttle,
    authorizationType = "NONE",
  ) {
    const route = new Apigatewayv2Route(this, id, {
      apiId: this.api.id,
      routeKey,
      target: `integrations/${integration.id}`,
      authorizationType,
    });
    return { route, throttle };
  }

  #admit(id: string, target: ServiceFunction, calls: string): void {
    new LambdaPermission(this, id, {
      action: "lambda:InvokeFunction",
      functionName: target.function.functionName,
      principal: "apigateway.amazonaws.com",
      sourceArn: `${this.api.executionArn}/${calls}`,
    });
  }
}
