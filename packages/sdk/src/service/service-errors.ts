import { withoutBreaks } from "@secret-handoff/protocol/shown-text";
import { redact } from "../redact.ts";
import { SenderError } from "../sender-error.ts";
import type { Sentence } from "../settings.ts";

/** An answer of the service. `json` is undefined where the body is empty, or not JSON. */
export type ServiceResponse = {
  readonly status: number;
  readonly json: unknown;
  readonly problem: ServiceProblem | undefined;
  /** The title of a web page, which no service answers with: empty where it has none. */
  readonly webPage?: string;
  /** True where the request was sent more than once: an earlier try may have done what this one finds done. */
  readonly repeated?: boolean;
  /** By how much the runner's clock is ahead of the service's, seconds. */
  readonly clockAhead: number;
};

/** What the sdk needs of problem+json (RFC 9457). */
export type ServiceProblem = {
  /** A `ProblemCode`, or one that only a newer service knows. */
  readonly code: string;
  readonly detail: string;
  /** Broken rules; a newer service may know more of them than we do. */
  readonly broken: readonly { readonly rule: string; readonly detail: string }[];
};

/** Broken rules that are passed on. */
const MOST_RULES = 20;
/** From here on a difference of the clocks is the reason: the service tolerates 30 s in a token and 60 s in an expiry. */
const CLOCK_TOLERANCE = 30;

export function readProblem(value: unknown): ServiceProblem | undefined {
  if (!isObject(value)) return undefined;
  const { code, detail } = value;
  if (typeof code !== "string" || !/^[a-z_]{1,40}$/.test(code) || typeof detail !== "string")
    return undefined;
  const rules: readonly unknown[] = Array.isArray(value.broken) ? value.broken.slice(0, MOST_RULES) : [];
  const broken = rules.flatMap((one) =>
    isObject(one) && typeof one.rule === "string" && typeof one.detail === "string"
      ? [{ rule: one.rule.slice(0, 40), detail: oneLine(one.detail) }]
      : [],
  );
  return { code, detail: oneLine(detail), broken };
}

/** Who was refused: a workflow by its token, or an IAM principal by its signature. */
type Refused = "workflow" | "principal";

/** The sentence for an answer that is a refusal. What the service says in `detail` is passed on. */
export function toError(
  origin: string,
  response: ServiceResponse,
  refused: Refused = "workflow",
): SenderError {
  const { problem } = response;
  // API Gateway's own, before the service is asked; it says no more than that.
  if (!problem && refused === "principal" && [401, 403].includes(response.status))
    return signatureRefused(origin, response);
  if (!problem) return unexpectedResponse(origin, response);
  const sentence =
    clockSentence(origin, response, problem) ?? refusals(origin, problem, refused)[problem.code];
  return sentence
    ? new SenderError(...sentence)
    : new SenderError(
        "service_refused",
        `${origin} refused the request (${response.status} ${problem.code}): ${problem.detail}`,
      );
}

type Refusal = readonly [code: ConstructorParameters<typeof SenderError>[0], sentence: Sentence];

function signatureRefused(origin: string, { status, clockAhead }: ServiceResponse): SenderError {
  if (Math.abs(clockAhead) > 300) {
    return new SenderError(
      "clock",
      `This machine's clock is ${Math.round(Math.abs(clockAhead))} seconds off that of ${origin}, so AWS refuses its signatures. Set it, for example by NTP.`,
    );
  }
  return new SenderError(
    "unauthenticated",
    `AWS does not accept the signature for ${origin} (${status}). Check that the credentials are of an account that may call it, that they have not expired, and that the region is the service's.`,
  );
}

