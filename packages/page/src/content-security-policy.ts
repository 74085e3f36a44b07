import { createHash } from "node:crypto";

/**
 * Nothing but this one script and style, talking to its own origin; no markup from strings (Trusted Types). `img-src data:` is
 * for the tab's icon: without one of its own a browser asks the service for /favicon.ico.
 */
export function contentSecurityPolicy({
  script,
  style,
}: {
  readonly script: string;
  readonly style: string;
}): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
