import { pluralize } from "@secret-handoff/protocol/api";
import { quantile, type Summary, timesToOpen } from "./summary.ts";

/** One requirement of a framework: what the product does for it, what shows that, and what it does not show. */
export type Control = {
  readonly framework: "SOC 2" | "HIPAA" | "PCI DSS" | "GDPR";
  readonly reference: string;
  /** What the requirement is about, in our words. */
  readonly about: string;
  readonly does: string;
  /** Fields and events of the trail, or settings. */
  readonly shownBy: string;
  readonly figure: (summary: Summary) => string;
  readonly doesNotShow: string;
};

const count = (summary: Summary, type: Parameters<Summary["byType"]["get"]>[0]) =>
  summary.byType.get(type) ?? 0;
const total = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((sum, n) => sum + n, 0);

const refusals = (summary: Summary) =>
  `${pluralize(total(summary.refusals), "call")} refused; ${pluralize(summary.handoffs.length, "handoff")} created`;
const checked = ({ handoffs }: Summary) => {
  const address = handoffs.filter(({ checks }) => checks.includes("email")).length;
  return `${address} of ${pluralize(handoffs.length, "handoff")} asked for the recipient's address`;
};
const endings = ({ handoffs }: Summary) => {
  const ended = handoffs.filter(({ ending }) => ending !== "open" && ending !== "claimed").length;
  return `${ended} of ${pluralize(handoffs.length, "handoff")} have ended, and hold no ciphertext`;
};
const sealed = (summary: Summary) =>
  `${pluralize(summary.events, "event")}; ${pluralize(total(summary.readers), "reading")} of the trail recorded`;
const alarms = (summary: Summary) =>
  `${count(summary, "locked")} locked, ${count(summary, "reported")} reported, ${count(summary, "answer_wrong")} wrong answers`;
const opened = ({ handoffs }: Summary) => {
  const times = timesToOpen(handoffs);
  const median = quantile(times, 0.5);
  return `${pluralize(times.length, "handoff")} opened${median === undefined ? "" : `, half of them within ${Math.ceil(median / 60)} min`}`;
};
const approved = ({ handoffs }: Summary) =>
  `${handoffs.filter(({ approvals }) => approvals.length > 0).length} of ${pluralize(handoffs.length, "handoff")} carry approvals`;
const erased = (summary: Summary) => `${pluralize(count(summary, "recipient_erased"), "recipient")} erased`;

