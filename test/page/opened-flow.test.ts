import { beforeEach, describe, expect, test } from "@jest/globals";
import { EMAIL, NOW, OpeningWalk, ok, refused, unreachable } from "./sealed.ts";

const SECOND = 1_000;

let walk: OpeningWalk;
beforeEach(() => {
  walk = new OpeningWalk();
});

describe("acknowledging", () => {
  test("waits for the recipient, so that a reload still shows the secret", async () => {
    await walk.open();
    walk.send({ type: "tick", now: NOW + 102 * SECOND });
    expect(walk.asked).not.toContain("acknowledge");
  });

  test("happens more than 15 s before the lease ends if the recipient does nothing", async () => {
    await walk.open();
    walk.send({ type: "tick", now: NOW + 103 * SECOND });
    expect(walk.asked.at(-1)).toBe("acknowledge");
  });

  test("reckons by the service's clock when the device's is wrong", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    // The device is ten minutes ahead: the lease that the service states as now + 120 s seems long over.
    const device = NOW + 600 * SECOND;
    walk.claimAnswered(ok(walk.handoff.claim, NOW), device);
    walk.send({ type: "tick", now: device + 102 * SECOND });
    expect(walk.asked).not.toContain("acknowledge");
    walk.send({ type: "tick", now: device + 103 * SECOND });
    expect(walk.asked).toContain("acknowledge");
  });

  test("never waits longer than a lease, whatever the service states", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(ok({ ...walk.handoff.claim, leaseUntil: walk.handoff.claim.leaseUntil + 9_999 }));
    walk.send({ type: "tick", now: NOW + 103 * SECOND });
    expect(walk.asked).toContain("acknowledge");
  });

  test("happens at once when something was taken, and once", async () => {
    await walk.open();
    walk.send({ type: "taken" });
    walk.send({ type: "taken" });
    expect(walk.asked.filter((name) => name === "acknowledge")).toHaveLength(1);
    walk.send({ type: "acknowledge_answered", result: ok(undefined), now: NOW });
    expect(walk.asked.at(-1)).toBe("finish");
    expect(walk.at("opened").acknowledgement.kind).toBe("known");
    walk.send({ type: "taken" });
    expect(walk.asked.filter((name) => name === "acknowledge")).toHaveLength(1);
  });

  test("goes on until the service knows, and the claim stays remembered until then", async () => {
    await walk.open();
    walk.send({ type: "taken" });
    let now = NOW;
    for (let round = 0; round < 6; round += 1) {
      walk.send({ type: "acknowledge_answered", result: unreachable, now });
      expect(walk.asked).not.toContain("finish");
      now += 30 * SECOND;
      walk.send({ type: "tick", now });
      expect(walk.asked.at(-1)).toBe("acknowledge");
    }
    walk.send({ type: "acknowledge_answered", result: ok(undefined), now });
    expect(walk.asked.at(-1)).toBe("finish");
  });

  test("that is refused, as after a report, ends the trying", async () => {
    await walk.open();
    walk.send({ type: "taken" });
    walk.send({ type: "acknowledge_answered", result: refused("wrong_receipt"), now: NOW });
    expect(walk.at("opened").acknowledgement.kind).toBe("refused");
    expect(walk.asked.at(-1)).toBe("finish");
  });

  test("is done by Done, and goes on after it where it failed", async () => {
    await walk.open();
    walk.send({ type: "done" });
    expect(walk.at("done").acknowledgement.kind).toBe("sending");
    walk.send({ type: "acknowledge_answered", result: unreachable, now: NOW });
    walk.send({ type: "tick", now: NOW + 30 * SECOND });
    expect(walk.asked.filter((name) => name === "acknowledge")).toHaveLength(2);
  });
});

describe("showing", () => {
  test("ends after five minutes by covering the secret, which loses nothing", async () => {
    await walk.open();
    walk.send({ type: "tick", now: NOW + 299 * SECOND });
    walk.at("opened");
    walk.send({ type: "tick", now: NOW + 300 * SECOND });
    walk.at("hidden");
    walk.send({ type: "show_again", now: NOW + 400 * SECOND });
    expect(walk.at("opened").bundle.items).toHaveLength(1);
  });

  test("is prolonged as often as the recipient wants", async () => {
    await walk.open();
    walk.send({ type: "show_longer", now: NOW + 299 * SECOND });
    walk.send({ type: "tick", now: NOW + 598 * SECOND });
    walk.at("opened");
  });

  test("a covered secret is forgotten after a quarter of an hour", async () => {
    await walk.open();
    walk.send({ type: "taken" });
    walk.send({ type: "acknowledge_answered", result: ok(undefined), now: NOW });
    walk.send({ type: "tick", now: NOW + 300 * SECOND });
    walk.send({ type: "tick", now: NOW + 1_199 * SECOND });
    walk.at("hidden");
    walk.send({ type: "tick", now: NOW + 1_200 * SECOND });
    const done = walk.at("done");
    expect(done.forgotten).toBe(true);
    expect(JSON.stringify(done)).not.toContain("hunter2");
  });

  test("Done holds nothing of the secret", async () => {
    await walk.open();
    walk.send({ type: "done" });
    expect(JSON.stringify(walk.screen)).not.toContain("hunter2");
  });
});

describe("it wasn't me", () => {
  test("takes a press, a word and a second press", async () => {
    await walk.begin();
    walk.send({ type: "not_me" });
    expect(walk.asked).not.toContain("report");
    for (const word of ["", "yes", "reported", "not me"]) {
      walk.send({ type: "report", word });
      expect(walk.at("report").problem).toBe("word");
    }
    expect(walk.asked).not.toContain("report");
    walk.send({ type: "report", word: " Report " });
    walk.send({ type: "report", word: "report" });
    expect(walk.asked.filter((name) => name === "report")).toHaveLength(1);
    walk.send({ type: "report_answered", result: ok(undefined), now: NOW });
    expect(walk.at("ended")).toMatchObject({ state: "reported", byMe: true });
  });

  test.each(["claimed", "delivered", "unconfirmed", "locked"] as const)(
    "is there after %s",
    async (state) => {
      await walk.begin({}, {}, { state });
      expect(walk.send({ type: "not_me" })).toBe(true);
    },
  );

  test("can be taken back until it is sent, and leads back to where it was", async () => {
    await walk.begin();
    const before = walk.screen;
    walk.send({ type: "not_me" });
    walk.send({ type: "back" });
    expect(walk.screen).toBe(before);
  });

  test("that does not get through can be sent again", async () => {
    await walk.begin();
    walk.send({ type: "not_me" });
    walk.send({ type: "report", word: "report" });
    walk.send({ type: "report_answered", result: unreachable, now: NOW });
    expect(walk.at("report")).toMatchObject({ problem: "unreachable", sending: false });
    expect(walk.send({ type: "report", word: "report" })).toBe(true);
  });
});

test("what does not belong to the screen changes nothing", async () => {
  await walk.open();
  for (const event of [
    { type: "reveal", typed: { email: EMAIL, passphrase: "" } },
    { type: "status_answered", result: ok(walk.handoff.status), now: NOW },
    { type: "claim_answered", result: ok(walk.handoff.claim), now: NOW },
    { type: "not_me" },
    { type: "back" },
    { type: "code_typed", code: "12345678" },
  ] as const) {
    const before = walk.at("opened");
    walk.send(event);
    expect(walk.screen).toBe(before);
    expect(walk.last).toEqual([]);
  }
});
