import { join } from "node:path";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { FUNCTION_NAMES, type FunctionName, type StackConfig } from "@secret-handoff/cdktf";
import { type Engine, localClient, startEngine } from "@secret-handoff/local";
import { type AwsForOneRole, serveAwsFor } from "./aws-calls.ts";
import { serveGateway } from "./gateway.ts";
import { policiesOf } from "./iam.ts";
import { type RunningFunction, startFunction } from "./lambda.ts";
import { Meter } from "./meter.ts";
import { ref, resource, resources, type Synthesis, type SynthesisedStack, synthesise } from "./synthesis.ts";

/** A synthesised stack that runs on this machine: its archives, routes, environment, tables and roles. */
export type Deployed = {
  /** The API's own address, `http://127.0.0.1:port`. */
  readonly url: string;
  readonly client: DynamoDBClient;
  readonly tables: { readonly handoffs: string; readonly audit: string };
  readonly functions: Readonly<Record<FunctionName, RunningFunction>>;
  /** What each function asked of AWS. */
  readonly aws: Readonly<Record<FunctionName, AwsForOneRole>>;
  /** What DynamoDB would bill of it all. */
  readonly meter: Meter;
  /** Puts another release in this one's place, with the tables as they are: what an apply changes of a stack that runs. */
  readonly update: (release: Synthesis) => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Deploys a stack that has no domain of its own.
 * @param code folder with the built functions
 * @param issuer whose tokens it takes, on this machine and so without TLS
 */
export function deploy(
  config: StackConfig,
  code: string,
  issuer: { readonly issuer: string; readonly jwksUrl: string },
): Promise<Deployed> {
  return deployRelease(synthesise(config, code), issuer);
}

/**
 * Deploys a stack that was synthesised, by this checkout or by another.
 * @param next the release that it is updated to: its tables' indexes are there from the beginning, because dynalite adds none to an
 *   on-demand table, and DynamoDB fills a new index from the items that are there
 */
export async function deployRelease(
  first: Synthesis,
  { issuer, jwksUrl }: { readonly issuer: string; readonly jwksUrl: string },
  next: Synthesis = first,
): Promise<Deployed> {
  const { json } = first;
  // The meter bills the indexes by itself: dynalite leaves them out of what it reports.
  const engine = await startEngine({ engine: "dynalite" });
  const client = localClient(engine.endpoint);
  const tables = await createTables(next.json, client);
  const meter = new Meter(client, next.json);
  const running: Partial<Record<FunctionName, RunningFunction>> = {};
  const gateway = await serveGateway(json, running as Record<string, RunningFunction>);
  const start = async (release: Synthesis) => {
    const aws = await eachFunction(release, (name) =>
      serveAwsFor(statementsOf(release.json, name), {
        meter,
        engine: engine.endpoint,
        tables: {
          [tables.handoffs]: ref("aws_dynamodb_table.tables_handoffs.arn"),
          [tables.audit]: ref("aws_dynamodb_table.tables_audit.arn"),
        },
      }),
    );
    const functions = await eachFunction(release, async (name) => {
      const block = resource(release.json, "aws_lambda_function", `${name}_function`);
      const { variables } = block.environment as { variables: Record<string, string> };
      const environment = Object.fromEntries(
        Object.entries(variables).map(([key, value]) => [key, resolved(release.json, value, gateway.url)]),
      );
      if (environment.CONFIG) {
        environment.CONFIG = JSON.stringify({
          ...(JSON.parse(environment.CONFIG) as object),
          issuer,
          jwksUrl,
        });
      }
      return startFunction(join(release.folder, String(block.filename)), {
        ...environment,
        ...runtimeEnvironment(aws[name].url),
      });
    });
    Object.assign(running, functions);
    return { aws, functions };
  };
  let { aws, functions } = await start(first);
  const stop = () =>
    Promise.all([...Object.values(aws), ...Object.values(functions)].map((part) => part.close()));
  return {
    url: gateway.url,
    client,
    tables,
    get functions() {
      return functions;
    },
    get aws() {
      return aws;
    },
    meter,
    async update(release) {
      await stop();
      ({ aws, functions } = await start(release));
    },
    close: () => closeAll(engine, client, [gateway, ...Object.values(aws), ...Object.values(functions)]),
  };
}

/** What Lambda itself puts into a function's environment, as far as the SDK looks at it. */
function runtimeEnvironment(awsUrl: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "offline",
    AWS_SECRET_ACCESS_KEY: "offline",
    AWS_SESSION_TOKEN: "offline",
    AWS_ENDPOINT_URL: awsUrl,
  };
}

