import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Context, Hono } from "hono";
import { workerRefusal } from "../http/app.ts";
import { ProblemError } from "../http/problem.ts";

/** An event of an HTTP API, whose IAM authoriser, on the routes that have one, adds the verified caller. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: {
    readonly authorizer?: { readonly iam?: { readonly userArn?: string | null } | null } | null;
  };
};

/** What a deployment invokes a function with when it has changed it. A function that cannot read its environment fails before. */
export type StartCheck = { readonly check: "start" };

/**
 * Runs a Hono app on API Gateway's payload 2.0. Written here because a general adapter logs what it cannot parse, and a path may
 * hold a key. See "Working with AWS Lambda proxy integrations for HTTP APIs" in the API Gateway guide.
 */
export function httpHandler(
  app: Hono,
): (event: HttpEvent | StartCheck) => Promise<APIGatewayProxyStructuredResultV2 | "started"> {
  return async (event) => {
    if ("check" in event) return "started";
    const response = refusal(event) ?? (await app.fetch(toRequest(event), { event }));
    const isBase64Encoded = response.headers.has("content-encoding");
    const body = Buffer.from(await response.arrayBuffer());
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: body.toString(isBase64Encoded ? "base64" : "utf8"),
      isBase64Encoded,
    };
  };
}

/** Methods that the routes know; `Request` throws at TRACE, TRACK and CONNECT. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * What reaches no route: a method that HTTP clients do not send, and a path with dot segments or control characters. A
 * URL resolves the first and leaves out some of the others (`.\n.` becomes `..`), so that a path would be checked by one route of API
 * Gateway and answered by another of the app.
 */
function refusal({ rawPath, requestContext, headers }: HttpEvent): Response | undefined {
  if (!METHODS.includes(requestContext.http.method)) {
    const allow = METHODS.join(", ");
    return new ProblemError("method_not_allowed", `Known here: ${allow}.`, {
      headers: { allow },
    }).toResponse();
  }
  const hasDots = rawPath.split(/[/\\]/).some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (!hasDots && !/[\x00-\x1f\x7f]/.test(rawPath)) return undefined;
  // A worker's script may have had such a path.
  const nothing = new ProblemError("not_found", "There is nothing at this address.");
  return (workerRefusal(headersOf(headers)) ?? nothing).toResponse();
}

/** The principal whose signature API Gateway has checked, if the route asked for one. */
export function iamPrincipal(c: Context): string | undefined {
  const { event } = c.env as { readonly event?: HttpEvent };
  return event?.requestContext.authorizer?.iam?.userArn ?? undefined;
}

/**
 * The address that a request came from. API Gateway ends `X-Forwarded-For` with the one that called it; where that is CloudFront, the one
 * before is the viewer's. Whoever calls past CloudFront can pretend to be there: it only says what to look into.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
 */
export function sourceAddress(c: Context): string | undefined {
  const { event } = (c.env ?? {}) as { readonly event?: HttpEvent };
  const forwarded = event?.headers["x-forwarded-for"]?.split(",").map((part) => part.trim()) ?? [];
  const viewer = event?.headers["x-amz-cf-id"] === undefined ? undefined : forwarded.at(-2);
  return viewer ?? event?.requestContext.http.sourceIp;
}

function toRequest(event: HttpEvent): Request {
  const { method } = event.requestContext.http;
  const query = event.rawQueryString ? `?${event.rawQueryString.replaceAll("#", "%23")}` : "";
  const body =
    event.body === undefined ? null : Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  return new Request(`https://lambda.invalid${encodePath(event.rawPath)}${query}`, {
    method,
    headers: headersOf(event.headers),
    body: method === "GET" || method === "HEAD" ? null : body,
  });
}

function headersOf(given: HttpEvent["headers"]): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    // The gateway hands on what no header may hold (RFC 9110, section 5.5), and Headers would throw at it.
    if (value !== undefined && isHeaderName(name))
      headers.set(name, value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?"));
  }
  return headers;
}

/** A token (RFC 9110, section 5.6.2). Headers would throw at any other name, and no route asks for one. */
function isHeaderName(name: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name);
}

/** HTTP API hands the path on decoded. A `#` that a gateway had encoded must not cut the URL, nor count as its query. */
function encodePath(rawPath: string): string {
  return rawPath.replace(/[%#?\\]/g, encodeURIComponent);
}
