import { spawn } from "node:child_process";
import { readlinkSync } from "node:fs";
import { redact, SenderError } from "@secret-handoff/sdk";
import type { Identity } from "age-encryption";
import type { CliContext } from "../context.ts";
import { askPassphrase, type FoundIdentity, readIdentities } from "./identities.ts";

/**
 * Decrypts what a mail holds in place of a link.
 * @param block in armour, from its first line to its last
 * @param paths of --identity
 * @returns a text with the link in it
 * @throws SenderError `identity` that says which key is missing
 */
export async function decryptBlock(
  block: string,
  paths: readonly string[],
  context: CliContext,
): Promise<string> {
  return block.startsWith("-----BEGIN PGP ")
    ? decryptWithGpg(block, context)
    : decryptAge(block, await readIdentities(paths, context), paths, context);
}

async function decryptAge(
  block: string,
  identities: readonly FoundIdentity[],
  paths: readonly string[],
  context: CliContext,
): Promise<string> {
  const { Decrypter, armor } = await import("age-encryption");
  let file: Uint8Array;
  try {
    file = armor.decode(block);
  } catch (cause) {
    throw new SenderError(
      "identity",
      "The encrypted block is damaged. Copy it again, or use the attached file.",
      {
        cause,
      },
    );
  }
  const decrypter = new Decrypter();
  try {
    for (const identity of identities) {
      decrypter.addIdentity(identity.kind === "age" ? identity.secret : lockedIdentity(identity, context));
    }
  } catch {
    // No cause: it could quote the key.
    throw new SenderError("identity", "A private key of --identity is damaged. Copy its file again.");
  }
  let kinds: readonly string[] = [];
  // Asked last, where no key fits: only then it matters what the link is encrypted to.
  decrypter.addIdentity({
    unwrapFileKey: (stanzas) => {
      kinds = stanzas.map(({ args }) => args[0] ?? "");
      return null;
    },
  });
  try {
    return await decrypter.decrypt(file, "text");
  } catch (cause) {
    // A TypeError is a fault of ours, and not of the block.
    if (cause instanceof SenderError || cause instanceof TypeError) throw cause;
    throw new SenderError("identity", kinds.length === 0 ? CHANGED : noKeyFor(kinds, paths), { cause });
  }
}

const CHANGED = "The encrypted block was changed on its way. Copy it again, or use the attached file.";

/** An SSH key that asks for its passphrase only where the link is encrypted to it. */
function lockedIdentity(
  { key, path }: Extract<FoundIdentity, { readonly kind: "ssh" }>,
  { terminal }: CliContext,
): Identity {
  return {
    unwrapFileKey: async (stanzas) => {
      const { isForSshKey, sshIdentity } = await import("@secret-handoff/sdk/recipient-keys");
      if (!isForSshKey(stanzas, key.type, key.wire)) return null;
      const passphrase = key.needsPassphrase ? await askPassphrase(path, terminal) : "";
      const unlocked = await key.unlock(passphrase);
      if (unlocked) return sshIdentity(unlocked).unwrapFileKey(stanzas);
      throw new SenderError("identity", `${path} does not open with this passphrase. Try again.`);
    },
  };
}

const KINDS: Readonly<Record<string, string>> = {
  X25519: "an age key",
  mlkem768x25519: "a post-quantum age key",
  "ssh-ed25519": "an Ed25519 SSH key",
  "ssh-rsa": "an RSA SSH key",
  scrypt: "a passphrase",
};

/** @param kinds of stanzas: what the link is encrypted to */
function noKeyFor(kinds: readonly string[], paths: readonly string[]): string {
  const known = [...new Set(kinds)].map((kind) => KINDS[kind] ?? "a key of another kind").join(" or ");
  const tried =
    paths.length === 0 ? "No usable key in ~/.ssh decrypts it" : `${paths.join(", ")} does not decrypt it`;
  return `${tried}: the link is encrypted to ${known}. Name the file of that private key with --identity.`;
}

/** gpg asks for the passphrase itself. What it is given and what it gives goes through pipes, never through arguments. */
async function decryptWithGpg(block: string, { env }: CliContext): Promise<string> {
  const { code, out, err } = await run("gpg", ["--quiet", "--decrypt"], block, withTerminal(env));
  if (code === 0) return out;
  if (code === "missing") {
    throw new SenderError(
      "identity",
      "This is encrypted with OpenPGP, and there is no gpg here. Decrypt it where your key is, with gpg --decrypt or your program for mail, and paste the link.",
    );
  }
  throw new SenderError(
    "identity",
    `gpg could not decrypt it (gpg says: ${redact(err)}). Is your private key on this machine?`,
  );
}

/** Where gpg asks for a passphrase on the terminal, it must know which: its own standard input is a pipe (gpg-agent(1)). */
function withTerminal(env: CliContext["env"]): CliContext["env"] {
  if (env.GPG_TTY) return env;
  for (const stream of [0, 1, 2]) {
    try {
      const path = readlinkSync(`/proc/self/fd/${stream}`);
      if (/^\/dev\/(pts\/|tty)/.test(path)) return { ...env, GPG_TTY: path };
    } catch {
      // Not on Linux: there the agent asks in a window.
    }
  }
  return env;
}

/** Bytes of each of its outputs. */
const LONGEST_OUTPUT = 1_000_000;

type Ended = { readonly code: number | null | "missing"; readonly out: string; readonly err: string };

function run(
  program: string,
  args: readonly string[],
  input: string,
  env: CliContext["env"],
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    // A small block may unpack to more than fits in memory, and a link is short.
    const keep = (chunks: Buffer[]) => {
      let size = 0;
      return (chunk: Buffer) => {
        size += chunk.length;
        if (size > LONGEST_OUTPUT) child.kill();
        else chunks.push(chunk);
      };
    };
    child.stdout.on("data", keep(out));
    child.stderr.on("data", keep(err));
    // It may have ended before it has read everything.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString("utf8");
    child.on("error", () => resolve({ code: "missing", out: "", err: "" }));
    child.on("close", (code) => resolve({ code, out: text(out), err: text(err) }));
  });
}