/** The rows of the evidence report and of docs/compliance.md. */
export const CONTROLS: readonly Control[] = [
  {
    framework: "SOC 2",
    reference: "CC6.1",
    about: "Logical access is restricted",
    does: "The service lets nobody send, approve, revoke or read the trail who is not listed for it, and refuses others with an event.",
    shownBy: "`refused` events with `outcome` and `actor`; the senders and operators lists",
    figure: refusals,
    doesNotShow: "Who may change the lists: that is the access to your Terraform and your AWS account.",
  },
  {
    framework: "SOC 2",
    reference: "CC6.7",
    about: "Transmission of information is restricted and protected",
    does: "A secret leaves the runner as ciphertext only, for one recipient, until a time, and is given out once.",
    shownBy: "`created`, `claimed`, `acknowledged`; `recipient`, `expiry`, `checks`",
    figure: opened,
    doesNotShow: "What a recipient does with a secret after it was opened.",
  },
  {
    framework: "SOC 2",
    reference: "CC7.2",
    about: "Anomalies are monitored",
    does: "Locked and reported handoffs raise an alarm at once; refusals are counted, and many of them raise an alarm.",
    shownBy: "`locked`, `reported`, `answer_wrong`, `refused`; the alarms of the deployment",
    figure: alarms,
    doesNotShow: "That somebody acted on an alarm.",
  },
  {
    framework: "HIPAA",
    reference: "164.306(a)(4)",
    about: "The workforce complies",
    does: "Rules of a class are enforced by the service, so that a workflow cannot leave one out.",
    shownBy: "`class`, `checks`, `reason`, `approvals` of each handoff; `refused` with `policy`",
    figure: ({ refusals: codes }) =>
      `${pluralize(codes.get("policy") ?? 0, "call")} refused for a broken rule`,
    doesNotShow: "Training and sanctions, and secrets that are shared in other ways.",
  },
  {
    framework: "HIPAA",
    reference: "164.312(a)(2)(iv)",
    about: "Encryption and decryption",
    does: "The envelope is sealed with XChaCha20-Poly1305 under a key that only the link holds; it is deleted when the handoff ends.",
    shownBy: "Protocol v1 and its vectors; the state of each handoff",
    figure: endings,
    doesNotShow: "Encryption of the secret where it came from, or where the recipient keeps it.",
  },
  {
    framework: "HIPAA",
    reference: "164.312(c)(1)",
    about: "Integrity",
    does: "Ciphertext is authenticated. Events are chained, and each day is sealed with a signature.",
    shownBy: "`previous`, `sequence`; seals, checked with `audit verify`",
    figure: sealed,
    doesNotShow: "That an event is true when it is recorded: a seal shows that nobody changed it since.",
  },
  {
    framework: "HIPAA",
    reference: "164.312(e)(1)",
    about: "Transmission security",
    does: "HTTPS carries ciphertext; the key travels in the mail's link and never to the service.",
    shownBy: "`mailed`, `checks`; the deployment's TLS settings, checked by the doctor",
    figure: checked,
    doesNotShow: "How the mail is protected on its way and in the mailbox.",
  },
  {
    framework: "PCI DSS",
    reference: "3",
    about: "Stored account data is protected",
    does: "Of a handed-over credential the service stores ciphertext that it cannot decrypt, for a bounded time.",
    shownBy: "`expiry`, and the event that ended each handoff",
    figure: endings,
    doesNotShow: "Cardholder data. This product hands over credentials; do not send card numbers with it.",
  },
  {
    framework: "PCI DSS",
    reference: "4",
    about: "Strong cryptography during transmission",
    does: "The secret is encrypted before it is sent, besides TLS.",
    shownBy: "Protocol v1; `checks`",
    figure: checked,
    doesNotShow: "Transmission by other ways than this product.",
  },
  {
    framework: "PCI DSS",
    reference: "7",
    about: "Access by need to know",
    does: "A class can need approvals of named roles, which the requester cannot give.",
    shownBy: "`requested`, `approved`, `denied`; `approvals` of each handoff",
    figure: approved,
    doesNotShow: "Whether the recipient needed it: that is the approver's judgement.",
  },
  {
    framework: "PCI DSS",
    reference: "10",
    about: "Access is logged and monitored",
    does: "Every step leaves an event; the trail is sealed each day, kept for a set time, and readings of it are recorded.",
    shownBy: "All events; `audit_viewed`; seals",
    figure: sealed,
    doesNotShow: "Logs of the systems that the credential opens.",
  },
  {
    framework: "GDPR",
    reference: "Art. 5(1)(f)",
    about: "Integrity and confidentiality",
    does: "Events name a recipient by a random id; the address is encrypted in a directory that few may read.",
    shownBy: "`recipient`; `audit_viewed`",
    figure: (summary) => `${pluralize(total(summary.readers), "reading")} of the trail recorded`,
    doesNotShow: "Names of senders and approvers: they stand in the events as GitHub and AWS know them.",
  },
  {
    framework: "GDPR",
    reference: "Art. 17",
    about: "Erasure",
    does: "Erasing a recipient revokes what is open for it and deletes the directory's entry. Events stay, and lead to nobody.",
    shownBy: "`recipient_erased`",
    figure: erased,
    doesNotShow: "Copies that you exported with addresses, and the mail that was sent.",
  },
  {
    framework: "GDPR",
    reference: "Art. 25",
    about: "Data protection by design",
    does: "No secret, link or address is in an event; events go after the retention that you set; a deployment can keep no address at all.",
    shownBy: "The schema of events; `eventRetentionDays`, `recipients`",
    figure: (summary) => `${pluralize(summary.events, "event")}, none with an address`,
    doesNotShow: "Free text: a `reason` holds what its author wrote.",
  },
  {
    framework: "GDPR",
    reference: "Art. 32",
    about: "Security of processing",
    does: "Encryption end to end, least privilege for each function, alarms, and tests of each promise.",
    shownBy: "`locked`, `reported`, `refused`; the permissions table of docs/operations.md",
    figure: alarms,
    doesNotShow: "Your organisation's own measures.",
  },
];
