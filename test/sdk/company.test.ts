import { expect, test } from "@jest/globals";
import { describedBy } from "@secret-handoff/sdk";

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
