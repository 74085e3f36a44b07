import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { githubCommands, guardStreams, logLine, maskedForms } from "@secret-handoff/action";
import { RunnerFilter, runAction } from "@secret-handoff/local";
import { RequestView } from "@secret-handoff/protocol/api";
import fc from "fast-check";
import * as v from "valibot";
import { atTier, SEED } from "../support/tier.ts";

/** Whatever the service, GitHub, AWS or a secret's name says, the runner takes no command from it. */

const SECRET = "S3cr3t-Value-In-The-Log";
/** What a runner reads as commands, with and without a line of its own. */
const ATTACKS = [
  "bob\n::stop-commands::pwn",
  "bob\r::stop-commands::pwn",
  "##[stop-commands]pwn",
  "::stop-commands::pwn",
  "\u00a0\u3000::stop-commands::pwn",
  "\u202e::stop-commands::pwn",
  "\u0085::set-output name=x::y",
  "bob\u2028::error::forged",
];

/** What a runner makes of what `say` writes. */
function runnerAfter(say: (commands: ReturnType<typeof githubCommands>) => void) {
  let written = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
  try {
    say(githubCommands());
  } finally {
    write.mockRestore();
  }
  const filter = new RunnerFilter();
  const lines = [...filter.push(written), ...filter.end()];
  return { lines, filter };
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe("text of others in the log", () => {
  test.each(["info", "warning", "error"] as const)(
    "is no workflow command in %s, and masks still hold after it",
    (kind) => {
      for (const attack of ATTACKS) {
        const { lines, filter } = runnerAfter((commands) => {
          commands[kind](attack);
          commands.mask(SECRET);
          commands.info(`then ${SECRET}`);
        });
        expect([attack, lines.length, lines[1], filter.outputs.size]).toEqual([attack, 2, "then ***", 0]);
      }
    },
  );

  test("of any characters is one line that the runner shows as it is", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "::",
        "##[",
        "]",
        "\n",
        "\r",
        "\u2028",
        "\u0085",
        " ",
        "stop-commands",
        "error",
        "%0A",
        "\u200b",
        "\u202e",
      ),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const line = logLine(pieces.join(""));
        const filter = new RunnerFilter();
        expect([...filter.push(`${line}\n`), ...filter.end()]).toEqual([line]);
        expect(filter.annotations).toEqual([]);
      }),
      { numRuns: atTier({ cit: 200, proof: 20_000 }), seed: SEED },
    );
  });

  test("hides a secret that looks like a command, as it is shown and as it is", () => {
    for (const secret of ["::stop-commands::S3cr3t", "##[error]S3cr3t-value", "tab\tS3cr3t-value"]) {
      const { lines } = runnerAfter(({ mask, info }) => {
        for (const form of maskedForms(secret)) mask(form);
        info(secret);
        info(`not found: ${secret}`);
      });
      expect(lines.join("\n")).not.toContain("S3cr3t");
    }
  });

  test("written by a library is no command either", () => {
    let written = "";
    const stream = new Writable({
      write: (chunk, _, done) => {
        written += chunk;
        done();
      },
    });
    const ours = guardStreams([stream]);
    for (const attack of ATTACKS) stream.write(`${attack}\n`);
    stream.write(Buffer.from("::error::bytes\n"));
    // The runner reads lines, however many writes make one.
    const split = ["::error::x", " ::error::x", "\u200b::error::x", "##[error]x", "a ##[error]x"];
    for (const command of split) {
      for (let at = 1; at < 7; at++) {
        stream.write(`\n${command.slice(0, at)}`);
        stream.write(Buffer.from(`${command.slice(at)}\n`));
      }
      for (const character of command) stream.write(character);
      stream.write("\n");
    }
    ours(() => stream.write("::notice::ours\n"));
    const filter = new RunnerFilter();
    filter.push(written);
    expect(filter.annotations).toEqual([{ level: "notice", message: "ours" }]);
    expect(filter.outputs.size).toBe(0);
  });
});

const ID = "req_AAAAAAAAAAAAAAAAAAAAAA";
const VIEW = {
  ...{
    id: ID,
    state: "pending",
    class: "internal-tool",
    secrets: ["a"],
    recipients: ["a•••@vendor.example"],
  },
  ...{ expiresIn: 3_600, reason: "why", requestedBy: "mona", requestedAt: 1, missing: ["manager"] },
  ...{ approvals: [{ role: "manager", by: "bob", known: "iam", time: 1 }], expiresAt: 1_999_999_999 },
};

test("a request that the service tells of in more than plain bounded names is not read", () => {
  expect(v.is(RequestView, VIEW)).toBe(true);
  const [approval] = VIEW.approvals;
  for (const attack of ATTACKS.filter((text) => /[\p{Cc}\p{Cf}\p{Zl}]/u.test(text))) {
    const views = [
      { ...VIEW, id: `${ID}${attack}` },
      { ...VIEW, missing: [attack] },
      { ...VIEW, class: attack },
      { ...VIEW, requestedBy: attack },
      { ...VIEW, recipients: [attack] },
      { ...VIEW, approvals: [{ ...approval, role: attack }] },
      { ...VIEW, approvals: [{ ...approval, by: attack }] },
    ];
    expect(views.filter((view) => v.is(RequestView, view))).toEqual([]);
  }
});

test("a hostile service's refusal carries no command into the job of the bundle", async () => {
  const detail = ATTACKS.join("\n");
  const server = createServer((_, response) => {
    response
      .writeHead(403, { "content-type": "application/problem+json" })
      .end(JSON.stringify({ type: "about:blank", title: "No", status: 403, code: "not_allowed", detail }));
  }).listen(0, "127.0.0.1");
  const issuer = createServer((_, response) => {
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ value: "e30.e30.e30-a-token" }));
  }).listen(0, "127.0.0.1");
  await Promise.all([server, issuer].map((one) => once(one, "listening")));
  const portOf = (one: typeof server) => (one.address() as AddressInfo).port;
  try {
    const result = await runAction({
      inputs: {
        ...{
          endpoint: `http://127.0.0.1:${portOf(server)}`,
          class: "internal-tool",
          recipients: "ana@vendor.example",
        },
        ...{ values: `TOKEN=${SECRET}`, "request-id": ID, "await-approval": "1m" },
      },
      env: {
        ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${portOf(issuer)}/?a=b`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
      },
    });
    expect(result.annotations.map(({ level }) => level)).toEqual(["error"]);
    expect(result.annotations[0]?.message).toContain("stop-commands");
    expect(result.shown.split("\n").filter((line) => /add-mask|^##\[(?!error)/.test(line))).toEqual([]);
    expect([result.exitCode, result.outputs]).toEqual([1, {}]);
  } finally {
    server.close();
    issuer.close();
  }
});
