import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { parseLink, type Sealed, type SealInput } from "@secret-handoff/protocol";
import { inFull } from "@secret-handoff/protocol/recipient";
import * as say from "@secret-handoff/protocol/recipient/wording";
import { deadlineAfter, loadKeys, platformRuntime, SenderError } from "@secret-handoff/sdk";
import { armor, Encrypter } from "age-encryption";
import { importBitwarden, readKdbx } from "../page/importers.ts";
import { startEndlessServer } from "../support/endless-server.ts";
import { KeyRing, missingTools } from "../support/key-tools.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { InProcessCli, type RunOptions } from "./harness.ts";

const EMAIL = "ana@vendor.example";
const PASSPHRASE = "correct horse battery staple";
const VALUE = "hunter2-hunter2";

let service: TestService;
let sender: Sender;
let cli: InProcessCli;
let folders = 0;

beforeAll(async () => {
  cli = new InProcessCli();
  service = await startTestService();
  sender = new Sender(service);
});
afterAll(async () => {
  await service.close();
  cli.remove();
});

const stateOf = async ({ id }: Sealed) => (await service.stored(id))?.state?.S;
const handOver = (input: Partial<SealInput> = {}) => sender.handOver({ email: EMAIL, ...input });

/** Pipes the link in, and the lines that answer. */
const open = (
  link: string,
  args: readonly string[] = [],
  lines: readonly string[] = [],
  more: RunOptions = {},
) => cli.run(["open", ...args], { stdin: `${[link, ...lines].join("\n")}\n`, ...more });

/** A new folder of its own. */
function place(name: string): string {
  folders += 1;
  const folder = join(cli.folder, `out-${folders}`);
  mkdirSync(folder);
  return join(folder, name);
}

const ITEMS = [
  {
    label: "Orders",
    fields: [
      { name: "user", value: "orders", concealed: false },
      { name: "password", value: "it's $HOME", concealed: true },
    ],
    files: [{ name: "../ca.pem", mediaType: "text/plain", data: new TextEncoder().encode("PEM\n") }],
  },
];
const FIELDS = ITEMS.map(({ label, fields }) => ({ label, fields }));

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
    expect(stderr).toContain("octo/orders sent you a secret");
    expect(code).toBe(0);
    expect(stdout.slice(0, expected.length)).toBe(expected);
    expect(await stateOf(sealed)).toBe("delivered");
  });

  test("to a file that only its owner can read", async () => {
    const sealed = await handOver();
    const path = place("secret.txt");
    const { code, stdout, stderr } = await open(sealed.link, ["-f", "raw", "--out", path, "--email", EMAIL]);
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
      ],
    });
    const path = place("several");
    expect((await open(sealed.link, ["-f", "files", "--out", path, "--email", EMAIL])).code).toBe(0);
    expect(readdirSync(path, { recursive: true }).sort()).toEqual([
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

  // From a pipe it is taken where wrong answers are refused, below.
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
    const running = cli.start(["open", "-f", "raw", "--email", EMAIL], { stdin: undefined });
    running.answer(sealed.link);
    await running.said(say.codeSent);
    const { text } = await service.mail.inbox.mailTo(EMAIL);
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
    expect((await open(key, ["-f", "raw", "--endpoint", service.url], [EMAIL])).stdout).toBe(VALUE);
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
    symlinkSync(join(cli.folder, "elsewhere"), dangling);
    expect((await open(sealed.link, ["--out", dangling, "--email", EMAIL])).code).toBe(2);
    expect(existsSync(join(cli.folder, "elsewhere"))).toBe(false);
    expect(await stateOf(sealed)).toBe("open");
  });

  test("a folder that is not there is refused before anything is opened", async () => {
    const sealed = await handOver();
    const path = join(cli.folder, "missing", "secret");
    expect((await open(sealed.link, ["--out", path, "--email", EMAIL])).stderr).toContain(
      "Nothing was opened.",
    );
    expect(await stateOf(sealed)).toBe("open");
  });

  test("a format that cannot hold a file, and a name that is none, lose nothing", async () => {
    const sealed = await handOver({ items: ITEMS });
    const first = await open(sealed.link, ["-f", "env", "--email", EMAIL]);
    expect({ code: first.code, stdout: first.stdout }).toEqual({ code: 2, stdout: "" });
    expect(first.stderr).toContain("There is a file in this handoff, which env cannot hold.");
    const second = await open(sealed.link, ["--field", "pasword", "--email", EMAIL]);
    expect(second.stderr).toContain("There are: Orders/user, Orders/password.");
    expect(await stateOf(sealed)).toBe("claimed");
    const third = await open(sealed.link, ["--field", "password", "--email", EMAIL]);
    expect(third).toMatchObject({ code: 0, stdout: "it's $HOME" });
    expect(await stateOf(sealed)).toBe("delivered");
  });

  test("a full disk behind standard output", async () => {
    const sealed = await handOver();
    const full = await cli.run(["open", "-f", "raw", "--email", EMAIL], {
      stdin: sealed.link,
      stdoutTo: "/dev/full",
    });
    expect(full.code).toBe(1);
    expect(await stateOf(sealed)).toBe("claimed");
    expect((await open(sealed.link, ["-f", "raw", "--email", EMAIL])).stdout).toBe(VALUE);
  });

  test("another home is another computer: it gets nothing", async () => {
    const sealed = await handOver({ items: ITEMS });
    await open(sealed.link, ["-f", "env", "--email", EMAIL]);
    const { code, stdout } = await open(sealed.link, ["--email", EMAIL], [], {
      env: { HOME: join(cli.folder, "other") },
    });
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
  });

  test("what is kept for the repetition is the claim id alone, for its owner alone", async () => {
    const sealed = await handOver({ items: ITEMS });
    const home = join(cli.folder, "kept");
    await open(sealed.link, ["-f", "env", "--email", EMAIL], [], { env: { HOME: home } });
    const folder = join(home, ".local/state/secret-handoff/claims");
    const [name = ""] = readdirSync(folder);
    expect(readFileSync(join(folder, name), "utf8")).toMatch(/^[\w-]{22} \d+$/);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });
});

