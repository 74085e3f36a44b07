import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  type PutItemCommandOutput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { oneTimeTable } from "@secret-handoff/lambda";
import {
  type Engine,
  localClient,
  startEngine,
  startMailCatcher,
  startOidcIssuer,
  startService,
} from "@secret-handoff/local";
import { CLICK_CLASS } from "../test/support/test-service.ts";
import { type Bill, billOf, type WriteUnits } from "../test/support/write-units.ts";
import { createPoster, type Load, load, median, type Prepared, prepare } from "./load.ts";

/** One kind of call under load. */
export type Rate = Load & {
  readonly what: string;
  readonly inFlight: number;
  /**
   * To what a plain SDK client does in the same round: a create to its conditional puts, all else to its conditional updates. Of several
   * rounds the median.
   */
  readonly toBare: number;
  /** The same, to a plain SDK client that sends the service's own PutItem or claim: see {@link captureWrites}. */
  readonly toSameWrite: number;
  /** Requests to the engine. */
  readonly calls: number;
  /** Milliseconds of processor time of the service, or of the bare client in its place. */
  readonly serviceMs: number;
  readonly engineMs: number;
  /** Of the process that makes the calls; for a bare client it is the same process as the service's. */
  readonly loadMs: number;
};

/** Memory after the load, bytes: what is held now, and the most that was held at once. */
export type Memory = { readonly what: string; readonly now: number; readonly peak: number };

export type ServiceFigures = {
  readonly engine: string;
  readonly rates: readonly Rate[];
  readonly memory: readonly Memory[];
  /** Write units of one handoff; undefined where the engine does not reckon them for indexes. */
  readonly writeUnits: Bill | undefined;
};

const IN_FLIGHT = [1, 50] as const;
/** Enough for a rate that holds still. */
const COUNTS: Readonly<Record<(typeof IN_FLIGHT)[number], number>> = { 1: 300, 50: 2_000 };
/** Service and bare client take turns, so that what else the machine does meets both. */
const ROUNDS = 3;
const WARM_UP = 3_000;
const EMAIL = "ana@vendor.example";

/** A kind of call: what it costs is read from the processes that serve it. */
type Kind<T> = {
  readonly what: string;
  readonly items: (count: number) => Promise<readonly T[]>;
  readonly call: (item: T) => Promise<void>;
};

type Measurement = Omit<Rate, "toBare" | "toSameWrite">;

/** Rates of the service, and of a plain SDK client on the same kind of engine: service, engine and load, a process each. */
export async function measureService(): Promise<ServiceFigures> {
  const [engine, bareEngine] = [await startEngine(), await startEngine()];
  const service = await forkService(engine);
  const bare = await startBareClient(bareEngine);
  try {
    const figures: Rate[] = [];
    await warmUp(service, bare);
    for (const inFlight of IN_FLIGHT) {
      for (let round = 0; round < ROUNDS; round += 1) {
        const put = await measure(bare.put, inFlight, bare);
        const update = await measure(bare.update, inFlight, bare);
        const ours = await measure(bare.ours, inFlight, bare);
        const samePut = await measure(bare.samePut, inFlight, bare);
        const sameClaim = await measure(bare.sameClaim, inFlight, bare);
        const rest: Measurement[] = [];
        for (const kind of service.kinds) rest.push(await measure(kind, inFlight, service));
        for (const one of [put, update, ours, samePut, sameClaim, ...rest]) {
          const isPut = one === put || one === samePut || one.what === "create";
          const [bareWrite, sameWrite] = isPut ? [put, samePut] : [update, sameClaim];
          figures.push({
            ...one,
            toBare: one.perSecond / bareWrite.perSecond,
            toSameWrite: one.perSecond / sameWrite.perSecond,
          });
        }
      }
    }
    return {
      engine: engine.name,
      rates: medians(figures),
      memory: [
        { what: "service", ...memoryOf(service.pid) },
        { what: `engine (${engine.name})`, ...memoryOf(engine.pid) },
      ],
      writeUnits: await measureWriteUnits(),
    };
  } finally {
    service.close();
    bare.close();
    await Promise.all([engine.close(), bareEngine.close()]);
  }
}

