/** Who is told of an event, through an SNS topic. */
export type NotifyProps = {
  /**
   * An SNS topic whose policy lets cloudwatch.amazonaws.com and events.amazonaws.com publish.
   * @default one is made
   */
  readonly topicArn?: string;
  /** Addresses that are subscribed to the topic made here; each must confirm. */
  readonly emails?: readonly string[];
};

/** What happens when a handoff came to such an end. */
export type ReactionProps = {
  /**
   * A topic whose policy lets events.amazonaws.com publish, or addresses that are subscribed to one made here.
   * @default nobody is told
   */
  readonly notify?: NotifyProps;
  /**
   * Rotates the secret again, if it is one of `rotation.secretArns`.
   * @default false
   */
  readonly rotate?: boolean;
};

/** For hand-overs that should be short-lived. */
export type DeliveredProps = {
  /** Seconds after the receipt at which the secret is rotated; 1 to 2,592,000 (30 days). */
  readonly rotateAfter: number;
};

/** Which secrets the service may rotate, and how often. Each must have a rotation configured. */
export type RotationProps = {
  /** Whole ARNs, with Secrets Manager's own ending. No other secret can be rotated, whatever an event says. */
  readonly secretArns: readonly string[];
  /**
   * Rotations of one secret in one day (UTC) at the most, over all reactions. It ends the circle in which a rotation
   * starts a delivery that nobody opens, which rotates again.
   * @default 3
   */
  readonly limitPerDay?: number;
  /**
   * The secrets' rotation functions: whoever calls RotateSecret needs lambda:InvokeFunction on them as well.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
   * @default none, for rotations that Secrets Manager manages itself
   */
  readonly functionArns?: readonly string[];
};

/** Starts a GitHub workflow (`on: repository_dispatch`) when a secret has a new current version. */
export type DispatchProps = {
  /** Names of secrets, whole; a trailing `*` takes all names that begin so. */
  readonly secretNames: readonly string[];
  /** `owner/name` of the repository whose default branch holds the workflow. */
  readonly repository: string;
  /**
   * ARN of an EventBridge connection that sends `Authorization: Bearer TOKEN`. Make it outside Terraform, whose state
   * would keep the token; EventBridge keeps it in Secrets Manager.
   */
  readonly connectionArn: string;
  /**
   * The workflow's `types`; 1 to 100 characters.
   * @default secret-label-updated
   */
  readonly eventType?: string;
  /**
   * GitHub's API; `https://HOST/api/v3` for GitHub Enterprise Server.
   * @default https://api.github.com
   */
  readonly apiUrl?: string;
};

/** What follows when a handoff has ended, and what a rotation starts. */
export type LifecycleProps = {
  /** A handoff that expired unread, was locked, was never confirmed, or whose mail bounced. @default nothing */
  readonly onUndelivered?: ReactionProps;
  /** A handoff whose recipient says it was not them. @default nothing beyond the alarms' topic */
  readonly onReported?: ReactionProps;
  /** A handoff whose receipt came back. @default nothing */
  readonly onDelivered?: DeliveredProps;
  /** Needed by every reaction that rotates. @default none */
  readonly rotation?: RotationProps;
  /** A secret that has a new current version, whoever rotated it. @default nothing */
  readonly onRotated?: DispatchProps;
};
