/** Apps that open links in a view of their own, and say so in the user agent. */
const APPS =
  /\b(?:FB(?:AN|AV|_IAB)|Instagram|LinkedInApp|Line\/|MicroMessenger|Snapchat|musical_ly|GSA\/|TeamsMobile)|; wv\)/;

/**
 * Whether the page stands in a web view inside of another app: there a reload, a copy or a download often fails, and the view may
 * be closed by a wrong swipe. Safari and every browser on iOS name Safari; a bare WKWebView does not.
 */
export function isWebView(userAgent: string): boolean {
  const onIos = /\b(?:iPhone|iPad|iPod)\b.*AppleWebKit/.test(userAgent);
  return APPS.test(userAgent) || (onIos && !userAgent.includes("Safari/"));
}
