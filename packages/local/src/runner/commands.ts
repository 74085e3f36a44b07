/** A workflow command: `::name key=value,key=value::data`, or in the old form `##[name key=value;key=value]data`. */
export type RunnerCommand = {
  readonly name: string;
  readonly properties: ReadonlyMap<string, string>;
  readonly data: string;
};

const DATA: Escapes = [
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%25", "%"],
];
const PROPERTY: Escapes = [
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%3A", ":"],
  ["%2C", ","],
  ["%25", "%"],
];
const OLD: Escapes = [
  ["%3B", ";"],
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%5D", "]"],
  ["%25", "%"],
];

type Escapes = readonly (readonly [escaped: string, plain: string])[];

/**
 * Reads one line of output as actions/runner does (ActionCommand.TryParseV2, then TryParse).
 * @param isKnown whether the runner has a command of this name, in lower case
 * @returns undefined for a line that is just output
 */
export function parseCommand(line: string, isKnown: (name: string) => boolean): RunnerCommand | undefined {
  const trimmed = line.trimStart();
  const end = trimmed.startsWith("::") ? trimmed.indexOf("::", 2) : -1;
  if (end >= 0) {
    const command = read(trimmed.slice(2, end), ",", PROPERTY, isKnown);
    if (command) return { ...command, data: plainOf(trimmed.slice(end + 2), DATA) };
  }
  const start = line.indexOf("##[");
  const close = start < 0 ? -1 : line.indexOf("]", start);
  if (close < 0) return undefined;
  const command = read(line.slice(start + 3, close), ";", OLD, isKnown);
  return command && { ...command, data: plainOf(line.slice(close + 1), OLD) };
}

function read(
  head: string,
  separator: string,
  escapes: Escapes,
  isKnown: (name: string) => boolean,
): Omit<RunnerCommand, "data"> | undefined {
  const [word = "", ...rest] = head.split(" ");
  const name = word.toLowerCase();
  if (!isKnown(name)) return undefined;
  const properties = rest
    .join(" ")
    .trim()
    .split(separator)
    .flatMap((property): [string, string][] => {
      const equals = property.indexOf("=");
      const value = property.slice(equals + 1);
      return equals > 0 && value !== ""
        ? [[property.slice(0, equals).toLowerCase(), plainOf(value, escapes)]]
        : [];
    });
  return { name, properties: new Map(properties) };
}

/** One after the other, `%25` last, so that `%250A` is read as `%0A`. */
function plainOf(text: string, escapes: Escapes): string {
  return escapes.reduce((result, [escaped, plain]) => result.replaceAll(escaped, plain), text);
}

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
