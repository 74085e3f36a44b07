import { type Figure, measureThroughput } from "./throughput.ts";

const figures = await measureThroughput();
for (const f of figures) process.stdout.write(`${row(f)}\n`);

function row({ what, inFlight, perSecond, p50, p99, callsPerOperation, cpuMs }: Figure): string {
  return [
    what.padEnd(40),
    String(inFlight).padStart(3),
    `${perSecond.toFixed(0)}/s`.padStart(8),
    `p50 ${p50.toFixed(1)} ms`.padStart(14),
    `p99 ${p99.toFixed(1)} ms`.padStart(14),
    callsPerOperation === undefined ? "" : `${callsPerOperation.toFixed(2)} calls`,
    cpuMs === undefined ? "" : `${cpuMs.toFixed(2)} ms cpu`,
  ].join("  ");
}
