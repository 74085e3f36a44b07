import { type AttributeValue, DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { constructStack, getSmithyContext } from "@smithy/core/client";
import { getEndpointFromInstructions } from "@smithy/core/endpoints";
import { HttpRequest, type HttpResponse } from "@smithy/core/protocols";
import { retryMiddleware } from "@smithy/core/retry";
import { getSchemaSerdePlugin } from "@smithy/core/schema";
import type {
  EndpointV2,
  HandlerExecutionContext,
  InitializeMiddleware,
  MetadataBearer,
} from "@smithy/types";
import type { Attributes } from "./expressions.ts";

/** A logger without methods: the SDK would otherwise describe each call, at some cost, to a logger that drops it. */
const silent: NonNullable<DynamoDBClientConfig["logger"]> = Object.create(null);

/** Steps of a call that DynamoDB does not need: they log it, name who makes it, and look for a trace to carry on. */
const UNNEEDED = ["loggerMiddleware", "getUserAgentMiddleware", "recursionDetectionMiddleware"];

/**
 * The client as every function and the local stack use it: nothing logged, the middleware stack resolved once a command, and
 * neither signer nor user agent made anew for each call. It spends about a third less than a plain client on a call.
 */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({ logger: silent, cacheMiddleware: true, ...config });
  for (const step of UNNEEDED) client.middlewareStack.remove(step);
  keepSigner(client.config);
  const options = { step: "initialize", priority: "low", name: "shortCall" } as const;
  client.middlewareStack.add(shortCall(client.config), options);
  return client;
}

/** A signer holds nothing of a call: it gets the time, and asks the (memoised) provider for credentials. */
function keepSigner(config: DynamoDBClient["config"]): void {
  const make = config.signer;
  let kept: Awaited<ReturnType<typeof make>> | undefined;
  config.signer = async (authScheme) => {
    kept ??= await make(authScheme);
    return kept;
  };
}

type Config = DynamoDBClient["config"];
type Input = { readonly TableName?: string } & Readonly<Record<string, unknown>>;
type Output = MetadataBearer & {
  Items?: Attributes[];
  [member: string]: unknown;
};

const UTF_8 = new TextDecoder();

const OPERATIONS: ReadonlySet<string> = new Set(["GetItem", "PutItem", "Query", "UpdateItem"]);

/** The members of their requests and answers that hold attributes, beside `Items`. */
const ATTRIBUTES = [
  "Item",
  "Key",
  "Attributes",
  "ExpressionAttributeValues",
  "ExclusiveStartKey",
  "LastEvaluatedKey",
];

/**
 * Makes the calls of the store's four operations from the SDK's own parts: endpoint, signer, retries, request handler, error
 * classes. It leaves out what the SDK works out anew for every call although it never changes (endpoint rules, the choice of an
 * authentication scheme, copies of the configuration, a walk over the schemas).
 *
 * Middleware of the step `initialize` sees these calls; that of later steps, and options given to a single `send`, do not reach them.
 */
function shortCall(config: Config): InitializeMiddleware<object, MetadataBearer> {
  const endpoints = new Map<string, EndpointV2>();
  const signer = config.httpAuthSchemes.find(({ schemeId }) => schemeId === "aws.auth#sigv4")?.signer;

  return (next, context) => {
    const operation = (context.commandName ?? "").replace(/Command$/, "");
    if (!signer || !OPERATIONS.has(operation)) return next;
    const readError = errorReader(config, context);

    async function endpointOf(input: Input): Promise<EndpointV2> {
      // An endpoint can depend on the account, which comes with the credentials; the SDK remembers those.
      const { accountId = "" } = await config.credentials();
      const key = `${accountId} ${input.TableName}`;
      const known = endpoints.get(key);
      if (known) return known;
      const { commandInstance } = getSmithyContext(context) as { readonly commandInstance: object };
      const made = await getEndpointFromInstructions(
        input,
        commandInstance.constructor as Parameters<typeof getEndpointFromInstructions>[1],
        { ...config },
        context,
      );
      endpoints.set(key, made);
      return made;
    }

    async function attempt(request: HttpRequest, endpoint: EndpointV2) {
      const scheme = endpoint.properties?.authSchemes?.[0];
      // Made for each attempt: the signer notes in it when the request was sent, to learn that this clock is wrong.
      const signing = {
        config,
        context: { ...context, endpointV2: endpoint },
        signingRegion: scheme?.signingRegion,
        signingName: scheme?.signingName ?? "dynamodb",
      };
      // The signer asks for the credentials by itself, and takes no notice of the ones it is handed.
      const signed = await signer?.sign(request, {}, signing);
      try {
        const { response } = await config.requestHandler.handle(signed as HttpRequest);
        const output = await (response.statusCode < 300 ? readOutput(response, config) : readError(response));
        signer?.successHandler?.(response, signing);
        return { response, output };
      } catch (error) {
        signer?.errorHandler?.(signing)(error as Error);
        throw error;
      }
    }

    return async ({ input }) => {
      const endpoint = await endpointOf(input as Input);
      const request = requestOf(operation, input as Input, endpoint);
      const send = retryMiddleware(config)<Output>(() => attempt(request, endpoint), context);
      return send({ input, request });
    };
  };
}

