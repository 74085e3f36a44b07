import { type Flags, isEnvelopeLength, isHeaderLength, needsEmail, VERSION } from "@secret-handoff/protocol";
import {
  type CredentialClass,
  missingApprovals,
  type ParsedCreateRequest,
  type PolicyViolation,
  policyViolations,
  type Right,
  unknownClass,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { readAddress } from "../http/request.ts";
import { type Caller, requireRight } from "./callers.ts";
import type { RequestEvaluation } from "./request-use.ts";

/** What a sender proposes to hand over, with its envelope or, to have it checked, without. */
export type Proposed = Pick<
  ParsedCreateRequest,
  "class" | "flags" | "expiresAt" | "subject" | "members" | "resend" | "reason" | "request"
> & {
  /** True where a code is mailed before the claim. */
  readonly mailedCode: boolean;
};

/** Seconds by which a version may seem to come from the future: clocks differ. */
const VERSION_TOLERANCE = 60;

/** A proposal whose shape holds, of a class that the caller may send. */
export type Admitted = {
  readonly credentialClass: CredentialClass;
  /** The recipient's normalised address, where the sender named one. */
  readonly recipient: string | undefined;
};

/**
 * Judges a proposal before anything is looked up: its shape, and who may send the class.
 * @param anyOf rights of which the caller needs one for the class
 * @throws ProblemError 400, 403 `not_allowed`, 422 `policy` where there is no such class
 */
export function admit(
  classes: readonly CredentialClass[],
  caller: Caller,
  anyOf: readonly Right[],
  proposed: Proposed,
  now: number,
): Admitted {
  const { subject, members } = proposed;
  if (members && !subject?.secret.startsWith("bundle:")) {
    throw new ProblemError("malformed", "The field members needs a subject whose secret is a bundle.");
  }
  const recipient = subject && readAddress(subject.recipient, "field subject.recipient");
  // A version dated ahead would keep every later one from being handed over until its time has come.
  if (subject && subject.versionCreatedAt > now + VERSION_TOLERANCE) {
    throw new ProblemError("malformed", "The field subject.versionCreatedAt lies in the future.");
  }
  const credentialClass = classes.find(({ name }) => name === proposed.class);
  if (!credentialClass) throw noSuchClass(classes, proposed, now);
  requireRight(caller, anyOf, credentialClass.name);
  return { credentialClass, recipient };
}

/**
 * Judges a proposal by every rule of its class.
 * @param evaluation what the request that it names is worth; undefined where it names none
 * @throws ProblemError 422 `approvals` where nothing but approvals is missing, otherwise `policy` with every broken rule
 */
export function requirePolicy(
  { credentialClass, recipient }: Admitted,
  caller: Caller,
  proposed: Proposed,
  evaluation: RequestEvaluation | undefined,
  now: number,
): void {
  const given = evaluation && "approvals" in evaluation ? evaluation.approvals.map(({ role }) => role) : [];
  const proposal = {
    ...proposed,
    recipients: recipient === undefined ? [] : [recipient],
    reason: proposed.reason,
    environment: caller.environment,
    approvals: given,
  };
  const rules = policyViolations(credentialClass, proposal, now);
  const broken =
    evaluation && "unserved" in evaluation
      ? [...rules, { rule: "approvals" as const, detail: evaluation.unserved }]
      : rules;
  if (broken.length === 0) return;
  const isOnlyApprovals = broken.every(({ rule }) => rule === "approvals");
  const missing = missingApprovals(credentialClass, given);
  throw new ProblemError(
    isOnlyApprovals ? "approvals" : "policy",
    broken.map(({ detail }) => detail).join(" "),
    { extensions: { broken, ...(isOnlyApprovals ? { missing } : {}) } },
  );
}

function noSuchClass(
  classes: readonly CredentialClass[],
  { expiresAt }: Proposed,
  now: number,
): ProblemError {
  const broken: PolicyViolation[] = [
    unknownClass(classes),
    ...(expiresAt > now ? [] : [{ rule: "expiry" as const, detail: "The expiry has passed already." }]),
  ];
  return new ProblemError("policy", "The class is not one that this service knows.", {
    extensions: { broken },
  });
}

type Shape = {
  readonly flags: Flags;
  readonly envelope?: Uint8Array | undefined;
  readonly header?: Uint8Array | undefined;
  readonly emailVerifier?: Uint8Array | undefined;
};

/** What the schema cannot say of the sealed parts that there are. @throws ProblemError 400 */
export function checkShape({ envelope, header, emailVerifier, flags }: Shape): void {
  // What no reader of this version could open must not be claimed, and burned, to find that out.
  if (envelope && (envelope[0] !== VERSION || !isEnvelopeLength(envelope.length)))
    throw malformed("envelope");
  if (header && (header[0] !== VERSION || !isHeaderLength(header.length))) throw malformed("header");
  if (emailVerifier && !needsEmail(flags)) {
    throw new ProblemError(
      "malformed",
      "An emailVerifier needs flags with bit 1: a code is mailed to an address.",
    );
  }
}

function malformed(field: string): ProblemError {
  return new ProblemError("malformed", `The field ${field} is malformed.`);
}
