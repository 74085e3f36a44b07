import { flipped, forgeFragmentBytes, forgeLink } from "./forge.ts";
import type { RecoveredResult, RecoveredVector } from "./format.ts";
import { gateways } from "./gateways.ts";
import { base64url, hex, ID, idOf, LINK_SECRET, ORIGIN, OTHER_ID, OTHER_SECRET } from "./material.ts";
import { damaged, pasted } from "./pasted.ts";

const GOOD = forgeLink();
const OTHER = forgeLink({ linkSecret: OTHER_SECRET });
const PATH = GOOD.slice(ORIGIN.length);
const FRAGMENT = GOOD.slice(GOOD.indexOf("#") + 1);
const PARTS: RecoveredResult = { id: ID, flags: 0, linkSecret: hex(LINK_SECRET) };
const RESULT: RecoveredResult = { ...PARTS, origin: ORIGIN };
/** Forms of `pasted` in which the origin cannot be read any more. */
const WITHOUT_ORIGIN = ["no scheme", "the scheme made harmless"];

export const recoveredVectors: readonly RecoveredVector[] = [
  { name: "path and fragment, as they should be", address: PATH, result: PARTS },
  { name: "the whole link", address: GOOD, result: RESULT },
  {
    name: "a link with flags 3",
    address: forgeLink({ flags: 3 }),
    result: { ...RESULT, flags: 3, id: idOf(3, LINK_SECRET) },
  },
  {
    name: "a link of a loopback address",
    address: forgeLink({ origin: "http://[::1]:3000" }),
    result: { ...PARTS, origin: "http://[::1]:3000" },
  },
  {
    name: "a host in capitals",
    address: GOOD.replace("handoff.example.com", "Handoff.EXAMPLE.com"),
    result: RESULT,
  },
  { name: "path and fragment, # as %23", address: PATH.replace("#", "%23"), result: PARTS },
  { name: "path and fragment, # as %2523", address: PATH.replace("#", "%2523"), result: PARTS },
  {
    name: "2,048 characters of parameters before the key",
    address: GOOD.replace("#", `?${"x".repeat(2_048)}#`),
    result: RESULT,
  },
  {
    name: "a path, and behind its # the whole link once more",
    address: `/h/${OTHER_ID}#${GOOD}`,
    result: RESULT,
  },
  {
    name: "a character too many, which the id proves to be none of the key's",
    address: `${GOOD}A`,
    result: RESULT,
  },
  ...Object.entries(gateways).map(([name, wrap]) => ({
    name: `wrapped by ${name}`,
    address: wrap(GOOD),
    result: RESULT,
  })),
  {
    name: "wrapped by Proofpoint v2 in Safe Links",
    address: gateways["Microsoft Safe Links"](gateways["Proofpoint v2"](GOOD)),
    result: RESULT,
  },
  {
    name: "wrapped by Safe Links in Sophos, and quoted",
    address:
      pasted["lines of 60 characters, quoted"]?.(gateways.Sophos(gateways["Microsoft Safe Links"](GOOD))) ??
      "",
    result: RESULT,
  },
  ...Object.entries(pasted).map(([name, change]) => ({
    name,
    address: change(GOOD),
    result: WITHOUT_ORIGIN.includes(name) ? PARTS : RESULT,
  })),
  ...[
    ["no id", ""],
    ["the id cut at its start", ID.slice(1)],
    ["the id cut at its end", ID.slice(0, -1)],
    ["the id one character long", `A${ID}`],
    ["the id with a wrong last character", `${ID.slice(0, -1)}_`],
    ["another character inside the id", `${ID.slice(0, 9)}~${ID.slice(10)}`],
  ].map(([name = "", id = ""]) => ({
    name: `${name}: it is derived from the key`,
    address: PATH.replace(ID, id),
    result: PARTS,
  })),
  ...[
    ["no id, behind a host", ""],
    ["the id cut at its end, behind a host", ID.slice(0, -1)],
    ["another character inside the id, behind a host", `${ID.slice(0, 9)}~${ID.slice(10)}`],
  ].map(([name = "", id = ""]) => ({
    name: `${name}: it is derived from the key`,
    address: GOOD.replace(ID, id),
    result: RESULT,
  })),
  {
    name: "no id and no slash, behind a host, # as %23: it is derived from the key",
    address: GOOD.replace(`/${ID}`, "").replace("#", "%23"),
    result: RESULT,
  },
  {
    name: "no id and no slash: it is derived from the key",
    address: PATH.replace(`/${ID}`, ""),
    result: PARTS,
  },
  {
    name: "no id, a slash and parameters: it is derived from the key",
    address: PATH.replace(ID, "?utm_source=mail"),
    result: PARTS,
  },
  {
    name: "no id, and a dash behind the key: it is derived from the key",
    address: `${PATH.replace(ID, "")}-`,
    result: PARTS,
  },

  { name: "an empty text", address: "", error: "link" },
  { name: "only the fragment", address: FRAGMENT, error: "link" },
  { name: "a text without a link", address: "Please open the link that I sent you.", error: "link" },
  {
    name: "a gateway that keeps the target to itself",
    address: "https://protect-eu.mimecast.com/s/1a2bC3d4E5f6?domain=handoff.example.com",
    error: "link",
  },
  { name: "no id, and a letter behind the key", address: `${PATH.replace(ID, "")}A`, error: "damaged" },
  ...Object.entries(damaged).map(([name, damage]) => ({
    name,
    address: damage(GOOD, OTHER),
    error: "damaged" as const,
  })),
  ...Object.entries(damaged).map(([name, damage]) => ({
    name: `${name}, then wrapped by Proofpoint v2`,
    address: gateways["Proofpoint v2"](damage(GOOD, OTHER)),
    error: "damaged" as const,
  })),
  {
    name: "the id of another link, # as %23",
    address: PATH.replace(ID, OTHER_ID).replace("#", "%23"),
    error: "damaged",
  },
  {
    name: "a bit of the link secret flipped",
    address: GOOD.replace(FRAGMENT, base64url(flipped(forgeFragmentBytes(), 20, 0x08))),
    error: "damaged",
  },
  { name: "version 2", address: forgeLink({ version: 2 }), error: "version" },
  { name: "version 2, # as %23", address: forgeLink({ version: 2 }).replace("#", "%23"), error: "version" },
  { name: "unknown flags, # as %23", address: forgeLink({ flags: 8 }).replace("#", "%23"), error: "flags" },
];
