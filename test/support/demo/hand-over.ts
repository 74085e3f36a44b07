import { type ActionResult, type LocalStack, localInputs, startAction } from "@secret-handoff/local";
import { must } from "./demo-error.ts";
import { SECRET } from "./rotate.ts";
import type { Terminal } from "./terminal.ts";

export const RECIPIENT = "ana@vendor.example";

/**
 * Runs the built action as GitHub's runner would, and relays its output through what the runner does to it.
 * @returns the handoff's id
 * @throws DemoError when it fails, or a secret shows
 */
export async function handOver(stack: LocalStack, terminal: Terminal, signal: AbortSignal): Promise<string> {
  const action = startAction({
    stack,
    inputs: {
      ...localInputs(stack),
      "secret-ids": `ORDERS_API, ${SECRET}`,
      "parse-json-secrets": "true",
      recipients: RECIPIENT,
      class: "third-party-service",
      reason: "quarterly rotation",
      from: "Acme Security <handoff@acme.example>",
      contact: "security@acme.example",
    },
    onLine: (line) => terminal.quote(asInTheLog(line, terminal)),
  });
  const cancel = () => action.kill("SIGTERM");
  signal.addEventListener("abort", cancel, { once: true });
  try {
    const result = await action.finished;
    signal.throwIfAborted();
    return handoffOf(result, String(stack.secrets.value(SECRET)));
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

function handoffOf({ exitCode, shown, summary, outputs }: ActionResult, secret: string): string {
  must(exitCode === 0, `The action failed (${exitCode}); its output above says why.`);
  const { password }: { readonly password?: string } = JSON.parse(secret);
  must(password !== undefined && password !== "", "The rotation left no password.");
  for (const text of [shown, summary, ...Object.values(outputs)]) {
    must(!text.includes(password), "The action's output shows the secret.");
    must(!/\/h\/[\w-]{22}#/.test(text), "The action's output shows the link.");
  }
  const [id]: readonly unknown[] = JSON.parse(outputs["handoff-ids"] ?? "[]");
  must(typeof id === "string", "The action named no handoff in its outputs.");
  return id;
}

/** GitHub's log shows `##[warning]` as a word in colour. */
function asInTheLog(line: string, terminal: Terminal): string {
  const [, kind, rest = ""] = /^##\[(\w+)\](.*)$/.exec(line) ?? [];
  switch (kind) {
    case "error":
      return `${terminal.paint("red", "Error:")} ${rest}`;
    case "warning":
      return `${terminal.paint("yellow", "Warning:")} ${rest}`;
    case "notice":
      return `${terminal.paint("cyan", "Notice:")} ${rest}`;
    case "group":
      return `${terminal.paint("dim", "▾")} ${rest}`;
    case "endgroup":
      return "";
    default:
      return line;
  }
}
