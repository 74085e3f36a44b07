import { mapLimited, oneAtATime } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { handOver } from "./hand-over.ts";
import type { DeliveryPorts, Order } from "./order.ts";
import type { Outcome } from "./outcome.ts";

/** Handoffs under way at once: enough to hide the network's delay, too few to trouble a mail server. */
const AT_ONCE = 6;

/**
 * Hands the order over to every recipient, each by a link of their own. One recipient's failure never stops the others.
 * Sealing goes one at a time: with a passphrase it takes 128 MiB and a processor for about half a second (scrypt, N = 2^17).
 * @returns one outcome a recipient, in the order given
 */
export async function deliver(
  order: Order,
  recipients: readonly string[],
  ports: DeliveryPorts,
  deadline: Deadline,
): Promise<readonly Outcome[]> {
  const inTurn = oneAtATime();
  const seal: DeliveryPorts["seal"] = (input) => inTurn(() => ports.seal(input));
  let done = 0;
  return mapLimited(recipients, AT_ONCE, async (recipient) => {
    const outcome = await handOver(recipient, order, { ...ports, seal }, deadline);
    done += 1;
    ports.onOutcome?.(outcome, done, recipients.length);
    return outcome;
  });
}
