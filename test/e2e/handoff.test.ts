import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type LocalStack, localInputs, runAction, startLocalStack } from "@secret-handoff/local";
import type { Browser } from "playwright-core";
import { launchBrowser, visit } from "../support/browser.ts";

const EMAIL = "ana@vendor.example";
const PASSWORD = "kq8-Zt4-wN2-rotated";

let stack: LocalStack;
let browser: Browser | undefined;
const found = await launchBrowser();

beforeAll(async () => {
  browser = found;
  stack = await startLocalStack();
});
afterAll(async () => {
  await browser?.close();
  await stack.close();
});

const inBrowser = found ? test : test.skip;

inBrowser(
  "a rotated secret goes from Secrets Manager through the bundle, a mail and a browser, once",
  async () => {
    stack.secrets.put("prod/orders/api", JSON.stringify({ user: "orders", password: "kq7-old-old-old" }));
    stack.secrets.put("prod/orders/api", JSON.stringify({ user: "orders", password: PASSWORD }));
    const inputs = {
      ...localInputs(stack),
      "secret-ids": "ORDERS_API, prod/orders/api",
      "parse-json-secrets": "true",
      recipients: EMAIL,
      class: "third-party-service",
      reason: "quarterly rotation",
    };
    const sent = await runAction({ stack, inputs });
    expect({ exitCode: sent.exitCode, mailed: sent.outputs["mailed-count"] }).toEqual({
      exitCode: 0,
      mailed: "1",
    });
    const [id] = JSON.parse(sent.outputs["handoff-ids"] ?? "[]");

    const [mail] = stack.mail.inbox.mails;
    expect(mail?.to).toBe(EMAIL);
    const link = /^http\S+$/m.exec(mail?.text ?? "")?.[0] ?? "";
    expect(link).toContain(`${stack.url}/h/${id}#`);
    const everything = [
      sent.shown,
      sent.summary,
      JSON.stringify([sent.outputs, sent.env, sent.state]),
    ].join();
    expect(everything).not.toContain(PASSWORD);
    expect(everything).not.toContain(link.slice(-48));

    if (!browser) throw new Error("there is no browser");
    const ana = await visit(browser);
    await ana.goTo(link);
    await ana.page.getByLabel("Your e-mail address").fill(EMAIL);
    await ana.press(/Reveal/);
    await ana.sees("Your secret");
    await ana.press(/^Show: .*password/);
    expect(await ana.page.locator("main").textContent()).toContain(PASSWORD);
    expect(ana.page.url()).not.toContain("#");

    const eve = await visit(browser);
    await eve.goTo(link);
    expect(await eve.page.locator("main").textContent()).not.toContain(PASSWORD);
    expect(await eve.heading()).toMatch(/opened/i);

    await ana.press("Done");
    await ana.page.getByText("The sender can see").waitFor();
    await stack.service.drained();
    const trail = await stack.service.audit.page(
      new Date().toISOString().slice(0, 10),
      { since: 0, until: 4_000_000_000 },
      100,
      undefined,
    );
    const types = trail.events.filter(({ handoff }) => handoff === id).map(({ type }) => type);
    expect(types).toEqual(["created", "mailed", "claimed", "acknowledged"]);
    expect([...ana.errors, ...eve.errors]).toEqual([]);

    const again = await runAction({ stack, inputs });
    expect({ exitCode: again.exitCode, earlier: again.outputs["earlier-count"] }).toEqual({
      exitCode: 0,
      earlier: "1",
    });
    expect(stack.mail.inbox.mails).toHaveLength(1);
    await Promise.all([ana.close(), eve.close()]);
  },
);
