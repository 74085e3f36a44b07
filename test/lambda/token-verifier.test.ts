import { expect, test } from "@jest/globals";
import { createTokenVerifier } from "@secret-handoff/lambda";
import { startOidcIssuer } from "@secret-handoff/local";

const audience = "https://handoff.example";

/** A verifier whose clock a test moves, and an issuer whose tokens hold for five minutes. */
async function startVerifier() {
  const clock = { now: Math.floor(Date.now() / 1_000) };
  const issuer = await startOidcIssuer({ clock: () => clock.now });
  const { issuer: name, jwksUrl } = issuer;
  const verify = createTokenVerifier({ audience, issuer: name, jwksUrl, clock: () => clock.now });
  return { clock, issuer, verify };
}

test("a token that was verified is remembered no longer than it holds", async () => {
  const { clock, issuer, verify } = await startVerifier();
  const token = await issuer.mint({ aud: audience });
  const verified = await verify(token);
  expect(verified).toMatchObject({ kind: "github", claims: { repository: expect.any(String) } });
  expect(await verify(token)).toEqual(verified);
  clock.now += 331;
  await expect(verify(token)).rejects.toMatchObject({ code: "unauthenticated" });
  await issuer.close();
});

test("a verified token vouches for no other: one changed character is a token of its own", async () => {
  const { issuer, verify } = await startVerifier();
  const token = await issuer.mint({ aud: audience });
  await verify(token);
  const [header = "", payload = "", signature = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const other = Buffer.from(JSON.stringify({ ...claims, repository_id: "99" })).toString("base64url");
  for (const forged of [
    `${header}.${other}.${signature}`,
    `${header}.${payload}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
    `${header}.${payload}.`,
  ]) {
    await expect(verify(forged)).rejects.toMatchObject({ code: "unauthenticated" });
  }
  await issuer.close();
});

test("a token is verified by its signature again after 300 others were", async () => {
  const { issuer, verify } = await startVerifier();
  const token = await issuer.mint({ aud: audience }, { job: { repositoryId: "7" } });
  await verify(token);
  for (let n = 0; n < 300; n += 1) await verify(await issuer.mint({ aud: audience, n }));
  expect(await verify(token)).toMatchObject({ claims: { repository_id: "7" } });
  await issuer.close();
});

test("a claim that steers a screen, ends a line or is endless is refused before an event could carry it", async () => {
  const { issuer, verify } = await startVerifier();
  const odd = [
    "refs/heads/x\u2028y",
    "refs/heads/x\u202ey",
    "refs/heads/x\ny",
    `refs/heads/${"x".repeat(1_024)}`,
  ];
  for (const ref of odd) {
    await expect(verify(await issuer.mint({ aud: audience, ref }))).rejects.toMatchObject({
      code: "unauthenticated",
      message: expect.stringContaining("its ref is missing or malformed"),
    });
  }
  const named = await issuer.mint({ aud: audience, ref: "refs/heads/größe-\u{1f511}-修正" });
  expect(await verify(named)).toMatchObject({ kind: "github" });
  await issuer.close();
});
