import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { afterAll, expect, test } from "@jest/globals";
import {
  type ActionOptions,
  DEFAULT_JOB,
  localClient,
  localInputs,
  Recipient,
  RunnerFilter,
  startAction,
  startLocalStack,
} from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { csvLines, ocsfEvents } from "@secret-handoff/sdk";
import { startGitHubIssues } from "../support/github-issues.ts";
import { collect } from "../support/sealed-trail.ts";
import { atTier, report } from "../support/tier.ts";
import { type Canary, findCanaries, linkCanaries, spellings, textCanary } from "./canaries.ts";
import { placesOf, tables } from "./canary-places.ts";
import { watchProcess } from "./process-watch.ts";

/** Nothing secret shows up anywhere but in the mail and in the envelope, whatever goes wrong. */

const ROUNDS = atTier({ cit: 1, proof: 10 });

const logged: string[] = [];
const events: AuditEvent[] = [];
/** The archive's files. */
const archived = new Map<string, string>();
const stack = await startLocalStack({
  page: { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" },
  log: (line) => logged.push(JSON.stringify(line)),
  onEvent: (event) => events.push(event),
  archive: {
    put: async (name, lines) => void archived.set(name, lines.join("\n")),
    read: async (name) => archived.get(name)?.split("\n"),
  },
});
const engine = localClient(stack.engine.endpoint);
afterAll(async () => {
  engine.destroy();
  await stack.close();
});

type Scenario = {
  readonly name: string;
  readonly inputs: (fresh: Fresh) => Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly before?: (fresh: Fresh) => void;
  readonly cancelAt?: RegExp;
  readonly exit: number;
};

/** What is new in each run. */
type Fresh = {
  readonly name: string;
  readonly to: string;
  readonly passphrase: string;
  readonly canaries: readonly Canary[];
};

const SMTP = localInputs(stack);
const SES = { endpoint: stack.url, region: "eu-west-1" };

const SCENARIOS: readonly Scenario[] = [
  { name: "SMTP, passphrase", inputs: ({ passphrase }) => ({ ...SMTP, passphrase }), exit: 0 },
  { name: "SES, fields of JSON", inputs: () => ({ ...SES, "parse-json-secrets": "true" }), exit: 0 },
  {
    name: "debug logging",
    inputs: () => SMTP,
    env: { RUNNER_DEBUG: "1", ACTIONS_STEP_DEBUG: "true" },
    exit: 0,
  },
  { name: "dry run", inputs: ({ passphrase }) => ({ ...SMTP, passphrase, "dry-run": "true" }), exit: 0 },
  {
    name: "mail refused",
    inputs: () => SMTP,
    before: ({ to }) => stack.mail.smtpServer.refuse(to),
    exit: 1,
  },
  {
    name: "login refused",
    inputs: ({ passphrase }) => ({ ...SMTP, "smtp-user": "mailer", "smtp-password": passphrase }),
    exit: 1,
  },
  { name: "service gone", inputs: () => ({ ...SMTP, endpoint: "http://127.0.0.1:1" }), exit: 1 },
  {
    name: "another secret unknown",
    inputs: ({ name }) => ({ ...SMTP, "secret-ids": `${name}/*\nnope` }),
    exit: 1,
  },
  { name: "weak passphrase", inputs: () => ({ ...SMTP, passphrase: "8264019375" }), exit: 1 },
  { name: "cancelled", inputs: () => SMTP, cancelAt: /^Read \d/, exit: 1 },
];

test(`${SCENARIOS.length} ways for a run to go, ${ROUNDS} rounds: no secret, link, token or passphrase anywhere`, async () => {
  let searched = 0;
  let canaries = 0;
  let looks = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const scenario of SCENARIOS) {
      const { result, found, count, places, watched } = await play(scenario, `r${round}-${searched}`);
      expect([scenario.name, result.exitCode, found]).toEqual([scenario.name, scenario.exit, []]);
      searched += places;
      canaries += count;
      looks += watched;
    }
  }
  report(
    `${ROUNDS * SCENARIOS.length} runs, ${canaries} canaries in 6 spellings each, ${searched} places, ${looks} looks at processes: none found`,
  );
}, 900_000);

