import type { HandoffId } from "@secret-handoff/protocol";
import { seal } from "@secret-handoff/protocol";
import { type Delivery, type DeliveryPorts, deliver, type Email, type Outcome } from "@secret-handoff/sdk";
import { unending } from "../sdk/deadlines.ts";

/** Every call of a run's ports has two moments at which it can die: before it is made, and when its answer has come. */
const MOMENTS_A_CALL = 2;
/** seal, create, mail, record */
const CALLS = 4;

/** Moments in handing over to so many recipients. */
export function momentsIn(recipients: number): number {
  return recipients * CALLS * MOMENTS_A_CALL;
}

/** One run of a delivery in this process, which stops dead at a given moment: nothing after it happens, no tidying up either. */
export type MortalRun = {
  /** The outcomes, or undefined when it died. */
  readonly ended: Promise<readonly Outcome[] | undefined>;
  /** False while it waits for others, and once it has ended or died. */
  readonly working: () => boolean;
  readonly isDead: () => boolean;
  /** Mails that were accepted before it died, of which it has not told the service, or not heard that it had. */
  readonly unrecorded: ReadonlySet<HandoffId>;
};

export function startMortalRun(
  delivery: Delivery,
  recipients: readonly string[],
  ports: Omit<DeliveryPorts, "seal">,
  /** The moment it dies at, from 1; 0: never. */
  moment: number,
): MortalRun {
  const unrecorded = new Set<HandoffId>();
  const idle = new Set<string>();
  let moments = 0;
  let dead = false;
  let die = () => {};
  const death = new Promise<undefined>((resolve) => {
    die = () => resolve(undefined);
  });
  /** Resolves at once while the run lives, and never afterwards. */
  const live = async () => {
    moments += 1;
    if (moments === moment) {
      dead = true;
      die();
    }
    if (dead) await new Promise<never>(() => {});
  };
  const mortal =
    <Args extends readonly unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      await live();
      const answer = await call(...args);
      await live();
      return answer;
    };
  const { service, mail } = ports;
  const send = async (email: Email, deadline: Parameters<typeof mail.send>[1]) => {
    idle.delete(email.to);
    const messageId = await mail.send(email, deadline);
    unrecorded.add(email.handoff);
    return messageId;
  };
  const record = mortal(service.mailed);
  const ended = deliver(
    delivery,
    recipients,
    {
      ...ports,
      seal: mortal(seal),
      mail: { ...mail, send: mortal(send) },
      service: {
        ...service,
        create: mortal(service.create),
        revoke: mortal(service.revoke),
        mailed: async (id, ...rest) => {
          await record(id, ...rest);
          unrecorded.delete(id);
        },
      },
      onWaiting: (recipient) => idle.add(recipient),
      onOutcome: ({ recipient }) => idle.add(recipient),
    },
    unending(),
  );
  return {
    ended: Promise.race([ended, death]),
    working: () => !dead && idle.size < recipients.length,
    isDead: () => dead,
    unrecorded,
  };
}
