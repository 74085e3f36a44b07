import { pluralize } from "@secret-handoff/protocol/api";
import { inert, inertJson, onOneLine } from "@secret-handoff/protocol/shown-text";
import { csvLines, type Deadline, knownEvents, ocsfEvents, type Trail } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { withTimeout } from "../context.ts";
import { EXIT } from "../errors.ts";
import { daysOf, openOutput, trailOf } from "./trail.ts";

/** Writes the trail: whole, as `audit verify` reads it, or its events for other programs. */
export const run: Run = async (invocation, context) => {
  const days = daysOf(invocation);
  const format = invocation.text("format") ?? "jsonl";
  return withTimeout(
    invocation,
    context,
    async (deadline: Deadline) => {
      const trail = await trailOf(invocation, days, context, deadline);
      const path = invocation.text("out");
      const output = await openOutput(path, context);
      // JSON has a harmless spelling of the same text; CSV has none, so a file keeps it as it is.
      const isShown = path === undefined && format === "csv";
      const done = context.terminal.spin("Exporting the trail");
      let lines = 0;
      for await (const line of linesOf(format, trail, days)) {
        const ended = line.endsWith("\n") ? line : `${line}\n`;
        await output.write(isShown ? inert(ended) : ended);
        lines += 1;
        if (lines % 500 === 0) done(`Exporting the trail: ${lines} lines`);
      }
      done();
      await output.close();
      context.terminal.say(
        `${pluralize(lines, "line")} written${path === undefined ? "" : ` to ${onOneLine(path)}`}.`,
      );
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
      for await (const event of ocsfEvents(knownEvents(trail, days))) yield inertJson(event);
      break;
    default:
      for await (const seal of trail.seals()) {
        yield inertJson(seal);
        for await (const leaf of trail.leaves(seal.day)) yield inertJson({ day: seal.day, ...leaf });
      }
      for await (const event of trail.events()) yield inertJson(event);
  }
}
