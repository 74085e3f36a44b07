import { describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { deliver, type Outcome, SenderError } from "@secret-handoff/sdk";
import { endable, unending } from "./deadlines.ts";
import { deliveryOf, fakePorts, linkIn, passphrase } from "./fake-delivery.ts";

const delivery = deliveryOf();
const ANA = "ana@vendor.example";
const BO = "bo@vendor.example";
const refused = new SenderError("mail_refused", "The mail server refused the mail.");
const lost = new SenderError("service_unreachable", "The service cannot be reached.");

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

test("each recipient gets a mail with a link of their own, and each mail is recorded", async () => {
  const { ports, journal, emails } = fakePorts();
  const outcomes = await deliver(delivery, [ANA, BO], ports, unending());
  expect(kinds(outcomes)).toEqual(["mailed", "mailed"]);
  const links = emails.map(linkIn);
  expect(emails.map(({ to }) => to)).toEqual([ANA, BO]);
  expect(links[0]?.id).not.toBe(links[1]?.id);
  expect(links[0]?.linkSecret).not.toEqual(links[1]?.linkSecret);
  expect(outcomes.map((outcome) => outcome.kind === "mailed" && outcome.id)).toEqual(
    links.map(({ id }) => id),
  );
  expect(journal.filter((line) => line.endsWith(ANA))).toEqual([
    `seal ${ANA}`,
    `create ${ANA}`,
    `mail ${ANA}`,
    `mailed ${ANA}`,
  ]);
});

test("a link is shown to the masker before it goes anywhere", async () => {
  const { ports, journal } = fakePorts();
  await deliver(delivery, [ANA], { ...ports, onSealed: () => journal.push("mask") }, unending());
  expect(journal.slice(0, 3)).toEqual([`seal ${ANA}`, "mask", `create ${ANA}`]);
});

test("a mail that fails revokes what was created for it and leaves the others alone", async () => {
  const { ports, journal } = fakePorts({
    mail: ({ to }) => {
      if (to === ANA) throw refused;
    },
  });
  const outcomes = await deliver(delivery, [ANA, BO], ports, unending());
  expect(outcomes).toMatchObject([{ kind: "failed", error: refused }, { kind: "mailed" }]);
  expect(outcomes[0]).not.toHaveProperty("notRevoked");
  expect(journal).toContain(`revoke ${ANA}`);
  expect(journal).not.toContain(`revoke ${BO}`);
});

test("a mail that may not have gone out counts as arrived when its link has been opened", async () => {
  const { ports } = fakePorts({
    mail: () => {
      throw refused;
    },
    revoke: () => "released",
  });
  expect(await deliver(delivery, [ANA], ports, unending())).toMatchObject([
    { kind: "mailed", notRecorded: refused },
  ]);
});

test("a key that cannot be used, and one that fails when the mail is encrypted, leave nothing and stop nobody", async () => {
  const unusable = new SenderError("recipient_key", "The recipient's key is revoked.");
  const failing = { kind: "age", fingerprints: ["f"], identityFile: "f" } as const;
  const encryptLink = () => Promise.reject(unusable);
  const { ports, journal } = fakePorts();
  const recipients = [
    { address: ANA, key: unusable },
    { address: "cy@vendor.example", key: { ...failing, encryptLink } },
    BO,
  ];
  const outcomes = await deliver(delivery, recipients, ports, unending());
  expect(outcomes).toMatchObject([
    { kind: "failed", error: unusable },
    { kind: "failed", error: unusable },
    { kind: "mailed" },
  ]);
  expect(journal.filter((line) => !line.endsWith(BO))).toEqual(["seal cy@vendor.example"]);
});

test("what cannot be revoked is reported", async () => {
  const { ports } = fakePorts({
    mail: () => {
      throw refused;
    },
    revoke: () => {
      throw lost;
    },
  });
  expect(await deliver(delivery, [ANA], ports, unending())).toMatchObject([
    { kind: "failed", error: refused, notRevoked: lost },
  ]);
});

test("a create that was refused left nothing to revoke", async () => {
  const { ports, journal } = fakePorts({
    create: () => {
      throw new SenderError("policy", "no");
    },
  });
  const [outcome] = await deliver(delivery, [ANA], ports, unending());
  expect(outcome?.kind).toBe("failed");
  expect(outcome).not.toHaveProperty("id");
  expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`]);
});

test("a create that was never stored, as revoking shows, leaves no handoff to name", async () => {
  const { ports } = fakePorts({
    create: () => {
      throw lost;
    },
    revoke: () => "unknown",
  });
  const [outcome] = await deliver(delivery, [ANA], ports, unending());
  expect(outcome).toMatchObject({ kind: "failed", error: lost });
  expect(outcome).not.toHaveProperty("id");
});

test("no link outlives what it hands over, also when it is sealed late", async () => {
  const start = 1_795_250_000;
  let now = start;
  const { ports } = fakePorts({
    create: (_, view, call) => {
      // The first loses a race that takes five minutes.
      now += 300;
      return call === 1 ? { ...view, state: "superseded" } : view;
    },
  });
  const runtime = { ...ports.runtime, now: () => now * 1_000 };
  const endsAt = start + delivery.details.expiresIn + 100;
  const outcomes = await deliver(deliveryOf({ endsAt }), [ANA, BO], { ...ports, runtime }, unending());
  expect(outcomes.map((outcome) => outcome.kind === "mailed" && outcome.expiresAt)).toEqual([endsAt, endsAt]);
});

test("a create whose answer never came may have been stored, so it is revoked", async () => {
  const { ports, journal } = fakePorts({
    create: () => {
      throw lost;
    },
  });
  await deliver(delivery, [ANA], ports, unending());
  expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`, `revoke ${ANA}`]);
});

