import type { Right } from "@secret-handoff/protocol/api";
import type { Who } from "../events/event.ts";

/** Who calls the sender API, verified, and what the deployment lets them do. */
export type Caller = {
  readonly who: Who;
  /** Owns the handoffs it creates: a repository id, or `iam`. */
  readonly owner: string;
  readonly run: string | undefined;
  readonly environment: string | undefined;
  readonly rights: ReadonlySet<Right>;
  /** Classes it may send; all of them where undefined. */
  readonly classes: ReadonlySet<string> | undefined;
};
