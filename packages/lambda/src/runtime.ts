/** What every function is given, so that tests need no sleep and no console: the time, and where to log. */

/** The time in whole Unix seconds. */
export type Clock = () => number;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);

/** One structured line. Holds no path, body, token or address; values are words and numbers of our own. */
type LogLine = { readonly level: "info" | "error"; readonly what: string } & {
  readonly [key: string]: string | number | boolean | undefined;
};

export type Log = (line: LogLine) => void;

/** One JSON line on standard output, where Lambda and the local stack collect it. */
export const stdoutLog: Log = (line) => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
};

/** What may be logged of an error: its name, and its code where it has one. Its message may quote its input. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? `/${error.code}` : "";
  const cause = error.cause === undefined ? "" : ` < ${nameOf(error.cause)}`;
  return `${error.name}${code}${cause}`;
}
