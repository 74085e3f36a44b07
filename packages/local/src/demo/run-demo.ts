import { type AuditEvent, utcMinute } from "@secret-handoff/protocol/api";
import type { CompanySource } from "@secret-handoff/protocol/company";
import { type LocalStack, startLocalStack } from "../stack.ts";
import { DemoError, must, readTrail, storedEnvelope } from "./checks.ts";
import { openAsRecipient } from "./recipient.ts";
import { handOver, RECIPIENT, rotate, SECRET } from "./sender.ts";
import { SerialQueue, type Terminal } from "./terminal.ts";

/** Whom the demo's recipient knows its sender by. */
const DEMO_COMPANY: CompanySource = {
  name: "Acme Logistics",
  logo: `<svg viewBox="0 0 32 32"><path d="M3 9 16 2l13 7v14l-13 7-13-7z" fill="#1d5fa8"/><path d="M9 13l7 4 7-4M16 17v8" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  accentColor: "#1d5fa8",
  contact: "platform@acme.example, +49 30 1234567",
  privacyUrl: "https://acme.example/privacy",
  imprintUrl: "https://acme.example/imprint",
};

type DemoOptions = {
  readonly terminal: Terminal;
  /** Opens the link as a recipient too, instead of waiting for somebody. */
  readonly once: boolean;
  /** Aborts when the demo is asked to stop. */
  readonly signal: AbortSignal;
};

const SWEEP_MS = 1_000;

/** How an event is printed: as a step of the demo, or live; not at all while the recipient's own steps are printed. */
type EventMode = "step" | "live" | "hidden";

/**
 * Rotates a secret in the local stack, runs the action on it, and shows what happens as it happens.
 * @throws DemoError when anything is not as it must be; the signal's reason when it was asked to stop
 */
export async function runDemo({ terminal, once, signal }: DemoOptions): Promise<void> {
  terminal.title("secret-handoff", "a rotated secret, handed over once; all of it on 127.0.0.1");
  const began = Date.now();
  const queue = new SerialQueue();
  let mode: EventMode = "step";
  let rotated = false;
  const stack = await startLocalStack({
    company: DEMO_COMPANY,
    sweepEvery: SWEEP_MS,
    onSecretsRequest: ({ operation }) => {
      if (rotated) queue.add(() => terminal.step("done", "read", `by the action, with ${operation}`));
    },
    onEvent: (event) => {
      const now = mode;
      queue.add(() => printEvent(event, now, stack, terminal));
    },
  });
  try {
    terminal.step(
      "done",
      "started",
      "the service and its store, a token issuer, Secrets Manager, a mail server",
    );
    const { versionId, previousDays } = await rotate(stack);
    rotated = true;
    terminal.step("done", "rotated", `${SECRET} in the Secrets Manager endpoint, after ${previousDays} days`);
    terminal.detail(`version ${versionId} is AWSCURRENT`);
    terminal.step(
      "begun",
      "action",
      "the bundle that GitHub would run; its output as the job's log shows it",
    );
    const handoff = await handOver(stack, terminal, signal);
    await stack.service.drained();
    await queue.idle();

    mode = once ? "hidden" : "live";
    if (!once) return await waitForOpening(stack, terminal, queue, signal);
    terminal.blank();
    const secret = String(stack.secrets.value(SECRET));
    const stored = () => storedEnvelope(stack, handoff, passwordIn(stack));
    await openAsRecipient({ inbox: stack.inbox, address: RECIPIENT, secret, stored }, terminal);
    await showTrail(stack, handoff, began, terminal);
  } finally {
    await stack.close();
  }
}

async function printEvent(
  event: AuditEvent,
  mode: EventMode,
  stack: LocalStack,
  terminal: Terminal,
): Promise<void> {
  if (mode === "hidden") return;
  if (mode === "live") return terminal.step("live", event.type, `${clockTime(event)}  ${sentenceOf(event)}`);
  if (event.type === "created") {
    const bytes = await storedEnvelope(stack, event.handoff ?? "", passwordIn(stack));
    must(bytes > 0, "The store holds no ciphertext of the handoff.");
    terminal.step("done", "sealed", `on the runner: the store got ${bytes} bytes of ciphertext and no key`);
  }
  terminal.step("done", event.type, sentenceOf(event));
}

function passwordIn({ secrets }: LocalStack): string {
  const { password }: { readonly password: string } = JSON.parse(String(secrets.value(SECRET)));
  return password;
}

/** @throws the signal's reason, in the end */
async function waitForOpening(
  stack: LocalStack,
  terminal: Terminal,
  queue: SerialQueue,
  signal: AbortSignal,
): Promise<never> {
  terminal.blank();
  terminal.text("Waiting for you to open the link in this inbox:");
  terminal.blank();
  terminal.text(`    ${terminal.paint("bold", stack.inbox)}`);
  terminal.blank();
  terminal.text(`The page asks for the address it was sent to: ${terminal.paint("bold", RECIPIENT)}`);
  terminal.text("Every audit event appears here as it happens. Ctrl-C ends all of it.");
  terminal.blank();
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await queue.idle();
  throw signal.reason;
}

async function showTrail(
  stack: LocalStack,
  handoff: string,
  began: number,
  terminal: Terminal,
): Promise<void> {
  const events = await readTrail(stack, handoff, Math.floor(began / 1_000));
  const seconds = ((Date.now() - began) / 1_000).toFixed(1);
  terminal.blank();
  terminal.text(`The audit trail after ${seconds} s; each event names the hash of the one before:`);
  terminal.blank();
  for (const event of events) terminal.step("live", event.type, `${clockTime(event)}  ${sentenceOf(event)}`);
  must(events.length > 0, "The audit trail is empty.");
  if (events.at(-1)?.type !== "acknowledged")
    throw new DemoError("The audit trail does not end in acknowledged.");
}

/** What an audit event means, for somebody who watches. */
function sentenceOf(event: AuditEvent): string {
  const { attemptsLeft, reason, expiry = "" } = event;
  switch (event.type) {
    case "requested":
      return "a handoff was asked for";
    case "approved":
      return "somebody else approved it";
    case "denied":
      return "somebody else denied it";
    case "request_expired":
      return "nobody approved it in time";
    case "created":
      return `${event.class}, opens until ${utcMinute(Date.parse(expiry) / 1_000)}${reason ? `; reason: ${reason}` : ""}`;
    case "mailed":
      return "the mail server took the mail with the link";
    case "bounced":
      return "the mail came back";
    case "code_mailed":
      return "a code was mailed to the recipient";
    case "answer_wrong":
      return `a wrong answer; ${attemptsLeft ?? "no"} more may be tried`;
    case "locked":
      return "too many wrong answers: the ciphertext is gone";
    case "claimed":
      return "bound to the browser that opened it; nobody else can";
    case "acknowledged":
      return "the recipient has taken it: the ciphertext is gone";
    case "unconfirmed":
      return "opened, but nobody said that it was taken: the ciphertext is gone";
    case "expired":
      return "nobody opened it in time: the ciphertext is gone";
    case "revoked":
      return "the sender took it back: the ciphertext is gone";
    case "superseded":
      return "a newer version took its place: the ciphertext is gone";
    case "reported":
      return "reported by the recipient: not expected, or not opened by them; if it had been opened, rotate again";
    case "refused":
      return event.count === undefined
        ? `somebody was turned away: ${event.outcome}`
        : `somebody was turned away ${event.count} times more: ${event.outcome}`;
    case "recipient_erased":
      return "a recipient's address was erased: the trail names nobody there any more";
    case "audit_viewed":
      return "somebody read the audit trail";
  }
}

/** `09:52:07` of an event's time. */
function clockTime({ time }: AuditEvent): string {
  return time.slice(11, 19);
}
