import { readFileSync } from "node:fs";
import { type Loopback, serveLoopback } from "@secret-handoff/local";
import type { RunningFunction } from "./lambda.ts";
import { resources, type SynthesisedStack } from "./synthesis.ts";

const RECORDED = JSON.parse(
  readFileSync(new URL("./fixtures/http-event.json", import.meta.url), "utf8"),
) as typeof import("./fixtures/http-event.json");

type HttpResult = {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
};

/** A person's AWS identity, as API Gateway tells it once it has checked the signature. */
const PERSON = "arn:aws:sts::123456789012:assumed-role/platform/ana";

/**
 * The stack's HTTP API on this machine: its routes, each leading to the function that the stack says, with events of payload 2.0.
 * The path arrives decoded, as HTTP APIs hand it on. A route with AWS_IAM asks for a signature and does not check it.
 */
export function serveGateway(
  json: SynthesisedStack,
  functions: Readonly<Record<string, RunningFunction>>,
): Promise<Loopback> {
  const routes = resources(json, "aws_apigatewayv2_route").map((route) => {
    const integration = /integrations\/\$\{aws_apigatewayv2_integration\.http_(\w+)_integration/.exec(
      String(route.target),
    );
    const [method = "", path = ""] = String(route.route_key).split(" ");
    return {
      key: String(route.route_key),
      method,
      matches: path.endsWith("{proxy+}")
        ? (pathname: string) => pathname.startsWith(path.replace("{proxy+}", ""))
        : (pathname: string) => pathname === path,
      iam: route.authorization_type === "AWS_IAM",
      target: integration?.[1] ?? "",
    };
  });
  return serveLoopback(async (request, url) => {
    const route = routes.find(
      ({ method, matches }) => (method === "ANY" || method === request.method) && matches(url.pathname),
    );
    const target = functions[route?.target ?? ""];
    if (!route || !target) return Response.json({ message: "Not Found" }, { status: 404 });
    if (route.iam && !request.headers.get("authorization")?.startsWith("AWS4-HMAC-SHA256 ")) {
      return Response.json({ message: "Forbidden" }, { status: 403 });
    }
    const { statusCode, headers, body, isBase64Encoded } = (await target.invoke(
      await eventOf(request, url, route),
    )) as HttpResult;
    const empty = [204, 304].includes(statusCode) || request.method === "HEAD";
    const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
    return new Response(empty ? null : bytes, { status: statusCode, headers });
  });
}

async function eventOf(request: Request, url: URL, route: { readonly key: string; readonly iam: boolean }) {
  const body = await request.text();
  const rawPath = decodeURIComponent(url.pathname);
  const http = { ...RECORDED.requestContext.http, method: request.method, path: rawPath };
  const { body: _, ...recorded } = RECORDED;
  return {
    ...recorded,
    routeKey: route.key,
    rawPath,
    rawQueryString: url.search.slice(1),
    headers: { ...RECORDED.headers, ...Object.fromEntries(request.headers) },
    requestContext: {
      ...RECORDED.requestContext,
      http,
      routeKey: route.key,
      ...(route.iam ? { authorizer: { iam: { userArn: PERSON } } } : {}),
    },
    ...(body === "" ? {} : { body: Buffer.from(body).toString("base64"), isBase64Encoded: true }),
  };
}
