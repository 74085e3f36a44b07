/** A table; cells are Markdown already. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Ids and versions: letters, digits and a few marks. */
export function code(text: string): string {
  return `\`${text.replace(/[^A-Za-z0-9_:.-]/g, "?")}\``;
}

/** `22 Nov 2026, 08:33`, held together. */
export function utc(seconds: number): string {
  const date = new Intl.DateTimeFormat("en-GB", {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", timeZone: "UTC" },
  });
  return date.format(seconds * 1_000).replaceAll(" ", "&nbsp;");
}

/** `1 secret`, `2 secrets` */
export function pluralize(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
