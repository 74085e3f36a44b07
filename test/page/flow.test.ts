import { beforeEach, describe, expect, test } from "@jest/globals";
import { deriveOpenKeys } from "@secret-handoff/protocol";
import type { ProblemCode } from "@secret-handoff/protocol/api";
import type { Refusal } from "@secret-handoff/protocol/recipient";
import { EMAIL, NOW, ok, sealedHandoff, unreachable, Walk } from "./sealed.ts";

const SECOND = 1_000;

let walk: Walk;
let handoff: Awaited<ReturnType<typeof sealedHandoff>>;
beforeEach(() => {
  walk = new Walk();
});

const refused = (code: ProblemCode, more: Partial<Refusal> = {}): Refusal => ({
  kind: "refused",
  code,
  ...more,
});

/** Sealing with a passphrase takes scrypt: once is enough for all tests of what is typed. */
const withPassphrase = await sealedHandoff({ passphrase: "correct horse battery staple" });

async function begin(
  input: Parameters<typeof sealedHandoff>[0] = {},
  remembered: { readonly claimedBefore?: boolean; readonly withKeys?: boolean } = {},
  status: Partial<typeof handoff.status> = {},
) {
  handoff = input.passphrase ? withPassphrase : await sealedHandoff(input);
  const { link, claimId } = handoff;
  const openKeys = remembered.withKeys ? await deriveOpenKeys(link, { email: EMAIL }) : undefined;
  const claimedBefore = remembered.claimedBefore ?? false;
  walk.send({ type: "link_found", start: { link, claimId, claimedBefore, openKeys } });
  walk.send({ type: "status_answered", result: ok({ ...handoff.status, ...status }), now: NOW });
}

const reveal = (email: string, passphrase = "") =>
  walk.send({ type: "reveal", typed: { email, passphrase } });

async function derive() {
  walk.send({ type: "derived", openKeys: await deriveOpenKeys(handoff.link, { email: EMAIL }) });
}

const claimAnswered = (
  result: Parameters<typeof ok>[0] | Refusal | typeof unreachable = ok(handoff.claim),
  now = NOW,
) => walk.send({ type: "claim_answered", result: result as never, now });

async function open() {
  await begin();
  reveal(EMAIL);
  await derive();
  claimAnswered();
}

describe("before Reveal", () => {
  test("looking at a link asks for its status and nothing else", async () => {
    await begin();
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

  test("a header that is not the link's own is not believed, and nothing can be claimed", async () => {
    const other = await sealedHandoff();
    await begin({}, {}, { header: other.status.header });
    walk.at("broken");
    expect(reveal(EMAIL)).toBe(false);
  });

  test("flags that differ from the link's are not believed", async () => {
    await begin({}, {}, { flags: 0 });
    walk.at("broken");
  });

  test("a handoff without a header, as an ended one may be, still tells its ending", async () => {
    await begin({}, {}, { state: "expired", header: "" });
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
    await begin({}, {}, { state, changedAt: 1_790_000_123 });
    expect(walk.at("ended")).toMatchObject({ state, changedAt: 1_790_000_123 });
    expect(walk.asked).toEqual(["status", "forget"]);
  });

  test("an open handoff without attempts is as good as locked", async () => {
    await begin({}, {}, { attemptsLeft: 0 });
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
    await begin();
    reveal(email);
    expect(walk.at("ready").error).toEqual({ field: "email", why });
    expect(walk.asked).toEqual(["status"]);
  });

  test("an address is compared as it will be bound: case and spaces round it do not matter", async () => {
    await begin();
    reveal("  ANA@Vendor.Example ");
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
    await begin({ passphrase: "correct horse battery staple" });
    reveal(EMAIL, passphrase);
    expect(walk.at("ready").error).toEqual({ field: "passphrase", why });
    expect(walk.asked).toEqual(["status"]);
  });
});

describe("Reveal", () => {
  test("remembers the claim before it is sent, and opens", async () => {
    await open();
    expect(walk.asked).toEqual(["status", "remember", "derive", "remember", "claim"]);
    expect(walk.at("opened").bundle.items[0]?.fields[0]?.value).toBe("hunter2");
  });

  test("pressed twice, claims once", async () => {
    await begin();
    expect(reveal(EMAIL)).toBe(true);
    expect(reveal(EMAIL)).toBe(false);
    await derive();
    expect(reveal(EMAIL)).toBe(false);
    expect(walk.asked.filter((name) => name === "claim")).toHaveLength(1);
  });

  test("a device without memory for the passphrase is told so, and nothing was sent", async () => {
    await begin({ passphrase: "correct horse battery staple" });
    reveal(EMAIL, "correct horse battery staple");
    walk.send({ type: "derivation_failed", why: "device" });
    expect(walk.at("ready").error).toEqual({ field: "device", why: "device" });
    expect(walk.asked).not.toContain("claim");
  });

  test("a wrong answer shows what is left, keeps what was typed, and drops the keys that were derived from it", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    claimAnswered(refused("wrong_answer", { attemptsLeft: 3 }));
    expect(walk.at("ready")).toMatchObject({
      error: { field: "answers", attemptsLeft: 3 },
      typed: { email: EMAIL },
      handoff: { attemptsLeft: 3 },
    });
    expect(walk.last).toEqual([expect.not.objectContaining({ openKeys: expect.anything() })]);
  });

  test("the last wrong answer ends in locked", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    claimAnswered(refused("wrong_answer", { attemptsLeft: 0 }));
    expect(walk.at("ended").state).toBe("locked");
  });

  test.each(["claimed", "expired", "revoked", "superseded", "locked", "reported"] as const)(
    "a claim that finds the handoff %s tells so",
    async (code) => {
      await begin();
      reveal(EMAIL);
      await derive();
      claimAnswered(refused(code, { changedAt: 1_790_000_001 }));
      expect(walk.at("ended")).toMatchObject({ state: code, changedAt: 1_790_000_001 });
    },
  );

  test("an envelope of another handoff is not opened, shown or acknowledged", async () => {
    await begin();
    const other = await sealedHandoff();
    reveal(EMAIL);
    await derive();
    claimAnswered(ok({ ...handoff.claim, envelope: other.claim.envelope }));
    walk.at("broken");
    expect(walk.asked).not.toContain("acknowledge");
  });

  test("an expiry that the service has changed is noticed", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    claimAnswered(ok({ ...handoff.claim, expiresAt: handoff.claim.expiresAt + 1 }));
    walk.at("broken");
  });
});

