import { beforeAll, describe, expect, test } from "@jest/globals";
import { readAddress, readPasted } from "../../packages/page/src/link.ts";
import { gateways } from "../vectors/gateways.ts";
import { sealedHandoff } from "./sealed.ts";

const HOST = "handoff.example.com";

let link: string;
let id: string;
let key: string;
beforeAll(async () => {
  const { sealed } = await sealedHandoff();
  link = sealed.link;
  [, id = "", key = ""] = /\/h\/(.*)#(.*)$/.exec(link) ?? [];
});

/** Reads an address as a browser shows it. */
function open(address: string) {
  const { pathname, search, hash, origin } = new URL(address, `https://${HOST}`);
  return readAddress({ pathname, search, hash, origin });
}

const paste = (text: string) =>
  readPasted(text, { pathname: `/h/${id}`, search: "", hash: "", origin: `https://${HOST}` });

describe("the address", () => {
  test.each([
    ["as it was sent", () => link],
    ["with # as %23", () => link.replace("#", "%23")],
    ["with # as %2523", () => link.replace("#", "%2523")],
    ["wholly encoded behind the host", () => `https://${HOST}/h/${encodeURIComponent(`${id}#${key}`)}`],
    ["with a tracker behind the key", () => `${link}?utm_source=mail`],
    ["with a tracker before the key", () => link.replace("#", "?utm_source=mail#")],
  ])("%s gives the link", (_, address) => {
    expect(open(address())).toMatchObject({ link: { id } });
  });

  test("without any key says that the key is missing, and for which handoff", () => {
    expect(open(`/h/${id}`)).toEqual({ why: "no_key", id });
  });

  test.each([
    ["a letter short", () => link.slice(0, -1)],
    ["a letter changed", () => link.slice(0, -1) + (link.endsWith("A") ? "Q" : "A")],
    ["with the key of another handoff", () => link.replace(/.....$/, "AAAAA")],
  ])("%s is damaged", (_, address) => {
    expect(open(address())).toMatchObject({ why: "damaged", id });
  });

  test("of a version that is not known says so", () => {
    expect(open(`/h/${id}#Ag${key.slice(2)}`)).toMatchObject({ why: "version" });
  });

  test("without an id is damaged", () => {
    expect(open("/h/")).toEqual({ why: "damaged", id: undefined });
  });
});

describe("what is pasted", () => {
  test.each([
    ["the whole link", () => link],
    ["the link with spaces round it", () => `  ${link}\n`],
    ["only the key", () => key],
    ["the key with its #", () => `#${key}`],
    ["a line of the mail", () => `Open it here: ${link} (once)`],
    [
      "a link that a gateway has wrapped",
      () => `https://safelinks.example/?url=${encodeURIComponent(link)}&data=x`,
    ],
    [
      "a link that two gateways have wrapped",
      () =>
        `https://a.example/?u=${encodeURIComponent(`https://b.example/?url=${encodeURIComponent(link)}`)}`,
    ],
  ])("%s gives the link", (_, text) => {
    expect(paste(text())).toMatchObject({ link: { id } });
  });

  test("a link of this service is taken through a gateway that encodes its host", () => {
    expect(paste(gateways.Sophos(link))).toMatchObject({ link: { id } });
    expect(paste(gateways["Trend Micro"](link))).toMatchObject({ link: { id } });
  });

  test.each([
    ["alone", (text: string) => text],
    ["through Safe Links", gateways["Microsoft Safe Links"]],
    ["through Sophos", gateways.Sophos],
  ])("a link of another service is not taken, %s: its token would be shown to this one", (_, wrap) => {
    const text = wrap(link.replace(HOST, "elsewhere.example"));
    expect(paste(text)).toMatchObject({ why: "elsewhere" });
  });

  test("the key of another handoff is not taken for this one's", () => {
    const other = key.replace(/.{5}$/, "AAAAA");
    expect(paste(other)).toMatchObject({ why: "damaged", id });
    expect(paste(`#${other}`)).toMatchObject({ why: "damaged", id });
  });

  test.each(["", "hello", "https://handoff.example.com/h/", "#", "0".repeat(48)])("%j is no link", (text) => {
    expect(paste(text)).toMatchObject({ why: expect.stringMatching(/damaged|version/) });
  });
});
