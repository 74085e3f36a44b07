/**
 * The claims of a JWT, unverified: good for a hint, never for a decision about trust.
 * @returns nothing in it where the text is no JWT
 */
export function jwtClaims(jwt: string): Readonly<Record<string, unknown>> {
  const [, payload = ""] = jwt.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}