describe("a claim whose answer is lost", () => {
  test("is tried again with the same claim, later each time, until it is answered", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    const first = walk.last.find((effect) => effect.type === "claim");
    const pauses: number[] = [];
    let now = NOW;
    for (let round = 0; round < 7; round += 1) {
      claimAnswered(unreachable, now);
      const { retryAt = 0 } = walk.at("interrupted");
      pauses.push((retryAt - now) / SECOND);
      expect(walk.send({ type: "tick", now: retryAt - 1 })).toBe(false);
      walk.send({ type: "tick", now: retryAt });
      now = retryAt;
      expect(walk.last.find((effect) => effect.type === "claim")).toEqual(first);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 15, 15, 15]);
    claimAnswered(ok(handoff.claim, NOW), NOW + SECOND);
    walk.at("opened");
  });

  test("is tried at once when the recipient presses, but never twice at a time", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    claimAnswered(unreachable);
    expect(walk.send({ type: "try_again" })).toBe(true);
    expect(walk.send({ type: "try_again" })).toBe(false);
    expect(walk.send({ type: "tick", now: NOW + 60 * SECOND })).toBe(false);
  });
});

describe("after a reload", () => {
  test("what was being claimed is claimed again without a press", async () => {
    await begin({}, { claimedBefore: true, withKeys: true }, { state: "claimed" });
    walk.at("claiming");
    expect(walk.asked).toEqual(["status", "remember", "claim"]);
    claimAnswered();
    walk.at("opened");
  });

  test("a claim whose request never arrived is sent then", async () => {
    await begin({}, { claimedBefore: true, withKeys: true }, { state: "open" });
    expect(walk.asked).toContain("claim");
  });

  test("the same browser without the keys is asked for the answers, not told that another one was there", async () => {
    await begin({}, { claimedBefore: true }, { state: "claimed" });
    expect(walk.at("ready").resumes).toBe(true);
    expect(walk.asked).toEqual(["status"]);
  });

  test("a mailed code that was not typed yet is asked for again", async () => {
    await begin({ mailedCode: true }, { claimedBefore: true, withKeys: true }, { state: "open" });
    walk.at("ready");
    expect(walk.asked).toEqual(["status"]);
  });

  test("what was claimed with a mailed code takes no new code, which the service would mail to nobody", async () => {
    await begin({ mailedCode: true }, { claimedBefore: true }, { state: "claimed" });
    reveal(EMAIL);
    await derive();
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
    await begin({ mailedCode: true });
    reveal(" Ana@vendor.example");
    await derive();
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
    claimAnswered();
    walk.at("opened");
  });

  test("that is wrong can be typed again or mailed anew", () => {
    walk.send({ type: "code_answered", result: ok(undefined), now: NOW });
    walk.send({ type: "code_typed", code: "12345678" });
    claimAnswered(refused("code_needed"));
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

  test("leads back to the address", () => {
    walk.send({ type: "back" });
    expect(walk.at("ready").typed.email).toBe(" Ana@vendor.example");
  });
});

describe("acknowledging", () => {
  test("waits for the recipient, so that a reload still shows the secret", async () => {
    await open();
    walk.send({ type: "tick", now: NOW + 102 * SECOND });
    expect(walk.asked).not.toContain("acknowledge");
  });

  test("happens more than 15 s before the lease ends if the recipient does nothing", async () => {
    await open();
    walk.send({ type: "tick", now: NOW + 103 * SECOND });
    expect(walk.asked.at(-1)).toBe("acknowledge");
  });

  test("reckons by the service's clock when the device's is wrong", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    // The device is ten minutes ahead: the lease that the service states as now + 120 s seems long over.
    const device = NOW + 600 * SECOND;
    claimAnswered(ok(handoff.claim, NOW), device);
    walk.send({ type: "tick", now: device + 102 * SECOND });
    expect(walk.asked).not.toContain("acknowledge");
    walk.send({ type: "tick", now: device + 103 * SECOND });
    expect(walk.asked).toContain("acknowledge");
  });

  test("never waits longer than a lease, whatever the service states", async () => {
    await begin();
    reveal(EMAIL);
    await derive();
    claimAnswered(ok({ ...handoff.claim, leaseUntil: handoff.claim.leaseUntil + 9_999 }));
    walk.send({ type: "tick", now: NOW + 103 * SECOND });
    expect(walk.asked).toContain("acknowledge");
  });

  test("happens at once when something was taken, and once", async () => {
    await open();
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
    await open();
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
    await open();
    walk.send({ type: "taken" });
    walk.send({ type: "acknowledge_answered", result: refused("wrong_receipt"), now: NOW });
    expect(walk.at("opened").acknowledgement.kind).toBe("refused");
    expect(walk.asked.at(-1)).toBe("finish");
  });

  test("is done by Done, and goes on after it where it failed", async () => {
    await open();
    walk.send({ type: "done" });
    expect(walk.at("done").acknowledgement.kind).toBe("sending");
    walk.send({ type: "acknowledge_answered", result: unreachable, now: NOW });
    walk.send({ type: "tick", now: NOW + 30 * SECOND });
    expect(walk.asked.filter((name) => name === "acknowledge")).toHaveLength(2);
  });
});

describe("showing", () => {
  test("ends after five minutes by covering the secret, which loses nothing", async () => {
    await open();
    walk.send({ type: "tick", now: NOW + 299 * SECOND });
    walk.at("opened");
    walk.send({ type: "tick", now: NOW + 300 * SECOND });
    walk.at("hidden");
    walk.send({ type: "show_again", now: NOW + 400 * SECOND });
    expect(walk.at("opened").bundle.items).toHaveLength(1);
  });

  test("is prolonged as often as the recipient wants", async () => {
    await open();
    walk.send({ type: "show_longer", now: NOW + 299 * SECOND });
    walk.send({ type: "tick", now: NOW + 598 * SECOND });
    walk.at("opened");
  });

  test("a covered secret is forgotten after a quarter of an hour", async () => {
    await open();
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
    await open();
    walk.send({ type: "done" });
    expect(JSON.stringify(walk.screen)).not.toContain("hunter2");
  });
});

describe("it wasn't me", () => {
  test("takes a press, a word and a second press", async () => {
    await begin();
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
      await begin({}, {}, { state });
      expect(walk.send({ type: "not_me" })).toBe(true);
    },
  );

  test("can be taken back until it is sent, and leads back to where it was", async () => {
    await begin();
    const before = walk.screen;
    walk.send({ type: "not_me" });
    walk.send({ type: "back" });
    expect(walk.screen).toBe(before);
  });

  test("that does not get through can be sent again", async () => {
    await begin();
    walk.send({ type: "not_me" });
    walk.send({ type: "report", word: "report" });
    walk.send({ type: "report_answered", result: unreachable, now: NOW });
    expect(walk.at("report")).toMatchObject({ problem: "unreachable", sending: false });
    expect(walk.send({ type: "report", word: "report" })).toBe(true);
  });
});

test("what does not belong to the screen changes nothing", async () => {
  await open();
  for (const event of [
    { type: "reveal", typed: { email: EMAIL, passphrase: "" } },
    { type: "status_answered", result: ok(handoff.status), now: NOW },
    { type: "claim_answered", result: ok(handoff.claim), now: NOW },
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
