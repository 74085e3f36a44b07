import { KMSClient, SignCommand } from "@aws-sdk/client-kms";
import type { Context } from "aws-lambda";
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
};
const deps = {
  ...openTrail(),
  signer,
  ...(bucket === undefined ? {} : { archive: s3Archive(bucket) }),
  log: stdoutLog,
};

/** Milliseconds of its time that a run keeps for the day under way. */
const RESERVE_MS = 120_000;

/** Runs on a schedule. @throws Error when a day could not be sealed, so that the function's error alarm tells; the next run goes on */
export async function handler(_: object, context: Context): Promise<void> {
  await sealDays(deps, systemClock(), () => context.getRemainingTimeInMillis() < RESERVE_MS);
}
