import type { Engine, Used } from "@secret-handoff/local";
import { type Load, load } from "./load.ts";

export type Figure = Load & {
  readonly what: string;
  /** Requests to the engine. */
  readonly callsPerOperation: number;
  /** Milliseconds of processor time an operation takes: of the service, or of the bare client in its place. */
  readonly serviceMs: number;
  readonly engineMs: number;
};

/** A load, and what it took of service and engine. */
export async function measured<T>(
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

/** Milliseconds of processor time that this process has used. */
export async function ownCpu(): Promise<number> {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function calls({ counts }: Used): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
