import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { deriveLinkKeys, deriveOpenKeys, encodeBase64url, open, parseLink } from "@secret-handoff/protocol";
import { Sender } from "../support/sender.ts";
import { pythonEnvironment } from "./python.ts";

type Addresses = {
  readonly url: string;
  readonly idTokenRequestUrl: string;
  readonly idTokenRequestToken: string;
};

const SECONDS = 90;
/** Enough that some are still open when the run ends; each can be claimed, locked, reported and revoked once. */
const HANDOFFS = 40;
const EMAIL = "ana@vendor.example";

/**
 * schemathesis against `npm run dev` and docs/openapi.yaml: no 5xx, no answer that is not documented. It gets a sender's token and
 * handoffs that exist, so that it comes further than "not found".
 */
export async function schemathesis(): Promise<boolean> {
  const program = join(pythonEnvironment("api"), "schemathesis");
  const folder = mkdtempSync(join(tmpdir(), "schemathesis-"));
  const service = spawn("npm", ["run", "--silent", "dev"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
    env: { ...process.env, PORT: "0", DATA_DIR: "" },
  });
  try {
    const addresses = await ready(service);
    const token = await mint(addresses);
    const handoffs = join(folder, "handoffs.json");
    writeFileSync(handoffs, JSON.stringify(await handOver(addresses)));
    const run = spawn(
      program,
      [
        ...["--config-file", resolve("test/judges/schemathesis.toml"), "run", resolve("docs/openapi.yaml")],
        ...["--url", addresses.url, "--header", `Authorization: Bearer ${token}`],
        ...[
          "--seed",
          process.env.SEED ?? "1",
          "--max-time",
          String(SECONDS),
          "--continue-on-failure",
          "--warnings",
          "off",
        ],
      ],
      {
        cwd: folder,
        stdio: "inherit",
        env: {
          ...process.env,
          HANDOFFS: handoffs,
          PYTHONPATH: resolve("test/judges"),
          PYTHONDONTWRITEBYTECODE: "1",
          SCHEMATHESIS_HOOKS: "known_handoffs",
        },
      },
    );
    return (await ended(run)) === 0 && service.exitCode === null;
  } finally {
    if (service.pid !== undefined && service.exitCode === null) process.kill(-service.pid, "SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ready(service: ChildProcess): Promise<Addresses> {
  if (service.stdout === null) throw new Error("the local stack has no standard output");
  for await (const line of createInterface({ input: service.stdout })) return JSON.parse(line);
  throw new Error("the local stack ended before it was ready");
}

async function mint({ url, idTokenRequestUrl, idTokenRequestToken }: Addresses): Promise<string> {
  const response = await fetch(`${idTokenRequestUrl}&audience=${encodeURIComponent(url)}`, {
    headers: { authorization: `Bearer ${idTokenRequestToken}` },
  });
  return (await response.json()).value;
}

/** Handoffs with all that their recipient knows or may send. */
async function handOver(addresses: Addresses) {
  const clock = { now: Math.floor(Date.now() / 1_000) };
  const sender = new Sender({ url: addresses.url, clock, mint: () => mint(addresses) });
  const handoffs = [];
  for (let made = 0; made < HANDOFFS; made += 1) {
    const sealed = await sender.handOver({ email: EMAIL });
    const link = parseLink(sealed.link);
    const { linkToken, emailKey } = deriveLinkKeys(link);
    const openKeys = await deriveOpenKeys(link, { email: EMAIL });
    const { receipt } = open(link, openKeys, sealed);
    handoffs.push({
      id: link.id,
      linkToken: encodeBase64url(linkToken),
      claimToken: encodeBase64url(openKeys.claimToken),
      claimId: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
      receipt: encodeBase64url(receipt),
      emailKey: encodeBase64url(emailKey),
      email: EMAIL,
      flags: link.flags,
    });
  }
  return handoffs;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}
