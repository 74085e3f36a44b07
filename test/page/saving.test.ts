import { parseEnv } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { Item } from "@secret-handoff/protocol";
import { asText, envFile, fileName, fileNames, jsonFile } from "@secret-handoff/protocol/saving";
import fc from "fast-check";
import { atTier, report, SEED } from "../support/tier.ts";
import { NAUGHTY } from "./naughty.ts";
import { readAsDotenv, readWithShell } from "./readers.ts";

const item = (values: readonly string[], concealed = true): Item => ({
  label: "naughty",
  fields: values.map((value, index) => ({ name: `V${index}`, value, concealed })),
});

/** The variable that holds the value at an index. */
const nameOf = (index: number) => `NAUGHTY_V${index}`;

const anyText = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !text.includes("\0"));
const shellText = fc.string({ unit: fc.constantFrom(..."'\"$`\\#\n ={}!a"), maxLength: 12 });

describe(".env", () => {
  test("every naughty string comes out of sh as it went in", () => {
    const { text, leftOut } = envFile([item(NAUGHTY)]);
    const read = readWithShell(
      text,
      NAUGHTY.map((_, index) => nameOf(index)),
    );
    expect(NAUGHTY.map((_, index) => read[nameOf(index)])).toEqual(NAUGHTY);
    expect(leftOut).toEqual([]);
  });

  test.each([
    ["dotenv's rules", readAsDotenv],
    ["Node's own parser", (text: string) => parseEnv(text)],
  ])("by %s it reads the same, but for the values that the file marks", (_, read) => {
    const { text, shellOnly } = envFile([item(NAUGHTY)]);
    const values = read(text);
    const same = NAUGHTY.filter((value, index) => values[nameOf(index)] === value);
    const unmarked = NAUGHTY.filter((__, index) => !shellOnly.includes(nameOf(index)));
    expect(unmarked.filter((value) => !same.includes(value))).toEqual([]);
    report(`.env: ${NAUGHTY.length} naughty strings, ${shellOnly.length} of them marked as for sh only`);
  });

  test("any text at all comes out of sh as it went in", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, shellText), { minLength: 1, maxLength: 20 }), (values) => {
        const { text } = envFile([item(values)]);
        const read = readWithShell(
          text,
          values.map((_, index) => nameOf(index)),
        );
        expect(values.map((_, index) => read[nameOf(index)])).toEqual(values);
      }),
      { seed: SEED, numRuns: atTier({ cit: 40, proof: 2_000 }) },
    );
  });

  test("whatever is not marked is read alike by dotenv's rules and by Node", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, shellText), { minLength: 1, maxLength: 8 }), (values) => {
        const { text, shellOnly } = envFile([item(values)]);
        for (const read of [readAsDotenv(text), parseEnv(text)]) {
          for (const [index, value] of values.entries()) {
            if (!shellOnly.includes(nameOf(index))) expect(read[nameOf(index)]).toBe(value);
          }
        }
      }),
      { seed: SEED, numRuns: atTier({ cit: 500, proof: 50_000 }) },
    );
  });

  test("a value with a NUL is left out, and said so in the file", () => {
    const { text, leftOut } = envFile([item(["a\0b", "c"])]);
    expect(leftOut).toEqual(["NAUGHTY_V0"]);
    expect(text).toContain("# NAUGHTY_V0 is left out");
    expect(readWithShell(text, ["NAUGHTY_V0", "NAUGHTY_V1"])).toEqual({
      NAUGHTY_V0: "",
      NAUGHTY_V1: "c",
    });
  });

  const namesIn = (items: readonly Item[]) =>
    envFile(items)
      .text.trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
  const fieldsOf = (...names: readonly string[]) =>
    names.map((name) => ({ name, value: "1", concealed: true }));

  test.each([
    ["api-key", "API_KEY"],
    ["prod/orders/api", "PROD_ORDERS_API"],
    ["prod/orders (api.key)", "PROD_ORDERS_API_KEY"],
    ["2fa", "_2FA"],
    ["été", "ETE"],
    ["日本", "SECRET"],
    ["", "SECRET"],
    ["$(id)", "ID"],
  ])("a plain value labelled %j is %s", (label, name) => {
    expect(namesIn([{ label, fields: fieldsOf(label) }])).toEqual([name]);
  });

  test.each([
    [["api-key"], ["ONE_API_KEY"]],
    [
      ["2fa", "été", "日本", ""],
      ["ONE_2FA", "ONE_ETE", "ONE", "ONE_2"],
    ],
    [
      ["a b", "a_b", "a-b"],
      ["ONE_A_B", "ONE_A_B_2", "ONE_A_B_3"],
    ],
    [
      ["$(id)", "x;y", "a=b"],
      ["ONE_ID", "ONE_X_Y", "ONE_A_B"],
    ],
    [
      ["AWS_SESSION_TOKEN", "GITHUB_TOKEN", "GITHUB_TOKENS"],
      ["AWS_SESSION_TOKEN", "GITHUB_TOKEN", "ONE_GITHUB_TOKENS"],
    ],
  ])("the names %j of an item become %j", (names, expected) => {
    expect(namesIn([{ label: "one", fields: fieldsOf(...names) }])).toEqual(expected);
  });

  test.each([
    ...[
      "PATH",
      "BASH_ENV",
      "bash env",
      "PROMPT_COMMAND",
      "ENV",
      "IFS",
      "PS4",
      "HOME",
      "USER",
      "UID",
      "SHELLOPTS",
    ],
    ...[
      "LD_PRELOAD",
      "DYLD_INSERT_LIBRARIES",
      "NODE_OPTIONS",
      "PYTHONSTARTUP",
      "PERL5OPT",
      "RUBYOPT",
      "_JAVA_OPTIONS",
    ],
    ...[
      "JAVA_TOOL_OPTIONS",
      "CLASSPATH",
      "GIT_SSH_COMMAND",
      "git-config-count",
      "GIT_ASKPASS",
      "EDITOR",
      "PAGER",
    ],
    ...[
      "LESSOPEN",
      "KUBECONFIG",
      "AWS_ENDPOINT_URL",
      "AWS_CONFIG_FILE",
      "AWS_CA_BUNDLE",
      "GITHUB_ENV",
      "DOCKER_HOST",
    ],
    ...[
      "http_proxy",
      "HTTPS_PROXY",
      "ALL_PROXY",
      "SSL_CERT_FILE",
      "NODE_EXTRA_CA_CERTS",
      "CURL_CA_BUNDLE",
      "ｐａｔｈ",
    ],
    ..."TAR_OPTIONS RSYNC_RSH CVS_RSH GREP_OPTIONS XZ_OPT ZIPOPT VIMINIT EXINIT LESSKEY_CONTENT FZF_DEFAULT_COMMAND NULLCMD".split(
      " ",
    ),
    ..."RIPGREP_CONFIG_PATH BAT_CONFIG_PATH ANSIBLE_CONFIG R_PROFILE_USER YARN_RC_FILENAME MANOPT PGOPTIONS PSQLRC".split(
      " ",
    ),
    ..."CC RUSTC CARGO_BUILD_RUSTC CGO_CFLAGS RUSTFLAGS GOTOOLCHAIN UV_INDEX_URL DEBUGINFOD_URLS".split(" "),
    ..."OP_CONNECT_HOST VAULT_ADDR VAULT_AGENT_ADDR VAULT_SKIP_VERIFY CONSUL_HTTP_ADDR DELTA_PAGER ACME_TOOL_OPTS".split(
      " ",
    ),
  ])("a value that is called %j steers no shell and no program", (label) => {
    const [name = ""] = namesIn([{ label, fields: fieldsOf(label) }]);
    expect(name).toMatch(/^SECRET_[A-Z]/);
    // Nor does one that a label and a name make together.
    const at = label.search(/[_ -](?=[^_ -]+$)/);
    if (at > 0) {
      const [joined] = namesIn([{ label: label.slice(0, at), fields: fieldsOf(label.slice(at + 1)) }]);
      expect(joined).toBe(name);
    }
    // As a field it has the label before it, and is called so by no program; an end like _OPTIONS may be some program's all the same.
    expect(namesIn([{ label: "orders", fields: fieldsOf(label) }])[0]).toMatch(/^(?:SECRET_)?ORDERS_/);
  });

  test.each([
    ...[
      "GIT_TOKEN",
      "NPM_TOKEN",
      "NODE_AUTH_TOKEN",
      "SSH_PRIVATE_KEY",
      "DOCKER_PASSWORD",
      "JAVA_KEYSTORE_PASSWORD",
    ],
    ...[
      "AWS_ACCESS_KEY_ID",
      "AWS_REGION",
      "GITHUB_TOKEN",
      "GITHUB_CLIENT_SECRET",
      "DATABASE_URL",
      "PATHFINDER_KEY",
      ..."VAULT_TOKEN OP_CONNECT_TOKEN CARGO_REGISTRY_TOKEN UV_PUBLISH_TOKEN YARN_NPM_AUTH_TOKEN ANSIBLE_VAULT_PASSWORD".split(
        " ",
      ),
      ..."FIREBASE_CONFIG FEATURE_FLAGS DB_HOST CONSUL_HTTP_TOKEN MYSQL_PASSWORD ORDERS_PROFILE R_KEY".split(
        " ",
      ),
    ],
  ])("a value that is called %s is a secret like any other, and keeps its name", (label) => {
    expect(namesIn([{ label, fields: fieldsOf(label) }])).toEqual([label]);
  });

  test("a second item renames nothing of the first", () => {
    const orders: Item[] = [
      { label: "ORDERS_API", fields: fieldsOf("host", "user") },
      { label: "TOKEN", fields: fieldsOf("TOKEN") },
    ];
    const names = ["ORDERS_API_HOST", "ORDERS_API_USER", "TOKEN"];
    expect(namesIn(orders)).toEqual(names);
    expect(namesIn(orders.slice(0, 1))).toEqual(names.slice(0, 2));
    expect(namesIn(orders.slice(1))).toEqual(["TOKEN"]);
  });
});

