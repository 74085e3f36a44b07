import * as protocol from "@secret-handoff/protocol";
import type {
  BundleJson,
  EnvelopeGiven,
  HeaderGiven,
  HeaderJson,
  KeysInput,
  LinkKeysHex,
  LinkResult,
  OpenKeysHex,
  RecoveredResult,
} from "../vectors/format.ts";
import { link } from "./second/link.ts";
import { recover } from "./second/recover.ts";
import { Refusal } from "./second/refusal.ts";
import { emailVerifier, schedule, verifier } from "./second/schedule.ts";
import { openEnvelope, openHeader } from "./second/sealed.ts";
import * as text from "./second/text.ts";

/** Everything that the vectors say about a reader, in the vectors' own spelling. */
export type Implementation = {
  base64url(text: string, length?: number): string;
  link(text: string): LinkResult;
  recover(address: string): RecoveredResult;
  passphrase(text: string): string;
  email(text: string): string;
  keys(input: KeysInput): Promise<LinkKeysHex & OpenKeysHex & { readonly id: string }>;
  verifier(token: string): string;
  emailVerifier(emailKey: string, email: string): string;
  openEnvelope(given: EnvelopeGiven, envelope: Buffer): BundleJson;
  openHeader(given: HeaderGiven, header: Buffer): HeaderJson;
};

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (digits: string) => Uint8Array.from(Buffer.from(digits, "hex"));
const linkSecretOf = (digits: string) => unhex(digits) as Uint8Array as protocol.LinkSecret;

/** Flags as a caller in another language may hand them over: any number. */
const flagsOf = (value: number) => value as protocol.Flags;

function hexed<Key extends string>(keys: Readonly<Record<Key, Uint8Array>>): Record<Key, string> {
  const entries = Object.entries<Uint8Array>(keys).map(([name, bytes]) => [name, hex(bytes)]);
  return Object.fromEntries(entries) as Record<Key, string>;
}

/** packages/protocol. */
export const first: Implementation = {
  base64url: (given, length) => hex(protocol.decodeBase64url(given, length)),
  link(given) {
    const { linkSecret, ...parsed } = protocol.parseLink(given);
    return { ...parsed, linkSecret: hex(linkSecret) };
  },
  recover(address) {
    const { origin, linkSecret, ...link } = protocol.recoverLink(address);
    return { ...link, linkSecret: hex(linkSecret), ...(origin === undefined ? {} : { origin }) };
  },
  passphrase: protocol.normalisePassphrase,
  email: protocol.normaliseEmail,
  async keys({ flags, linkSecret, ...answers }) {
    const link = { flags: flagsOf(flags), linkSecret: linkSecretOf(linkSecret) };
    const linkKeys = protocol.deriveLinkKeys(link);
    const openKeys = await protocol.deriveOpenKeys(link, answers);
    return { id: protocol.handoffIdOfToken(linkKeys.linkToken), ...hexed(linkKeys), ...hexed(openKeys) };
  },
  verifier: (token) => hex(protocol.verifierOf(unhex(token) as Uint8Array as protocol.LinkToken)),
  emailVerifier: (emailKey, email) => hex(protocol.emailVerifierOf(unhex(emailKey), email)),
  openEnvelope(given, envelope) {
    const context = { ...given, id: protocol.parseHandoffId(given.id), flags: flagsOf(given.flags) };
    const keys = { contentKey: unhex(given.contentKey), commitment: unhex(given.commitment) };
    const { items, receipt } = protocol.openEnvelope(Uint8Array.from(envelope), context, keys);
    const written = items.map(({ files, ...item }) => ({
      ...item,
      ...(files
        ? { files: files.map((file) => ({ ...file, data: protocol.encodeBase64url(file.data) })) }
        : {}),
    }));
    return { items: written, receipt: protocol.encodeBase64url(receipt) };
  },
  openHeader({ id, headerKey }, header) {
    const opened = protocol.openHeader(
      Uint8Array.from(header),
      protocol.parseHandoffId(id),
      unhex(headerKey),
    );
    return Object.fromEntries(Object.entries(opened).filter(([, value]) => value !== undefined));
  },
};

/** Shares no code and no library with the first; written on node:crypto for these tests only. */
export const second: Implementation = {
  base64url: (given, length) => text.decode(given, length).toString("hex"),
  link,
  recover,
  passphrase: text.passphrase,
  email: text.email,
  keys: async (input) => schedule(input),
  verifier,
  emailVerifier,
  openEnvelope,
  openHeader,
};

/** What an implementation made of a vector: its result, or the code of its refusal. Anything else thrown is a fault. */
export async function outcomeOf<Value>(read: () => Value | Promise<Value>) {
  try {
    return { result: await read() };
  } catch (error) {
    if (error instanceof protocol.ProtocolError || error instanceof Refusal) return { error: error.code };
    throw error;
  }
}
