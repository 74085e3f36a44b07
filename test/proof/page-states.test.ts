import { afterAll, expect } from "@jest/globals";
import { overflow, violations } from "../page/accessible.ts";
import { browserTests } from "../page/browser-tests.ts";
import { speakIn } from "../page/languages.ts";
import { PAGE_STATES, visitorAt } from "../page/states.ts";
import { atTier, report } from "../support/tier.ts";

const inBrowser = await browserTests();

/** Under the reduced counts one state stands for the others. */
const states = PAGE_STATES.slice(0, atTier({ cit: 1, proof: PAGE_STATES.length }));

/** Beside English: one whose words are long, one that runs from right to left, one without spaces. */
const languages = (["ar", "de", "ja"] as const).slice(0, atTier({ cit: 1, proof: 3 }));

/** What a state's own making brings about: a request that is cut off, or an answer that is no 2xx. */
const PROVOKED = /^Failed to load resource: /;

let looked = 0;

for (const state of states) {
  inBrowser(
    `${state.name}: no violation in light or dark, nothing to scroll sideways, no error`,
    async (given) => {
      const visitor = await visitorAt(state, given.browser, given.stack);
      const hasScript = state.context?.javaScriptEnabled !== false;
      if (hasScript) expect(await violations(visitor.page)).toEqual([]);
      for (const width of [320, 390, 640, 1_280]) {
        await visitor.page.setViewportSize({ width, height: 800 });
        if (hasScript) expect(await overflow(visitor.page)).toBe(0);
      }
      for (const language of hasScript ? languages : []) {
        await speakIn(visitor.page, language);
        await visitor.page.setViewportSize({ width: 390, height: 844 });
        expect([language, await overflow(visitor.page), await violations(visitor.page)]).toEqual([
          language,
          0,
          [],
        ]);
      }
      await visitor.page.emulateMedia({ forcedColors: "active" });
      expect(visitor.errors.filter((error) => !PROVOKED.test(error))).toEqual([]);
      await visitor.close();
      looked += 1;
    },
  );
}

afterAll(() => {
  report(
    `${looked} of ${PAGE_STATES.length} states: axe-core in light and dark, reflow at 320, 390, 640 and 1280 px; and in ${languages.join(", ")} at 390 px`,
  );
});
