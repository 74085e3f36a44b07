import { Concealed } from "../concealed.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";

/** Gives a bearer token that is valid for the next minute at least. */
export type TokenSource = (deadline: Deadline) => Promise<Concealed<string>>;

const FRESH_FOR_MS = 60_000;

/**
 * Keeps a token until it is near its expiry, then fetches another. Callers at the same time share one fetch.
 * @param fetchToken gives a new JWT
 */
export function cachedToken(
  fetchToken: (deadline: Deadline) => Promise<string>,
  runtime: Pick<Runtime, "now">,
): TokenSource {
  let kept: { readonly token: Concealed<string>; readonly until: number } | undefined;
  let underWay: Promise<Concealed<string>> | undefined;
  return async (deadline) => {
    if (kept && kept.until - runtime.now() > FRESH_FOR_MS) return kept.token;
    underWay ??= fetchToken(deadline)
      .then((jwt) => {
        const token = new Concealed(jwt);
        kept = { token, until: expiryOf(jwt) };
        return token;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** The exp claim in ms: it only decides when to fetch again. 0 when there is none. */
function expiryOf(jwt: string): number {
  const { exp } = jwtClaims(jwt);
  return typeof exp === "number" ? exp * 1_000 : 0;
}

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
