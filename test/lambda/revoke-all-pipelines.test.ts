import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type PipelineIssuer, startGitLabIssuer } from "@secret-handoff/local";
import type { RevokeAllRequest, RevokeAllResponse } from "@secret-handoff/protocol/api";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

/** What a pipeline that is not GitHub's has sent is found by whatever people call that pipeline. */

let service: TestService;
let gitLab: PipelineIssuer;
let responder: Sender;
let other: string;

beforeAll(async () => {
  gitLab = await startGitLabIssuer();
  service = await startTestService({
    issuers: [{ issuer: gitLab.issuer, jwksUrl: gitLab.jwksUrl }],
    senders: [
      { issuer: gitLab.issuer, claims: { ref: "main", project_path: "acme/orders" }, may: ["send"] },
      { issuer: gitLab.issuer, claims: { ref: "main", project_path: "acme/billing" }, may: ["send"] },
      { repositoryId: "44", may: ["revoke", "audit"] },
    ],
  });
  responder = new Sender(service, { job: { repository: "octo/security", repositoryId: "44" } });
  other = await handOver({ project_path: "acme/billing", project_id: "47110", user_login: "noa" });
});
afterAll(async () => {
  await service.close();
  await gitLab.close();
});

async function handOver(claims: Readonly<Record<string, string>> = {}) {
  const sealed = await responder.seal({ email: "ana@vendor.example" });
  const response = await fetch(`${service.url}/v1/sender/handoffs`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await gitLab.mint(service.url, claims)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(createRequest(sealed)),
  });
  if (response.status !== 201) throw new Error(`create answered ${response.status}`);
  await service.service.drained();
  return sealed.id;
}

async function revoke(asked: RevokeAllRequest) {
  const revoked = new Set<string>();
  let cursor: string | undefined;
  do {
    const body = { ...asked, ...(cursor === undefined ? {} : { cursor }) };
    const { status, text } = await responder.call("POST", "/v1/sender/handoffs/revoke", body);
    if (status !== 200) throw new Error(`${status}: ${text}`);
    const page = JSON.parse(text) as RevokeAllResponse;
    for (const id of page.revoked) revoked.add(id);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...revoked];
}

const stateOf = async (id: string) => (await service.stored(id))?.state?.S;

test.each<[string, (issuer: string) => RevokeAllRequest]>([
  ["the login of its actor", () => ({ sender: "mia" })],
  ["that login in another case", () => ({ sender: "Mia" })],
  ["its project as the sender", () => ({ sender: "acme/orders" })],
  ["the project's number as the sender", () => ({ sender: "4711" })],
  ["issuer and login", (issuer) => ({ sender: `${issuer}/mia` })],
  ["issuer and project as the sender", (issuer) => ({ sender: `${issuer}/acme/orders` })],
  ["issuer and number as the sender", (issuer) => ({ sender: `${issuer}#4711` })],
  ["its project as the repository", () => ({ repository: "Acme/Orders" })],
  ["the project's number", () => ({ repository: "4711" })],
  ["the project's address", (issuer) => ({ repository: `${issuer}/acme/orders` })],
  ["issuer and number, as events name its owner", (issuer) => ({ repository: `${issuer}#4711` })],
])("a pipeline's handoff is revoked by %s, and no other project's", async (_, asked) => {
  // What was revoked in the same second is named too.
  service.clock.now += 1;
  const id = await handOver();
  expect(await revoke(asked(gitLab.issuer))).toEqual([id]);
  expect([await stateOf(id), await stateOf(other)]).toEqual(["revoked", "open"]);
});

test("another issuer's project of the same name is another one", async () => {
  service.clock.now += 1;
  const id = await handOver();
  expect(await revoke({ repository: "https://gitlab.example.com/acme/orders" })).toEqual([]);
  expect(await stateOf(id)).toBe("open");
});

test.each<[string, (issuer: string) => string]>([
  ["its path", () => "acme/orders"],
  ["its number", () => "4711"],
  ["its address", (issuer) => `${issuer}/acme/orders`],
  ["issuer and number", (issuer) => `${issuer}#4711`],
])("the trail is searched for a project by %s", async (_, named) => {
  const id = await handOver();
  const query = new URLSearchParams({ repository: named(gitLab.issuer) });
  const { text } = await responder.call("GET", `/v1/sender/events?${query}`);
  const found = (JSON.parse(text) as { events: { handoff?: string }[] }).events.map(({ handoff }) => handoff);
  expect(found).toContain(id);
  expect(found).not.toContain(other);
});
