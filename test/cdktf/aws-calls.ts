import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createRecipientKeys, type Loopback, serveLoopback } from "@secret-handoff/local";
import { allows, type Call, type PolicyStatement } from "./iam.ts";
import type { Meter } from "./meter.ts";
import { ref } from "./synthesis.ts";

type Body = Record<string, unknown> & {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: object;
  readonly Item?: object;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ProjectionExpression?: string;
  readonly Select?: string;
  readonly ReturnValues?: string;
};

/** One call that a function made, and whether its role's policy allows it. */
export type ObservedCall = Call & { readonly allowed: boolean; readonly body: Body };

export type AwsForOneRole = Loopback & {
  readonly calls: readonly ObservedCall[];
  /** While it is silent, SES takes a mail and never answers. */
  readonly ses: { silent: boolean };
};

/** What stands behind the calls. */
export type Backends = {
  /** DynamoDB as dynalite knows it. */
  readonly engine: string;
  /** The stack's references by the tables' names. */
  readonly tables: Readonly<Record<string, string>>;
  readonly meter: Meter;
};

/** Stands for the key that signs seals. */
export const SEAL_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" });

/**
 * AWS as one function's role sees it: what the role's policy does not allow is refused. DynamoDB is dynalite; KMS has the local stack's
 * keys; EventBridge and SES take what they are given.
 */
export function serveAwsFor(
  statements: readonly PolicyStatement[],
  { engine, tables, meter }: Backends,
): Promise<AwsForOneRole> {
  const calls: ObservedCall[] = [];
  const ses = { silent: false };
  const serve = async (request: Request, url: URL): Promise<Response> => {
    const text = await request.text();
    const body = JSON.parse(text) as Body;
    const target = request.headers.get("x-amz-target") ?? "";
    const call = callOf(url.pathname, target, body, tables);
    const allowed = allows(statements, call);
    calls.push({ ...call, allowed, body });
    if (!allowed) {
      return answer(400, {
        __type: "com.amazon.coral.service#AccessDeniedException",
        message: `not allowed: ${call.action} on ${call.resource}`,
      });
    }
    if (target.startsWith("DynamoDB_")) {
      const headers = new Headers(request.headers);
      for (const name of ["host", "connection", "content-length"]) headers.delete(name);
      const metered = JSON.stringify({ ...body, ReturnConsumedCapacity: "TOTAL" });
      let response = new Response();
      const answered = await meter.count(call.action.replace("dynamodb:", ""), body, async () => {
        response = await fetch(engine, { method: "POST", headers, body: metered });
        return response.text();
      });
      return new Response(answered, { status: response.status, headers: plain(response) });
    }
    if (call.action.startsWith("kms:")) return answer(200, await answerOfKms(call.action, body));
    if (call.action === "events:PutEvents") return answer(200, { FailedEntryCount: 0, Entries: [] });
    if (ses.silent) return new Promise(() => {});
    return answer(200, { MessageId: randomUUID() });
  };
  return serveLoopback(serve).then((loopback) => ({ ...loopback, calls, ses }));
}

const KEYS = createRecipientKeys();

async function answerOfKms(action: string, body: Body): Promise<object> {
  const bytes = (name: string) => Buffer.from(String(body[name] ?? ""), "base64");
  const base64 = (value: Uint8Array | undefined) => Buffer.from(value ?? []).toString("base64");
  const { entry = "" } = (body.EncryptionContext ?? {}) as { readonly entry?: string };
  if (action === "kms:Sign")
    return { Signature: sign("sha256", bytes("Message"), SEAL_KEY.privateKey).toString("base64") };
  if (action === "kms:DescribeKey")
    return { KeyMetadata: { KeyId: "seals", CreationDate: Date.now() / 1_000 } };
  if (action === "kms:GetPublicKey")
    return { PublicKey: SEAL_KEY.publicKey.export({ type: "spki", format: "der" }).toString("base64") };
  if (action === "kms:GenerateMac") return { Mac: base64(await KEYS.macOf(bytes("Message").toString())) };
  return action === "kms:Encrypt"
    ? { CiphertextBlob: base64(await KEYS.addresses?.encrypt(entry, bytes("Plaintext"))) }
    : { Plaintext: base64(await KEYS.addresses?.decrypt(entry, bytes("CiphertextBlob"))) };
}

