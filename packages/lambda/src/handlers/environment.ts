import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol";
import * as v from "valibot";
import { SenderEntry } from "../sender/senders.ts";

/** @throws Error naming the variable when the deployment has not set it */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** Undefined where the variable is not set or empty. */
export function optional(name: string): string | undefined {
  return process.env[name] || undefined;
}

const word = v.pipe(v.string(), v.minLength(1));
const words = v.array(word);

const ClassEntry = v.strictObject({
  name: word,
  expiresWithin: v.pipe(v.number(), v.safeInteger(), v.minValue(60)),
  passphrase: v.picklist(["required", "recommended", "optional"]),
  approvals: words,
  verification: v.picklist(["click", "email", "email-code"]),
  environments: v.exactOptional(words),
  reasonRequired: v.exactOptional(v.boolean()),
  recipientDomains: v.exactOptional(words),
  receiptRequired: v.exactOptional(v.boolean()),
}) satisfies v.GenericSchema<unknown, CredentialClass>;

const Config = v.strictObject({
  issuer: v.pipe(v.string(), v.url()),
  jwksUrl: v.optional(v.pipe(v.string(), v.url())),
  senders: v.array(SenderEntry),
  classes: v.optional(v.array(ClassEntry)),
});

/** Who may send what: the deployment's CONFIG. */
export type SenderConfig = {
  readonly issuer: string;
  readonly jwksUrl: string | undefined;
  readonly senders: readonly SenderEntry[];
  readonly classes: readonly CredentialClass[];
};

/** @throws Error naming the first part of CONFIG that is wrong */
export function senderConfig(): SenderConfig {
  const result = v.safeParse(Config, JSON.parse(required("CONFIG")));
  if (!result.success) {
    throw new Error(
      `CONFIG is wrong at ${v.getDotPath(result.issues[0]) ?? "its top"}: ${result.issues[0].message}`,
    );
  }
  const { issuer, jwksUrl, senders, classes } = result.output;
  return { issuer, jwksUrl, senders, classes: classes ?? DEFAULT_CLASSES };
}
