import { beforeEach, describe, expect, test } from "@jest/globals";
import { EMAIL, NOW, OpeningWalk, ok, refused, sealedHandoff, unreachable } from "./sealed.ts";

const SECOND = 1_000;

let walk: OpeningWalk;
beforeEach(() => {
  walk = new OpeningWalk();
});

describe("before Reveal", () => {
  test("looking at a link asks for its status and nothing else", async () => {
    await walk.begin();
    expect(walk.at("ready").handoff.header).toMatchObject({ title: "Orders database", sender: "Mia Lind" });
    expect(walk.asked).toEqual(["status"]);
  });

  test("a service that cannot be reached uses nothing up and can be asked again", async () => {
    const { link, claimId } = await sealedHandoff();
    walk.send({ type: "link_found", start: { link, claimId, claimedBefore: false } });
    walk.send({ type: "status_answered", result: unreachable, now: NOW });
    walk.at("unreachable");
    walk.send({ type: "try_again" });
    walk.at("checking");
    expect(walk.asked).toEqual(["status", "status"]);
  });

  test("after a claim it is asked again without a press, for the two minutes may be running", async () => {
    const { link, claimId } = await sealedHandoff();
    walk.send({ type: "link_found", start: { link, claimId, claimedBefore: true } });
    let now = NOW;
    for (const pause of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
      walk.send({ type: "status_answered", result: unreachable, now });
      expect(walk.at("unreachable").retryAt).toBe(now + pause);
      expect(walk.send({ type: "tick", now: now + pause - 1 })).toBe(false);
      now += pause;
      walk.send({ type: "tick", now });
      expect(walk.at("unreachable").retryAt).toBeUndefined();
    }
    expect(walk.asked.filter((name) => name === "status")).toHaveLength(7);
  });

  test("a header that is not the link's own is not believed, and nothing can be claimed", async () => {
    const other = await sealedHandoff();
    await walk.begin({}, {}, { header: other.status.header });
    walk.at("broken");
    expect(walk.reveal(EMAIL)).toBe(false);
  });

  test("flags that differ from the link's are not believed", async () => {
    await walk.begin({}, {}, { flags: 0 });
    walk.at("broken");
  });

  test("a mailed code for a link that asks for no address is not believed", async () => {
    await walk.begin({ email: undefined }, {}, { verification: "email-code" });
    walk.at("broken");
  });

  test("a handoff without a header, as an ended one may be, still tells its ending", async () => {
    await walk.begin({}, {}, { state: "expired", header: "" });
    expect(walk.at("ended").state).toBe("expired");
  });

  test.each([
    "claimed",
    "delivered",
    "unconfirmed",
    "expired",
    "revoked",
    "superseded",
    "locked",
    "reported",
  ] as const)("a handoff that is %s tells so and is forgotten", async (state) => {
    await walk.begin({}, {}, { state, changedAt: 1_790_000_123 });
    expect(walk.at("ended")).toMatchObject({ state, changedAt: 1_790_000_123 });
    expect(walk.asked).toEqual(["status", "forget"]);
  });

  test("an open handoff without attempts is as good as locked", async () => {
    await walk.begin({}, {}, { attemptsLeft: 0 });
    expect(walk.at("ended").state).toBe("locked");
  });

  test("an unknown link is shown as unknown", async () => {
    const { link, claimId } = await sealedHandoff();
    walk.send({ type: "link_found", start: { link, claimId, claimedBefore: false } });
    walk.send({ type: "status_answered", result: refused("not_found"), now: NOW });
    expect(walk.at("ended").state).toBe("unknown");
  });
});

