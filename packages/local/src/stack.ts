import type { Archive, Clock, FixedLatency, Log, Page } from "@secret-handoff/lambda";
import type { AuditEvent, CredentialClass, SenderEntry } from "@secret-handoff/protocol/api";
import type { CompanySource } from "@secret-handoff/protocol/company";
import { loadPage } from "#built";
import { localClient } from "./engine/client.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine/engine.ts";
import { startGitHubApi } from "./github/api.ts";
import { DEFAULT_JOB } from "./github/job.ts";
import { type OidcIssuer, startOidcIssuer } from "./github/oidc-issuer.ts";
import { type PipelineIssuer, startGitLabIssuer } from "./gitlab-issuer.ts";
import { type MailCatcher, startMailCatcher } from "./mail/inbox.ts";
import type { SmtpOptions } from "./mail/smtp-server.ts";
import { createOperators, type LocalOperator } from "./operators.ts";
import {
  type SecretsManagerEndpoint,
  type SecretsManagerRequest,
  startSecretsManager,
} from "./secrets-manager/endpoint.ts";
import type { LocalSecrets } from "./secrets-manager/secrets.ts";
import { SEAL_PATH, type Service, startService } from "./service.ts";

export type LocalStackOptions = {
  /** The service's port; 0, any free one, unless said otherwise. */
  readonly port?: number;
  readonly engine?: EngineOptions["engine"];
  /** Where the engine keeps its data, mode 0700; in memory without it. */
  readonly dataDir?: string;
  /** The time of every part; the system's unless said otherwise. */
  readonly clock?: Clock;
  readonly classes?: readonly CredentialClass[];
  /** {@link LOCAL_SENDERS}, and the pipelines of acme/orders on the local GitLab, unless said otherwise. */
  readonly senders?: readonly SenderEntry[];
  /** Whom recipients know the senders by; nobody unless said otherwise. */
  readonly company?: CompanySource;
  /** The recipient's page; built from its sources unless given. */
  readonly page?: Page;
  readonly smtp?: SmtpOptions;
  /** Where the service's log goes; nowhere unless said otherwise. */
  readonly log?: Log;
  readonly latency?: FixedLatency;
  /** Called with each audit event as it is published. */
  readonly onEvent?: (event: AuditEvent) => void;
  /** Called with each request to the Secrets Manager endpoint. */
  readonly onSecretsRequest?: (request: SecretsManagerRequest) => void;
  /** Where sealed days go beside the table; nowhere unless said otherwise. */
  readonly archive?: Archive;
  /** Milliseconds between sweeps; 0, never by itself, unless said otherwise. */
  readonly sweepEvery?: number;
};

/** What `npm run dev` prints: where everything is. */
export type Addresses = {
  /** The service, without a trailing slash. */
  readonly url: string;
  /** The inbox page; its mails as JSON under `/api/messages`. */
  readonly inbox: string;
  /** `smtp://127.0.0.1:port` */
  readonly smtp: string;
  /** For AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly secretsManager: string;
  /** For AWS_ENDPOINT_URL_SESV2. */
  readonly ses: string;
  /** For ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN. */
  readonly idTokenRequestUrl: string;
  readonly idTokenRequestToken: string;
  /** Who may call `url + "/iam/v1/sender"`, with the access keys to sign with (service `execute-api`, any region). */
  readonly operators: readonly LocalOperator[];
  /** A stand-in for GitHub's REST API; `PUT github + "/local/runs/{id}/approvals"` sets who reviewed a run. */
  readonly github: string;
  /** A POST here seals the trail, today's events too. */
  readonly seals: string;
  /** PEM of the public key that the seals are signed for. */
  readonly sealKey: string;
  /** A stand-in for GitLab: `GET gitLabIdTokenUrl?audience=URL` gives what a job has in `id_tokens`. */
  readonly gitLabIdTokenUrl: string;
};

export type LocalStack = Addresses & {
  readonly addresses: Addresses;
  readonly service: Service;
  readonly engine: Engine;
  readonly issuer: OidcIssuer;
  readonly gitLab: PipelineIssuer;
  readonly mail: MailCatcher;
  /** The secrets in the Secrets Manager endpoint. */
  readonly secrets: LocalSecrets;
  readonly secretsManagerEndpoint: SecretsManagerEndpoint;
  /** Ends everything; may be called twice. */
  readonly close: () => Promise<void>;
};

const { repositoryId } = DEFAULT_JOB;
/** The environments in which a job may approve, by the role for which it may. */
const APPROVERS = {
  security: "approve-security",
  manager: "approve-manager",
  "team lead": "approve-team-lead",
};

