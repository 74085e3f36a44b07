const UNITS = [
  { name: "day", letter: "d", seconds: 86_400 },
  { name: "hour", letter: "h", seconds: 3_600 },
  { name: "minute", letter: "m", seconds: 60 },
  { name: "second", letter: "s", seconds: 1 },
] as const;

/** Reads `24h`, `90m`, `1d12h` or `45s` as seconds; undefined when the text is none of these or zero. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(text.trim());
  if (!match) return undefined;
  const seconds = UNITS.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit.seconds, 0);
  return seconds > 0 ? seconds : undefined;
}

/** The shortest spelling without days that {@link parseDuration} reads back: 86 400 is `24h`, 5 400 is `90m`. */
export function formatDuration(seconds: number): string {
  const unit = UNITS.slice(1).find(({ seconds: size }) => seconds % size === 0);
  return unit ? `${seconds / unit.seconds}${unit.letter}` : `${seconds}s`;
}

/** In words, rounded to the unit that reads best: `24 hours`, `3 days`, `90 minutes`, `1 hour`. */
export function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60) * 60;
  const rounded = minutes >= 120 ? minutes : seconds;
  const readsBest = (size: number) => rounded >= 2 * size || (rounded === size && size === 3_600);
  const unit = UNITS.find(({ seconds: size }) => readsBest(size)) ?? UNITS[3];
  const count = Math.max(0, Math.round(rounded / unit.seconds));
  return pluralize(count, unit.name);
}

/** A number with its noun: `1 secret`, `2 secrets`. */
export function pluralize(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** RFC 3339 in UTC, whole seconds: `2026-11-21T14:05:09Z`. @param unixSeconds whole Unix seconds */
export function isoTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-21 14:05 UTC` @param unixSeconds whole Unix seconds */
export function utcMinute(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