describe("answers that cannot be right", () => {
  test.each([
    ["", "malformed"],
    ["ana", "malformed"],
    ["ana@", "malformed"],
    ["bob@vendor.example", "not_the_hint"],
    ["ana@other.example", "not_the_hint"],
    ["test@example.com", "not_the_hint"],
  ])("the address %j is refused here and spends no attempt", async (email, why) => {
    await walk.begin();
    walk.reveal(email);
    expect(walk.at("ready").error).toEqual({ field: "email", why });
    expect(walk.asked).toEqual(["status"]);
  });

  test("an address is compared as it will be bound: case and spaces round it do not matter", async () => {
    await walk.begin();
    walk.reveal("  ANA@Vendor.Example ");
    walk.at("deriving");
  });

  test.each([
    ["", "malformed"],
    ["   ", "malformed"],
    ["short one", "weak"],
    ["Passw0rd!", "weak"],
    ["1234 5678 9012 3456", "weak"],
    ["half a character \ud800 here", "malformed"],
  ])("the passphrase %j is refused here and spends no attempt", async (passphrase, why) => {
    await walk.begin({ passphrase: "correct horse battery staple" });
    walk.reveal(EMAIL, passphrase);
    expect(walk.at("ready").error).toEqual({ field: "passphrase", why });
    expect(walk.asked).toEqual(["status"]);
  });
});

describe("Reveal", () => {
  test("remembers the claim before it is sent, and opens", async () => {
    await walk.open();
    expect(walk.asked).toEqual(["status", "remember", "derive", "remember", "claim", "remember"]);
    expect(walk.at("opened").bundle.items[0]?.fields[0]?.value).toBe("hunter2");
  });

  test("pressed twice, claims once", async () => {
    await walk.begin();
    expect(walk.reveal(EMAIL)).toBe(true);
    expect(walk.reveal(EMAIL)).toBe(false);
    await walk.derive();
    expect(walk.reveal(EMAIL)).toBe(false);
    expect(walk.asked.filter((name) => name === "claim")).toHaveLength(1);
  });

  test("a device without memory for the passphrase is told so, and nothing was sent", async () => {
    await walk.begin({ passphrase: "correct horse battery staple" });
    walk.reveal(EMAIL, "correct horse battery staple");
    walk.send({ type: "derivation_failed", why: "device" });
    expect(walk.at("ready").error).toEqual({ field: "device", why: "device" });
    expect(walk.asked).not.toContain("claim");
  });

  test("a wrong answer shows what is left, keeps what was typed, and drops the keys that were derived from it", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(refused("wrong_answer", { attemptsLeft: 3 }));
    expect(walk.at("ready")).toMatchObject({
      error: { field: "answers", attemptsLeft: 3 },
      typed: { email: EMAIL },
      handoff: { attemptsLeft: 3 },
    });
    expect(walk.last).toEqual([expect.not.objectContaining({ openKeys: expect.anything() })]);
  });

  test("the last wrong answer ends in locked", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(refused("wrong_answer", { attemptsLeft: 0 }));
    expect(walk.at("ended").state).toBe("locked");
  });

  test.each(["claimed", "expired", "revoked", "superseded", "locked", "reported"] as const)(
    "a claim that finds the handoff %s tells so",
    async (code) => {
      await walk.begin();
      walk.reveal(EMAIL);
      await walk.derive();
      walk.claimAnswered(refused(code, { changedAt: 1_790_000_001 }));
      expect(walk.at("ended")).toMatchObject({ state: code, changedAt: 1_790_000_001 });
    },
  );

  test("an envelope of another handoff is not opened, shown or acknowledged", async () => {
    await walk.begin();
    const other = await sealedHandoff();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(ok({ ...walk.handoff.claim, envelope: other.claim.envelope }));
    walk.at("broken");
    expect(walk.asked).not.toContain("acknowledge");
  });

  test("an expiry that the service has changed is noticed", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(ok({ ...walk.handoff.claim, expiresAt: walk.handoff.claim.expiresAt + 1 }));
    walk.at("broken");
  });
});

