import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Loopback, startGitHubApi, TOKEN_WITHOUT_ACTIONS } from "@secret-handoff/local";
import type { CredentialClass, RequestView } from "@secret-handoff/protocol/api";
import { callAs, operatorOf } from "../support/operator.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const TWO: CredentialClass = {
  name: "two-approvals",
  expiresWithin: 14_400,
  passphrase: "optional",
  approvals: ["security", "manager"],
  verification: "email",
};
const INSISTS: CredentialClass = { ...TWO, name: "insists", reviewerRequired: true, rerunAsksAnew: true };
const REASONED: CredentialClass = { ...TWO, name: "reasoned", reasonRequired: true };
const FREE: CredentialClass = { ...TWO, name: "free", approvals: [] };

const ANA = "ana@vendor.example";
const BEN = "ben@vendor.example";
const SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/orders-AbCdEf";
const OTHER = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/other-AbCdEf";

const ACCOUNT = "arn:aws:iam::111122223333";
const SESSION = "arn:aws:sts::111122223333:assumed-role";
const kim = operatorOf(`${ACCOUNT}:user/kim`, ["approve"], ["security"]);
const lee = operatorOf(`${ACCOUNT}:user/lee`, ["approve"], ["manager"]);
/** May do both, as an administrator might. */
const root = operatorOf(`${ACCOUNT}:user/admin`, ["send", "approve"], ["security", "manager"]);
const kimAsManager = operatorOf(`${SESSION}/Managers/kim`, ["approve"], ["manager"]);
const auditor = operatorOf(`${ACCOUNT}:user/auditor`, ["audit"]);
const responder = operatorOf(`${ACCOUNT}:user/responder`, ["revoke"]);

/** Called before each call to AWS. */
let onCall: (operation: string) => void = () => {};
let github: Loopback;
let service: TestService;
/** The run that asks; another for every test, since reviews are of runs. */
let run = 7_000;
let requester: Sender;

beforeAll(async () => {
  github = await startGitHubApi();
  service = await startTestService({
    classes: [TWO, INSISTS, REASONED, FREE],
    operators: [kim, lee, root, kimAsManager, auditor, responder],
    onCall: (operation) => onCall(operation),
    githubApi: github.url,
    senders: [
      { repositoryId: "42", may: ["send", "revoke"] },
      { repositoryId: "7", may: ["send"] },
      { repositoryId: "42", environment: "approve-security", roles: ["security"], may: ["approve"] },
      { repositoryId: "42", environment: "approve-manager", roles: ["manager"], may: ["approve"] },
      { repositoryId: "42", environment: "both", roles: ["security", "manager"], may: ["approve"] },
    ],
  });
});
afterAll(async () => {
  await service.close();
  await github.close();
});
beforeEach(() => {
  run += 1;
  requester = jobOf();
});

/** A job of the run that asks. */
function jobOf(
  job: Parameters<TestService["mint"]>[0] extends infer W
    ? W extends { job?: infer J }
      ? J
      : never
    : never = {},
) {
  return new Sender(service, { job: { run: String(run), actor: "omar", actorId: "77", ...job } });
}

const REQUESTS = "/v1/sender/requests";
const asked = {
  class: TWO.name,
  secrets: [SECRET],
  recipients: [ANA],
  expiresIn: 3_600,
  reason: "quarterly rotation",
};

type Answer = { readonly status: number; readonly body: RequestView & { readonly code: string } };

