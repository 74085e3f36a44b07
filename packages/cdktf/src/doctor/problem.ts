import type { Problem } from "@secret-handoff/protocol";

/** What an answer says went wrong: the service's problem, the gateway's message, or nothing where it is no JSON at all. */
export async function problemIn(
  response: Response,
): Promise<Partial<Problem> & { readonly message?: string }> {
  const text = await response.text();
  return text.startsWith("{") ? (JSON.parse(text) as Partial<Problem>) : {};
}
