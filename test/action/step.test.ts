import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { SenderError, smtpTransport } from "@secret-handoff/sdk";
import PostalMime from "postal-mime";
import { quickRuntime } from "../sdk/quick-runtime.ts";
import { startScriptedServer } from "../sdk/scripted-server.ts";
import { startSmtpCatcher } from "../sdk/smtp-catcher.ts";
import { KeyRing, missingTools } from "../support/key-tools.ts";
import { startTestService } from "../support/test-service.ts";
import { runStepOn, TOKEN_URL } from "./step-harness.ts";

const service = await startTestService({
  senders: [
    { repositoryId: "42", may: ["send", "revoke", "audit"] },
    { repositoryId: "43", may: ["check"] },
  ],
});
afterAll(() => service.close());
const CANCELLED = new SenderError("cancelled", "The workflow was cancelled.");
let run = 0;
let ana = "";
let bo = "";
beforeEach(() => {
  run += 1;
  ana = `ana${run}@vendor.example`;
  bo = `bo${run}@vendor.example`;
});

const mailTo = (address: string) =>
  service.mail.inbox.mails.filter(({ recipients }) => recipients.includes(address));
const linkTo = (address: string) => /^http\S+$/m.exec(mailTo(address).at(-1)?.text ?? "")?.[0] ?? "";
const ids = (text: string | undefined): readonly (string | null)[] => JSON.parse(text ?? "[]");

test("a secret goes from its store to two recipients, each by a link that opens it", async () => {
  const { code, workflow, errors } = await runStepOn(service, {
    inputs: {
      recipients: `${ana}\n${bo}`,
      "secret-ids": "ORDERS, prod/orders",
      "parse-json-secrets": "true",
      reason: "quarterly rotation",
      message: "Hello",
    },
    secrets: { "prod/orders": '{"user":"orders","password":"canary-value"}' },
  });
  expect([code, errors]).toEqual([0, []]);
  for (const address of [ana, bo]) {
    const recipient = new Recipient(linkTo(address));
    expect(await recipient.header()).toMatchObject({
      title: undefined,
      sender: "acme.example",
      message: "Hello",
      context: { Repository: "acme/orders", Workflow: "Rotate", Reason: "quarterly rotation" },
    });
    const bundle = await recipient.open(await recipient.claim({ email: address }), { email: address });
    expect(bundle.items).toEqual([
      {
        label: "ORDERS",
        fields: [
          { name: "user", value: "orders", concealed: true },
          { name: "password", value: "canary-value", concealed: true },
        ],
      },
    ]);
  }
  expect(ids(workflow.outputs["handoff-ids"])).toEqual(
    [ana, bo].map((to) => new Recipient(linkTo(to)).link.id),
  );
  expect(workflow.outputs).toMatchObject({
    states: '["open","open"]',
    "mailed-count": "2",
    "earlier-count": "0",
    "failed-count": "0",
  });
});

test("values, link, fragment, token, passphrase and password are masked, and nothing of them is said", async () => {
  const { workflow } = await runStepOn(service, {
    inputs: {
      recipients: ana,
      passphrase: "correct horse battery staple",
      "smtp-user": "",
      "smtp-password": "",
    },
  });
  const link = linkTo(ana);
  const fragment = link.slice(link.indexOf("#") + 1);
  const said = [...workflow.lines, ...Object.values(workflow.outputs), ...workflow.summaries].join("\n");
  for (const secret of ["canary-value", link, fragment, "correct horse battery staple"]) {
    expect([...workflow.masks]).toContain(secret);
    expect(said).not.toContain(secret);
  }
  expect([...workflow.masks].filter((mask) => /^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(mask))).toHaveLength(1);
  expect(said).not.toContain(ana);
});

test("running again mails nobody and reports the first handoff", async () => {
  const first = await runStepOn(service, { inputs: { recipients: ana } });
  const again = await runStepOn(service, { inputs: { recipients: `${ana}\n${bo}` } });
  expect(mailTo(ana)).toHaveLength(1);
  expect(again.code).toBe(0);
  expect(ids(again.workflow.outputs["handoff-ids"])[0]).toBe(ids(first.workflow.outputs["handoff-ids"])[0]);
  expect(again.workflow.outputs).toMatchObject({ "mailed-count": "1", "earlier-count": "1" });
});

