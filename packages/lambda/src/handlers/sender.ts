import { stdoutLog, systemClock } from "../runtime.ts";
import { createSenderApp } from "../sender/app.ts";
import { createTokenVerifier } from "../sender/callers.ts";
import { Handoffs } from "../store/handoffs.ts";
import { Subjects } from "../store/subjects.ts";
import { required, senderConfig } from "./environment.ts";
import { httpHandler, iamPrincipal } from "./http-event.ts";
import { openTables } from "./tables.ts";

const { issuer, jwksUrl, senders, operators, classes } = senderConfig();
const { table, audit } = openTables();
const origin = required("ORIGIN");

export const handler = httpHandler(
  createSenderApp({
    origin,
    senders,
    operators,
    classes,
    handoffs: new Handoffs(table),
    subjects: new Subjects(table),
    audit,
    pseudonymise: async (address) => (await import("./kms-pseudonyms.ts")).pseudonymise(address),
    verifyToken: createTokenVerifier({ audience: origin, issuer, jwksUrl, clock: systemClock }),
    iamPrincipal,
    clock: systemClock,
    log: stdoutLog,
  }),
);
