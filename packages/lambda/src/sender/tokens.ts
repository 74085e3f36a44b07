import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import * as v from "valibot";
import { ProblemError } from "../http/problem.ts";
import type { Clock } from "../runtime.ts";
import { GitHubClaims } from "./rights.ts";

/** Seconds by which a token's times may be off. */
const CLOCK_TOLERANCE = 30;

export type TokenOptions = {
  /** The exact origin of this service, without a trailing slash. */
  readonly audience: string;
  readonly issuer: string;
  /** Where the issuer's key set is; `<issuer>/.well-known/jwks` where left out. */
  readonly jwksUrl: string | undefined;
  readonly clock: Clock;
};

/** Verifies a GitHub OIDC token and gives its claims. */
export type VerifyToken = (token: string) => Promise<GitHubClaims>;

/**
 * Verifies signature (RS256 only), issuer, audience and times with jose (RFC 7519, RFC 8725).
 * @throws ProblemError 401 when the token does not hold, 503 when the issuer's keys cannot be fetched
 */
export function createTokenVerifier({ audience, issuer, jwksUrl, clock }: TokenOptions): VerifyToken {
  let keys: JWTVerifyGetKey | undefined;
  return async (token) => {
    // Made on first use, so that a start of the function fetches nothing.
    keys ??= createRemoteJWKSet(new URL(jwksUrl ?? `${issuer}/.well-known/jwks`), { timeoutDuration: 3_000 });
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
    const claims = v.safeParse(GitHubClaims, payload);
    if (!claims.success)
      throw unauthenticated("The token is not a GitHub Actions token: a claim is missing.");
    return claims.output;
  };
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
