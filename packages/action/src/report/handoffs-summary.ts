import type { HandoffView } from "@secret-handoff/protocol";
import { arrivalOf, type Revocation, SenderError, type Watched } from "@secret-handoff/sdk";
import { code, escapeMarkdown, markdownTable, utc } from "./markdown.ts";
import { arrivalOfWatched } from "./receipts.ts";
import { several } from "./several.ts";

/** The job summary of a look at handoffs: how each stands, and since when. */
export function watchedSummary(watched: readonly Watched[]): string {
  const delivered = watched.filter((one) => arrivalOfWatched(one) === "delivered").length;
  const rows = watched.map(({ id, view, error }) => [
    code(id),
    view ? `**${stateOf(view)}**` : error ? escapeMarkdown(error.message) : "not seen",
    view ? utc(view.changedAt) : "",
    view ? escapeMarkdown(view.class) : "",
    view?.versionId === undefined ? "" : code(view.versionId),
  ]);
  return page(
    `${delivered} of ${several(watched.length, "handoff")} delivered`,
    markdownTable(["Handoff", "State", "Since (UTC)", "Class", "Version"], rows),
  );
}

/** The job summary of revocations. */
export function revocationsSummary(revocations: readonly Revocation[]): string {
  const revoked = revocations.filter(({ ending }) => ending === "revoked").length;
  const rows = revocations.map(({ id, ending }) => [code(id), escapeMarkdown(sentenceOf(ending))]);
  return page(
    `${revoked} of ${several(revocations.length, "handoff")} revoked`,
    markdownTable(["Handoff", "Result"], rows),
  );
}

/** `bounced` is no state of its own: the link is open, and nobody has it. */
function stateOf(view: HandoffView): string {
  return arrivalOf(view) === "bounced" ? "bounced" : view.state;
}

function sentenceOf(ending: Revocation["ending"]): string {
  if (ending instanceof SenderError) return ending.message;
  switch (ending) {
    case "revoked":
      return "Revoked";
    case "released":
      return "Opened before; rotate what was in it if that was wrong";
    case "unknown":
      return "The service does not know it";
  }
}

function page(heading: string, table: string): string {
  return `### ${heading}\n\n${table}\n`;
}
