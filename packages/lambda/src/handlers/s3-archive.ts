import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { Archive } from "../events/seal.ts";
import { callOptions } from "./aws-calls.ts";

/** Milliseconds for a day's file, which is larger than what other calls send. */
const UPLOAD_MS = 30_000;

/**
 * Files in a bucket, each written once: with `If-None-Match` S3 refuses a second one of the same name, and Object Lock, where the
 * bucket has it, keeps the first.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function s3Archive(
  Bucket: string,
  client = new S3Client(callOptions({ answerMs: UPLOAD_MS })),
): Archive {
  const keyOf = (name: string) => `trail/${name}`;
  /** To a role without `s3:ListBucket` S3 answers 403 for what is not there, which is an error here. */
  const textOf = async (name: string): Promise<string | undefined> => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) }));
      return await Body?.transformToString();
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  };
  return {
    async put(name, lines) {
      const Body = lines.map((line) => `${line}\n`).join("");
      const ContentType = name.endsWith(".jsonl") ? "application/x-ndjson" : "application/json";
      try {
        await client.send(
          new PutObjectCommand({ Bucket, Key: keyOf(name), Body, ContentType, IfNoneMatch: "*" }),
        );
      } catch (error) {
        if (!hasStatus(error, 412)) throw error;
        if ((await textOf(name)) !== Body) throw archivedDifferently(keyOf(name));
      }
    },
    async read(name) {
      return (await textOf(name))?.split("\n").filter((line) => line !== "");
    },
  };
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function archivedDifferently(name: string): Error {
  return new Error(
    `The archive has another ${name} than the audit table makes now. The trail was changed after that day was archived; verify the archive, and restore the audit table.`,
  );
}