/** Of each kind of call the medians of its rounds. */
function medians(figures: readonly Rate[]): readonly Rate[] {
  const kinds = new Map(figures.map(({ what, inFlight }) => [`${inFlight} ${what}`, { what, inFlight }]));
  return [...kinds.values()].map(({ what, inFlight }) => {
    const rounds = figures.filter((rate) => rate.what === what && rate.inFlight === inFlight);
    const middle = (pick: (rate: Rate) => number) => median(rounds.map(pick));
    return {
      what,
      inFlight,
      perSecond: middle((rate) => rate.perSecond),
      p50: middle((rate) => rate.p50),
      p99: middle((rate) => rate.p99),
      toBare: middle((rate) => rate.toBare),
      toSameWrite: middle((rate) => rate.toSameWrite),
      calls: middle((rate) => rate.calls),
      serviceMs: middle((rate) => rate.serviceMs),
      engineMs: middle((rate) => rate.engineMs),
      loadMs: middle((rate) => rate.loadMs),
    };
  });
}

/** Who serves a load, as far as its cost is read. */
type Served = {
  readonly pid: number | undefined;
  readonly enginePid: number | undefined;
  readonly calls: () => Promise<number>;
};

async function measure<T>(kind: Kind<T>, inFlight: keyof typeof COUNTS, by: Served): Promise<Measurement> {
  const items = await kind.items(COUNTS[inFlight]);
  const used = async () =>
    [await by.calls(), cpuMsOf(by.pid), cpuMsOf(by.enginePid), cpuMsOf(process.pid)] as const;
  const before = await used();
  const taken = await load(items, inFlight, kind.call);
  const after = await used();
  const [calls = 0, serviceMs = 0, engineMs = 0, loadMs = 0] = after.map(
    (value, index) => (value - (before[index] ?? 0)) / items.length,
  );
  return { what: kind.what, inFlight, ...taken, calls, serviceMs, engineMs, loadMs };
}

type Service = Served & {
  readonly kinds: readonly Kind<Prepared>[];
  readonly close: () => void;
};

