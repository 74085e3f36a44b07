import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { buildPage } from "@secret-handoff/page";
import { companyOf, fillBlock } from "@secret-handoff/protocol/company";
import { COMPANY } from "../page/company.ts";
import { startEndlessServer } from "../support/endless-server.ts";
import { BuiltCli } from "./harness.ts";

/** What a service serves as its page, told apart by the built command. */

type Headers = Readonly<Record<string, string>>;
let served: { readonly html: string; readonly headers: Headers } = { html: "", headers: {} };
const server = createServer((_, response) => {
  response.writeHead(200, served.headers).end(served.html);
});
const cli = new BuiltCli();
let page: { readonly html: string; readonly contentSecurityPolicy: string };
let withCompany: string;

beforeAll(async () => {
  page = await buildPage();
  withCompany = fillBlock(page.html, companyOf(COMPANY));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  cli.remove();
});

async function verify(html: string, policy = page.contentSecurityPolicy, more: Headers = {}) {
  served = {
    html,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy, ...more },
  };
  const { port } = server.address() as AddressInfo;
  return cli.run(["verify-page", `http://127.0.0.1:${port}`]);
}

test("the published page is told as such, and so is one with a company, whose block is read out", async () => {
  expect(await verify(page.html)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("byte for byte"),
    stderr: expect.stringMatching(/service worker .* cannot be seen from here/s),
  });
  const { code, stdout } = await verify(withCompany);
  expect(code).toBe(0);
  for (const part of ["byte for byte", COMPANY.name, COMPANY.contact, COMPANY.privacyUrl, "shapes only"])
    expect(stdout).toContain(part);
});

test("what a company block says is no command to the job in which it is read out", async () => {
  const commands = companyOf({ ...COMPANY, name: "Acme ##[stop-commands]pwn" });
  const { code, stdout } = await verify(fillBlock(page.html, commands));
  expect(code).toBe(0);
  expect(stdout).toContain("Acme # #[stop-commands]pwn");
});

test("any other byte, block or policy is told, and the command fails", async () => {
  const replaced = (from: string, to: string) => {
    expect(withCompany).toContain(from);
    return withCompany.replace(from, to);
  };
  const cases: readonly (readonly [html: string, said: string, policy?: string])[] = [
    [replaced('"name":', '"href":"//evil.example","name":'), "company block"],
    [replaced('["path",{"d"', '["script",{"d"'), "company block"],
    [replaced('"https://acme.example/privacy"', '"javascript:alert(1)"'), "company block"],
    [replaced('id="company">{', 'id="company">'), "no JSON"],
    [
      replaced(
        '"name":',
        '"name":"</script ><meta http-equiv=refresh content=0;url=//evil.example>","name":',
      ),
      "another one",
    ],
    [replaced('"name":', '"name":"\\u003cmeta>","name":'), "company block"],
    [replaced("</body>", "<p></p></body>"), "another one"],
    [replaced("</body>", '<script type="application/json" id="company">{}</script></body>'), "another one"],
    [withCompany, "another Content-Security-Policy", "default-src *"],
  ];
  for (const [html, said, policy] of cases) {
    const { code, stdout } = await verify(html, policy);
    expect([said, code]).toEqual([said, 6]);
    expect(stdout).toContain(said);
  }
});

test("the published bytes under headers that have a browser show something else are told, and the command fails", async () => {
  const cases: readonly Headers[] = [
    { "content-type": "text/plain" },
    { "content-type": "text/html; charset=utf-7" },
    { "content-type": "application/xhtml+xml" },
    { refresh: "0; url=https://evil.example" },
    { link: "<https://evil.example/x.css>; rel=stylesheet" },
    { "content-disposition": "attachment" },
  ];
  for (const more of cases) {
    const { code, stdout } = await verify(page.html, undefined, more);
    expect([more, code]).toEqual([more, 6]);
    expect(stdout).toMatch(/served (as|with)/);
  }
});

test("an answer without an end is not read to its end", async () => {
  const endless = await startEndlessServer("text/html; charset=utf-8");
  const { code } = await cli.run(["verify-page", endless.url]);
  await endless.close();
  expect(code).not.toBe(0);
  expect(endless.sent()).toBeLessThan(20_000_000);
});
