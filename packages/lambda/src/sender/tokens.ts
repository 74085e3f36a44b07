import { createHash } from "node:crypto";
import type { TrustedIssuer } from "@secret-handoff/protocol/api";
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import * as v from "valibot";
import { ProblemError } from "../http/problem.ts";
import type { Clock } from "../runtime.ts";
import { type PipelineToken, pipelineTokenOf } from "./pipelines.ts";
import { GitHubClaims } from "./rights.ts";

/** Seconds by which a token's times may be off. */
const CLOCK_TOLERANCE = 30;

type TokenOptions = {
  /** The exact origin of this service, without a trailing slash. */
  readonly audience: string;
  readonly issuer: string;
  /** Where the issuer's key set is; `<issuer>/.well-known/jwks` where left out. */
  readonly jwksUrl: string | undefined;
  /** Others than GitHub's. @default none */
  readonly issuers?: readonly TrustedIssuer[];
  readonly clock: Clock;
};

/** A token that holds: GitHub's, or that of another trusted issuer. */
type VerifiedToken = { readonly kind: "github"; readonly claims: GitHubClaims } | PipelineToken;

/** Verifies an OIDC token and gives its claims. */
export type VerifyToken = (token: string) => Promise<VerifiedToken>;

/**
 * Verifies signature (RS256 only), issuer, audience and times with jose (RFC 7519, RFC 8725). A step shows one token with each of its
 * calls, so what was verified is remembered until the token expires.
 * @throws ProblemError 401 when the token does not hold, 503 when the issuer's keys cannot be fetched
 */
export function createTokenVerifier({
  audience,
  issuer: github,
  jwksUrl,
  issuers = [],
  clock,
}: TokenOptions): VerifyToken {
  const verified = new VerifiedTokens(clock);
  // Made on first use, so that a start of the function fetches nothing.
  const keySets = new Map<string, JWTVerifyGetKey>();
  const keysOf = (issuer: string, url: string) => {
    const keys = keySets.get(issuer) ?? createRemoteJWKSet(new URL(url), { timeoutDuration: 3_000 });
    keySets.set(issuer, keys);
    return keys;
  };
  return async (token) => {
    const known = verified.get(token);
    if (known) return known;
    // What it claims decides whose keys must have signed it, and nothing else.
    const claimed = issuerOf(token);
    const trusted = claimed === github ? undefined : issuers.find(({ issuer }) => issuer === claimed);
    const issuer = trusted?.issuer ?? github;
    const keys = keysOf(issuer, trusted?.jwksUrl ?? jwksUrl ?? `${github}/.well-known/jwks`);
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, {
        algorithms: ["RS256"],
        audience,
        issuer,
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(clock() * 1000),
        requiredClaims: ["exp", "iat", "sub"],
      }));
    } catch (cause) {
      throw refusal(cause);
    }
    const found = trusted ? pipelineTokenOf(trusted, payload) : gitHubTokenOf(payload);
    if (typeof found === "string") throw unauthenticated(`The token's ${found} is missing or malformed.`);
    verified.add(token, found, payload.exp ?? 0);
    return found;
  };
}

/** @throws ProblemError 401 */
function gitHubTokenOf(payload: JWTPayload): VerifiedToken {
  const claims = v.safeParse(GitHubClaims, payload);
  if (!claims.success)
    throw unauthenticated(
      `The token is no GitHub Actions token that this service takes: its ${v.getDotPath(claims.issues[0]) ?? "content"} is missing or malformed.`,
    );
  return { kind: "github", claims: claims.output };
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** As long as GitHub's tokens hold: a key that the issuer has withdrawn is trusted no longer than this. Seconds. */
const REMEMBERED_SECONDS = 300;
/** More than the jobs that show a token to one instance of the function in that time. */
const TOKENS_REMEMBERED = 200;

/** Claims of tokens that were verified a moment ago, by the token's SHA-256: memory holds no token. */
class VerifiedTokens {
  readonly #clock: Clock;
  readonly #verified = new Map<string, { readonly found: VerifiedToken; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(token: string): VerifiedToken | undefined {
    const found = this.#verified.get(hashOf(token));
    return found && this.#clock() < found.until ? found.found : undefined;
  }

  /** @param expires the token's `exp`, Unix seconds */
  add(token: string, found: VerifiedToken, expires: number): void {
    const [oldest] = this.#verified.keys();
    if (oldest !== undefined && this.#verified.size >= TOKENS_REMEMBERED) this.#verified.delete(oldest);
    const until = Math.min(expires, this.#clock() + REMEMBERED_SECONDS);
    this.#verified.set(hashOf(token), { found, until });
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}

export function unauthenticated(detail: string, cause?: unknown): ProblemError {
  return new ProblemError("unauthenticated", detail, { headers: { "www-authenticate": "Bearer" }, cause });
}

function refusal(cause: unknown): ProblemError {
  if (cause instanceof errors.JWTExpired)
    return unauthenticated("The token has expired. Ask for a new one.", cause);
  if (cause instanceof errors.JWTClaimValidationFailed) {
    return unauthenticated(`The token's ${cause.claim} is not the one this service expects.`, cause);
  }
  if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError) || isFetchFailure(cause)) {
    return new ProblemError("unavailable", "The token issuer's keys cannot be fetched. Try again.", {
      headers: { "retry-after": "5" },
      cause,
    });
  }
  return unauthenticated("The token is not signed by the issuer that this service trusts.", cause);
}

/** jose throws its base class when the key set's answer is not 200 or not JSON. */
function isFetchFailure(error: errors.JOSEError): boolean {
  return error.code === "ERR_JOSE_GENERIC" || error instanceof errors.JWKSInvalid;
}
