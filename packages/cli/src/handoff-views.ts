import type { HandoffId } from "@secret-handoff/protocol";
import { parseHandoffId } from "@secret-handoff/protocol";
import { type HandoffView, isoTime } from "@secret-handoff/protocol/api";
import { SenderError } from "@secret-handoff/sdk";
import { onOneLine, type Style, type Terminal } from "./terminal.ts";

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

/** A table with a heading, its columns as wide as they must be. */
export function table(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string {
  const safe = rows.map((row) => row.map(onOneLine));
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...safe.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : (widths[column] ?? 0))).join("  ");
  const body = safe.map((row) => {
    const style = COLOURS[row[1] ?? ""];
    return style ? terminal.style(style, line(row), "stdout") : line(row);
  });
  return `${[terminal.style("bold", line(heading), "stdout"), ...body].join("\n")}\n`;
}

export const VIEW_HEADING = ["ID", "STATE", "CLASS", "CREATED", "EXPIRES", "SECRET"] as const;

export function viewRow(view: HandoffView): readonly string[] {
  const state = view.state === "open" && view.bouncedAt !== undefined ? "bounced" : view.state;
  return [view.id, state, view.class, isoTime(view.createdAt), isoTime(view.expiresAt), view.secret ?? ""];
}
