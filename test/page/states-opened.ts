import { Recipient } from "@secret-handoff/local";
import type { SealInput } from "@secret-handoff/protocol";
import type { Visitor } from "../support/browser.ts";
import { cutOff, hold, open, type PageState, STOP_AFTER_SOME_WORK } from "./reaching.ts";

/** What some format or other cannot hold as it is: a NUL, a quoted value, a formula, a placeholder, line ends of Windows, a file. */
const HARD_TO_SAVE: SealInput["items"] = [
  {
    label: "prod/orders/legacy",
    fields: [
      { name: "username", value: "orders_app", concealed: false },
      { name: "with NUL", value: "half\0rest", concealed: true },
      { name: "quoted", value: 'it\'s "$5"  ', concealed: true },
      { name: "formula", value: '=HYPERLINK("https://example.com")', concealed: true },
      { name: "placeholder", value: "{PASSWORD}", concealed: true },
      { name: "key", value: "-----BEGIN KEY-----\r\nMIIB\r\n-----END KEY-----\r\n", concealed: true },
    ],
    files: [{ name: "client.p12", mediaType: "application/x-pkcs12", data: new Uint8Array(700) }],
  },
];

/** More than a screen full: what an eye cannot see or mixes up, long, empty, of several lines, of other scripts. */
const MANY: SealInput["items"] = [
  {
    label: "prod/orders/everything",
    fields: [
      { name: "host", value: "orders.cluster-c0ffee.eu-west-1.rds.amazonaws.com", concealed: false },
      { name: "port", value: "5432", concealed: false },
      { name: "empty", value: "", concealed: true },
      { name: "edge", value: "  two spaces, and a tab\t", concealed: true },
      { name: "zero\u2011width", value: "pass\u200bword", concealed: true },
      { name: "look-alikes", value: "p\u0430ssw\u043erd", concealed: true },
      { name: "arabic", value: "\u0643\u0644\u0645\u0629 \u0627\u0644\u0633\u0631 123!", concealed: true },
      { name: "hebrew, then digits", value: "\u05e1\u05d9\u05e1\u05de\u05d4-42", concealed: true },
      { name: "japanese", value: "\u30d1\u30b9\u30ef\u30fc\u30c9\uff11", concealed: true },
      { name: "كلمة المرور (القديمة)", value: "Zw9!kk", concealed: true },
      {
        name: "connection_string_of_the_reporting_replica_in_frankfurt",
        value:
          "postgres://orders_app:O0l1I%7CtR@orders.cluster-c0ffee.eu-west-1.rds.amazonaws.com:5432/orders?sslmode=require",
        concealed: true,
      },
      {
        name: "key",
        value: `-----BEGIN PRIVATE KEY-----\n${`${"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw".repeat(2).slice(0, 64)}\n`.repeat(24)}-----END PRIVATE KEY-----\n`,
        concealed: true,
      },
    ],
    files: [
      {
        name: "Zertifikat für Ana (gültig ab 2027).p12",
        mediaType: "application/x-pkcs12",
        data: new Uint8Array(24_100),
      },
      { name: "\u0634\u0647\u0627\u062f\u0629.pem", mediaType: "text/plain", data: new Uint8Array(1_200) },
    ],
  },
];

/** Copies the password, and waits until the page says this of the clipboard. */
async function copyPassword({ page, press }: Visitor, told: string): Promise<void> {
  await press(/^Copy: .*password/);
  await page.locator("#clipboard").getByText(told).waitFor();
}

