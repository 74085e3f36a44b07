import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Engine, startEngine } from "@secret-handoff/local";
import { measureBareClient } from "./bare-client.ts";
import { type Prepared, prepare } from "./handoffs.ts";
import { createPoster, load } from "./load.ts";
import { type Figure, measured } from "./measured.ts";
import { measureMinimalStore } from "./minimal-store.ts";

const IN_FLIGHT = [1, 10, 50] as const;
/** Enough for a rate that holds still, and no more than a minute in all. */
const COUNTS: Readonly<Record<(typeof IN_FLIGHT)[number], number>> = { 1: 300, 10: 1_000, 50: 3_000 };
const WARM_UP = 3_000;

/** Rates of the service on the engine in memory: service, engine and load each in a process of its own. */
export async function measureThroughput(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  // Each on an engine of its own, so that none works among what another has left.
  for (const measure of [measureService, measureBareClient, measureMinimalStore]) {
    const engine = await startEngine();
    try {
      figures.push(...(await measure(engine, COUNTS[50])));
    } finally {
      await engine.close();
    }
  }
  return figures;
}

async function measureService(engine: Engine): Promise<readonly Figure[]> {
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
    return figures;
  } finally {
    child.disconnect();
  }
}
