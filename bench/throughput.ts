import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CreateTableCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { createClient, oneTimeTable } from "@secret-handoff/lambda";
import { type Engine, startEngine, type Used } from "../test/support/local-stack/engine.ts";
import { type Prepared, prepare } from "./handoffs.ts";
import { createPoster, type Load, load } from "./load.ts";

export type Figure = Load & {
  readonly what: string;
  /** Requests to the engine. */
  readonly callsPerOperation: number;
  /** Milliseconds of processor time an operation takes: of the service, or of the bare client in its place. */
  readonly serviceMs: number;
  readonly engineMs: number;
};

const IN_FLIGHT = [1, 10, 50] as const;
/** Enough for a rate that holds still, and no more than a minute in all. */
const COUNTS: Readonly<Record<(typeof IN_FLIGHT)[number], number>> = { 1: 300, 10: 1_000, 50: 3_000 };
const WARM_UP = 3_000;

/** Rates of the service on the engine in memory: service, engine and load each in a process of its own. */
export async function measureThroughput(): Promise<readonly Figure[]> {
  const engine = await startEngine();
  const bare = await measureEngine(engine);
  const child = fork(fileURLToPath(new URL("service-process.ts", import.meta.url)), [engine.endpoint], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    const [{ url, token }] = await once(child, "message");
    const post = createPoster(url, token);
    const cpu = async (): Promise<number> => {
      child.send({});
      const [told] = await once(child, "message");
      return (told.cpu.user + told.cpu.system) / 1_000;
    };
    const figures: Figure[] = [];
    const create = ({ create }: Prepared) => post("/v1/sender/handoffs", create, 201);
    const claim = ({ id, claim }: Prepared) => post(`/v1/handoffs/${id}/claim`, claim, 200);
    const acknowledge = ({ id, acknowledge }: Prepared) =>
      post(`/v1/handoffs/${id}/acknowledge`, acknowledge, 204);
    const both = async (handoff: Prepared) => {
      await claim(handoff);
      await acknowledge(handoff);
    };
    const measure = async (
      what: string,
      handoffs: readonly Prepared[],
      inFlight: number,
      call: typeof create,
    ) => {
      figures.push({ what, ...(await measured(engine, cpu, handoffs, inFlight, call)) });
    };

    const warm = await prepare(url, WARM_UP, "ana@vendor.example");
    await load(warm, 50, create);
    await load(warm, 50, both);
    for (const inFlight of IN_FLIGHT) {
      const count = COUNTS[inFlight];
      const claimed = await prepare(url, count);
      const opened = await prepare(url, count);
      const asked = await prepare(url, count, "ana@vendor.example");
      await measure("create", claimed, inFlight, create);
      await load([...opened, ...asked], 50, create);
      await measure("claim", claimed, inFlight, claim);
      await measure("claim + acknowledge", opened, inFlight, both);
      await measure("claim + acknowledge, address checked", asked, inFlight, both);
    }
    return [...figures, ...bare];
  } finally {
    child.disconnect();
    await engine.close();
  }
}

/** A load, and what it took of service and engine. */
async function measured<T>(
  engine: Engine,
  serviceCpu: () => Promise<number>,
  items: readonly T[],
  inFlight: number,
  call: (item: T) => Promise<void>,
): Promise<Omit<Figure, "what">> {
  const [service, used] = [await serviceCpu(), await engine.used()];
  const taken = await load(items, inFlight, call);
  const [serviceAfter, usedAfter] = [await serviceCpu(), await engine.used()];
  return {
    ...taken,
    callsPerOperation: (calls(usedAfter) - calls(used)) / items.length,
    serviceMs: (serviceAfter - service) / items.length,
    engineMs: (usedAfter.cpuMs - used.cpuMs) / items.length,
  };
}

/** The engine's own rates with the same client, same keys and items of about the same size, in the same run. */
async function measureEngine(engine: Engine): Promise<readonly Figure[]> {
  const client = createClient({
    endpoint: engine.endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const TableName = "bare";
  await client.send(new CreateTableCommand(oneTimeTable(TableName)));
  const keys = (name: string) =>
    Array.from({ length: COUNTS[50] }, (_, n) => ({
      id: { S: `${name}-${n}` },
      linkVerifier: { B: new Uint8Array(32) },
    }));
  type Key = ReturnType<typeof keys>[number];
  const put = async (key: Key) => {
    await client.send(
      new PutItemCommand({
        TableName,
        Item: { ...key, state: { S: "open" }, body: { B: new Uint8Array(900) } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  };
  const update = async (key: Key) => {
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: "SET #state = :claimed",
        ConditionExpression: "#state = :open",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":claimed": { S: "claimed" }, ":open": { S: "open" } },
      }),
    );
  };
  // The SDK takes some ten thousand calls to come to its full speed.
  for (const round of ["first", "second", "third"]) {
    const warm = keys(round);
    await load(warm, 50, put);
    await load(warm, 50, update);
  }
  const own = async () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const items = keys("bare");
  const figures = [
    {
      what: "bare client: conditional PutItem",
      ...(await measured(engine, own, items, 50, put)),
    },
    {
      what: "bare client: conditional UpdateItem",
      ...(await measured(engine, own, items, 50, update)),
    },
  ];
  client.destroy();
  return figures;
}

function calls({ counts }: Used): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
