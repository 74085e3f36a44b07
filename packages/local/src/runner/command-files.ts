/** The runner refuses a larger summary: 1 MiB. */
const MOST_SUMMARY = 1_048_576;

/**
 * Reads GITHUB_OUTPUT, GITHUB_ENV or GITHUB_STATE: `NAME=value` lines, or `NAME<<DELIMITER`, lines, `DELIMITER`.
 * After actions/runner, src/Runner.Worker/FileCommandManager.cs.
 * @throws Error where the runner would fail the step
 */
export function readFileCommands(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const equals = indexIn(line, "=");
    const heredoc = indexIn(line, "<<");
    if (equals < heredoc) {
      values.set(line.slice(0, equals), line.slice(equals + 1));
    } else if (heredoc < equals) {
      const name = line.slice(0, heredoc);
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, at + 1);
      if (name === "" || delimiter === "")
        throw new Error(`Invalid format in line ${at + 1}: empty name or delimiter.`);
      if (end < 0) throw new Error(`Invalid value in line ${at + 1}: matching delimiter not found.`);
      values.set(name, lines.slice(at + 1, end).join("\n"));
      at = end;
    } else throw new Error(`Invalid format in line ${at + 1}.`);
  }
  return values;
}

/** @throws Error when the runner would not take the summary */
export function checkSummary(text: string): void {
  const size = Buffer.byteLength(text);
  if (size > MOST_SUMMARY) {
    throw new Error(`$GITHUB_STEP_SUMMARY supports content up to 1024k, got ${Math.ceil(size / 1024)}k`);
  }
}

function indexIn(line: string, text: string): number {
  const at = line.indexOf(text);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}