/** Of the functions that the release has: an older one has fewer. */
async function eachFunction<T>(
  { json }: Synthesis,
  make: (name: FunctionName) => Promise<T>,
): Promise<Record<FunctionName, T>> {
  const names = FUNCTION_NAMES.filter((name) => json.resource.aws_lambda_function?.[`${name}_function`]);
  const made = await Promise.all(names.map(async (name) => [name, await make(name)] as const));
  return Object.fromEntries(made) as Record<FunctionName, T>;
}

function statementsOf(json: SynthesisedStack, name: FunctionName) {
  const policy = policiesOf(json).find(({ address }) => address === `aws_iam_role_policy.${name}_policy`);
  if (!policy) throw new Error(`the stack has no policy for ${name}`);
  return policy.statements;
}

/** What Terraform would put in place of a reference: a name that the stack gives, or the API's address. */
function resolved(json: SynthesisedStack, value: string, url: string): string {
  const [, type, name, attribute] = /^\$\{(\w+)\.(\w+)\.(\w+)\}$/.exec(value) ?? [];
  if (!type || !name || !attribute) return value;
  if (attribute === "api_endpoint") return url;
  return String(resource(json, type, name)[attribute] ?? `${type}.${name}`);
}

type TableBlock = {
  readonly name: string;
  readonly hash_key: string;
  readonly range_key?: string;
  readonly attribute: readonly { readonly name: string; readonly type: "S" | "N" | "B" }[];
  readonly global_secondary_index: readonly {
    readonly name: string;
    readonly hash_key: string;
    readonly range_key: string;
    readonly projection_type: "ALL" | "KEYS_ONLY" | "INCLUDE";
    readonly non_key_attributes?: readonly string[];
  }[];
};

/** Makes the tables as the stack defines them. */
async function createTables(json: SynthesisedStack, client: DynamoDBClient): Promise<Deployed["tables"]> {
  for (const table of resources(json, "aws_dynamodb_table") as unknown as readonly TableBlock[]) {
    await client.send(new CreateTableCommand(definitionOf(table)));
  }
  const nameOf = (name: string) => String(resource(json, "aws_dynamodb_table", name).name);
  return { handoffs: nameOf("tables_handoffs"), audit: nameOf("tables_audit") };
}

function definitionOf(table: TableBlock): CreateTableCommandInput {
  const keys = (block: { readonly hash_key: string; readonly range_key?: string }) => [
    { AttributeName: block.hash_key, KeyType: "HASH" as const },
    ...(block.range_key === undefined ? [] : [{ AttributeName: block.range_key, KeyType: "RANGE" as const }]),
  ];
  return {
    TableName: table.name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: table.attribute.map(({ name, type }) => ({
      AttributeName: name,
      AttributeType: type,
    })),
    KeySchema: keys(table),
    GlobalSecondaryIndexes: table.global_secondary_index.map((index) => ({
      IndexName: index.name,
      KeySchema: keys(index),
      Projection: {
        ProjectionType: index.projection_type,
        ...(index.non_key_attributes ? { NonKeyAttributes: [...index.non_key_attributes] } : {}),
      },
    })),
  };
}

async function closeAll(
  engine: Engine,
  client: DynamoDBClient,
  parts: readonly { readonly close: () => Promise<void> }[],
): Promise<void> {
  client.destroy();
  await Promise.all(parts.map((part) => part.close()));
  await engine.close();
}
