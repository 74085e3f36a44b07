import { type AttributeValue, GetItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import type { RecipientKeys } from "@secret-handoff/lambda";
import {
  AUDIT_TABLE,
  type Engine,
  type EngineName,
  type LocalOperator,
  localClient,
  type MailCatcher,
  type Minting,
  type OidcIssuer,
  type Service,
  startEngine,
  startMailCatcher,
  startOidcIssuer,
  startService,
  TABLE,
} from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import {
  type CredentialClass,
  DEFAULT_CLASSES,
  type SenderEntry,
  type TrustedIssuer,
} from "@secret-handoff/protocol/api";
import { type CompanySource, EMPTY_BLOCK } from "@secret-handoff/protocol/company";

/** A clock that stands still until a test moves it. */
export type TestClock = { now: number };

type Item = Record<string, AttributeValue>;

/** How a token differs from the one that the service admits. */
export type TokenWanted = Minting & {
  readonly audience?: string;
  /** Laid over its claims; undefined takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
};

export type TestService = {
  readonly url: string;
  readonly engine: Engine;
  readonly service: Service;
  readonly issuer: OidcIssuer;
  readonly mail: MailCatcher;
  readonly clock: TestClock;
  /** Every event, in the order in which the drainer published them. */
  readonly events: readonly AuditEvent[];
  /** Operations that the service has sent to its tables, such as `PutItem`; refused ones too. */
  readonly calls: readonly string[];
  /** Lines that the service logged. */
  readonly logged: readonly string[];
  /** A token for this service, of repository 42 unless said otherwise. */
  mint(wanted?: TokenWanted): Promise<string>;
  /** Every item of a table, as the engine holds it. */
  scan(table?: string): Promise<readonly Item[]>;
  /** The one-time table's item of a handoff. */
  stored(id: string): Promise<Item | undefined>;
  /** Every event of the audit table. */
  audited(): Promise<readonly AuditEvent[]>;
  close(): Promise<void>;
};

/** The one class whose links open with a click: no default class allows that. */
export const CLICK_CLASS: CredentialClass = {
  name: "click-only",
  expiresWithin: 72 * 3_600,
  passphrase: "optional",
  approvals: [],
  verification: "click",
};

/** Admits what {@link TestService.mint} mints by default. */
const EVERYTHING: SenderEntry = { repositoryId: "42", may: ["send", "revoke", "audit", "erase"] };

/** The service on a real engine, with a clock that tests move. */
export async function startTestService(
  options: {
    readonly senders?: readonly SenderEntry[];
    readonly classes?: readonly CredentialClass[];
    readonly drainAfterWrites?: boolean;
    readonly runBy?: string;
    readonly company?: CompanySource;
    readonly recipientKeys?: RecipientKeys;
    /** Told of each request to the tables, which waits for it; what it throws is the answer. */
    readonly onCall?: (operation: string) => void | Promise<void>;
    readonly operators?: readonly LocalOperator[];
    /** Trusted beside GitHub's. */
    readonly issuers?: readonly TrustedIssuer[];
    /** Where the service asks who reviewed a run. */
    readonly githubApi?: string;
    /** See `describeOnEachEngine`. */
    readonly engine?: EngineName;
  } = {},
): Promise<TestService> {
  const clock: TestClock = { now: Math.floor(Date.now() / 1_000) };
  const events: AuditEvent[] = [];
  const logged: string[] = [];
  const calls: string[] = [];
  const engine = await startEngine({ engine: options.engine });
  const issuer = await startOidcIssuer({ clock: () => clock.now });
  const mail = await startMailCatcher();
  const service = await startService({
    client: localClient(engine.endpoint, (operation) => {
      calls.push(operation);
      return options.onCall?.(operation);
    }),
    issuer: issuer.issuer,
    jwksUrl: issuer.jwksUrl,
    smtp: mail.smtp,
    page: {
      html: `<!doctype html><title>page</title>${EMPTY_BLOCK}`,
      contentSecurityPolicy: "default-src 'none'",
    },
    senders: options.senders ?? [EVERYTHING],
    ...(options.operators ? { operators: options.operators } : {}),
    ...(options.issuers ? { issuers: options.issuers } : {}),
    ...(options.githubApi === undefined ? {} : { githubApi: options.githubApi }),
    drainAfterWrites: options.drainAfterWrites ?? true,
    company: options.company,
    ...(options.runBy === undefined ? {} : { runBy: options.runBy }),
    ...(options.recipientKeys ? { recipientKeys: options.recipientKeys } : {}),
    classes: options.classes ?? [...DEFAULT_CLASSES, CLICK_CLASS],
    clock: () => clock.now,
    latency: (work) => work,
    log: (line) => logged.push(JSON.stringify(line)),
    onEvent: (event) => events.push(event),
  });
  const client = localClient(engine.endpoint);
  const scan = async (table = TABLE) => {
    const items: Item[] = [];
    for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true })) {
      items.push(...(page.Items ?? []));
    }
    return items;
  };
  return {
    url: service.url,
    engine,
    issuer,
    service,
    mail,
    clock,
    events,
    calls,
    logged,
    mint: ({ job, audience = service.url, claims, ...how } = {}) =>
      issuer.mint(
        { aud: audience, ...claims },
        { job: { repository: "octo/orders", repositoryId: "42", ...job }, ...how },
      ),
    scan,
    stored: async (id) => {
      const input = { TableName: TABLE, Key: { id: { S: id } }, ConsistentRead: true };
      return (await client.send(new GetItemCommand(input))).Item;
    },
    audited: async () =>
      (await scan(AUDIT_TABLE)).flatMap(({ event }) => (event?.S ? [JSON.parse(event.S)] : [])),
    async close() {
      client.destroy();
      await service.close();
      await Promise.all([engine.close(), issuer.close(), mail.close()]);
    },
  };
}
