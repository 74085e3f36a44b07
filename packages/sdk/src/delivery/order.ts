import type { CredentialClass, HandoffView, Header, Item, Sealed, SealInput } from "@secret-handoff/protocol";
import type { Concealed } from "../concealed.ts";
import type { Mailbox } from "../mail/addresses.ts";
import type { MailTransport } from "../mail/email.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ServiceClient } from "../service/service-client.ts";
import type { SubjectSecret } from "../sources/secret-version.ts";
import type { Outcome } from "./outcome.ts";

/** What to hand over, the same for every recipient. */
export type Order = {
  readonly class: CredentialClass;
  /** Seconds from the sealing to the expiry. */
  readonly expiresIn: number;
  /** When what is handed over stops working, Unix seconds: no link outlives it, however late it is sealed. */
  readonly endsAt?: number;
  readonly items: readonly Item[];
  readonly header: Omit<Header, "emailHint">;
  readonly passphrase?: Concealed<string>;
  readonly subject: SubjectSecret;
  readonly resend: boolean;
  readonly reason?: string | undefined;
  readonly from: Mailbox;
  readonly replyTo?: string;
  readonly contact: string;
  /** What sends it, like `acme/orders`. */
  readonly source: string;
  readonly message?: string | undefined;
  readonly context: Readonly<Record<string, string>>;
};

/** What a delivery works with. */
export type DeliveryPorts = {
  readonly service: ServiceClient;
  readonly mail: MailTransport;
  readonly runtime: Runtime;
  readonly seal: (input: SealInput) => Promise<Sealed>;
  /** Told each link before anything is done with it: the place to mask. */
  readonly onSealed?: (sealed: Sealed) => void;
  /** Told when another run's handoff of that version is not mailed yet, each time it is looked at. */
  readonly onWaiting?: (recipient: string, earlier: HandoffView) => void;
  /** Told each outcome as it comes. */
  readonly onOutcome?: (outcome: Outcome, done: number, all: number) => void;
};
