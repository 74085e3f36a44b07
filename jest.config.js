/** @type {import("jest").Config} */
export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          target: "es2023",
          parser: { syntax: "typescript" },
          experimental: { keepImportAttributes: true },
        },
        module: { type: "es6" },
      },
    ],
  },
  // Staged packages have the names of their sources.
  modulePathIgnorePatterns: ["<rootDir>/.data/"],
  testTimeout: 60_000,
  // One more than the processors that CI has: tests wait for browsers, for processes of their own, and for answers that take their time.
  maxWorkers: 3,
  testSequencer: "<rootDir>/test/support/long-tests-first.cjs",
};
