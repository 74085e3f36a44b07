/** How whoever passes a secret on may write it: what hides one in a text looks for each of these forms. */

/** In base64 (also without its end, and in a URL), base64url and hexadecimal. */
export function encodedForms(bytes: Uint8Array): readonly string[] {
  const buffer = Buffer.from(bytes);
  const base64 = buffer.toString("base64");
  const hex = buffer.toString("hex");
  return [
    ...[base64, base64.replace(/=+$/, ""), encodeURIComponent(base64), buffer.toString("base64url")],
    ...[hex, hex.toUpperCase()],
  ];
}

/** In a URL (as a part of it, in a form, whole) and in JSON, as JavaScript, Go, Python and PHP write them. */
export function escapedForms(text: string): readonly string[] {
  // Half a character (an unpaired surrogate) has no URL encoding; it becomes U+FFFD, as in UTF-8.
  const wellFormed = Buffer.from(text, "utf8").toString("utf8");
  const url = encodeURIComponent(wellFormed);
  const form = new URLSearchParams([["", wellFormed]]).toString().slice(1);
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replace(/[^\0-\x7f]/g, escapedUnit);
  return [
    ...[url, url.replaceAll("%20", "+"), form, encodeURI(wellFormed)],
    ...[json, json.replace(/[<>&\u2028\u2029]/g, escapedUnit), ascii, ascii.replaceAll("/", "\\/")],
  ];
}

function escapedUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
