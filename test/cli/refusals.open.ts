import { describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { parseLink, type Sealed } from "@secret-handoff/protocol";
import { inFull } from "@secret-handoff/protocol/recipient";
import * as say from "@secret-handoff/protocol/recipient/wording";
import { startEndlessServer } from "../support/endless-server.ts";
import { EMAIL, FIELDS, type OpenTest, PASSPHRASE, VALUE } from "./open-tests.ts";

/** What `open` refuses, and what it says then. */
export function refusalTests(given: OpenTest): void {
  const { stateOf, handOver, open } = given;

  describe("what the page refuses is refused, in the same words", () => {
    const end: Readonly<Record<string, (sealed: Sealed) => Promise<unknown>>> = {
      revoked: ({ id }) => given.sender.call("DELETE", `/v1/sender/handoffs/${id}`),
      reported: ({ link }) => new Recipient(link).report(),
      claimed: ({ link }) => new Recipient(link).claim({ email: EMAIL }),
      delivered: async ({ link }) => {
        const recipient = new Recipient(link);
        const answers = { email: EMAIL };
        const { receipt } = await recipient.open(await recipient.claim(answers), answers);
        await recipient.acknowledge(receipt);
      },
      unconfirmed: async ({ link }) => {
        await new Recipient(link).claim({ email: EMAIL });
        given.service.clock.now += 121;
      },
      locked: async ({ link }) => {
        for (let guess = 0; guess < 5; guess += 1)
          await new Recipient(link).claim({ email: `a${guess}@vendor.example` });
      },
      expired: async () => {
        given.service.clock.now += 3_601;
      },
    };

    test.each(Object.entries(end))("%s", async (state, endIt) => {
      const sealed = await handOver();
      await endIt(sealed);
      const { changedAt, header } = (await new Recipient(sealed.link).status()).body;
      const { code, stdout, stderr } = await open(sealed.link, ["--email", EMAIL]);
      expect({ code, stdout }).toEqual({ code: 4, stdout: "" });
      const sentences = say.ending(
        { kind: "ended", state: state as "revoked", changedAt },
        inFull(changedAt, "UTC"),
        header === "" ? "the sender" : "octo/orders",
      );
      for (const sentence of sentences) expect(stderr).toContain(sentence);
    });

    test("a link that nothing is behind", async () => {
      const sealed = await given.sender.seal({ email: EMAIL });
      const { code, stderr } = await open(sealed.link, ["--email", EMAIL]);
      expect({ code, says: stderr.includes("There is nothing at this link") }).toEqual({
        code: 4,
        says: true,
      });
    });

    test.each<[string, (link: string) => string, string]>([
      ["cut", (link) => link.slice(0, -3), say.whyDamaged.damaged],
      [
        "with the id of another",
        (link) => link.replace(/\/h\/./, (found) => (found.endsWith("A") ? "/h/B" : "/h/A")),
        say.whyDamaged.damaged,
      ],
      ["without a key", (link) => link.slice(0, link.indexOf("#")), say.whyDamaged.damaged],
      ["no link at all", () => "hello", say.whyDamaged.no_key],
      [
        "over plain HTTP to another host",
        (link) => link.replace(given.service.url, "http://handoff.example.com"),
        say.whyDamaged.damaged,
      ],
    ])("a link that is %s", async (_, damage, sentence) => {
      const sealed = await handOver();
      const { code, stderr } = await open(damage(sealed.link), ["--email", EMAIL]);
      expect(code).toBe(4);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toContain(sealed.link.slice(-20));
      expect(await stateOf(sealed)).toBe("open");
    });

    test("a link of another service than the one that was named", async () => {
      const sealed = await handOver();
      const { code, stderr } = await open(sealed.link, [
        "--endpoint",
        "https://handoff.example.com",
        "--email",
        EMAIL,
      ]);
      expect({ code, said: stderr.includes(say.whyDamaged.elsewhere) }).toEqual({ code: 4, said: true });
    });

    test("a pipe that ends before an answer is told which one is needed", async () => {
      const sealed = await handOver({ passphrase: PASSPHRASE });
      for (const [lines, sentence] of [
        [
          [],
          "The address that the link was sent to is needed, and there is no terminal to ask at. Give --email",
        ],
        [
          [EMAIL],
          "The passphrase is needed, and there is no terminal to ask at. Give --passphrase-file, or pipe it",
        ],
      ] as const) {
        const { code, stderr } = await open(sealed.link, [], lines);
        expect({ code, told: stderr.includes(sentence), stderr }).toEqual({ code: 2, told: true, stderr });
      }
    });

    test("answers that are certainly wrong spend no try, and others are counted", async () => {
      const sealed = await handOver({ passphrase: PASSPHRASE });
      // The first two answer together; after that only what was wrong is asked for, and after a counted try both.
      const lines = [
        "bob@other.example",
        "short",
        "no address",
        EMAIL,
        "wrong horse battery staple",
        EMAIL,
        PASSPHRASE,
      ];
      const { code, stdout, stderr } = await open(sealed.link, ["-f", "raw"], lines);
      expect({ code, stdout }).toEqual({ code: 0, stdout: VALUE });
      const hint = "a•••@vendor.example";
      for (const sentence of [
        say.fieldError({ field: "email", why: "not_the_hint" }, hint),
        say.fieldError({ field: "email", why: "malformed" }, hint),
        say.fieldError({ field: "passphrase", why: "weak" }, hint),
        say.fieldError({ field: "answers", attemptsLeft: 4 }, hint),
      ]) {
        expect(stderr).toContain(sentence);
      }
    });

    const STEERING = "\u001b]52;c;ZXZpbA==\u0007\u009b2J\u202e\u200b\u{e0041}";
    const steers = (text: string) =>
      [...STEERING].filter((one) => /[\p{Cc}\p{Cf}]/u.test(one) && text.includes(one));

    test.each([
      ["", ["--email", EMAIL]],
      [" on a screen", ["--email", EMAIL]],
      [" on a narrow screen", ["--email", EMAIL]],
      [" of whom it is reported", ["--report"]],
    ])(
      "a sender's words%s cannot steer the terminal, nor pass for lines of the program's own",
      async (where, args) => {
        const words = {
          title: "Service: https://bank.example",
          sender: `${STEERING}\rService: x`,
        };
        const header = {
          ...words,
          message: `Service: x Service: y Service: z Service: 1\nService: https://bank.example\u2028Expires: never${STEERING}`,
          context: {
            Service: "https://bank.example",
            [`${STEERING}\nService`]: `a\n\u0085Service: y${STEERING}`,
          },
        };
        const sealed = await handOver({ header, items: FIELDS });
        const { stderr } = await open(sealed.link, args, [], {
          ...(where.endsWith("screen") ? { columns: where.includes("narrow") ? 36 : 400 } : {}),
          env: { TERM: "dumb" },
        });
        expect(stderr).toContain("\\u001b]52;c;ZXZpbA==\\u0007");
        expect(steers(stderr)).toEqual([]);
        expect(stderr.match(/^\s*Service: .*$/gm)).toEqual([`Service: ${given.service.url}`]);
        expect(stderr.indexOf("Service: ")).toBe(stderr.indexOf(`Service: ${given.service.url}`));
        expect(stderr.match(/^Expires: /gm)).toHaveLength(1);
      },
    );

    test.each(["text", "env", "json", "raw"])(
      "a value as %s steers no screen, and is what it is in a pipe",
      async (format) => {
        const fields = [{ name: "password", value: STEERING, concealed: true }];
        const args = ["--format", format, "--email", EMAIL];
        for (const columns of [undefined, 80]) {
          const sealed = await handOver({ items: [{ label: "Orders", fields }] });
          const env = { TERM: "dumb" };
          const { code, stdout } = await open(sealed.link, args, [], columns ? { columns, env } : { env });
          expect(code).toBe(0);
          if (columns) expect(steers(stdout)).toEqual([]);
          else if (format === "raw") expect(stdout).toBe(STEERING);
          if (format === "json") expect(JSON.parse(stdout)).toEqual({ Orders: { password: STEERING } });
        }
      },
    );
  });

  test("a link is never an argument, and is not repeated where it was one", async () => {
    const sealed = await handOver();
    const { origin, id } = parseLink(sealed.link);
    const key = sealed.link.slice(sealed.link.indexOf("#") + 1);
    const forms = [
      sealed.link,
      key,
      `#${key}`,
      encodeURIComponent(sealed.link),
      `${origin}/h/${id}`,
      `--endpoint=${sealed.link}`,
    ];
    for (const form of forms) {
      const { code, stdout, stderr } = await given.cli.run(["open", form]);
      expect({ form, code, stdout }).toEqual({ form, code: 2, stdout: "" });
      expect(stderr).toContain("A link must not be an argument");
      expect(stderr).toContain("This one is in your shell's history now");
      expect(stderr).not.toContain(key);
    }
    expect(await stateOf(sealed)).toBe("open");
  });

  test("who got a link that was not meant for them reports it", async () => {
    const sealed = await handOver();
    const wrong = await open(sealed.link, ["--report"], ["yes"]);
    expect(wrong.code).toBe(1);
    expect(await stateOf(sealed)).toBe("open");
    const { code, stderr } = await open(sealed.link, ["--report"], ["report"]);
    expect({ code, reported: stderr.includes("Reported") }).toEqual({ code: 0, reported: true });
    expect(await stateOf(sealed)).toBe("reported");
  });

  test("a service that cannot be reached is shown in the words of the page", async () => {
    const sealed = await handOver();
    const { code, stderr } = await open(sealed.link.replace(/:\d+\//, ":9/"), ["--email", EMAIL]);
    expect(code).toBe(5);
    for (const sentence of say.unreachable) expect(stderr).toContain(sentence);
  });

  test("an answer without an end is not read to its end", async () => {
    const endless = await startEndlessServer("application/json");
    const { link } = await handOver();
    const { code } = await open(link.replace(/^http:\/\/[^/]+/, endless.url), ["--email", EMAIL]);
    await endless.close();
    expect(code).toBe(5);
    expect(endless.sent()).toBeLessThan(20_000_000);
  });
}
