import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { EMPTY_BLOCK, readCompanyBlock, takeApart } from "@secret-handoff/protocol/company";
import { LIGHT } from "@secret-handoff/protocol/theme";
import { frontPage } from "../../packages/lambda/src/recipient/front-page.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const COMPANY = {
  name: "Acme </script> & Söhne",
  logo: '<svg viewBox="0 0 40 10"><path d="M0 0h40v10z" fill="#c00"/></svg>',
  accentColor: "#7a1fa2",
  contact: "security@acme.example, +49 (30) 123 45 67",
  privacyUrl: "https://acme.example/privacy",
};
let service: TestService;
beforeAll(async () => {
  service = await startTestService({ runBy: 'Acme & Söhne <b>"GmbH"</b>', company: COMPANY });
});
afterAll(() => service.close());

const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function send(path: string, init: RequestInit = {}) {
  const calls = service.calls.length;
  const response = await fetch(`${service.url}${path}`, init);
  const text = await response.text();
  return { response, status: response.status, text, calls: service.calls.length - calls };
}

test("GET / tells a person what this is, who runs it, and that no link was opened, and asks no store", async () => {
  const { status, text, calls } = await send("/");
  expect([status, calls]).toEqual([200, 0]);
  expect(text).toContain("You have not opened a link here, and nothing is used up.");
  expect(text).toContain(
    "run by <strong><bdi>Acme &amp; Söhne &lt;b&gt;&quot;GmbH&quot;&lt;/b&gt;</bdi></strong>",
  );
  expect(text).toContain("<title>Acme &lt;/script&gt; &amp; Söhne</title>");
  expect(text).toContain("<svg viewBox='0 0 40 10'><path d='M0 0h40v10z' fill='#c00'></path></svg>");
  for (const part of ["--accent:#7a1fa2", 'href="tel:+49301234567"', 'href="mailto:security@acme.example"'])
    expect(text).toContain(part);
  expect(frontPage(undefined, COMPANY_WITHOUT_LOGO)).toContain("run by <strong><bdi>Acme</bdi></strong>");
  expect(frontPage(undefined)).toContain(`--accent:${LIGHT.accent}`);
  expect((await send("/", { method: "HEAD" })).text).toBe("");
  expect(frontPage(undefined)).not.toContain("run by");
});

const COMPANY_WITHOUT_LOGO = { name: "Acme" };

test.each([
  ["de-AT,de;q=0.9,en;q=0.8", "de", "ltr", "Sie haben hier keinen Link geöffnet"],
  ["zh-TW, he;q=0.7", "he", "rtl", "לא פתחתם כאן קישור"],
  ["sv, *;q=0.5", "en", "ltr", "You have not opened a link here"],
])("a browser that asks for %s reads %s", async (accepted, language, direction, calm) => {
  const { text, response } = await send("/", { headers: { "accept-language": accepted } });
  expect(text).toContain(`<html lang="${language}" dir="${direction}">`);
  expect(text).toContain(calm);
  expect(text).not.toMatch(/\{\w+\}|undefined/);
  expect(response.headers.get("vary")).toContain("accept-language");
});

test("the recipients' page carries the company in its data block alone, and senders are told of it", async () => {
  const { text } = await send("/h");
  const { empty, block = "" } = takeApart(text) ?? {};
  expect(empty).toBe(`<!doctype html><title>page</title>${EMPTY_BLOCK}`);
  expect(readCompanyBlock(block)).toMatchObject({ name: COMPANY.name, contact: COMPANY.contact });
  expect(text.match(/<\/?script/g)).toHaveLength(2);
  const { body } = await new Sender(service).call("GET", "/v1/sender/policy");
  expect(body).toMatchObject({ company: { name: COMPANY.name, contact: COMPANY.contact } });
});

test.each(["/favicon.html", "/login", "/v1/", "/v1/nothing", "/H/AAAAAAAAAAAAAAAAAAAAAA"])(
  "%s, asked for as HTML, is answered 404 with the same page; asked for otherwise, with a problem",
  async (path) => {
    const page = await send(path, { headers: HTML });
    expect([page.status, page.calls]).toEqual([404, 0]);
    expect(page.text).toBe((await send("/")).text);
    expect(page.response.headers.get("vary")).toContain("accept");
    const problem = await send(path);
    expect([problem.status, JSON.parse(problem.text).code]).toEqual([404, "not_found"]);
  },
);

test("nothing else of the service answers in HTML", async () => {
  const { id } = await new Sender(service).handOver();
  for (const [method, path] of [
    ["POST", "/"],
    ["POST", "/nothing"],
    ["GET", `/v1/handoffs/${id}/status`],
    ["GET", "/v1/sender/nothing"],
    ["GET", "/iam/v1/sender/policy"],
  ]) {
    const { response } = await send(String(path), { method: String(method), headers: HTML });
    expect([path, response.headers.get("content-type")]).toEqual([path, "application/problem+json"]);
  }
});

test("it has the page's security headers, a policy without scripts that admits its style alone, and is small", async () => {
  const [front, page] = [await send("/"), await send("/h")];
  const own = new Set(["content-security-policy", "content-encoding", "content-length", "vary", "date"]);
  const headersOf = (response: Response) =>
    Object.fromEntries([...response.headers].filter(([name]) => !own.has(name)));
  expect(headersOf(front.response)).toEqual(headersOf(page.response));
  const [, style = ""] = /<style>([\s\S]*)<\/style>/.exec(front.text) ?? [];
  const hash = createHash("sha256").update(style).digest("base64");
  const policy = front.response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain(`style-src 'sha256-${hash}'`);
  expect(policy).not.toContain("script-src");
  expect(front.text).not.toMatch(/<script|http:|style="|onclick/);
  expect(Buffer.byteLength(front.text)).toBeLessThan(4_096);
});

test("a link that was mangled until its path is no link's gets the recipient's page, is counted, and not logged", async () => {
  const before = service.logged.length;
  const { status, text } = await send("/h%23AQAAAAAAAAAAAAAAAAAAAAAA", { headers: HTML });
  expect([status, text]).toEqual([200, (await send("/h")).text]);
  const lines = service.logged.slice(before);
  expect(lines).toEqual([expect.stringContaining("link_mangled")]);
  expect(lines.join()).not.toContain("AQAA");
});

test.each([
  "/",
  "/h",
  "/h/AAAAAAAAAAAAAAAAAAAAAA",
  "/h/module/opened",
  "/h/language/de",
  "/h%23AQAAAAAAAAAAAAAAAAAAAAAA",
  "/sw.js",
  "/v1/handoffs/sw.js",
  "/v1/sender/sw.js",
  "/iam/v1/sender/sw.js",
])(
  "a browser that asks for a service worker's script at %s is told to remove it, and all that it stored",
  async (path) => {
    const { response, status, text, calls } = await send(path, {
      headers: { ...HTML, "service-worker": "script" },
    });
    expect([status, JSON.parse(text).code, calls]).toEqual([404, "not_found", 0]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "clear-site-data": '"cache", "storage"',
      "cache-control": "no-store",
      "content-type": "application/problem+json",
      "x-content-type-options": "nosniff",
    });
    expect((await send(path, { headers: HTML })).response.headers.has("clear-site-data")).toBe(false);
  },
);
