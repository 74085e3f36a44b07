import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { type AuditEvent, DEFAULT_CLASSES, type EventType } from "@secret-handoff/protocol/api";
import {
  CONTROLS,
  controlsMarkdown,
  evidenceReport,
  holdings,
  reviewReport,
  staleHoldings,
  summarise,
  toHtml,
  toMarkdown,
} from "@secret-handoff/sdk";

const ENDS: Readonly<Record<string, readonly EventType[]>> = {
  delivered: ["mailed", "claimed", "acknowledged"],
  unconfirmed: ["mailed", "claimed", "unconfirmed"],
  expired: ["mailed", "expired"],
  locked: ["mailed", "answer_wrong", "answer_wrong", "locked"],
  reported: ["mailed", "claimed", "acknowledged", "reported"],
  revoked: ["mailed", "revoked"],
  superseded: ["superseded"],
  open: ["mailed"],
};

/** 300 handoffs over all classes and endings, one an hour from the first of August. */
async function* threeHundred(): AsyncGenerator<AuditEvent> {
  const start = Date.parse("2026-08-01T06:00:00Z");
  const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString().replace(".000", "");
  for (let n = 0; n < 300; n += 1) {
    const { name, approvals } = DEFAULT_CLASSES[
      n % DEFAULT_CLASSES.length
    ] as (typeof DEFAULT_CLASSES)[number];
    const types: readonly EventType[] = ["created", ...(Object.values(ENDS)[n % 8] ?? [])];
    for (const [index, type] of types.entries()) {
      yield {
        v: 1,
        id: `handoff-${n}/${index + 1}`,
        type,
        time: at(n * 60 + index * 7),
        actor: { kind: "iam", principal: `arn:aws:iam::111122223333:user/sender-${n % 3}` },
        handoff: `handoff-${n}`,
        owner: "iam",
        class: name,
        secret: `prod/secret-${n % 40}`,
        recipient: `r-${n % 25}`,
        checks: ["email"],
        approvals: approvals.map((role) => ({ role, by: "kim", known: "iam", time: at(n * 60 - 5) })),
        outcome: "done",
        sequence: index + 1,
      };
    }
    if (n % 30 === 0) {
      const actor = { kind: "unverified" } as const;
      const more = { outcome: n % 60 === 0 ? "policy" : "not_allowed", count: 2 };
      yield { v: 1, id: `refused-${n}`, type: "refused", time: at(n * 60 + 30), actor, ...more };
    }
  }
}

const PERIOD = { since: "2026-08-01", until: "2026-08-31" };

