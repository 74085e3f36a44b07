import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { INPUTS } from "@secret-handoff/action";
import { DEFAULT_CLASSES, parseDuration } from "@secret-handoff/protocol/api";
import { parseDocument } from "yaml";

const FOLDER = new URL("../../examples/request-workflow/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");
const form = parseDocument(read("issue-form.yml"));
const workflow = parseDocument(read("request.yml"));
const clients: Record<string, { class: string; classHours: number }> = JSON.parse(read("clients.json"));

type Answers = Partial<Record<"client" | "secret" | "recipients" | "lifetime" | "reason", string>>;

/** The body that GitHub makes of the form. */
function bodyOf(answers: Answers): string {
  const fields = form.toJS().body as { id?: keyof Answers; attributes: { label?: string } }[];
  return fields
    .flatMap(({ id, attributes }) =>
      id ? [`### ${attributes.label}\n\n${answers[id] || "_No response_"}`] : [],
    )
    .join("\n\n");
}

const GOOD = {
  client: "Vendor Example",
  secret: "prod/orders/database",
  recipients: "ana@vendor.example\nbo@vendor.example",
  lifetime: "1h30m",
  reason: "quarterly rotation",
};

function run(body: string) {
  const folder = mkdtempSync(join(tmpdir(), "request-"));
  const [output, summary] = ["output", "summary"].map((name) => join(folder, name));
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL("read-request.mjs", FOLDER))], {
    env: { PATH: process.env.PATH, ISSUE_BODY: body, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary },
  });
  const text = readFileSync(output ?? "", "utf8");
  const outputs: Record<string, string> = {};
  for (const [, name = "", , value = ""] of text.matchAll(/^([\w-]+)<<(end-\S+)\n([\s\S]*?)\n\2$/gm)) {
    outputs[name] = value;
  }
  return { status, outputs };
}