async function ask(more: object = {}, from: Sender = requester): Promise<RequestView> {
  const answer = (await from.call("POST", REQUESTS, { ...asked, ...more })) as unknown as Answer;
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

const approveAs = (operator: typeof kim, id: string, role: string, more: object = {}) =>
  callAs(operator, service, "POST", `${REQUESTS}/${id}/approve`, {
    role,
    ...more,
  }) as unknown as Promise<Answer>;

const approveIn = (environment: string, id: string, role: string, more: object = {}, job: object = {}) =>
  jobOf({ environment, ...job }).call("POST", `${REQUESTS}/${id}/approve`, {
    role,
    ...more,
  }) as unknown as Promise<Answer>;

async function reviewed(reviews: readonly object[], ofRun = run): Promise<void> {
  const body = JSON.stringify({ approvals: reviews, repository: "octo/orders" });
  await fetch(`${github.url}/local/runs/${ofRun}/approvals`, { method: "PUT", body });
}

/** Approved by two people over IAM. */
async function approved(more: object = {}, from: Sender = requester): Promise<RequestView> {
  const { id } = await ask(more, from);
  await approveAs(kim, id, "security");
  const { body } = await approveAs(lee, id, "manager");
  expect(body).toMatchObject({ state: "approved", missing: [] });
  return body;
}

let version = 0;
const subject = (more: object = {}) => ({
  secret: SECRET,
  versionId: `v${version}`,
  versionCreatedAt: service.clock.now - 60,
  recipient: ANA,
  ...more,
});

type Created = {
  readonly class?: string;
  readonly email?: string;
  readonly expiresAt?: number;
  readonly from?: Sender;
  readonly about?: object;
  readonly more?: object;
};

/** A create by a request, of a version that nobody has seen. */
async function create(request: string | undefined, wanted: Created = {}) {
  version += 1;
  const { email = ANA, from = requester, about = {}, more = {} } = wanted;
  const expiresAt = wanted.expiresAt ?? service.clock.now + 3_600;
  const sealed = await from.seal({ class: wanted.class ?? TWO.name, email, expiresAt });
  return from.create(
    createRequest(sealed, {
      subject: subject({ recipient: email, ...about }),
      ...(request === undefined ? {} : { request }),
      ...more,
    }),
  );
}

describe("a request", () => {
  test("answers what was asked, with hints of its recipients, and waits for its roles", async () => {
    const view = await ask({ issue: 12 });
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
      requester: expect.objectContaining({ kind: "github", repositoryId: "42", run: String(run) }),
      requestedAt: service.clock.now,
      approvals: [],
      missing: ["security", "manager"],
      expiresAt: service.clock.now + 86_400,
    });
    expect(await requester.call("GET", `${REQUESTS}/${view.id}`)).toMatchObject({
      status: 200,
      body: view,
    });
    const stored = JSON.stringify(await service.stored(view.id));
    expect(stored).not.toContain("vendor.example");
  });

  test.each<[string, object, number, string]>([
    ["for a longer time than its class allows", { expiresIn: 14_401 }, 422, "policy"],
    ["for a class that does not exist", { class: "nothing" }, 422, "policy"],
    ["without secrets", { secrets: [] }, 400, "malformed"],
    ["without recipients", { recipients: [] }, 400, "malformed"],
    ["that names a recipient twice", { recipients: [ANA, "Ana@vendor.example "] }, 400, "malformed"],
    ["for what is no address", { recipients: ["ana"] }, 400, "malformed"],
    ["for a set whose members it does not name", { secrets: [SECRET, "bundle:all"] }, 400, "malformed"],
    ["without a reason, where its class asks for one", { class: REASONED.name, reason: " " }, 422, "policy"],
    [
      "for a reason that nobody can see",
      { class: REASONED.name, reason: "\u200b\u2060\u00ad" },
      422,
      "policy",
    ],
    ["for a reason of signs alone", { class: REASONED.name, reason: "..." }, 422, "policy"],
    ["with a field that nobody knows", { githubApi: "https://forged.example" }, 400, "malformed"],
  ])("%s is refused", async (_, more, status, code) => {
    expect(await requester.call("POST", REQUESTS, { ...asked, ...more })).toMatchObject({
      status,
      body: { code },
    });
  });

  test("shows whole addresses and who asks to those who may approve, and hints to all others", async () => {
    const recipients = ["ana@gmail.example", "attacker@gmail.example"];
    const hints = ["a•••@gmail.example", "a•••@gmail.example"];
    const own = await ask({ recipients });
    expect([own.recipients, own.recipientAddresses]).toEqual([hints, undefined]);
    const path = `${REQUESTS}/${own.id}`;
    const seenBy = async (operator: typeof kim) =>
      (await callAs(operator, service, "GET", path)).body as unknown as RequestView;
    expect(await seenBy(kim)).toMatchObject({
      recipients: hints,
      recipientAddresses: recipients,
      requester: { kind: "github", repository: "octo/orders", run: String(run), actor: "omar" },
    });
    expect((await seenBy(auditor)).recipientAddresses).toBeUndefined();
    const answer = await approveAs(kim, own.id, "security");
    expect(answer.body.recipientAddresses).toEqual(recipients);
    expect(JSON.stringify([await service.audited(), service.logged])).not.toContain("attacker@");
  });

  test("that another owner reads leaves a refusal that names it", async () => {
    const { id } = await ask();
    const stranger = new Sender(service, { job: { repositoryId: "7" } });
    expect((await stranger.call("GET", `${REQUESTS}/${id}`)).status).toBe(404);
    const told = service.events.filter(({ request, type }) => request === id && type === "refused");
    expect(told).toMatchObject([{ outcome: "not_allowed", class: TWO.name }]);
  });

  test("is known to its owner, to those who may approve or audit, and to nobody else", async () => {
    const { id } = await ask();
    const stranger = new Sender(service, { job: { repositoryId: "7" } });
    expect((await stranger.call("GET", `${REQUESTS}/${id}`)).status).toBe(404);
    expect((await requester.call("GET", `${REQUESTS}/req_AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
    expect((await requester.call("GET", `${REQUESTS}/AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
    for (const operator of [kim, lee, auditor]) {
      expect((await callAs(operator, service, "GET", `${REQUESTS}/${id}`)).status).toBe(200);
    }
  });

  test("of a class without approvals is approved at once, and serves what it names only", async () => {
    const { id, state } = await ask({ class: FREE.name });
    expect(state).toBe("approved");
    expect(await create(id, { class: FREE.name, email: BEN })).toMatchObject({ status: 422 });
    expect(await create(id, { class: FREE.name })).toMatchObject({ status: 201 });
  });
});

describe("two approvals", () => {
  test("by two people over IAM let the create through, and the trail says who", async () => {
    const { id } = await ask();
    expect(await approveAs(kim, id, "security", { comment: "as agreed" })).toMatchObject({
      status: 200,
      body: { state: "pending", missing: ["manager"], approvals: [{ role: "security", known: "iam" }] },
    });
    await approveAs(lee, id, "manager");
    const { status, body } = await create(id);
    expect(status).toBe(201);
    const ours = service.events.filter(({ request }) => request === id);
    const time = new Date(service.clock.now * 1_000).toISOString().replace(".000", "");
    const byKim = { role: "security", by: kim.principal, known: "iam", time, comment: "as agreed" };
    const byLee = { role: "manager", by: lee.principal, known: "iam", time };
    expect(ours).toMatchObject([
      { type: "requested", sequence: 1, owner: "42", secret: SECRET, reason: asked.reason },
      { type: "approved", sequence: 2, approvals: [byKim], actor: { kind: "iam", principal: kim.principal } },
      { type: "approved", sequence: 3, approvals: [byLee] },
      { type: "created", handoff: body.id, approvals: [byKim, byLee] },
    ]);
    expect(ours[0]?.recipient).toBe(ours[3]?.recipient);
    expect(await requester.call("GET", `${REQUESTS}/${id}`)).toMatchObject({ body: { state: "used" } });
  });

  test("by two environments whose reviewers GitHub names", async () => {
    await reviewed([
      { user: "kim-acme", environments: ["approve-security"] },
      { user: "lee-acme", environments: ["approve-manager"] },
    ]);
    const { id } = await ask({ class: INSISTS.name });
    const githubToken = "ghs_reads-actions";
    await approveIn("approve-security", id, "security", { githubToken });
    expect(await approveIn("approve-manager", id, "manager", { githubToken })).toMatchObject({
      status: 200,
      body: {
        state: "approved",
        approvals: [
          { role: "security", by: "kim-acme", known: "reviewer" },
          { role: "manager", by: "lee-acme", known: "reviewer" },
        ],
      },
    });
    expect(await create(id, { class: INSISTS.name })).toMatchObject({ status: 201 });
    const everything = JSON.stringify([await service.scan(), await service.audited(), service.logged]);
    expect(everything).not.toContain(githubToken);
  });

  test("by a review of another run, known as the environment's where the class does not insist", async () => {
    await reviewed([{ user: "kim-acme", environments: ["approve-security"] }], 999);
    const { id } = await ask();
    const githubToken = "ghs_reads-actions";
    expect(
      await approveIn("approve-security", id, "security", { githubToken }, { run: "999" }),
    ).toMatchObject({
      body: { approvals: [{ by: "approve-security", known: "environment" }] },
    });
  });

  test("by one of each, where the environment's reviewer is not known", async () => {
    const { id } = await ask();
    expect(await approveIn("approve-security", id, "security")).toMatchObject({
      body: { approvals: [{ by: "approve-security", known: "environment" }] },
    });
    await approveAs(lee, id, "manager");
    expect(await create(id)).toMatchObject({ status: 201 });
  });
});

describe("an approval is refused", () => {
  const githubToken = "ghs_reads-actions";
  const cases: Readonly<Record<string, readonly [() => Promise<Answer>, number, string]>> = {
    "by the same person twice": [
      async () => {
        const { id } = await ask();
        await approveAs(root, id, "security");
        return approveAs(root, id, "manager");
      },
      409,
      "same_person",
    ],
    "by the same person for the same role again": [
      async () => {
        const { id } = await ask();
        await approveAs(kim, id, "security");
        return approveAs(kim, id, "security");
      },
      409,
      "same_person",
    ],
    "by the same person in another role of IAM": [
      async () => {
        const { id } = await ask();
        await approveAs(kim, id, "security");
        return approveAs(kimAsManager, id, "manager");
      },
      409,
      "same_person",
    ],
    "by the requesting principal": [
      async () => {
        const { body } = await callAs(root, service, "POST", REQUESTS, asked);
        return approveAs(root, body.id, "security");
      },
      409,
      "same_person",
    ],
    "by the run's actor, whatever the login is called now": [
      async () => {
        await reviewed([{ user: { login: "omar-renamed", id: 77 }, environments: ["approve-security"] }]);
        const { id } = await ask();
        return approveIn("approve-security", id, "security", { githubToken });
      },
      409,
      "same_person",
    ],
    "by the run's actor, in another spelling": [
      async () => {
        await reviewed([{ user: { login: "OMAR", id: 78 }, environments: ["approve-security"] }]);
        const { id } = await ask();
        return approveIn("approve-security", id, "security", { githubToken });
      },
      409,
      "same_person",
    ],
    "by one reviewer of two environments": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-security", "approve-manager"] }]);
        const { id } = await ask();
        await approveIn("approve-security", id, "security", { githubToken });
        return approveIn("approve-manager", id, "manager", { githubToken });
      },
      409,
      "same_person",
    ],
    "by one environment for two roles": [
      async () => {
        const { id } = await ask();
        await approveIn("both", id, "security");
        return approveIn("both", id, "manager");
      },
      409,
      "same_person",
    ],
    "by a second environment without a token, whatever its name": [
      async () => {
        const { id } = await ask();
        await approveIn("approve-security", id, "security");
        return approveIn("approve-manager", id, "manager");
      },
      409,
      "same_person",
    ],
    "by a second environment whose token may not read the reviews": [
      async () => {
        const { id } = await ask();
        await approveIn("approve-security", id, "security");
        return approveIn("both", id, "manager", { githubToken: TOKEN_WITHOUT_ACTIONS });
      },
      409,
      "same_person",
    ],
    "by the review of a run for a principal's request, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { body } = await callAs(root, service, "POST", REQUESTS, { ...asked, class: INSISTS.name });
        return approveIn("approve-security", body.id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by the review of the same number of run in another repository, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { id } = await ask(
          { class: INSISTS.name },
          new Sender(service, { job: { repositoryId: "7", run: String(run) } }),
        );
        return approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "for a role that the approver does not have": [
      async () => approveAs(kim, (await ask()).id, "manager"),
      403,
      "not_approver",
    ],
    "for a role that the class does not ask for": [
      async () => approveAs(kim, (await ask()).id, "team lead"),
      403,
      "not_approver",
    ],
    "by a sender that may not approve": [
      async () => {
        const { id } = await ask();
        return requester.call("POST", `${REQUESTS}/${id}/approve`, { role: "security" }) as never;
      },
      403,
      "not_allowed",
    ],
    "by a token without actions: read, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-security"] }]);
        const { id } = await ask({ class: INSISTS.name });
        return approveIn("approve-security", id, "security", { githubToken: TOKEN_WITHOUT_ACTIONS });
      },
      403,
      "not_approver",
    ],
    "without a token, where the class insists": [
      async () => approveIn("approve-security", (await ask({ class: INSISTS.name })).id, "security"),
      403,
      "not_approver",
    ],
    "by the review of another environment, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-manager"] }]);
        const { id } = await ask({ class: INSISTS.name });
        return approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by a rejection, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", state: "rejected", environments: ["approve-security"] }]);
        const { id } = await ask({ class: INSISTS.name });
        return approveIn("approve-security", id, "security", { githubToken });
      },
      403,
      "not_approver",
    ],
    "by the review of another run, where the class insists": [
      async () => {
        await reviewed([{ user: "kim-acme", environments: ["approve-security"] }], 999);
        const { id } = await ask({ class: INSISTS.name });
        return approveIn("approve-security", id, "security", { githubToken }, { run: "999" });
      },
      403,
      "not_approver",
    ],
    "of a request that was denied": [
      async () => {
        const { id } = await ask();
        await callAs(kim, service, "POST", `${REQUESTS}/${id}/deny`, { role: "security" });
        return approveAs(lee, id, "manager");
      },
      409,
      "request_ended",
    ],
    "of a request that nobody made": [
      async () => approveAs(kim, "req_AAAAAAAAAAAAAAAAAAAAAA", "security"),
      404,
      "not_found",
    ],
    "with a GitHub token over IAM": [
      async () => approveAs(kim, (await ask()).id, "security", { githubToken }),
      400,
      "malformed",
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [attempt, status, code]) => {
    expect(await attempt()).toMatchObject({ status, body: { code } });
  });
});