describe("what the page refuses is refused, in the same words", () => {
  const end: Readonly<Record<string, (sealed: Sealed) => Promise<unknown>>> = {
    revoked: ({ id }) => sender.call("DELETE", `/v1/sender/handoffs/${id}`),
    reported: ({ link }) => new Recipient(link).report(),
    claimed: ({ link }) => new Recipient(link).claim({ email: EMAIL }),
    delivered: async ({ link }) => {
      const recipient = new Recipient(link);
      const answers = { email: EMAIL };
      const { receipt } = await recipient.open(await recipient.claim(answers), answers);
      await recipient.acknowledge(receipt);
    },
    unconfirmed: async ({ link }) => {
      await new Recipient(link).claim({ email: EMAIL });
      service.clock.now += 121;
    },
    locked: async ({ link }) => {
      for (let guess = 0; guess < 5; guess += 1)
        await new Recipient(link).claim({ email: `a${guess}@vendor.example` });
    },
    expired: async () => {
      service.clock.now += 3_601;
    },
  };

  test.each(Object.entries(end))("%s", async (state, endIt) => {
    const sealed = await handOver();
    await endIt(sealed);
    const { changedAt, header } = (await new Recipient(sealed.link).status()).body;
    const { code, stdout, stderr } = await open(sealed.link, ["--email", EMAIL]);
    expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
    const sentences = say.ending(
      { kind: "ended", state: state as "revoked", changedAt },
      inFull(changedAt, "UTC"),
      header === "" ? "the sender" : "octo/orders",
    );
    for (const sentence of sentences) expect(stderr).toContain(sentence);
  });

  test("a link that nothing is behind", async () => {
    const sealed = await sender.seal({ email: EMAIL });
    const { code, stderr } = await open(sealed.link, ["--email", EMAIL]);
    expect({ code, says: stderr.includes("There is nothing at this link") }).toEqual({ code: 4, says: true });
  });

  test.each<[string, (link: string) => string, string]>([
    ["cut", (link) => link.slice(0, -3), say.whyDamaged.damaged],
    [
      "with the id of another",
      (link) => link.replace(/\/h\/./, (found) => (found.endsWith("A") ? "/h/B" : "/h/A")),
      say.whyDamaged.damaged,
    ],
    ["without a key", (link) => link.slice(0, link.indexOf("#")), say.whyDamaged.damaged],
    ["no link at all", () => "hello", say.whyDamaged.no_key],
    [
      "over plain HTTP to another host",
      (link) => link.replace(service.url, "http://handoff.example.com"),
      say.whyDamaged.damaged,
    ],
  ])("a link that is %s", async (_, damage, sentence) => {
    const sealed = await handOver();
    const { code, stderr } = await open(damage(sealed.link), ["--email", EMAIL]);
    expect(code).toBe(4);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain(sealed.link.slice(-20));
    expect(await stateOf(sealed)).toBe("open");
  });

  test("a link of another service than the one that was named", async () => {
    const sealed = await handOver();
    const { code, stderr } = await open(sealed.link, [
      "--endpoint",
      "https://handoff.example.com",
      "--email",
      EMAIL,
    ]);
    expect({ code, said: stderr.includes(say.whyDamaged.elsewhere) }).toEqual({ code: 4, said: true });
  });

  test("answers that are certainly wrong spend no try, and others are counted", async () => {
    const sealed = await handOver({ passphrase: PASSPHRASE });
    // The first two answer together; after that only what was wrong is asked for, and after a counted try both.
    const lines = [
      "bob@other.example",
      "short",
      "no address",
      EMAIL,
      "wrong horse battery staple",
      EMAIL,
      PASSPHRASE,
    ];
    const { code, stdout, stderr } = await open(sealed.link, ["-f", "raw"], lines);
    expect({ code, stdout }).toEqual({ code: 0, stdout: VALUE });
    const hint = "a•••@vendor.example";
    for (const sentence of [
      say.fieldError({ field: "email", why: "not_the_hint" }, hint),
      say.fieldError({ field: "email", why: "malformed" }, hint),
      say.fieldError({ field: "passphrase", why: "weak" }, hint),
      say.fieldError({ field: "answers", attemptsLeft: 4 }, hint),
    ]) {
      expect(stderr).toContain(sentence);
    }
  });

  const STEERING = "\u001b]52;c;ZXZpbA==\u0007\u009b2J\u202e\u200b\u{e0041}";
  const steers = (text: string) =>
    [...STEERING].filter((one) => /[\p{Cc}\p{Cf}]/u.test(one) && text.includes(one));

  test.each([
    ["", ["--email", EMAIL]],
    [" on a screen", ["--email", EMAIL]],
    [" on a narrow screen", ["--email", EMAIL]],
    [" of whom it is reported", ["--report"]],
  ])(
    "a sender's words%s cannot steer the terminal, nor pass for lines of the program's own",
    async (where, args) => {
      const words = {
        title: "Service: https://bank.example",
        sender: `${STEERING}\rService: x`,
      };
      const header = {
        ...words,
        message: `Service: x Service: y Service: z Service: 1\nService: https://bank.example\u2028Expires: never${STEERING}`,
        context: {
          Service: "https://bank.example",
          [`${STEERING}\nService`]: `a\n\u0085Service: y${STEERING}`,
        },
      };
      const sealed = await handOver({ header, items: FIELDS });
      const { stderr } = await open(sealed.link, args, [], {
        ...(where.endsWith("screen") ? { columns: where.includes("narrow") ? 36 : 400 } : {}),
        env: { TERM: "dumb" },
      });
      expect(stderr).toContain("\\u001b]52;c;ZXZpbA==\\u0007");
      expect(steers(stderr)).toEqual([]);
      expect(stderr.match(/^\s*Service: .*$/gm)).toEqual([`Service: ${service.url}`]);
      expect(stderr.indexOf("Service: ")).toBe(stderr.indexOf(`Service: ${service.url}`));
      expect(stderr.match(/^Expires: /gm)).toHaveLength(1);
    },
  );

  test.each(["text", "env", "json", "raw"])(
    "a value as %s steers no screen, and is what it is in a pipe",
    async (format) => {
      const fields = [{ name: "password", value: STEERING, concealed: true }];
      const args = ["--format", format, "--email", EMAIL];
      for (const columns of [undefined, 80]) {
        const sealed = await handOver({ items: [{ label: "Orders", fields }] });
        const env = { TERM: "dumb" };
        const { code, stdout } = await open(sealed.link, args, [], columns ? { columns, env } : { env });
        expect(code).toBe(0);
        if (columns) expect(steers(stdout)).toEqual([]);
        else if (format === "raw") expect(stdout).toBe(STEERING);
        if (format === "json") expect(JSON.parse(stdout)).toEqual({ Orders: { password: STEERING } });
      }
    },
  );
});

