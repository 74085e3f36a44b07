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
const NOW = 1_800_000_000;
const classes = [...DEFAULT_CLASSES, strict];
const request: SendRequest = {
  class: "third-party-service",
  expiresIn: undefined,
  hasPassphrase: true,
  reason: undefined,
  recipients: ["ana@vendor.example"],
  environment: undefined,
  awaitsReceipt: false,
};

test("a request within its class is allowed, for as long as the class allows unless it says less", () => {
  expect(checkPolicy(request, classes, NOW)).toMatchObject({
    allowed: { expiresIn: 86_400 },
    errors: [],
    warnings: [],
  });
  expect(checkPolicy({ ...request, expiresIn: 60 }, classes, NOW).allowed?.expiresIn).toBe(60);
});

test("a recommended passphrase that is missing is a warning, not an error", () => {
  const { allowed, warnings } = checkPolicy({ ...request, hasPassphrase: false }, classes, NOW);
  expect(allowed?.class.name).toBe("third-party-service");
  expect(warnings).toEqual([
    "Class third-party-service recommends a passphrase: whoever reads the mailbox can open the link without one.",
  ]);
});

test("an unknown class is refused with the names of the known ones", () => {
  const { errors } = checkPolicy({ ...request, class: "Third-Party" }, DEFAULT_CLASSES, NOW);
  expect(errors.map(({ message }) => message)).toEqual([
    'The service has no class "Third-Party" that you may use. Choose one of: production-admin, database-access, api-key, third-party-service, internal-tool.',
  ]);
});

test("every violation is reported at once", () => {
  const broken = checkPolicy(
    {
      class: "strict",
      expiresIn: 5_400,
      hasPassphrase: false,
      reason: undefined,
      recipients: ["a@vendor.example", "b@evil.example", "c@sub.vendor.example"],
      environment: "staging",
      awaitsReceipt: false,
    },
    classes,
    NOW,
  );
  expect(broken.allowed).toBeUndefined();
  expect(broken.errors.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    "expiry: Class strict allows at most 1 hour until expiry. expires-in is 90m: shorten it, or choose another class.",
    "passphrase: Class strict requires a passphrase, told to the recipient over another channel. Set the passphrase input from a secret.",
    "approvals: Class strict requires approval by security and manager. Ask for it with operation: request, and set request-id to the id that it gives.",
    "reason: Class strict requires a reason. Set the reason input.",
    "policy: Class strict may be sent only from the GitHub environment production or emergency. Set environment: on the job.",
    "recipient: Class strict may be sent only to addresses in Vendor.example. Recipients 2, 3 are not.",
    "receipt: Class strict requires the receipt of each recipient, so the sender must wait for it. Set await, like await: 4h.",
  ]);
});

test("an expiry of the limit is allowed, and of a minute more, as the service has it", () => {
  const codes = (expiresIn: number) =>
    checkPolicy({ ...request, expiresIn }, classes, NOW).errors.map(({ code }) => code);
  expect([codes(86_400), codes(86_460), codes(86_461)]).toEqual([[], [], ["expiry"]]);
});

test("a reason of white space is no reason, as for the service", () => {
  const [only] = classes.filter(({ name }) => name === "internal-tool");
  const reasoned = only ? [{ ...only, reasonRequired: true }] : [];
  const { errors } = checkPolicy({ ...request, class: "internal-tool", reason: " " }, reasoned, NOW);
  expect(errors.map(({ code }) => code)).toEqual(["reason"]);
});

test("a workflow that may use no class is told so, not given an empty choice", () => {
  const { errors } = checkPolicy(request, [], NOW);
  expect(errors.map(({ message }) => message)).toEqual([
    "The service lets you use no class. Ask whoever runs the service to add classes to your entry in the senders or operators list.",
  ]);
});
