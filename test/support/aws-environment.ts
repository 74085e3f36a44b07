import { afterAll, beforeAll } from "@jest/globals";

/**
 * Sets what the AWS SDK reads from the environment, for the tests of this file or of the `describe` that calls it: credentials that
 * mean nothing, and what is given. Afterwards the environment is as it was.
 * @param variables asked for once, before the tests: endpoints and region
 */
export function useAwsEnvironment(variables: () => Readonly<Record<string, string>>): void {
  const kept = { ...process.env };
  beforeAll(() => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", ...variables() });
  });
  afterAll(() => {
    process.env = kept;
  });
}