describe("a create is refused", () => {
  const elsewhere = () => new Sender(service, { job: { repositoryId: "7", run: String(run) } });
  const cases: Readonly<Record<string, readonly [() => Promise<object>, number, string, string[]?]>> = {
    "without a request": [() => create(undefined), 422, "approvals", ["security", "manager"]],
    "while an approval is missing": [
      async () => {
        const { id } = await ask();
        await approveAs(kim, id, "security");
        return create(id);
      },
      422,
      "approvals",
      ["manager"],
    ],
    "by another repository": [
      async () => create((await approved()).id, { from: elsewhere() }),
      422,
      "approvals",
      ["security", "manager"],
    ],
    "by another run": [
      async () => {
        const { id } = await approved();
        return create(id, { from: jobOf({ run: "1" }) });
      },
      422,
      "approvals",
    ],
    "by a rerun, where the class has it ask anew": [
      async () => {
        const { id } = await approved({ class: INSISTS.name });
        return create(id, { class: INSISTS.name, from: jobOf({ attempt: "2" }) });
      },
      422,
      "approvals",
    ],
    "of another class": [
      async () => create((await approved()).id, { class: INSISTS.name }),
      422,
      "approvals",
    ],
    "of another secret": [
      async () => create((await approved()).id, { about: { secret: OTHER } }),
      422,
      "approvals",
    ],
    "of a set with one secret more": [
      async () =>
        create((await approved()).id, { about: { secret: "bundle:x" }, more: { members: [SECRET, OTHER] } }),
      422,
      "approvals",
    ],
    "for another recipient": [async () => create((await approved()).id, { email: BEN }), 422, "approvals"],
    "with a longer lifetime": [
      async () => create((await approved()).id, { expiresAt: service.clock.now + 3_700 }),
      422,
      "approvals",
    ],
    "by a request that was denied": [
      async () => {
        const { id } = await approved();
        await callAs(kim, service, "POST", `${REQUESTS}/${id}/deny`, { role: "security", comment: "no" });
        return create(id);
      },
      409,
      "request_ended",
    ],
    "by a request that has expired": [
      async () => {
        const { id } = await approved();
        service.clock.now += 86_400;
        return create(id);
      },
      409,
      "request_ended",
    ],
    "by a request that was used": [
      async () => {
        const { id } = await approved();
        expect(await create(id)).toMatchObject({ status: 201 });
        return create(id, { more: { resend: true } });
      },
      409,
      "request_ended",
    ],
    "by a request that nobody made": [
      () => create("req_AAAAAAAAAAAAAAAAAAAAAA"),
      422,
      "approvals",
      ["security", "manager"],
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [attempt, status, code, missing]) => {
    expect(await attempt()).toMatchObject({ status, body: { code, ...(missing ? { missing } : {}) } });
  });
});

