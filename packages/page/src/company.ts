import type { Company, LogoNode } from "@secret-handoff/protocol/company";

/** The company that this service is run for: its deployment fills the block in the document, which is data and never markup. */
export function readCompany(): Partial<Company> {
  return JSON.parse(document.getElementById("company")?.textContent || "{}");
}

/** Puts the company into the top of the page, and its colours into the style. The product has its line at the bottom. */
export function showCompany(top: Element, { name, logo, colours = [] }: Partial<Company>): void {
  for (const [index, colour] of colours.entries()) {
    document.documentElement.style.setProperty(`--c${index}`, colour);
  }
  if (name === undefined) return;
  const drawn = logo && draw(logo);
  drawn?.setAttribute("class", "logo");
  drawn?.setAttribute("aria-hidden", "true");
  top.replaceChildren(...(drawn ? [drawn] : []), name);
}

function draw([name, attributes, ...children]: LogoNode): Element {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.map(draw));
  return node;
}
