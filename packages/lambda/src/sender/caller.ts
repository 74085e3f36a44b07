import type { Actor, Right } from "@secret-handoff/protocol/api";

/** Who calls the sender API, verified, and what the deployment lets them do. */
export type Caller = {
  readonly actor: Actor;
  /** Owns the handoffs it creates: a repository id, or `iam`. */
  readonly owner: string;
  readonly run: string | undefined;
  readonly environment: string | undefined;
  readonly rights: ReadonlySet<Right>;
  /** Classes it may send; all of them where undefined. */
  readonly classes: ReadonlySet<string> | undefined;
};
