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

/** In a URL (as a part of it, in a form, whole) and in JSON. */
export function escapedForms(text: string): readonly string[] {
  // Half a character (an unpaired surrogate) has no URL encoding; it becomes U+FFFD, as in UTF-8.
  const wellFormed = Buffer.from(text, "utf8").toString("utf8");
  const url = encodeURIComponent(wellFormed);
  return [url, url.replaceAll("%20", "+"), encodeURI(wellFormed), JSON.stringify(text).slice(1, -1)];
}
