import type {
  CredentialClass,
  OperatorEntry,
  SenderEntry,
  TrustedIssuer,
} from "@secret-handoff/protocol/api";
import type { IResolvable, TerraformProvider } from "cdktf";
import type { FunctionName } from "./functions/archive.ts";
import type { Expression } from "./terraform.ts";

/** Who may send what. The sender function enforces it. */
export type PolicyProps = {
  /** The workflows that may call the service, and what each may do. With an empty list the service refuses every workflow. */
  readonly senders: readonly SenderEntry[];
  /** The IAM principals that may call the service, and what each may do. @default none: no principal has any right */
  readonly operators?: readonly OperatorEntry[];
  /** The credential classes. @default the five classes of the protocol package */
  readonly classes?: readonly CredentialClass[];
  /**
   * Issuer of the workflows' tokens; on GitHub Enterprise Server `https://HOST/_services/token`.
   * @default https://token.actions.githubusercontent.com
   */
  readonly issuer?: string;
  /** Where the issuer publishes its keys. @default the issuer's `/.well-known/jwks` */
  readonly jwksUrl?: string;
  /**
   * REST API of the issuer's GitHub, which the service asks who reviewed a run.
   * @default https://api.github.com, or the issuer's host and `/api/v3`
   */
  readonly gitHubApiUrl?: string;
  /** Seconds that an approval is worth, and that a request waits for its first, at most 30 days. @default 86,400 (a day) */
  readonly approvalLifetime?: number;
  /** Issuers of OIDC tokens beside GitHub's, such as a GitLab: senders may name them. @default none */
  readonly issuers?: readonly TrustedIssuer[];
};

/** Who is notified, through an SNS topic. */
export type NotifyProps = {
  /**
   * ARN of an SNS topic of yours. Its policy must let cloudwatch.amazonaws.com and events.amazonaws.com publish.
   * @default the stack makes a topic
   */
  readonly topicArn?: string;
  /** E-mail addresses to subscribe to the topic that the stack makes. Each must confirm. */
  readonly emails?: readonly string[];
};

/** Who is notified of alarms, and of which classes more. */
export type AlarmProps = NotifyProps & {
  /**
   * Names of classes whose handoffs raise an alarm when they did not arrive: expired, unconfirmed or bounced.
   * @default the classes that need two approvals or more, or a mailed code
   */
  readonly criticalClasses?: readonly string[];
};

/** What happens when a handoff ends in a certain way. */
export type ReactionProps = {
  /**
   * Whom to notify: a topic of yours, whose policy must let events.amazonaws.com publish, or addresses to subscribe to a new topic.
   * @default nobody
   */
  readonly notify?: NotifyProps;
  /**
   * Rotates the secret again, if `rotation.secrets` names it. Of a handoff of several secrets, those that it names.
   * @default false
   */
  readonly rotate?: boolean;
};

/** What happens after a handoff was delivered. */
export type DeliveredProps = {
  /** Seconds between the receipt and the rotation of the secret; 60 to 2,592,000 (30 days). */
  readonly rotateAfter: number;
};

/** A secret that the service may rotate, and whose handoffs may bring that about. */
export type RotatableSecret = {
  /** Whole ARN, with the six characters that Secrets Manager adds. */
  readonly arn: string;
  /** GitHub's numbers of the repositories that hand the secret over. No other repository's handoff rotates it, whatever secret it names. */
  readonly repositoryIds: readonly string[];
  /** Handoffs that operators create rotate it as well. @default false */
  readonly operators?: boolean;
};

/** Which secrets the service may rotate, and how often. Each of them must have a rotation configured in Secrets Manager. */
export type RotationProps = {
  /** The secrets. The service cannot rotate any other. */
  readonly secrets: readonly RotatableSecret[];
  /**
   * How often one secret may be rotated in one day (UTC), over all reactions. The limit ends the circle in which a rotation
   * starts a delivery that nobody opens, which rotates again.
   * @default 3
   */
  readonly limitPerDay?: number;
  /**
   * ARNs of the secrets' rotation functions. The caller of RotateSecret needs lambda:InvokeFunction on them as well.
   * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
   * @default none, for rotations that Secrets Manager manages itself
   */
  readonly functionArns?: readonly string[];
};

