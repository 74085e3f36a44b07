import type { Visitor } from "../support/browser.ts";

/** Types the answers and presses Reveal. */
export async function answer({ page, press }: Visitor, email: string, passphrase?: string): Promise<void> {
  await page.getByLabel("Your e-mail address").fill(email);
  if (passphrase !== undefined) await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await press(/Reveal|Send me|Show it again/);
}
