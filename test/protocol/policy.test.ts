import { describe, expect, test } from "@jest/globals";
import {
  type CredentialClass,
  DEFAULT_CLASSES,
  type Proposal,
  policyViolations,
} from "@secret-handoff/protocol/api";

const NOW = 1_800_000_000;
const open: CredentialClass = {
  name: "open",
  expiresWithin: 3_600,
  passphrase: "optional",
  approvals: [],
  verification: "email",
};
const proposal: Proposal = {
  flags: 2,
  expiresAt: NOW + 3_600,
  mailedCode: false,
  recipients: ["ana@vendor.example"],
  reason: undefined,
  environment: undefined,
  approvals: [],
};

const rules = (credentialClass: Partial<CredentialClass>, overrides: Partial<Proposal>) =>
  policyViolations({ ...open, ...credentialClass }, { ...proposal, ...overrides }, NOW).map(
    ({ rule }) => rule,
  );

describe("each rule of a class is judged on its own", () => {
  test.each<[string, Partial<CredentialClass>, Partial<Proposal>, string[]]>([
    ["within the limit", {}, {}, []],
    ["a minute over the limit is tolerated", {}, { expiresAt: NOW + 3_660 }, []],
    ["a minute and a second over it is not", {}, { expiresAt: NOW + 3_661 }, ["expiry"]],
    ["an expiry of now has passed", {}, { expiresAt: NOW }, ["expiry"]],
    ["a required passphrase is missing", { passphrase: "required" }, {}, ["passphrase"]],
    ["a required passphrase is there", { passphrase: "required" }, { flags: 3 }, []],
    ["a recommended passphrase may be missing", { passphrase: "recommended" }, {}, []],
    ["an approval is missing", { approvals: ["manager"] }, {}, ["approvals"]],
    ["one of two approvals is missing", { approvals: ["a", "b"] }, { approvals: ["b"] }, ["approvals"]],
    [
      "a role that stands twice approves twice",
      { approvals: ["a", "a"] },
      { approvals: ["a"] },
      ["approvals"],
    ],
    ["every approval is there", { approvals: ["a", "b"] }, { approvals: ["b", "a"] }, []],
    ["a known recipient is not asked for the address", {}, { flags: 0 }, ["verification"]],
    [
      "nor is an unknown one, which only a click class allows",
      {},
      { flags: 0, recipients: [] },
      ["verification"],
    ],
    ["a click class asks for nothing", { verification: "click" }, { flags: 0, recipients: [] }, []],
    ["a receipt is not waited for", { receiptRequired: true }, { awaitsReceipt: false }, ["receipt"]],
    ["a receipt is waited for", { receiptRequired: true }, { awaitsReceipt: true }, []],
    ["the service does not know who waits", { receiptRequired: true }, {}, []],
    ["a code must be mailed", { verification: "email-code" }, {}, ["verification"]],
    ["a code is mailed", { verification: "email-code" }, { mailedCode: true }, []],
    ["a reason is missing", { reasonRequired: true }, {}, ["reason"]],
    ["a reason is blank", { reasonRequired: true }, { reason: "  " }, ["reason"]],
    ["a reason is invisible", { reasonRequired: true }, { reason: "\u200b\u2800\u00ad." }, ["reason"]],
    ["a reason is there", { reasonRequired: true }, { reason: "quarterly" }, []],
    ["another environment", { environments: ["production"] }, { environment: "staging" }, ["environment"]],
    ["no environment", { environments: ["production"] }, {}, ["environment"]],
    ["the environment", { environments: ["production"] }, { environment: "production" }, []],
    ["the recipient's domain", { recipientDomains: ["Vendor.Example"] }, {}, []],
    ["another domain", { recipientDomains: ["example"] }, {}, ["recipient"]],
    [
      "one of two in another domain",
      { recipientDomains: ["vendor.example"] },
      { recipients: ["ana@vendor.example", "ben@other.example"] },
      ["recipient"],
    ],
    [
      "no recipient where a domain is asked",
      { recipientDomains: ["vendor.example"] },
      { recipients: [] },
      ["recipient"],
    ],
  ])("%s", (_, credentialClass, overrides, broken) => {
    expect(rules(credentialClass, overrides)).toEqual(broken);
  });
});

test("every broken rule is reported at once, in sentences", () => {
  const admin = DEFAULT_CLASSES[0] ?? open;
  const broken = policyViolations(admin, { ...proposal, expiresAt: NOW + 90_000 }, NOW);
  expect(broken.map(({ detail }) => detail)).toEqual([
    "Class production-admin allows at most 1 hour until expiry.",
    "Class production-admin requires a passphrase, told to the recipient over another channel.",
    "Class production-admin requires approval by security and manager.",
    "Class production-admin asks the recipient for a code mailed to that address.",
  ]);
});
