import * as v from "valibot";
import { list } from "./fields.ts";

/** What a sender may do. `check` judges a create without sending; nobody has a right that is not listed. */
export const Right = v.picklist(["send", "check", "revoke", "approve", "audit", "erase"]);
export type Right = v.InferOutput<typeof Right>;

const word = v.pipe(v.string(), v.minLength(1));
const words = list(word);

const grant = {
  /** Names of the classes that it covers. @default all */
  classes: v.optional(words),
  /** Roles for which it may approve. */
  roles: v.optional(words),
  /** One right, or several. */
  may: v.pipe(
    v.union([Right, list(Right)]),
    v.transform((may): readonly Right[] => (typeof may === "string" ? [may] : may)),
  ),
};

/**
 * One entry of the senders list. A token must match every part that is given; a repository, its id or its owner's id must be.
 */
export const SenderEntry = v.pipe(
  v.strictObject({
    /** GitHub's number of the repository, which survives a renaming and is never given to another one. */
    repositoryId: v.optional(word),
    /** `owner/name`; prefer the id. */
    repository: v.optional(word),
    /** GitHub's number of the organisation or user that owns the repository: all of its repositories. */
    ownerId: v.optional(word),
    /** The job's GitHub environment. */
    environment: v.optional(word),
    /**
     * `.github/workflows/file.yml`, with `owner/name/` before it for a reusable one. With `@` and a ref behind it, that very ref;
     * without, any.
     */
    workflow: v.optional(word),
    /** The git ref, `refs/heads/main`. */
    ref: v.optional(word),
    /**
     * The events that may have started the workflow.
     * @default any but those that run with somebody else's code or input
     */
    events: v.optional(words),
    ...grant,
  }),
  v.check(
    ({ repositoryId, repository, ownerId }) =>
      repositoryId !== undefined || repository !== undefined || ownerId !== undefined,
    "names no repository and no owner",
  ),
);
export type SenderEntry = v.InferOutput<typeof SenderEntry>;

/** One entry of the operators list: what a person or role may do over IAM. */
export const OperatorEntry = v.strictObject({
  /** The ARN of an IAM role or user. */
  principal: word,
  ...grant,
});
export type OperatorEntry = v.InferOutput<typeof OperatorEntry>;
