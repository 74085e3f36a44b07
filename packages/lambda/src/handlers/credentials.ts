import { fromEnv } from "@aws-sdk/credential-provider-env";

/** Stands in for the SDK's default chain in the bundles: a Lambda function's credentials are in its environment. */
export function defaultProvider() {
  return fromEnv();
}
