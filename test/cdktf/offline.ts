import type { SynthesisedStack } from "./synthesis.ts";

/** Lets a provider plan without an account. */
export const OFFLINE_PROVIDER = {
  access_key: "offline",
  secret_key: "offline",
  skip_credentials_validation: true,
  skip_metadata_api_check: true,
  skip_region_validation: true,
  skip_requesting_account_id: true,
} as const;

/** The newest Node.js runtime that a provider of major version 5 knows. */
export const OLD_RUNTIME = "nodejs22.x";

/**
 * A synthesised stack for a provider that is at hand, without its backend and without credentials.
 * @returns the stack, and each thing that was rewritten
 */
export function rewriteFor(
  awsVersion: string,
  stack: SynthesisedStack,
): { readonly json: SynthesisedStack; readonly rewrites: readonly string[] } {
  const json = structuredClone(stack);
  const rewrites: string[] = [];
  delete json.terraform.backend;
  for (const provider of json.provider?.aws ?? []) Object.assign(provider, OFFLINE_PROVIDER);
  if (Number(awsVersion.split(".")[0]) < 6) {
    for (const lambda of Object.values(json.resource.aws_lambda_function ?? {})) {
      if (lambda.runtime === OLD_RUNTIME) continue;
      if (!rewrites.some((line) => line.startsWith("runtime"))) {
        rewrites.push(`runtime ${String(lambda.runtime)} -> ${OLD_RUNTIME}`);
      }
      lambda.runtime = OLD_RUNTIME;
    }
  }
  return { json, rewrites };
}
