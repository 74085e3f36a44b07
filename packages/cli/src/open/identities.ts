import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SenderError, systemCode } from "@secret-handoff/sdk";
import type { CliContext } from "../context.ts";
import type { Terminal } from "../terminal.ts";
import type { SshKeyFile } from "./ssh-private-key.ts";

/** A private key that may decrypt a link: a native one of age, or one of SSH. */
export type FoundIdentity =
  | { readonly kind: "age"; readonly secret: string }
  | { readonly kind: "ssh"; readonly path: string; readonly key: SshKeyFile };

/** What SSH uses where nobody says otherwise, as far as age can encrypt to it. */
const USUAL = ["id_ed25519", "id_rsa"];

/**
 * Reads the files of --identity, or else the usual ones in ~/.ssh that are there.
 * @throws SenderError `identity` where a named file cannot be used, or none of the usual ones that are there
 */
export async function readIdentities(
  paths: readonly string[],
  { home, terminal }: CliContext,
): Promise<readonly FoundIdentity[]> {
  const found: FoundIdentity[] = [];
  for (const path of paths) found.push(...(await identitiesIn(await textOf(path), path, terminal)));
  if (paths.length > 0) return found;
  let refusal: SenderError | undefined;
  for (const path of USUAL.map((name) => join(home, ".ssh", name))) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      found.push(...(await identitiesIn(text, path, terminal)));
    } catch (error) {
      // Nobody named this file: it matters only where the other does not help.
      if (!(error instanceof SenderError)) throw error;
      refusal ??= error;
    }
  }
  if (found.length === 0 && refusal) throw refusal;
  return found;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "latin1");
  } catch (cause) {
    const code = systemCode(cause);
    throw new SenderError(
      "identity",
      `${path} cannot be read${code === undefined ? "" : ` (${code})`}. Check the path of --identity.`,
      {
        cause,
      },
    );
  }
}

async function identitiesIn(
  text: string,
  path: string,
  terminal: Terminal,
): Promise<readonly FoundIdentity[]> {
  if (/^-----BEGIN OPENSSH PRIVATE KEY-----/m.test(text)) {
    const { readOpenSshKey } = await import("./ssh-private-key.ts");
    return [{ kind: "ssh", path, key: readOpenSshKey(text, path) }];
  }
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text)) {
    const { readPemKey } = await import("./ssh-private-key.ts");
    return [{ kind: "ssh", path, key: readPemKey(text, path) }];
  }
  if (/^(ssh-|ecdsa-|sk-|age1)/m.test(text)) {
    throw new SenderError("identity", `${path} is a public key. Name the file of its private half.`);
  }
  if (/^(age-encryption\.org\/|-----BEGIN AGE ENCRYPTED FILE-----)/.test(text)) {
    return identitiesIn(await withPassphrase(text, path, terminal), path, terminal);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const secrets = lines.filter((line) => line.startsWith("AGE-SECRET-KEY-"));
  if (secrets.length > 0) return secrets.map((secret) => ({ kind: "age", secret }));
  throw new SenderError(
    "identity",
    lines.some((line) => line.startsWith("AGE-PLUGIN-"))
      ? `${path} needs a plugin of age. Decrypt the link with age --decrypt -i ${path}, and paste what it shows.`
      : `${path} is no private key of SSH or age. Check --identity.`,
  );
}

/** A file of identities that is itself encrypted, with a passphrase (`age -p`). */
async function withPassphrase(text: string, path: string, terminal: Terminal): Promise<string> {
  const { Decrypter, armor } = await import("age-encryption");
  const passphrase = await askPassphrase(path, terminal);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    const file = text.startsWith("-----BEGIN") ? armor.decode(text) : Buffer.from(text, "latin1");
    return await decrypter.decrypt(file, "text");
  } catch {
    throw new SenderError("identity", `${path} does not open with this passphrase. Try again.`);
  }
}

/** From the pipe, as every answer, or from the person at the terminal. @throws SenderError `identity` where there is neither */
export async function askPassphrase(path: string, terminal: Terminal): Promise<string> {
  const question = `Passphrase of ${path}: `;
  const answer = (await terminal.pipedLine()) ?? (await terminal.ask(question, { hidden: true }));
  if (answer !== undefined) return answer;
  throw new SenderError(
    "identity",
    `${path} has a passphrase, and there is no terminal to ask at. Pipe it in behind the link, on a line of its own.`,
  );
}
