import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { codeSent } from "@secret-handoff/protocol/recipient/code-wording";
import { writeNewFile, writeNewFolder } from "../../packages/cli/src/open/write.ts";
import { importBitwarden, readKdbx } from "../page/importers.ts";
import { EMAIL, FIELDS, ITEMS, type OpenTest, PASSPHRASE, VALUE } from "./open-tests.ts";

/** What `open` writes, where and in which format. */
export function writtenTests(given: OpenTest): void {
  const { stateOf, handOver, open, place } = given;

  describe("what a link brings is written, and acknowledged after that", () => {
    test.each([
      ["to standard output as text", [], "user: orders\npassword: it's $HOME\n"],
      ["as env", ["--format", "env"], "ORDERS_USER='orders'\n# ORDERS_PASSWORD is quoted"],
      [
        "as json",
        ["--format", "json"],
        `${JSON.stringify({ Orders: { user: "orders", password: "it's $HOME" } }, null, 2)}\n`,
      ],
      [
        "as json by --json",
        ["--json"],
        `${JSON.stringify({ Orders: { user: "orders", password: "it's $HOME" } }, null, 2)}\n`,
      ],
      ["raw, the one concealed value and nothing else", ["--format", "raw"], "it's $HOME"],
      ["one field", ["--field", "user"], "orders"],
      ["one field, named with its label", ["--field", "Orders/user"], "orders"],
    ])("%s", async (_, args, expected) => {
      const sealed = await handOver({ items: FIELDS });
      const { code, stdout, stderr } = await open(sealed.link, args, [EMAIL]);
      expect(stderr).toContain("octo/orders sent you access details");
      expect(code).toBe(0);
      expect(stdout.slice(0, expected.length)).toBe(expected);
      expect(await stateOf(sealed)).toBe("delivered");
    });

    test("to a file that only its owner can read", async () => {
      const sealed = await handOver();
      const path = place("secret.txt");
      const { code, stdout, stderr } = await open(sealed.link, [
        "-f",
        "raw",
        "--out",
        path,
        "--email",
        EMAIL,
      ]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
      expect(readFileSync(path, "utf8")).toBe(VALUE);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(path, ".."))).toEqual(["secret.txt"]);
      expect(stderr).not.toContain(VALUE);
    });

    test("a plain value and a sole file have no folder of their own among several items", async () => {
      const data = new TextEncoder().encode("PEM\n");
      const sealed = await handOver({
        items: [
          ...FIELDS,
          { label: "prod/TOKEN", fields: [{ name: "prod/TOKEN", value: "t", concealed: true }] },
          { label: "deploy.pem", fields: [], files: [{ name: "deploy.pem", mediaType: "", data }] },
          { label: "one", fields: [{ name: "key", value: "k", concealed: true }] },
          { label: "ONE", fields: ["Key", "key"].map((name) => ({ name, value: name, concealed: true })) },
        ],
      });
      const path = place("several");
      expect((await open(sealed.link, ["-f", "files", "--out", path, "--email", EMAIL])).code).toBe(0);
      expect(readdirSync(path, { recursive: true }).sort()).toEqual([
        "ONE-2",
        "ONE-2/Key",
        "ONE-2/key-2",
        "Orders",
        "Orders/password",
        "Orders/user",
        "TOKEN",
        "deploy.pem",
        "one",
        "one/key",
      ]);
    });

    test("as a folder of files, whatever the sender called them", async () => {
      const sealed = await handOver({ items: ITEMS });
      const path = place("bundle");
      expect((await open(sealed.link, ["-f", "files", "--out", path, "--email", EMAIL])).code).toBe(0);
      expect(readdirSync(path).sort()).toEqual(["ca.pem", "password", "user"]);
      expect(readFileSync(join(path, "ca.pem"), "utf8")).toBe("PEM\n");
      expect(statSync(path).mode & 0o777).toBe(0o700);
      expect(statSync(join(path, "password")).mode & 0o777).toBe(0o600);
    });

    test("as a KeePass file under a password that is asked for before anything is opened, and for other managers", async () => {
      const sealed = await handOver({ items: ITEMS });
      const path = place("secret.kdbx");
      const args = ["-f", "kdbx", "--out", path, "--email", EMAIL];
      const short = await open(sealed.link, args, ["too short"]);
      expect({ code: short.code, state: await stateOf(sealed) }).toEqual({ code: 2, state: "open" });
      expect(short.stderr).toContain("fewer than 12 characters. Nothing was opened.");
      const { code, stderr } = await open(sealed.link, args, ["a long passwörd"]);
      expect({ code, state: await stateOf(sealed) }).toEqual({ code: 0, state: "delivered" });
      expect(stderr).not.toContain("a long passwörd");
      const [entry] = readKdbx(readFileSync(path), "a long passwörd");
      expect(entry?.strings).toEqual({ Title: "Orders", UserName: "orders", Password: "it's $HOME" });
      expect(Buffer.from(entry?.files["ca.pem"] ?? []).toString()).toBe("PEM\n");
      expect(statSync(path).mode & 0o777).toBe(0o600);

      const other = await handOver({ items: FIELDS });
      const { stdout } = await open(other.link, ["-f", "bitwarden"], [EMAIL]);
      expect(importBitwarden(stdout)[0]).toMatchObject({
        title: "Orders",
        username: "orders",
        password: "it's $HOME",
      });
    });

    // refusals.open.ts has the one that is piped in.
    test("with the passphrase from a file, and not at all without a place to ask", async () => {
      const passphraseFile = place("passphrase");
      writeFileSync(passphraseFile, `${PASSPHRASE}\n`);
      const sealed = await handOver({ passphrase: PASSPHRASE });
      expect((await open(sealed.link, [], [EMAIL])).code).toBe(2);
      expect(await stateOf(sealed)).toBe("open");
      const args = ["-f", "raw", "--passphrase-file", passphraseFile, "--email", EMAIL];
      expect((await open(sealed.link, args)).stdout).toBe(VALUE);
    });

    test("with the code that is mailed", async () => {
      const sealed = await handOver({ mailedCode: true, class: "internal-tool" });
      const running = given.cli.start(["open", "-f", "raw", "--email", EMAIL], { stdin: undefined });
      running.answer(sealed.link);
      await running.said(codeSent);
      const { text } = await given.service.mail.inbox.mailTo(EMAIL);
      running.answer(/\b\d{4} ?\d{4}\b/.exec(text)?.[0] ?? "");
      const { code, stdout } = await running.ended;
      expect({ code, stdout }).toEqual({ code: 0, stdout: VALUE });
    });

    test("from a link that a mail program wrapped over lines", async () => {
      const sealed = await handOver();
      const wrapped = `> ${sealed.link.slice(0, 60)}=\n> ${sealed.link.slice(60)}`;
      expect((await open(wrapped, ["-f", "raw"], [EMAIL])).stdout).toBe(VALUE);
    });

    test("from a link whose id was damaged, at the host that it names", async () => {
      const [first, second] = [await handOver(), await handOver()];
      const withId = (link: string, id: string) => link.replace(/[\w-]{22}(?=#)/, id);
      expect((await open(withId(first.link, ""), ["-f", "raw"], [EMAIL])).stdout).toBe(VALUE);
      expect((await open(withId(second.link, "Xk3"), ["-f", "raw"], [EMAIL])).stdout).toBe(VALUE);
    });

    test("from the key alone, where the service is named", async () => {
      const sealed = await handOver();
      const key = sealed.link.slice(sealed.link.indexOf("#") + 1);
      expect((await open(key, ["-f", "raw"], [EMAIL])).code).toBe(2);
      expect((await open(key, ["-f", "raw", "--endpoint", given.service.url], [EMAIL])).stdout).toBe(VALUE);
    });
  });

  describe("what cannot be written is not acknowledged, and can be had again", () => {
    test("a place that is taken is refused before anything is opened", async () => {
      const sealed = await handOver();
      const path = place("taken");
      writeFileSync(path, "mine");
      const { code, stderr } = await open(sealed.link, ["--out", path, "--email", EMAIL]);
      expect(code).toBe(2);
      expect(stderr).toContain("exists already, and is not overwritten. Nothing was opened.");
      expect(readFileSync(path, "utf8")).toBe("mine");
      const dangling = place("dangling");
      symlinkSync(join(given.cli.folder, "elsewhere"), dangling);
      expect((await open(sealed.link, ["--out", dangling, "--email", EMAIL])).code).toBe(2);
      expect(existsSync(join(given.cli.folder, "elsewhere"))).toBe(false);
      expect(await stateOf(sealed)).toBe("open");
    });

    test("a folder that is not there is refused before anything is opened", async () => {
      const sealed = await handOver();
      const path = join(given.cli.folder, "missing", "secret");
      expect((await open(sealed.link, ["--out", path, "--email", EMAIL])).stderr).toContain(
        "Nothing was opened.",
      );
      expect(await stateOf(sealed)).toBe("open");
    });

    test("a name that no file can have is refused before anything is opened, and nothing is left there", async () => {
      const sealed = await handOver();
      for (const name of ["orders/", "", "n".repeat(256)]) {
        const path = name === "" ? "" : place(name);
        const { code, stderr } = await open(sealed.link, ["--out", path, "--email", EMAIL]);
        expect({ name, code }).toEqual({ name, code: 2 });
        expect(stderr).toContain("Nothing was opened.");
        if (path !== "") expect(readdirSync(join(path, ".."))).toEqual([]);
      }
      expect(await stateOf(sealed)).toBe("open");
    });

    test("a write that fails halfway leaves nothing behind, and says for how long the secret can still be had", async () => {
      const path = place("files");
      const { id } = await handOver();
      // The second name is none that a file can have: it fails as a disk does that is full halfway.
      const files = new Map(["token", "n".repeat(256)].map((name) => [name, VALUE]));
      await expect(writeNewFolder({ path, id }, files)).rejects.toThrow(
        /could not be written \(ENAMETOOLONG\)\. The secret can be had for two minutes .* another --out\.$/,
      );
      const long = join(path, "..", "n".repeat(256));
      await expect(writeNewFile({ path: long, id }, VALUE)).rejects.toThrow("(ENAMETOOLONG)");
      expect(readdirSync(join(path, ".."))).toEqual([]);
    });

    test("a folder that may be written to and not read takes the file", async () => {
      const folder = place("drop");
      mkdirSync(folder);
      chmodSync(folder, 0o333);
      const path = join(folder, "token");
      const { id } = await handOver();
      await writeNewFile({ path, id }, VALUE);
      expect(readFileSync(path, "utf8")).toBe(VALUE);
      chmodSync(folder, 0o700);
    });

    test("a format that cannot hold a file, and a name that is none, lose nothing", async () => {
      const sealed = await handOver({ items: ITEMS });
      const first = await open(sealed.link, ["-f", "env", "--email", EMAIL]);
      expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 2, stdout: "" });
      expect(first.stderr).toContain("There is a file in this handoff, which env cannot hold.");
      const second = await open(sealed.link, ["--field", "pasword", "--email", EMAIL]);
      expect(second.stderr).toContain("There are: Orders/user, Orders/password.");
      expect(await stateOf(sealed)).toBe("claimed");
      expect(first.stderr).not.toContain("You opened this a moment ago.");
      const third = await open(sealed.link, ["--field", "password", "--email", EMAIL]);
      expect(third.stderr).toContain("You opened this a moment ago. Only this computer can show it again");
      expect(third.stderr).not.toContain("tries left");
      expect(third).toMatchObject({ code: 0, stdout: "it's $HOME" });
      expect(await stateOf(sealed)).toBe("delivered");
    });

    test("a full disk behind standard output", async () => {
      const sealed = await handOver();
      const full = await given.cli.run(["open", "-f", "raw", "--email", EMAIL], {
        stdin: sealed.link,
        stdoutTo: "/dev/full",
      });
      expect(full).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/could not be written \(ENOSPC\)\. Nothing is lost: .* two minutes/),
      });
      expect(await stateOf(sealed)).toBe("claimed");
      expect((await open(sealed.link, ["-f", "raw", "--email", EMAIL])).stdout).toBe(VALUE);
    });

    test("another home is another computer: it gets nothing", async () => {
      const sealed = await handOver({ items: ITEMS });
      await open(sealed.link, ["-f", "env", "--email", EMAIL]);
      const { code, stdout } = await open(sealed.link, ["--email", EMAIL], [], {
        env: { HOME: join(given.cli.folder, "other") },
      });
      expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    });

    test("what is kept for the repetition is the claim id alone, for its owner alone", async () => {
      const sealed = await handOver({ items: ITEMS });
      const home = join(given.cli.folder, "kept");
      await open(sealed.link, ["-f", "env", "--email", EMAIL], [], { env: { HOME: home } });
      const folder = join(home, ".local/state/secret-handoff/claims");
      const [name = ""] = readdirSync(folder);
      expect(readFileSync(join(folder, name), "utf8")).toMatch(/^[\w-]{22} \d+$/);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    });
  });
}
