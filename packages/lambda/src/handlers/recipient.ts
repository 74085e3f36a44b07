import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createRecipientApp } from "../recipient/app.ts";
import type { Bodies, EncodedPage } from "../recipient/page.ts";
import { ANSWER_AFTER_MS, fixedLatency } from "../recipient/send-code.ts";
import { stdoutLog, systemClock } from "../runtime.ts";
import { Claims } from "../store/claims.ts";
import { Codes } from "../store/codes.ts";
import { Receipts } from "../store/receipts.ts";
import { companyFrom, optional, required } from "./environment.ts";
import { httpHandler, sourceAddress } from "./http-event.ts";
import { openOneTimeTable } from "./tables.ts";

/** The page lies beside the bundle, where the build has put it, compressed. */
const beside = (name: string) => new Uint8Array(readFileSync(join(__dirname, name)));
const bodiesOf = (name: string): Bodies => ({
  br: beside(`${name}.br`),
  gzip: beside(`${name}.gz`),
  identity: beside(name),
});
const text = (name: string) => new TextDecoder().decode(beside(name));
const page: EncodedPage = {
  contentSecurityPolicy: text("page.csp"),
  bodies: bodiesOf("page.html"),
  fetched: Object.fromEntries(
    text("page.fetched")
      .split("\n")
      .map((path) => [path, bodiesOf(path.replace("/", "."))]),
  ),
};

const table = openOneTimeTable();

export const handler = httpHandler(
  createRecipientApp({
    origin: required("ORIGIN"),
    page,
    runBy: optional("RUN_BY"),
    company: companyFrom(optional("COMPANY")),
    claims: new Claims(table),
    receipts: new Receipts(table),
    codes: new Codes(table),
    clock: systemClock,
    sourceOf: sourceAddress,
    log: stdoutLog,
    mailCode: async (mail) => (await import("./code-mailer.ts")).mailCode(mail),
    latency: fixedLatency(ANSWER_AFTER_MS[optional("SMTP_SECRET_ARN") ? "smtp" : "ses"]),
  }),
);
