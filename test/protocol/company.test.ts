import { expect, test } from "@jest/globals";
import {
  companyBlock,
  companyOf,
  companyProblems,
  EMPTY_BLOCK,
  fillBlock,
  isSanitised,
  logoMarkup,
  readCompanyBlock,
  sanitiseLogo,
  takeApart,
} from "@secret-handoff/protocol/company";
import { COLOUR, LEAST_CONTRAST, leastContrast, nearestPassing } from "@secret-handoff/protocol/theme";
import fc from "fast-check";
import { SEED } from "../support/tier.ts";

const PATH = '<path d="M0 0h10v10z" fill="#c00"/>';
const svg = (inside: string, attributes = 'viewBox="0 0 40 10"') => `<svg ${attributes}>${inside}</svg>`;

test("of a drawing program's file the shapes are kept, and what draws nothing is not", () => {
  const file = `\ufeff<?xml version="1.0" encoding="UTF-8"?>
<!-- Generator -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/ns" id="a" width="40px" height='10px'>
  <title>Acme &amp; co <!-- x --></title><metadata><rdf:RDF href="http://evil.example"/></metadata>
  <sodipodi:namedview pagecolor="#fff"/>
  <g transform="translate(1, 2) scale(.5)" class="x" inkscape:label="y"><path d="M0
    0h10v10z" fill='#c00' fill-rule="evenodd"/></g>
</svg>
`;
  const logo = sanitiseLogo(file);
  expect(logo).toEqual([
    "svg",
    { viewBox: "0 0 40 10" },
    [
      "g",
      { transform: "translate(1, 2) scale(.5)" },
      ["path", { d: "M0 0h10v10z", fill: "#c00", "fill-rule": "evenodd" }],
    ],
  ]);
  expect(sanitiseLogo(logoMarkup(logo))).toEqual(logo);
  expect(isSanitised(logo)).toBe(true);
});

test.each([
  ["a script", svg(`<script>alert(1)</script>${PATH}`), "<script>"],
  ["a style", svg(`<style>*{fill:red}</style>${PATH}`), "<style>"],
  ["HTML inside", svg("<foreignObject><p>x</p></foreignObject>"), "<foreignObject>"],
  ["an image", svg('<image href="https://evil.example/x.png"/>'), "<image>"],
  ["a reference", svg('<use xlink:href="#a"/>'), "<use>"],
  ["a link", svg(`<a href="javascript:alert(1)">${PATH}</a>`), "<a>"],
  ["a gradient", svg(`<linearGradient id="g"/>${PATH}`), "<linearGradient>"],
  ["an animation", svg("<animate/>"), "<animate>"],
  ["text that needs a font", svg("<text>Acme</text>"), "<text>"],
  ["a handler", svg('<path d="M0 0" onload="alert(1)"/>'), "onload"],
  ["a style attribute", svg('<path d="M0 0" style="fill:url(//evil.example)"/>'), "style"],
  ["an attribute that everything has", svg('<path constructor="x" d="M0 0"/>'), "constructor"],
  ["a reference as a colour", svg('<path d="M0 0" fill="url(#g)"/>'), "fill"],
  ["an entity", svg('<path d="M0 0" fill="&#117;rl(#g)"/>'), "fill"],
  ["a declared entity", `<!DOCTYPE svg [<!ENTITY x "y">]>${svg(PATH)}`, "no SVG"],
  ["text between", svg(`Acme${PATH}`), "text"],
  ["two roots", svg(PATH) + svg(PATH), "one root"],
  ["an end too few", `<svg viewBox="0 0 1 1">${PATH}`, "no SVG"],
  ["an end of another", svg(`<g>${PATH}</svg>`), "closes nothing"],
  ["an svg inside", svg(svg(PATH)), "<svg>"],
  ["no size", `<svg>${PATH}</svg>`, "viewBox"],
  ["a banner", svg(PATH, 'viewBox="0 0 400 10"'), "too wide"],
  ["nothing drawn", svg(""), "draws nothing"],
  ["far too much", svg(PATH.repeat(200)), "simplify"],
  ["a file without end", svg("<!-- -->".repeat(9_000)), "at most"],
  ["no SVG at all", "PNG", "text"],
  ["a nest", svg("<g>".repeat(13) + "</g>".repeat(13)), "deep"],
])("%s is refused, and the part is named", (_, file, part) => {
  expect(() => sanitiseLogo(file)).toThrow(part);
  const problems = companyProblems({ name: "Acme", logo: file });
  expect(problems).toEqual([expect.stringMatching(/^logo /)]);
});

