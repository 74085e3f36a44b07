import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

function dev(
  env: Record<string, string> = {},
  ...given: readonly string[]
): ChildProcess & { readonly told: () => string } {
  const child = spawn(process.execPath, ["--import", "tsx", "packages/local/src/dev.ts", ...given], {
    cwd: ROOT,
    env: { ...process.env, ...env },
  });
  let told = "";
  child.stdout.on("data", (text) => {
    told += text;
  });
  return Object.assign(child, { told: () => told });
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "prints one JSON line when it is ready, and after %s nothing is left running",
  async (signal) => {
    const child = dev();
    if (child.stdout) await once(child.stdout, "data");
    const addresses = JSON.parse(child.told());
    expect(Object.keys(addresses)).toEqual([
      "url",
      "inbox",
      "smtp",
      "secretsManager",
      "ses",
      "idTokenRequestUrl",
      "idTokenRequestToken",
      "operators",
      "github",
      "seals",
      "sealKey",
      "gitLabIdTokenUrl",
    ]);
    const answers = await Promise.all([
      fetch(`${addresses.url}/h/x`),
      fetch(`${addresses.inbox}/api/messages`),
      fetch(`${addresses.idTokenRequestUrl}&audience=${addresses.url}`, {
        headers: { authorization: `bearer ${addresses.idTokenRequestToken}` },
      }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    child.kill(signal);
    const [code] = await once(child, "close");
    expect([code, child.told().trimEnd().split("\n").length]).toEqual([0, 1]);
    await expect(fetch(addresses.url)).rejects.toThrow();
  },
);

test("ends when npm is ended, although npm tells only the shell between them", async () => {
  const npm = spawn("npm", ["run", "--silent", "dev"], { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(npm.stdout, "data");
  const { url } = JSON.parse(String(line));
  const connection = connect(Number(new URL(url).port), "127.0.0.1");
  await once(connection, "connect");
  connection.on("error", () => {});
  npm.kill("SIGTERM");
  await new Promise((resolve) => connection.once("close", resolve));
  await expect(fetch(url)).rejects.toThrow();
});

test.each([
  [{ PORT: "http" }, "PORT must be a number from 0 (any free port) to 65535.\n"],
  [{ ENGINE: "sqlite" }, "ENGINE must be dynoxide, dynalite, or the URL of a DynamoDB endpoint.\n"],
  [
    { ENGINE: "http://127.0.0.1:8000", DATA_DIR: "/tmp/never-made" },
    "DATA_DIR has no meaning where ENGINE is an endpoint: it keeps its own data.\n",
  ],
])("what is wrong with %j is reported in one sentence", async (env, sentence) => {
  const child = dev(env);
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint += text;
  });
  const [code] = await once(child, "close");
  expect([code, complaint]).toEqual([1, sentence]);
});

test.each([
  ["--help", 0],
  ["--port=1", 2],
])("%s prints the usage and starts nothing", async (argument, expected) => {
  const child = dev({}, argument);
  let usage = "";
  child.stderr?.on("data", (text) => {
    usage += text;
  });
  const [code] = await once(child, "close");
  expect([code, (child.told() + usage).split("\n")[0]]).toEqual([expected, "usage: secret-handoff-local"]);
});
