/**
 * A company's logo: the shapes of an SVG file and nothing else. What is kept is named here; a script, a style, a link, an image or a text
 * that needs a font is refused, so that nothing in it can act, load or look otherwise than it was drawn.
 */

/** An element: its name, its attributes, the elements in it. The page draws it node by node, and parses no markup. */
export type LogoNode = readonly [
  name: string,
  attributes: Readonly<Record<string, string>>,
  ...children: LogoNode[],
];

/** Characters of a file as a drawing program writes it. */
const LONGEST_LOGO_FILE = 65_536;
/** Characters of what is kept of it, as JSON: it comes with each first load of the page. */
const LONGEST_LOGO = 4_096;
const DEEPEST = 12;

/** Says what of the file cannot be drawn; completes a sentence that begins with "logo". */
export class LogoRefused extends Error {
  override readonly name = "LogoRefused";
}

const SHAPES = ["svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"];
/** Left out with all that is in it: nothing of it is drawn. */
const NOT_DRAWN = ["title", "desc", "metadata"];

const NUMBERS = /^[-+\d.eE,\s%]*(?:px)?$/;
const COLOUR = /^(?:none|currentcolor|#[\da-f]{3,8}|[a-z]{3,24}|rgba?\([\d.,%\s/]{1,40}\))$/i;
const WORD = /^[a-z]{1,12}$/;
/** Each attribute that is kept, with what it may say. No pattern lets `url(`, `&` or a colon through. */
const ATTRIBUTES: Readonly<Record<string, RegExp>> = {
  d: /^[-+\d.eE,\sMZLHVCSQTAmzlhvcsqta]*$/,
  points: NUMBERS,
  transform: /^(?:(?:matrix|translate|scale|rotate|skewX|skewY)\([-+\d.eE,\s]*\)[\s,]*)*$/,
  fill: COLOUR,
  stroke: COLOUR,
  "fill-rule": WORD,
  "clip-rule": WORD,
  "stroke-linecap": WORD,
  "stroke-linejoin": WORD,
  ...Object.fromEntries(
    [
      ...["viewBox", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"],
      ...["opacity", "fill-opacity", "stroke-opacity", "stroke-width", "stroke-miterlimit"],
      ...["stroke-dasharray", "stroke-dashoffset"],
    ].map((name) => [name, NUMBERS]),
  ),
};
/** Left out: they draw nothing. */
const WITHOUT_EFFECT =
  /^(?:id|class|version|baseProfile|enable-background|role|preserveAspectRatio|xmlns|xmlns:[\w-]+|xml:space|(?:aria|data)-[\w-]+|(?:sodipodi|inkscape|sketch|serif|figma):[\w-]+)$/;
const OF_AN_EDITOR = /^(?:sodipodi|inkscape|sketch|serif|figma|rdf|cc|dc):/;

const TOKEN =
  /<!--[\s\S]*?-->|<\?xml[^>]*\?>|<!DOCTYPE[^<>[\]]*>|<(\/?)([A-Za-z][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/gy;

/**
 * Reads an SVG file.
 * @returns its shapes, with a viewBox
 * @throws LogoRefused that names what cannot be kept
 */
export function sanitiseLogo(svg: string): LogoNode {
  if (svg.length > LONGEST_LOGO_FILE) {
    throw new LogoRefused(`has ${svg.length} characters: at most ${LONGEST_LOGO_FILE}`);
  }
  const root = readTree(svg.replace(/^\ufeff/, ""));
  const [name, { width, height, x: _x, y: _y, ...attributes }, ...children] = root;
  const box =
    attributes.viewBox ?? `0 0 ${Number.parseFloat(width ?? "")} ${Number.parseFloat(height ?? "")}`;
  const [, , wide = 0, high = 0] = box
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (!(wide > 0 && high > 0)) throw new LogoRefused("has no viewBox: give it one, such as 0 0 120 32");
  if (wide > 12 * high || high > 2 * wide) {
    throw new LogoRefused("is too wide or too high for the top of a page: at most 12 to 1, or 1 to 2");
  }
  const logo: LogoNode = [name, { ...attributes, viewBox: box.trim() }, ...children];
  if (children.length === 0) throw new LogoRefused("draws nothing");
  const { length } = JSON.stringify(logo);
  if (length > LONGEST_LOGO) {
    throw new LogoRefused(
      `needs ${length} characters, and there is room for ${LONGEST_LOGO}: simplify its paths, or save it with fewer decimals`,
    );
  }
  return logo;
}

type Building = [string, Record<string, string>, ...Building[]];
type Open = { readonly node: Building; readonly drawn: boolean };

function readTree(svg: string): LogoNode {
  const open: Open[] = [];
  let root: Building | undefined;
  let read = 0;
  for (const [token, slash, name, attributes = "", ends, text = ""] of svg.matchAll(TOKEN)) {
    read += token.length;
    if (name === undefined) refuseText(text, open.at(-1));
    else if (slash !== "") {
      if (open.pop()?.node[0] !== name) throw new LogoRefused(`is no SVG: </${name}> closes nothing`);
    } else {
      if (root !== undefined && open.length === 0) throw new LogoRefused("has more than one root element");
      const begun = begin(name, attributes, open);
      root ??= begun.node;
      if (ends === "") open.push(begun);
    }
  }
  if (read !== svg.length || root === undefined || open.length > 0) throw new LogoRefused("is no SVG");
  return root;
}

/** White space stands between elements; a title may say what it likes, for it is not kept. */
function refuseText(text: string, parent: Open | undefined): void {
  if (text.trim() !== "" && parent?.drawn !== false) {
    throw new LogoRefused("holds text outside of its shapes: turn text into paths");
  }
}

function begin(name: string, attributes: string, open: readonly Open[]): Open {
  const parent = open.at(-1);
  if (parent?.drawn === false || NOT_DRAWN.includes(name) || OF_AN_EDITOR.test(name)) {
    return { node: [name, {}], drawn: false };
  }
  const isRoot = parent === undefined;
  if (!SHAPES.includes(name) || isRoot !== (name === "svg")) {
    throw new LogoRefused(`has a <${name}>: ${INSTEAD}`);
  }
  if (open.length >= DEEPEST) throw new LogoRefused(`nests its groups more than ${DEEPEST} deep`);
  const node: Building = [name, readAttributes(name, attributes)];
  parent?.node.push(node);
  return { node, drawn: true };
}

const INSTEAD = `of the elements of SVG only shapes are drawn (${SHAPES.join(", ")}), so turn text into paths and leave the rest out`;

function readAttributes(element: string, text: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [, name = "", double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    const value = double ?? single ?? "";
    if (WITHOUT_EFFECT.test(name)) continue;
    const pattern = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (!pattern) {
      throw new LogoRefused(
        `has the attribute ${name} on a <${element}>, which is not drawn: write fill, stroke and transform as attributes, without style and links`,
      );
    }
    if (!pattern.test(value)) {
      throw new LogoRefused(`has a ${name} on a <${element}> that is no plain number, colour or path`);
    }
    kept[name] = value.replace(/\s+/g, " ").trim();
  }
  return kept;
}

/** Whether a tree is one that {@link sanitiseLogo} could have made. */
export function isSanitised(logo: LogoNode): boolean {
  try {
    return JSON.stringify(sanitiseLogo(logoMarkup(logo))) === JSON.stringify(logo);
  } catch {
    return false;
  }
}

/** The logo as markup. Nothing in what was kept needs escaping; a tree from elsewhere goes through {@link isSanitised} first. */
export function logoMarkup([name, attributes, ...children]: LogoNode): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}='${value}'`);
  return `<${name}${written.join("")}>${children.map(logoMarkup).join("")}</${name}>`;
}
