import { keyTests } from "./keys.open.ts";
import { openTests } from "./open-tests.ts";
import { refusalTests } from "./refusals.open.ts";
import { writtenTests } from "./written.open.ts";

// One file, so that one service serves them all.
const given = openTests();

writtenTests(given);
refusalTests(given);
keyTests(given);
