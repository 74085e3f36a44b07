import { escapeHtml } from "@secret-handoff/protocol/markup";
import { DARK, LIGHT, type Palette } from "@secret-handoff/protocol/theme";
import { type Loopback, serveLoopback } from "../loopback.ts";
import type { Inbox, Mail } from "./inbox.ts";

/** Nothing in a mail may run a script or load anything. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'";
const FRAMED =
  "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** The inbox as pages, and as JSON under /api/messages (DELETE empties it). */
export function serveInbox(inbox: Inbox): Promise<Loopback> {
  return serveLoopback((request, { pathname }) => {
    if (pathname === "/api/messages") return api(request.method, inbox);
    if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
    if (pathname === "/") return page(listPage(inbox.mails), POLICY);
    const [, id = "", part] = /^\/messages\/([^/]+)(\/html)?$/.exec(pathname) ?? [];
    const mail = inbox.find(id);
    if (!mail) return new Response("There is no such mail.\n", { status: 404 });
    return part ? page(framedPart(mail), FRAMED) : page(mailPage(mail), POLICY);
  });
}

function api(method: string, inbox: Inbox): Response {
  switch (method) {
    case "GET":
      return Response.json(inbox.mails, { headers: { "cache-control": "no-store" } });
    case "DELETE":
      inbox.clear();
      return new Response(null, { status: 204 });
    default:
      return notAllowed("GET, DELETE");
  }
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}

function page(html: string, policy: string): Response {
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Seconds after which the list looks again. */
const REFRESH = 2;

/** The list of mails, newest first. */
function listPage(mails: readonly Mail[]): string {
  const rows = [...mails].reverse().map(
    (mail) => `<a class="row" href="/messages/${mail.id}">
<span class="who" title="${escapeHtml(mail.to)}">${escapeHtml(mail.to)}</span>
<span class="subject" title="${escapeHtml(mail.subject)}">${escapeHtml(mail.subject)}</span>
<time datetime="${mail.at}">${clockTime(mail.at)}</time></a>`,
  );
  const body =
    rows.length === 0
      ? `<p class="empty">No mail yet. Mail that the local stack sends appears here by itself.</p>`
      : `<nav class="list" aria-label="Mails">${rows.join("\n")}</nav>`;
  const count = `${mails.length} ${mails.length === 1 ? "mail" : "mails"}`;
  return document(
    "Inbox",
    `<header><h1>Inbox</h1><p class="soft">${count}. All of them stay on this machine.</p></header>${body}`,
    `<meta http-equiv="refresh" content="${REFRESH}">`,
  );
}

/** One mail: its HTML part in a frame of its own, its text part, its headers. */
function mailPage(mail: Mail): string {
  const facts = [
    ["From", mail.from],
    ["To", mail.to],
    ...(mail.replyTo === undefined ? [] : [["Reply to", mail.replyTo]]),
    ["Arrived", `${mail.at.slice(0, 19).replace("T", " ")} UTC by ${mail.via.toUpperCase()}`],
  ].map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`);
  const headers = mail.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return document(
    mail.subject,
    `<header><p><a href="/">All mails</a></p><h1>${escapeHtml(mail.subject)}</h1><dl>${facts.join("")}</dl></header>
<section><h2>HTML part</h2>${
      mail.html === ""
        ? `<p class="empty">This mail has none.</p>`
        : `<iframe title="HTML part of the mail" sandbox="allow-popups allow-popups-to-escape-sandbox" src="/messages/${mail.id}/html"></iframe>`
    }</section>
<section><h2>Text part</h2><pre>${escapeHtml(mail.text)}</pre></section>
<details><summary>Headers</summary><pre>${escapeHtml(headers)}</pre></details>`,
  );
}

/** The HTML part alone; its links open in a tab of their own. */
function framedPart({ html }: Mail): string {
  const base = `<base target="_blank">`;
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html;
}

function document(title: string, body: string, head = ""): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${head}
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>
`;
}

const colours = (palette: Palette) =>
  Object.entries(palette)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");

const STYLE = `
:root{color-scheme:light dark;${colours(LIGHT)}}
@media(prefers-color-scheme:dark){:root{${colours(DARK)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:.95rem;margin:2rem 0 .5rem;color:var(--soft);font-weight:600}
a{color:var(--accent)}
header{margin-bottom:1.5rem}header p{margin:0 0 .5rem}
.soft,.empty{color:var(--soft)}
.empty{padding:3rem 1.25rem;text-align:center;background:var(--card);border:1px solid var(--line);border-radius:10px}
.list{background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
.row{display:grid;grid-template-columns:minmax(14rem,22rem) 1fr auto;align-items:baseline;gap:.15rem 1rem;padding:.85rem 1.25rem;color:inherit;text-decoration:none}
.row+.row{border-top:1px solid var(--line)}
.row:hover{background:var(--tint)}
.row:focus-visible,a:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
.who,.subject{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.who{font-weight:600}
time{color:var(--soft);font-size:.875rem;font-variant-numeric:tabular-nums}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.75rem 0 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
iframe{width:100%;height:54rem;border:1px solid var(--line);border-radius:10px;background:var(--card)}
pre{margin:0;padding:1rem 1.25rem;background:var(--card);border:1px solid var(--line);border-radius:10px;font:14px/1.55 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
details{margin-top:2rem}summary{cursor:pointer;color:var(--soft);margin-bottom:.5rem}
@media(max-width:40rem){.row{grid-template-columns:1fr auto}.subject{grid-row:2;grid-column:1/-1}}
`;

function clockTime(iso: string): string {
  return `${iso.slice(11, 19)} UTC`;
}
