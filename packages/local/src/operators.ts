import { createHash, randomBytes, randomInt } from "node:crypto";
import type { Clock } from "@secret-handoff/lambda";
import type { OperatorEntry } from "@secret-handoff/protocol/api";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";

/** A person or role who calls the service over IAM, with the access key to sign with. */
export type LocalOperator = Required<Pick<OperatorEntry, "principal" | "may" | "roles">> & {
  readonly name: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

const OPERATORS: readonly Pick<LocalOperator, "name" | "may" | "roles">[] = [
  { name: "security-lead", may: ["approve"], roles: ["security"] },
  { name: "manager", may: ["approve"], roles: ["manager"] },
  { name: "team-lead", may: ["approve"], roles: ["team lead"] },
  { name: "auditor", may: ["audit"], roles: [] },
  { name: "incident-responder", may: ["revoke", "erase"], roles: [] },
  { name: "sender", may: ["send", "check", "revoke"], roles: [] },
];

/** The operators of a local stack, with access keys made at this start. */
export function createOperators(): readonly LocalOperator[] {
  return OPERATORS.map(({ name, may, roles }) => ({
    name,
    principal: `arn:aws:iam::111122223333:user/${name}`,
    accessKeyId: `AKIA${Array.from({ length: 16 }, () => KEY_ID[randomInt(KEY_ID.length)]).join("")}`,
    secretAccessKey: randomBytes(30).toString("base64"),
    may,
    roles,
  }));
}

const KEY_ID = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Who signed a request; or why nobody has, which API Gateway keeps to itself. */
type Signed = { readonly principal: string } | { readonly refused: string };

/** Seconds by which a signature's time may be off (IAM user guide, "Elements of an AWS API request signature"). */
const SIGNATURE_SECONDS = 300;

/**
 * Checks a request's signature as API Gateway does for a route with IAM authorisation: signs the same request with the key that it
 * names, and compares.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function verifySignature(
  request: Request,
  operators: readonly LocalOperator[],
  clock: Clock,
): Promise<Signed> {
  const { headers, method } = request;
  const header = AUTHORIZATION.exec(headers.get("authorization") ?? "")?.groups;
  if (!header) return { refused: "there is no signature of version 4 for execute-api" };
  const { keyId = "", date = "", region = "", signedHeaders = "", signature = "" } = header;
  const operator = operators.find(({ accessKeyId }) => accessKeyId === keyId);
  if (!operator) return { refused: "the access key is not one of this stack's operators" };
  const names = signedHeaders.split(";");
  const stamp = headers.get("x-amz-date") ?? "";
  const time = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!names.includes("host") || !names.includes("x-amz-date") || !stamp.startsWith(date)) {
    return { refused: "host and x-amz-date are not both signed" };
  }
  if (!(Math.abs(time / 1_000 - clock()) <= SIGNATURE_SECONDS)) {
    return { refused: "the signature is not of the last five minutes" };
  }
  const body = new Uint8Array(await request.clone().arrayBuffer());
  const declared = headers.get("x-amz-content-sha256");
  if (declared !== null && declared !== createHash("sha256").update(body).digest("hex")) {
    return { refused: "x-amz-content-sha256 is not the hash of the body" };
  }
  const url = new URL(request.url);
  const signer = new SignatureV4({
    service: "execute-api",
    region,
    credentials: operator,
    sha256: Hash.bind(null, "sha256"),
    applyChecksum: false,
  });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url.searchParams),
      headers: Object.fromEntries(names.map((name) => [name, headers.get(name) ?? ""])),
      body,
    },
    { signingDate: new Date(time), signableHeaders: new Set(names) },
  );
  const expected = AUTHORIZATION.exec(signed.headers.authorization ?? "")?.groups;
  return expected?.signature === signature && expected.signedHeaders === signedHeaders
    ? { principal: operator.principal }
    : { refused: "the signature does not match the request" };
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<keyId>\w+)\/(?<date>\d{8})\/(?<region>[\w-]+)\/execute-api\/aws4_request, ?SignedHeaders=(?<signedHeaders>[\w;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** Several values of one name stay several. */
function queryOf(parameters: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name)]));
}
