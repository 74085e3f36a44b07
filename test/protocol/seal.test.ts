import { expect, test } from "@jest/globals";
import {
  decodeBase64url,
  deriveLinkKeys,
  deriveOpenKeys,
  openEnvelope,
  openHeader,
  parseLink,
  seal,
} from "@secret-handoff/protocol";

test("what was sealed for an address and a passphrase opens with both, typed sloppily", async () => {
  const sealed = await seal({
    origin: "https://handoff.example.com",
    class: "third-party-service",
    expiresAt: 1_800_000_000,
    items: [{ label: "orders", fields: [{ name: "password", value: "p", concealed: true }] }],
    header: { title: "Orders database" },
    passphrase: "correct horse battery staple",
    email: "Ana@Vendor.Example",
  });
  const link = parseLink(sealed.link);
  expect(
    openHeader(sealed.header, link.id, deriveLinkKeys(link.id, link.linkSecret).headerKey),
  ).toMatchObject({
    title: "Orders database",
    emailHint: "a•••@vendor.example",
  });
  const keys = await deriveOpenKeys(link, {
    passphrase: " correct  horse battery staple",
    email: "ana@vendor.example ",
  });
  const bundle = openEnvelope(sealed.envelope, sealed, keys);
  expect(bundle.items[0]?.fields[0]?.value).toBe("p");
  expect(decodeBase64url(link.id)).toHaveLength(16);
});
