import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { expect } from "@jest/globals";
import { asText } from "@secret-handoff/protocol/saving";
import type { Visitor } from "../support/browser.ts";
import type { InBrowser } from "./browser-tests.ts";
import { importBitwarden, importCsv, readKdbx } from "./importers.ts";
import { readAsDotenv, readWithShell } from "./readers.ts";

const VALUES = ["$HOME", 'it\'s "so" `now` $1\\', "line\nline", "=1+1", "ünï ☃ 𝄞", " ' ", "#no;comment", ""];
const BYTES = Uint8Array.from({ length: 3_000 }, (_, index) => (index * 7) % 256);

const ITEMS = [
  {
    label: "naughty",
    fields: VALUES.map((value, index) => ({ name: `V${index}`, value, concealed: true })),
    files: [{ name: "../../key\u202egnp.pem", mediaType: "text/html", data: BYTES }],
  },
];

/** Presses a button and gives what lands in the downloads. */
async function download({ page }: Visitor, button: string): Promise<{ name: string; bytes: Buffer }> {
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: false }).click(),
  ]);
  return { name: saved.suggestedFilename(), bytes: await readFile(await saved.path()) };
}

/** As the page does by itself after five minutes, and when it is left. */
async function hideAndShow({ page, press, sees }: Visitor): Promise<void> {
  await page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await press("Show it again");
  await sees("Your secret");
}

export function savedFilesTests(inBrowser: InBrowser): void {
  inBrowser("every format is saved, and read back it holds the same values", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link({ items: ITEMS }));
    await ana.press("Reveal");
    await ana.sees("Your secret");
    const byName = Object.fromEntries(VALUES.map((value, index) => [`V${index}`, value]));

    const env = await download(ana, ".env");
    expect(env.name).toBe("secret.env");
    const variables = Object.fromEntries(VALUES.map((value, index) => [`NAUGHTY_V${index}`, value]));
    expect(readWithShell(env.bytes.toString(), Object.keys(variables))).toEqual(variables);
    const { NAUGHTY_V1: shellOnly, ...readByAll } = variables;
    expect(shellOnly).toBe(VALUES[1]);
    expect(readAsDotenv(env.bytes.toString())).toMatchObject(readByAll);
    expect(parseEnv(env.bytes.toString())).toMatchObject(readByAll);
    await ana.page.getByText("Quoted for a shell; other programs may misread: NAUGHTY_V1.").waitFor();

    const json = await download(ana, "JSON");
    expect(json.name).toBe("secret.json");
    expect(JSON.parse(json.bytes.toString())).toEqual({ naughty: byName });

    const text = await download(ana, "Text");
    expect([text.name, text.bytes.toString()]).toEqual(["secret.txt", `${asText(ITEMS)}\n`]);

    for (const [button, name, read] of [
      ["1Password", "secret-1password.csv", (saved: string) => importCsv("1password", saved)],
      ["Apple Passwords", "secret-apple.csv", (saved: string) => importCsv("apple", saved)],
      ["KeePassXC (CSV)", "secret-keepassxc.csv", (saved: string) => importCsv("keepassxc", saved)],
    ] as const) {
      const csv = await download(ana, button);
      expect(csv.name).toBe(name);
      expect(read(csv.bytes.toString()).map(({ password }) => password)).toEqual(VALUES);
    }
    await ana.page.getByText("Not in the file: key_gnp.pem. Copy or download these one by one.").waitFor();
    const bitwarden = await download(ana, "Bitwarden");
    expect(bitwarden.name).toBe("secret-bitwarden.json");
    const [imported] = importBitwarden(bitwarden.bytes.toString());
    expect([imported?.password, ...Object.values(imported?.fields ?? {})].sort()).toEqual([...VALUES].sort());
  });

  inBrowser(
    "a KeePass file is made in the browser under a password that stays with the secret, and is all there is to take",
    async (given) => {
      const { stack, visitor } = given;
      const ana = await visitor();
      const link = await stack.link({ items: ITEMS });
      await ana.goTo(link);
      await ana.press("Reveal");
      await ana.sees("Your secret");
      await ana.press("KeePass (.kdbx)");
      const box = ana.page.getByRole("textbox", { name: "Password of the file" });
      expect(await box.inputValue()).toMatch(/^(?:\w{5}-){3}\w{5}$/);
      await box.fill("too short");
      await ana.press("Save the file");
      await ana.page.getByText("The password needs at least 12 characters.").waitFor();
      await box.fill("a long passwörd");
      const kdbx = await download(ana, "Save the file");
      expect(kdbx.name).toBe("secret.kdbx");
      const [entry] = readKdbx(kdbx.bytes, "a long passwörd");
      const { Title: _, ...strings } = entry?.strings ?? {};
      expect(Object.values(strings).sort()).toEqual([...VALUES].sort());
      expect(Object.values(entry?.files ?? {}).map((data) => new Uint8Array(data))).toEqual([BYTES]);
      await ana.page.getByText("The sender can see that you received it").waitFor();
      await hideAndShow(ana);
      await ana.press("KeePass (.kdbx)");
      expect(await box.inputValue()).toBe("a long passwörd");
    },
  );

  inBrowser(
    "a secret that is hidden and shown again keeps its file's password, and what was taken",
    async (given) => {
      const { stack, visitor } = given;
      const ana = await visitor();
      const fields = ["one", "two"].map((name) => ({ name, value: name, concealed: true }));
      await ana.goTo(await stack.link({ items: [{ label: "both", fields }] }));
      await ana.press("Reveal");
      await ana.sees("Your secret");
      const box = ana.page.getByRole("textbox", { name: "Password of the file", includeHidden: true });
      const made = await box.inputValue();
      await ana.press("Copy: both, one");
      await ana.page.getByRole("button", { name: "Copied: both, one" }).waitFor();
      await hideAndShow(ana);
      expect(await box.inputValue()).toBe(made);
      await ana.press("Copy: both, two");
      await ana.page.getByText("The sender can see that you received it").waitFor();
    },
  );

  inBrowser("without the formats for password managers all else is there", async (given) => {
    const { stack, visitor, expectErrors } = given;
    expectErrors(/^Failed to load resource: net::ERR_/);
    const ana = await visitor({ locale: "de-DE" });
    const modules: string[] = [];
    await ana.page.route("**/h/module/*", (route) => {
      const { pathname } = new URL(route.request().url());
      modules.push(pathname);
      return pathname.endsWith("/managers") ? route.abort("connectionreset") : route.continue();
    });
    await ana.goTo(await stack.link({ items: ITEMS }));
    expect(modules).toEqual([]);
    await ana.press("Anzeigen");
    await ana.sees("Ihre Zugangsdaten");
    await ana.page.getByText("Die Formate für Passwortmanager konnten nicht geladen werden").waitFor();
    const saved = await download(ana, "JSON");
    expect(JSON.parse(saved.bytes.toString()).naughty.V1).toBe(VALUES[1]);
    await ana.page.unroute("**/h/module/*");
    await ana.press("Noch einmal versuchen");
    await ana.page.getByText("Für einen Passwortmanager speichern").waitFor();
  });

  inBrowser(
    "a file comes as the bytes that were sent, under a name that harms nothing",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.goTo(await stack.link({ items: ITEMS }));
      await ana.press("Reveal");
      const file = await download(ana, "Download");
      expect(file.bytes.equals(BYTES)).toBe(true);
      expect(file.name).toBe("key_gnp.pem");
    },
  );
}
