import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { measureActionStart, measureRecipients } from "./action.ts";
import { buildFunctions, measureImports, measureSizes } from "./artifacts.ts";
import { measureCliStart } from "./cli.ts";
import { measureFirstLoad } from "./page.ts";
import { measureService } from "./service.ts";

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

  const command = measureCliStart();
  say("\nthe command line, a process, ms                     bare node    --help   to bare");
  say(
    `${"".padEnd(50)}${cells(command.bareNode.toFixed(1), command.help.toFixed(1), `${command.toBare.toFixed(2)}x`)}`,
  );

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

  const service = await measureService();
  const { engine, rates, memory, writeUnits } = service;
  const processes = `service, engine (${engine}, in memory) and load, a process each`;
  say(
    `\n${processes.padEnd(48)}${cells("", "", "", "", "to plain", "to same", "engine", "cpu ms", "cpu ms", "cpu ms")}`,
  );
  const head = [
    "in flight",
    "per s",
    "p50 ms",
    "p99 ms",
    "write",
    "write",
    "calls",
    "service",
    "engine",
    "load",
  ];
  say(`${"".padEnd(48)}${cells(...head)}`);
  for (const { what, inFlight, perSecond, p50, p99, ...rest } of rates) {
    const measured = [inFlight, perSecond.toFixed(0), p50.toFixed(1), p99.toFixed(1)];
    const { toBare, toSameWrite, calls, serviceMs, engineMs, loadMs } = rest;
    const cost = [toBare, toSameWrite, calls, serviceMs, engineMs, loadMs].map((value) => value.toFixed(2));
    say(`${what.padEnd(48)}${cells(...measured, ...cost)}`);
  }
  say(
    "\nto plain write: a plain SDK client's small update of one attribute, or put; to same write: the same client sending the very\n" +
      "PutItem or UpdateItem of the service, on the same item. A plain client calls from its own process: cpu ms of load is the same time.",
  );
  say("\nmemory, MiB                                            now      peak");
  for (const { what, now, peak } of memory)
    say(`${what.padEnd(48)}${cells(mebibytes(now), mebibytes(peak))}`);
  if (writeUnits) {
    const { store, events, search, directory } = writeUnits;
    say(
      `\nwrite units of one handoff: ${store + events} (its items ${store}, its events ${events}); the searchable trail ${search}, a new recipient's entry ${directory}`,
    );
  } else say("\nwrite units of one handoff: not known on this engine");
  if (json)
    process.stdout.write(
      `${JSON.stringify({ node: process.version, sizes, imports, command, page, start, runs, service }, null, 2)}\n`,
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
