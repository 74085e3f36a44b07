import { expect, test } from "@jest/globals";
import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { checkPolicy, type SendRequest } from "@secret-handoff/sdk";

const strict: CredentialClass = {
  name: "strict",
  expiresWithin: 3_600,
  passphrase: "required",
  approvals: ["security", "manager"],
  verification: "email-code",
  environments: ["production", "emergency"],
  reasonRequired: true,
  recipientDomains: ["Vendor.example"],
  receiptRequired: true,
};
const classes = [...DEFAULT_CLASSES, strict];
const request: SendRequest = {
  class: "third-party-service",
  expiresIn: undefined,
  hasPassphrase: true,
  reason: undefined,
  recipients: ["ana@vendor.example"],
  environment: undefined,
  awaits: false,
};

test("a request within its class is allowed, for as long as the class allows unless it says less", () => {
  expect(checkPolicy(request, classes)).toMatchObject({
    allowed: { expiresIn: 86_400 },
    errors: [],
    warnings: [],
  });
  expect(checkPolicy({ ...request, expiresIn: 60 }, classes).allowed?.expiresIn).toBe(60);
});

test("a recommended passphrase that is missing is a warning, not an error", () => {
  const { allowed, warnings } = checkPolicy({ ...request, hasPassphrase: false }, classes);
  expect(allowed?.class.name).toBe("third-party-service");
  expect(warnings).toEqual([
    "Class third-party-service recommends a passphrase: whoever reads the mailbox can open the link without one.",
  ]);
});

test("an unknown class is refused with the names of the known ones", () => {
  const { errors } = checkPolicy({ ...request, class: "Third-Party" }, DEFAULT_CLASSES);
  expect(errors.map(({ message }) => message)).toEqual([
    'The service has no class "Third-Party" for this workflow. Choose one of: production-admin, database-access, api-key, third-party-service, internal-tool.',
  ]);
});

test("every violation is told at once", () => {
  const broken = checkPolicy(
    {
      class: "strict",
      expiresIn: 5_400,
      hasPassphrase: false,
      reason: undefined,
      recipients: ["a@vendor.example", "b@evil.example", "c@sub.vendor.example"],
      environment: "staging",
      awaits: false,
    },
    classes,
  );
  expect(broken.allowed).toBeUndefined();
  expect(broken.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    "expiry: expires-in is 90m, but class strict allows at most 1h. Shorten expires-in or choose another class.",
    "passphrase: Class strict requires a passphrase. Set the passphrase input from a secret, and tell it to the recipient over another channel.",
    "reason: Class strict requires a reason. Set the reason input.",
    "approvals: Class strict needs approval by security and manager, which this action cannot bring yet. Choose a class without approvals.",
    "policy: Class strict may be sent only from the GitHub environment production or emergency. Set environment: on the job.",
    "receipt: Class strict requires the receipt of each recipient. Set await, like await: 4h, so that the step waits for them.",
    "recipient: Recipients 2, 3 are outside the domains that class strict allows: Vendor.example.",
  ]);
});

test("an expiry of exactly the limit is allowed", () => {
  expect(checkPolicy({ ...request, expiresIn: 86_400 }, classes).errors).toEqual([]);
  expect(checkPolicy({ ...request, expiresIn: 86_401 }, classes).errors.map(({ code }) => code)).toEqual([
    "expiry",
  ]);
});
