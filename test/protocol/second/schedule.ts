import { createHash, createHmac, hkdfSync, scryptSync } from "node:crypto";
import type { KeysInput, Schedule } from "../../vectors/format.ts";
import { Refusal } from "./refusal.ts";
import * as answers from "./text.ts";

export function schedule({ id, flags, linkSecret, passphrase, email }: KeysInput): Schedule {
  const secret = Buffer.from(linkSecret, "hex");
  const salt = Buffer.concat([Buffer.from("secret-handoff/v1"), answers.decode(id, 16)]);
  const derive = (input: Buffer, info: string) => Buffer.from(hkdfSync("sha256", input, salt, info, 32));
  const extract = (input: Buffer) => createHmac("sha256", salt).update(input).digest("hex");

  const kdfSalt = derive(secret, "passphrase salt");
  const emailBytes = Buffer.from(flags & 2 ? answers.email(email ?? missing("email")) : "");
  const passKey =
    flags & 1 ? stretch(answers.passphrase(passphrase ?? missing("passphrase")), kdfSalt) : Buffer.alloc(0);
  const openSecret = Buffer.concat([secret, length(passKey), passKey, length(emailBytes), emailBytes]);
  return {
    salt: salt.toString("hex"),
    prk: extract(secret),
    linkToken: derive(secret, "link token").toString("hex"),
    headerKey: derive(secret, "header key").toString("hex"),
    kdfSalt: kdfSalt.toString("hex"),
    emailKey: derive(secret, "email key").toString("hex"),
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
