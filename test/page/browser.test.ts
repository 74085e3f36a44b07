import { describe } from "@jest/globals";
import { accessibilityTests } from "./accessibility.browser.ts";
import { browserTests } from "./browser-tests.ts";
import { companyTests } from "./company.browser.ts";
import { documentsTests } from "./documents.browser.ts";
import { exactValuesTests } from "./exact-values.browser.ts";
import { faultsTests } from "./faults.browser.ts";
import { languagesTests } from "./languages.browser.ts";
import { openingTests } from "./opening.browser.ts";
import { resilienceTests } from "./resilience.browser.ts";
import { savedFilesTests } from "./saved-files.browser.ts";

// One file, so that one browser and one local stack serve them all.
const inBrowser = await browserTests();

describe("opening", () => openingTests(inBrowser));
describe("languages", () => languagesTests(inBrowser));
describe("resilience", () => resilienceTests(inBrowser));
describe("exact values", () => exactValuesTests(inBrowser));
describe("faults", () => faultsTests(inBrowser));
describe("saved files", () => savedFilesTests(inBrowser));
describe("company", () => companyTests(inBrowser));
describe("accessibility", () => accessibilityTests(inBrowser));
describe("documents", () => documentsTests(inBrowser));
