import { flagsOf, type HandoffId } from "@secret-handoff/protocol";
import {
  type CredentialClass,
  countedApprovals,
  foreignRecipients,
  formatDuration,
  type HandoffView,
  type PolicyRule,
  policyViolations,
  type RequestView,
} from "@secret-handoff/protocol/api";
import type { KeyedRecipient } from "../recipient-keys/recipient-key.ts";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, unixSeconds } from "../runtime/runtime.ts";
import { SenderError, type SenderErrorCode, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import type { NameSetting } from "../settings.ts";
import { type DeliveryDetails, requestFor } from "./delivery.ts";

/** What a sender asks for, as far as a class has a say in it. */
export type SendRequest = {
  readonly class: string;
  /** Seconds; undefined takes the class's limit. */
  readonly expiresIn: number | undefined;
  readonly hasPassphrase: boolean;
  readonly reason: string | undefined;
  readonly recipients: readonly string[];
  /** The GitHub environment of the sender's token, if any. */
  readonly environment: string | undefined;
  /** True when the sender waits until the recipients have confirmed. */
  readonly awaitsReceipt: boolean;
  /** The request that it names, as the service shows it. */
  readonly approved?: Pick<RequestView, "approvals" | "state"> | undefined;
};

/** What a class says of a request. */
export type PolicyResult = {
  /** Missing where the request breaks a rule. */
  readonly allowed?: {
    readonly class: CredentialClass;
    /** Seconds. */
    readonly expiresIn: number;
  };
  readonly errors: readonly SenderError[];
  /** What should be known but stops nothing. */
  readonly warnings: readonly string[];
};

/**
 * Checks a request by the rules that the service checks it by, and says of every violation at once what to do about it.
 * @param classes as `GET /v1/sender/policy` answers them
 * @param now Unix seconds
 */
export function checkPolicy(
  request: SendRequest,
  classes: readonly CredentialClass[],
  now: number,
): PolicyResult {
  const found = classes.find(({ name }) => name === request.class);
  if (!found) return { errors: [unknownClass(request.class, classes)], warnings: [] };
  const { verification, expiresWithin, passphrase } = found;
  const expiresIn = request.expiresIn ?? expiresWithin;
  const proposal = {
    flags: flagsOf({ passphrase: request.hasPassphrase, email: verification !== "click" }),
    expiresAt: now + expiresIn,
    mailedCode: verification === "email-code",
    recipients: request.recipients,
    reason: request.reason,
    environment: request.environment,
    approvals: countedApprovals(found, request.approved?.approvals ?? []).map(({ role }) => role),
    awaitsReceipt: request.awaitsReceipt,
  };
  const errors = policyViolations(found, proposal, now).map(
    ({ rule, detail }) =>
      new SenderError(CODES[rule], (say) => `${detail} ${adviceFor(rule, request, found, say)}`),
  );
  const warnings =
    passphrase === "recommended" && !request.hasPassphrase
      ? [
          `Class ${found.name} recommends a passphrase: whoever reads the mailbox can open the link without one.`,
        ]
      : [];
  return { ...(errors.length === 0 ? { allowed: { class: found, expiresIn } } : {}), errors, warnings };
}

const CODES: Readonly<Record<PolicyRule, SenderErrorCode>> = {
  class: "class_unknown",
  expiry: "expiry",
  passphrase: "passphrase",
  approvals: "approvals",
  verification: "policy",
  reason: "reason",
  environment: "policy",
  recipient: "recipient",
  receipt: "receipt",
};

/** What the sender can do about a violation. */
function adviceFor(
  rule: PolicyRule,
  { expiresIn, recipients, approved }: SendRequest,
  credentialClass: CredentialClass,
  say: NameSetting,
): string {
  switch (rule) {
    case "expiry":
      return `${say("expires-in")} is ${formatDuration(expiresIn ?? credentialClass.expiresWithin)}: shorten it, or choose another class.`;
    case "passphrase":
      return `Set ${say("passphrase")}.`;
    case "approvals":
      return approved
        ? `Wait for it with ${say("await-approval")}, like ${say("await-approval", "4h")}.`
        : `Ask for it with ${say("operation", "request")}, and set ${say("request-id")} to the id that it gives.`;
    case "reason":
      return `Set ${say("reason")}.`;
    case "environment":
      return `${say("environment")}.`;
    case "receipt":
      return `Set ${say("await")}, like ${say("await", "4h")}.`;
    case "recipient": {
      const foreign = foreignRecipients(credentialClass, recipients).map((index) => index + 1);
      return foreign.length === 1
        ? `Recipient ${foreign[0]} is not.`
        : `Recipients ${foreign.join(", ")} are not.`;
    }
    case "class":
    case "verification":
      return "Choose another class.";
  }
}

/** A class that the caller may not use, or that is none. */
export function unknownClass(name: string, classes: readonly CredentialClass[]): SenderError {
  const names = classes.map((one) => one.name).join(", ");
  return new SenderError(
    "class_unknown",
    names === ""
      ? "The service lets you use no class. Ask whoever runs the service to add classes to your entry in the senders or operators list."
      : `The service has no class "${name}" that you may use. Choose one of: ${names}.`,
  );
}

/** What a delivery would do for one recipient. */
export type ExpectedOutcome = { readonly recipient: string } & (
  | {
      readonly kind: "mail";
      /** The handoff that would end. */
      readonly supersedes?: HandoffId | undefined;
    }
  /** That version was handed to that recipient before: nothing would be mailed. */
  | { readonly kind: "earlier"; readonly handoff: HandoffView }
  | { readonly kind: "refused"; readonly error: SenderError }
);

const AT_ONCE = 6;

/**
 * Asks the service what a delivery would do, and creates nothing.
 * @returns one outcome a recipient, in the order given
 */
export function expectOutcomes(
  details: DeliveryDetails,
  recipients: readonly (string | KeyedRecipient)[],
  { service, runtime }: { readonly service: Pick<ServiceClient, "check">; readonly runtime: Runtime },
  deadline: Deadline,
): Promise<readonly ExpectedOutcome[]> {
  const { verification, name } = details.class;
  const proposal = {
    class: name,
    flags: flagsOf({ passphrase: details.passphraseNeeded, email: verification !== "click" }),
    mailedCode: verification === "email-code",
  };
  return mapLimited(recipients, AT_ONCE, async (to) => {
    const { address: recipient, key }: KeyedRecipient = typeof to === "string" ? { address: to } : to;
    if (key instanceof SenderError) return { kind: "refused", recipient, error: key };
    const expiresAt = unixSeconds(runtime) + details.expiresIn;
    const request = { ...proposal, expiresAt, ...requestFor(recipient, details) };
    const answer = await toResult(service.check(request, deadline));
    if (answer instanceof SenderError) return { kind: "refused", recipient, error: answer };
    return answer.outcome === "earlier"
      ? { kind: "earlier", recipient, handoff: answer.handoff }
      : { kind: "mail", recipient, supersedes: answer.supersedes };
  });
}
