import { expect, test } from "@jest/globals";
import { parseMailbox, parseRecipients } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";

test("recipients come normalised, in order, without blank lines", () => {
  expect(parseRecipients("\n Ana@Vendor.Example \r\n\nbo+x@b.example\n")).toEqual({
    recipients: [{ address: "ana@vendor.example" }, { address: "bo+x@b.example" }],
    errors: [],
  });
});

test("every bad line is reported by its number and never by its text", () => {
  const { recipients, errors } = parseRecipients("a@b.example\nnot an address\nA@B.example\nx@y@z\n");
  expect(recipients).toEqual([{ address: "a@b.example" }]);
  expect(errors.map(({ message }) => message)).toEqual([
    "Line 2 of recipients is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.",
    "Lines 1 and 3 of recipients are the same. Name each recipient once.",
    "Line 4 of recipients is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.",
  ]);
});

test.each([
  ["a name", "Ana <ana@vendor.example>"],
  ["two addresses", "a@b.example, c@d.example"],
  ["two addresses without a space", "a@b.example,c@d.example"],
  ["a comment", "a(b)@c.example"],
  ["a quoted part", '"a b"@c.example'],
  ["a header", "a@b.example%0aBcc:c@d.example"],
  ["another alphabet", "аna@vendor.example"],
  ["a domain literal", "a@[127.0.0.1]"],
  ["an empty label", "a@b..example"],
  ["a leading dash", "a@-b.example"],
  ["255 characters", `${"a".repeat(250)}@b.ex`],
])("an address with %s is refused", (_, text) => {
  const { recipients, errors } = parseRecipients(text);
  expect(recipients).toEqual([]);
  expect(errors.map(({ code }) => code)).toEqual(["recipient"]);
});

const ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFhUXbTwlFkJ6hrBFmcPnV3QeLKrVEwjzZ8ADMoPwpkK";

test.each([
  ["an age recipient", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
  ["an SSH key", ED25519],
  ["an SSH key with its comment", `${ED25519} ana k@laptop`],
  ["a login", "github:ana-k"],
  ["a certificate in a file whose name has a space", "openpgp:keys/ana k.asc"],
])("a recipient may have a key: %s", (_, key) => {
  expect(parseRecipients(`Ana@Vendor.example \t ${key} \r\nbo@b.example`)).toEqual({
    recipients: [{ address: "ana@vendor.example", key }, { address: "bo@b.example" }],
    errors: [],
  });
});

test.each([
  ["words", "Ana", "Line 1 of recipients has no key behind the address."],
  ["a second address", "bo@b.example", "Line 1 of recipients has no key behind the address."],
  ["a type without a key", "ssh-ed25519", "Line 1 of recipients has no key behind the address."],
  ["another place", "gitlab:ana", "Line 1 of recipients has no key behind the address."],
  ["two keys", "age1qqq github:ana", "Line 1 of recipients has no key behind the address."],
  ["an age identity", "AGE-SECRET-KEY-1QQQ", "Line 1 of recipients holds a private key."],
  [
    "the first line of PEM",
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    "Line 1 of recipients holds a private key.",
  ],
])("what follows an address and is no key is refused, not dropped: %s", (_, text, sentence) => {
  const { recipients, errors } = parseRecipients(`ana@vendor.example ${text}`);
  expect(recipients).toEqual([]);
  expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining(sentence)]);
  expect(errors[0]?.message).not.toContain("QQQ");
});

test("no recipients at all are refused", () => {
  expect(parseRecipients("\n\n").errors.map(({ message }) => message)).toEqual([
    "recipients names nobody. Write at least one e-mail address.",
  ]);
});

test.each([
  ["handoff@acme.example", { address: "handoff@acme.example" }],
  ["Acme Security <Handoff@Acme.example>", { name: "Acme Security", address: "handoff@acme.example" }],
  ['"Acme, Inc." <h@acme.example>', { name: "Acme, Inc.", address: "h@acme.example" }],
  ["<h@acme.example>", { address: "h@acme.example" }],
  ["Açmé 保安 <h@acme.example>", { name: "Açmé 保安", address: "h@acme.example" }],
])("from takes %s", (text, mailbox) => {
  expect(parseMailbox(text)).toEqual(mailbox);
});

test.each(["", "Acme", "Acme <>", "Acme <a@b", "a@b.example\nBcc: c@d.example", "A\u0007 <a@b.example>"])(
  "from refuses %j",
  (text) => {
    const error = errorOf(() => parseMailbox(text));
    expect([error.code, error.message]).toEqual([
      "mail_address",
      "from is not an e-mail address. Write handoff@example.com or Example Security <handoff@example.com>.",
    ]);
  },
);
