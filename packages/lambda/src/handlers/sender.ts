import type { Hono } from "hono";
import { stdoutLog, systemClock } from "../runtime.ts";
import { createSenderApp } from "../sender/app.ts";
import { askGitHub } from "../sender/github-reviews.ts";
import { createTokenVerifier } from "../sender/tokens.ts";
import { Erasures } from "../store/erasures.ts";
import { Handoffs } from "../store/handoffs.ts";
import type { RecipientKeys } from "../store/recipients.ts";
import { Requests } from "../store/requests.ts";
import { StandaloneEvents } from "../store/standalone-events.ts";
import { Subjects } from "../store/subjects.ts";
import { optional, parseSenderConfig, required, type SenderConfig, senderConfig } from "./environment.ts";
import { type HttpEvent, httpHandler, iamPrincipal, type StartCheck } from "./http-event.ts";
import { openTables, readPolicy } from "./tables.ts";

/** Undefined where the policy is larger than the environment, and lies in a table. A wrong one ends the start. */
const inEnvironment = optional("CONFIG") === undefined ? undefined : senderConfig();
const { table, audit, eventIndex, seals, recipients } = openTables();
const origin = required("ORIGIN");

/** Loaded for the first call that names a recipient. */
const kms = () => import("./kms-recipients.ts");
const keepsAddresses = optional("RECIPIENT_ADDRESS_KEY_ID") !== undefined;
const recipientKeys: RecipientKeys = {
  macOf: async (address) => (await kms()).macOf(address),
  addresses: keepsAddresses
    ? {
        encrypt: async (entry, plain) => (await kms()).encrypt(entry, plain),
        decrypt: async (entry, sealed) => (await kms()).decrypt(entry, sealed),
      }
    : undefined,
};

function appWith(config: SenderConfig): Hono {
  const { issuer, jwksUrl, issuers, senders, operators, classes, githubApi, approvalSeconds, company } =
    config;
  return createSenderApp({
    origin,
    senders,
    operators,
    classes,
    company,
    handoffs: new Handoffs(table),
    subjects: new Subjects(table),
    requests: new Requests(table),
    erasures: new Erasures(table),
    askReviews: askGitHub(githubApi),
    approvalSeconds,
    standalone: new StandaloneEvents(table),
    audit,
    eventIndex,
    recipients: recipients(recipientKeys),
    seals,
    verifyToken: createTokenVerifier({ audience: origin, issuer, jwksUrl, issuers, clock: systemClock }),
    iamPrincipal,
    clock: systemClock,
    log: stdoutLog,
  });
}

let starting: Promise<ReturnType<typeof httpHandler>> | undefined;

/** Once for an instance. A read that failed is tried again with the next call; until then nobody is let in. */
async function start(): Promise<ReturnType<typeof httpHandler>> {
  try {
    return httpHandler(appWith(inEnvironment ?? parseSenderConfig(await readPolicy())));
  } catch (error) {
    starting = undefined;
    throw error;
  }
}

export const handler = async (event: HttpEvent | StartCheck) => {
  starting ??= start();
  return (await starting)(event);
};
