import { describe, expect, test } from "@jest/globals";
import { TOKEN_WITHOUT_ACTIONS } from "@secret-handoff/local";
import {
  type Answer,
  approvalDesk,
  asked,
  BEN,
  INSISTS,
  kim,
  kimAsManager,
  lee,
  OTHER,
  REDIRECTED,
  REQUESTS,
  root,
  SECRET,
} from "../support/approval-desk.ts";
import { callAs } from "../support/operator.ts";
import { Sender } from "../support/sender.ts";

const desk = approvalDesk();

describe("two approvals", () => {
  test("by two people over IAM let the create through, and the trail says who", async () => {
    const { id } = await desk.ask();
    expect(await desk.approveAs(kim, id, "security", { comment: "as agreed" })).toMatchObject({
      status: 200,
      body: { state: "pending", missing: ["manager"], approvals: [{ role: "security", known: "iam" }] },
    });
    await desk.approveAs(lee, id, "manager");
    const { status, body } = await desk.create(id);
    expect(status).toBe(201);
    const ours = desk.service.events.filter(({ request }) => request === id);
    const time = new Date(desk.service.clock.now * 1_000).toISOString().replace(".000", "");
    const byKim = { role: "security", by: kim.principal, known: "iam", time, comment: "as agreed" };
    const byLee = { role: "manager", by: lee.principal, known: "iam", time };
    expect(ours).toMatchObject([
      { type: "requested", sequence: 1, owner: "42", secret: SECRET, reason: asked.reason },
      { type: "approved", sequence: 2, approvals: [byKim], actor: { kind: "iam", principal: kim.principal } },
      { type: "approved", sequence: 3, approvals: [byLee] },
      { type: "created", handoff: body.id, approvals: [byKim, byLee] },
    ]);
    expect(ours[0]?.recipient).toBe(ours[3]?.recipient);
    expect(await desk.requester.call("GET", `${REQUESTS}/${id}`)).toMatchObject({ body: { state: "used" } });
  });

  test("by two environments whose reviewers GitHub names", async () => {
    await desk.reviewed([
      { user: "kim-acme", environments: ["approve-security"] },
      { user: "lee-acme", environments: ["approve-manager"] },
    ]);
    const { id } = await desk.ask({ class: INSISTS.name });
    const githubToken = "ghs_reads-actions";
    await desk.approveIn("approve-security", id, "security", { githubToken });
    expect(await desk.approveIn("approve-manager", id, "manager", { githubToken })).toMatchObject({
      status: 200,
      body: {
        state: "approved",
        approvals: [
          { role: "security", by: "kim-acme", known: "reviewer" },
          { role: "manager", by: "lee-acme", known: "reviewer" },
        ],
      },
    });
    expect(await desk.create(id, { class: INSISTS.name })).toMatchObject({ status: 201 });
    const everything = JSON.stringify([
      await desk.service.scan(),
      await desk.service.audited(),
      desk.service.logged,
    ]);
    expect(everything).not.toContain(githubToken);
  });

  test("by a review of another run, known as the environment's where the class does not insist", async () => {
    await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }], 999);
    const { id } = await desk.ask();
    const githubToken = "ghs_reads-actions";
    expect(
      await desk.approveIn("approve-security", id, "security", { githubToken }, { run: "999" }),
    ).toMatchObject({
      body: { approvals: [{ by: "approve-security", known: "environment" }] },
    });
  });

  test("by one of each, where the environment's reviewer is not known", async () => {
    const { id } = await desk.ask();
    expect(await desk.approveIn("approve-security", id, "security")).toMatchObject({
      body: { approvals: [{ by: "approve-security", known: "environment" }] },
    });
    await desk.approveAs(lee, id, "manager");
    expect(await desk.create(id)).toMatchObject({ status: 201 });
  });
});

