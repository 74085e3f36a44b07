import { generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, test } from "@jest/globals";
import { bech32 } from "@scure/base";
import type { HandoffId } from "@secret-handoff/protocol";
import {
  Concealed,
  type EmailFacts,
  type KeyContext,
  loadKeys,
  type RecipientKey,
  SenderError,
  sesTransport,
  smtpTransport,
  writeEncryptedEmail,
} from "@secret-handoff/sdk";
import { generateKey, type KeyOptions, readPrivateKey, revokeKey } from "openpgp";
import PostalMime from "postal-mime";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { KeyRing, missingTools } from "../support/key-tools.ts";
import { unending } from "./deadlines.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { startScriptedServer } from "./scripted-server.ts";
import { startSmtpCatcher } from "./smtp-catcher.ts";

const FRAGMENT = "AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ";
const LINK = `https://handoff.acme.example/h/SlY8E4NKPhhMiveoipXTpg#${FRAGMENT}`;
const facts: EmailFacts & { readonly link: string } = {
  from: { name: "Acmé Security", address: "handoff@acme.example" },
  to: "ana@vendor.example",
  company: "Acme Security",
  contact: "Mia Lind",
  title: "Login für orders",
  context: {},
  origins: {},
  link: LINK,
  origin: "https://handoff.acme.example",
  id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
  flags: 2,
  mailedCode: false,
  expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
};

/** Of the age specification's test kit: nobody keeps anything by it. */
const AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

const server = await startScriptedServer();
const smtp = await startSmtpCatcher();
const keys = new KeyRing();
const missing = missingTools("age", "gpg", "ssh-keygen");
const withTools = missing.length === 0 ? test : test.skip;
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SESV2: server.url }));
afterAll(async () => {
  await smtp.close();
  await server.close();
  keys.remove();
});

const context = (more: Partial<KeyContext> = {}): KeyContext => ({
  runtime: quickRuntime({ fetch }),
  deadline: unending(),
  gitHubApi: server.url,
  ...more,
});

async function keyOf(text: string, more?: Partial<KeyContext>): Promise<RecipientKey> {
  const [loaded] = await loadKeys([{ address: facts.to, key: text }], context(more));
  if (loaded?.key === undefined || loaded.key instanceof SenderError)
    throw loaded?.key ?? new Error("no key");
  return loaded.key;
}

async function refusalOf(text: string, more?: Partial<KeyContext>): Promise<string> {
  const [loaded] = await loadKeys([{ address: facts.to, key: text }], context(more));
  if (!(loaded?.key instanceof SenderError)) throw new Error("the key was taken");
  return `${loaded.key.code}: ${loaded.key.message}`;
}

/** The mail as a server takes it. */
async function mailed(key: RecipientKey): Promise<string> {
  const before = smtp.messages.length;
  const transport = smtpTransport({ host: "127.0.0.1", port: smtp.port, tls: "none" }, quickRuntime());
  await transport.send(await writeEncryptedEmail(facts, key), unending());
  const raw = smtp.messages[before];
  if (raw === undefined) throw new Error("no mail came");
  return raw;
}

/** Everything that a reader of the mail sees without a key: its source, and each part decoded. */
async function visible(raw: string): Promise<string> {
  const { text = "", html = "", attachments } = await PostalMime.parse(raw);
  const parts = attachments.map(({ content }) => Buffer.from(content as ArrayBuffer).toString("latin1"));
  return [raw.replace(/=\r?\n/g, ""), text, html, ...parts].join("\n");
}

async function attachedTo(raw: string, name: string): Promise<string> {
  const { attachments } = await PostalMime.parse(raw);
  const found = attachments.find(({ filename }) => filename === name);
  return Buffer.from((found?.content as ArrayBuffer) ?? new ArrayBuffer()).toString();
}

function blockOf(text: string | undefined): string {
  return (
    /-----BEGIN AGE ENCRYPTED FILE-----[\s\S]*?-----END AGE ENCRYPTED FILE-----/.exec(text ?? "")?.[0] ?? ""
  );
}

