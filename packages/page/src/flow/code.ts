import { mailCode } from "./claim.ts";
import { type Step, show } from "./effects.ts";
import { ended, refusedAs } from "./ended.ts";
import type { Event } from "./events.ts";
import type { AwaitingCode } from "./screens.ts";

/** While the recipient looks for the code in their mail. */
export function whenAwaitingCode(screen: AwaitingCode, event: Event): Step | undefined {
  const { handoff, typed, claim } = screen;
  switch (event.is) {
    case "code_mailed": {
      const { answer } = event;
      if (answer.kind === "ok") return show({ ...screen, mailing: "sent" });
      const state = answer.kind === "refused" ? refusedAs(answer) : undefined;
      if (state) return ended(handoff.link.id, state, undefined, handoff);
      return show({ ...screen, mailing: "failed" });
    }
    case "code_typed": {
      const code = event.code.normalize("NFKC").replace(/[\s-]+/g, "");
      if (!/^\d{8}$/.test(code)) return show({ ...screen, complaint: { about: "code", why: "malformed" } });
      const withCode = { ...claim, code };
      return show(
        { at: "opening", handoff, typed, claim: withCode, step: "claiming", progress: 1 },
        { do: "remember", handoff, openKeys: claim.openKeys },
        { do: "claim", handoff, claim: withCode },
      );
    }
    case "send_code_again":
      return screen.mailing === "sending"
        ? undefined
        : mailCode(handoff, typed, { openKeys: claim.openKeys });
    case "back":
      return show({ at: "ready", handoff, typed, resumes: false });
    default:
      return undefined;
  }
}
