import type { LocalOperator } from "@secret-handoff/local";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { SenderAnswer } from "./sender.ts";

/** An operator as a test makes one: with a key of its own, and any principal. */
export function operatorOf(
  principal: string,
  may: LocalOperator["may"],
  roles: readonly string[] = [],
): LocalOperator {
  const name = principal.slice(principal.lastIndexOf("/") + 1);
  const accessKeyId = `AKIA${Buffer.from(principal)
    .toString("hex")
    .toUpperCase()
    .replace(/[018-9]/g, "X")
    .slice(-16)}`;
  return { name, principal, may, roles, accessKeyId, secretAccessKey: `secret-of-${principal}` };
}

/** Calls `/iam` + path as that operator, signed as the SDKs and the AWS CLI do. */
export async function callAs(
  operator: LocalOperator,
  { url, clock }: { readonly url: string; readonly clock?: { readonly now: number } },
  method: string,
  path: string,
  value?: unknown,
): Promise<SenderAnswer> {
  const target = new URL(`/iam${path}`, url);
  const body = value === undefined ? undefined : JSON.stringify(value);
  const signer = new SignatureV4({
    credentials: operator,
    service: "execute-api",
    region: "eu-central-1",
    sha256: Hash.bind(null, "sha256"),
  });
  const signed = await signer.sign(
    {
      method,
      protocol: target.protocol,
      hostname: target.hostname,
      path: target.pathname,
      query: Object.fromEntries(target.searchParams),
      headers: { host: target.host, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: clock ? new Date(clock.now * 1_000) : new Date() },
  );
  const { host: _, ...headers } = signed.headers;
  const response = await fetch(target, { method, headers, ...(body === undefined ? {} : { body }) });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? {} : JSON.parse(text) };
}
