import type { HandoffId } from "@secret-handoff/protocol";
import { parseHandoffId } from "@secret-handoff/protocol";
import { type HandoffView, isoTime } from "@secret-handoff/protocol/api";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { SenderError } from "@secret-handoff/sdk";
import type { Style, Terminal } from "./terminal.ts";
import { widthOf, wrap } from "./wrapping.ts";

/** @throws SenderError `input` where one is no id of a handoff */
export function handoffIds(texts: readonly string[]): readonly HandoffId[] {
  return texts.map((text, index) => {
    try {
      return parseHandoffId(text);
    } catch (cause) {
      throw new SenderError(
        "input",
        `ID ${index + 1} is not the id of a handoff. An id has 22 characters; list and send show them.`,
        { cause },
      );
    }
  });
}

const COLOURS: Readonly<Record<string, Style>> = {
  delivered: "green",
  open: "yellow",
  claimed: "yellow",
  locked: "red",
  reported: "red",
  bounced: "red",
};

/** A table with a heading, its columns as wide as they must be. Where a terminal is too narrow for it, or would break a word of it, each row is a list. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const safe = rows.map((row) => row.map(onOneLine));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...safe.map((row) => widthOf(row[column] ?? ""))),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const left = (terminal.columns ?? Number.POSITIVE_INFINITY) - before;
  const words = safe.flatMap((row) => (row.at(-1) ?? "").split(" "));
  if (left < Math.max(...words.map(widthOf), 0)) return asLists(heading, safe, terminal);
  const lines = (row: readonly string[]) => {
    const [first = "", ...rest] = wrap(row.at(-1) ?? "", left, { hard: true });
    const cells = row.slice(0, -1).map((cell, column) => padded(cell, widths[column] ?? 0));
    return [[...cells, first].join("  "), ...rest.map((more) => `${" ".repeat(before)}${more}`)].join("\n");
  };
  const body = safe.map((row) => coloured(row, lines(row), terminal));
  return `${[terminal.style("bold", lines(heading), "stdout"), ...body].join("\n")}\n`;
}

function asLists(
  [, ...heading]: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const width = Math.max(...heading.map(({ length }) => length));
  const indent = " ".repeat(width + 4);
  const columns = terminal.columns ?? 80;
  const blocks = rows.map((row) => {
    const [first = "", ...cells] = row;
    const lines = cells.flatMap((cell, column) =>
      cell === ""
        ? []
        : wrap(`  ${(heading[column] ?? "").toLowerCase().padEnd(width)}  ${cell}`, columns, {
            indent,
            hard: true,
          }),
    );
    return [coloured(row, first, terminal), ...lines].join("\n");
  });
  return `${blocks.join("\n")}\n`;
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function coloured([, state = ""]: readonly string[], text: string, terminal: Terminal): string {
  const style = COLOURS[state];
  return style ? terminal.style(style, text, "stdout") : text;
}

export const VIEW_HEADING = ["ID", "STATE", "CLASS", "CREATED", "EXPIRES", "SECRET"] as const;

export function viewRow(view: HandoffView): readonly string[] {
  const state = view.state === "open" && view.bouncedAt !== undefined ? "bounced" : view.state;
  return [view.id, state, view.class, isoTime(view.createdAt), isoTime(view.expiresAt), view.secret ?? ""];
}
