import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { deadlineAfter, loadKeys, platformRuntime, SenderError } from "@secret-handoff/sdk";
import { armor, Encrypter } from "age-encryption";
import { KeyRing, missingTools } from "../support/key-tools.ts";
import { EMAIL, type OpenTest, VALUE } from "./open-tests.ts";

/** Links that are encrypted to a key of the recipient's own. */
export function keyTests(given: OpenTest): void {
  const { stateOf, handOver, open } = given;

  describe("a link that is encrypted to a key of the recipient's own", () => {
    const keys = new KeyRing();
    afterAll(() => keys.remove());
    const tools = missingTools("age", "gpg", "ssh-keygen");
    const withTools = tools.length === 0 ? test : test.skip;
    const PASSWORD = "a phrase for the key";
    const line = (name: string) => keys.sshPublic(name);

    /** What the mail holds instead of the link. */
    async function encrypted(link: string, key: string): Promise<string> {
      const context = { runtime: platformRuntime, deadline: deadlineAfter(60) };
      const [loaded] = await loadKeys([{ address: EMAIL, key }], context);
      if (!loaded?.key || loaded.key instanceof SenderError) throw loaded?.key ?? new Error("no key");
      if (loaded.key.kind === "age") return loaded.key.encryptLink(link);
      const entity = `Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n\r\n${link}\r\n`;
      return loaded.key.encryptMail(new TextEncoder().encode(entity));
    }

    beforeAll(() => {
      if (tools.length > 0) return;
      mkdirSync(join(given.cli.home, ".ssh"), { recursive: true });
      keys.ssh("ed25519", ["-t", "ed25519"]);
      keys.ssh("locked", ["-t", "ed25519"], PASSWORD);
      keys.ssh("rsa", ["-t", "rsa", "-b", "2048"]);
      keys.ssh("locked-rsa", ["-t", "rsa", "-b", "2048", "-Z", "aes256-gcm@openssh.com"], PASSWORD);
      keys.ssh("pem", ["-t", "rsa", "-b", "2048", "-m", "PEM"]);
      keys.openPgp(EMAIL);
    });

    withTools.each([
      ["an Ed25519 key", "ed25519", []],
      ["an Ed25519 key with a passphrase", "locked", [PASSWORD]],
      ["an RSA key", "rsa", []],
      ["an RSA key with a passphrase, under another cipher", "locked-rsa", [PASSWORD]],
      ["an RSA key in PEM", "pem", []],
    ])("opens with %s of SSH", async (_, name, passphrases) => {
      const sealed = await handOver();
      const block = await encrypted(sealed.link, line(name));
      const args = ["--format", "raw", "--field", "password", "--identity", keys.path(name)];
      const { code, stdout, stderr } = await open(block.trim(), args, [...passphrases, EMAIL]);
      expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: VALUE });
      expect(stdout + stderr).not.toContain(sealed.link.slice(-40));
      expect(await stateOf(sealed)).toBe("delivered");
    });

    withTools("opens with an age identity, and with one that is in a file with a passphrase", async () => {
      const recipient = keys.age("age.key");
      const locked = new Encrypter();
      locked.setPassphrase(PASSWORD);
      locked.setScryptWorkFactor(10);
      keys.write(
        "age.key.age",
        armor.encode(await locked.encrypt(readFileSync(keys.path("age.key"), "utf8"))),
      );
      for (const [name, passphrases] of [
        ["age.key", []],
        ["age.key.age", [PASSWORD]],
      ] as const) {
        const { link } = await handOver();
        const args = [
          "--format",
          "raw",
          "--field",
          "password",
          "-i",
          keys.path("rsa"),
          "-i",
          keys.path(name),
        ];
        const block = `> ${(await encrypted(link, recipient)).trim().replaceAll("\n", "\r\n> ")}`;
        expect(await open(block, args, [...passphrases, EMAIL])).toMatchObject({ code: 0, stdout: VALUE });
      }
    });

    withTools(
      "opens with the key in ~/.ssh where none is named, and with gpg where it is OpenPGP",
      async () => {
        writeFileSync(join(given.cli.home, ".ssh", "id_ed25519"), readFileSync(keys.path("ed25519")), {
          mode: 0o600,
        });
        // A key that cannot be used, which nobody has named, is not in the way of the one that fits.
        writeFileSync(join(given.cli.home, ".ssh", "id_rsa"), "PuTTY-User-Key-File-3: ssh-rsa\n");
        const raw = ["--format", "raw", "--field", "password"];
        const first = await handOver();
        const block = await encrypted(first.link, line("ed25519"));
        expect(await open(block, raw, [EMAIL])).toMatchObject({ code: 0, stdout: VALUE });
        const second = await handOver();
        const certificate = keys.write("ana.asc", keys.gpg(["--armor", "--export", EMAIL]));
        const message = await encrypted(second.link, `openpgp:${certificate}`);
        const gpg = { env: { GNUPGHOME: keys.gnupg } };
        expect(await open(message, raw, [EMAIL], gpg)).toMatchObject({ code: 0, stdout: VALUE });
        const empty = await given.cli.run(["open"], { stdin: message, env: { GNUPGHOME: keys.folder } });
        expect(empty).toMatchObject({ code: 4, stdout: "" });
        expect(empty.stderr).toContain("gpg could not decrypt it");
        const none = await given.cli.run(["open"], { stdin: message, env: { PATH: keys.folder } });
        expect(none.stderr).toContain("there is no gpg here. Decrypt it where your key is");
      },
    );

    withTools("says which key is missing, and what is wrong with the file or the block", async () => {
      const { link } = await handOver();
      const block = await encrypted(link, line("locked"));
      const said = async (text: string, name: string, lines: readonly string[] = []) => {
        const { code, stdout, stderr } = await open(text, ["--identity", keys.path(name)], lines);
        expect({ stdout, leak: stderr.includes(link.slice(-40)) }).toEqual({ stdout: "", leak: false });
        return `${code}: ${stderr}`;
      };
      expect(await said(block, "rsa")).toContain("4: Error: ");
      expect(await said(block, "rsa")).toContain(
        "the link is encrypted to an Ed25519 SSH key. Name the file",
      );
      expect(await said(block, "locked", ["wrong"])).toContain("does not open with this passphrase");
      expect(await said(block, "rsa.pub")).toContain("is a public key. Name the file of its private half.");
      expect(await said(block, "nowhere")).toContain("cannot be read (ENOENT)");
      expect(await said(block.split("\n").slice(0, 4).join("\n"), "rsa")).toContain(
        "The encrypted block is cut.",
      );
      expect(await said(block.replace("\n", "\n!"), "locked")).toContain("The encrypted block is damaged.");
      const lines = block.trim().split("\n");
      const changed = lines.with(
        -3,
        (lines.at(-3) ?? "").replace(/^./, (one) => (one === "A" ? "B" : "A")),
      );
      expect(await said(changed.join("\n"), "locked", [PASSWORD])).toContain("was changed on its way.");
    });
  });
}
