/** The apps that open links in a view of their own, and how they show themselves in the user agent. */
const APPS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Facebook", /\bFB(?:AN|AV|_IAB)\b/],
  ["Instagram", /\bInstagram\b/],
  ["LinkedIn", /\bLinkedInApp\b/],
  ["LINE", /\bLine\//],
  ["WeChat", /\bMicroMessenger\b/],
  ["Snapchat", /\bSnapchat\b/],
  ["TikTok", /\b(?:musical_ly|BytedanceWebview)\b/],
  ["Teams", /\bTeams(?:Mobile)?-/],
  ["Google", /\bGSA\//],
];

/**
 * Whether the page stands in a web view inside of another app: there a reload, a copy or a download often fails, and the view may
 * be closed by a wrong swipe.
 * @returns the app's name, "" for an app without a name, undefined in a browser
 */
export function webViewOf(userAgent: string): string | undefined {
  const app = APPS.find(([, pattern]) => pattern.test(userAgent));
  if (app) return app[0];
  const android = /; wv\)/.test(userAgent);
  // Safari and every browser on iOS name Safari; a bare WKWebView does not.
  const ios = /\b(?:iPhone|iPad|iPod)\b.*\bAppleWebKit\b/.test(userAgent) && !/\bSafari\//.test(userAgent);
  return android || ios ? "" : undefined;
}
