import { decodeJson, normaliseEmail, ProtocolError } from "@secret-handoff/protocol";
import type { Context } from "hono";
import * as v from "valibot";
import { ProblemError } from "./problem.ts";

/**
 * Reads a JSON body: its type, then its size as the bytes arrive, then its shape. A call with a body has no query.
 * @param limit bytes
 * @throws ProblemError 415, 413 or 400; none of them says what the body held
 */
export async function readBody<Schema extends v.GenericSchema>(
  c: Context,
  schema: Schema,
  limit: number,
): Promise<v.InferOutput<Schema>> {
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(c.req.header("content-type") ?? "")) {
    throw new ProblemError("unsupported_media_type", "Send the body as application/json.");
  }
  const bytes = await readBytes(c.req.raw, limit);
  refuseQuery(c);
  const result = v.safeParse(schema, parseJson(bytes), { abortEarly: true });
  if (!result.success) throw malformed(result.issues[0]);
  return result.output;
}

/** @throws ProblemError 400 naming the first query parameter that is unknown or malformed */
export function readQuery<Schema extends v.GenericSchema>(c: Context, schema: Schema): v.InferOutput<Schema> {
  const query = c.req.queries();
  const repeated = Object.values(query).some((values) => values.length > 1);
  if (repeated) throw new ProblemError("malformed", "A query parameter is given more than once.");
  const result = v.safeParse(schema, c.req.query(), { abortEarly: true });
  if (!result.success) throw malformed(result.issues[0]);
  return result.output;
}

const NoQuery = v.strictObject({});

/**
 * For calls that take no parameter: `?dry-run=true` behind one that deletes is refused, and not ignored.
 * @throws ProblemError 400 where there is one
 */
export function refuseQuery(c: Context): void {
  readQuery(c, NoQuery);
}

/** Characters of an address. Normalised it may have more than it was typed with: `㏂` becomes `a.m.`, and everybody else takes no more than this. */
const LONGEST_ADDRESS = 320;

/**
 * A normalised address.
 * @param part names where it stood, for the sentence: `field email`, `parameter recipient`
 * @throws ProblemError 400 where it is no address, or one that is too long
 */
export function readAddress(address: string, part: string): string {
  try {
    const normalised = normaliseEmail(address);
    if (normalised.length <= LONGEST_ADDRESS) return normalised;
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
  }
  throw new ProblemError("malformed", `The ${part} is not an e-mail address.`);
}

/**
 * Not by Hono's body-limit: it opens the body that is over the limit, and Node then cuts the connection before the client has read the
 * 413.
 */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  const declared = request.headers.get("content-length");
  if (declared === null) return readStream(request, limit);
  if (!(Number(declared) <= limit)) throw tooLarge(limit);
  const bytes = new Uint8Array(await request.arrayBuffer());
  // HTTP/1.1 ends a body where its header says (RFC 9112, section 6); the event of a Lambda function may hold more.
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

/** A body of unknown size is counted as it arrives. */
async function readStream(request: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done) return Buffer.concat(chunks);
    size += value.length;
    if (size > limit) {
      await reader?.cancel();
      throw tooLarge(limit);
    }
    chunks.push(value);
  }
}

function tooLarge(limit: number): ProblemError {
  return new ProblemError("too_large", `The body is over ${limit} bytes.`);
}

function parseJson(bytes: Uint8Array): unknown {
  const value = decodeJson(bytes);
  if (value === undefined) throw new ProblemError("malformed", "The body is not UTF-8 JSON.");
  return value;
}

/** Names the field, where the schema knows it, and never its value. */
function malformed(issue: v.BaseIssue<unknown>): ProblemError {
  const field = v.getDotPath(issue);
  if (issue.type === "strict_object" && issue.expected === "never") {
    return new ProblemError("malformed", "The request has a field that is unknown.");
  }
  if (issue.type === "strict_object" && field && issue.received === "undefined") {
    return new ProblemError("malformed", `The field ${field} is missing.`);
  }
  return new ProblemError(
    "malformed",
    field ? `The field ${field} is malformed.` : "The request is malformed.",
  );
}