/** Starts a GitHub workflow (`on: repository_dispatch`) when a secret has a new current version. */
export type DispatchProps = {
  /** Names of secrets; a trailing `*` takes all names that begin so. */
  readonly secretNames: readonly string[];
  /** `owner/name` of the repository whose default branch holds the workflow. */
  readonly repository: string;
  /**
   * ARN of an EventBridge connection that sends `Authorization: Bearer TOKEN`. Make it outside Terraform, whose state
   * would keep the token; EventBridge keeps it in Secrets Manager.
   */
  readonly connectionArn: string;
  /**
   * The event type that the workflow listens to (`types`); 1 to 100 characters.
   * @default secret-label-updated
   */
  readonly eventType?: string;
  /**
   * GitHub's API; `https://HOST/api/v3` for GitHub Enterprise Server.
   * @default https://api.github.com
   */
  readonly apiUrl?: string;
};

/** What follows when a handoff ends, and what a rotation starts. */
export type LifecycleProps = {
  /** When a handoff expired unread, was locked, was never confirmed, or its mail bounced. @default nothing */
  readonly onUndelivered?: ReactionProps;
  /** When the recipient reports a handoff as not theirs. @default nothing beyond the alarms' topic */
  readonly onReported?: ReactionProps;
  /** When a handoff was delivered. @default nothing */
  readonly onDelivered?: DeliveredProps;
  /** What may be rotated. Every reaction that rotates needs it. @default nothing */
  readonly rotation?: RotationProps;
  /** When a secret has a new current version, whoever rotated it. @default nothing */
  readonly onRotated?: DispatchProps;
};

/** The service's own host name. */
export type DomainProps = {
  /** A host name that you control, `handoff.example.com`. It becomes part of every link: choose it once. */
  readonly name: string;
  /**
   * ARN of an ACM certificate for the name: in the stack's region, or in us-east-1 with `edge`.
   * @default the stack makes one and validates it through `hostedZoneId`
   */
  readonly certificateArn?: string;
  /**
   * Route 53 zone in which the stack writes the record, and the certificate's validation.
   * @default none: point the host name at the output `domain_target` yourself
   */
  readonly hostedZoneId?: string;
};

/** CloudFront with AWS WAF in front of the API. Needs `domain`. */
export type EdgeProps = {
  /** An AWS provider of us-east-1, where CloudFront looks for certificates and web ACLs. */
  readonly usEast1: TerraformProvider;
  /**
   * Requests that one address may make in five minutes, not counting the senders' calls.
   * @default 500
   */
  readonly requestsPerAddress?: number;
  /**
   * ARN of a web ACL of yours, with the scope CLOUDFRONT.
   * @default the stack makes one, with a rate limit and AWS's address-reputation and known-bad-input rules
   */
  readonly webAclArn?: string;
  /** Which of CloudFront's locations serve. @default PriceClass_100 */
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
   * ARN of an SES identity that exists already.
   * @default the stack makes one, with Easy DKIM
   */
  readonly identityArn?: string;
  /** Route 53 zone in which the stack writes the DKIM records of the domain that it makes. */
  readonly hostedZoneId?: string;
  /**
   * REQUIRE bounces a mail rather than send it without TLS.
   * @default REQUIRE
   */
  readonly tlsPolicy?: "REQUIRE" | "OPTIONAL" | Expression;
};

/** Mail through an SMTP server. */
export type SmtpMailProps = {
  readonly kind: "smtp";
  /** The sender's address. */
  readonly from: string;
  /** ARN of a Secrets Manager secret with JSON `{"host","port","user","password"}`; without a port, 587. */
  readonly secretArn: string;
  /** ARN of the KMS key that encrypts the secret, unless it is aws/secretsmanager. */
  readonly kmsKeyArn?: string;
};

/** A limit of requests, over all callers. */
export type Throttle = {
  /** Requests a second. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
};

/** Limits of the routes. They limit cost as much as load: a throttled request invokes no function. */
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
  /** ARN of an SNS topic whose policy lets events.amazonaws.com publish. */
  readonly topicArn?: string;
  /** Writes the events to a new log group and keeps them for so many days. */
  readonly logRetentionDays?: number;
  /** ARN of another event bus, which must accept events of this account. */
  readonly busArn?: string;
};

/** Deletion protection of the two tables. Switch both off before a tear-down. */
export type DeletionProtectionProps = {
  /** The one-time table. @default true */
  readonly handoffs?: boolean | IResolvable;
  /** The audit table. @default true */
  readonly audit?: boolean | IResolvable;
};

