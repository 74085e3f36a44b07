/** What a sender may do. `send` includes seeing and revoking the sender's own handoffs. */
export type Right = "send" | "revoke" | "audit";

/** One entry of the senders list. A token must match every part that is given; a repository must be. */
export type SenderEntry = {
  /** GitHub's number of the repository, which survives a renaming and is never given to another one. */
  readonly repositoryId?: string | undefined;
  /** `owner/name`; prefer the id. */
  readonly repository?: string | undefined;
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
   * @default any but pull_request, pull_request_target and workflow_run, and but what else runs on a ref under refs/pull/
   */
  readonly events?: readonly string[] | undefined;
  /**
   * Names of the classes that it may send.
   * @default all
   */
  readonly classes?: readonly string[] | undefined;
  readonly may: readonly Right[];
};