test("of any markup only what may be drawn comes through", () => {
  const word = fc.constantFrom(
    ...["svg", "g", "path", "script", "title", "metadata", "a", "fill", "href", "onload", "d", "=", '"', "'"],
    ...["<", "</", ">", "/>", "<!--", "-->", "url(", "&lt;", "javascript:", " ", "M0 0", 'viewBox="0 0 9 9"'],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), fc.boolean(), (parts, framed) => {
      const file = framed ? svg(PATH + parts.join("")) : parts.join("");
      let markup = "";
      try {
        markup = logoMarkup(sanitiseLogo(file));
      } catch {}
      expect(markup).not.toMatch(/script|href|onload|url\(|&|javascript|<!|title|metadata|<a/);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test("each colour's nearest that passes does pass, in both schemes, and one that passes is its own", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), fc.constantFrom("light", "dark"), (number, scheme) => {
      const colour = `#${number.toString(16).padStart(6, "0")}`;
      const nearest = nearestPassing(colour, scheme);
      expect(nearest).toMatch(COLOUR);
      expect(leastContrast(nearest, scheme)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
      expect(nearestPassing(nearest, scheme)).toBe(nearest);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

const ACME = {
  name: "Acme </script><!-- & Söhne",
  logo: svg(PATH),
  accentColor: "#7a1fa2",
  contact: "security@acme.example, +49 30 1234567",
  privacyUrl: "https://acme.example/privacy",
  imprintUrl: "https://acme.example/imprint?a=1&b=2",
};

test("a filled block is read back, ends nowhere early, and comes out of the page to the byte", () => {
  const page = `<!doctype html><body>${EMPTY_BLOCK}<script>1</script></body>`;
  const company = companyOf(ACME);
  const filled = fillBlock(page, company);
  const { empty, block = "" } = takeApart(filled) ?? {};
  expect(empty).toBe(page);
  expect(block).not.toMatch(/[<>&]/);
  expect(readCompanyBlock(block)).toEqual(company);
  expect(company.colours).toHaveLength(4);
  expect(() => fillBlock(filled, company)).toThrow("no empty company block");
  expect(takeApart("<p>")).toBeUndefined();
  expect(takeApart(page + EMPTY_BLOCK)).toBeUndefined();
});

test("a block that a browser ends elsewhere than where it is read is no block", () => {
  const page = `<body>${fillBlock(EMPTY_BLOCK, companyOf(ACME))}<script>1</script></body>`;
  const starts = ["</script >", "</SCRIPT>", "</script/", "</script\t", "<!--<script>", "<!--", "<"];
  for (const start of starts) {
    const said = `{"name":"${start}<meta http-equiv=refresh content='0;url=https://evil.example/'>`;
    expect([start, takeApart(page.replace('{"name":"', said))]).toEqual([start, undefined]);
  }
});

test.each([
  ["a member that stands there twice", (json: string) => json.replace("{", '{"name":"\\u003cmeta>",')],
  ["white space", (json: string) => json.replace("{", "{ ")],
  ["another order", (json: string) => json.replace(/^\{("name":"[^"]*"),(.*)\}$/, "{$2,$1}")],
  ["another escape", (json: string) => json.replace('"name"', '"\\u006eame"')],
  ["a raw sign of HTML", (json: string) => json.replace("\\u003c", "<")],
  ["a raw ampersand", (json: string) => json.replace("\\u0026", "&")],
])("a block that spells its company with %s is told", (_, respell) => {
  const json = companyBlock(companyOf(ACME));
  expect(readCompanyBlock(json)).toEqual(companyOf(ACME));
  expect(respell(json)).not.toBe(json);
  expect(JSON.parse(respell(json))).toEqual(JSON.parse(json));
  expect(() => readCompanyBlock(respell(json))).toThrow("more than");
});

test("invisible characters stand neither in a company's name nor in its contact, and joiners of scripts do", () => {
  for (const sign of ["\u061c", "\u200b", "\u{e0041}", "\u3164", "\u200e", "\u2066", "\n", "\ud800"]) {
    const parts = { name: `Acme${sign} GmbH`, contact: `help${sign}desk` };
    expect(companyProblems({ ...ACME, ...parts })).toEqual([
      expect.stringMatching(/^name .*invisible/),
      expect.stringMatching(/^contact .*invisible/),
    ]);
    expect(() => readCompanyBlock(companyBlock({ ...companyOf(ACME), ...parts }))).toThrow("invisible");
  }
  expect(companyProblems({ ...ACME, name: "شرکت می\u200cخواهم", contact: "👩\u200d💻 helpdesk" })).toEqual(
    [],
  );
});

test.each<[string, object]>([
  ["another key", { name: "Acme", script: "x" }],
  ["a drawing with a script", { name: "Acme", logo: ["svg", { viewBox: "0 0 9 9" }, ["script", {}]] }],
  [
    "a drawing with a handler",
    { name: "Acme", logo: ["svg", { viewBox: "0 0 9 9", onload: "x" }, ["g", {}]] },
  ],
  [
    "a drawing that breaks out of its quotes",
    { name: "Acme", logo: ["svg", { viewBox: "0 0 9 9", d: "' onload='x" }, ["g", {}]] },
  ],
  ["a colour that is none", { name: "Acme", colours: ["red", "red", "red", "red"] }],
  ["a link that runs", { name: "Acme", privacyUrl: "javascript:alert(1)" }],
  ["a name that turns its neighbours round", { name: "Acme\u202e" }],
  ["no name", {}],
])("a block with %s is told", (_, block) => {
  expect(() => readCompanyBlock(JSON.stringify(block))).toThrow();
});
