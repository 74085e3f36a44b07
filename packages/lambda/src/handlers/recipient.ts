import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../clock.ts";
import { stdoutLog } from "../log.ts";
import { countMetric } from "../metrics.ts";
import { createRecipientApp } from "../recipient/app.ts";
import { realPace } from "../recipient/codes.ts";
import type { Page } from "../recipient/page.ts";
import { Claims } from "../store/claims.ts";
import { codeMailer } from "./code-mailer.ts";
import { required } from "./environment.ts";
import { httpHandler } from "./http-event.ts";
import { openOneTimeTable } from "./tables.ts";

/** The page lies beside the bundle, where the build has put it. */
const page = JSON.parse(readFileSync(join(__dirname, "page.json"), "utf8")) as Page;

export const handler = httpHandler(
  createRecipientApp({
    origin: required("ORIGIN"),
    page,
    claims: new Claims(openOneTimeTable()),
    clock: systemClock,
    log: stdoutLog,
    mailCode: codeMailer(),
    pace: realPace,
    onMangled: () => countMetric("LinkMangled"),
  }),
);
