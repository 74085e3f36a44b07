import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { measureActionStart } from "./action-start.ts";
import { measureFirstLoad } from "./first-load.ts";
import { buildFunctions } from "./functions.ts";
import { measureImports } from "./imports.ts";
import { measureRecipients } from "./recipients.ts";
import { measureSizes } from "./sizes.ts";
import { measureThroughput } from "./throughput.ts";

/** `npm run bench`: the figures as tables, and as JSON with `-- --json`. */

const json = process.argv.includes("--json");
const say = (line = "") => json || process.stdout.write(`${line}\n`);

const functions = mkdtempSync(join(tmpdir(), "secret-handoff-bench-"));
try {
  buildFunctions(functions);
  say(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`);

  const sizes = await measureSizes(functions);
  say("\nbytes                                               as it is      gzip    brotli");
  for (const { what, bytes, gzip, brotli } of sizes) say(`${what.padEnd(50)}${cells(bytes, gzip, brotli)}`);

  const imports = await measureImports(functions);
  say("\nimport time, ms                                       median   minimum   to bare");
  for (const { what, median, min, toBare } of imports) {
    say(`${what.padEnd(50)}${cells(median.toFixed(1), min.toFixed(1), `${toBare.toFixed(2)}x`)}`);
  }

  const page = await measureFirstLoad();
  if (page) {
    say("\nthe page, first visit, slow 4G, CPU 4x slower, ms       LCP    Reveal     bytes");
    const { largestContentfulPaint, revealReady, transferred } = page;
    say(`${"".padEnd(50)}${cells(largestContentfulPaint.toFixed(0), revealReady.toFixed(0), transferred)}`);
  }

  const start = await measureActionStart();
  say(
    "\nthe action, ms                                      bare node  to first call  to the end, one recipient mailed",
  );
  say(
    `${"".padEnd(50)}${cells(start.bareNode.toFixed(0), start.toFirstCall.toFixed(0), start.toEnd.toFixed(0))}`,
  );

  const runs = await measureRecipients();
  say(
    "\none run for many recipients                    recipients ms in all    ms each  live MiB  peak MiB  mailers",
  );
  for (const { recipients, wall, wallPerRecipient, liveHeap, peakMemory, mostConnections } of runs) {
    const took = [wall.toFixed(0), wallPerRecipient.toFixed(0)];
    const held = [
      mebibytes(liveHeap),
      peakMemory === undefined ? "" : mebibytes(peakMemory),
      mostConnections,
    ];
    say(`${"".padEnd(48)}${cells(recipients, ...took, ...held)}`);
  }

  const rates = await measureThroughput();
  const processes = "service, engine (in memory) and load, a process each";
  say(`\n${processes.padEnd(88)}${cells("engine", "cpu ms", "cpu ms")}`);
  const head = ["in flight", "per s", "p50 ms", "p99 ms", "calls", "service", "engine"];
  say(`${"".padEnd(48)}${cells(...head)}`);
  for (const { what, inFlight, perSecond, p50, p99, callsPerOperation, serviceMs, engineMs } of rates) {
    const measured = [inFlight, perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1)];
    const cost = [callsPerOperation.toFixed(2), serviceMs.toFixed(2), engineMs.toFixed(2)];
    say(`${what.padEnd(48)}${cells(...measured, ...cost)}`);
  }
  if (json)
    process.stdout.write(
      `${JSON.stringify({ node: process.version, sizes, imports, page, start, runs, rates }, null, 2)}\n`,
    );
} finally {
  rmSync(functions, { recursive: true, force: true });
}

function cells(...values: readonly (string | number)[]): string {
  return values.map((value) => String(value).padStart(10)).join("");
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