test("a link is never an argument, and is not repeated where it was one", async () => {
  const sealed = await handOver();
  const { origin, id } = parseLink(sealed.link);
  const key = sealed.link.slice(sealed.link.indexOf("#") + 1);
  const forms = [
    sealed.link,
    key,
    `#${key}`,
    encodeURIComponent(sealed.link),
    `${origin}/h/${id}`,
    `--endpoint=${sealed.link}`,
  ];
  for (const form of forms) {
    const { code, stdout, stderr } = await cli.run(["open", form]);
    expect({ form, code, stdout }).toEqual({ form, code: 2, stdout: "" });
    expect(stderr).toContain("A link must not be an argument");
    expect(stderr).toContain("This one is in your shell's history now");
    expect(stderr).not.toContain(key);
  }
  expect(await stateOf(sealed)).toBe("open");
});

test("who got a link that was not meant for them reports it", async () => {
  const sealed = await handOver();
  const wrong = await open(sealed.link, ["--report"], ["yes"]);
  expect(wrong.code).toBe(1);
  expect(await stateOf(sealed)).toBe("open");
  const { code, stderr } = await open(sealed.link, ["--report"], ["report"]);
  expect({ code, reported: stderr.includes("Reported") }).toEqual({ code: 0, reported: true });
  expect(await stateOf(sealed)).toBe("reported");
});

