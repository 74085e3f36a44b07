const { default: Sequencer } = require("@jest/test-sequencer");

/** What takes longest on one worker, so that nothing is left waiting for it at the end. Jest itself goes by file size on a first run. */
const LONGEST = [
  "test/page/browser.test.ts",
  "test/proof/",
  "test/e2e/",
  "test/cdktf/handlers.test.ts",
  "test/cli/",
];

module.exports = class LongTestsFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = LONGEST.findIndex((part) => path.includes(part));
      return at < 0 ? LONGEST.length : at;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
};
