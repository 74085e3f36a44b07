import type { SenderErrorCode } from "@secret-handoff/sdk";

/** What a script can tell from the exit code. docs/cli.md lists them; they do not change. */
export const EXIT = {
  done: 0,
  /** Something failed, or was done for some only. */
  failed: 1,
  /** The command line is wrong. Nothing was done. */
  usage: 2,
  /** The service refuses: who asks, or what for. */
  refused: 3,
  /** The link cannot be opened: ended, locked, damaged, or a wrong answer. */
  notOpened: 4,
  /** Something could not be reached. Trying again may help. */
  unreachable: 5,
  /** What was verified is not what it should be. */
  notVerified: 6,
  /** Stopped by Ctrl+C. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const REFUSED: ReadonlySet<SenderErrorCode> = new Set([
  "unauthenticated",
  "not_allowed",
  "policy",
  "class_unknown",
  "expiry",
  "passphrase",
  "reason",
  "receipt",
  "approvals",
  "not_approver",
  "same_person",
  "request_ended",
  "resend_needed",
  "newer_version",
  "access_denied",
  "service_refused",
  "recipient_unknown",
  "released",
]);
const UNREACHABLE: ReadonlySet<SenderErrorCode> = new Set([
  "service_unreachable",
  "service_unavailable",
  "not_a_service",
  "aws_unavailable",
  "mail_unreachable",
  "store_unreachable",
  "store_unavailable",
  "deadline",
]);
const USAGE: ReadonlySet<SenderErrorCode> = new Set(["input", "endpoint", "secret_ids", "recipient"]);

/** The exit code for an error of the SDK. */
export function exitCodeOf(code: SenderErrorCode): ExitCode {
  if (code === "cancelled") return EXIT.interrupted;
  if (code === "identity") return EXIT.notOpened;
  if (USAGE.has(code)) return EXIT.usage;
  if (REFUSED.has(code)) return EXIT.refused;
  return UNREACHABLE.has(code) ? EXIT.unreachable : EXIT.failed;
}