describe("the evidence report", () => {
  test("tells two handoffs that were made of one link apart", async () => {
    async function* events(): AsyncGenerator<AuditEvent> {
      const told: readonly [type: EventType, day: number, secret: string, recipient: string][] = [
        ["created", 1, "decoy", "r-1"],
        ["expired", 2, "decoy", "r-1"],
        ["created", 20, "prod/orders", "r-2"],
        ["claimed", 21, "prod/orders", "r-2"],
      ];
      for (const [index, [type, day, secret, recipient]] of told.entries()) {
        const time = `2026-08-${String(day).padStart(2, "0")}T06:00:00Z`;
        const actor = { kind: "iam", principal: "arn:aws:iam::111122223333:user/mallory" } as const;
        const about = { handoff: "again", class: "internal-tool", secret, recipient, outcome: "done" };
        yield { v: 1, id: `again/${index + 1}`, type, time, actor, ...about, sequence: index + 1 };
      }
    }
    const { handoffs } = await summarise(events(), PERIOD);
    expect(handoffs).toMatchObject([
      { secret: "decoy", recipient: "r-1", ending: "expired", claimed: undefined },
      { secret: "prod/orders", recipient: "r-2", ending: "claimed" },
    ]);
  });

  test("has the figures of the period", async () => {
    const summary = await summarise(threeHundred(), PERIOD);
    const text = toMarkdown(evidenceReport(summary, { classes: DEFAULT_CLASSES }));
    expect(summary.handoffs).toHaveLength(300);
    expect(text).toMatch(/\| total \| 38 \| 38 \| 37 \| 38 \| 37 \| 37 \| 38 \| 37 \| 300 \|/);
    expect(text).toContain("113 of 300 were opened, all within 14 minutes.");
    const [first, ...others] = summary.handoffs;
    if (!first) throw new Error("there is no handoff");
    const slow = { ...summary, handoffs: [{ ...first, claimed: "2026-08-02T06:00:00Z" }, ...others] };
    expect(toMarkdown(evidenceReport(slow))).toContain(
      "113 of 300 were opened: half within 14 minutes, nine in ten within 14 minutes, all within 1440 minutes.",
    );
    expect(text).toMatch(/\| not\\_allowed \| 10 \|\n\| policy \| 10 \|/);
    expect(text).toContain("180 of 300 handoffs carry approvals");
    expect(text).toContain("The seals of the trail were not checked for this report.");
    for (const { framework, reference, doesNotShow } of CONTROLS) {
      expect(text).toContain(`${framework} ${reference}`);
      expect(text.replaceAll("\\", "")).toContain(doesNotShow.replaceAll("`", ""));
    }
  });

  test("says who may do what, where an auditor's service tells the lists in force", async () => {
    const summary = await summarise(threeHundred(), PERIOD);
    const lists = {
      senders: [
        {
          repositoryId: "42",
          environment: "production",
          events: ["push"],
          may: ["send"],
          classes: ["api-key"],
        },
      ],
      operators: [{ principal: "arn:aws:iam::111122223333:user/kim", may: ["approve"], roles: ["security"] }],
    };
    const text = toMarkdown(evidenceReport(summary, { lists })).replaceAll("\\", "");
    expect(text).toContain(
      "| repository number 42; environment production; events push | send | api-key |  |",
    );
    expect(text).toContain("| principal arn:aws:iam::111122223333:user/kim | approve | all | security |");
    expect(toMarkdown(evidenceReport(summary))).toContain("are in the deployment's configuration");
  });

  test("counts nothing of before or after", async () => {
    const summary = await summarise(threeHundred(), { since: "2026-08-03", until: "2026-08-04" });
    expect(summary.handoffs).toHaveLength(48);
    expect(summary.earlier).toHaveLength(42);
  });

  test("is a page of its own, in which nothing of an event is markup", async () => {
    async function* hostile(): AsyncGenerator<AuditEvent> {
      const name = '<img src=x onerror="alert(1)">|[x](https://evil.example) @everyone';
      yield {
        v: 1,
        id: "a/1",
        type: "created",
        time: "2026-08-01T00:00:00Z",
        actor: { kind: "iam", principal: name },
        handoff: "a",
        class: name,
        secret: name,
        outcome: "done",
      };
    }
    const report = reviewReport(await summarise(hostile(), PERIOD), {
      today: "2026-08-31",
      nameOf: (id) => id,
    });
    const html = toHtml(report);
    expect(html).not.toContain("<img");
    expect(html).not.toMatch(/<script|<a |<iframe/);
    const markdown = toMarkdown(report);
    expect(markdown).not.toMatch(/(?<!\\)\[x\]|(?<!\\)<img|@everyone/);
  });

  test("makes no link of an address that stands in a name", () => {
    const text =
      "https://evil.example/login?x or www.evil.example or _www.evil.example or (*WWW.evil.example or eve@evil.example";
    const markdown = toMarkdown({
      title: text,
      blocks: [{ heading: text }, { text }, { head: [text], rows: [[text]] }],
    });
    expect(markdown).not.toMatch(/:\/\/|www\.|@/i);
  });

  test("calls nobody and refers to nothing when it becomes a comment or an issue", () => {
    const text = "@octocat and @acme/team, #12 and GH-12 and acme/orders#12";
    const markdown = toMarkdown({ title: text, blocks: [{ text }, { head: [text], rows: [[text]] }] });
    // GitHub looks for them in the rendered text, whose entities and backslashes are gone.
    const rendered = markdown.replaceAll("&#64;", "@").replaceAll("\\", "");
    expect(rendered).not.toMatch(/@\w|#\d|GH-\d/);
    expect(rendered.replaceAll("<!-- -->", "")).toContain(text);
  });

  test("says of each control what docs/compliance.md says", () => {
    const file = new URL("../../docs/compliance.md", import.meta.url);
    const place = /(<!-- controls -->\n)[\s\S]*?(\n<!-- \/controls -->)/;
    const found = existsSync(file) ? readFileSync(file, "utf8") : "";
    expect(found).toMatch(place);
    const wanted = found.replace(place, (_, before, after) => `${before}${controlsMarkdown()}${after}`);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(file, wanted);
    expect(readFileSync(file, "utf8")).toBe(wanted);
  });

  test("covers every requirement that it is for", () => {
    expect(CONTROLS.map(({ framework, reference }) => `${framework} ${reference}`)).toEqual([
      ...["CC6.1", "CC6.7", "CC7.2"].map((reference) => `SOC 2 ${reference}`),
      ...["306(a)(4)", "312(a)(2)(iv)", "312(c)(1)", "312(e)(1)"].map(
        (reference) => `HIPAA 164.${reference}`,
      ),
      ...["3", "4", "7", "10"].map((reference) => `PCI DSS ${reference}`),
      ...["5(1)(f)", "17", "25", "32"].map((reference) => `GDPR Art. ${reference}`),
    ]);
  });
});

describe("the monthly review", () => {
  test("says of each secret of a set who holds it, and since its newest handoff", async () => {
    const actor = { kind: "iam", principal: "arn:aws:iam::111122223333:user/kim" } as const;
    const handed = (
      handoff: string,
      day: string,
      what: Pick<AuditEvent, "secret" | "members">,
    ): AuditEvent[] =>
      (["created", "claimed"] as const).map((type, index) => ({
        ...{ v: 1, id: `${handoff}/${index + 1}`, type, time: `${day}T0${index}:00:00Z`, actor, handoff },
        ...{ class: "api-key", recipient: "r-1", outcome: "done", ...what },
      }));
    async function* events() {
      yield* handed("a", "2026-08-01", { secret: "bundle:x", members: ["arn:api", "arn:db"] });
      yield* handed("b", "2026-08-20", { secret: "arn:db" });
    }
    const summary = await summarise(events(), PERIOD);
    expect(holdings(summary).map(({ secret, since }) => [secret, since.slice(0, 10)])).toEqual([
      ["arn:api", "2026-08-01"],
      ["arn:db", "2026-08-20"],
    ]);
    // The version of the set says nothing of the secret alone: that is not known to be newer.
    expect(staleHoldings(summary, "2026-11-10").map(({ secret }) => secret)).toEqual(["arn:api", "arn:db"]);
    expect(toMarkdown(reviewReport(summary, { today: "2026-11-10" }))).not.toContain("bundle");
  });

  /** A handoff of version v1 of arn:S by acme/orders to ana, opened on the first of June. */
  type Handed = {
    day: string;
    versionId?: string;
    owner?: string;
    ends?: readonly EventType[];
    set?: boolean;
  };
  const story = (
    { day, versionId = "v1", owner = "42", ends = ["claimed"], set }: Handed,
    recipient: string,
  ) =>
    (["created", ...ends] as const).map(
      (type, index): AuditEvent => ({
        ...{
          v: 1,
          id: `${day}/${index + 1}`,
          type,
          time: `2026-${day}T0${index}:00:00Z`,
          handoff: day,
          owner,
        },
        ...{
          actor: { kind: "iam", principal: owner },
          class: "api-key",
          recipient,
          outcome: "done",
          versionId,
        },
        ...(set ? { secret: "bundle:x", members: ["arn:S", "arn:T"] } : { secret: "arn:S" }),
      }),
    );
  const V1: Handed = { day: "06-01" };
  test.each<[string, boolean, readonly Handed[]]>([
    ["nothing else", true, []],
    ["another version", false, [{ day: "10-28", versionId: "v2" }]],
    ["another version that is still open", false, [{ day: "10-28", versionId: "v2", ends: [] }]],
    ["the same version, to somebody else", true, [{ day: "10-28" }]],
    ["another version that expired unread", true, [{ day: "10-28", versionId: "v2", ends: ["expired"] }]],
    ["another version that was revoked", true, [{ day: "10-28", versionId: "v2", ends: ["revoked"] }]],
    ["another version of another owner", true, [{ day: "10-28", versionId: "zz", owner: "666" }]],
    ["a set that holds it, for the first time", true, [{ day: "10-28", versionId: "s1", set: true }]],
    [
      "a set that holds it, and then another version of that set",
      false,
      [
        { day: "10-27", versionId: "s1", set: true },
        { day: "10-28", versionId: "s2", set: true },
      ],
    ],
    [
      "another version long ago, and the first again",
      true,
      [{ day: "07-01", versionId: "v2" }, { day: "10-28" }],
    ],
  ])("after %s, that ana holds the secret since June is stale: %s", async (_, isStale, others) => {
    async function* events() {
      yield* story(V1, "ana");
      for (const other of others) yield* story(other, "ben");
    }
    const summary = await summarise(events(), { since: "2026-10-27", until: "2026-11-27" });
    const stale = staleHoldings(summary, "2026-11-27").filter(({ recipient }) => recipient === "ana");
    expect(stale.map(({ secret, since }) => [secret, since])).toEqual(
      isStale ? [["arn:S", "2026-06-01T01:00:00Z"]] : [],
    );
  });

  test("a report of what had expired leaves it expired", async () => {
    async function* events() {
      yield* story({ day: "08-02", ends: ["expired"] }, "ana");
      const [, late] = story({ day: "08-02", ends: ["reported"] }, "ana");
      if (late) yield { ...late, id: "08-02/3", outcome: "already_ended" };
    }
    const { handoffs } = await summarise(events(), PERIOD);
    expect(handoffs.map(({ ending }) => ending)).toEqual(["expired"]);
  });

  test("lists who holds what since when, what is open, and what was not rotated for 90 days", async () => {
    const summary = await summarise(threeHundred(), { since: "2026-08-10", until: "2026-08-31" });
    const held = holdings(summary);
    expect(held.length).toBeGreaterThan(20);
    expect(new Set(held.map(({ secret, recipient }) => `${secret} ${recipient}`)).size).toBe(held.length);
    expect(staleHoldings(summary, "2026-08-31")).toEqual([]);
    expect(staleHoldings(summary, "2026-12-31")).toEqual(held);
    const report = reviewReport(summary, { today: "2026-12-31", nameOf: (id) => `${id}@vendor.example` });
    const text = toMarkdown(report, "chart.svg");
    expect(text).toContain("![Handoffs by class and ending](chart.svg)");
    expect(text).toContain(`## Not rotated for 90 days (${held.length})`);
    expect(text).toContain("r-0&#64;<!-- -->vendor.example");
    expect(text).toMatch(/## Still open \(37\)/);
  });
});