describe("a claim whose answer is lost", () => {
  test("is tried again with the same claim, later each time, until it is answered", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    const first = walk.last.find((effect) => effect.type === "claim");
    const pauses: number[] = [];
    let now = NOW;
    for (let round = 0; round < 7; round += 1) {
      walk.claimAnswered(unreachable, now);
      const { retryAt = 0 } = walk.at("interrupted");
      pauses.push((retryAt - now) / SECOND);
      expect(walk.send({ type: "tick", now: retryAt - 1 })).toBe(false);
      walk.send({ type: "tick", now: retryAt });
      now = retryAt;
      expect(walk.last.find((effect) => effect.type === "claim")).toEqual(first);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 15, 15, 15]);
    walk.claimAnswered(ok(walk.handoff.claim, NOW), NOW + SECOND);
    walk.at("opened");
  });

  test("is tried at once when the recipient presses, but never twice at a time", async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(unreachable);
    expect(walk.send({ type: "try_again" })).toBe(true);
    expect(walk.send({ type: "try_again" })).toBe(false);
    expect(walk.send({ type: "tick", now: NOW + 60 * SECOND })).toBe(false);
  });
});

describe("a claim that nobody has pressed for in two minutes", () => {
  beforeEach(async () => {
    await walk.begin();
    walk.reveal(EMAIL);
    await walk.derive();
    walk.claimAnswered(unreachable);
    walk.send({ type: "tick", now: NOW + 110 * SECOND });
    expect(walk.asked.at(-1)).toBe("claim");
    walk.claimAnswered(unreachable, NOW + 115 * SECOND);
  });

  test.each(["online", "tick"] as const)("is not sent once more at %s: the status is asked for", (type) => {
    walk.send({ type, now: NOW + 3_600 * SECOND });
    expect(walk.at("unreachable").start.claimedBefore).toBe(true);
    expect(walk.last.map((effect) => effect.type)).toEqual(["status"]);
  });

  test("opens nothing where it has never arrived", () => {
    walk.send({ type: "online", now: NOW + 3_600 * SECOND });
    walk.send({ type: "status_answered", result: ok(walk.handoff.status), now: NOW + 3_601 * SECOND });
    expect(walk.at("ready").handoff.resumes).toBe(false);
    expect(walk.last).toEqual([]);
  });

  test("gets the secret where it has arrived", () => {
    walk.send({ type: "online", now: NOW + 130 * SECOND });
    const claimed = ok({ ...walk.handoff.status, state: "claimed" as const });
    walk.send({ type: "status_answered", result: claimed, now: NOW + 131 * SECOND });
    walk.at("claiming");
    walk.claimAnswered(ok(walk.handoff.claim, NOW), NOW + 132 * SECOND);
    walk.at("opened");
  });

  test("is sent when somebody presses, and for two minutes more", () => {
    walk.send({ type: "try_again" });
    expect(walk.asked.at(-1)).toBe("claim");
    const now = NOW + 600 * SECOND;
    walk.claimAnswered(unreachable, now);
    walk.send({ type: "online", now: now + 100 * SECOND });
    expect(walk.asked.at(-1)).toBe("claim");
  });
});

describe("after a reload", () => {
  test("what was being claimed is claimed again without a press", async () => {
    await walk.begin({}, { claimedBefore: true, withKeys: true }, { state: "claimed" });
    walk.at("claiming");
    expect(walk.asked).toEqual(["status", "remember", "claim"]);
    walk.claimAnswered();
    walk.at("opened");
  });

  test("a claim whose request never arrived waits for another press", async () => {
    await walk.begin({}, { claimedBefore: true, withKeys: true }, { state: "open" });
    walk.at("ready");
    expect(walk.asked).toEqual(["status"]);
  });

  test("an answer that is mistyped then can be typed again, and the claim stays remembered", async () => {
    await walk.begin({}, { claimedBefore: true }, { state: "claimed" });
    for (let round = 0; round < 2; round += 1) {
      walk.reveal(EMAIL);
      await walk.derive();
      walk.claimAnswered(refused("claimed", { leaseUntil: 1_790_000_060 }));
      expect(walk.at("ready")).toMatchObject({ handoff: { resumes: true }, error: { field: "answers" } });
    }
    // To remember the link alone would forget the claim.
    expect(walk.asked).toEqual(["status", ...["derive", "remember", "claim", "derive", "remember", "claim"]]);
  });

  test("a device that fails then still knows that it may read again", async () => {
    await walk.begin({}, { claimedBefore: true }, { state: "claimed" });
    walk.reveal(EMAIL);
    walk.send({ type: "derivation_failed", why: "unreachable" });
    expect(walk.at("ready").handoff.resumes).toBe(true);
    expect(walk.asked).toEqual(["status", "derive"]);
  });

  test("the same browser without the keys is asked for the answers, not told that another one was there", async () => {
    await walk.begin({}, { claimedBefore: true }, { state: "claimed" });
    expect(walk.at("ready").handoff.resumes).toBe(true);
    expect(walk.asked).toEqual(["status"]);
  });

  test("a mailed code that was not typed yet is asked for again", async () => {
    await walk.begin({ mailedCode: true }, { claimedBefore: true, withKeys: true }, { state: "open" });
    walk.at("ready");
    expect(walk.asked).toEqual(["status"]);
  });

  test("what was claimed with a mailed code takes no new code, which the service would mail to nobody", async () => {
    await walk.begin({ mailedCode: true }, { claimedBefore: true }, { state: "claimed" });
    walk.reveal(EMAIL);
    await walk.derive();
    expect(walk.at("claiming").tries).toBe(0);
    expect(walk.asked).not.toContain("code");
  });

  test("a tab in which the secret was taken says so without asking the service", () => {
    walk.send({ type: "finished_before" });
    expect(walk.at("ended").state).toBe("finished");
    expect(walk.asked).toEqual([]);
  });
});

