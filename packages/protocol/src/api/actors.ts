import * as v from "valibot";

const text = v.string();

/** Who did it, as far as it was verified. */
export const Actor = v.variant("kind", [
  v.object({
    kind: v.literal("github"),
    repository: text,
    repositoryId: text,
    workflow: text,
    ref: text,
    event: text,
    run: text,
    attempt: text,
    actor: text,
    environment: v.optional(text),
  }),
  /** A pipeline of a trusted issuer. */
  v.object({
    kind: v.literal("pipeline"),
    issuer: text,
    project: text,
    projectId: text,
    run: v.optional(text),
    actor: v.optional(text),
    environment: v.optional(text),
  }),
  /** The ARN of an IAM principal. */
  v.object({ kind: v.literal("iam"), principal: text }),
  /** Whoever holds the link. */
  v.object({ kind: v.literal("recipient") }),
  v.object({ kind: v.literal("service") }),
  /** A caller whose token did not verify. */
  v.object({ kind: v.literal("unverified") }),
]);
export type Actor = v.InferOutput<typeof Actor>;
