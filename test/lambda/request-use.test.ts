import { describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import {
  ANA,
  approvalDesk,
  BEN,
  INSISTS,
  kim,
  OTHER,
  REQUESTS,
  responder,
  root,
  SECRET,
  TWO,
} from "../support/approval-desk.ts";
import { callAs } from "../support/operator.ts";
import { createRequest, Sender } from "../support/sender.ts";

const desk = approvalDesk();

describe("a create is refused", () => {
  const elsewhere = () => new Sender(desk.service, { job: { repositoryId: "7", run: String(desk.run) } });
  const cases: Readonly<Record<string, readonly [() => Promise<object>, number, string, string[]?]>> = {
    "without a request": [() => desk.create(undefined), 422, "approvals", ["security", "manager"]],
    "while an approval is missing": [
      async () => {
        const { id } = await desk.ask();
        await desk.approveAs(kim, id, "security");
        return desk.create(id);
      },
      422,
      "approvals",
      ["manager"],
    ],
    "by another repository": [
      async () => desk.create((await desk.approved()).id, { from: elsewhere() }),
      422,
      "approvals",
      ["security", "manager"],
    ],
    "by a rerun, where the class has it ask anew": [
      async () => {
        const { id } = await desk.approved({ class: INSISTS.name });
        return desk.create(id, { class: INSISTS.name, from: desk.jobOf({ attempt: "2" }) });
      },
      422,
      "approvals",
    ],
    "of a set with one secret more": [
      async () =>
        desk.create((await desk.approved()).id, {
          about: { secret: "bundle:x" },
          more: { members: [SECRET, OTHER] },
        }),
      422,
      "approvals",
    ],
    "by a request that nobody made": [
      () => desk.create("req_AAAAAAAAAAAAAAAAAAAAAA"),
      422,
      "approvals",
      ["security", "manager"],
    ],
  };
  test.each(Object.entries(cases))("%s", async (_, [attempt, status, code, missing]) => {
    expect(await attempt()).toMatchObject({ status, body: { code, ...(missing ? { missing } : {}) } });
  });
});

describe("a request that was used", () => {
  test("can be denied, and then serves nothing more, whatever became of its handoff", async () => {
    const { id } = await desk.approved();
    const first = await desk.create(id);
    await desk.requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    expect(await desk.deny(id)).toMatchObject({ status: 200, body: { state: "denied" } });
    expect(await desk.create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect(await desk.deny(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    const told = desk.service.events.filter(({ request, type }) => request === id && type === "denied");
    expect(told).toMatchObject([{ actor: { principal: kim.principal } }]);
  });

  test.each<[string, (handoff: string) => Promise<unknown>]>([
    [
      "a responder has revoked",
      (id) => callAs(responder, desk.service, "DELETE", `/v1/sender/handoffs/${id}`),
    ],
    [
      "a responder has revoked with all others",
      () => callAs(responder, desk.service, "POST", "/v1/sender/handoffs/revoke", { secret: SECRET }),
    ],
  ])("stays used where its handoff is one that %s", async (_, revoke) => {
    const { id } = await desk.approved();
    const first = await desk.create(id);
    await revoke(first.body.id);
    const { body } = await desk.requester.call("GET", `/v1/sender/handoffs/${first.body.id}`);
    expect(body).toMatchObject({ state: "revoked" });
    // Its own revocation afterwards changes nothing.
    await desk.requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    desk.service.clock.now += 1_200;
    expect(await desk.create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("serves nobody where denials and creates race, once the denial is there", async () => {
    const { id } = await desk.approved();
    const first = await desk.create(id);
    await desk.requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    const [denied] = await Promise.all([desk.deny(id), desk.create(id), desk.create(id)]);
    expect(denied).toMatchObject({ status: 200, body: { state: "denied" } });
    expect(await desk.create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("puts nothing by the same create whose put had failed, once it was denied", async () => {
    const { id } = await desk.approved();
    const sealed = await desk.requester.seal({ class: TWO.name, email: ANA });
    const body = createRequest(sealed, { subject: desk.subject(), request: id });
    let isPut = false;
    desk.onCall = (operation) => {
      if (!operation.startsWith("PutItem")) return;
      isPut = true;
      throw new Error("the put is lost");
    };
    const lost = await desk.requester.create(body).finally(() => {
      desk.onCall = () => {};
    });
    expect([isPut, lost.status]).toEqual([true, 500]);
    expect(await desk.deny(id)).toMatchObject({ status: 200 });
    desk.service.clock.now += 1_200;
    expect(await desk.requester.create(body)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect(await desk.requester.call("GET", `/v1/sender/handoffs/${sealed.id}`)).toMatchObject({
      body: { state: "revoked", mailed: false },
    });
  });

  test("lets nothing through that a create puts after the denial, however long it was under way", async () => {
    const { id } = await desk.approved({ recipients: [ANA, BEN] });
    expect(await desk.create(id)).toMatchObject({ status: 201 });
    const sealed = await desk.requester.seal({ class: TWO.name, email: BEN });
    const body = createRequest(sealed, { subject: desk.subject({ recipient: BEN }), request: id });
    let denied: { readonly status: number } | undefined;
    desk.onCall = async (operation) => {
      if (!operation.startsWith("PutItem")) return;
      desk.onCall = () => {};
      denied = await desk.deny(id);
    };
    const created = await desk.requester.create(body);
    expect(denied).toMatchObject({ status: 200 });
    expect(created).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect(await desk.requester.create(body)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    const claim = await new Recipient(sealed.link).claim({ email: BEN });
    expect(claim).toMatchObject({ status: 410 });
  });

  test("is denied to the end by the same call again, where the first has died between its writes", async () => {
    const { id } = await desk.approved();
    const sealed = await desk.requester.seal({ class: TWO.name, email: ANA });
    const body = createRequest(sealed, { subject: desk.subject(), request: id });
    let puts = 0;
    desk.onCall = (operation) => {
      puts += operation.startsWith("PutItem") ? 1 : 0;
      if (operation.startsWith("PutItem")) throw new Error("the put is lost");
    };
    await desk.requester.create(body);
    expect((await desk.deny(id)).status).toBe(500);
    desk.onCall = () => {};
    expect(await desk.deny(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
    expect(puts).toBeGreaterThan(1);
    expect((await desk.service.stored(sealed.id))?.state).toEqual({ S: "revoked" });
  });
});

describe("whatever comes at once, or again,", () => {
  test("of creates that race by one request, one is created", async () => {
    const { id } = await desk.approved();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => desk.create(id, { more: { resend: true } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  test("of the same person's approvals, one counts", async () => {
    const { id } = await desk.ask();
    const answers = await Promise.all([
      ...Array.from({ length: 3 }, () => desk.approveAs(root, id, "security")),
      ...Array.from({ length: 3 }, () => desk.approveAs(root, id, "manager")),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 409, 409, 409]);
    expect(
      desk.service.events.filter(({ request, type }) => request === id && type === "approved"),
    ).toHaveLength(1);
  });

  test("an approval that the SDK of AWS repeats, since its answer was lost, is answered as given", async () => {
    const { id } = await desk.ask();
    let updates = 0;
    desk.onCall = async (operation) => {
      if (!operation.startsWith("UpdateItem")) return;
      updates += 1;
      // The write was done before the one that is refused: by the same word of the same person.
      if (updates === 1) await desk.approveAs(kim, id, "security");
    };
    const answer = await desk.approveAs(kim, id, "security").finally(() => {
      desk.onCall = () => {};
    });
    expect(answer).toMatchObject({ status: 200, body: { missing: ["manager"] } });
    const told = desk.service.events.filter(({ request }) => request === id).map(({ type }) => type);
    expect(told.filter((type) => type === "approved" || type === "refused")).toEqual(["approved"]);
    expect(updates).toBeGreaterThan(1);
  });

  test("the reviews of more people than an approval can name count as nobody's", async () => {
    const environments = [{ name: "approve-security" }];
    const reviewsBy = (people: number) =>
      Array.from({ length: people }, (_, id) => ({
        ...{ state: "approved", environments, comment: "", user: { login: `p${id}`, id: id + 100 } },
      }));
    const approve = async (of: object, people: number) => {
      desk.nextRun();
      const { id } = await desk.ask(of);
      await desk.reviewed([...reviewsBy(people), ...reviewsBy(people)]);
      return desk.approveIn("approve-security", id, "security", { githubToken: "ghs_reads-actions" });
    };
    const insists = { class: INSISTS.name };
    expect(await approve(insists, 41)).toMatchObject({ status: 403, body: { code: "not_approver" } });
    expect(await approve({}, 41)).toMatchObject({ body: { approvals: [{ known: "environment" }] } });
    expect(await approve(insists, 40)).toMatchObject({ body: { approvals: [{ known: "reviewer" }] } });
  });

  test("a denial that the SDK of AWS repeats, since its answer was lost, is answered as given", async () => {
    const { id } = await desk.ask();
    let updates = 0;
    desk.onCall = async (operation) => {
      if (!operation.startsWith("UpdateItem")) return;
      updates += 1;
      if (updates === 1) await desk.deny(id);
    };
    const answer = await desk.deny(id).finally(() => {
      desk.onCall = () => {};
    });
    expect(answer).toMatchObject({ status: 200, body: { state: "denied" } });
    const told = desk.service.events.filter(({ request }) => request === id).map(({ type }) => type);
    expect(told.filter((type) => type === "denied" || type === "refused")).toEqual(["denied"]);
    expect(updates).toBeGreaterThan(1);
  });

  test("the identical create is answered again", async () => {
    const { id } = await desk.approved();
    const sealed = await desk.requester.seal({ class: TWO.name, email: ANA });
    const body = createRequest(sealed, { subject: desk.subject(), request: id });
    expect(await desk.requester.create(body)).toMatchObject({ status: 201 });
    expect(await desk.requester.create(body)).toMatchObject({ status: 200, body: { id: sealed.id } });
  });

  test("a handoff that was revoked before it was mailed leaves its approval to the next, a mailed one does not", async () => {
    const { id } = await desk.approved();
    const first = await desk.create(id);
    await desk.requester.call("DELETE", `/v1/sender/handoffs/${first.body.id}`);
    const second = await desk.create(id);
    expect(second).toMatchObject({ status: 201 });
    await desk.requester.call("POST", `/v1/sender/handoffs/${second.body.id}/mailed`, { messageId: "<a@b>" });
    await desk.requester.call("DELETE", `/v1/sender/handoffs/${second.body.id}`);
    expect(await desk.create(id)).toMatchObject({ status: 409, body: { code: "request_ended" } });
  });

  test("of creates whose handoffs their owner takes back, a request serves some twenty, and is denied all the same", async () => {
    const { id } = await desk.approved();
    const statuses: number[] = [];
    for (let round = 0; round < 25; round += 1) {
      const { status, body } = await desk.create(id);
      statuses.push(status);
      if (status === 201) await desk.requester.call("DELETE", `/v1/sender/handoffs/${body.id}`);
      else
        expect(body).toMatchObject({ code: "request_ended", detail: expect.stringContaining("too often") });
    }
    expect(statuses).toEqual([...Array<number>(24).fill(201), 409]);
    expect((await desk.service.stored(id))?.uses?.L).toHaveLength(1);
    expect(await desk.deny(id)).toMatchObject({ status: 200, body: { state: "denied" } });
  });

  test("each recipient of a request is served once, and a set by its members", async () => {
    const { id } = await desk.approved({ secrets: [SECRET, OTHER], recipients: [ANA, BEN] });
    const set = { about: { secret: "bundle:set" }, more: { members: [SECRET, OTHER] } };
    expect(await desk.create(id, set)).toMatchObject({ status: 201 });
    expect(await desk.create(id, { about: { secret: OTHER } })).toMatchObject({ status: 409 });
    expect(await desk.create(id, { ...set, email: BEN })).toMatchObject({ status: 201 });
    expect(await desk.requester.call("GET", `${REQUESTS}/${id}`)).toMatchObject({ body: { state: "used" } });
  });

  test("the sweeper ends a request that nobody approved, with an event", async () => {
    const { id } = await desk.ask();
    desk.service.clock.now += 86_400;
    await desk.service.service.sweep();
    const last = desk.service.events.filter(({ request }) => request === id).at(-1);
    expect(last).toMatchObject({ type: "request_expired", actor: { kind: "service" }, sequence: 2 });
    const item = await desk.service.stored(id);
    expect([item?.state?.S, item?.dueAt]).toEqual(["expired", undefined]);
  });
});
