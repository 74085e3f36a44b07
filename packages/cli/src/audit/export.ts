import type { Deadline, Trail } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { openOutput } from "./output.ts";
import { daysOf, trailOf } from "./trail.ts";

/** Writes the trail into one file of JSON lines, for an archive of your own. */
export const run: Run = async (invocation, context) => {
  const days = daysOf(invocation);
  return withTimeout(
    invocation,
    context,
    async (deadline: Deadline) => {
      const trail = await trailOf(invocation, days, context, deadline);
      const output = await openOutput(invocation.text("out"), context);
      const done = context.terminal.spin("Exporting the trail");
      let lines = 0;
      for await (const line of linesOf(trail)) {
        await output.write(`${line}\n`);
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

/** The whole trail, line by line, as `audit verify` reads it. */
async function* linesOf(trail: Trail): AsyncGenerator<string> {
  for await (const seal of trail.seals()) {
    yield JSON.stringify(seal);
    for await (const leaf of trail.leaves(seal.day)) yield JSON.stringify({ day: seal.day, ...leaf });
  }
  for await (const event of trail.events()) yield JSON.stringify(event);
}
