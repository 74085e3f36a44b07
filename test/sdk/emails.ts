import type { HandoffId } from "@secret-handoff/protocol";
import type { Email } from "@secret-handoff/sdk";

/** A small email for transports. */
export function anEmail(more: Partial<Email> = {}): Email {
  return {
    from: { name: "Acme Sécurité", address: "handoff@acme.example" },
    to: "ana@vendor.example",
    replyTo: "security@acme.example",
    subject: "A secret for you from acme/orders",
    text: "https://handoff.example/h/x#y\n",
    html: '<a href="https://handoff.example/h/x#y">open</a>',
    handoff: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
    messageId: "SlY8E4NKPhhMiveoipXTpg@handoff.example",
    ...more,
  };
}