describe("JSON", () => {
  test("every naughty string comes back, also as a name", () => {
    const fields = NAUGHTY.map((value) => ({ name: value, value, concealed: true }));
    const read = JSON.parse(jsonFile([{ label: "a", fields }]));
    expect(Object.keys(read.a).sort()).toEqual([...NAUGHTY].sort());
    for (const value of NAUGHTY) expect(Object.getOwnPropertyDescriptor(read.a, value)?.value).toBe(value);
  });

  test("a plain value stands under its label", () => {
    const plain = { label: "TOKEN", fields: [{ name: "TOKEN", value: "1", concealed: true }] };
    const parsed = { label: "db", fields: [{ name: "user", value: "2", concealed: true }] };
    expect(JSON.parse(jsonFile([plain, parsed]))).toEqual({ TOKEN: "1", db: { user: "2" } });
  });

  test("equal labels and names lose nothing", () => {
    const fields = [1, 2].map((value) => ({ name: "__proto__", value: String(value), concealed: true }));
    const text = jsonFile([
      { label: "x", fields },
      { label: "x", fields: [] },
    ]);
    expect(text).toBe(
      '{\n  "x": {\n    "__proto__": "1",\n    "__proto__ (2)": "2"\n  },\n  "x (2)": {}\n}\n',
    );
  });
});