/** What a recipient meets once the secret is there. */
export const STATES_OPENED: readonly PageState[] = [
  {
    name: "the secret, masked",
    heading: "Your secret",
    reach: async (visitor, stack) => void (await open(visitor, stack)),
  },
  {
    name: "the secret, shown and spelled out",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("Show all");
      await visitor.press(/^Spell out: .*password/);
    },
  },
  {
    name: "the secret, taken",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("JSON");
      await visitor.press("Download");
      await visitor.page.getByText("Reloading will not show it again").waitFor();
    },
  },
  {
    name: "the secret, taken, and the sender is being told",
    heading: "Your secret",
    async reach(visitor, stack) {
      await cutOff(visitor, "**/acknowledge");
      await open(visitor, stack);
      await visitor.press("JSON");
      await visitor.press("Download");
      await visitor.page.getByText("Telling the sender").waitFor();
    },
  },
  {
    name: "the secret, many values",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack, { items: MANY });
      await visitor.press("Show all");
    },
  },
  {
    name: "the secret, copied, and cleared in a minute",
    heading: "Your secret",
    context: { permissions: ["clipboard-read", "clipboard-write"] },
    async reach(visitor, stack) {
      await open(visitor, stack);
      await copyPassword(visitor, "is cleared after one minute");
    },
  },
  {
    name: "the secret, copied, and cleared when asked",
    heading: "Your secret",
    context: { permissions: ["clipboard-read", "clipboard-write"] },
    async reach(visitor, stack) {
      await open(visitor, stack);
      await copyPassword(visitor, "is cleared after one minute");
      await visitor.page.evaluate(() => window.dispatchEvent(new Event("blur")));
      await visitor.page.getByRole("button", { name: "Clear the clipboard" }).waitFor();
    },
  },
  {
    name: "the secret, the clipboard was cleared",
    heading: "Your secret",
    context: { permissions: ["clipboard-read", "clipboard-write"] },
    async reach(visitor, stack) {
      await open(visitor, stack);
      await copyPassword(visitor, "is cleared after one minute");
      await visitor.page.evaluate(() => window.dispatchEvent(new Event("blur")));
      await visitor.press("Clear the clipboard");
      await visitor.page.locator("#clipboard").getByText("Clipboard cleared").waitFor();
    },
  },
  {
    name: "the secret, copied as older browsers do",
    heading: "Your secret",
    async reach(visitor, stack) {
      await visitor.page.addInitScript(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined });",
      );
      await open(visitor, stack);
      await copyPassword(visitor, "may still hold the secret");
    },
  },
  {
    name: "the secret, where nothing can be copied",
    heading: "Your secret",
    async reach(visitor, stack) {
      await visitor.page.addInitScript(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined }); document.execCommand = () => false;",
      );
      await open(visitor, stack);
      await visitor.press("Copy all");
      await visitor.page.locator("#clipboard").getByText("does not let the page copy").waitFor();
    },
  },
  {
    name: "the secret, saved, and what files cannot hold",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack, { items: HARD_TO_SAVE });
      await visitor.press("Show all");
      await visitor.press(".env");
      await visitor.press("KeePassXC (CSV)");
    },
  },
  {
    name: "the secret, a file for KeePass",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("KeePass (.kdbx)");
      await visitor.page.locator("#file-password").fill("too short");
      await visitor.press("Save the file");
      await visitor.page.locator("#file-password-error:not(:empty)").waitFor();
    },
  },
  {
    name: "the secret, a file for KeePass is being made",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("KeePass (.kdbx)");
      await visitor.page.evaluate(STOP_AFTER_SOME_WORK);
      await visitor.press("Save the file");
      await visitor.page.getByText("is being encrypted").waitFor();
    },
  },
  {
    name: "the secret, without the formats of password managers",
    heading: "Your secret",
    async reach(visitor, stack) {
      await cutOff(visitor, "**/h/module/managers");
      await open(visitor, stack);
      await visitor.page.getByText("could not be fetched").waitFor();
    },
  },
  {
    name: "the secret is covered",
    heading: "The secret is hidden",
    async reach(visitor, stack) {
      await visitor.page.clock.install();
      await open(visitor, stack);
      await visitor.page.clock.fastForward("05:01");
      await visitor.sees("The secret is hidden");
    },
  },
  {
    name: "done",
    heading: "Done",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("Done");
      await visitor.page.getByText("The sender can see").waitFor();
    },
  },
  {
    name: "done, and the sender is being told",
    heading: "Done",
    async reach(visitor, stack) {
      await hold(visitor, "acknowledge");
      await open(visitor, stack);
      await visitor.press("Done");
      await visitor.page.getByText("Telling the sender").waitFor();
    },
  },
  {
    name: "done, and reported meanwhile",
    heading: "Done",
    async reach(visitor, stack) {
      await new Recipient(await open(visitor, stack)).report();
      await visitor.press("Done");
      await visitor.page.getByText("has ended in the meantime").waitFor();
    },
  },
  {
    name: "forgotten",
    heading: "This page has forgotten the secret",
    async reach(visitor, stack) {
      await visitor.page.clock.install();
      await open(visitor, stack);
      await visitor.page.clock.fastForward("05:01");
      await visitor.sees("The secret is hidden");
      await visitor.page.clock.fastForward("15:01");
      await visitor.sees("This page has forgotten the secret");
    },
  },
];
