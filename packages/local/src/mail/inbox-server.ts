import { type Loopback, serveLoopback } from "../loopback.ts";
import type { Inbox } from "./inbox.ts";
import { framedPart, listPage, mailPage } from "./inbox-page.ts";

/** What a mail says must not run, nor load anything from anywhere. */
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