async function forkService(engine: Engine): Promise<Service> {
  const child = fork(fileURLToPath(new URL("service-process.ts", import.meta.url)), [engine.endpoint], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let [latest] = await once(child, "message");
  const { url } = latest;
  const post = createPoster(url, () => latest.token);
  const create = (handoff: Prepared) => post("/v1/sender/handoffs", handoff.create, 201);
  const claim = ({ id, claim }: Prepared) => post(`/v1/handoffs/${id}/claim`, claim, 200);
  const acknowledge = ({ id, acknowledge }: Prepared) =>
    post(`/v1/handoffs/${id}/acknowledge`, acknowledge, 204);
  const both = async (handoff: Prepared) => {
    await claim(handoff);
    await acknowledge(handoff);
  };
  const created = async (count: number, more: Parameters<typeof prepare>[2] = {}) => {
    const items = await prepare(url, count, more);
    await load(items, 50, create);
    return items;
  };
  return {
    pid: child.pid,
    enginePid: engine.pid,
    calls: async () => {
      child.send({});
      [latest] = await once(child, "message");
      return latest.calls;
    },
    kinds: [
      { what: "create", items: (count) => prepare(url, count), call: create },
      { what: "claim", items: (count) => created(count), call: claim },
      { what: "claim + acknowledge", items: (count) => created(count), call: both },
      {
        what: "claim + acknowledge, address checked",
        items: (count) => created(count, { email: EMAIL }),
        call: both,
      },
    ],
    close: () => child.disconnect(),
  };
}

type Key = { readonly id: { readonly S: string } };

/** Keys of the indexes that an open handoff stands in. */
const INDEXED = {
  owner: { S: "42" },
  createdAt: { N: "1764000000" },
  dueShard: { S: "due" },
  dueAt: { N: "1764003600" },
} as const;
/** What a handoff of one field holds beside those keys. */
const BARE_BYTES = 1_300;

type BareClient = Served & {
  readonly put: Kind<Key>;
  readonly update: Kind<Key>;
  /** The same update through the client that the service uses. */
  readonly ours: Kind<Key>;
  /** The writes of a create and of a claim, as the service sends them. */
  readonly samePut: Kind<Key>;
  readonly sameClaim: Kind<Key>;
  readonly close: () => void;
};

/**
 * What the SDK can do on the same kind of engine, with items of the size of ours that stand in the same indexes: a client as anybody
 * makes one, with nothing set but where the engine is.
 */
async function startBareClient(engine: Engine): Promise<BareClient> {
  let calls = 0;
  const client = new DynamoDBClient({
    endpoint: engine.endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const own = localClient(engine.endpoint);
  const writes = await captureWrites(engine.endpoint);
  const TableName = "bare";
  await client.send(new CreateTableCommand(oneTimeTable(TableName)));
  await waitUntilTableExists({ client, minDelay: 0.02, maxDelay: 0.1, maxWaitTime: 10 }, { TableName });
  let made = 0;
  const keys = async (count: number): Promise<readonly Key[]> =>
    Array.from({ length: count }, () => {
      made += 1;
      return { id: { S: `bare-${made}` } };
    });
  const put = async (key: Key) => {
    calls += 1;
    await client.send(
      new PutItemCommand({
        TableName,
        Item: { ...key, ...INDEXED, state: { S: "open" }, body: { B: new Uint8Array(BARE_BYTES) } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  };
  const updateWith = (sender: DynamoDBClient) => async (key: Key) => {
    calls += 1;
    await sender.send(
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
  const putSame = async (key: Key) => {
    calls += 1;
    await client.send(new PutItemCommand({ ...writes.put, Item: { ...writes.put.Item, ...key } }));
  };
  const claimSame = async (key: Key) => {
    calls += 1;
    await client.send(new UpdateItemCommand({ ...writes.claim, Key: key }));
  };
  const afterPuts = (first: (key: Key) => Promise<void>) => async (count: number) => {
    const items = await keys(count);
    await load(items, 50, first);
    return items;
  };
  return {
    pid: process.pid,
    enginePid: engine.pid,
    calls: async () => calls,
    put: { what: "plain SDK client: conditional PutItem", items: keys, call: put },
    update: {
      what: "plain SDK client: conditional UpdateItem",
      items: afterPuts(put),
      call: updateWith(client),
    },
    ours: {
      what: "the service's client: conditional UpdateItem",
      items: afterPuts(put),
      call: updateWith(own),
    },
    samePut: { what: "plain SDK client: a create's own PutItem", items: keys, call: putSame },
    sameClaim: {
      what: "plain SDK client: a claim's own UpdateItem",
      items: afterPuts(putSame),
      call: claimSame,
    },
    close: () => {
      client.destroy();
      own.destroy();
    },
  };
}

/**
 * One create and one claim through a service on this engine, to learn the two writes that they make: all attributes of a handoff, all
 * conditions of a claim, and its answer, which brings the item back. The link's verifiers are the same in every copy of the item, so
 * that the claim's conditions hold for each.
 */
async function captureWrites(
  endpoint: string,
): Promise<{ readonly put: PutItemCommandInput; readonly claim: UpdateItemCommandInput }> {
  const [issuer, client] = [await startOidcIssuer(), localClient(endpoint)];
  const inputs: object[] = [];
  client.middlewareStack.add(
    (next) => (args) => {
      inputs.push(args.input);
      return next(args);
    },
    { step: "initialize", name: "captureWrites" },
  );
  const service = await startService({
    client,
    issuer: issuer.issuer,
    jwksUrl: issuer.jwksUrl,
    smtp: "smtp://127.0.0.1:9",
    page: { html: "", contentSecurityPolicy: "" },
    senders: [{ repository: "acme/orders", may: ["send"] }],
    classes: [CLICK_CLASS],
    log: () => {},
    drainAfterWrites: false,
  });
  try {
    const token = await issuer.mint({ aud: service.url });
    const post = createPoster(service.url, () => token);
    const [handoff] = await prepare(service.url, 1);
    inputs.length = 0;
    await post("/v1/sender/handoffs", handoff?.create ?? "", 201);
    await post(`/v1/handoffs/${handoff?.id}/claim`, handoff?.claim ?? "", 200);
    const [put, claim, ...more] = inputs;
    if (!put || !claim || more.length > 0)
      throw new Error(`a create and a claim made ${inputs.length} calls`);
    return { put: put as PutItemCommandInput, claim: claim as UpdateItemCommandInput };
  } finally {
    await service.close();
    await issuer.close();
  }
}

/** Node.js and the SDK take some thousand calls to come to their full speed. */
async function warmUp(service: Service, bare: BareClient): Promise<void> {
  for (const kind of service.kinds) await load(await kind.items(WARM_UP / 4), 50, kind.call);
  for (const kind of [bare.put, bare.update, bare.ours, bare.samePut, bare.sameClaim]) {
    await load(await kind.items(WARM_UP), 50, kind.call);
  }
}

/**
 * Sends one handoff with a new subject through all of its life, address asked, with the drainer after each write.
 * @returns the write units that DynamoDB would bill, indexes included, as dynoxide reckons them
 */
async function measureWriteUnits(): Promise<Bill | undefined> {
  const [engine, issuer, mail] = [await startEngine(), await startOidcIssuer(), await startMailCatcher()];
  const client = localClient(engine.endpoint);
  const writes: WriteUnits[] = [];
  meterWrites(client, (write) => writes.push(write));
  const service = await startService({
    client,
    issuer: issuer.issuer,
    jwksUrl: issuer.jwksUrl,
    smtp: mail.smtp,
    page: { html: "", contentSecurityPolicy: "" },
    senders: [{ repository: "acme/orders", may: ["send"] }],
    log: () => {},
  });
  try {
    if (engine.name !== "dynoxide") return undefined;
    const token = await issuer.mint({ aud: service.url });
    const post = createPoster(service.url, () => token);
    const subject = {
      secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:billing-AbCdEf",
      versionId: "v1-of-the-billing-secret-012345678",
      versionCreatedAt: Math.floor(Date.now() / 1_000),
      recipient: EMAIL,
    };
    const [handoff] = await prepare(service.url, 1, { email: EMAIL, subject });
    if (!handoff) return undefined;
    const steps = [
      ["/v1/sender/handoffs", handoff.create, 201],
      [`/v1/sender/handoffs/${handoff.id}/mailed`, JSON.stringify({ messageId: "1" }), 204],
      [`/v1/handoffs/${handoff.id}/status`, handoff.status, 200],
      [`/v1/handoffs/${handoff.id}/claim`, handoff.claim, 200],
      [`/v1/handoffs/${handoff.id}/acknowledge`, handoff.acknowledge, 204],
    ] as const;
    for (const [path, body, status] of steps) {
      await post(path, body, status);
      await service.drained();
    }
    return billOf(writes);
  } finally {
    await service.close();
    await Promise.all([engine.close(), issuer.close(), mail.close()]);
  }
}

function meterWrites(client: DynamoDBClient, onWrite: (write: WriteUnits) => void): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName !== "PutItemCommand" && commandName !== "UpdateItemCommand") return next(args);
        const input = { ...args.input, ReturnConsumedCapacity: "INDEXES" };
        const result = await next({ ...args, input });
        const { Item, Key } = args.input as PutItemCommandInput & UpdateItemCommandInput;
        const { ConsumedCapacity } = result.output as PutItemCommandOutput;
        const { Table, GlobalSecondaryIndexes = {} } = ConsumedCapacity ?? {};
        const { id, stream } = Item ?? Key ?? {};
        const indexes = Object.entries(GlobalSecondaryIndexes).map(
          ([name, { CapacityUnits = 0 }]) => [name, CapacityUnits] as const,
        );
        onWrite({
          key: (id ?? stream)?.S ?? "",
          item: Table?.CapacityUnits ?? 0,
          indexes: Object.fromEntries(indexes),
        });
        return result;
      },
    { step: "initialize", name: "meterWrites" },
  );
}

/** Milliseconds of processor time that a process has used so far: its ticks in /proc (proc(5)), 100 a second. */
function cpuMsOf(pid: number | undefined): number {
  const [, rest = ""] = inProc(pid, "stat").split(") ");
  const fields = rest.split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function memoryOf(pid: number | undefined): { readonly now: number; readonly peak: number } {
  const status = inProc(pid, "status");
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? Number.NaN) * 1_024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** Empty where the system has no /proc or the process is not ours: the figure is then not a number. */
function inProc(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
