/** What mail programs, chats, documents and hands make of a link before it is pasted. Whatever they do to it, the key stays whole. */

/** The text in lines of `width` characters. */
const lines = (text: string, width: number) => text.match(new RegExp(`.{1,${width}}`, "gs")) ?? [];
const every = (text: string, width: number, put: string) => lines(text, width).join(put);
const hexOf = (character: string) => character.charCodeAt(0).toString(16).padStart(2, "0");
const layers = (text: string, count: number): string =>
  count === 0 ? text : layers(encodeURIComponent(text), count - 1);

const enclosed: Readonly<Record<string, readonly [string, string]>> = {
  "in angle brackets": ["Open <", ">, please."],
  "in round brackets": ["(", ")"],
  "in square brackets": ["[", "]."],
  "in braces": ["{", "}"],
  "in straight quotes": ['"', '"'],
  "in typographic quotes": ["\u201c", ".\u201d"],
  "in low quotes": ["\u201e", "\u201c"],
  "in guillemets, with French spaces": ["\u00ab\u00a0", "\u00a0\u00bb"],
  "in corner brackets": ["\u300c", "\u300d"],
  "in full-width brackets": ["\uff08", "\uff09"],
  "in Markdown's bold": ["**", "**"],
  "in Markdown's italics": ["_", "_"],
  "in bold italics": ["___", "___"],
  "in a chat's bold": ["*", "*"],
  "struck out": ["~~", "~~"],
  "in backticks": ["`", "`"],
  "in a fenced block": ["```\n", "\n```"],
  "in a Markdown link": ["[Open it](", ")"],
  "in a Markdown link with a title": ["[Open it](", ' "once")'],
  "in an Org link": ["[[", "][Open it]]"],
  "in a wiki link": ["[", "|Open it]"],
  "in an HTML attribute": ['<a href="', '">Open it</a>'],
  "in a form's tag": ["[url]", "[/url]"],
  "in a header field": ["Link: <", ">; rel=open\r\n"],
  "between left-to-right marks": ["\u200e", "\u200e"],
  "between right-to-left marks": ["\u200f", "\u200f"],
  "in an isolate": ["\u2066", "\u2069"],
  "between zero width spaces": ["\u200b", "\u200b"],
  "behind a byte order mark": ["\ufeff", "\r\n"],
  "between no-break spaces": ["\u00a0", "\u00a0"],
  "between ideographic spaces": ["\u3000", "\u3000"],
  "behind Chinese text": ["\u8bf7\u6253\u5f00", "\u3002"],
  "before Japanese text": ["", "\u3092\u3054\u89a7\u304f\u3060\u3055\u3044\u3002"],
  "before a word, without a space": ["", "bitte"],
  "before a signature": ["", "\n-- \nAna Belo\nVendor Ltd"],
  "before a closing word on the next line": ["", "\nRegards"],
  "under a subject": ["Subject: Orders database\n\n", "\n"],
  "as CSV": ['"link","', '"'],
};

const closed: Readonly<Record<string, string>> = {
  "a full stop": ".",
  "a comma": ",",
  "a semicolon": ";",
  "a colon": ":",
  "an exclamation mark": "!",
  "a question mark": "?",
  "an ellipsis": "\u2026",
  "a dash": "-",
  "two dashes": "--",
  "an underscore": "_",
  "an em dash": "\u2014",
  "an ideographic full stop": "\u3002",
  "an ideographic comma": "\u3001",
  "a full-width exclamation mark": "\uff01",
  "an Arabic question mark": "\u061f",
  "an Arabic comma": "\u060c",
  "an Urdu full stop": "\u06d4",
  "a danda": "\u0964",
  "an Armenian full stop": "\u0589",
  "an Ethiopic full stop": "\u1362",
  "a sof pasuq": "\u05c3",
  "a Khmer sign": "\u17d4",
  "a Tibetan shad": "\u0f0d",
  "a Myanmar sign": "\u104b",
};

