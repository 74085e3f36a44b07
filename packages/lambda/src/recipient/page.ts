import type { Context, Handler } from "hono";

/** The recipient's page, as packages/page builds it. */
export type Page = { readonly html: string; readonly contentSecurityPolicy: string };

/**
 * Serves the page, the same bytes whatever the path, touching no store.
 * @param onMangled called when the path shows that a gateway has turned `#` into `%23`: the key has reached the server
 */
export function servePage(page: Page, onMangled: () => void): Handler {
  return (c: Context) => {
    if (isMangled(new URL(c.req.url).pathname)) onMangled();
    return c.body(page.html, 200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": page.contentSecurityPolicy,
    });
  };
}

/** True when more than an id stands behind /h/. */
export function isMangled(path: string): boolean {
  return /^\/h\/[\w-]{22}(?:#|%(?:25)*23)/i.test(path);
}