test("the script knows the form's labels", () => {
  const labels = [...bodyOf({}).matchAll(/^### (.+)$/gm)].map(([, label]) => label);
  expect(read("read-request.mjs")).toContain(`LABELS = ${JSON.stringify(labels).replaceAll(",", ", ")}`);
});

test("form and workflow are YAML without an error, and the form's clients are those of clients.json", () => {
  for (const document of [form, workflow]) expect([document.errors, document.warnings]).toEqual([[], []]);
  const [client] = (form.toJS().body as { id?: string; attributes: { options?: string[] } }[]).filter(
    ({ id }) => id === "client",
  );
  expect(client?.attributes.options).toEqual(Object.keys(clients));
  for (const { class: name, classHours } of Object.values(clients)) {
    expect(DEFAULT_CLASSES.find((each) => each.name === name)?.expiresWithin).toBe(classHours * 3_600);
  }
});

test("the workflow uses inputs that the action knows, and puts nothing of the issue into a shell", () => {
  type Step = { uses?: string; with?: object; run?: string };
  const jobs: Record<string, { steps: Step[] }> = workflow.toJS().jobs;
  const steps = Object.values(jobs).flatMap((job) => job.steps);
  const own = steps.filter(({ uses }) => uses?.startsWith("OWNER/secret-handoff@"));
  expect(own).toHaveLength(3);
  const unknown = own.flatMap(({ with: given = {} }) =>
    Object.keys(given).filter((name) => !Object.hasOwn(INPUTS, name)),
  );
  expect(unknown).toEqual([]);
  for (const { run: script = "" } of steps) expect(script).not.toContain("${{");
});

test("only the author of an issue starts a run of it, and each recipient has a passphrase of their own", () => {
  const jobs: Record<string, { if?: string; needs?: string | string[]; steps: { with?: object }[] }> =
    workflow.toJS().jobs;
  // The service compares approvers with the run's actor: it must be who asks.
  expect(jobs.ask?.if).toContain("&& github.event.sender.id == github.event.issue.user.id");
  const others = Object.entries(jobs).filter(([name]) => name !== "ask");
  for (const [, { needs }] of others) expect([needs].flat()).toContain("ask");
  expect(jobs.deliver?.steps).toContainEqual(
    expect.objectContaining({
      with: expect.objectContaining({
        passphrase: "generate",
        "passphrase-path": expect.stringMatching(/^\//),
      }),
    }),
  );
});

describe("an issue", () => {
  test("that is in order becomes outputs, with its risks", () => {
    const { status, outputs } = run(bodyOf(GOOD));
    expect(status).toBe(0);
    expect(outputs).toEqual({
      ...{ client: "Vendor Example", class: "database-access", secret: GOOD.secret },
      ...{ recipients: GOOD.recipients, "expires-in": "5400s", reason: GOOD.reason },
      report: expect.stringContaining("Nothing stands out."),
    });
    expect(parseDuration(outputs["expires-in"] ?? "")).toBe(5_400);
  });

  test.each(["Ticket 123456, e.g. for Q4", "Rotation 3.2: half a year is over.", "お客様の依頼。今日だけ"])(
    "with the reason %s is in order",
    (reason) => {
      expect(run(bodyOf({ ...GOOD, reason })).outputs.reason).toBe(reason);
    },
  );

  test.each<[string, Answers, string]>([
    ["with somebody from elsewhere", { recipients: "eve@elsewhere.example" }, "Outside: 1 of 1"],
    ["for long", { lifetime: "4h" }, "Long: more than half"],
    ["of a privileged secret", { client: "Our own team", lifetime: "20m" }, "Privileged:"],
  ])("%s says so", (_, more, risk) => {
    const { status, outputs } = run(bodyOf({ ...GOOD, ...more }));
    expect([status, outputs.report]).toEqual([0, expect.stringContaining(risk)]);
  });

  test.each<[string, Answers, string]>([
    ["for a client that nobody knows", { client: "constructor" }, "not in clients.json"],
    ["for another client's secret", { secret: "clients/acme-retail/db" }, "does not get this secret"],
    ["for what is no address", { recipients: "ana@vendor.example\n$(id)" }, "not an e-mail address"],
    ["for longer than the class allows", { lifetime: "5h" }, "at most 4h"],
    ["without a time", { lifetime: "soon" }, "not one like 4h"],
    ["without a reason", { reason: "" }, "The reason must be one line"],
    ["with a second answer in one", { reason: "why not\n\n### Secret\n\nprod/orders/other" }, "more or less"],
    ["with one recipient twice", { recipients: "ana@vendor.example\nAna@vendor.example" }, "twice"],
    ["with a link as its reason", { reason: "see https://evil.example/login" }, "without links"],
    ["with a domain as its reason", { reason: "log in at evil.example" }, "without links"],
    ...[
      ...[
        "call 030 1234567",
        "call +1 (555) 010-0199",
        "call +49",
        "call ０３０１２３４５６７",
        "call 030/12-34-56-7",
      ],
      ...[
        "open 10.0.0.1/x",
        "open １０．０．０．１",
        "see evil。com",
        "see evil｡com",
        "see evil．com",
        "see evil․com",
      ],
      ...["see bank.भारत", "see bank.рф today", "see tel:112", "see //evil"],
    ].map((reason): [string, Answers, string] => [`with ${reason}`, { reason }, "without links"]),
    ["with markup as its reason", { reason: "see [the ticket](x)" }, "without links"],
    ["with what nobody sees in its reason", { reason: "quarterly\u200b rotation" }, "without links"],
  ])("%s is refused", (_, more, problem) => {
    const { status, outputs } = run(bodyOf({ ...GOOD, ...more }));
    expect([status, Object.keys(outputs)]).toEqual([1, ["report"]]);
    expect(outputs.report).toContain(problem);
  });

  const hidden = bodyOf({
    ...GOOD,
    secret: "prod/orders/root-key",
    recipients: "albert.evil@vendor.example",
  });
  test.each<[string, string]>([
    ["in a comment before it", `<!--\n\n${hidden}\n\n### x\n-->\n\n${bodyOf(GOOD)}`],
    ["in a comment behind it", `${bodyOf(GOOD)}\n\n<!--\n\n${hidden}\n-->`],
    ["folded away", `<details>\n\n${hidden}\n\n</details>\n\n${bodyOf(GOOD)}`],
    ["twice", `${bodyOf(GOOD)}\n\n${hidden}`],
    [
      "under headings of another rank",
      bodyOf(GOOD).replace("### Reason", "## Secret\n\nprod/x\n\n### Reason"),
    ],
    ["in another order", bodyOf(GOOD).split("\n\n### ").reverse().join("\n\n### ")],
    ["as the name of a link", `${bodyOf(GOOD)}\n\n[x]: https://evil.example "hidden"`],
    ["before the form", `Approved by security.\n\n${bodyOf(GOOD)}`],
    ["not at all", ""],
  ])("whose answers stand %s is read in no part", (_, body) => {
    const { status, outputs } = run(body);
    expect([status, Object.keys(outputs)]).toEqual([1, ["report"]]);
    expect(outputs.report).toContain("more or less than the form's answers");
  });

  test("gets a comment that says all that will be carried out, for the issue may be edited by then", () => {
    const { outputs } = run(bodyOf(GOOD));
    for (const part of [
      "Vendor Example",
      GOOD.secret,
      "2: `ana@vendor.example`, `bo@vendor.example`",
      "5400s",
      GOOD.reason,
    ]) {
      expect(outputs.report).toContain(part);
    }
  });
});