function requestOf(operation: string, input: Input, { url }: EndpointV2): HttpRequest {
  const body = JSON.stringify(encodeMembers(input));
  return new HttpRequest({
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port ? { port: Number(url.port) } : {}),
    path: url.pathname,
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      "content-length": String(Buffer.byteLength(body)),
      host: url.host,
    },
    body,
  });
}

/** Errors are read by the SDK: their class, their fields and the response that they carry decide about retries. */
function errorReader(config: Config, context: HandlerExecutionContext) {
  const stack = constructStack<object, Output>();
  stack.use(getSchemaSerdePlugin(config));
  stack.remove("serializerMiddleware");
  return async (response: HttpResponse): Promise<Output> => {
    const read = stack.resolve<object, Output>(
      async () => ({ response, output: { $metadata: {} } }),
      context,
    );
    return (await read({ input: {} })).output;
  };
}

async function readOutput(response: HttpResponse, { streamCollector }: Config): Promise<Output> {
  const { body } = response;
  const bytes: Uint8Array = body instanceof Uint8Array ? body : await streamCollector(body);
  const output: Output = JSON.parse(UTF_8.decode(bytes));
  for (const name of ATTRIBUTES) if (output[name]) decodeAll(output[name] as Attributes);
  output.Items?.forEach(decodeAll);
  output.$metadata = {
    httpStatusCode: response.statusCode,
    ...(response.headers["x-amzn-requestid"] ? { requestId: response.headers["x-amzn-requestid"] } : {}),
  };
  return output;
}

function encodeMembers(input: Input): object {
  const members: Record<string, unknown> = { ...input };
  for (const name of ATTRIBUTES) if (members[name]) members[name] = encodeAll(members[name] as Attributes);
  return members;
}

function encodeAll(attributes: Attributes): Record<string, unknown> {
  const encoded: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) encoded[name] = encode(value);
  return encoded;
}

function encode(value: AttributeValue): unknown {
  if (value.B) return { B: toBase64(value.B) };
  if (value.BS) return { BS: value.BS.map(toBase64) };
  if (value.L) return { L: value.L.map(encode) };
  return value.M ? { M: encodeAll(value.M) } : value;
}

/** In place: nobody else holds what was just parsed. */
function decodeAll(attributes: Attributes): void {
  for (const value of Object.values(attributes)) decode(value);
}

/** As parsed, bytes are still base64. */
function decode(value: AttributeValue): void {
  const parsed = value as { B?: unknown; BS?: unknown[]; L?: AttributeValue[]; M?: Attributes };
  if (parsed.B !== undefined) parsed.B = fromBase64(parsed.B);
  else if (parsed.BS) parsed.BS = parsed.BS.map(fromBase64);
  else if (parsed.L) parsed.L.forEach(decode);
  else if (parsed.M) decodeAll(parsed.M);
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}

function fromBase64(text: unknown): Uint8Array {
  const { buffer, byteOffset, length } = Buffer.from(String(text), "base64");
  return new Uint8Array(buffer, byteOffset, length);
}