describe("copy all", () => {
  const fields = [{ name: "a", value: "1", concealed: true }];
  test("one item goes without its label, several with", () => {
    expect(asText([{ label: "x", fields }])).toBe("a: 1");
    expect(
      asText([
        { label: "x", fields },
        { label: "file", fields: [] },
        { label: "y", fields },
      ]),
    ).toBe("x\na: 1\n\ny\na: 1");
    const plain = { label: "TOKEN", fields: [{ name: "TOKEN", value: "2", concealed: true }] };
    expect(asText([plain, { label: "x", fields }])).toBe("TOKEN: 2\n\nx\na: 1");
  });
});

test.each([
  ["client.p12", "client.p12"],
  ["../../.ssh/authorized_keys", "authorized_keys"],
  ["C:\\Windows\\evil.exe", "evil.exe"],
  [".bashrc", "bashrc"],
  ["-rf", "rf"],
  ["gpj.\u202eexe", "gpj._exe"],
  ["a\nb", "a_b"],
  ["...", "secret"],
  ["", "secret"],
  ["x".repeat(300), "x".repeat(80)],
  [`${"x".repeat(300)}.tar.p12`, `${"x".repeat(76)}.p12`],
  ["\u{1f511}".repeat(100), "\u{1f511}".repeat(80)],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["com1.pem", "_com1.pem"],
  ["console.pem", "console.pem"],
  ["com\u00b9", "_com\u00b9"],
  ["CONIN$", "_CONIN$"],
  ["nul .txt", "_nul .txt"],
  ["~root.key", "root.key"],
  ["key.pem. ", "key.pem"],
])("the file name %j is saved as %j", (name, expected) => {
  expect(fileName(name)).toBe(expected);
});

test("files of one folder have names that Windows and macOS tell apart", () => {
  expect(
    fileNames([
      "Token",
      "token",
      "../TOKEN",
      "token-2",
      "caf\u00e9",
      "cafe\u0301",
      "stra\u00dfe",
      "STRASSE",
      "other",
    ]),
  ).toEqual([
    "Token",
    "token-2",
    "TOKEN-3",
    "token-2-2",
    "caf\u00e9",
    "cafe\u0301-2",
    "stra\u00dfe",
    "STRASSE-2",
    "other",
  ]);
});
