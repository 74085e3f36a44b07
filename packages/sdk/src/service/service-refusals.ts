import { SenderError } from "../sender-error.ts";
import type { Answer } from "./service-exchange.ts";

/** The sentence for an answer that is a refusal. What the service says in `detail` is passed on. */
export function toError(origin: string, answer: Answer): SenderError {
  const { problem } = answer;
  if (!problem) return unexpectedResponse(origin, answer);
  switch (problem.code) {
    case "unauthenticated":
      return new SenderError(
        "unauthenticated",
        `${origin} does not accept this workflow's token: ${problem.detail} Check that endpoint is the service's exact address.`,
      );
    case "not_allowed":
      return new SenderError(
        "not_allowed",
        `This workflow may not send through ${origin}: ${problem.detail} Ask whoever runs the service to add it to the senders list.`,
      );
    case "policy":
      return new SenderError(
        "policy",
        `The service's policy refuses this handoff: ${[...problem.broken.map(({ detail }) => detail), ...(problem.broken.length === 0 ? [problem.detail] : [])].join(" ")}`,
      );
    case "resend_needed":
      return new SenderError(
        "resend_needed",
        "This version was handed over before, and that handoff ended locked or reported. Find out why, then set resend: true.",
      );
    case "newer_version":
      return new SenderError(
        "newer_version",
        "A newer version of this secret was handed over already, so this older one is not. Run again to read the newest version.",
      );
    case "released":
      return new SenderError(
        "released",
        "The handoff was opened already, so it cannot be revoked. Rotate the secret if that was wrong.",
      );
    case "too_large":
      return new SenderError(
        "too_large",
        "The service finds the handoff too large. Hand the secrets over in several steps.",
      );
    default:
      return new SenderError(
        "service_refused",
        `${origin} refused the request (${answer.status} ${problem.code}): ${problem.detail}`,
      );
  }
}

/** The sentence for an answer that no secret-handoff service gives. */
export function unexpectedResponse(origin: string, { status }: Answer): SenderError {
  return new SenderError(
    "not_a_service",
    `${origin} answered ${status}, but not as a secret-handoff service does. Check endpoint.`,
  );
}
