import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onFreePort } from "../../support/free-port.ts";
import { pythonEnvironment } from "../python.ts";

/** Somebody else's emulator of AWS, on a loopback port of its own. */
export type Emulator = {
  readonly name: "moto" | "MiniStack";
  readonly url: string;
  /** The file that it logs to. */
  readonly log: string;
  readonly stop: () => Promise<void>;
};

/** The account in which both emulators put what they make. */
export const ACCOUNT = "123456789012";
/** Credentials that they accept; both take a key of twelve digits for the account's number. */
export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: ACCOUNT,
  AWS_SECRET_ACCESS_KEY: "only-an-emulator",
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Answers AWS's API for what Terraform makes. It runs no function: an invocation is answered without one. */
export async function startMoto(): Promise<Emulator> {
  const python = join(pythonEnvironment("moto"), "python");
  const server = resolve("test/judges/deployment/moto_server.py");
  const emulator = await start(
    "moto",
    (port) => [python, server, "-H", "127.0.0.1", "-p", port],
    "/moto-api/",
  );
  const answer = await fetch(`${emulator.url}/moto-api/config`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ lambda: { use_docker: false } }),
  });
  if (!answer.ok) throw new Error(`moto refused its configuration: ${answer.status}`);
  return emulator;
}

/** Runs the function archives behind an API Gateway, a stream, schedules, a bus and a state machine. */
export function startMiniStack(): Promise<Emulator> {
  const bin = pythonEnvironment("ministack");
  return start("MiniStack", () => [join(bin, "ministack")], "/_ministack/health", {
    // The functions run on this Node.js.
    PATH: `${dirname(process.execPath)}:${bin}:${process.env.PATH}`,
    BIND_HOST: "127.0.0.1",
    MINISTACK_ACCOUNT_ID: ACCOUNT,
    MINISTACK_REGION: "eu-west-1",
    SFN_WAIT_SCALE: "0",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  });
}

const READY_SECONDS = 60;

function start(
  name: Emulator["name"],
  command: (port: string) => readonly string[],
  ready: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Emulator> {
  return onFreePort(async (number) => {
    const port = String(number);
    const folder = mkdtempSync(join(tmpdir(), `secret-handoff-${name.toLowerCase()}-`));
    const log = join(folder, "log");
    const output = openSync(log, "w");
    const [program = "", ...args] = command(port);
    const child = spawn(program, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, GATEWAY_PORT: port, ...env },
      stdio: ["ignore", output, output],
      detached: true,
    });
    const stop = async () => {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    };
    const url = `http://127.0.0.1:${port}`;
    for (const deadline = Date.now() + READY_SECONDS * 1_000; Date.now() < deadline; await wait(250)) {
      const answer = await fetch(`${url}${ready}`).catch(() => undefined);
      if (child.exitCode !== null) {
        process.stderr.write(readFileSync(log));
        await stop();
        return undefined;
      }
      if (answer?.ok) return { name, url, log, stop };
    }
    await stop();
    throw new Error(`${name} did not start within ${READY_SECONDS} seconds`);
  });
}

/** Ends the emulator and the functions that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const ended = once(child, "close");
  process.kill(-child.pid, "SIGTERM");
  const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), 10_000);
  await ended;
  clearTimeout(late);
}
