import type { AuditEvent } from "@secret-handoff/protocol/api";
import { type LocalStack, startLocalStack } from "../stack.ts";
import { DemoError, must, readTrail, storedEnvelope } from "./checks.ts";
import { DEMO_COMPANY } from "./company.ts";
import { clockTime, sentenceOf } from "./event-sentences.ts";
import { openAsRecipient } from "./recipient.ts";
import { handOver, RECIPIENT, rotate, SECRET } from "./sender.ts";
import { SerialQueue, type Terminal } from "./terminal.ts";

export type DemoOptions = {
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
