import { csvLines, type Deadline, ocsfEvents, type Trail } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { openOutput } from "./output.ts";
import { daysOf, knownEvents, trailOf } from "./trail.ts";

/** Writes the trail: whole, as `audit verify` reads it, or its events for other programs. */
export const run: Run = async (invocation, context) => {
  const days = daysOf(invocation);
  const format = invocation.text("format") ?? "jsonl";
  return withTimeout(
    invocation,
    context,
    async (deadline: Deadline) => {
      const trail = await trailOf(invocation, days, context, deadline);
      const output = await openOutput(invocation.text("out"), context);
      const done = context.terminal.spin("Exporting the trail");
      let lines = 0;
      for await (const line of linesOf(format, trail, days)) {
        await output.write(line.endsWith("\n") ? line : `${line}\n`);
        lines += 1;
        if (lines % 500 === 0) done(`Exporting the trail: ${lines} lines`);
      }
      done();
      await output.close();
      context.terminal.say(`${lines} lines written.`);
      return EXIT.done;
    },
    "1h",
  );
};

async function* linesOf(
  format: string,
  trail: Trail,
  days: { readonly since: string | undefined; readonly until: string | undefined },
): AsyncGenerator<string> {
  switch (format) {
    case "csv":
      yield* csvLines(knownEvents(trail, days));
      break;
    case "ocsf":
      for await (const event of ocsfEvents(knownEvents(trail, days))) yield JSON.stringify(event);
      break;
    default:
      for await (const seal of trail.seals()) {
        yield JSON.stringify(seal);
        for await (const leaf of trail.leaves(seal.day)) yield JSON.stringify({ day: seal.day, ...leaf });
      }
      for await (const event of trail.events()) yield JSON.stringify(event);
  }
}
