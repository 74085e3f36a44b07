import { describe, expect, test } from "@jest/globals";
import type { InputName } from "@secret-handoff/action";
import { TOKEN_WITHOUT_ACTIONS } from "@secret-handoff/local";
import type { RotatableSecrets } from "@secret-handoff/sdk";
import { runStepOn } from "../action/step-harness.ts";
import {
  ANA,
  type Answer,
  approvalDesk,
  asked,
  BEN,
  INSISTS,
  kim,
  kimAsManager,
  lee,
  OTHER,
  REASONED,
  REDIRECTED,
  REQUESTS,
  root,
  SECRET,
  TWO,
} from "../support/approval-desk.ts";
import { callAs } from "../support/operator.ts";
import { Sender } from "../support/sender.ts";

const desk = approvalDesk();

/**
 * One table of what approvals allow and refuse, run against the service by a client of its own and against the action's step. Finer cases, of
 * the service alone, are below and in test/lambda/request-use.test.ts.
 */
type Row = {
  readonly name: string;
  /** Of the request. */
  readonly class?: string;
  /** Who asks, unless it is the run. */
  readonly asks?: typeof root;
  /** What happens before; two people approve where it does not say. */
  readonly before?: (id: string) => Promise<unknown>;
  readonly attempt: Approval | Delivery;
  /** Status and code. */
  readonly service: string;
  /** Undefined where no step can try it: it signs nothing over IAM. */
  readonly action?: string;
};

type Approval = {
  readonly role: "security" | "manager";
  /** Of the job; a person over IAM otherwise. */
  readonly environment?: string;
  readonly by?: typeof root;
  readonly run?: string;
  readonly token?: string;
};

type Delivery = {
  readonly to: string;
  readonly class?: string;
  readonly secret?: "prod/orders" | "prod/other";
  readonly hours?: number;
  readonly run?: string;
};

const TOKEN = "ghs_reads-actions";
const REVIEW = { user: "kim-acme", environments: ["approve-security", "approve-manager"] };
const inSecurity = { role: "security", environment: "approve-security", token: TOKEN } as const;
const toAna: Delivery = { to: ANA };
const nothing = async () => {};
const reviewed = (review: object = REVIEW) => desk.reviewed([review]);
const byKim = (id: string) => desk.approveAs(kim, id, "security");
const byBoth = async (id: string) => {
  await byKim(id);
  await desk.approveAs(lee, id, "manager");
};

const rows: readonly Row[] = [
  { name: "two people", attempt: toAna, service: "201", action: "" },
  { name: "a reviewer", before: () => reviewed(), attempt: inSecurity, service: "200", action: "" },
  {
    name: "a reviewer, where the class insists",
    class: INSISTS.name,
    before: () => reviewed(),
    ...{ attempt: inSecurity, service: "200", action: "" },
  },
  {
    name: "none",
    before: nothing,
    attempt: toAna,
    service: "422 approvals",
    action: "still needs approval by security and manager",
  },
  {
    name: "one missing",
    before: byKim,
    attempt: toAna,
    service: "422 approvals",
    action: "still needs approval by manager",
  },
  {
    name: "the same person twice",
    before: async (id) => {
      await reviewed();
      await desk.approveIn("approve-security", id, "security", { githubToken: TOKEN });
    },
    attempt: { role: "manager", environment: "approve-manager", token: TOKEN },
    ...{ service: "409 same_person", action: "Somebody else must as well." },
  },
  {
    name: "the same person twice, over IAM",
    before: (id) => desk.approveAs(root, id, "security"),
    ...{ attempt: { role: "manager", by: root }, service: "409 same_person" },
  },
  {
    name: "the requester",
    ...{ asks: root, before: nothing, attempt: { role: "security", by: root }, service: "409 same_person" },
  },
  {
    name: "the run's actor",
    before: () => reviewed({ ...REVIEW, user: { login: "omar-renamed", id: 77 } }),
    ...{ attempt: inSecurity, service: "409 same_person", action: "The request is this person's own." },
  },
  {
    name: "a role that the environment does not have",
    before: nothing,
    attempt: { ...inSecurity, role: "manager" },
    ...{ service: "403 not_approver", action: "Add the role manager to its entry" },
  },
  {
    name: "another run",
    attempt: { to: ANA, run: "99" },
    service: "422 approvals",
    action: "The request was made by another run.",
  },
  {
    name: "the review of another run, where the class insists",
    class: INSISTS.name,
    before: () => desk.reviewed([REVIEW], 999),
    attempt: { ...inSecurity, run: "999" },
    ...{ service: "403 not_approver", action: "the review is of another run" },
  },
  {
    name: "another class",
    attempt: { to: ANA, class: REASONED.name },
    service: "422 approvals",
    action: "and this delivery is of class reasoned",
  },
  {
    name: "another secret",
    attempt: { to: ANA, secret: "prod/other" },
    service: "422 approvals",
    action: "does not name secret",
  },
  {
    name: "another recipient",
    attempt: { to: BEN },
    service: "422 approvals",
    action: "Recipient 1 is not among those of request",
  },
  {
    name: "a longer lifetime",
    attempt: { to: ANA, hours: 2 },
    service: "422 approvals",
    action: "asks for at most 1h until expiry",
  },
  ...([toAna, inSecurity] as const).flatMap((attempt): readonly Row[] => {
    const what = "to" in attempt ? "delivered by" : "approved";
    return [
      {
        name: `a request that was denied, ${what}`,
        before: async (id) => {
          await byKim(id);
          await desk.deny(id);
        },
        ...{ attempt, service: "409 request_ended", action: "was denied" },
      },
      {
        name: `a request that has expired, ${what}`,
        before: async (id) => {
          await byBoth(id);
          desk.service.clock.now += 86_400;
        },
        ...{ attempt, service: "409 request_ended", action: "has expired" },
      },
      {
        name: `a request that was used, ${what}`,
        before: async (id) => {
          await byBoth(id);
          await used(id);
        },
        ...{ attempt, service: "409 request_ended", action: "was used" },
      },
    ];
  }),
  {
    name: "a token without actions: read, where the class insists",
    class: INSISTS.name,
    before: () => reviewed(),
    attempt: { ...inSecurity, token: TOKEN_WITHOUT_ACTIONS },
    ...{ service: "403 not_approver", action: "give the job actions: read" },
  },
  {
    name: "no token, where the class insists",
    class: INSISTS.name,
    before: () => reviewed(),
    attempt: { role: "security", environment: "approve-security" },
    ...{ service: "403 not_approver", action: "the call gives no githubToken" },
  },
  {
    name: "a forged review answer from a host that is not GitHub's",
    class: INSISTS.name,
    before: nothing,
    attempt: { ...inSecurity, token: REDIRECTED },
    ...{ service: "503 unavailable", action: "GitHub's API gave no answer about the run's reviews" },
  },
];

