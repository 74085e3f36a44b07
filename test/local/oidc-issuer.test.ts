import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Minting, type OidcIssuer, startOidcIssuer } from "@secret-handoff/local";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";

const NOW = 1_800_000_000;
const AUDIENCE = "https://handoff.example.com";
let issuer: OidcIssuer;

beforeAll(async () => {
  issuer = await startOidcIssuer({ clock: () => NOW });
});
afterAll(() => issuer.close());

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUrl)), {
    algorithms: ["RS256"],
    issuer: issuer.issuer,
    audience: AUDIENCE,
    currentDate: new Date(NOW * 1_000),
  });

/** As @actions/core asks for it. */
async function request(token: string, audience = AUDIENCE) {
  const response = await fetch(`${issuer.requestUrl}&audience=${encodeURIComponent(audience)}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: (await response.json()) as { readonly value?: string } };
}

test("a job gets a token for its audience that holds against the published keys", async () => {
  const { body } = await request(issuer.requestToken);
  const { payload, protectedHeader } = await verify(body.value ?? "");
  expect(protectedHeader).toMatchObject({ alg: "RS256", typ: "JWT" });
  expect(payload).toMatchObject({
    iss: issuer.issuer,
    aud: AUDIENCE,
    sub: "repo:acme/orders:ref:refs/heads/main",
    repository: "acme/orders",
    repository_owner: "acme",
    event_name: "workflow_dispatch",
    workflow_ref: "acme/orders/.github/workflows/rotate.yml@refs/heads/main",
    iat: NOW,
    exp: NOW + 300,
  });
});

test("the configuration names the issuer and its keys", async () => {
  const found = await (await fetch(`${issuer.issuer}/.well-known/openid-configuration`)).json();
  expect(found).toMatchObject({ issuer: issuer.issuer, jwks_uri: issuer.jwksUrl });
  expect(await (await fetch(issuer.jwksUrl)).text()).not.toContain(`"d":`);
});

test("a request without a job's token is refused", async () => {
  expect((await request("guess")).status).toBe(401);
});

test("another job's token names that job", async () => {
  const token = issuer.tokenFor({ repository: "acme/billing", environment: "production: eu" });
  const claims = decodeJwt((await request(token)).body.value ?? "");
  expect(claims).toMatchObject({
    repository: "acme/billing",
    environment: "production: eu",
    sub: "repo:acme/billing:environment:production%3A eu",
  });
});

describe("with &job= the endpoint speaks for another job", () => {
  const claimsFor = async (job: string) => {
    const response = await fetch(`${issuer.requestUrl}&audience=a&job=${encodeURIComponent(job)}`, {
      headers: { authorization: `bearer ${issuer.requestToken}` },
    });
    const { value } = (await response.json()) as { readonly value?: string };
    return { status: response.status, claims: value === undefined ? undefined : decodeJwt(value) };
  };

  test("every part of it becomes the claim that GitHub makes of it", async () => {
    const { claims } = await claimsFor(
      JSON.stringify({
        environment: "approve-security",
        repository: "octo/payments",
        repositoryId: 42,
        ownerId: "7",
        ref: "refs/tags/v2",
        event: "push",
        run: 99,
        attempt: 2,
        actor: "lee-octo",
        actorId: "12",
        workflow: ".github/workflows/release.yml",
        reusableWorkflow: "octo/shared/.github/workflows/hand-over.yml@refs/heads/main",
      }),
    );
    expect(claims).toMatchObject({
      sub: "repo:octo/payments:environment:approve-security",
      environment: "approve-security",
      repository: "octo/payments",
      repository_id: "42",
      repository_owner: "octo",
      repository_owner_id: "7",
      ref: "refs/tags/v2",
      ref_type: "tag",
      event_name: "push",
      run_id: "99",
      run_attempt: "2",
      actor: "lee-octo",
      actor_id: "12",
      workflow: ".github/workflows/release.yml",
      workflow_ref: "octo/payments/.github/workflows/release.yml@refs/tags/v2",
      job_workflow_ref: "octo/shared/.github/workflows/hand-over.yml@refs/heads/main",
    });
  });

  test("another repository, owner or actor is never taken for the default job's", async () => {
    const own = decodeJwt((await request(issuer.requestToken)).body.value ?? "");
    const { claims: other } = await claimsFor('{"repository":"octo/orders","actor":"lee"}');
    for (const claim of ["repository_id", "repository_owner_id", "actor_id"]) {
      expect(other?.[claim]).toMatch(/^\d+$/);
      expect(other?.[claim]).not.toBe(own[claim]);
    }
    const { claims: sibling } = await claimsFor('{"repository":"acme/billing"}');
    expect(sibling).toMatchObject({
      repository_owner_id: own.repository_owner_id,
      actor_id: own.actor_id,
    });
    expect(sibling?.repository_id).not.toBe(own.repository_id);
  });

  test.each(["x", "[]", '{"jobs":"x"}', '{"environment":""}', '{"repository":"no-owner"}'])(
    "%s is refused",
    async (job) => {
      expect((await claimsFor(job)).status).toBe(400);
    },
  );

  test("the request token is needed all the same", async () => {
    expect((await fetch(`${issuer.requestUrl}&job={}`)).status).toBe(401);
  });
});

test("the subject can have the immutable form", async () => {
  const token = await issuer.mint({}, { job: { immutableSubject: true } });
  expect(decodeJwt(token).sub).toBe("repo:acme@9406127/orders@731204468:ref:refs/heads/main");
});

describe("tokens that must not hold", () => {
  const cases: readonly [string, Record<string, unknown>, Minting][] = [
    ["of another issuer", { iss: "https://issuer.example" }, {}],
    ["for another audience", { aud: "https://other.example" }, {}],
    ["expired", {}, { age: 301 }],
    ["issued in the future", {}, { age: -601 }],
    ["signed by a stranger", {}, { signedBy: "stranger" }],
    ["unsigned", {}, { signedBy: "nobody" }],
    ["signed with the public key as a shared secret", {}, { signedBy: "public key" }],
  ];
  test.each(cases)("%s", async (_, claims, minting) => {
    const token = await issuer.mint({ aud: AUDIENCE, ...claims }, minting);
    await expect(verify(token)).rejects.toThrow();
  });

  test("an unsigned one says so in its header", async () => {
    const token = await issuer.mint({}, { signedBy: "nobody" });
    expect(decodeProtectedHeader(`${token}`)).toEqual({ alg: "none" });
  });
});

test("answers fail as ordered, then work again", async () => {
  issuer.tokenFaults.order(() => Response.json({}, { status: 503 }));
  expect((await request(issuer.requestToken)).status).toBe(503);
  expect((await request(issuer.requestToken)).status).toBe(200);
});
