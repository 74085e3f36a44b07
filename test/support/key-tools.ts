import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** The programs with which recipients read what was encrypted to them. */
export type KeyTool = "age" | "gpg" | "ssh-keygen";

const PACKAGES: Readonly<Record<KeyTool, string>> = {
  age: "age",
  gpg: "gnupg",
  "ssh-keygen": "openssh-client",
};

/** Those of the tools that this machine lacks; it is said that what needs them is skipped. */
export function missingTools(...tools: readonly KeyTool[]): readonly KeyTool[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const missing = tools.filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
  for (const tool of missing) {
    process.stdout.write(`skipped: ${tool} is not installed (Debian's package ${PACKAGES[tool]})\n`);
  }
  return missing;
}

/** When OpenPGP keys are made: before every clock of the tests. */
const MADE = "20260101T000000";

/** Keys made by the real tools, in a folder that is removed with them. */
export class KeyRing {
  readonly folder = mkdtempSync(join(tmpdir(), "secret-handoff-keys-"));
  readonly #gnupg = join(this.folder, "gnupg");

  constructor() {
    mkdirSync(this.#gnupg, { mode: 0o700 });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string | Uint8Array): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** @returns the path of the private key; the public one lies beside it, with `.pub` */
  ssh(name: string, args: readonly string[], passphrase = ""): string {
    const path = this.path(name);
    this.#run("ssh-keygen", ["-q", "-C", "ana@laptop", "-N", passphrase, "-f", path, ...args]);
    return path;
  }

  sshPublic(name: string): string {
    return readFileSync(this.path(`${name}.pub`), "utf8").trim();
  }

  fingerprint(name: string): string {
    return (
      this.#run("ssh-keygen", ["-l", "-f", this.path(`${name}.pub`)])
        .toString()
        .split(" ")[1] ?? ""
    );
  }

  /** @returns the recipient, `age1…` */
  age(name: string): string {
    this.#run("age-keygen", ["-o", this.path(name)]);
    return this.#run("age-keygen", ["-y", this.path(name)])
      .toString()
      .trim();
  }

  ageDecrypt(file: string, identity: string): string {
    return this.#run("age", ["--decrypt", "--identity", this.path(identity)], file).toString();
  }

  /** What age itself makes of a text, in armour. */
  ageEncrypt(text: string, key: string): string {
    return this.#run("age", ["--encrypt", "--armor", "--recipient", key], text).toString();
  }

  /** Makes a key without a passphrase. @returns its certificate, in armour */
  openPgp(address: string, args: readonly string[] = ["default", "default", "never"]): string {
    this.gpg(["--faked-system-time", MADE, "--quick-generate-key", address, ...args]);
    return this.gpg(["--armor", "--export", address]).toString();
  }

  /** Revokes the key by the certificate that gpg has made with it. @returns its certificate, in armour */
  revoke(address: string): string {
    const listed = this.gpg(["--with-colons", "--list-keys", address]).toString();
    const [, fingerprint = ""] = /^fpr:{9}([0-9A-F]+):/m.exec(listed) ?? [];
    const revocation = readFileSync(join(this.#gnupg, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
    this.gpg(["--import"], revocation.replace(/^:-----BEGIN/m, "-----BEGIN"));
    return this.gpg(["--armor", "--export", address]).toString();
  }

  gpg(args: readonly string[], input?: string | Uint8Array): Buffer {
    const batch = ["--homedir", this.#gnupg, "--batch", "--quiet", "--yes", "--passphrase", ""];
    return this.#run("gpg", [...batch, "--pinentry-mode", "loopback", ...args], input);
  }

  get gnupg(): string {
    return this.#gnupg;
  }

  remove(): void {
    try {
      this.#run("gpgconf", ["--homedir", this.#gnupg, "--kill", "all"]);
    } catch {
      // Without gpg there is no agent to stop.
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #run(program: string, args: readonly string[], input?: string | Uint8Array): Buffer {
    return execFileSync(program, args, { input, stdio: ["pipe", "pipe", "pipe"] });
  }
}
