import type { RequestView } from "@secret-handoff/protocol/api";
import {
  escapeMarkdown,
  formatDuration,
  markdownTable,
  originOfRequest,
  pluralize,
} from "@secret-handoff/sdk";

const KNOWN: Readonly<Record<RequestView["approvals"][number]["known"], string>> = {
  iam: "AWS signature",
  reviewer: "GitHub named the reviewer",
  environment: "the environment's rules were passed; who reviewed is not known",
};

/** A request as a job summary or a comment: what is asked, who must approve, who did, and how it is known. Never a link or an address. */
export function requestSummary(view: RequestView): string {
  const { id, state, class: name, secrets, recipients, expiresIn, reason, requestedBy } = view;
  return [
    `### Request ${code(id)}: ${HEADINGS[state](view)}`,
    markdownTable(
      ["What", "Asked for"],
      [
        ["Class", escapeMarkdown(name)],
        [pluralize(secrets.length, "secret"), secrets.map(escapeMarkdown).join("<br>")],
        [pluralize(recipients.length, "recipient"), recipients.map(escapeMarkdown).join("<br>")],
        ["Links live at most", formatDuration(expiresIn)],
        ["Reason", escapeMarkdown(reason)],
        ["Requested by", escapeMarkdown(requestedBy)],
        ...originOfRequest(view).map(([name, value]) => [name, escapeMarkdown(value)] as const),
        ...endOf(view),
      ],
    ),
    ...approvalsTable(view),
    ...howToApprove(view),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Until when the request may be approved and used; of one that was denied the table below says when. */
function endOf({ state, expiresAt }: RequestView): readonly (readonly [string, string])[] {
  if (state === "denied") return [];
  return [[state === "expired" ? "Request expired (UTC)" : "Request expires (UTC)", utc(expiresAt)]];
}

const HEADINGS: Readonly<Record<RequestView["state"], (view: RequestView) => string>> = {
  pending: ({ missing }) => `needs approval by ${missing.map(escapeMarkdown).join(" and ")}`,
  approved: ({ approvals }) => (approvals.length === 0 ? "its class needs no approval" : "approved"),
  denied: () => "denied",
  expired: () => "expired",
  used: () => "approved and used",
};

/** Who must approve, who did, and how it is known. */
export function approvalsTable({
  approvals,
  missing,
  denied,
}: Pick<RequestView, "approvals" | "missing" | "denied">): readonly string[] {
  const given = approvals.map(({ role, by, known, time, comment }) => [
    escapeMarkdown(role),
    escapeMarkdown(by),
    KNOWN[known],
    utc(time),
    comment === undefined ? "" : escapeMarkdown(comment),
  ]);
  const left = missing.map((role) => [escapeMarkdown(role), "**not approved yet**", "", "", ""]);
  const refused = denied
    ? [
        [
          escapeMarkdown(denied.role),
          `**denied** by ${escapeMarkdown(denied.by)}`,
          KNOWN[denied.known],
          utc(denied.time),
          denied.comment === undefined ? "" : escapeMarkdown(denied.comment),
        ],
      ]
    : [];
  const rows = [...given, ...refused, ...left];
  return rows.length === 0
    ? []
    : [markdownTable(["Role", "Approval", "How it is known", "When (UTC)", "Comment"], rows)];
}

function howToApprove({ id, state, missing }: RequestView): readonly string[] {
  if (state !== "pending") return [];
  // People copy it: nothing of a role's name is for their shell.
  const quoted = (role: string) =>
    /^[\w.-]+$/.test(role) ? role : `'${role.replaceAll("'", String.raw`'\''`)}'`;
  const commands = missing.map((role) => `secret-handoff approve ${id} --role ${quoted(role)}`);
  return [
    `To approve, review this run's protected environment where it has one, or run, with AWS credentials that may:\n\n\`\`\`sh\n${commands.join("\n")}\n\`\`\``,
  ];
}

/** Ids, versions and names of parameters: letters, digits and a few marks. */
export function code(text: string): string {
  return `\`${text.replace(/[^A-Za-z0-9_:./-]/g, "?")}\``;
}

/** `22 Nov 2026, 08:33`, held together. */
export function utc(seconds: number): string {
  const date = new Intl.DateTimeFormat("en-GB", {
    ...{ day: "numeric", month: "short", year: "numeric" },
    ...{ hour: "2-digit", minute: "2-digit", timeZone: "UTC" },
  });
  return date.format(seconds * 1_000).replaceAll(" ", "&nbsp;");
}