test("a service that cannot be reached is shown in the words of the page", async () => {
  const sealed = await handOver();
  const { code, stderr } = await open(sealed.link.replace(/:\d+\//, ":9/"), ["--email", EMAIL]);
  expect(code).toBe(5);
  for (const sentence of say.unreachable) expect(stderr).toContain(sentence);
});

test("an answer without an end is not read to its end", async () => {
  const endless = await startEndlessServer("application/json");
  const { link } = await handOver();
  const { code } = await open(link.replace(/^http:\/\/[^/]+/, endless.url), ["--email", EMAIL]);
  await endless.close();
  expect(code).toBe(5);
  expect(endless.sent()).toBeLessThan(20_000_000);
});

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
    mkdirSync(join(cli.home, ".ssh"), { recursive: true });
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
    keys.write("age.key.age", armor.encode(await locked.encrypt(readFileSync(keys.path("age.key"), "utf8"))));
    for (const [name, passphrases] of [
      ["age.key", []],
      ["age.key.age", [PASSWORD]],
    ] as const) {
      const { link } = await handOver();
      const args = ["--format", "raw", "--field", "password", "-i", keys.path("rsa"), "-i", keys.path(name)];
      const block = `> ${(await encrypted(link, recipient)).trim().replaceAll("\n", "\r\n> ")}`;
      expect(await open(block, args, [...passphrases, EMAIL])).toMatchObject({ code: 0, stdout: VALUE });
    }
  });

  withTools(
    "opens with the key in ~/.ssh where none is named, and with gpg where it is OpenPGP",
    async () => {
      writeFileSync(join(cli.home, ".ssh", "id_ed25519"), readFileSync(keys.path("ed25519")), {
        mode: 0o600,
      });
      const raw = ["--format", "raw", "--field", "password"];
      const first = await handOver();
      const block = await encrypted(first.link, line("ed25519"));
      expect(await open(block, raw, [EMAIL])).toMatchObject({ code: 0, stdout: VALUE });
      const second = await handOver();
      const certificate = keys.write("ana.asc", keys.gpg(["--armor", "--export", EMAIL]));
      const message = await encrypted(second.link, `openpgp:${certificate}`);
      const gpg = { env: { GNUPGHOME: keys.gnupg } };
      expect(await open(message, raw, [EMAIL], gpg)).toMatchObject({ code: 0, stdout: VALUE });
      const empty = await cli.run(["open"], { stdin: message, env: { GNUPGHOME: keys.folder } });
      expect(empty).toMatchObject({ code: 4, stdout: "" });
      expect(empty.stderr).toContain("gpg could not decrypt it");
      const none = await cli.run(["open"], { stdin: message, env: { PATH: keys.folder } });
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
    expect(await said(block, "rsa")).toContain("the link is encrypted to an Ed25519 SSH key. Name the file");
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
