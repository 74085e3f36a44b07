import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * Replaces the SDK's default chain in the bundles (build.ts): a Lambda function's credentials are in its environment. A file of its own,
 * because the build names it in place of a package.
 */
export function defaultProvider() {
  return fromEnv();
}