test("resend mails anew and ends the first link", async () => {
  await runStepOn(service, { inputs: { recipients: ana } });
  const first = new Recipient(linkTo(ana));
  const { code } = await runStepOn(service, { inputs: { recipients: ana, resend: "true" } });
  expect(code).toBe(0);
  expect(mailTo(ana)).toHaveLength(2);
  expect((await first.status()).body.state).toBe("superseded");
  expect((await new Recipient(linkTo(ana)).status()).body.state).toBe("open");
});

test("one refused recipient fails the step and nobody else", async () => {
  service.mail.smtpServer.refuse(ana);
  const { code, errors, workflow } = await runStepOn(service, { inputs: { recipients: `${ana}\n${bo}` } });
  expect(code).toBe(1);
  expect(errors).toEqual([
    `a•••@vendor.example: 127.0.0.1:${service.mail.smtpServer.port} refused the mail (550 5.1.1 User unknown). Check the address, and whether the server may send from this sender.`,
  ]);
  expect(mailTo(bo)).toHaveLength(1);
  expect(workflow.outputs).toMatchObject({
    states: '["failed","open"]',
    "mailed-count": "1",
    "failed-count": "1",
  });
  expect(ids(workflow.outputs["handoff-ids"])[0]).toBeNull();
  await service.service.drained();
  expect(service.events.filter(({ type }) => type === "revoked")).toHaveLength(1);
});

const keys = new KeyRing();
afterAll(() => keys.remove());
const keyTest = missingTools("age", "gpg", "ssh-keygen").length === 0 ? test : test.skip;

keyTest(
  "recipients with keys get links that only their own tools read; one with a revoked key fails alone",
  async () => {
    const smtp = await startSmtpCatcher();
    const github = await startScriptedServer();
    for (const [name, ...args] of [
      ["ed", "-t", "ed25519"],
      ["rsa", "-t", "rsa", "-b", "2048"],
      ["hub", "-t", "ed25519"],
    ] as const)
      keys.ssh(name, args);
    github.answer({ status: 200, json: [{ id: 1, key: keys.sshPublic("hub") }] });
    const readers: Readonly<Record<string, (raw: string) => Promise<string>>> = {
      [`age ${keys.age("age")}`]: (raw) => ageLink(raw, "age"),
      [`ed ${keys.sshPublic("ed")}`]: (raw) => ageLink(raw, "ed"),
      [`rsa ${keys.sshPublic("rsa")}`]: (raw) => ageLink(raw, "rsa"),
      "hub github:ana-k": (raw) => ageLink(raw, "hub"),
      [`pgp openpgp:${keys.write("pgp.asc", keys.openPgp("pgp@vendor.example"))}`]: pgpLink,
    };
    keys.openPgp("old@vendor.example");
    const revoked = keys.write("revoked.asc", keys.revoke("old@vendor.example"));
    const lines = Object.keys(readers).map((line) => line.replace(" ", `-${ana} `));
    const { code, workflow, errors } = await runStepOn(service, {
      inputs: {
        recipients: [...lines, `old-${ana} openpgp:${revoked}`, bo].join("\n"),
        "smtp-port": String(smtp.port),
      },
      context: {
        env: {
          ACTIONS_ID_TOKEN_REQUEST_URL: TOKEN_URL,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: "bearer",
          GITHUB_API_URL: github.url,
        },
      },
    });
    expect([code, errors]).toEqual([
      1,
      ["o•••@vendor.example: The recipient's key is revoked. Ask the recipient for another one."],
    ]);
    expect(JSON.parse(workflow.outputs.states ?? "")).toEqual([...lines.map(() => "open"), "failed", "open"]);
    expect(workflow.lines.join("\n")).toContain(
      "a•••@vendor.example: mailed encrypted to 1 key of their own, handoff ",
    );
    expect(smtp.messages).toHaveLength(lines.length + 1);
    for (const [line, read] of Object.entries(readers)) {
      const address = line.replace(/ .*/, `-${ana}`);
      const raw = smtp.messages.find((message) => message.includes(`To: ${address}`)) ?? "";
      const link = await read(raw);
      const fragment = link.slice(link.indexOf("#") + 1);
      const recipient = new Recipient(link);
      const { items } = await recipient.open(await recipient.claim({ email: address }), { email: address });
      expect(items[0]?.fields[0]?.value).toBe("canary-value");
      const parsed = await PostalMime.parse(raw);
      const parts = parsed.attachments.map(({ content }) =>
        Buffer.from(content as ArrayBuffer).toString("latin1"),
      );
      const visible = [
        raw.replace(/=\r?\n/g, ""),
        parsed.text,
        parsed.html,
        ...parts,
        ...workflow.lines,
      ].join("\n");
      for (const secret of [fragment, fragment.slice(3, 20), `/h/${recipient.link.id}`])
        expect(visible).not.toContain(secret);
      expect(workflow.masks).toContain(fragment);
    }
    const dry = await runStepOn(service, {
      inputs: { recipients: `old-${ana} openpgp:${revoked}`, "dry-run": "true" },
    });
    expect([dry.code, dry.errors]).toEqual([
      1,
      ["The recipient's key is revoked. Ask the recipient for another one."],
    ]);
    await Promise.all([smtp.close(), github.close()]);
  },
);

