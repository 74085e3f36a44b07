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
 * @param isKnown whether the runner has a command of this name, told in lower case
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
