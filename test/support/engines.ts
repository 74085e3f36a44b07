import { describe, test } from "@jest/globals";
import { type EngineName, installedEngines } from "@secret-handoff/local";

/**
 * Runs a group of tests on each DynamoDB engine, so that none of them holds only for the quirks of one. An engine that this machine
 * does not have is shown as a skipped test that says why.
 * @param tests declares the tests, which start the engine of that name themselves: `startTestService({ engine })`
 */
export function describeOnEachEngine(title: string, tests: (engine: EngineName) => void): void {
  for (const { name, missing } of installedEngines()) {
    describe(`${title}, on ${name}`, () => {
      if (missing === undefined) tests(name);
      else test.skip(`skipped: ${missing}`, () => {});
    });
  }
}