const changed: Readonly<Record<string, (link: string) => string>> = {
  "a space in the key": (link) => `${link.slice(0, -9)} ${link.slice(-9)}`,
  "a space before the key": (link) => link.replace("#", "# "),
  "a space for the #": (link) => link.replace("#", " "),
  "the key on a line of its own": (link) => link.replace("#", "\n#"),
  "the id broken over two lines": (link) => link.replace(/\/h\/(.{9})/, "/h/$1\n"),
  "lines of 40 characters": (link) => every(link, 40, "\n"),
  "lines of 10 characters, with CRLF and tabs": (link) => every(link, 10, "\r\n\t"),
  "lines of 60 characters, quoted": (link) => `> ${every(link, 60, "\n> ")}`,
  "lines of 60 characters, quoted twice": (link) => `>> ${every(link, 60, "\n>> ")}\n>>\n>> Regards`,
  "lines of 60 characters, quoted with bars": (link) => `| ${every(link, 60, "\n| ")}`,
  "lines in a box": (link) => `\u2502 ${every(link, 50, " \u2502\n\u2502 ")} \u2502`,
  "lines that end in a backslash": (link) => every(link, 50, "\\\n"),
  "lines that end in a hyphen": (link) => every(link, 50, "-\n"),
  "quoted-printable soft breaks": (link) => every(link, 70, "=\r\n"),
  "quoted-printable soft breaks, quoted": (link) => `> ${every(link, 40, "=\n> ")}`,
  "quoted-printable throughout": (link) =>
    link.replace(/[^A-Za-z0-9/.:]/g, (character) => `=${hexOf(character).toUpperCase()}`),
  "format=flowed": (link) => every(link, 66, " \r\n"),
  "zero width spaces inside": (link) => every(link, 12, "\u200b"),
  "soft hyphens inside": (link) => every(link, 12, "\u00ad"),
  "word joiners inside": (link) => every(link, 7, "\u2060"),
  "spaces between all characters": (link) => every(link, 1, " "),
  "HTML break opportunities inside": (link) => every(link, 30, "<wbr>"),
  "HTML line breaks inside": (link) => every(link, 60, "<br />\n"),
  "HTML soft hyphens inside": (link) => every(link, 30, "&shy;"),
  "HTML's # as a character reference": (link) => link.replace("#", "&#35;"),
  "Markdown's backslashes": (link) => link.replace(/[_#-]/g, "\\$&"),
  "slashes escaped for JSON": (link) => `{"link":"${link.replaceAll("/", "\\/")}"}`,
  "a Markdown link on itself": (link) => `[${link}](${link})`,
  "a Slack link on itself": (link) => `<${link}|${link}>`,
  "a link whose text is cut": (link) => `<a href="${link}">${link.slice(0, 60)}\u2026</a>`,
  "tracking parameters before the key": (link) => link.replace("#", "?utm_source=mail&utm_medium=x#"),
  "tracking parameters behind the key": (link) => `${link}?utm_source=mail&fbclid=IwAR0`,
  "a text fragment behind the key": (link) => `${link}:~:text=Opens%20once`,
  "a slash before the key": (link) => link.replace("#", "/#"),
  "a slash and an empty query before the key": (link) => link.replace("#", "/?#"),
  "a file name before the key": (link) => link.replace("#", "/index.html#"),
  "two slashes in the path": (link) => link.replace("/h/", "//h//"),
  "the path in capitals": (link) => link.replace("/h/", "/H/"),
  "no scheme": (link) => link.replace(/^\w+:\/\//, ""),
  "the scheme twice": (link) => `https://${link}`,
  "the scheme made harmless": (link) => link.replace(/^https/, "hxxps"),
  "# as %23": (link) => link.replace("#", "%23"),
  "# as %2523": (link) => link.replace("#", "%2523"),
  "# as %252525252523": (link) => link.replace("#", "%252525252523"),
  "two #": (link) => link.replace("#", "##"),
  "the full-width #": (link) => link.replace("#", "\uff03"),
  "the musical sharp for #": (link) => link.replace("#", "\u266f"),
  "%23, and the key once more": (link) => `${link.replace("#", "%23")}${link.slice(link.indexOf("#"))}`,
  "five layers of encoding": (link) => layers(link, 5),
  "every character percent-encoded": (link) => link.replace(/./g, (character) => `%${hexOf(character)}`),
  "every character percent-encoded, in capitals": (link) =>
    link.replace(/./g, (character) => `%${hexOf(character).toUpperCase()}`),
  "hyphens that do not break": (link) => link.replaceAll("-", "\u2011"),
  "minus signs for hyphens": (link) => link.replaceAll("-", "\u2212"),
  "a dash for each two hyphens": (link) => link.replaceAll("--", "\u2014"),
  "full-width characters": (link) =>
    link.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0)),
  "a broken copy before it": (link) => `${link.slice(0, -3)}\n${link}`,
  "behind a link of something else": (link) => `https://vendor.example/h/AQAAAAAAAAAAAAAAAAAAAA#top ${link}`,
};

export const pasted: Readonly<Record<string, (link: string) => string>> = {
  ...Object.fromEntries(
    Object.entries(enclosed).map(([name, [before, behind]]) => [
      name,
      (link: string) => `${before}${link}${behind}`,
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(closed).map(([name, mark]) => [`closed by ${name}`, (link: string) => `${link}${mark}`]),
  ),
  ...changed,
};

/** What leaves no whole link, whatever else it leaves. `other` is another handoff's link. */
export const damaged: Readonly<Record<string, (link: string, other: string) => string>> = {
  "the last character cut off": (link) => link.slice(0, -1),
  "the last four characters cut off": (link) => link.slice(0, -4),
  "half of the key cut off": (link) => link.slice(0, -23),
  "all but two characters of the key cut off": (link) => link.slice(0, -44),
  "the key cut off": (link) => link.slice(0, link.indexOf("#")),
  "a character missing inside the key": (link) => `${link.slice(0, -20)}${link.slice(-19)}`,
  "a character twice inside the key": (link) => `${link.slice(0, -20)}${link.slice(-21)}`,
  "a character exchanged inside the key": (link) => exchange(link, -20),
  "a character exchanged at the end of the key": (link) => exchange(link, -2),
  "two characters transposed inside the key": (link) => transpose(link),
  "a line missing inside the key": (link) => `${link.slice(0, -40)}\n${link.slice(-20)}`,
  "an ellipsis inside the key": (link) => `${link.slice(0, -40)}\u2026${link.slice(-4)}`,
  "an ellipsis for the rest of the key": (link) => `${link.slice(0, -30)}...`,
  "put in small letters": (link) => link.toLowerCase(),
  "capitals and small letters exchanged": (link) => link.replace(/(?<=\/h\/).*/, exchangeCase),
  "the key of another link": (link, other) => link.replace(/#.*/, other.slice(other.indexOf("#"))),
  "the id of another link": (link, other) =>
    link.replace(/\/h\/.*#/, other.slice(other.indexOf("/h/"), other.indexOf("#") + 1)),
  "a character exchanged in the id": (link) => exchange(link, link.indexOf("/h/") + 9),
  "the id missing and the key cut": (link) => link.replace(/\/h\/.*#/, "/h/#").slice(0, -5),
  "dots for the middle": (link) => `${link.slice(0, 50)}...${link.slice(-20)}`,
};

function exchange(text: string, at: number): string {
  const index = at < 0 ? text.length + at : at;
  const put = text[index] === "x" ? "y" : "x";
  return `${text.slice(0, index)}${put}${text.slice(index + 1)}`;
}

function exchangeCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** The last two neighbours that differ, before the last three characters, exchanged. */
function transpose(text: string): string {
  let at = text.length - 6;
  while (text[at] === text[at + 1]) at -= 1;
  return `${text.slice(0, at)}${text[at + 1]}${text[at]}${text.slice(at + 2)}`;
}
