import { PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { Archive } from "../events/seal.ts";
import { callOptions } from "./aws-calls.ts";

/** Milliseconds for a day's file, which is larger than what other calls send. */
const UPLOAD_MS = 30_000;

/**
 * Writes files into a bucket, each once: with `If-None-Match` S3 refuses a second one of the same name, and Object Lock, where the
 * bucket has it, keeps the first.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3Archive(
  Bucket: string,
  client = new S3Client(callOptions({ answerMs: UPLOAD_MS })),
): Archive {
  return async (name, lines) => {
    const Body = lines.map((line) => `${line}\n`).join("");
    const ContentType = name.endsWith(".jsonl") ? "application/x-ndjson" : "application/json";
    try {
      await client.send(
        new PutObjectCommand({ Bucket, Key: `trail/${name}`, Body, ContentType, IfNoneMatch: "*" }),
      );
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 412) return;
      throw error;
    }
  };
}
