import { createHash, createHmac, hkdfSync, scryptSync } from "node:crypto";
import type { KeysInput, Schedule } from "../../vectors/format.ts";
import { Refusal } from "./refusal.ts";
import * as answers from "./text.ts";

const ID_LABEL = "secret-handoff/v1 id";

/** HKDF-SHA-256 under the salt that these flags give. */
function underFlags(flags: number) {
  const salt = Buffer.from([...Buffer.from("secret-handoff/v1"), flags]);
  return {
    salt,
    extract: (input: Buffer) => createHmac("sha256", salt).update(input).digest("hex"),
    derive: (input: Buffer, info: string) => Buffer.from(hkdfSync("sha256", input, salt, info, 32)),
  };
}

/** What flags and link secret give without any answer. */
export function linkKeys(flags: number, linkSecret: string) {
  const secret = Buffer.from(linkSecret, "hex");
  const { salt, extract, derive } = underFlags(flags);
  const linkToken = derive(secret, "link token").toString("hex");
  const linkVerifier = verifier(linkToken);
  const name = createHash("sha256").update(ID_LABEL).update(linkVerifier, "hex").digest();
  return {
    salt: salt.toString("hex"),
    prk: extract(secret),
    linkToken,
    linkVerifier,
    id: name.toString("base64url", 0, 16),
    headerKey: derive(secret, "header key").toString("hex"),
    kdfSalt: derive(secret, "passphrase salt").toString("hex"),
    emailKey: derive(secret, "email key").toString("hex"),
  };
}

export function schedule({ flags, linkSecret, passphrase, email }: KeysInput): Schedule {
  const alone = linkKeys(flags, linkSecret);
  const { extract, derive } = underFlags(flags);
  const emailBytes = Buffer.from(flags & 2 ? answers.email(email ?? missing("email")) : "");
  const passKey =
    flags & 1
      ? stretch(answers.passphrase(passphrase ?? missing("passphrase")), Buffer.from(alone.kdfSalt, "hex"))
      : Buffer.alloc(0);
  const parts = [passKey, emailBytes].flatMap((part) => [length(part), part]);
  const openSecret = Buffer.concat([Buffer.from(linkSecret, "hex"), ...parts]);
  return {
    ...alone,
    passKey: passKey.toString("hex"),
    emailBytes: emailBytes.toString("hex"),
    openPrk: extract(openSecret),
    claimToken: derive(openSecret, "claim token").toString("hex"),
    contentKey: derive(openSecret, "content key").toString("hex"),
    commitment: derive(openSecret, "key commitment").toString("hex"),
  };
}

export function verifier(token: string): string {
  return createHash("sha256").update(Buffer.from(token, "hex")).digest("hex");
}

export function emailVerifier(emailKey: string, email: string): string {
  return createHmac("sha256", Buffer.from(emailKey, "hex")).update(answers.email(email)).digest("hex");
}

function stretch(passphrase: string, salt: Buffer): Buffer {
  return scryptSync(passphrase, salt, 32, { N: 131_072, r: 8, p: 1, maxmem: 2 ** 28 });
}

function length(bytes: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(bytes.length);
  return prefix;
}

function missing(code: "passphrase" | "email"): never {
  throw new Refusal(code);
}
