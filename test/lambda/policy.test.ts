import { describe, expect, test } from "@jest/globals";
import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol";
import { brokenRules, type Proposal } from "../../packages/lambda/src/sender/policy.ts";

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
  recipient: "ana@vendor.example",
  reason: undefined,
  environment: undefined,
};

const rules = (credentialClass: Partial<CredentialClass>, overrides: Partial<Proposal>) =>
  brokenRules({ ...open, ...credentialClass }, { ...proposal, ...overrides }, NOW).map(({ rule }) => rule);

describe("each rule of a class is judged on its own", () => {
  test.each<[string, Partial<CredentialClass>, Partial<Proposal>, string[]]>([
    ["within the limit", {}, {}, []],
    ["a minute over the limit is tolerated", {}, { expiresAt: NOW + 3_660 }, []],
    ["a minute and a second over it is not", {}, { expiresAt: NOW + 3_661 }, ["expiry"]],
    ["an expiry of now has passed", {}, { expiresAt: NOW }, ["expiry"]],
    ["a required passphrase is missing", { passphrase: "required" }, {}, ["passphrase"]],
    ["a required passphrase is there", { passphrase: "required" }, { flags: 3 }, []],
    ["a recommended passphrase may be missing", { passphrase: "recommended" }, {}, []],
    ["approvals cannot be proved yet", { approvals: ["manager"] }, {}, ["approvals"]],
    ["a known recipient is not asked for the address", {}, { flags: 0 }, ["verification"]],
    ["an unknown recipient cannot be asked", {}, { flags: 0, recipient: undefined }, []],
    ["a code must be mailed", { verification: "email-code" }, {}, ["verification"]],
    ["a code is mailed", { verification: "email-code" }, { mailedCode: true }, []],
    ["a reason is missing", { reasonRequired: true }, {}, ["reason"]],
    ["a reason is blank", { reasonRequired: true }, { reason: "  " }, ["reason"]],
    ["a reason is there", { reasonRequired: true }, { reason: "quarterly" }, []],
    ["another environment", { environments: ["production"] }, { environment: "staging" }, ["environment"]],
    ["no environment", { environments: ["production"] }, {}, ["environment"]],
    ["the environment", { environments: ["production"] }, { environment: "production" }, []],
    ["the recipient's domain", { recipientDomains: ["Vendor.Example"] }, {}, []],
    ["another domain", { recipientDomains: ["example"] }, {}, ["recipient"]],
    [
      "no recipient where a domain is asked",
      { recipientDomains: ["vendor.example"] },
      { recipient: undefined },
      ["recipient"],
    ],
  ])("%s", (_, credentialClass, overrides, broken) => {
    expect(rules(credentialClass, overrides)).toEqual(broken);
  });
});

test("every broken rule is told at once, in sentences", () => {
  const admin = DEFAULT_CLASSES[0] ?? open;
  const broken = brokenRules(admin, { ...proposal, expiresAt: NOW + 90_000 }, NOW);
  expect(broken.map(({ detail }) => detail)).toEqual([
    "Class production-admin allows at most 1 hour until expiry.",
    "Class production-admin needs a passphrase, told to the recipient over another channel.",
    "Class production-admin needs approval by security and manager, and approvals cannot be proved yet.",
    "Class production-admin asks the recipient for a code mailed to that address.",
  ]);
});
