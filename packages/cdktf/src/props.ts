import type { CredentialClass, SenderEntry } from "@secret-handoff/protocol";
import type { IResolvable, TerraformProvider } from "cdktf";
import type { FunctionName } from "./functions/archive.ts";
import type { Expression } from "./terraform.ts";

/** Who may send what. Enforced by the sender function. */
export type PolicyProps = {
  /** An empty list refuses everyone. */
  readonly senders: readonly SenderEntry[];
  /** @default the five classes of the protocol package */
  readonly classes?: readonly CredentialClass[];
  /**
   * Issuer of the workflows' tokens; on GitHub Enterprise Server `https://HOST/_services/token`.
   * @default https://token.actions.githubusercontent.com
   */
  readonly issuer?: string;
  /** @default the issuer's `/.well-known/jwks` */
  readonly jwksUrl?: string;
};

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

/** The service's own host name. */
export type DomainProps = {
  /** A host name under your control, `handoff.example.com`. It becomes part of every link: choose it once. */
  readonly name: string;
  /**
   * ARN of an ACM certificate for it: in the stack's region, or in us-east-1 with `edge`.
   * @default one is made and validated through `hostedZoneId`
   */
  readonly certificateArn?: string;
  /**
   * Route 53 zone that gets the record (and the certificate's validation).
   * @default none; point the host name at the output `domainTarget` yourself
   */
  readonly hostedZoneId?: string;
};

/** CloudFront with AWS WAF in front of the API. Needs `domain`. */
export type EdgeProps = {
  /** An AWS provider of us-east-1, where CloudFront looks for certificates and web ACLs. */
  readonly usEast1: TerraformProvider;
  /**
   * Requests that one address may make in five minutes before it is refused, besides the senders' calls.
   * @default 500
   */
  readonly requestsPerAddress?: number;
  /**
   * A CLOUDFRONT web ACL of yours.
   * @default one is made, with a rate limit and AWS's address-reputation and known-bad-input rules
   */
  readonly webAclArn?: string;
  /** @default PriceClass_100 */
  readonly priceClass?: "PriceClass_100" | "PriceClass_200" | "PriceClass_All" | Expression;
};

/** Mail through Amazon SES. */
export type SesMailProps = {
  readonly kind: "ses";
  /** The domain or address that mail comes from. */
  readonly identity: string;
  /** The sender's address, in that domain. */
  readonly from: string;
  /**
   * ARN of an identity that exists already.
   * @default one is made, with Easy DKIM
   */
  readonly identityArn?: string;
  /** Route 53 zone that gets the DKIM records of a domain made here. */
  readonly hostedZoneId?: string;
  /**
   * REQUIRE bounces mail that would travel in the clear.
   * @default REQUIRE
   */
  readonly tlsPolicy?: "REQUIRE" | "OPTIONAL" | Expression;
};

/** Mail through an SMTP server. */
export type SmtpMailProps = {
  readonly kind: "smtp";
  /** The sender's address. */
  readonly from: string;
  /** ARN of a Secrets Manager secret with JSON `{"host","port","user","password"}`; port 587 where none is given. */
  readonly secretArn: string;
  /** ARN of the KMS key that encrypts it, where that is not aws/secretsmanager. */
  readonly kmsKeyArn?: string;
};

export type Throttle = {
  /** Requests a second, over all callers. */
  readonly rate: number;
  /** Requests that may come at once. */
  readonly burst: number;
};

/** Limits of the routes. They are a ceiling on cost as much as on load: what is throttled invokes nothing. */
export type ThrottleProps = {
  /** `GET /h/*`. @default 50 a second, 100 at once */
  readonly page?: Throttle;
  /** `POST /v1/handoffs/*`. @default 50 a second, 100 at once */
  readonly recipient?: Throttle;
  /** `/v1/sender/*`. @default 20 a second, 100 at once */
  readonly sender?: Throttle;
  /** `/iam/v1/sender/*`. @default 5 a second, 20 at once */
  readonly operators?: Throttle;
};

/** Where audit events go besides the audit table. */
export type EventTargetProps = {
  /** An SNS topic whose policy lets events.amazonaws.com publish. */
  readonly topicArn?: string;
  /** Days to keep them in a log group made for them. */
  readonly logRetentionDays?: number;
  /** Another event bus, which must accept events of this account. */
  readonly busArn?: string;
};

/** Who is told of an alarm. */
export type AlarmProps = NotifyProps;

/** Deletion protection of the two tables. Both must be off before a tear-down. */
export type DeletionProtectionProps = {
  /** @default true */
  readonly handoffs?: boolean | IResolvable;
  /** @default true */
  readonly audit?: boolean | IResolvable;
};

export type SecretHandoffProps = PolicyProps &
  LifecycleProps & {
    /** Folder with the built functions: recipient, sender, drainer, sweeper. */
    readonly code: string;
    /**
     * Begins the name of everything; 1 to 40 of a-z, 0-9 and hyphens.
     * @default secret-handoff
     */
    readonly name?: string;
    /** @default none: the links then carry the API's own address, which cannot be moved */
    readonly domain?: DomainProps;
    /** @default none */
    readonly edge?: EdgeProps;
    /**
     * How the service mails codes. Required by any class with `email-code`.
     * @default none
     */
    readonly mail?: SesMailProps | SmtpMailProps;
    /** @default nodejs24.x */
    readonly runtime?: string;
    /** Memory of each function, MB; CPU grows with it. @default 512 */
    readonly memorySize?: number;
    /** @default none: a new account has 10 concurrent executions in all, and none of them can be reserved */
    readonly reservedConcurrency?: Partial<Readonly<Record<FunctionName, number>>>;
    /** Days to keep the logs of the functions and of the API, one of those that CloudWatch offers. @default 30 */
    readonly logRetentionDays?: number;
    readonly throttles?: ThrottleProps;
    /** A customer managed key for the two tables. @default the key that DynamoDB owns */
    readonly kmsKeyArn?: string;
    readonly deletionProtection?: DeletionProtectionProps;
    readonly alarms?: AlarmProps;
    readonly events?: EventTargetProps;
    /** Tags of everything that can have them. */
    readonly tags?: Readonly<Record<string, string>>;
    /** Permissions boundary of every role. */
    readonly permissionsBoundaryArn?: string;
  };