describe("a mailed code", () => {
  beforeEach(async () => {
    await walk.begin({ mailedCode: true });
    walk.reveal(" Ana@vendor.example");
    await walk.derive();
  });

  test("is asked for before anything is claimed, with the address as it is bound", () => {
    walk.at("code");
    expect(walk.last.at(-1)).toMatchObject({ type: "code", body: { email: EMAIL } });
    expect(walk.asked).not.toContain("claim");
  });

  test.each(["1234567", "123456789", "12a45678", ""])("%j is no code and is not sent", (code) => {
    walk.send({ type: "code_typed", code });
    expect(walk.at("code").error).toEqual({ field: "code", why: "malformed" });
    expect(walk.asked).not.toContain("claim");
  });

  test("goes with the claim, however it was spaced, and opens", () => {
    walk.send({ type: "code_typed", code: " 1234 5678 " });
    expect(walk.last.at(-1)).toMatchObject({ type: "claim", body: { code: "12345678" } });
    walk.claimAnswered();
    walk.at("opened");
  });

  test("that is wrong can be typed again or mailed anew", () => {
    walk.send({ type: "code_answered", result: ok(undefined), now: NOW });
    walk.send({ type: "code_typed", code: "12345678" });
    walk.claimAnswered(refused("code_needed"));
    expect(walk.at("code")).toMatchObject({ error: { field: "code", why: "wrong" }, mailing: "sent" });
    walk.send({ type: "send_code_again" });
    expect(walk.at("code").mailing).toBe("sending");
    expect(walk.at("code").error).toBeUndefined();
    expect(walk.send({ type: "send_code_again" })).toBe(false);
  });

  test("that could not be asked for says so", () => {
    walk.send({ type: "code_answered", result: unreachable, now: NOW });
    expect(walk.at("code").mailing).toBe("failed");
  });

  test("for a handoff that has ended meanwhile tells the ending", () => {
    walk.send({ type: "code_answered", result: refused("revoked"), now: NOW });
    expect(walk.at("ended").state).toBe("revoked");
  });

  test("for a handoff that was claimed meanwhile is not needed where the claim is this browser's own", () => {
    walk.send({ type: "code_answered", result: refused("claimed"), now: NOW });
    expect(walk.last.at(-1)).toMatchObject({ type: "claim" });
    expect(walk.last.at(-1)).not.toHaveProperty("body.code");
    walk.claimAnswered();
    walk.at("opened");
  });

  test("for a handoff that somebody else has claimed tells that ending", () => {
    walk.send({ type: "code_answered", result: refused("claimed"), now: NOW });
    walk.claimAnswered(refused("claimed"));
    expect(walk.at("ended").state).toBe("claimed");
  });

  test("leads back to the address", () => {
    walk.send({ type: "back" });
    expect(walk.at("ready").typed.email).toBe(" Ana@vendor.example");
  });
});