test("a mail that went out stays, even when the service cannot record it", async () => {
  const { ports, journal } = fakePorts({
    mailed: () => {
      throw lost;
    },
  });
  expect(await deliver(delivery, [ANA], ports, unending())).toMatchObject([
    { kind: "mailed", notRecorded: lost },
  ]);
  expect(journal).not.toContain(`revoke ${ANA}`);
});

describe("a version that was handed over before", () => {
  const other = "AAAAAAAAAAAAAAAAAAAAAA" as HandoffId;

  test("is mailed to nobody", async () => {
    const { ports, journal } = fakePorts({
      create: (_, view) => ({ ...view, id: other, state: "delivered", mailed: true }),
    });
    expect(await deliver(delivery, [ANA], ports, unending())).toMatchObject([
      { kind: "earlier", handoff: { id: other, state: "delivered" } },
    ]);
    expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`]);
  });

  test("by a run that is still mailing is waited for until that run has mailed", async () => {
    const waiting: string[] = [];
    const { ports, journal } = fakePorts({
      create: (_, view, call) => ({ ...view, id: other, mailed: call === 3 }),
    });
    const outcomes = await deliver(
      delivery,
      [ANA],
      { ...ports, onWaiting: (_, { id }) => waiting.push(id) },
      unending(),
    );
    expect(outcomes).toMatchObject([{ kind: "earlier", handoff: { id: other, mailed: true } }]);
    expect(journal.filter((line) => line.startsWith("create"))).toHaveLength(3);
    expect(waiting).toEqual([other, other]);
  });

  test("by a run that won the race is found on the second try", async () => {
    const { ports, journal } = fakePorts({
      create: (_, view, call) =>
        call === 1 ? { ...view, state: "superseded" } : { ...view, id: other, mailed: true },
    });
    expect(kinds(await deliver(delivery, [ANA], ports, unending()))).toEqual(["earlier"]);
    expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`, `seal ${ANA}`, `create ${ANA}`]);
  });

  test("again and again by other runs is given up in the end", async () => {
    const { ports, journal } = fakePorts({ create: (_, view) => ({ ...view, state: "superseded" }) });
    const [outcome] = await deliver(delivery, [ANA], ports, unending());
    expect(outcome).toMatchObject({ kind: "failed", error: { code: "overtaken" } });
    expect(outcome?.kind === "failed" && outcome.error.message).toBe(
      "Other runs hand over the same secret again and again, so this handoff is superseded and was not mailed.",
    );
    expect(journal.filter((line) => line === `create ${ANA}`)).toHaveLength(3);
    expect(journal.filter((line) => line.startsWith("mail"))).toEqual([]);
  });

  test("and revoked while our answer was lost is neither mailed nor made anew", async () => {
    const { ports, journal } = fakePorts({ create: (_, view) => ({ ...view, state: "revoked" }) });
    const [outcome] = await deliver(delivery, [ANA], ports, unending());
    expect(outcome?.kind === "failed" && outcome.error.message).toBe(
      "This handoff was ended before it was mailed: it is revoked.",
    );
    expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`]);
  });

  test("by a run that died is taken over once the service lets it go", async () => {
    const { ports, emails } = fakePorts({
      create: (_, view, call) => (call < 4 ? { ...view, id: other } : view),
    });
    expect(kinds(await deliver(delivery, [ANA], ports, unending()))).toEqual(["mailed"]);
    expect(emails).toHaveLength(1);
  });
});

describe("when the step is stopped", () => {
  test("before it began, nothing is created", async () => {
    const { deadline, stop } = endable();
    stop();
    const { ports, journal } = fakePorts();
    const outcomes = await deliver(delivery, [ANA, BO], ports, deadline);
    expect(outcomes).toMatchObject([
      { kind: "failed", error: { code: "cancelled" } },
      { kind: "failed", error: { code: "cancelled" } },
    ]);
    expect(journal).toEqual([]);
  });

  test("between create and mail, nothing is mailed and the handoff is revoked", async () => {
    const { deadline, stop } = endable();
    const { ports, journal } = fakePorts({
      create: (_, view) => {
        stop();
        return view;
      },
    });
    expect(kinds(await deliver(delivery, [ANA], ports, deadline))).toEqual(["failed"]);
    expect(journal).toEqual([`seal ${ANA}`, `create ${ANA}`, `revoke ${ANA}`]);
  });

  test("while a mail is under way, that mail is finished and recorded", async () => {
    const { deadline, stop } = endable();
    const { ports, journal } = fakePorts({ mail: () => stop() });
    const outcomes = await deliver(delivery, [ANA, BO, ...more(10)], ports, deadline);
    expect(outcomes.filter(({ kind }) => kind === "mailed").length).toBeGreaterThanOrEqual(1);
    expect(journal.filter((line) => line.startsWith("mail ")).length).toBeLessThan(12);
    for (const outcome of outcomes) {
      const steps = journal
        .filter((line) => line.endsWith(` ${outcome.recipient}`))
        .map((line) => line.split(" ")[0]);
      if (outcome.kind === "mailed") expect(steps.slice(-2)).toEqual(["mail", "mailed"]);
      else if (steps.includes("create")) expect(steps.at(-1)).toBe("revoke");
      else expect(steps).not.toContain("mail");
    }
  });
});

test("at most six are under way at once, and sealing goes one at a time", async () => {
  let sealing = 0;
  let underWay = 0;
  const most = { sealing: 0, underWay: 0 };
  const { ports } = fakePorts({
    mail: async () => {
      underWay += 1;
      most.underWay = Math.max(most.underWay, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
    },
  });
  const seal: typeof ports.seal = async (input) => {
    sealing += 1;
    most.sealing = Math.max(most.sealing, sealing);
    const sealed = await ports.seal(input);
    sealing -= 1;
    return sealed;
  };
  const outcomes = await deliver(delivery, more(40), { ...ports, seal }, unending());
  expect(kinds(outcomes)).toEqual(more(40).map(() => "mailed"));
  expect(outcomes.map(({ recipient }) => recipient)).toEqual(more(40));
  expect(most.sealing).toBe(1);
  expect(most.underWay).toBeGreaterThan(1);
  expect(most.underWay).toBeLessThanOrEqual(6);
});

test("a fault of our own becomes that recipient's outcome, told without its words", async () => {
  const { ports, journal } = fakePorts({
    mail: ({ to }) => {
      if (to === ANA) throw new TypeError("canary in a message");
    },
  });
  const outcomes = await deliver(delivery, [ANA, BO], ports, unending());
  expect(kinds(outcomes)).toEqual(["failed", "mailed"]);
  const [first] = outcomes;
  expect(first?.kind === "failed" && first.error.message).toBe(
    "Something failed that should not (TypeError). Please report it to the project.",
  );
  expect(journal).toContain(`revoke ${ANA}`);
});

test("what cannot be sealed is reported with the reason", async () => {
  const { ports } = fakePorts();
  const tooLong = deliveryOf({ title: "x".repeat(5_000) });
  const [outcome] = await deliver(tooLong, [ANA], ports, unending());
  expect(outcome).toMatchObject({ kind: "failed", error: { code: "too_large" } });
});

test("the passphrase and the class decide what the link asks for", async () => {
  const { ports, emails } = fakePorts();
  await deliver(deliveryOf({}, passphrase), [ANA], ports, unending());
  await deliver(
    deliveryOf({ class: { ...delivery.details.class, verification: "click" } }),
    [ANA],
    ports,
    unending(),
  );
  expect(emails.map((email) => linkIn(email).flags)).toEqual([3, 0]);
});

function more(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `r${index}@vendor.example`);
}
