import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { launchBrowser, type Visitor, visit } from "../support/browser.ts";
import { type PageStack, startPageStack } from "./stack.ts";

/** What a browser test has at hand; visitors are closed after it, and none of them may have seen an error. */
export type BrowserTest = {
  readonly browser: Browser;
  readonly stack: PageStack;
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
  /** Errors that this test provokes, to be taken out of what must be empty. */
  expectErrors(pattern: RegExp): void;
};

/** Declares a test that is skipped where there is no browser. */
export type InBrowser = (name: string, body: (given: BrowserTest) => Promise<void>) => void;

/**
 * One browser and one local stack for the tests of a file; where no browser is found they are skipped, and it is said why.
 * @returns what declares a test
 */
export async function browserTests(): Promise<InBrowser> {
  const browser = await launchBrowser();
  let stack: PageStack;
  let visitors: Visitor[] = [];
  let expected: RegExp[] = [];

  beforeAll(async () => {
    if (browser) stack = await startPageStack();
  });
  afterEach(async () => {
    const unexpected = visitors
      .flatMap(({ errors }) => errors)
      .filter((error) => !expected.some((pattern) => pattern.test(error)));
    await Promise.all(visitors.map((visitor) => visitor.close()));
    visitors = [];
    expected = [];
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  return (name, body) => {
    if (!browser) {
      test.skip(name, () => {});
      return;
    }
    test(name, () =>
      body({
        browser,
        stack,
        expectErrors: (pattern) => expected.push(pattern),
        async visitor(options) {
          const visitor = await visit(browser, options);
          visitors.push(visitor);
          return visitor;
        },
      }),
    );
  };
}
