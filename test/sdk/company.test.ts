import { expect, test } from "@jest/globals";
import { DEFAULT_CLASSES, PolicyCompany } from "@secret-handoff/protocol/api";
import { companyProblems } from "@secret-handoff/protocol/company";
import { LEAST_CONTRAST, leastContrast } from "@secret-handoff/protocol/theme";
import { describedBy, ErrorCollector, planDelivery } from "@secret-handoff/sdk";
import * as v from "valibot";
import { labelled } from "./secrets.ts";

const from = { address: "handoff@acme.example", name: "Acme Platform Team" };
const COMPANY = { name: "Acme Logistics", contact: "security@acme.example" };

test("a mail names the company and the contact of the service, unless its sender says otherwise", () => {
  expect(describedBy(COMPANY, { from })).toMatchObject({
    company: "Acme Logistics",
    contact: COMPANY.contact,
  });
  const own = { from, company: "Acme Orders", contact: "Mia Lind" };
  expect(describedBy(COMPANY, own)).toMatchObject(own);
  expect(describedBy(undefined, { from })).toMatchObject({ company: undefined, contact: undefined });
});

test("a mail has the company's colours, each with enough contrast", () => {
  const { accents } = describedBy({ ...COMPANY, accentColor: "#ffcc00" }, { from });
  expect(leastContrast(accents?.light ?? "", "light")).toBeGreaterThanOrEqual(LEAST_CONTRAST);
  expect(leastContrast(accents?.dark ?? "", "dark")).toBeGreaterThanOrEqual(LEAST_CONTRAST);
});

test("a service's colour is a colour and nothing more, since it goes into a style", () => {
  const isRead = (accentColor: string) => v.is(PolicyCompany, { ...COMPANY, accentColor });
  expect(["#ffcc00", "red", "#fff;background:url(//evil.example)"].map(isRead)).toEqual([true, false, false]);
});

test.each([
  ["the service names, which holds the ciphertext of a link that a reply quotes", {}, undefined],
  ["the sender names", { contact: "mia@acme.example" }, "mia@acme.example"],
] as const)(
  "replies go to the contact of the sender alone: one that %s",
  (_, told: { contact?: string }, replyTo) => {
    const errors = new ErrorCollector();
    const secrets = [labelled("prod/orders/db", "canary")];
    const description = describedBy(COMPANY, { from, ...told });
    const [internalTool] = DEFAULT_CLASSES.filter(({ name }) => name === "internal-tool");
    if (!internalTool) throw new Error("the default classes have changed");
    const allowed = { class: internalTool, expiresIn: 3_600 };
    const delivery = planDelivery(secrets, description, {}, allowed, errors, { now: () => 0 });
    expect(errors.errors).toEqual([]);
    expect(delivery?.details).toMatchObject({ contact: told.contact ?? COMPANY.contact });
    expect(delivery?.details.replyTo).toBe(replyTo);
  },
);

test("a service's name and contact are held to a deployment's rules: one visible line, no web address, and no address as a name", () => {
  const isRead = (change: object) => v.is(PolicyCompany, { ...COMPANY, ...change });
  const urls = ["https://evil.example/login", "www.evil.example", "evil.example/login", "evil。example/x"];
  const refused = [
    ...urls.map((url) => `Acme ${url}`),
    "Acme\u200b",
    "Acme\u061c",
    "Acme\nX",
    "Acme\u202e",
    " ",
    "",
  ];
  for (const text of [...refused, "x".repeat(121)]) {
    expect([text, isRead({ name: text }), isRead({ contact: text })]).toEqual([text, false, false]);
    expect(companyProblems({ name: text, contact: text })).toHaveLength(2);
  }
  expect(isRead({ name: "helpdesk@evil.example" })).toBe(false);
  for (const name of ["Booking.com B.V.", "Novo A/S", "A.T. & Söhne", "شرکت می\u200cخواهم", "x".repeat(60)])
    expect([name, isRead({ name, contact: `${name}, help@acme.example, +49 30 1234567/8` })]).toEqual([
      name,
      true,
    ]);
});
