import type { HandoffId, HandoffView } from "@secret-handoff/protocol";
import type { SenderError } from "../sender-error.ts";

/** What became of one recipient. */
export type Outcome =
  | {
      readonly kind: "mailed";
      readonly recipient: string;
      readonly id: HandoffId;
      /** Unix seconds. */
      readonly expiresAt: number;
      /** The mail went out, but the service could not be told: a later run may mail again. */
      readonly notRecorded?: SenderError;
    }
  | {
      /** That version was handed to that recipient before; nothing was mailed. */
      readonly kind: "earlier";
      readonly recipient: string;
      readonly handoff: HandoffView;
    }
  | {
      readonly kind: "failed";
      readonly recipient: string;
      readonly error: SenderError;
      /** Set when this run had to end what it created for the recipient: it is revoked, or else `notRevoked` is set. */
      readonly id?: HandoffId;
      /** Set when what was created could not be revoked: it stays until its expiry, and where the mail's fate is unknown somebody may have its link. */
      readonly notRevoked?: SenderError;
    };
