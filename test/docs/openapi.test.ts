import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

type Operation = {
  readonly requestBody?: { readonly content: { readonly "application/json": { readonly schema: object } } };
  readonly responses: Readonly<Record<string, { readonly $ref?: string; readonly content?: Content }>>;
};
type Content = Readonly<Record<string, { readonly schema: object }>>;
type Seen = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
};

const spec = parse(readFileSync(new URL("../../docs/openapi.yaml", import.meta.url), "utf8"));
const ajv = new Ajv2020({ strict: false, schemas: [{ $id: "spec", ...spec }] });

const seen: Seen[] = [];
const sent: { readonly method: string; readonly path: string; readonly body: unknown }[] = [];
const plainFetch = globalThis.fetch;
let service: TestService;

/** Every exchange with the service passes here on its way. */
beforeAll(async () => {
  service = await startTestService({
    senders: [
      { repositoryId: "42", may: ["send", "revoke", "audit", "erase"] },
      { repositoryId: "42", environment: "approve-manager", roles: ["manager"], may: ["approve"] },
    ],
  });
  globalThis.fetch = async (input, init) => {
    const response = await plainFetch(input, init);
    const url = new URL(String(input));
    if (url.origin === service.url) {
      const method = (init?.method ?? "GET").toLowerCase();
      const path = templateOf(url.pathname);
      const type = response.headers.get("content-type")?.split(";")[0] ?? "";
      seen.push({ method, path, status: response.status, type, text: await response.clone().text() });
      if (response.ok && typeof init?.body === "string")
        sent.push({ method, path, body: JSON.parse(init.body) });
    }
    return response;
  };
});
afterAll(async () => {
  globalThis.fetch = plainFetch;
  await service.close();
});

function templateOf(pathname: string): string {
  return pathname
    .replace(/\/recipients\/[^/]+/, "/recipients/{id}")
    .replace(/^\/h\/.*/, "/h/{path}")
    .replace(/\/handoffs\/(?!check$|revoke$)[^/]+/, "/handoffs/{id}")
    .replace(/\/requests\/[^/]+/, "/requests/{id}")
    .replace(/\/seals\/[^/]+/, "/seals/{day}");
}

function schemaOf(path: string, method: string, status: number, type: string): object | undefined {
  const operation: Operation | undefined = spec.paths[path]?.[method];
  const response = operation?.responses[status];
  if (!response) return undefined;
  const shared = response.$ref?.split("/").at(-1);
  const { content = {} } = shared ? spec.components.responses[shared] : response;
  return (content as Content)[type]?.schema ?? (type === "" ? {} : undefined);
}

