import { seal } from "@secret-handoff/protocol";
import type { PolicyResponse } from "@secret-handoff/protocol/api";
import { defaultMailbox, type Mailbox, type Recipient } from "../mail/addresses.ts";
import { loadKeys } from "../recipient-keys/load-keys.ts";
import { addressOf, type KeyContext, type KeyedRecipient } from "../recipient-keys/recipient-key.ts";
import { type Deadline, withDeadline } from "../runtime/deadline.ts";
import { platformRuntime, type Runtime } from "../runtime/runtime.ts";
import { ErrorCollector, SenderError } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import { inputName, type NameSetting } from "../settings.ts";
import type { LabelledSecret } from "../sources/secret-version.ts";
import { type DeliveryPorts, deliver, type Outcome } from "./deliver.ts";
import {
  type Delivery,
  type DeliveryChoices,
  type Description,
  describedBy,
  NO_CONTACT,
  planDelivery,
} from "./delivery.ts";
import { GENERATE } from "./passphrase.ts";
import { checkPolicy, type ExpectedOutcome, expectOutcomes } from "./policy.ts";
import { requestProblem } from "./requests.ts";

/**
 * Checked before anything is created, not when the first handoff is refused.
 * @throws SenderError `not_allowed`
 */
export function checkRight(
  { rights }: Pick<PolicyResponse, "rights">,
  needed: "send" | "check",
  origin: string,
  asking: "workflow" | "caller",
): void {
  if (rights.includes("send") || (needed === "check" && rights.includes("check"))) return;
  const given = rights.length === 0 ? "no right" : `only ${rights.join(", ")}`;
  throw new SenderError(
    "not_allowed",
    asking === "workflow"
      ? `This workflow may not ${needed} through ${origin}: the senders list gives it ${given}. Ask whoever runs the service to add ${needed} to its entry.`
      : `You may not ${needed} through ${origin}: the service's lists give you ${given}. Ask whoever runs the service to add ${needed} to your entry.`,
  );
}

/** What is to be handed over, to whom, and how. */
export type HandOver = DeliveryChoices &
  Omit<Description, "from"> & {
    /** At least one. */
    readonly secrets: readonly LabelledSecret[];
    /** Normalised addresses, with the recipients' own keys where they have one, as {@link parseRecipients} gives them. */
    readonly recipients: readonly (string | Recipient)[];
    readonly class: string;
    /** Seconds. @default what the class allows at most */
    readonly expiresIn?: number | undefined;
    /** Who the mail is from. @default `handoff@` and the service's host */
    readonly from?: Mailbox | undefined;
    /** The sender waits for the receipts, which some classes insist on. */
    readonly awaitsReceipt?: boolean | undefined;
  };

export type HandOverPorts = Pick<
  DeliveryPorts,
  "service" | "mail" | "passphrases" | "onPassphrase" | "onSealed" | "onOutcome"
> & {
  /** Where keys of recipients are read and asked for. */
  readonly keys?: Omit<KeyContext, "runtime" | "deadline"> | undefined;
  readonly runtime?: Runtime;
  /** @default a quarter of an hour */
  readonly deadline?: Deadline;
  /** Called with each warning: what should be known and stops nothing. */
  readonly onWarning?: (sentence: string) => void;
  /** How the warnings call what is set. @default as the inputs of the action are called */
  readonly names?: NameSetting;
};

/** What was found before anything was created. */
export class HandOverError extends SenderError {
  /** All mistakes, of which this error is the first. */
  readonly all: readonly SenderError[];

  constructor(all: readonly SenderError[]) {
    const [first] = all;
    super(first?.code ?? "unexpected", (name) => first?.says(name) ?? "", { cause: first });
    this.all = all;
  }
}

/**
 * Hands secrets over: checks the class's policy, seals, creates, mails. Once per version: what was handed to a recipient before is
 * not sent again. One recipient's failure stops no other.
 * @returns one outcome a recipient, in the order given
 * @throws HandOverError before anything was created; SenderError where the service or the mail server cannot be used
 */
export async function handOver(request: HandOver, ports: HandOverPorts): Promise<readonly Outcome[]> {
  const passphrases = request.passphrase === GENERATE ? ports.passphrases : undefined;
  if (request.passphrase === GENERATE && !passphrases) {
    throw new SenderError(
      "passphrase",
      "Say where generated passphrases are kept: give the port passphrases.",
    );
  }
  return withPlan(request, ports, "send", (delivery, recipients, deadline, runtime) =>
    deliver(delivery, recipients, { ...ports, passphrases, runtime, seal }, deadline),
  );
}

/** What {@link handOver} would do, asked of the service. Creates nothing and mails nothing; the right to check is enough. */
export function checkHandOver(
  request: HandOver,
  ports: Pick<HandOverPorts, "service" | "keys" | "runtime" | "deadline" | "onWarning" | "names">,
): Promise<readonly ExpectedOutcome[]> {
  return withPlan(request, ports, "check", (delivery, recipients, deadline, runtime) =>
    expectOutcomes(delivery.details, recipients, { service: ports.service, runtime }, deadline),
  );
}

const LIMIT_MS = 900_000;

async function withPlan<T>(
  request: HandOver,
  {
    service,
    keys,
    runtime = platformRuntime,
    deadline,
    onWarning,
    names = inputName,
  }: Omit<HandOverPorts, "mail"> & { readonly service: ServiceClient },
  right: "send" | "check",
  work: (
    delivery: Delivery,
    recipients: readonly KeyedRecipient[],
    deadline: Deadline,
    runtime: Runtime,
  ) => Promise<T>,
): Promise<T> {
  const atLimit = () => new SenderError("deadline", "Handing over took longer than a quarter of an hour.");
  const workUntil = async (until: Deadline) => {
    const policy = await service.policy(until);
    checkRight(policy, right, service.origin, "caller");
    const { passphrase, reason, awaitsReceipt = false } = request;
    const recipients = request.recipients.map(addressOf);
    const approved =
      request.request === undefined ? undefined : await service.request(request.request, until);
    const ended = approved && requestProblem(approved);
    if (ended) throw ended;
    const policyResult = checkPolicy(
      {
        ...{ class: request.class, expiresIn: request.expiresIn, reason, recipients, awaitsReceipt },
        hasPassphrase: passphrase !== undefined,
        environment: undefined,
        approved,
      },
      policy.classes,
      Math.floor(runtime.now() / 1_000),
    );
    for (const sentence of policyResult.warnings) onWarning?.(sentence);
    const errors = new ErrorCollector();
    errors.add(...policyResult.errors);
    const from = request.from ?? defaultMailbox(service.origin);
    const description = describedBy(policy.company, { ...request, from });
    if (description.contact === undefined) onWarning?.(NO_CONTACT(names));
    const delivery =
      policyResult.allowed &&
      planDelivery(request.secrets, description, request, policyResult.allowed, errors, runtime);
    if (!delivery || errors.errors.length > 0) throw new HandOverError(errors.errors);
    const keyed = await loadKeys(request.recipients, { ...keys, runtime, deadline: until });
    return work(delivery, keyed, until, runtime);
  };
  return deadline ? workUntil(deadline) : withDeadline({ limitMs: LIMIT_MS, atLimit }, runtime, workUntil);
}
