export { drain, type Publish } from "./events/drain.ts";
export { firstDayOfService, oldestDay } from "./events/first-day.ts";
export {
  type Archive,
  sealDays,
} from "./events/seal.ts";
export { type Swept, sweep } from "./events/sweep.ts";
export { createRecipientApp } from "./recipient/app.ts";
export { codeMail } from "./recipient/code-mail.ts";
export { encodePage, type Page } from "./recipient/page.ts";
export {
  ANSWER_AFTER_MS,
  type FixedLatency,
  fixedLatency,
} from "./recipient/send-code.ts";
export { type Clock, type Log, stdoutLog, systemClock } from "./runtime.ts";
export { createSenderApp } from "./sender/app.ts";
export { askGitHub } from "./sender/github-reviews.ts";
export { createTokenVerifier } from "./sender/tokens.ts";
export { Audit, firstOpenDay, Outbox } from "./store/audit.ts";
export { Claims } from "./store/claims.ts";
export { createClient } from "./store/client.ts";
export { Codes } from "./store/codes.ts";
export { auditTable, oneTimeTable } from "./store/definitions.ts";
export { Due } from "./store/due.ts";
export { Erasures, LATE_CREATES_SECONDS } from "./store/erasures.ts";
export { EventIndex } from "./store/event-index.ts";
export type { Attributes, Expression } from "./store/expressions.ts";
export type { HandoffKey, Key } from "./store/handoff-record.ts";
export { Handoffs } from "./store/handoffs.ts";
export { Receipts } from "./store/receipts.ts";
export { type RecipientId, type RecipientKeys, Recipients } from "./store/recipients.ts";
export { Requests } from "./store/requests.ts";
export { Seals } from "./store/seals.ts";
export { StandaloneEvents } from "./store/standalone-events.ts";
export { Subjects } from "./store/subjects.ts";
export { type Refusable, Table, type Update, type Written } from "./store/table.ts";
