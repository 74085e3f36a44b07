import type { Company, LogoNode } from "@secret-handoff/protocol/company";
import { translated } from "@secret-handoff/protocol/recipient";
import { element, fill, withLinks } from "./views/elements.ts";
import * as say from "./wording.ts";

/** The company that this service is run for: its deployment fills the block in the document, which is data and never markup. */
export function readCompany(): Partial<Company> {
  return JSON.parse(document.getElementById("company")?.textContent || "{}");
}

/** Puts the company into the top of the page, and its colours into the style. The product steps back to the last line. */
export function showCompany(top: Element, { name, logo, colours }: Partial<Company>): void {
  colours?.forEach((colour, index) => {
    document.documentElement.style.setProperty(`--c${index}`, colour);
  });
  if (name === undefined) return;
  const drawn = logo && draw(logo);
  drawn?.setAttribute("class", "logo");
  drawn?.setAttribute("aria-hidden", "true");
  fill(top, drawn, name);
}

/** Whom to ask and what the law asks for, then the product's own line; said anew in each language. */
export function showFoot(foot: Element, { name, contact, privacyUrl, imprintUrl }: Partial<Company>): void {
  const link = (text: string, href: string | undefined) =>
    href !== undefined && element("a", { href, rel: "noreferrer" }, translated(text));
  fill(
    foot,
    name !== undefined &&
      element(
        "p",
        { class: "row" },
        element("bdi", { translate: "no" }, ...withLinks(contact ?? "")),
        link(say.privacy, privacyUrl),
        link(say.imprint, imprintUrl),
      ),
    name !== undefined && `${say.product}. `,
    translated(say.footer),
  );
}

function draw([name, attributes, ...children]: LogoNode): Element {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.map(draw));
  return node;
}