function complaints(schema: object, value: unknown): string {
  const text = JSON.stringify(schema).replaceAll('"#/', '"spec#/');
  const validate = ajv.compile(JSON.parse(text));
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

test("everything the service answers, and all it accepts, is as docs/openapi.yaml says", async () => {
  const sender = new Sender(service);
  const email = "ana@vendor.example";
  const subject = { secret: "arn:x", versionId: "v1", versionCreatedAt: 1, recipient: email };
  for (const path of ["/", "/h/anything"]) {
    await fetch(`${service.url}${path}`);
    await fetch(`${service.url}${path}`, { headers: { "service-worker": "script" } });
  }

  const checked = await sender.seal({ email, mailedCode: true });
  const body = createRequest(checked, { subject, reason: "quarterly", resend: false });
  for (const _ of ["created", "there already"]) await sender.create(body);
  await sender.create({ ...body, expiresAt: body.expiresAt - 1 });
  await sender.create({ ...body, class: "production-admin" });
  await sender.create({ ...body, more: 1 });
  await sender.create({ ...body, envelope: "A".repeat(500_000) });
  const { envelope, ...sealedProposal } = body;
  const { linkVerifier, claimVerifier, receiptVerifier, emailVerifier, header, ...proposal } = sealedProposal;
  for (const versionId of ["v1", "v2"]) {
    const judged = { ...proposal, subject: { ...subject, versionId }, mailedCode: true };
    await sender.call("POST", "/v1/sender/handoffs/check", judged);
  }
  await sender.call("POST", "/v1/sender/handoffs/check", sealedProposal);
  await sender.call("POST", "/v1/sender/handoffs/check", { ...proposal, class: "production-admin" });
  await sender.call("POST", `/v1/sender/handoffs/${checked.id}/mailed`, { messageId: "<a@b>" });
  const recipient = new Recipient(checked.link);
  await recipient.status();
  await recipient.claim({ email });
  await recipient.code(email, "de");
  const code = /^\d{8}$/m.exec(service.mail.inbox.mails.at(-1)?.text ?? "")?.[0] ?? "";
  await recipient.claim({ email: "bob@vendor.example", code });
  const claim = await recipient.claim({ email, code });
  await new Recipient(checked.link).claim({ email });
  await fetch(`${service.url}/v1/handoffs/${checked.id}/claim`, { method: "POST", body: "a text" });
  await recipient.acknowledge(new Uint8Array(32));
  await recipient.acknowledge((await recipient.open(claim, { email })).receipt);
  await sender.call("DELETE", `/v1/sender/handoffs/${checked.id}`);
  await recipient.report();

  const open = await sender.handOver();
  await sender.call("DELETE", `/v1/sender/handoffs/${open.id}`);
  await sender.call("GET", `/v1/sender/handoffs/${open.id}`);
  await sender.call("GET", "/v1/sender/handoffs?state=revoked");
  await sender.call("GET", "/v1/sender/handoffs?state=nonsense");
  await sender.call("POST", "/v1/sender/handoffs/revoke", { recipient: email });
  await sender.call("POST", "/v1/sender/handoffs/revoke", {});
  await sender.call("GET", "/v1/sender/policy");
  const asked = {
    class: "database-access",
    secrets: ["arn:x", "arn:y"],
    recipients: [email, "bo@vendor.example"],
  };
  const ask = { ...asked, expiresIn: 3_600, reason: "quarterly", issue: 12 };
  const approver = new Sender(service, { job: { environment: "approve-manager" } });
  const requests: string[] = [];
  for (const verb of ["approve", "deny"]) {
    const { body: made } = await sender.call("POST", "/v1/sender/requests", ask);
    requests.push(made.id);
    const path = `/v1/sender/requests/${made.id}`;
    await approver.call("POST", `${path}/${verb}`, { role: "manager", comment: "as agreed" });
    await approver.call("POST", `${path}/${verb}`, { role: "manager" });
    await approver.call("POST", `${path}/${verb}`, { role: "security" });
    await sender.call("GET", path);
  }
  await sender.call("GET", "/v1/sender/requests/req_AAAAAAAAAAAAAAAAAAAAAA");
  const guarded = await sender.seal({ email, class: "database-access", passphrase: "four words or more" });
  const approved = createRequest(guarded, { subject: { ...subject, secret: "arn:y" } });
  await sender.create(approved);
  await sender.create({ ...approved, request: requests[1] });
  expect(await sender.create({ ...approved, request: requests[0] })).toMatchObject({ status: 201 });
  await service.service.drained();
  await sender.call("GET", "/v1/sender/events");
  const today = new Date(service.clock.now * 1_000).toISOString().slice(0, 10);
  await service.service.seal(today);
  await sender.call("GET", "/v1/sender/seals");
  await sender.call("GET", `/v1/sender/seals/${today}/leaves`);
  await sender.call("GET", "/v1/sender/seals/yesterday/leaves");
  await sender.call("GET", `/v1/sender/events?recipient=${email}&type=claimed`);
  const { id } = (await sender.call("GET", `/v1/sender/recipients?address=${email}`)).body;
  await sender.call("GET", `/v1/sender/recipients?id=${id}`);
  for (const _ of ["erased", "erased before"]) await sender.call("DELETE", `/v1/sender/recipients/${id}`);
  await sender.call("GET", `/v1/sender/recipients?id=${id}`);
  await sender.call("GET", "/v1/sender/recipients");
  const stranger = new Sender(service, { job: { repositoryId: "9" } });
  await stranger.create(body);
  await stranger.call("GET", "/v1/sender/events");
  await new Sender(service, { signedBy: "nobody" }).call("GET", "/v1/sender/policy");

  const wrong = seen.flatMap(({ method, path, status, type, text }) => {
    const schema = schemaOf(path, method, status, type);
    const complaint = schema
      ? type === "text/html" || text === ""
        ? ""
        : complaints(schema, JSON.parse(text))
      : `${type} is not documented`;
    return complaint ? [`${method} ${path} ${status}: ${complaint}`] : [];
  });
  expect(wrong).toEqual([]);
  const refused = sent.flatMap(({ method, path, body: accepted }) => {
    const operation: Operation = spec.paths[path][method];
    const complaint = complaints(operation.requestBody?.content["application/json"].schema ?? {}, accepted);
    return complaint ? [`${method} ${path}: ${complaint}`] : [];
  });
  expect(refused).toEqual([]);

  const documented = Object.entries<Record<string, Operation>>(spec.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .filter((status) => Number(status) < 300)
        .map((status) => `${method} ${path} ${status}`),
    ),
  );
  const exercised = new Set(seen.map(({ method, path, status }) => `${method} ${path} ${status}`));
  expect(documented.filter((operation) => !exercised.has(operation))).toEqual([]);
  expect([...exercised]).toEqual(
    expect.arrayContaining(["post /v1/sender/handoffs 413", "post /v1/handoffs/{id}/claim 415"]),
  );
});

describe("a query parameter is taken up to the bound that docs/openapi.yaml gives, and not over it", () => {
  type Parameter = { readonly name: string; readonly in: string; readonly schema: object };
  const listing = Object.entries<Record<string, { readonly parameters?: readonly Parameter[] }>>(spec.paths)
    .flatMap(([path, operations]) =>
      (operations.get?.parameters ?? []).map((parameter) => ({ path, ...parameter })),
    )
    .filter((parameter) => parameter.in === "query");
  const LONGEST: Readonly<Record<string, string>> = {
    secret: "s".repeat(2_048),
    run: "7".repeat(20),
    cursor: "c".repeat(4_608),
    since: "99999999999",
    until: "99999999999",
  };

  test.each(listing.filter(({ name }) => name in LONGEST))(
    "$name of $path",
    async ({ path, name, schema }) => {
      const sender = new Sender(service);
      const longest = LONGEST[name] ?? "";
      const asked = (text: string) => sender.call("GET", `${path}?${new URLSearchParams({ [name]: text })}`);
      const allowed = (text: string) =>
        complaints(schema, name === "since" || name === "until" ? Number(text) : text) === "";
      const tooLong = `${longest}9`;
      expect([allowed(longest), allowed(tooLong), allowed("")]).toEqual([
        true,
        false,
        name === "since" || name === "until",
      ]);
      const { body } = await asked(tooLong);
      expect(body).toMatchObject({ code: "malformed", detail: `The field ${name} is malformed.` });
      expect((await asked("")).status).toBe(400);
      expect(JSON.stringify((await asked(longest)).body)).not.toContain("The field");
    },
  );
});
