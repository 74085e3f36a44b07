import { randomBytes, randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@secret-handoff/lambda";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { Faults, serveLoopback } from "../loopback.ts";
import { claimsOf, type Job, parseJob } from "./job.ts";

/** How a token is made. Everything left out is as GitHub makes it. */
export type Minting = {
  readonly job?: Partial<Job>;
  /** Seconds since it was issued; 0 unless said otherwise. Below zero: in the future. */
  readonly age?: number;
  /**
   * Whose signature it bears: the issuer's; a stranger's key under the issuer's key id; none (`alg: none`); or an HMAC under the
   * issuer's public key (the algorithm confusion of RFC 8725, section 2.1).
   */
  readonly signedBy?: "issuer" | "stranger" | "nobody" | "public key";
};

export type OidcIssuer = {
  /** What tokens name as `iss`. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /**
   * As the runner gives it to a job with `id-token: write`, in ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN. With `&job=` and JSON such
   * as `{"environment":"production"}` it speaks for another job.
   */
  readonly requestUrl: string;
  readonly requestToken: string;
  /** A request token for another job. */
  readonly tokenFor: (job: Partial<Job>) => string;
  /** A token for the default job. @param claims laid over its claims, such as `aud`; undefined takes one away */
  readonly mint: (claims?: Readonly<Record<string, unknown>>, minting?: Minting) => Promise<string>;
  /** Answers of the runner's endpoint, and of the key set, that fail next. */
  readonly tokenFaults: Faults;
  readonly keyFaults: Faults;
  readonly close: () => Promise<void>;
};

/** Seconds, as in GitHub's own example: five minutes to use it, ten before it (OpenID Connect reference). */
const LIFETIME = 300;
const NOT_BEFORE = 600;

/**
 * GitHub's OIDC provider and the runner's id-token endpoint: tokens signed with a key made at this start, whose public half is
 * published where GitHub publishes it.
 * https://docs.github.com/actions/reference/security/oidc
 */
export async function startOidcIssuer({
  clock = systemClock,
}: {
  readonly clock?: Clock;
} = {}): Promise<OidcIssuer> {
  const keys = await generateKeyPair("RS256", { modulusLength: 2048 });
  const stranger = await generateKeyPair("RS256", { modulusLength: 2048 });
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(keys.publicKey)), kid, alg: "RS256", use: "sig" };
  const requestToken = randomBytes(32).toString("base64url");
  const jobs = new Map<string, Partial<Job>>([[requestToken, {}]]);
  const tokenFaults = new Faults();
  const keyFaults = new Faults();

  const mint: OidcIssuer["mint"] = async (claims = {}, { job = {}, age = 0, signedBy = "issuer" } = {}) => {
    const issued = clock() - age;
    const own = claimsOf(job);
    const payload: JWTPayload = {
      ...own,
      jti: randomUUID(),
      iss: issuer,
      aud: `https://github.com/${own.repository_owner}`,
      iat: issued,
      nbf: issued - NOT_BEFORE,
      exp: issued + LIFETIME,
      ...claims,
    };
    switch (signedBy) {
      case "issuer":
        return new SignJWT(payload)
          .setProtectedHeader({ typ: "JWT", alg: "RS256", kid })
          .sign(keys.privateKey);
      case "stranger":
        return new SignJWT(payload)
          .setProtectedHeader({ typ: "JWT", alg: "RS256", kid })
          .sign(stranger.privateKey);
      case "nobody":
        return new UnsecuredJWT(payload).encode();
      case "public key":
        return new SignJWT(payload)
          .setProtectedHeader({ typ: "JWT", alg: "HS256", kid })
          .sign(new TextEncoder().encode(JSON.stringify(jwk)));
    }
  };

  const { url: issuer, close } = await serveLoopback((request, { pathname, searchParams }) => {
    if (request.method !== "GET") return new Response(null, { status: 405, headers: { allow: "GET" } });
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return Response.json(configuration(issuer));
      case "/.well-known/jwks":
        return keyFaults.next() ?? Response.json({ keys: [jwk] });
      case "/idtoken": {
        const fault = tokenFaults.next();
        if (fault) return fault;
        const [, token = ""] = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
        const own = jobs.get(token);
        if (!own) return Response.json({ message: "Unauthorized" }, { status: 401 });
        const other = parseJob(searchParams.get("job") ?? "{}");
        if (!other) return Response.json({ message: "job is not JSON with parts of a job" }, { status: 400 });
        const job = { ...own, ...other };
        const audience = searchParams.get("audience");
        return mint(audience === null ? {} : { aud: audience }, { job }).then((value) =>
          Response.json({ count: value.length, value }),
        );
      }
      default:
        return Response.json({ message: "Not found" }, { status: 404 });
    }
  });

  return {
    issuer,
    jwksUrl: `${issuer}/.well-known/jwks`,
    requestUrl: `${issuer}/idtoken?api-version=2.0`,
    requestToken,
    tokenFor: (job) => {
      const token = randomBytes(32).toString("base64url");
      jobs.set(token, job);
      return token;
    },
    mint,
    tokenFaults,
    keyFaults,
    close,
  };
}

function configuration(issuer: string) {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    subject_types_supported: ["public", "pairwise"],
    response_types_supported: ["id_token"],
    claims_supported: ["sub", "aud", "exp", "iat", "iss", "jti", "nbf", ...Object.keys(claimsOf({}))],
    id_token_signing_alg_values_supported: ["RS256"],
    scopes_supported: ["openid"],
  };
}
