import { concealedTexts, encodedForms, escapedForms, isJsonContainer, loginTexts } from "@secret-handoff/sdk";
import { logLine, type WorkflowCommands } from "./workflow-commands.ts";

/**
 * A form shorter than this is not masked: the runner replaces every occurrence, and words such as "true", "5432" or "admin"
 * would blank the logs of all later steps. What is that short cannot be kept secret by masking anyway.
 */
export const SHORTEST_MASKED = 6;
/** For a line of a longer value, because more of them are ordinary words. */
const SHORTEST_LINE = 8;
/** The first and the last line of a key, which every key of its kind has (RFC 7468). */
const ARMOR = /^-----(BEGIN|END) [A-Z0-9 ]+-----$/;

/**
 * Every form in which a secret could show up in a log: the whole value, its lines if it is not JSON, the concealed leaves of JSON,
 * and of each base64, base64url, hex, URL-encoded and JSON-escaped spellings. The runner derives some of these itself, but not all.
 * What the recipient sees unconcealed is not masked: engine, host and user name of a database would blank later logs. A value of
 * several lines is never given whole: the runner would mask each of its lines, however short ("{", "}"), and shows output line by line
 * anyway.
 * @param value text, or the bytes of a binary secret
 * @param kept names of its fields that the store keeps concealed
 */
export function maskedForms(value: string | Uint8Array, kept?: readonly string[]): readonly string[] {
  // A binary secret may be text in disguise.
  const text = typeof value === "string" ? value : decodeText(value);
  const texts = text === undefined ? [] : concealedTexts(text, kept);
  const bytes = Buffer.from(value);
  const forms = [...texts.flatMap(formsOfText), ...encodedForms(bytes), ...wrapped(bytes)];
  // As it would stand in a line of the log as well.
  return [...new Set(forms.flatMap((form) => [form, logLine(form)]))].filter(
    (form) => form.length >= SHORTEST_MASKED && form.trim() !== "" && !/[\r\n]/.test(form),
  );
}

/** Masks a secret in every form it could be shown in. */
export function maskAll(
  workflow: Pick<WorkflowCommands, "mask">,
  value: string | Uint8Array,
  kept?: readonly string[],
): void {
  for (const form of maskedForms(value, kept)) workflow.mask(form);
}

/** Masks what a login at a mail server sends: a server or a proxy that repeats it shows the password or the token in it. */
export function maskLogin(
  workflow: Pick<WorkflowCommands, "mask">,
  ...[user, proof]: Parameters<typeof loginTexts>
): void {
  for (const text of loginTexts(user, proof)) maskAll(workflow, text);
}

function formsOfText(text: string): readonly string[] {
  const wholes = [text, text.trim()];
  return [...wholes, ...linesOf(text)]
    .filter((part) => part.length > 0)
    .flatMap((part) => [
      ...[part, ...escapedForms(part), ...encodedForms(Buffer.from(part, "utf8"))],
      // Of a line alone nobody makes several: a key would need twice the masks, which the runner looks for in every line of the job.
      ...(wholes.includes(part) ? wrapped(Buffer.from(part, "utf8")) : []),
    ]);
}

/** Columns at which the programs openssl and base64 end a line, and xxd one of hexadecimal. */
const BASE64_COLUMNS = [64, 76];
const HEX_COLUMNS = [60];

/** The lines that such a program makes of a long value: the runner looks at one line at a time. */
function wrapped(bytes: Buffer): readonly string[] {
  const unpadded = bytes.toString("base64").replace(/=+$/, "");
  return [...linesOfColumns(unpadded, BASE64_COLUMNS), ...linesOfColumns(bytes.toString("hex"), HEX_COLUMNS)];
}

function linesOfColumns(text: string, ends: readonly number[]): readonly string[] {
  return ends
    .filter((columns) => text.length > columns)
    .flatMap((columns) => text.match(new RegExp(`.{1,${columns}}`, "g")) ?? [])
    .filter((line) => line.length >= SHORTEST_LINE);
}

/** The lines of a text of several. JSON is masked by its leaves: its lines hold names, and what is not concealed. */
function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.length === 1 || isJsonContainer(text)) return [];
  return lines
    .flatMap((line) => [line, line.trim()])
    .filter((line) => line.trim().length >= SHORTEST_LINE && !ARMOR.test(line.trim()));
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
