import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { DescribeKeyCommand, GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { DayName } from "@secret-handoff/protocol/api";
import { dayNumber, isSignedBy, readSealKeys } from "@secret-handoff/protocol/audit";
import type { Context } from "aws-lambda";
import * as v from "valibot";
import { firstDayOfService } from "../events/first-day.ts";
import { announceOn } from "../events/publish.ts";
import { type SealSigner, sealDays } from "../events/seal.ts";
import { stdoutLog, systemClock } from "../runtime.ts";
import { callOptions } from "./aws-calls.ts";
import { optional, required } from "./environment.ts";
import { s3Archive } from "./s3-archive.ts";
import { openTrail } from "./tables.ts";

const kms = new KMSClient(callOptions());
const keyId = required("SEAL_KEY_ARN");
const bucket = optional("ARCHIVE_BUCKET");

const signer: SealSigner = {
  keyId,
  async sign(Message) {
    const { Signature } = await kms.send(
      new SignCommand({ KeyId: keyId, Message, MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" }),
    );
    if (!Signature) throw new Error("KMS answered without a signature");
    return Signature;
  },
  async isOwn(seal) {
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
    if (!PublicKey) throw new Error("KMS answered without the public key");
    return isSignedBy(seal, readSealKeys(Buffer.from(PublicKey).toString("base64")));
  },
};
const trail = openTrail();
const deps = {
  ...trail,
  signer,
  ...(bucket === undefined ? {} : { archive: s3Archive(bucket) }),
  witness: announceOn(required("EVENT_BUS_NAME"), new EventBridgeClient(callOptions())),
  log: stdoutLog,
};

/** Unix seconds at which the key was made, with the deployment: no table says so, and nobody can change it. */
async function keyCreatedAt(): Promise<number> {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }));
  if (!KeyMetadata?.CreationDate) throw new Error("KMS answered without the key's date");
  return Math.floor(KeyMetadata.CreationDate.getTime() / 1_000);
}

/** Milliseconds of its time that a run keeps for the day under way. */
const RESERVE_MS = 120_000;

/** What an administrator may invoke the function with. The schedule's own event has no such member. */
const Invocation = v.object({ beginWith: v.optional(DayName), follow: v.optional(v.string()) });

/**
 * Runs on a schedule.
 * @param event `{"beginWith":"2026-11-26"}` makes the very first seal of that day, where there is none and it is not plain that there
 * never was one; else it changes nothing. `{"follow":"HASH"}` goes on after that seal though another key signed it
 * @throws Error when a day could not be sealed, so that the alarm on the function's errors is raised; the next run goes on
 */
export async function handler(event: object, context: Context): Promise<void> {
  const { beginWith, follow } = v.parse(Invocation, event);
  const firstDay = async (lastDay: number) =>
    beginWith === undefined
      ? firstDayOfService(trail.audit, await keyCreatedAt(), lastDay, trail.retentionDays)
      : dayNumber(beginWith);
  await sealDays(
    { ...deps, firstDay, follow },
    systemClock(),
    () => context.getRemainingTimeInMillis() < RESERVE_MS,
  );
}
