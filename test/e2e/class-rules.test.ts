import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { flagsOf } from "@secret-handoff/protocol";
import type { CredentialClass, PolicyRule, RequestView } from "@secret-handoff/protocol/api";
import { checkPolicy } from "@secret-handoff/sdk";
import { callAs, operatorOf } from "../support/operator.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

/** One table of every rule of a class, allowed and refused: what the action says beforehand, the service enforces. */

const ALL_RULES: Readonly<Record<PolicyRule, true>> = {
  ...{ class: true, expiry: true, passphrase: true, approvals: true, verification: true, reason: true },
  ...{ environment: true, recipient: true, receipt: true },
};

type Row = {
  readonly rule: PolicyRule;
  readonly class: Partial<CredentialClass>;
  readonly asked?: {
    readonly expiresIn?: number;
    readonly passphrase?: boolean;
    readonly reason?: string;
    readonly recipient?: string;
    readonly environment?: string;
    readonly approved?: boolean;
    /** Another class than the row's. */
    readonly class?: string;
    readonly awaitsReceipt?: boolean;
    /** What a client of its own says to the service of how the link opens. */
    readonly opens?: { readonly email: boolean; readonly mailedCode: boolean };
  };
  readonly allowed: boolean;
  /** Where the other cannot break the rule, or cannot know. */
  readonly refusedBy?: "action" | "service";
};

const BASE: CredentialClass = {
  name: "",
  expiresWithin: 3_600,
  passphrase: "optional",
  approvals: [],
  verification: "email",
};

const ROWS: readonly Row[] = [
  { rule: "expiry", class: {}, asked: { expiresIn: 3_600 }, allowed: true },
  { rule: "expiry", class: {}, asked: { expiresIn: 3_700 }, allowed: false },
  { rule: "passphrase", class: { passphrase: "required" }, asked: { passphrase: true }, allowed: true },
  { rule: "passphrase", class: { passphrase: "required" }, allowed: false },
  { rule: "passphrase", class: { passphrase: "recommended" }, allowed: true },
  { rule: "reason", class: { reasonRequired: true }, asked: { reason: "quarterly" }, allowed: true },
  { rule: "reason", class: { reasonRequired: true }, allowed: false },
  { rule: "reason", class: { reasonRequired: true }, asked: { reason: " " }, allowed: false },
  {
    rule: "environment",
    class: { environments: ["production"] },
    asked: { environment: "production" },
    allowed: true,
  },
  {
    rule: "environment",
    class: { environments: ["production"] },
    asked: { environment: "staging" },
    allowed: false,
  },
  { rule: "environment", class: { environments: ["production"] }, allowed: false },
  { rule: "recipient", class: { recipientDomains: ["vendor.example"] }, allowed: true },
  {
    rule: "recipient",
    class: { recipientDomains: ["vendor.example"] },
    asked: { recipient: "ana@elsewhere.example" },
    allowed: false,
  },
  { rule: "approvals", class: { approvals: ["security"] }, asked: { approved: true }, allowed: true },
  { rule: "approvals", class: { approvals: ["security"] }, asked: { approved: false }, allowed: false },
  { rule: "approvals", class: { approvals: ["security"] }, allowed: false },
  { rule: "class", class: {}, allowed: true },
  { rule: "class", class: {}, asked: { class: "nothing" }, allowed: false },
  {
    rule: "verification",
    class: { verification: "email-code" },
    asked: { opens: { email: true, mailedCode: true } },
    allowed: true,
  },
  // The action makes the link as the class asks: only another client can break these.
  {
    rule: "verification",
    class: { verification: "email-code" },
    asked: { opens: { email: true, mailedCode: false } },
    allowed: false,
    refusedBy: "service",
  },
  {
    rule: "verification",
    class: {},
    asked: { opens: { email: false, mailedCode: false } },
    allowed: false,
    refusedBy: "service",
  },
  { rule: "receipt", class: { receiptRequired: true }, asked: { awaitsReceipt: true }, allowed: true },
  // Whether a sender waits is not known to the service.
  {
    rule: "receipt",
    class: { receiptRequired: true },
    asked: { awaitsReceipt: false },
    allowed: false,
    refusedBy: "action",
  },
];

test("every rule has a row that is allowed and one that is refused", () => {
  const withRow = (allowed: boolean) => ROWS.filter((row) => row.allowed === allowed).map(({ rule }) => rule);
  for (const allowed of [true, false]) {
    expect([...new Set(withRow(allowed))].toSorted()).toEqual(Object.keys(ALL_RULES).toSorted());
  }
});

const kim = operatorOf("arn:aws:iam::111122223333:user/kim", ["approve"], ["security"]);
const classOf = (row: Row): CredentialClass => ({ ...BASE, ...row.class, name: `row-${ROWS.indexOf(row)}` });

let service: TestService;
beforeAll(async () => {
  service = await startTestService({
    classes: ROWS.map(classOf),
    operators: [kim],
    senders: [{ repositoryId: "42", may: ["send", "check"] }],
  });
});
afterAll(() => service.close());

test.each(
  ROWS.map((row, index) => ({ row, index, of: `${row.rule} of row ${index}`, allowed: row.allowed })),
)("$of: allowed $allowed", async ({ row, index }) => {
  const { asked = {}, allowed, refusedBy } = row;
  const {
    expiresIn = 3_600,
    passphrase = false,
    reason,
    environment,
    recipient = "ana@vendor.example",
    awaitsReceipt = true,
    opens = { email: true, mailedCode: false },
  } = asked;
  const credentialClass = classOf(row);
  const name = asked.class ?? credentialClass.name;
  const sender = new Sender(service, { job: environment === undefined ? {} : { environment } });
  const secret = `arn:aws:secretsmanager:eu-west-1:111122223333:secret:row-${index}`;
  let approved: RequestView | undefined;
  if (asked.approved !== undefined) {
    const body = { class: credentialClass.name, secrets: [secret], recipients: [recipient] };
    const made = await sender.call("POST", "/v1/sender/requests", { ...body, expiresIn, reason: "why" });
    const path = `/v1/sender/requests/${made.body.id}`;
    if (asked.approved) await callAs(kim, service, "POST", `${path}/approve`, { role: "security" });
    approved = (await sender.call("GET", path)).body as unknown as RequestView;
  }

  const { now } = service.clock;
  const judged = checkPolicy(
    {
      ...{ class: name, expiresIn, hasPassphrase: passphrase, reason, environment, approved },
      recipients: [recipient],
      awaitsReceipt,
    },
    [credentialClass],
    now,
  );
  const answer = await sender.call("POST", "/v1/sender/handoffs/check", {
    class: name,
    flags: flagsOf({ passphrase, email: opens.email }),
    mailedCode: opens.mailedCode,
    expiresAt: now + expiresIn,
    subject: { secret, versionId: "v1", versionCreatedAt: now - 60, recipient },
    ...(reason === undefined ? {} : { reason }),
    ...(approved ? { request: approved.id } : {}),
  });
  const broken = (answer.body.broken ?? []).map(({ rule }) => rule);
  expect({ action: judged.errors.length === 0, service: answer.status }).toEqual({
    action: allowed || refusedBy === "service",
    service: allowed || refusedBy === "action" ? 200 : 422,
  });
  expect(broken).toEqual(answer.status === 200 ? [] : [row.rule]);
});
