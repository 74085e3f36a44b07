import * as v from "valibot";
import { type EntriesOf, list } from "./fields.ts";

/** What a sender may do. `check` checks a create without sending; nobody has a right that is not listed. */
export type Right = "send" | "check" | "revoke" | "approve" | "audit" | "erase";

/** @hidden The reference shows the type. */
export const Right = v.picklist(["send", "check", "revoke", "approve", "audit", "erase"] satisfies Right[]);

/** What one entry of a list gives. */
interface Grant {
  /** Names of the classes that it covers. @default all */
  readonly classes?: readonly string[] | undefined;
  /** Roles for which it may approve. @default none */
  readonly roles?: readonly string[] | undefined;
  /** Its rights. In JSON a single one needs no list. */
  readonly may: readonly Right[];
}

/**
 * One entry of the senders list. A token must match every part that is given; a repository, its id or its owner's id must be.
 */
export interface SenderEntry extends Grant {
  /** GitHub's number of the repository, which survives a renaming and is never given to another one. */
  readonly repositoryId?: string | undefined;
  /** `owner/name`; prefer the id. */
  readonly repository?: string | undefined;
  /** GitHub's number of the organisation or user that owns the repository: all of its repositories. */
  readonly ownerId?: string | undefined;
  /** The job's GitHub environment. */
  readonly environment?: string | undefined;
  /**
   * `.github/workflows/file.yml`, with `owner/name/` before it for a reusable one. With `@` and a ref behind it, that very ref;
   * without, any.
   */
  readonly workflow?: string | undefined;
  /** The git ref, `refs/heads/main`. */
  readonly ref?: string | undefined;
  /**
   * The events that may have started the workflow.
   * @default those that only people with access to the repository cause, such as push, schedule and workflow_dispatch
   */
  readonly events?: readonly string[] | undefined;
}

/** One entry of the operators list: what a person or role may do over IAM. */
export interface OperatorEntry extends Grant {
  /** The ARN of an IAM role or user. */
  readonly principal: string;
}

const word = v.pipe(v.string(), v.minLength(1));
const words = list(word);

const grant = {
  classes: v.optional(words),
  roles: v.optional(words),
  may: v.pipe(
    v.union([Right, list(Right)]),
    v.transform((may): readonly Right[] => (typeof may === "string" ? [may] : may)),
  ),
};

/** @hidden The reference shows the type. */
export const SenderEntry = v.pipe(
  v.strictObject({
    repositoryId: v.optional(word),
    repository: v.optional(word),
    ownerId: v.optional(word),
    environment: v.optional(word),
    workflow: v.optional(word),
    ref: v.optional(word),
    events: v.optional(words),
    ...grant,
  } satisfies EntriesOf<SenderEntry>),
  v.check(
    ({ repositoryId, repository, ownerId }) =>
      repositoryId !== undefined || repository !== undefined || ownerId !== undefined,
    "names no repository and no owner",
  ),
);

/** @hidden The reference shows the type. */
export const OperatorEntry = v.strictObject({
  principal: word,
  ...grant,
} satisfies EntriesOf<OperatorEntry>);
