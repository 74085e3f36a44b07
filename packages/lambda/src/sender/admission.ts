import {
  isEnvelopeLength,
  isHeaderLength,
  needsEmail,
  normaliseEmail,
  ProtocolError,
  VERSION,
} from "@secret-handoff/protocol";
import {
  type CredentialClass,
  type ParsedCreateRequest,
  type PolicyViolation,
  policyViolations,
  type Right,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { type Caller, requireRight } from "./callers.ts";

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

/**
 * Judges a proposal before anything is looked up: who may send the class, then every rule of the class.
 * @param anyOf rights of which the caller needs one for the class
 * @returns the recipient's normalised address, where the sender named one
 * @throws ProblemError 400, 403 `not_allowed`, 422 `policy` with every broken rule
 */
export function admit(
  classes: readonly CredentialClass[],
  caller: Caller,
  anyOf: readonly Right[],
  proposed: Proposed,
  now: number,
): { readonly recipient: string | undefined } {
  const { subject, members, request } = proposed;
  if (members && !subject?.secret.startsWith("bundle:")) {
    throw new ProblemError("malformed", "The field members needs a subject whose secret is a bundle.");
  }
  const recipient = subject && readRecipient(subject.recipient);
  // A version dated ahead would keep every later one from being handed over until its time has come.
  if (subject && subject.versionCreatedAt > now + VERSION_TOLERANCE) {
    throw new ProblemError("malformed", "The field subject.versionCreatedAt lies in the future.");
  }
  const credentialClass = classes.find(({ name }) => name === proposed.class);
  if (!credentialClass) throw unknownClass(classes, proposed, now);
  requireRight(caller, anyOf, credentialClass.name);
  const proposal = {
    ...proposed,
    recipients: recipient === undefined ? [] : [recipient],
    reason: proposed.reason,
    environment: caller.environment,
    // Nobody can prove an approval yet.
    approvals: [],
  };
  const broken = [
    ...policyViolations(credentialClass, proposal, now),
    ...(request === undefined ? [] : [NO_REQUESTS]),
  ];
  if (broken.length > 0) {
    throw new ProblemError("policy", broken.map(({ detail }) => detail).join(" "), {
      extensions: { broken },
    });
  }
  return { recipient };
}

/** Whoever names a request believes that somebody has approved, which nobody can yet. */
const NO_REQUESTS: PolicyViolation = {
  rule: "approvals",
  detail: "This service keeps no requests for approval yet. Leave out the field request.",
};

function unknownClass(
  classes: readonly CredentialClass[],
  { expiresAt }: Proposed,
  now: number,
): ProblemError {
  const known = classes.map(({ name }) => name).join(", ");
  const broken: PolicyViolation[] = [
    { rule: "class", detail: `This service knows the classes ${known}.` },
    ...(expiresAt > now ? [] : [{ rule: "expiry" as const, detail: "The expiry has passed already." }]),
  ];
  return new ProblemError("policy", "The class is not one that this service knows.", {
    extensions: { broken },
  });
}

/** What the schema cannot say. @throws ProblemError 400 */
export function checkShape({ envelope, header, emailVerifier, flags }: ParsedCreateRequest): void {
  // What no reader of this version could open must not be claimed, and burned, to find that out.
  if (envelope[0] !== VERSION || !isEnvelopeLength(envelope.length)) throw malformed("envelope");
  if (header[0] !== VERSION || !isHeaderLength(header.length)) throw malformed("header");
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

function readRecipient(address: string): string {
  try {
    return normaliseEmail(address);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ProblemError("malformed", "The field subject.recipient is not an e-mail address.");
  }
}
