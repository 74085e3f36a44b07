import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "@secret-handoff/lambda";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { serveLoopback } from "./loopback.ts";

/** An issuer of another kind than GitHub's. */
export type PipelineIssuer = {
  /** What tokens name as `iss`. */
  readonly issuer: string;
  readonly jwksUrl: string;
  /** A job's `id_tokens` come from here: `GET url?audience=…`, with `&claims=` and JSON for those of another job. */
  readonly tokenUrl: string;
  /** @param claims laid over those of the default job; undefined takes one away */
  readonly mint: (audience: string, claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** Seconds; GitLab's tokens hold as long as the job may run. */
const LIFETIME = 3_600;

/** The claims of a job on the main branch of acme/orders. https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload */
const JOB = {
  namespace_id: "7",
  namespace_path: "acme",
  project_id: "4711",
  project_path: "acme/orders",
  user_id: "12",
  user_login: "mia",
  user_email: "mia@acme.example",
  pipeline_id: "90210",
  pipeline_source: "push",
  job_id: "556677",
  ref: "main",
  ref_type: "branch",
  ref_path: "refs/heads/main",
  ref_protected: "true",
  environment: "production",
  environment_protected: "true",
  runner_environment: "self-hosted",
} as const;

/** GitLab as the issuer of its jobs' tokens, with a key that was made at this start. */
export async function startGitLabIssuer({
  clock = systemClock,
}: {
  readonly clock?: Clock;
} = {}): Promise<PipelineIssuer> {
  const keys = await generateKeyPair("RS256", { modulusLength: 2048 });
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(keys.publicKey)), kid, alg: "RS256", use: "sig" };

  const mint: PipelineIssuer["mint"] = (audience, claims = {}) => {
    const now = clock();
    const job = { ...JOB, ...claims };
    const times = { iat: now, nbf: now - 5, exp: now + LIFETIME };
    const sub = `project_path:${job.project_path}:ref_type:${job.ref_type}:ref:${job.ref}`;
    return new SignJWT({ sub, ...job, ...times, iss: issuer, aud: audience, jti: randomUUID(), ...claims })
      .setProtectedHeader({ typ: "JWT", alg: "RS256", kid })
      .sign(keys.privateKey);
  };

  const { url: issuer, close } = await serveLoopback(async (request, { pathname, searchParams }) => {
    if (request.method !== "GET") return new Response(null, { status: 405, headers: { allow: "GET" } });
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({ issuer, jwks_uri: `${issuer}/oauth/discovery/keys` });
      case "/oauth/discovery/keys":
        return Response.json({ keys: [jwk] });
      case "/id-token": {
        const claims = objectIn(searchParams.get("claims") ?? "{}");
        if (!claims) return Response.json({ message: "claims is not a JSON object" }, { status: 400 });
        return Response.json({ value: await mint(searchParams.get("audience") ?? issuer, claims) });
      }
      default:
        return Response.json({ message: "Not found" }, { status: 404 });
    }
  });
  return { issuer, jwksUrl: `${issuer}/oauth/discovery/keys`, tokenUrl: `${issuer}/id-token`, mint, close };
}

function objectIn(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