function refusals(
  origin: string,
  { detail, broken }: ServiceProblem,
  refused: Refused,
): Readonly<Record<string, Refusal>> {
  const rules = broken.length === 0 ? detail : broken.map((one) => one.detail).join(" ");
  return {
    unauthenticated: [
      "unauthenticated",
      (say) =>
        `${origin} does not accept this ${refused === "workflow" ? `${say("workflow")}'s token` : "signature"}: ${detail}${SAYS_WHAT_TO_DO.test(detail) ? "" : ` Check that ${say("endpoint")} is the service's exact address.`}`,
    ],
    not_allowed: [
      "not_allowed",
      (say) =>
        `${refused === "workflow" ? `This ${say("workflow")} may not send through` : "You may not do this at"} ${origin}: ${detail} Ask whoever runs the service ${entryAdvice(detail, refused)}.`,
    ],
    policy: [
      "policy",
      `The service's policy refuses this: ${rules} Change what breaks the ${broken.length > 1 ? "rules" : "rule"}, or choose another class.`,
    ],
    approvals: ["approvals", `The service has no approval for this handoff: ${rules}`],
    not_approver: ["not_approver", detail],
    same_person: ["same_person", detail],
    request_ended: ["request_ended", detail],
    resend_needed: [
      "resend_needed",
      (say) =>
        `This version was handed over before, and that handoff ended locked or reported. Find out why, then set ${say("resend", "true")}.`,
    ],
    newer_version: [
      "newer_version",
      "A newer version of this secret was handed over already, so this older one is not. Run again to read the newest version.",
    ],
    released: [
      "released",
      "The handoff was opened already, so it cannot be revoked. Rotate the secret if that was wrong.",
    ],
    too_large: ["too_large", "The service finds the handoff too large. Hand over fewer secrets at once."],
  };
}

/** Of an answer to a call that is not accepted: what is wrong, and then what to do. */
const SAYS_WHAT_TO_DO = /\. [A-Z][a-z]+ /;

/** Somebody who is on a list lacks a right there, in the words of the service; everybody else lacks an entry. */
function entryAdvice(detail: string, refused: Refused): string {
  const workflow = refused === "workflow";
  if (/\blist gives this caller (?!no right\b)/.test(detail))
    return `to add what is missing to ${workflow ? "its" : "your"} entry`;
  return workflow ? "to add it to the senders list" : "to add you to the operators list";
}

/** What these say of an expiry is about a class or a request. */
const NOT_ABOUT_TIME: ReadonlySet<string> = new Set(["policy", "approvals", "request_ended"]);

/** A refusal that is about time, where the clocks differ: then neither the policy nor the token is to blame. */
function clockSentence(
  origin: string,
  { clockAhead }: ServiceResponse,
  { code, detail, broken }: ServiceProblem,
): Refusal | undefined {
  const aboutTime =
    broken.some(({ rule }) => rule === "expiry") ||
    (!NOT_ABOUT_TIME.has(code) && /\bexpir|\bnot yet\b|\bfuture\b|\bclock\b/i.test(detail));
  if (!aboutTime || Math.abs(clockAhead) <= CLOCK_TOLERANCE) return undefined;
  const off = `${Math.round(Math.abs(clockAhead))} seconds ${clockAhead > 0 ? "ahead of" : "behind"}`;
  const words = broken.length === 0 ? detail : broken.map((one) => one.detail).join(" ");
  return [
    "clock",
    `This machine's clock is ${off} that of ${origin}, so the request was refused: ${words} Set this machine's clock, for example by NTP.`,
  ];
}

/** The sentence for a service that failed, at the last try too. What it says to do then, to try again, our sentence says better. */
export function unavailable(
  origin: string,
  { status, problem, webPage }: Pick<ServiceResponse, "status" | "problem" | "webPage">,
): SenderError {
  const page = webPage === undefined ? "" : ` with a web page${titled(webPage)}`;
  const said = problem ? ` ${problem.detail.replace(/ Try again\.$/, "")}` : "";
  return new SenderError(
    "service_unavailable",
    `${origin} answered ${status}${page} again and again.${said} Try again later, or ask whoever runs the service.`,
  );
}

/** The sentence for an answer that no secret-handoff service gives. */
export function unexpectedResponse(
  origin: string,
  { status, webPage }: Pick<ServiceResponse, "status" | "webPage">,
): SenderError {
  return new SenderError("not_a_service", (say) =>
    webPage === undefined
      ? `${origin} answered ${status}, but not as a secret-handoff service does. Check ${say("endpoint")}.`
      : `${origin} answered ${status} with a web page${titled(webPage)}: a proxy, a firewall or another site answers in the service's place. Check ${say("endpoint")}, and that this machine reaches it without a login.`,
  );
}

/** The page's own words for what it is, as far as they fit in a sentence. */
function titled(webPage: string): string {
  const title = redact(webPage).slice(0, 80);
  return title === "" ? "" : ` ("${title}")`;
}

/** Another party's words as one line of bounded length, with a full stop. */
function oneLine(text: string): string {
  const line = withoutBreaks(text).trim().slice(0, 1_000);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