describe("an approval is refused", () => {
  const githubToken = "ghs_reads-actions";
  const cases: Readonly<Record<string, readonly [() => Promise<Answer>, number, string]>> = {
    "by the same person twice": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveAs(root, id, "security");
        return desk.approveAs(root, id, "manager");
      },
      409,
      "same_person",
    ],
    "by the same person for the same role again": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveAs(kim, id, "security");
        return desk.approveAs(kim, id, "security");
      },
      409,
      "same_person",
    ],
    "by the same person in another role of IAM": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveAs(kim, id, "security");
        return desk.approveAs(kimAsManager, id, "manager");
      },
      409,
      "same_person",
    ],
    "by the requesting principal": [
      async () => {
        const { body } = await callAs(root, desk.service, "POST", REQUESTS, asked);
        return desk.approveAs(root, body.id, "security");
      },
      409,
      "same_person",
    ],
    "by the run's actor, whatever the login is called now": [
      async () => {
        await desk.reviewed([
          { user: { login: "omar-renamed", id: 77 }, environments: ["approve-security"] },
        ]);
        const { id } = await desk.ask();
        return desk.approveIn("approve-security", id, "security", { githubToken });
      },
      409,
      "same_person",
    ],
    "by the run's actor, in another spelling": [
      async () => {
        await desk.reviewed([{ user: { login: "OMAR", id: 78 }, environments: ["approve-security"] }]);
        const { id } = await desk.ask();
        return desk.approveIn("approve-security", id, "security", { githubToken });
      },
      409,
      "same_person",
    ],
    "by one reviewer of two environments": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security", "approve-manager"] }]);
        const { id } = await desk.ask();
        await desk.approveIn("approve-security", id, "security", { githubToken });
        return desk.approveIn("approve-manager", id, "manager", { githubToken });
      },
      409,
      "same_person",
    ],
    "by one environment for two roles": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveIn("both", id, "security");
        return desk.approveIn("both", id, "manager");
      },
      409,
      "same_person",
    ],
    "by a second environment without a token, whatever its name": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveIn("approve-security", id, "security");
        return desk.approveIn("approve-manager", id, "manager");
      },
      409,
      "same_person",
    ],
    "by a second environment without a token, beside a reviewer": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security", "approve-manager"] }]);
        const { id } = await desk.ask();
        await desk.approveIn("approve-security", id, "security", { githubToken });
        return desk.approveIn("approve-manager", id, "manager");
      },
      409,
      "same_person",
    ],
    "by a reviewer, beside an environment without a token": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security", "approve-manager"] }]);
        const { id } = await desk.ask();
        await desk.approveIn("approve-security", id, "security");
        return desk.approveIn("approve-manager", id, "manager", { githubToken });
      },
      409,
      "same_person",
    ],
    "by a second environment whose token may not read the reviews": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveIn("approve-security", id, "security");
        return desk.approveIn("both", id, "manager", { githubToken: TOKEN_WITHOUT_ACTIONS });
      },
      409,
      "same_person",
    ],
    "by the review of a run for a principal's request, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { body } = await callAs(root, desk.service, "POST", REQUESTS, {
          ...asked,
          class: INSISTS.name,
        });
        return desk.approveIn("approve-security", body.id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by the review of the same number of run in another repository, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { id } = await desk.ask(
          { class: INSISTS.name },
          new Sender(desk.service, { job: { repositoryId: "7", run: String(desk.run) } }),
        );
        return desk.approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "for a role that the approver does not have": [
      async () => desk.approveAs(kim, (await desk.ask()).id, "manager"),
      403,
      "not_approver",
    ],
    "for a role that the class does not ask for": [
      async () => desk.approveAs(kim, (await desk.ask()).id, "team lead"),
      403,
      "not_approver",
    ],
    "by a sender that may not approve": [
      async () => {
        const { id } = await desk.ask();
        return desk.requester.call("POST", `${REQUESTS}/${id}/approve`, { role: "security" }) as never;
      },
      403,
      "not_allowed",
    ],
    "by a token without actions: read, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { id } = await desk.ask({ class: INSISTS.name });
        return desk.approveIn("approve-security", id, "security", { githubToken: TOKEN_WITHOUT_ACTIONS });
      },
      403,
      "not_approver",
    ],
    "without a token, where the class insists": [
      async () =>
        desk.approveIn("approve-security", (await desk.ask({ class: INSISTS.name })).id, "security"),
      403,
      "not_approver",
    ],
    "by the review of another environment, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-manager"] }]);
        const { id } = await desk.ask({ class: INSISTS.name });
        return desk.approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by a rejection, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", state: "rejected", environments: ["approve-security"] }]);
        const { id } = await desk.ask({ class: INSISTS.name });
        return desk.approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by a review that counts for what the run asked before, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const shown = await desk.ask({ class: INSISTS.name });
        const slippedIn = await desk.ask({ class: INSISTS.name, secrets: [OTHER], recipients: [BEN] });
        expect(await desk.approveIn("approve-security", shown.id, "security", { githubToken })).toMatchObject(
          {
            body: { approvals: [{ by: "kim-acme", known: "reviewer" }] },
          },
        );
        return desk.approveIn("approve-security", slippedIn.id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by the review of another run, where the class insists": [
      async () => {
        await desk.reviewed([{ user: "kim-acme", environments: ["approve-security"] }], 999);
        const { id } = await desk.ask({ class: INSISTS.name });
        return desk.approveIn("approve-security", id, "security", { githubToken }, { run: "999" });
      },
      403,
      "not_approver",
    ],
    "of a request that was denied": [
      async () => {
        const { id } = await desk.ask();
        await callAs(kim, desk.service, "POST", `${REQUESTS}/${id}/deny`, { role: "security" });
        return desk.approveAs(lee, id, "manager");
      },
      409,
      "request_ended",
    ],
    "of a request that has expired": [
      async () => {
        const { id } = await desk.ask();
        desk.service.clock.now += 86_400;
        return desk.approveAs(kim, id, "security");
      },
      409,
      "request_ended",
    ],
    "of a request that was used": [
      async () => {
        const { id } = await desk.approved();
        expect(await desk.create(id)).toMatchObject({ status: 201 });
        return desk.approveAs(root, id, "security");
      },
      409,
      "request_ended",
    ],
    "by a review that a host forges to which GitHub's API redirects": [
      async () => {
        const { id } = await desk.ask({ class: INSISTS.name });
        return desk.approveIn("approve-security", id, "security", { githubToken: REDIRECTED });
      },
      503,
      "unavailable",
    ],
    "by a review of a host that the call names": [
      async () => {
        const { id } = await desk.ask({ class: INSISTS.name });
        const more = { githubToken, githubApi: "https://forged.example" };
        return desk.approveIn("approve-security", id, "security", more);
      },
      400,
      "malformed",
    ],
    "of a request that nobody made": [
      async () => desk.approveAs(kim, "req_AAAAAAAAAAAAAAAAAAAAAA", "security"),
      404,
      "not_found",
    ],
    "with a GitHub token over IAM": [
      async () => desk.approveAs(kim, (await desk.ask()).id, "security", { githubToken }),
      400,
      "malformed",
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [attempt, status, code]) => {
    expect(await attempt()).toMatchObject({ status, body: { code } });
  });

  test("and is the environment's alone, where the class does not insist, if another host forges the review", async () => {
    const { id } = await desk.ask();
    const { body } = await desk.approveIn("approve-security", id, "security", { githubToken: REDIRECTED });
    expect(body.approvals).toMatchObject([{ by: "approve-security", known: "environment" }]);
    expect(desk.seenElsewhere).toEqual([]);
  });
});