async function attached(raw: string, name: string): Promise<string> {
  const { attachments } = await PostalMime.parse(raw);
  return Buffer.from(
    attachments.find(({ filename }) => filename === name)?.content as ArrayBuffer,
  ).toString();
}

async function ageLink(raw: string, identity: string): Promise<string> {
  return keys.ageDecrypt(await attached(raw, "link.age"), identity).trim();
}

async function pgpLink(raw: string): Promise<string> {
  const { text } = await PostalMime.parse(keys.gpg(["--decrypt"], await attached(raw, "encrypted.asc")));
  return /^http\S+$/m.exec(text ?? "")?.[0] ?? "";
}

test("the same failure of many is one annotation", async () => {
  const all = Array.from({ length: 7 }, (_, index) => `x${index}-${ana}`);
  for (const address of all) service.mail.smtpServer.refuse(address);
  const { errors } = await runStepOn(service, { inputs: { recipients: all.join("\n") } });
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(/^(x•••@vendor\.example, ){4}x•••@vendor\.example and 2 more: 127/);
});

test("greylisting passes", async () => {
  service.mail.smtpServer.greylist(ana, 2);
  const { code } = await runStepOn(service, { inputs: { recipients: ana } });
  expect(code).toBe(0);
  expect(mailTo(ana)).toHaveLength(1);
});

test("a mail server that takes the mail and hangs up is asked again, with the same Message-ID and link", async () => {
  service.mail.smtpServer.dropAfterAccepting();
  const { code } = await runStepOn(service, { inputs: { recipients: ana } });
  expect(code).toBe(0);
  const mails = mailTo(ana);
  expect(mails).toHaveLength(2);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
  expect(new Set(mails.map(({ text }) => text)).size).toBe(1);
});

test("nobody named to ask is one warning; what the class recommends is said in a dry run only", async () => {
  const warningsOf = async (inputs: Readonly<Record<string, string>>) => {
    const { workflow } = await runStepOn(service, { inputs: { recipients: ana, ...inputs } });
    return workflow.lines.filter((line) => line.startsWith("warning"));
  };
  expect(await warningsOf({})).toEqual([
    "warning: Recipients are told no name to ask. Set contact to a person or a team that they know, with a telephone number if you can.",
  ]);
  expect(await warningsOf({ contact: "Mia Lind, +49 30 1234567" })).toEqual([]);
  expect(await warningsOf({ contact: "Mia Lind", "dry-run": "true" })).toContainEqual(
    "warning: Class third-party-service recommends a passphrase: whoever reads the mailbox can open the link without one.",
  );
});

