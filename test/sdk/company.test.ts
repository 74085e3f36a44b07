import { expect, test } from "@jest/globals";
import { PolicyCompany } from "@secret-handoff/protocol/api";
import { LEAST_CONTRAST, leastContrast } from "@secret-handoff/protocol/company";
import { describedBy } from "@secret-handoff/sdk";
import * as v from "valibot";

const from = { address: "handoff@acme.example", name: "Acme Platform Team" };
const COMPANY = { name: "Acme Logistics", contact: "security@acme.example" };

test("a mail names the company and the contact of the service, unless its sender says otherwise", () => {
  expect(describedBy(COMPANY, { from })).toMatchObject({
    company: "Acme Logistics",
    contact: COMPANY.contact,
  });
  const own = { from, company: "Acme Orders", contact: "Mia Lind" };
  expect(describedBy(COMPANY, own)).toEqual(own);
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
