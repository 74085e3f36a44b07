import { flagsOf, type HandoffId } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import { type DeliveryDetails, requestFor } from "./delivery.ts";

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
  recipients: readonly string[],
  { service, runtime }: { readonly service: Pick<ServiceClient, "check">; readonly runtime: Runtime },
  deadline: Deadline,
): Promise<readonly ExpectedOutcome[]> {
  const { verification, name } = details.class;
  const proposal = {
    class: name,
    flags: flagsOf({ passphrase: details.passphraseNeeded, email: verification !== "click" }),
    mailedCode: verification === "email-code",
  };
  return mapLimited(recipients, AT_ONCE, async (recipient) => {
    const expiresAt = Math.floor(runtime.now() / 1_000) + details.expiresIn;
    const request = { ...proposal, expiresAt, ...requestFor(recipient, details) };
    const answer = await toResult(service.check(request, deadline));
    if (answer instanceof SenderError) return { kind: "refused", recipient, error: answer };
    return answer.outcome === "earlier"
      ? { kind: "earlier", recipient, handoff: answer.handoff }
      : { kind: "mail", recipient, supersedes: answer.supersedes };
  });
}