const arnOf = (id: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${id}-AbCdEf`;
const described = (id: string) => ({ arn: arnOf(id), rotates: false, changedAt: 0, labels: {} });

/** A step of the action, in a job of the run that asks. */
function step(inputs: Partial<Record<InputName, string>>, claims: Record<string, unknown> = {}) {
  return runStepOn(desk.service, {
    inputs: { class: TWO.name, ...inputs },
    claims: { run_id: String(desk.run), actor: "omar", actor_id: "77", ...claims },
    secrets: { "prod/orders": "canary-value", "prod/other": "canary-value" },
    context: {
      openRotation: () => ({ stages: async (id: string) => described(id) }) as unknown as RotatableSecrets,
    },
  });
}

const deliveryInputs = (id: string, { to, secret = "prod/orders", hours = 1, ...row }: Delivery) => ({
  ...{ "request-id": id, recipients: to, "secret-ids": secret, "expires-in": `${hours}h`, resend: "true" },
  ...{ reason: asked.reason, class: row.class ?? TWO.name },
});
const used = (id: string) => step(deliveryInputs(id, toAna));

const ways = {
  async service({ attempt }: Row, id: string): Promise<string> {
    const { status, body } = await ("to" in attempt
      ? serviceDelivers(attempt, id)
      : serviceApproves(attempt, id));
    return body.code === undefined ? String(status) : `${status} ${body.code}`;
  },
  async action({ attempt }: Row, id: string): Promise<string> {
    const run = attempt.run === undefined ? {} : { run_id: attempt.run };
    if ("to" in attempt) return (await step(deliveryInputs(id, attempt), run)).errors.join("\n");
    const { role, environment, token } = attempt;
    const inputs = { role, "request-id": id, "secret-ids": "", recipients: "", class: "" };
    const github = token === undefined ? {} : { "github-token": token };
    const { errors } = await step({ operation: "approve", ...inputs, ...github }, { environment, ...run });
    return errors.join("\n");
  },
};

function serviceDelivers({ to, secret = "prod/orders", hours = 1, run, ...row }: Delivery, id: string) {
  return desk.create(id, {
    email: to,
    expiresAt: desk.service.clock.now + hours * 3_600,
    about: { secret: arnOf(secret) },
    more: { reason: asked.reason },
    ...(row.class === undefined ? {} : { class: row.class }),
    ...(run === undefined ? {} : { from: desk.jobOf({ run }) }),
  });
}

function serviceApproves(
  { role, environment, by = root, run, token }: Approval,
  id: string,
): Promise<Answer> {
  if (environment === undefined) return desk.approveAs(by, id, role);
  const more = token === undefined ? {} : { githubToken: token };
  return desk.approveIn(environment, id, role, more, run === undefined ? {} : { run });
}

describe.each(["service", "action"] as const)("the %s, asked to hand over or to approve by", (way) => {
  test.each(rows.filter((row) => way === "service" || row.action !== undefined))("$name", async (row) => {
    const body = { ...asked, secrets: [arnOf("prod/orders")], class: row.class ?? TWO.name };
    const { id } = row.asks
      ? (await callAs(row.asks, desk.service, "POST", REQUESTS, body)).body
      : await desk.ask(body);
    await (row.before ?? byBoth)(id);
    const mails = desk.service.mail.inbox.mails.length;
    const said = await ways[way](row, id);
    if (way === "service") expect(said).toBe(row.service);
    else if (row.action === "") expect(said).toBe("");
    else expect(said).toContain(row.action);
    const isDelivered = way === "action" && row.action === "" && "to" in row.attempt;
    expect(desk.service.mail.inbox.mails).toHaveLength(mails + (isDelivered ? 1 : 0));
    expect(desk.seenElsewhere).toEqual([]);
  });
});

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

describe("an approval is refused by the service", () => {
  const githubToken = "ghs_reads-actions";
  const cases: Readonly<Record<string, readonly [() => Promise<Answer>, number, string]>> = {
    "by the same person in another role of IAM": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveAs(kim, id, "security");
        return desk.approveAs(kimAsManager, id, "manager");
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
