import type { AddressInfo } from "node:net";
import { CreateTableCommand, type DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { createAdaptorServer } from "@hono/node-server";
import {
  ANSWER_AFTER_MS,
  type Archive,
  askGitHub,
  auditTable,
  Claims,
  type Clock,
  Codes,
  codeMail,
  createRecipientApp,
  createSenderApp,
  createTokenVerifier,
  Due,
  drain,
  Erasures,
  EventIndex,
  encodePage,
  type FixedLatency,
  fixedLatency,
  Handoffs,
  type Log,
  Outbox,
  oneTimeTable,
  type Page,
  Receipts,
  type RecipientKeys,
  Recipients,
  Requests,
  StandaloneEvents,
  Subjects,
  type Swept,
  stdoutLog,
  sweep,
  systemClock,
  Table,
} from "@secret-handoff/lambda";
import {
  type AuditEvent,
  type CredentialClass,
  DEFAULT_CLASSES,
  isoTime,
  policyCompanyOf,
  type Seal,
  type SenderEntry,
  type TrustedIssuer,
} from "@secret-handoff/protocol/api";
import { type CompanySource, companyOf } from "@secret-handoff/protocol/company";
import { createTransport } from "nodemailer";
import { createDrainQueue, NotifyingTable } from "./drain-after-writes.ts";
import { createRecipientKeys, createSealer, type LocalSealer } from "./kms.ts";
import { type LocalOperator, verifySignature } from "./operators.ts";

type ServiceOptions = {
  /** 0 takes any free port. */
  readonly port?: number;
  /** Where the tables are; closed with the service. See {@link localClient}. */
  readonly client: DynamoDBClient;
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Others than GitHub's. */
  readonly issuers?: readonly TrustedIssuer[];
  readonly page: Page;
  readonly senders: readonly SenderEntry[];
  readonly classes?: readonly CredentialClass[];
  /** The part of GitHub's REST API that says who reviewed a run; without it no review is known. */
  readonly githubApi?: string;
  /** Whose signatures are checked under `/iam/`; without them nobody is let in there. */
  readonly operators?: readonly LocalOperator[];
  readonly clock?: Clock;
  /** `smtp://host:port`, where codes are mailed. */
  readonly smtp: string;
  /** Who runs the service, as its front page says. */
  readonly runBy?: string;
  /** Whom recipients know the senders by. */
  readonly company?: CompanySource | undefined;
  readonly latency?: FixedLatency;
  readonly log?: Log;
  /** Called with each audit event as the drainer publishes it. */
  readonly onEvent?: (event: AuditEvent) => void;
  /** The keys of the recipients directory; fresh ones unless said otherwise. */
  readonly recipientKeys?: RecipientKeys;
  /** Drain right after each write (the default), or leave it to `sweep`, as a benchmark of one function does. */
  readonly drainAfterWrites?: boolean;
  /** Milliseconds between sweeps; 0 (tests sweep by hand) unless said otherwise. */
  readonly sweepEvery?: number;
  /** Where sealed days go beside the table; nowhere unless said otherwise. */
  readonly archive?: Archive;
};

export type Service = {
  /** The origin, without a trailing slash. */
  readonly url: string;
  readonly audit: LocalSealer["audit"];
  /** Resolves when every event written so far is in the audit table. */
  drained(): Promise<void>;
  sweep(isOver?: () => boolean): Promise<Swept>;
  /** PEM of the public key that the trail's seals are signed for. */
  readonly sealKey: string;
  /** Seals the days that are over. @param through a later day to seal as well, `2026-11-26`: today's next events are filed under its morrow */
  seal(through?: string): Promise<readonly Seal[]>;
  close(): Promise<void>;
};

/** Nothing answers there. */
const NO_GITHUB = "http://127.0.0.1:1";

export const TABLE = "secret-handoff";
export const AUDIT_TABLE = "secret-handoff-audit";

/** A POST here seals today as well, though it is not over, so that a demonstration need not wait for tomorrow. */
export const SEAL_PATH = "/local/seals";

/** The one-time store as a deployment runs it, in this process: both apps on one port, drainer after each write, sweeper. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const {
    client,
    clock = systemClock,
    log = stdoutLog,
    onEvent = () => {},
    classes = DEFAULT_CLASSES,
    recipientKeys = createRecipientKeys(),
  } = options;
  await createTables(client);
  const table = new NotifyingTable(client, TABLE);
  const trail = new Table(client, AUDIT_TABLE);
  const sealer = createSealer(trail, {
    clock,
    log,
    ...(options.archive ? { archive: options.archive } : {}),
  });
  const { audit, seals } = sealer;
  await sealer.resume();
  const drainerDeps = {
    outbox: new Outbox(new Table(client, TABLE)),
    standalone: new StandaloneEvents(new Table(client, TABLE)),
    audit,
    publish: async (events: readonly AuditEvent[]) => events.forEach(onEvent),
  };
  const drainer = createDrainQueue((key) => drain(drainerDeps, key), log);
  if (options.drainAfterWrites ?? true) table.onWrite(drainer.push);
  const handoffs = new Handoffs(table);
  const mailer = createTransport(options.smtp);
  const subjects = new Subjects(table);
  const requests = new Requests(table);
  const erasures = new Erasures(table);

  let fetch: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 });
  const server = createAdaptorServer({ fetch: (request) => fetch(request) });
  // As the engine's, and for its reason.
  if ("keepAliveTimeout" in server) server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  const recipient = createRecipientApp({
    origin: url,
    page: encodePage(options.page),
    runBy: options.runBy,
    company: options.company && companyOf(options.company),
    claims: new Claims(table),
    receipts: new Receipts(table),
    codes: new Codes(table),
    clock,
    log,
    mailCode: async (mail) => {
      const { fromName, ...content } = codeMail(mail);
      await mailer.sendMail({
        from: { name: fromName ?? "", address: "handoff@localhost" },
        to: mail.to,
        ...content,
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
    latency: options.latency ?? fixedLatency(ANSWER_AFTER_MS.ses),
  });
  const sender = createSenderApp({
    origin: url,
    handoffs,
    subjects,
    requests,
    erasures,
    askReviews: askGitHub(options.githubApi ?? NO_GITHUB),
    standalone: new StandaloneEvents(table),
    audit,
    seals,
    eventIndex: new EventIndex(new Table(client, AUDIT_TABLE)),
    classes,
    senders: options.senders,
    recipients: new Recipients(new Table(client, AUDIT_TABLE), recipientKeys),
    verifyToken: createTokenVerifier({
      audience: url,
      issuer: options.issuer,
      jwksUrl: options.jwksUrl,
      ...(options.issuers ? { issuers: options.issuers } : {}),
      clock,
    }),
    operators: options.operators ?? [],
    company: options.company && policyCompanyOf(options.company),
    iamPrincipal: (c) => (c.env as { readonly principal?: string }).principal,
    clock,
    log,
  });
  /** Under `/iam/` it answers as API Gateway does, which hands on only what has a valid signature. */
  const answerTo = async (request: Request, pathname: string): Promise<Response> => {
    if (/^\/v1\/sender(?:\/|$)/.test(pathname)) return sender.fetch(request, {});
    if (!/^\/iam\/v1\/sender(?:\/|$)/.test(pathname)) return recipient.fetch(request);
    if (!options.operators) return sender.fetch(request, {});
    const signed = await verifySignature(request, options.operators, clock);
    if ("principal" in signed) return sender.fetch(request, signed);
    log({ level: "info", what: "signature_refused", ...signed });
    return Response.json({ message: "Forbidden" }, { status: 403 });
  };
  const hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  fetch = async (request) => {
    if (!hosts.has(request.headers.get("host") ?? "")) return new Response("unknown host\n", { status: 421 });
    const { pathname } = new URL(request.url);
    if (pathname === SEAL_PATH && request.method === "POST")
      return Response.json({ seals: await sealToday() });
    const answer = await answerTo(request, pathname);
    // Whoever has its answer finds its events in the trail: right after the write is before the answer.
    await drainer.settled();
    return answer;
  };

  const seal = async (through?: string) => {
    await drainer.idle();
    return sealer.seal(through);
  };
  const sealToday = () => seal(isoTime(clock()).slice(0, 10));

  const sweepNow = async (isOver?: () => boolean) => {
    const deps = { ...drainerDeps, due: new Due(table), handoffs, subjects, requests, erasures, log };
    const swept = await sweep(deps, clock(), isOver);
    await drainer.idle();
    return swept;
  };
  const timer =
    options.sweepEvery &&
    setInterval(
      () => sweepNow().catch(() => log({ level: "error", what: "sweep_failed" })),
      options.sweepEvery,
    );

  return {
    url,
    audit,
    drained: drainer.idle,
    sweep: sweepNow,
    sealKey: sealer.publicKey,
    seal,
    async close() {
      if (timer) clearInterval(timer);
      await new Promise((resolve) => {
        server.close(resolve);
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
      await drainer.idle();
      mailer.close();
      client.destroy();
    },
  };
}

async function createTables(client: DynamoDBClient): Promise<void> {
  for (const definition of [oneTimeTable(TABLE), auditTable(AUDIT_TABLE)]) {
    try {
      await client.send(new CreateTableCommand(definition));
    } catch (error) {
      // A data folder from an earlier start has its tables already.
      if (!(error instanceof Error) || error.name !== "ResourceInUseException") throw error;
    }
    // A table takes requests a moment after CreateTable has answered, as in AWS.
    await waitUntilTableExists(
      { client, minDelay: 0.02, maxDelay: 0.1, maxWaitTime: 10 },
      { TableName: definition.TableName },
    );
  }
}
