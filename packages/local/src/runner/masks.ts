/**
 * What GitHub's runner hides in a log: registered values, and spellings that it derives of each.
 * After actions/runner, src/Sdk/DTLogging/Logging (SecretMasker, ValueEncoders). The spellings for shells' command lines are left
 * out, for not every runner has them: this filter never hides more than a runner does.
 */
export class RunnerMasks {
  readonly #originals = new Set<string>();
  readonly #values = new Set<string>();

  /** Registers a value and its spellings. */
  add(value: string): void {
    if (value === "" || this.#originals.has(value)) return;
    this.#originals.add(value);
    this.#values.add(value);
    for (const spelling of spellingsOf(value)) if (spelling !== "") this.#values.add(spelling);
  }

  /** A value, and each of its lines: output is looked at line by line. */
  addWithLines(value: string): void {
    this.add(value);
    for (const line of value.split(/[\r\n]+/)) this.add(line);
  }

  /** Puts *** for everything registered; what overlaps or touches becomes one. */
  hide(text: string): string {
    let shown = "";
    let from = 0;
    for (const [start, end] of joined(this.#findAll(text))) {
      shown += `${text.slice(from, start)}***`;
      from = end;
    }
    return shown + text.slice(from);
  }

  #findAll(text: string): Span[] {
    const found: Span[] = [];
    for (const value of this.#values) {
      for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
        found.push([at, at + value.length]);
      }
    }
    return found;
  }
}

type Span = readonly [start: number, end: number];

function joined(spans: Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const [start, end] of spans.sort(([one], [other]) => one - other)) {
    const last = result.at(-1);
    if (last && start <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], end)];
    else result.push([start, end]);
  }
  return result;
}

function spellingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value, "utf8");
  return [
    base64(bytes, 0),
    base64(bytes, 1),
    base64(bytes, 2),
    value.replaceAll("'", "''"),
    jsonEscape(value),
    uriEscape(value),
    xmlEscape(value),
    withoutQuotes(value),
  ];
}

/** Of the value where it stands 0, 1 or 2 bytes into a longer one. */
function base64(bytes: Buffer, shift: number): string {
  return bytes.subarray(bytes.length > shift ? shift : 0).toString("base64");
}

/** Newtonsoft.Json also escapes the line breaks of Unicode. */
function jsonEscape(value: string): string {
  const escaped = JSON.stringify(value).slice(1, -1);
  return escaped.replace(/[\u0085\u2028\u2029]/g, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

/** Uri.EscapeDataString leaves only RFC 3986's unreserved characters. */
function uriEscape(value: string): string {
  const wellFormed = Buffer.from(value, "utf8").toString("utf8");
  return encodeURIComponent(wellFormed).replace(
    /[!'()*]/g,
    (character) => `%${hex(character.charCodeAt(0), 2).toUpperCase()}`,
  );
}

/** As the runner spells it, with `&apos;`: the mask must be the text that it looks for. */
function xmlEscape(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}

function withoutQuotes(value: string): string {
  return value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : "";
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