/** A bucket of yours that keeps each day's events and its seal. */
export type ArchiveProps = {
  /** Its name. With Object Lock and a default retention, nobody can change or delete what was written. */
  readonly bucketName: string;
  /** ARN of the KMS key that encrypts the bucket, unless it is S3's own. */
  readonly kmsKeyArn?: string;
};

/** The company that recipients know the senders by. Their page, the front page and the mail begin with it. */
export type CompanyProps = {
  /** One line of at most 60 visible characters, without a web address and without `@`. */
  readonly name: string;
  /**
   * An SVG file with shapes only: turn text into paths, and use no style, gradient or link. What is drawn of it has at most 4,096 characters.
   * It is drawn on a light and on a dark ground.
   * @default none
   */
  readonly logo?: string;
  /** `#rrggbb`, for buttons and links on the light page, where it needs a contrast of 4.5 to 1. @default the page's own */
  readonly accentColor?: string;
  /** The same on the dark page. @default the nearest to accentColor that has the contrast there */
  readonly accentColorDark?: string;
  /** Whom recipients can ask: an address, a telephone number with its country. One line of at most 120 visible characters, no web address. @default nobody */
  readonly contact?: string;
  /** The privacy notice. @default none */
  readonly privacyUrl?: string;
  /** The imprint. @default none */
  readonly imprintUrl?: string;
};

/** Begins the names of resources where the deployment names nothing else. */
export const DEFAULT_NAME = "secret-handoff";

/** The service. */
export type SecretHandoffProps = PolicyProps &
  LifecycleProps & {
    /**
     * Folder with the built functions: recipient, sender, drainer, sweeper, sealer.
     * @default the functions that the package `@secret-handoff/lambda` holds
     */
    readonly code?: string;
    /**
     * Begins the name of every resource; 1 to 40 of a-z, 0-9 and hyphens.
     * @default secret-handoff
     */
    readonly name?: string;
    /** The host name of the links. @default the API's own address, which cannot be moved */
    readonly domain?: DomainProps;
    /** CloudFront and AWS WAF in front of the API. @default none */
    readonly edge?: EdgeProps;
    /**
     * How the service mails codes. Every class with `email-code` needs it.
     * @default no mail
     */
    readonly mail?: SesMailProps | SmtpMailProps;
    /** Lambda runtime of the functions. @default nodejs24.x */
    readonly runtime?: string;
    /** Memory of each function in MB; CPU grows with it. @default 512 */
    readonly memorySize?: number;
    /**
     * Concurrent executions to reserve for each function.
     * @default none: a new account has 10 in all, of which none can be reserved
     */
    readonly reservedConcurrency?: Partial<Readonly<Record<FunctionName, number>>>;
    /** Days to keep the logs of the functions and of the API, one of the values that CloudWatch offers. @default 30 */
    readonly logRetentionDays?: number;
    /**
     * Days to keep an audit event in the audit table, 7 to 3650: it is sealed before it goes. A change holds for the events that are written after it.
     * @default 400
     */
    readonly eventRetentionDays?: number;
    /**
     * What is kept of recipients' addresses. `named`: encrypted in the recipients directory, so that the trail answers who received
     * what. `unnamed`: no address at all; whoever knows one can still ask what it received.
     * @default named
     */
    readonly recipients?: "named" | "unnamed";
    /** Where event lines and seals are written besides the audit table. @default nowhere */
    readonly archive?: ArchiveProps;
    /** The company that recipients know the senders by. @default none: the page begins with the product's name */
    readonly company?: CompanyProps;
    /** Who runs the service, as recipients know them; the front page says so. One line of at most 100 characters. @default the company */
    readonly runBy?: string;
    /** Limits of the routes. @default those of ThrottleProps */
    readonly throttles?: ThrottleProps;
    /** ARN of a customer managed key for the two tables. @default the key that DynamoDB owns */
    readonly kmsKeyArn?: string;
    /** Deletion protection. @default on */
    readonly deletionProtection?: DeletionProtectionProps;
    /** Who is notified of alarms, and of locked and reported handoffs. @default a new topic without subscribers */
    readonly alarms?: AlarmProps;
    /** Where audit events go besides the audit table. @default nowhere */
    readonly events?: EventTargetProps;
    /** Tags of every resource that can have them. @default none */
    readonly tags?: Readonly<Record<string, string>>;
    /** ARN of the permissions boundary of every role. @default none */
    readonly permissionsBoundaryArn?: string;
  };
