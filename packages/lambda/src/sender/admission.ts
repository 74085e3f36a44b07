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
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import type { Caller } from "./caller.ts";

/**
 * Judges a create before anything is looked up: its shape, then who may send the class, then every rule of the class.
 * @returns the recipient's normalised address, where the sender named one
 * @throws ProblemError 400, 403 `not_allowed`, 422 `policy` with every broken rule
 */
export function admit(
  classes: readonly CredentialClass[],
  caller: Caller,
  body: ParsedCreateRequest,
  now: number,
): { readonly recipient: string | undefined } {
  checkShape(body);
  const recipient = body.subject && readRecipient(body.subject.recipient);
  const credentialClass = classes.find(({ name }) => name === body.class);
  if (!credentialClass) {
    const known = classes.map(({ name }) => name).join(", ");
    const broken: PolicyViolation[] = [
      { rule: "class", detail: `This service knows the classes ${known}.` },
      ...(body.expiresAt > now
        ? []
        : [{ rule: "expiry" as const, detail: "The expiry has passed already." }]),
    ];
    throw new ProblemError("policy", "The class is not one that this service knows.", {
      extensions: { broken },
    });
  }
  if (caller.classes && !caller.classes.has(credentialClass.name)) {
    throw new ProblemError(
      "not_allowed",
      `The senders list does not let this workflow send class ${credentialClass.name}.`,
    );
  }
  const proposal = {
    ...body,
    recipients: recipient === undefined ? [] : [recipient],
    reason: body.reason,
    mailedCode: body.emailVerifier !== undefined,
    environment: caller.environment,
    // Nobody can prove an approval yet.
    approvals: [],
  };
  const broken = policyViolations(credentialClass, proposal, now);
  if (broken.length > 0) {
    throw new ProblemError("policy", broken.map(({ detail }) => detail).join(" "), {
      extensions: { broken },
    });
  }
  return { recipient };
}

/** What the schema cannot say. */
function checkShape({ envelope, header, emailVerifier, flags }: ParsedCreateRequest): void {
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