test(`${ROUNDS} requests from question to archive: no secret, link, token or address in what is kept, sent on or reported`, async () => {
  const { token, issues, comments } = await issueOfRequests();
  let canaries = 0;
  let searched = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = putSecrets(`governed-${round}`);
    const name = `${fresh.name}/json`;
    const reviewToken = `ghs_${randomBytes(18).toString("base64url")}`;
    const step = (inputs: Readonly<Record<string, string>>, environment?: string) =>
      startAction({
        stack,
        inputs: { ...SMTP, ...inputs },
        secrets: [],
        env: { GITHUB_API_URL: issues.url },
        ...(environment === undefined ? {} : { job: { ...DEFAULT_JOB, environment } }),
      }).finished;
    const about = { class: "database-access", "secret-ids": name, recipients: fresh.to, reason: "rotation" };
    const comment = { "issue-number": "1", "github-token": token };
    const asked = await step({ ...about, ...comment, operation: "request" });
    const request = asked.outputs["request-id"] ?? "";
    const reviews = [{ user: "lou-acme", environments: ["approve-manager"] }];
    const run = `${stack.github}/local/runs/${DEFAULT_JOB.run}/approvals`;
    await fetch(run, { method: "PUT", body: JSON.stringify(reviews) });
    const approve = { operation: "approve", "request-id": request, role: "manager" };
    const approved = await step({ ...approve, "github-token": reviewToken }, "approve-manager");
    const sent = { ...about, ...comment, "request-id": request, from: "handoff@acme.example" };
    const delivered = await step({ ...sent, passphrase: fresh.passphrase });
    const reported = await step({ operation: "report", report: round % 2 === 0 ? "evidence" : "review" });
    const steps = { asked, approved, delivered, reported };
    const codes = Object.values(steps).map(({ exitCode }) => exitCode);
    expect([codes, approved.summary]).toEqual([[0, 0, 0, 0], expect.stringContaining("lou-acme")]);

    const secrets = [
      ...fresh.canaries.filter(({ name: kind }) => kind !== "binary secret" && kind !== "line of a key"),
      ...Object.values(steps).flatMap(({ raw }) => tokensIn(raw)),
      ...(await openAll(fresh, fresh.passphrase)),
      textCanary("token of the review", reviewToken),
      textCanary("token of the comments", token),
    ];
    const address = textCanary("address", fresh.to);
    await stack.service.drained();
    await stack.service.seal(dayAfter(round));
    const trail = async function* () {
      yield* events;
    };
    const kept = [
      ...(await tables(engine)),
      { name: "service log", content: logged.join("\n") },
      { name: "audit events", content: JSON.stringify(events) },
      { name: "the OCSF export", content: JSON.stringify(await collect(ocsfEvents(trail()))) },
      { name: "the CSV export", content: (await collect(csvLines(trail()))).join("\n") },
      ...[...archived].map(([file, content]) => ({ name: `archived ${file}`, content })),
      { name: "comments on the issue", content: comments.join("\n") },
      ...Object.entries(steps).map(([which, { summary }]) => ({
        name: `summary of ${which}`,
        content: summary,
      })),
    ];
    expect(kept.filter(({ name: place }) => place.startsWith("archived")).length).toBeGreaterThan(2);
    expect(reported.leftBehind.map(({ path }) => path.replace(/.*\./, "")).toSorted()).toEqual(
      expect.arrayContaining(["html", "md", "svg"]),
    );
    const written = Object.values(steps).flatMap(placesOf);
    expect(findCanaries([...secrets, address], kept)).toEqual([]);
    expect(findCanaries(secrets, written)).toEqual([]);
    expect(findCanaries([address], placesOf(reported))).toEqual([]);
    canaries += secrets.length + 1;
    searched += kept.length + written.length;
  }
  await issues.close();
  report(
    `${ROUNDS} requests, ${canaries} canaries, ${searched} places with exports, reports and archive: none found`,
  );
}, 900_000);

/** Sealed days do not take events any more: each round seals one more. */
function dayAfter(round: number): string {
  return new Date(Date.now() + round * 86_400_000).toISOString().slice(0, 10);
}

async function issueOfRequests() {
  const token = `ghs_${randomBytes(18).toString("base64url")}`;
  const issues = await startGitHubIssues(DEFAULT_JOB.repository, token);
  const number = issues.open("Share a secret", "the form");
  return { token, issues, comments: issues.issues.get(number)?.comments ?? [] };
}

test("what the action masks stays hidden when a later step prints it, however it spells it", async () => {
  const fresh = putSecrets("later");
  const { finished } = startAction({
    stack,
    inputs: {
      ...SMTP,
      "secret-ids": `${fresh.name}/*`,
      recipients: fresh.to,
      class: "internal-tool",
      from: "handoff@acme.example",
      passphrase: fresh.passphrase,
    },
  });
  const { raw } = await finished;
  const canaries = [...fresh.canaries, ...(await openAll(fresh, fresh.passphrase)).slice(0, 2)];
  const log = new RunnerFilter({ secrets: [] });
  log.push(raw);
  const printed = canaries.flatMap((canary) =>
    spellings(canary).map((spelling) => `it is "${spelling.toString("utf8")}".`),
  );
  const shown = [...log.push(`${printed.join("\n")}\n`), ...log.end()].join("\n");
  expect(findCanaries(canaries, [{ name: "a later step's log", content: shown }])).toEqual([]);
});

test.each([
  ["masked by an earlier step", true, []],
  ["not masked", false, ["given value in the log"]],
])("a secret in `values` that was %s", async (_, masked, found) => {
  const value = randomBytes(20).toString("hex");
  const { finished } = startAction({
    stack,
    inputs: {
      ...SMTP,
      values: `API_KEY=${value}`,
      recipients: "given@vendor.example",
      class: "internal-tool",
      from: "handoff@acme.example",
    },
    secrets: masked ? [value] : [],
  });
  const { exitCode, details, shown } = await finished;
  const log = { name: "the log", content: `${details}\n${shown}` };
  expect([exitCode, findCanaries([textCanary("given value", value)], [log])]).toEqual([0, found]);
});