describe("what a recipient gets opens with their own tools, and with nothing else", () => {
  withTools.each([
    ["an age recipient", () => keys.age("age.key"), "age.key"],
    ["an Ed25519 SSH key", () => sshKey("ed25519", ["-t", "ed25519"]), "ed25519"],
    ["an RSA SSH key", () => sshKey("rsa", ["-t", "rsa", "-b", "2048"]), "rsa"],
  ])(
    "%s: age reads the attached file, and the block in the text and in the HTML",
    async (_, made, identity) => {
      const raw = await mailed(await keyOf(made()));
      const { text, html, subject, headers } = await PostalMime.parse(raw);
      expect(subject).toBe("Login für orders, from Acme Security");
      expect(headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated");
      for (const file of [await attachedTo(raw, "link.age"), blockOf(text), blockOf(html)]) {
        expect(keys.ageDecrypt(file, identity)).toBe(`${LINK}\n`);
      }
      expect(text).toContain("age --decrypt --identity");
      for (const secret of [LINK, FRAGMENT, FRAGMENT.slice(4, 24)])
        expect(await visible(raw)).not.toContain(secret);
    },
  );

  withTools("an OpenPGP certificate: gpg reads the whole mail, which is PGP/MIME", async () => {
    const path = keys.write("ana.asc", keys.openPgp("ana@vendor.example"));
    const key = await keyOf(`openpgp:${path}`);
    expect(key.fingerprints).toEqual([expect.stringMatching(/^[0-9A-F]{40}$/)]);
    const raw = await mailed(key);
    expect(raw.replace(/\r?\n\s/g, " ")).toMatch(
      /^content-type: multipart\/encrypted; protocol="application\/pgp-encrypted"; boundary=/im,
    );
    for (const secret of [LINK, FRAGMENT, "Mia Lind"]) expect(await visible(raw)).not.toContain(secret);
    expect(await attachedTo(raw, "encrypted.asc")).toMatch(/^-----BEGIN PGP MESSAGE-----/);
    const inner = await PostalMime.parse(keys.gpg(["--decrypt"], await attachedTo(raw, "encrypted.asc")));
    expect(inner.text).toContain(`\n${LINK}\n`);
    expect(inner.html).toContain(`href="${LINK}"`);
    // gpg finds the message in the saved mail as well.
    expect(keys.gpg(["--decrypt"], raw).toString()).toContain("multipart/alternative");
  });

  withTools("the keys that somebody has published at GitHub: each that can be used opens it", async () => {
    const published = [
      sshKey("one", ["-t", "ed25519"]),
      sshKey("ecdsa", ["-t", "ecdsa"]),
      sshKey("two", ["-t", "rsa", "-b", "2048"]),
    ];
    server.answer({ status: 200, json: published.map((key, id) => ({ id, key })) });
    const key = await keyOf("github:Ana-K", { gitHubToken: new Concealed("gh-token") });
    expect([server.seen[0]?.path, server.seen[0]?.headers.authorization]).toEqual([
      "/users/Ana-K/keys?per_page=100",
      "Bearer gh-token",
    ]);
    expect(key.fingerprints).toEqual([keys.fingerprint("one"), keys.fingerprint("two")]);
    const file = await attachedTo(await mailed(key), "link.age");
    for (const identity of ["one", "two"]) expect(keys.ageDecrypt(file, identity)).toBe(`${LINK}\n`);
    expect(() => keys.ageDecrypt(file, "ed25519")).toThrow();
  });

  withTools("by SES such a mail goes as raw content, and a refusal names the permission for it", async () => {
    const key = await keyOf(keys.sshPublic("ed25519"));
    const email = await writeEncryptedEmail(facts, key);
    const transport = sesTransport({ region: "eu-west-1", configurationSet: "handoff" }, quickRuntime());
    server.answer({ status: 200, json: { MessageId: "ses-1" } });
    expect(await transport.send(email, unending())).toBe("ses-1");
    const sent = JSON.parse(server.seen[0]?.body ?? "");
    expect(sent).toMatchObject({
      Destination: { ToAddresses: ["ana@vendor.example"] },
      EmailTags: [{ Name: "handoff", Value: facts.id }],
      ConfigurationSetName: "handoff",
    });
    const raw = Buffer.from(sent.Content.Raw.Data, "base64").toString();
    expect(keys.ageDecrypt(await attachedTo(raw, "link.age"), "ed25519")).toBe(`${LINK}\n`);
    server.answer({
      status: 403,
      json: { message: "no" },
      headers: { "x-amzn-errortype": "AccessDeniedException" },
    });
    await expect(transport.send(email, unending())).rejects.toThrow("ses:SendRawEmail");
  });
});

function sshKey(name: string, args: readonly string[]): string {
  keys.ssh(name, args);
  return keys.sshPublic(name);
}

describe("a key that cannot be used is refused with the reason, and what was written is not repeated", () => {
  const blob = (...parts: readonly (string | Uint8Array)[]) =>
    Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(part.length);
        return [length, Buffer.from(part)];
      }),
    );
  const line = (type: string, ...parts: readonly (string | Uint8Array)[]) =>
    `${type} ${blob(type, ...parts).toString("base64")} ana@laptop`;
  const rsa = (bits: number, exponent?: Uint8Array) => {
    const { n = "", e = "" } = generateKeyPairSync("rsa", { modulusLength: bits }).publicKey.export({
      format: "jwk",
    });
    return line(
      "ssh-rsa",
      exponent ?? Buffer.from(e, "base64url"),
      Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")]),
    );
  };
  const point = Buffer.from(
    generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }).x ?? "",
    "base64url",
  );
  const OTHER = "only ssh-ed25519 and ssh-rsa can be encrypted to";

  test.each([
    ["DSA", line("ssh-dss", "x"), "is an SSH key of the type ssh-dss: DSA signs and does not encrypt"],
    [
      "ECDSA",
      line("ecdsa-sha2-nistp256", "x"),
      `is an SSH key of the type ecdsa-sha2-nistp256: nothing here encrypts to ECDSA; ${OTHER}`,
    ],
    [
      "a security key",
      line("sk-ssh-ed25519@openssh.com", "x"),
      "is an SSH key of the type sk-ssh-ed25519@openssh.com: a security key signs and does not decrypt",
    ],
    [
      "a certificate",
      line("ssh-ed25519-cert-v01@openssh.com", "x"),
      "is an SSH key of the type ssh-ed25519-cert-v01@openssh.com: that is a certificate; give the key itself",
    ],
    ["a type of tomorrow", line("ssh-mldsa44", "x"), `is an SSH key of the type ssh-mldsa44: ${OTHER}`],
    ["short RSA", rsa(1_024), "is an RSA key of 1024 bits: at least 2,048 are needed"],
    [
      "RSA that encrypts nothing",
      rsa(2_048, new Uint8Array([1])),
      "is an RSA key with numbers that no program makes",
    ],
    [
      "a point of small order",
      line("ssh-ed25519", new Uint8Array(32)),
      "is damaged: copy the SSH public key again, whole and on one line",
    ],
    [
      "a key that is cut",
      line("ssh-ed25519", point).slice(0, 60),
      "is damaged: copy the SSH public key again, whole and on one line",
    ],
    [
      "a key with something behind it",
      line("ssh-ed25519", point, "x"),
      "is damaged: copy the SSH public key again, whole and on one line",
    ],
    [
      "a line of one type with a key of another",
      line("ssh-ed25519", point).replace("ssh-ed25519 ", "ssh-rsa "),
      "is damaged: copy the SSH public key again, whole and on one line",
    ],
    [
      "an age recipient of small order",
      bech32.encodeFromBytes("age", new Uint8Array(32)),
      "cannot be encrypted to: its numbers are none that a program makes",
    ],
    [
      "an age recipient with a wrong letter",
      `${AGE.slice(0, -1)}q`,
      "is damaged: copy the age1… recipient again, whole",
    ],
    [
      "an age recipient in capitals",
      AGE.toUpperCase().replace("AGE1", "age1"),
      "is no recipient of age: copy it again, whole, from age1 to its end",
    ],
    [
      "a plugin's recipient",
      "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
      "belongs to a plugin of age, which is not installed where this runs: give an age1… of age itself",
    ],
    [
      "text for a certificate",
      "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nnothing\n-----END PGP PUBLIC KEY BLOCK-----",
      "is no OpenPGP certificate: export it with gpg --armor --export ADDRESS",
    ],
  ])("%s", async (_, key, reason) => {
    expect(await refusalOf(key)).toBe(
      `recipient_key: The recipient's key ${reason}. Ask the recipient for another one.`,
    );
  });

  test("OpenPGP: revoked, expired, without an encryption subkey, with a revoked or a weak one, a private key, two certificates", async () => {
    const date = new Date("2026-01-01T00:00:00Z");
    const made = async (options: Partial<Omit<KeyOptions, "format">> = {}) =>
      readPrivateKey({
        armoredKey: (await generateKey({ userIDs: [{ email: "ana@vendor.example" }], date, ...options }))
          .privateKey,
      });
    const good = await made();
    const subkeyRevoked = await made();
    const [subkey] = subkeyRevoked.subkeys;
    if (!subkey) throw new Error("there is no subkey");
    subkeyRevoked.subkeys = [
      await subkey.revoke(subkeyRevoked.keyPacket as never, {}, new Date("2026-02-01T00:00:00Z")),
    ];
    const weak = { type: "rsa", rsaBits: 1_024, config: { minRSABits: 1_024 } } as const;
    const [revoked, expired, signs, weakRsa] = [
      (await revokeKey({ key: good, date: new Date("2026-02-01T00:00:00Z"), format: "object" })).publicKey,
      await made({ keyExpirationTime: 86_400 }),
      await made({ subkeys: [{ sign: true }] }),
      await made(weak),
    ];
    const two = Buffer.concat([good.toPublic().write(), expired.toPublic().write()]);
    const files: Readonly<Record<string, Uint8Array>> = {
      good: good.toPublic().write(),
      revoked: revoked.write(),
      expired: expired.toPublic().write(),
      signs: signs.toPublic().write(),
      subkey: subkeyRevoked.toPublic().write(),
      weak: weakRsa.toPublic().write(),
      private: Buffer.from(good.armor()),
      two,
      twoBlocks: Buffer.from(good.toPublic().armor() + expired.toPublic().armor()),
      privateBehind: Buffer.from(`${good.toPublic().armor()}\nmy keys\n${good.armor()}`),
    };
    const readFile = (path: string) => {
      const bytes = files[path];
      if (bytes === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
      return bytes;
    };
    const reason = (name: string) => refusalOf(`openpgp: ${name}`, { readFile });
    expect((await keyOf("openpgp:good", { readFile })).fingerprints).toEqual([
      good.getFingerprint().toUpperCase(),
    ]);
    expect(await reason("revoked")).toContain("The recipient's key is revoked. ");
    expect(await reason("expired")).toContain("The recipient's key expired on 2026-01-02. ");
    expect(await reason("signs")).toContain("The recipient's key has no encryption subkey: it only signs. ");
    expect(await reason("subkey")).toContain(
      "key has an encryption subkey that is revoked, and no other that can be used. ",
    );
    expect(await reason("weak")).toContain("key encrypts with RSA of 1024 bits: at least 2,048 are needed. ");
    expect(await reason("private")).toContain("holds a private key. Delete it");
    expect(await reason("privateBehind")).toContain("holds a private key. Delete it");
    for (const name of ["two", "twoBlocks"])
      expect(await reason(name)).toContain("holds 2 certificates. Export the one that is meant");
    // Made by gpg: --quick-generate-key old@vendor.example dsa2048 sign never, and --quick-add-key with elg2048.
    expect(await refusalOf("openpgp:test/sdk/fixtures/dsa-elgamal.asc")).toContain("is of DSA and ElGamal");
    expect(await reason("nowhere.asc")).toContain("cannot be read (ENOENT). Check the path behind openpgp:");
  });

  test.each([
    [
      "no such login",
      { status: 404, json: { message: "Not Found" } },
      "GitHub has no user of the login that follows github:.",
    ],
    ["no keys", { status: 200, json: [] }, "The recipient has published no SSH key at GitHub."],
    ["a login that moved", { status: 301, headers: { location: "/user/7/keys" } }, "it answered 301"],
    [
      "too many calls",
      { status: 403, json: { message: "API rate limit exceeded for 192.0.2.1" } },
      "it answered 403 (GitHub says: API rate limit exceeded for 192.0.2.1). Without a token",
    ],
    [
      "only keys that sign",
      { status: 200, json: [{ id: 1, key: line("sk-ssh-ed25519@openssh.com", "x") }] },
      "None of the keys that the recipient has published at GitHub can be encrypted to (sk-ssh-ed25519@openssh.com).",
    ],
    ["an answer that is no list", { status: 200, json: { key: "x" } }, "it answered 200"],
  ])("GitHub: %s", async (_, answer, sentence) => {
    server.answer(answer);
    expect(await refusalOf("github:ana-k")).toContain(sentence);
    expect(server.seen).toHaveLength(1);
  });

  test.each([
    "аna",
    "ana/../bo",
    "ana%2f..",
    "-ana",
    "ana-",
    "an--a",
    "a".repeat(40),
    "ana?x=",
    "ana\u200b",
    "@ana",
  ])("GitHub is not asked for %j, which is no login", async (login) => {
    server.answer({ status: 500 });
    expect(await refusalOf(`github:${login}`)).toContain("What follows github: is no login of GitHub.");
    expect(server.seen).toEqual([]);
  });

  test("keys are not taken from an API over plain HTTP", async () => {
    expect(await refusalOf("github:ana", { gitHubApi: "http://ghe.acme.example/api/v3" })).toContain(
      "no https address",
    );
  });
});