/** dynalite's checksum is of the bytes as it sent them. */
function plain(response: Response): Record<string, string> {
  const kept = ["content-type", "x-amz-crc32", "x-amzn-requestid"];
  return Object.fromEntries([...response.headers].filter(([name]) => kept.includes(name)));
}

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/x-amz-json-1.1" },
  });
}

/** A request as IAM sees it: action, resource and condition keys (Service Authorization Reference). */
function callOf(path: string, target: string, body: Body, tables: Backends["tables"]): Call {
  const operation = target.split(".")[1] ?? "";
  if (target.startsWith("DynamoDB_")) {
    const [name = body.TableName ?? ""] = Object.keys((body.RequestItems ?? {}) as object);
    const table = tables[name] ?? `unknown table ${name}`;
    const resource = body.IndexName === undefined ? table : `${table}/index/${body.IndexName}`;
    return { action: `dynamodb:${operation}`, resource, context: dynamoContext(operation, body) };
  }
  if (target.startsWith("TrentService.")) {
    if (operation === "Sign") {
      const { SigningAlgorithm } = body as { readonly SigningAlgorithm?: string };
      return {
        action: "kms:Sign",
        resource: ref("aws_kms_key.seals_key.arn"),
        context: { "kms:SigningAlgorithm": SigningAlgorithm ?? "" },
      };
    }
    if (operation === "DescribeKey" || operation === "GetPublicKey")
      return { action: `kms:${operation}`, resource: ref("aws_kms_key.seals_key.arn"), context: {} };
    const key = operation === "GenerateMac" ? "mac" : "address";
    const context = Object.entries((body.EncryptionContext ?? {}) as Record<string, string>).map(
      ([name, value]) => [`kms:EncryptionContext:${name}`, value] as const,
    );
    return {
      action: `kms:${operation}`,
      resource: ref(`aws_kms_key.recipients_${key}.arn`),
      context: Object.fromEntries(context),
    };
  }
  if (target.startsWith("AWSEvents.")) {
    const { Entries } = body as unknown as { readonly Entries: readonly Record<string, string>[] };
    const each = (part: string) => [...new Set(Entries.map((entry) => entry[part] ?? ""))];
    return {
      action: `events:${operation}`,
      resource: ref("aws_cloudwatch_event_bus.events_bus.arn"),
      context: { "events:source": each("Source"), "events:detail-type": each("DetailType") },
    };
  }
  if (path === "/v2/email/outbound-emails") {
    const { FromEmailAddress } = body;
    return {
      action: "ses:SendEmail",
      resource: ref("aws_sesv2_email_identity.mail_identity.arn"),
      context: { "ses:FromAddress": String(FromEmailAddress) },
    };
  }
  throw new Error(`a function called ${target || path}, which no role of ours may`);
}

function dynamoContext(operation: string, body: Body): Call["context"] {
  const attributes = new Set([
    ...Object.keys(body.Key ?? {}),
    ...Object.keys(body.Item ?? {}),
    ...Object.values(body.ExpressionAttributeNames ?? {}),
  ]);
  const everything = body.IndexName === undefined ? "ALL_ATTRIBUTES" : "ALL_PROJECTED_ATTRIBUTES";
  const select =
    body.Select ?? (body.ProjectionExpression === undefined ? everything : "SPECIFIC_ATTRIBUTES");
  const { stream, id } = (body.Key ?? body.Item ?? {}) as Record<string, { readonly S?: string } | undefined>;
  const leading = stream?.S ?? id?.S;
  return {
    "dynamodb:Attributes": [...attributes],
    ...(leading === undefined ? {} : { "dynamodb:LeadingKeys": [leading] }),
    ...(operation === "GetItem" || operation === "Query" ? { "dynamodb:Select": select } : {}),
    ...(body.ReturnValues === undefined ? {} : { "dynamodb:ReturnValues": body.ReturnValues }),
  };
}
