import type { IResolvable, TerraformProvider } from "cdktf";
import type { Expression } from "./checks/expression.ts";
import type { FunctionName } from "./functions/function-archive.ts";
import type { LifecycleProps, NotifyProps } from "./lifecycle-props.ts";
import type { PolicyProps } from "./policy.ts";

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
  readonly people?: Throttle;
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
