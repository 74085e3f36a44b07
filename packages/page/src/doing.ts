import {
  type ClaimRequest,
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  formatFragment,
} from "@secret-handoff/protocol";
import { addressOf } from "./address.ts";
import type { ClaimMemory } from "./claim-memory.ts";
import type { Clock } from "./clock.ts";
import type { Effect } from "./flow/effects.ts";
import type { Event } from "./flow/events.ts";
import type { Claim, Handoff } from "./flow/screens.ts";
import type { Service } from "./service.ts";

export type DoingPorts = {
  readonly memory: ClaimMemory;
  readonly service: Service;
  readonly clock: Clock;
  /** Puts another address of this origin into the address bar, without loading anything. */
  readonly showAddress: (address: string) => void;
};

/** Does what the flow asks for. What takes time answers later, with an event. */
export function perform(effect: Effect, ports: DoingPorts, reply: (event: Event) => void): void {
  const { memory, service, showAddress } = ports;
  const now = () => ports.clock.now();
  switch (effect.do) {
    case "ask_status": {
      const { id, linkSecret } = effect.link;
      const { linkToken } = deriveLinkKeys(id, linkSecret);
      void service
        .status(id, { linkToken: encodeBase64url(linkToken) })
        .then((answer) => reply({ is: "status_answered", answer, now: now() }));
      break;
    }
    case "derive":
      void deriveOpenKeys(effect.link, effect.typed, (fraction) =>
        reply({ is: "derivation_progress", fraction }),
      ).then(
        (openKeys) => reply({ is: "derived", openKeys }),
        // The answers were checked before, so this is the device: scrypt takes 128 MiB.
        () => reply({ is: "derivation_failed" }),
      );
      break;
    case "mail_code": {
      const { link, keys } = effect.handoff;
      const body = {
        ...whoHolds(effect.handoff),
        email: effect.email,
        emailKey: encodeBase64url(keys.emailKey),
      };
      void service.mailCode(link.id, body).then((answer) => reply({ is: "code_mailed", answer }));
      break;
    }
    case "claim":
      void service
        .claim(effect.handoff.link.id, claimBody(effect.handoff, effect.claim))
        .then((answer) => reply({ is: "claim_answered", answer, now: now() }));
      break;
    case "acknowledge": {
      const { handoff, receipt } = effect;
      const body = {
        ...whoHolds(handoff),
        claimId: encodeBase64url(handoff.claimId),
        receipt: encodeBase64url(receipt),
      };
      void service
        .acknowledge(handoff.link.id, body)
        .then((answer) => reply({ is: "acknowledge_answered", answer, now: now() }));
      break;
    }
    case "report":
      void service
        .report(effect.handoff.link.id, whoHolds(effect.handoff))
        .then((answer) => reply({ is: "report_answered", answer, now: now() }));
      break;
    case "remember": {
      const { link, claimId } = effect.handoff;
      const claim = effect.openKeys && { claimId, openKeys: effect.openKeys };
      memory.remember(link.id, { fragment: formatFragment(link), claim });
      showAddress(addressOf(link.id));
      break;
    }
    case "forget":
      memory.forget(effect.id);
      break;
    case "finish":
      memory.finish(effect.id);
      break;
  }
}

function whoHolds({ keys }: Handoff): { readonly linkToken: string } {
  return { linkToken: encodeBase64url(keys.linkToken) };
}

function claimBody({ keys, claimId, link }: Handoff, { openKeys, code }: Claim): ClaimRequest {
  return {
    linkToken: encodeBase64url(keys.linkToken),
    claimToken: encodeBase64url(openKeys.claimToken),
    claimId: encodeBase64url(claimId),
    flags: link.flags,
    ...(code === undefined ? {} : { code }),
  };
}
