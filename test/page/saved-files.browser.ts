import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { expect } from "@jest/globals";
import type { Visitor } from "../support/browser.ts";
import type { InBrowser } from "./browser-tests.ts";
import { readAsDotenv, readCsvRecords, readWithShell } from "./readers.ts";

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

export function savedFilesTests(inBrowser: InBrowser): void {
  inBrowser("every format is saved, and read back it holds the same values", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link({ items: ITEMS }));
    await ana.press("Reveal");
    await ana.sees("Your secret");
    const byName = Object.fromEntries(VALUES.map((value, index) => [`V${index}`, value]));

    const env = await download(ana, ".env");
    expect(env.name).toBe("secret.env");
    expect(readWithShell(env.bytes.toString(), Object.keys(byName))).toEqual(byName);
    const { V1: shellOnly, ...readByAll } = byName;
    expect(shellOnly).toBe(VALUES[1]);
    expect(readAsDotenv(env.bytes.toString())).toMatchObject(readByAll);
    expect(parseEnv(env.bytes.toString())).toMatchObject(readByAll);
    await ana.page.getByText("Quoted for a shell; other programs may misread: V1.").waitFor();

    const json = await download(ana, "JSON");
    expect(json.name).toBe("secret.json");
    expect(JSON.parse(json.bytes.toString())).toEqual({ naughty: byName });

    for (const [button, name, column, notes] of [
      ["CSV for 1Password", "secret-1password.csv", "Password", "Notes"],
      ["CSV for Bitwarden", "secret-bitwarden.csv", "login_password", "notes"],
    ] as const) {
      const csv = await download(ana, button);
      expect(csv.name).toBe(name);
      const rows = readCsvRecords(csv.bytes.toString());
      expect(rows.map((row) => row[column] || row[notes]?.replace(/^V\d: /, ""))).toEqual(VALUES);
    }
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