const deny = (id: string) =>
  callAs(kim, service, "POST", `${REQUESTS}/${id}/deny`, { role: "security" }) as unknown as Promise<Answer>;

describe("a request that was used", () => {
  test("can be denied, and then serves nothing more, whatever became of its handoff", async () => {
    const { id } = await approved();
    const first = await create(id);
    await requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    expect(await deny(id)).toMatchObject({ status: 200, body: { state: "denied" } });
    expect(await create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect(await deny(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    const told = service.events.filter(({ request, type }) => request === id && type === "denied");
    expect(told).toMatchObject([{ actor: { principal: kim.principal } }]);
  });

  test.each<[string, (handoff: string) => Promise<unknown>]>([
    ["a responder has revoked", (id) => callAs(responder, service, "DELETE", `/v1/sender/handoffs/${id}`)],
    [
      "a responder has revoked with all others",
      () => callAs(responder, service, "POST", "/v1/sender/handoffs/revoke", { secret: SECRET }),
    ],
  ])("stays used where its handoff is one that %s", async (_, revoke) => {
    const { id } = await approved();
    const first = await create(id);
    await revoke(first.body.id);
    const { body } = await requester.call("GET", `/v1/sender/handoffs/${first.body.id}`);
    expect(body).toMatchObject({ state: "revoked" });
    // Its own revocation afterwards changes nothing.
    await requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    service.clock.now += 1_200;
    expect(await create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("serves nobody where denials and creates race, once the denial is there", async () => {
    const { id } = await approved();
    const first = await create(id);
    await requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    const [denied] = await Promise.all([deny(id), create(id), create(id)]);
    expect(denied).toMatchObject({ status: 200, body: { state: "denied" } });
    expect(await create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("puts nothing by the same create whose put had failed, once it was denied", async () => {
    const { id } = await approved();
    version += 1;
    const sealed = await requester.seal({ class: TWO.name, email: ANA });
    const body = createRequest(sealed, { subject: subject(), request: id });
    let isPut = false;
    onCall = (operation) => {
      if (!operation.startsWith("PutItem")) return;
      isPut = true;
      throw new Error("the put is lost");
    };
    const lost = await requester.create(body).finally(() => {
      onCall = () => {};
    });
    expect([isPut, lost.status]).toEqual([true, 500]);
    expect(await deny(id)).toMatchObject({ status: 200 });
    service.clock.now += 1_200;
    expect(await requester.create(body)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect((await requester.call("GET", `/v1/sender/handoffs/${sealed.id}`)).status).toBe(404);
  });
});

describe("whatever comes at once, or again,", () => {
  test("of creates that race by one request, one is created", async () => {
    const { id } = await approved();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => create(id, { more: { resend: true } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  test("of the same person's approvals, one counts", async () => {
    const { id } = await ask();
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => approveAs(root, id, "security")),
      ...Array.from({ length: 3 }, () => approveAs(root, id, "manager")),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409]);
    expect(service.events.filter(({ request, type }) => request === id && type === "approved")).toHaveLength(
      1,
    );
  });

  test("the identical create is answered again", async () => {
    const { id } = await approved();
    const sealed = await requester.seal({ class: TWO.name, email: ANA });
    version += 1;
    const body = createRequest(sealed, { subject: subject(), request: id });
    expect(await requester.create(body)).toMatchObject({ status: 201 });
    expect(await requester.create(body)).toMatchObject({ status: 200, body: { id: sealed.id } });
  });

  test("a handoff that was revoked before it was mailed leaves its approval to the next, a mailed one does not", async () => {
    const { id } = await approved();
    const first = await create(id);
    await requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    const second = await create(id);
    expect(second).toMatchObject({ status: 201 });
    await requester.call("POST", `/v1/sender/handoffs/${second.body.id}/mailed`, { messageId: "<a@b>" });
    await requester.call("DELETE", `/v1/sender/handoffs/${second.body.id}`);
    expect(await create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("each recipient of a request is served once, and a set by its members", async () => {
    const { id } = await approved({ secrets: [SECRET, OTHER], recipients: [ANA, BEN] });
    const set = { about: { secret: "bundle:set" }, more: { members: [SECRET, OTHER] } };
    expect(await create(id, set)).toMatchObject({ status: 201 });
    expect(await create(id, { about: { secret: OTHER } })).toMatchObject({ status: 409 });
    expect(await create(id, { ...set, email: BEN })).toMatchObject({ status: 201 });
    expect(await requester.call("GET", `${REQUESTS}/${id}`)).toMatchObject({ body: { state: "used" } });
  });

  test("the sweeper ends a request that nobody approved, with an event", async () => {
    const { id } = await ask();
    service.clock.now += 86_400;
    await service.service.sweep();
    const last = service.events.filter(({ request }) => request === id).at(-1);
    expect(last).toMatchObject({ type: "request_expired", actor: { kind: "service" }, sequence: 2 });
    const item = await service.stored(id);
    expect([item?.state?.S, item?.dueAt]).toEqual(["expired", undefined]);
  });
});
