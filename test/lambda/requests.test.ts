import { describe, expect, test } from "@jest/globals";
import type { PolicyResponse, RequestView } from "@secret-handoff/protocol/api";
import {
  ANA,
  approvalDesk,
  asked,
  auditor,
  BEN,
  FREE,
  kim,
  lee,
  REASONED,
  REQUESTS,
  root,
  SECRET,
  TWO,
} from "../support/approval-desk.ts";
import { callAs } from "../support/operator.ts";
import { Sender } from "../support/sender.ts";

const desk = approvalDesk();

describe("a request", () => {
  test("answers what was asked, with hints of its recipients, and waits for its roles", async () => {
    const view = await desk.ask({ issue: 12 });
    expect(view).toEqual({
      id: expect.stringMatching(/^req_[\w-]{22}$/),
      state: "pending",
      class: TWO.name,
      secrets: [SECRET],
      recipients: ["a•••@vendor.example"],
      expiresIn: 3_600,
      reason: "quarterly rotation",
      issue: 12,
      requestedBy: "omar",
      requester: expect.objectContaining({ kind: "github", repositoryId: "42", run: String(desk.run) }),
      requestedAt: desk.service.clock.now,
      approvals: [],
      missing: ["security", "manager"],
      expiresAt: desk.service.clock.now + 86_400,
    });
    expect(await desk.requester.call("GET", `${REQUESTS}/${view.id}`)).toMatchObject({
      status: 200,
      body: view,
    });
    const stored = JSON.stringify(await desk.service.stored(view.id));
    expect(stored).not.toContain("vendor.example");
  });

  test.each<[string, object, number, string]>([
    ["for a longer time than its class allows", { expiresIn: 14_401 }, 422, "policy"],
    ["for a class that does not exist", { class: "nothing" }, 422, "policy"],
    ["without secrets", { secrets: [] }, 400, "malformed"],
    ["without recipients", { recipients: [] }, 400, "malformed"],
    ["that names a recipient twice", { recipients: [ANA, "Ana@vendor.example "] }, 400, "malformed"],
    ["for what is no address", { recipients: ["ana"] }, 400, "malformed"],
    // Normalised, each of these characters becomes four.
    ["for an address that becomes too long", { recipients: [`${"㏂".repeat(100)}@b.c`] }, 400, "malformed"],
    ["for a set whose members it does not name", { secrets: [SECRET, "bundle:all"] }, 400, "malformed"],
    ["without a reason, where its class asks for one", { class: REASONED.name, reason: " " }, 422, "policy"],
    ["for a reason that nobody can see", { class: REASONED.name, reason: "\u2800 \u2800" }, 422, "policy"],
    ["for a reason with parts that nobody can see", { reason: "as\u200bagreed" }, 400, "malformed"],
    ["for a secret that only seems to be one", { secrets: [`${SECRET}\u2061`] }, 400, "malformed"],
    ["for a reason of signs alone", { class: REASONED.name, reason: "..." }, 422, "policy"],
    ["with a field that nobody knows", { githubApi: "https://forged.example" }, 400, "malformed"],
  ])("%s is refused", async (_, more, status, code) => {
    expect(await desk.requester.call("POST", REQUESTS, { ...asked, ...more })).toMatchObject({
      status,
      body: { code },
    });
  });

  test("shows whole addresses and who asks to those who may approve, and hints to all others", async () => {
    const recipients = ["ana@gmail.example", "attacker@gmail.example"];
    const hints = ["a•••@gmail.example", "a•••@gmail.example"];
    const own = await desk.ask({ recipients });
    expect([own.recipients, own.recipientAddresses]).toEqual([hints, undefined]);
    const path = `${REQUESTS}/${own.id}`;
    const seenBy = async (operator: typeof kim) =>
      (await callAs(operator, desk.service, "GET", path)).body as unknown as RequestView;
    expect(await seenBy(kim)).toMatchObject({
      recipients: hints,
      recipientAddresses: recipients,
      requester: { kind: "github", repository: "octo/orders", run: String(desk.run), actor: "omar" },
    });
    expect((await seenBy(auditor)).recipientAddresses).toBeUndefined();
    await seenBy(kim);
    const looks = desk.service.events.filter(
      ({ type, request }) => type === "audit_viewed" && request === own.id,
    );
    expect(looks).toMatchObject([{ class: TWO.name, actor: { kind: "iam", principal: kim.principal } }]);
    const answer = await desk.approveAs(kim, own.id, "security");
    expect(answer.body.recipientAddresses).toEqual(recipients);
    // A word that changes nothing shows them as well.
    expect(await desk.approveAs(root, own.id, "security")).toMatchObject({
      status: 200,
      body: { recipientAddresses: recipients, approvals: [{ by: kim.principal }] },
    });
    const lookers = desk.service.events
      .filter(({ type, request }) => type === "audit_viewed" && request === own.id)
      .map(({ actor }) => actor);
    expect(lookers).toMatchObject([{ principal: kim.principal }, { principal: root.principal }]);
    expect(JSON.stringify([await desk.service.audited(), desk.service.logged])).not.toContain("attacker@");
  });

  test("that another owner reads leaves a refusal that names it", async () => {
    const { id } = await desk.ask();
    const stranger = new Sender(desk.service, { job: { repositoryId: "7" } });
    expect((await stranger.call("GET", `${REQUESTS}/${id}`)).status).toBe(404);
    const told = desk.service.events.filter(({ request, type }) => request === id && type === "refused");
    expect(told).toMatchObject([{ outcome: "not_allowed", class: TWO.name }]);
  });

  test("is known to its owner, to those who may approve or audit, and to nobody else", async () => {
    const { id } = await desk.ask();
    const stranger = new Sender(desk.service, { job: { repositoryId: "7" } });
    expect((await stranger.call("GET", `${REQUESTS}/${id}`)).status).toBe(404);
    expect((await desk.requester.call("GET", `${REQUESTS}/req_AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
    expect((await desk.requester.call("GET", `${REQUESTS}/AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
    for (const operator of [kim, lee, auditor]) {
      expect((await callAs(operator, desk.service, "GET", `${REQUESTS}/${id}`)).status).toBe(200);
    }
  });

  test("of a class without approvals is approved at once, and serves what it names only", async () => {
    const { id, state } = await desk.ask({ class: FREE.name });
    expect(state).toBe("approved");
    expect(await desk.create(id, { class: FREE.name, email: BEN })).toMatchObject({ status: 422 });
    expect(await desk.create(id, { class: FREE.name })).toMatchObject({ status: 201 });
  });
});

test("the lists in force are told to an auditor of all classes, and to nobody else", async () => {
  const listsFor = async (operator: typeof kim) => {
    const { body } = await callAs(operator, desk.service, "GET", "/v1/sender/policy");
    return body as unknown as PolicyResponse;
  };
  const { lists } = await listsFor(auditor);
  expect(lists?.senders).toContainEqual({ repositoryId: "42", may: ["send", "revoke"] });
  expect(lists?.operators).toContainEqual({
    principal: kim.principal,
    may: ["approve"],
    roles: ["security"],
  });
  expect(JSON.stringify(lists)).not.toContain(kim.secretAccessKey);
  expect((await listsFor(kim)).lists).toBeUndefined();
  expect((await desk.requester.call("GET", "/v1/sender/policy")).body).not.toHaveProperty("lists");
});