/** Admits the job that the local issuer mints tokens for, for every class; and its approvals in the environments above. */
export const LOCAL_SENDERS: readonly SenderEntry[] = [
  { repositoryId, may: ["send", "check", "revoke", "audit"] },
  // Anybody can open an issue, so an entry must list the event: the request workflow begins with one.
  { repositoryId, events: ["issues"], may: ["send", "check"] },
  ...Object.entries(APPROVERS).map(
    ([role, environment]): SenderEntry => ({ repositoryId, environment, roles: [role], may: ["approve"] }),
  ),
];

/** Admits the jobs on the main branch of acme/orders on GitLab. */
function pipelinesOf(issuer: string): SenderEntry {
  return { issuer, claims: { project_path: "acme/orders", ref: "main" }, may: ["send", "check", "revoke"] };
}

/**
 * Everything that a handoff needs, embedded and on 127.0.0.1 only: the service on a DynamoDB engine, an OIDC issuer with fresh keys, a
 * Secrets Manager endpoint, a mail catcher with an inbox, and a stand-in for a part of GitHub's API.
 * @throws Error when a part does not start; the others are ended first
 */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const { engine: engineName, port, dataDir, clock, classes, senders, log = () => {} } = options;
  const { latency, onEvent, onSecretsRequest, sweepEvery } = options;
  const timed = clock ? { clock } : {};
  const parts = new Parts();
  try {
    const starting = [
      options.page ?? loadPage(),
      parts.add(startEngine({ folder: dataDir, ...(engineName ? { engine: engineName } : {}) })),
      parts.add(startOidcIssuer(timed)),
      parts.add(startMailCatcher(options.smtp)),
      parts.add(startGitHubApi()),
      parts.add(startGitLabIssuer(timed)),
      parts.add(
        startSecretsManager({ ...timed, ...(onSecretsRequest ? { onRequest: onSecretsRequest } : {}) }),
      ),
    ] as const;
    // When one fails, the others must have started before they can be ended.
    await Promise.allSettled(starting);
    const [page, engine, issuer, mail, github, gitLab, secretsManager] = await Promise.all(starting);
    const operators = createOperators();
    const service = await parts.add(
      startService({
        ...timed,
        ...(port === undefined ? {} : { port }),
        company: options.company,
        ...(classes ? { classes } : {}),
        ...(latency ? { latency } : {}),
        ...(onEvent ? { onEvent } : {}),
        ...(options.archive ? { archive: options.archive } : {}),
        ...(sweepEvery === undefined ? {} : { sweepEvery }),
        client: localClient(engine.endpoint),
        issuer: issuer.issuer,
        jwksUrl: issuer.jwksUrl,
        issuers: [{ issuer: gitLab.issuer, jwksUrl: gitLab.jwksUrl }],
        smtp: mail.smtp,
        page,
        senders: senders ?? [...LOCAL_SENDERS, pipelinesOf(gitLab.issuer)],
        operators,
        githubApi: github.url,
        log,
      }),
    );
    const addresses: Addresses = {
      url: service.url,
      inbox: mail.inboxUrl,
      smtp: mail.smtp,
      secretsManager: secretsManager.url,
      ses: mail.ses,
      idTokenRequestUrl: issuer.requestUrl,
      idTokenRequestToken: issuer.requestToken,
      operators,
      github: github.url,
      seals: service.url + SEAL_PATH,
      sealKey: service.sealKey,
      gitLabIdTokenUrl: gitLab.tokenUrl,
    };
    return {
      ...addresses,
      addresses,
      service,
      engine,
      issuer,
      gitLab,
      mail,
      secrets: secretsManager.secrets,
      secretsManagerEndpoint: secretsManager,
      close: () => parts.close(),
    };
  } catch (error) {
    await parts.close();
    throw error;
  }
}

type Part = { readonly close: () => Promise<void> };

/** What has been started, so that all of it can be ended, last first. */
class Parts {
  readonly #started: Part[] = [];
  #closing: Promise<void> | undefined;

  async add<T extends Part>(starting: Promise<T>): Promise<T> {
    const part = await starting;
    this.#started.push(part);
    return part;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeInTurn();
    return this.#closing;
  }

  async #closeInTurn(): Promise<void> {
    for (const part of this.#started.reverse()) await part.close();
  }
}

const LOOK_MS = 250;

/**
 * Resolves when this process is asked to stop: by Ctrl-C, by SIGTERM, or because its terminal or npm has gone. From then on it is
 * not ended by such a signal; a second one ends it at once.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const hear = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, hear);
    if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(resolve);
  });
}

/** npm hands SIGTERM to the shell between it and this process, which ends without a word to us. */
function whenOrphaned(resolve: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) resolve();
  }, LOOK_MS).unref();
}