describe("a dry run", () => {
  const events = async () => {
    await service.service.drained();
    return service.events.length;
  };

  test("in order says what would happen, and creates nothing", async () => {
    const before = await events();
    const { code, workflow } = await runStepOn(service, { inputs: { recipients: ana, "dry-run": "true" } });
    expect(code).toBe(0);
    expect(workflow.lines.slice(-2)).toEqual([
      "info: a•••@vendor.example: would be mailed a link",
      "info: Dry run: nothing was created or sent.",
    ]);
    expect(workflow.summaries[0]).toContain("### Dry run: 1 of 1 recipient would be mailed a link");
    expect(mailTo(ana)).toEqual([]);
    expect(await events()).toBe(before);
    expect(workflow.outputs).toEqual({});
    expect(workflow.masks).toContain("canary-value");
  });

  test("says that nothing would be mailed where that version was handed over before", async () => {
    const first = await runStepOn(service, { inputs: { recipients: ana } });
    const [id] = ids(first.workflow.outputs["handoff-ids"]);
    const { code, workflow } = await runStepOn(service, {
      inputs: { recipients: `${ana}\n${bo}`, "dry-run": "true" },
    });
    expect(code).toBe(0);
    expect(workflow.lines).toContainEqual(
      `info: a•••@vendor.example: nothing would be mailed, because this version was handed over before; handoff ${id} is open`,
    );
    expect(workflow.summaries[0]).toContain("### Dry run: 1 of 2 recipients would be mailed a link");
    expect(mailTo(bo)).toEqual([]);
  });

  test("says which handoff resend would end, and ends none", async () => {
    const first = await runStepOn(service, { inputs: { recipients: ana } });
    const [id] = ids(first.workflow.outputs["handoff-ids"]);
    const { workflow } = await runStepOn(service, {
      inputs: { recipients: ana, resend: "true", "dry-run": "true" },
    });
    expect(workflow.lines).toContainEqual(
      `info: a•••@vendor.example: would be mailed a link, and handoff ${id} would end`,
    );
    expect((await new Recipient(linkTo(ana)).status()).body.state).toBe("open");
  });

  test("needs no more than the right to check, with which nothing can be sent", async () => {
    const claims = { repository_id: "43" };
    const dry = await runStepOn(service, { inputs: { recipients: ana, "dry-run": "true" }, claims });
    expect([dry.code, dry.errors]).toEqual([0, []]);
    expect(dry.workflow.lines).toContainEqual("info: a•••@vendor.example: would be mailed a link");
    const sent = await runStepOn(service, { inputs: { recipients: ana }, claims });
    expect([sent.code, sent.errors]).toEqual([
      1,
      [
        `This workflow may not send through ${service.url}: the senders list gives it only check. Ask whoever runs the service to add send to its entry.`,
      ],
    ]);
    expect(mailTo(ana)).toEqual([]);
  });

  test("fails where the service would refuse, with what it would say", async () => {
    await runStepOn(service, { inputs: { recipients: ana } });
    await new Recipient(linkTo(ana)).report();
    const { code, errors } = await runStepOn(service, { inputs: { recipients: ana, "dry-run": "true" } });
    expect([code, errors]).toEqual([
      1,
      [
        "a•••@vendor.example: This version was handed over before, and that handoff ended locked or reported. Find out why, then set resend: true.",
      ],
    ]);
  });

  test("finds mistakes of every kind at once", async () => {
    const { code, errors, workflow } = await runStepOn(service, {
      inputs: {
        recipients: `nobody\n${ana}`,
        "secret-ids": "nope/1\nprod/orders\nnope/*",
        "expires-in": "48h",
        passphrase: "short",
        "smtp-port": "1",
        "dry-run": "true",
      },
    });
    expect(code).toBe(1);
    expect(errors).toEqual([
      "Line 1 of recipients is not an e-mail address. Write the address alone, like ana@vendor.example, without a name.",
      "The passphrase is too weak: it has fewer than 12 characters. Use four or more random words.",
      'There is no secret "nope/1".',
      'No secret\'s name begins with "nope/". Check the prefix in secret-ids, the region and the account.',
      "Class third-party-service allows at most 24 hours until expiry. expires-in is 48h: shorten it, or choose another class.",
      "127.0.0.1:1 cannot be reached: nothing takes connections there (ECONNREFUSED). Check smtp-host and smtp-port, and that this machine may connect to it.",
    ]);
    expect(workflow.summaries[0]).toContain("### Dry run: 6 problems to solve");
  });
});

describe("a cancelled step", () => {
  test("creates nothing when it was cancelled before", async () => {
    const { code, errors } = await runStepOn(service, {
      inputs: { recipients: ana },
      context: {
        onCancel: (stop) => {
          stop(CANCELLED);
          return () => {};
        },
      },
    });
    expect(code).toBe(1);
    expect(errors).toEqual(["a•••@vendor.example: The workflow was cancelled."]);
    expect(mailTo(ana)).toEqual([]);
  });

  test("revokes what was created and not mailed", async () => {
    let cancel = () => {};
    const runtime = quickRuntime();
    const { code, workflow } = await runStepOn(service, {
      inputs: { recipients: ana },
      context: {
        onCancel: (stop) => {
          cancel = () => stop(CANCELLED);
          return () => {};
        },
        openMail: (choice) => {
          if (choice.by === "ses") throw new Error("this test mails over SMTP");
          const real = smtpTransport(choice.server, runtime);
          return {
            ...real,
            send: async (email, deadline) => {
              cancel();
              deadline.soft.throwIfAborted();
              return real.send(email, deadline);
            },
          };
        },
      },
    });
    expect(code).toBe(1);
    expect(mailTo(ana)).toEqual([]);
    expect(workflow.summaries[0]).toContain("(revoked)");
    await service.service.drained();
    expect(service.events.at(-1)?.type).toBe("revoked");
  });
});
