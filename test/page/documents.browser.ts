import { expect } from "@jest/globals";
import { codeMail } from "@secret-handoff/lambda";
import { type AuditEvent, DEFAULT_CLASSES, type EventType } from "@secret-handoff/protocol/api";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { evidenceReport, reviewReport, summarise, toHtml, writeEmail } from "@secret-handoff/sdk";
import { frontPage } from "../../packages/lambda/src/recipient/front-page.ts";
import { overflow, violations } from "./accessible.ts";
import type { InBrowser } from "./browser-tests.ts";

/** What people see beside the page: reports, mails, and what stands at `/`. */

const ORIGIN = "https://handoff.acme.example";
const ID = "SlY8E4NKPhhMiveoipXTpg";
const LINK = `${ORIGIN}/h/${ID}#AQIabcdefghijklmnopqrstuvwxyz0123456789ABCDEFA`;
const COMPANY = {
  name: "Acme Robotics",
  contact: "Kim Lee, +44 20 7946 0000",
  privacyUrl: "https://acme.example/p",
};
const PERIOD = { since: "2026-08-01", until: "2026-08-31" };
const ENDINGS: readonly EventType[] = ["claimed", "locked", "expired", "reported", "revoked", "superseded"];

async function* someEvents(): AsyncGenerator<AuditEvent> {
  for (const [n, type] of ENDINGS.entries()) {
    const event = {
      ...({
        v: 1,
        time: `2026-08-0${n + 1}T06:00:00Z`,
        handoff: `${n}${ID.slice(1)}`,
        outcome: "done",
      } as const),
      actor: { kind: "iam", principal: "arn:aws:iam::111122223333:role/aws-reserved/sso/Sender" } as const,
      class: DEFAULT_CLASSES[n % DEFAULT_CLASSES.length]?.name ?? "",
      secret: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders/database-AbCdEf",
      recipient: "maria.fernandez.garcia@subsidiary.vendor.example",
    };
    yield { ...event, id: `${n}/1`, type: "created", sequence: 1 };
    yield { ...event, id: `${n}/2`, type, sequence: 2 };
  }
}

async function documents(): Promise<Readonly<Record<string, string>>> {
  const summary = await summarise(someEvents(), PERIOD);
  const mail = (language: (typeof LANGUAGE_TAGS)[number]) =>
    writeEmail({
      ...{ from: { address: "a@acme.example" }, to: "ana@vendor.example", company: COMPANY.name, language },
      ...{ title: "Database access", reason: "quarterly rotation", contact: COMPANY.contact, link: LINK },
      ...{ context: { Environment: "production" }, origins: { Repository: "acme/orders" }, origin: ORIGIN },
      ...{ id: ID as never, flags: 2 as never, mailedCode: true, expiresAt: 1_795_000_000 },
    }).html;
  return {
    ...Object.fromEntries(
      LANGUAGE_TAGS.map((tag) => [`front page, ${tag}`, frontPage("Acme Robotics IT", COMPANY, tag)]),
    ),
    ...Object.fromEntries(LANGUAGE_TAGS.map((tag) => [`mail, ${tag}`, mail(tag)])),
    ...Object.fromEntries(
      LANGUAGE_TAGS.map((tag) => [
        `code, ${tag}`,
        codeMail({ code: "04071776", language: tag, origin: ORIGIN, company: COMPANY }).html,
      ]),
    ),
    // Last: their policy stays with the tab, and has no word for the front page's icon.
    evidence: toHtml(evidenceReport(summary, { classes: DEFAULT_CLASSES })),
    review: toHtml(reviewReport(summary, { today: "2026-12-31" })),
  };
}

export function documentsTests(inBrowser: InBrowser): void {
  inBrowser("reports, mails and the front page fit a telephone's screen", async ({ visitor }) => {
    const { page } = await visitor();
    const wide: string[] = [];
    for (const [name, html] of Object.entries(await documents())) {
      await page.setContent(html);
      for (const width of [320, 390]) {
        await page.setViewportSize({ width, height: 800 });
        if ((await overflow(page)) > 0) wide.push(`${name} at ${width}`);
      }
    }
    expect(wide).toEqual([]);
  });

  inBrowser(
    "of a report on a telephone only tables of numbers scroll, in a box of their own",
    async (given) => {
      const { page } = await given.visitor();
      await page.setViewportSize({ width: 390, height: 800 });
      await page.setContent((await documents()).evidence ?? "");
      const scrolling = await page.evaluate(() =>
        [...document.querySelectorAll("main *")]
          .filter((node) => !node.closest("svg, .list thead") && node.scrollWidth > node.clientWidth + 1)
          .filter((node) => getComputedStyle(node).display !== "inline")
          .map(({ className }) => className),
      );
      expect([...new Set(scrolling)]).toEqual(["table grid short"]);
      expect(await page.locator("figure svg:visible").count()).toBe(1);
    },
  );

  inBrowser("axe-core finds nothing in reports, light or dark", async ({ visitor }) => {
    const { page } = await visitor();
    await page.setViewportSize({ width: 390, height: 800 });
    const { evidence = "", review = "" } = await documents();
    for (const html of [evidence, review]) {
      await page.setContent(html);
      expect(await violations(page)).toEqual([]);
    }
  });
}