test("the search itself finds a canary in every spelling", () => {
  const canary = textCanary("c", 'cä"n/ary+&');
  const spelt = [
    'cä"n/ary+&',
    Buffer.from('cä"n/ary+&').toString("base64"),
    Buffer.from('cä"n/ary+&').toString("base64url"),
    Buffer.from('cä"n/ary+&').toString("hex"),
    encodeURIComponent('cä"n/ary+&'),
    JSON.stringify('cä"n/ary+&'),
  ];
  const places = spelt.map((content, index) => ({ name: String(index), content: `before ${content} after` }));
  expect(findCanaries([canary], places)).toEqual(spelt.map((_, index) => `c in ${index}`));
});

async function play(scenario: Scenario, label: string) {
  const fresh = putSecrets(label);
  scenario.before?.(fresh);
  const from = { logged: logged.length, events: events.length };
  const options: ActionOptions = {
    stack,
    inputs: {
      "secret-ids": `${fresh.name}/*`,
      recipients: fresh.to,
      class: "internal-tool",
      from: "handoff@acme.example",
      ...scenario.inputs(fresh),
    },
    ...(scenario.env ? { env: scenario.env } : {}),
    // GitHub masks what a workflow takes from its secrets; here the action must do it alone, once it has started.
    secrets: [],
    onLine: (line) => {
      if (scenario.cancelAt?.test(line)) action.kill("SIGTERM");
    },
  };
  const action = startAction(options);
  const watch = watchProcess(action.pid);
  const result = await action.finished;
  const processes = watch.stop();
  const canaries = [
    ...fresh.canaries,
    ...tokensIn(result.raw),
    ...(await openAll(fresh, options.inputs.passphrase)),
  ];
  await stack.service.drained();
  const places = [
    ...placesOf(result),
    { name: "what the runner printed first", content: withoutPassphrase(result.details, fresh) },
    ...processes,
    { name: "service log", content: logged.slice(from.logged).join("\n") },
    { name: "audit events", content: JSON.stringify(events.slice(from.events)) },
    ...(await tables(engine)),
  ];
  if (existsSync("/proc/self/cmdline")) expect(processes.length).toBeGreaterThan(0);
  return {
    result,
    found: findCanaries(canaries, places),
    count: canaries.length,
    places: places.length,
    watched: watch.looks(),
  };
}

/** Secrets of every kind, each with characters that spellings change. */
function putSecrets(label: string): Fresh {
  const text = () => `${randomBytes(9).toString("base64")} "ü/+&=%\\ ${randomBytes(6).toString("hex")}`;
  const name = `canary/${label}`;
  const [password, nested, line] = [text(), text(), `MIIE${randomBytes(30).toString("base64")}`];
  const binary = randomBytes(40);
  const passphrase = `${randomBytes(5).toString("hex")} horse ${randomBytes(5).toString("hex")} ü staple`;
  stack.secrets.put(
    `${name}/json`,
    JSON.stringify({ user: "orders", password, deep: { list: [nested] } }, null, 2),
  );
  stack.secrets.put(`${name}/pem`, `-----BEGIN PRIVATE KEY-----\n${line}\n-----END PRIVATE KEY-----\n`);
  stack.secrets.put(`${name}/binary`, new Uint8Array(binary));
  return {
    name,
    to: `${label}@vendor.example`,
    passphrase,
    canaries: [
      textCanary("password", password),
      textCanary("nested value", nested),
      textCanary("line of a key", line),
      textCanary("passphrase", passphrase),
      { name: "binary secret", bytes: binary },
    ],
  };
}

/** A workflow takes it from its secrets, and so it would be masked. */
function withoutPassphrase(details: string, { passphrase }: Fresh): string {
  return details.replaceAll(passphrase, "***");
}

/** The tokens that the action got: it masks each, so its own commands tell them. */
function tokensIn(raw: string): readonly Canary[] {
  return [...raw.matchAll(/^::add-mask::(eyJ[\w-]+\.[\w-]+\.[\w-]+)$/gm)].map(([, token = ""]) =>
    textCanary("OIDC token", token),
  );
}

/** Opens what was mailed, as its recipient; gives the link, all that is derived from it, and the receipt. */
async function openAll({ to }: Fresh, passphrase: string | undefined): Promise<readonly Canary[]> {
  const [mail] = stack.mail.messages().filter(({ recipients }) => recipients.includes(to));
  if (!mail) return [];
  const link = /^http\S+$/m.exec(mail.text)?.[0] ?? "";
  const answers = { email: to, ...(passphrase === undefined ? {} : { passphrase }) };
  const recipient = new Recipient(link);
  const { receipt } = await recipient.open(await recipient.claim(answers), answers);
  await recipient.acknowledge(receipt);
  const derived = await linkCanaries(link, answers, await recipient.openKeys(answers));
  return [...derived, { name: "receipt", bytes: Buffer.from(receipt) }];
}
