import { DataAwsRegion } from "@cdktf/provider-aws/lib/data-aws-region/index.js";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { Construct } from "constructs";
import { senderProblems } from "../checks/config.ts";
import { isGitHubDotCom } from "../checks/contradictions.ts";
import { InvalidProps } from "../checks/schema.ts";
import { ARNS, arnPattern, PATTERNS } from "../checks/values.ts";
import { GITHUB_ISSUER } from "../policy.ts";
import { type ArnParts, arnParts, tagEverything } from "../terraform.ts";
import { ROTATES_ONLY } from "./function-permissions.ts";
import { allow, held, policyDocument, type Statement } from "./policies.ts";

/** The AWS role of a sending workflow. */
export type SecretHandoffSenderProps = GitHubJobs &
  SenderRights & {
    /** Name of the role. @default secret-handoff-github; in the stack, also the entry's key */
    readonly name?: string;
    /**
     * ARN of the account's OIDC provider for the issuer. An account can have only one for each issuer.
     * @default a new one
     */
    readonly oidcProviderArn?: string;
    /** Seconds that the role's credentials may last, 3,600 to 43,200: as long as a step awaits its recipients. @default 3600 */
    readonly maxSessionDuration?: number;
    /** ARN of the role's permissions boundary. @default none */
    readonly permissionsBoundaryArn?: string;
    /** Tags of the role and the provider. @default none */
    readonly tags?: Readonly<Record<string, string>>;
  };

/**
 * The AWS role of a sending workflow. Jobs of one repository's environment may assume it to read (and rotate) the named secrets and
 * to mail. It has no right on the tables: a workflow creates handoffs through the service.
 * @throws InvalidProps at synth
 */
export class SecretHandoffSender extends Construct {
  readonly roleArn: string;
  readonly oidcProviderArn: string;

  constructor(scope: Construct, id: string, props: SecretHandoffSenderProps) {
    super(scope, id);
    const problems = senderProblems(props);
    if (problems.length > 0) throw new InvalidProps(problems);

    this.oidcProviderArn = props.oidcProviderArn ?? this.#oidcProvider(props.issuer ?? GITHUB_ISSUER);
    this.roleArn = new SenderRole(this, "sender", {
      name: props.name ?? "secret-handoff-github",
      jobs: props,
      oidcProviderArn: this.oidcProviderArn,
      maxSessionDuration: props.maxSessionDuration,
      permissionsBoundaryArn: props.permissionsBoundaryArn,
      statements: (here) => senderRightsStatements(props, here),
    }).arn;
    if (props.tags) tagEverything(this, props.tags);
  }

  #oidcProvider(issuer: string): string {
    return new IamOpenidConnectProvider(this, "oidc", {
      url: issuer,
      clientIdList: ["sts.amazonaws.com"],
    }).arn;
  }
}

type SenderRoleProps = {
  readonly name: string;
  readonly jobs: GitHubJobs;
  readonly oidcProviderArn: string;
  readonly maxSessionDuration?: number | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
  /** What the role may do, given where it lives. */
  readonly statements: (here: ArnParts) => readonly Statement[];
};

/** A role that the jobs of one repository's environment may assume. */
export class SenderRole extends Construct {
  readonly role: IamRole;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: SenderRoleProps) {
    super(scope, id);
    const { jobs, permissionsBoundaryArn } = props;
    const role = new IamRole(this, "role", {
      name: props.name,
      description: `secret-handoff: ${jobs.repository}, environment ${jobs.environment}`,
      assumeRolePolicy: policyDocument([gitHubTrust(jobs, props.oidcProviderArn)]),
      maxSessionDuration: props.maxSessionDuration ?? 3_600,
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    const { partition, account } = arnParts(role.arn);
    const region = new DataAwsRegion(this, "region").id;
    new IamRolePolicy(this, "policy", {
      name: "send",
      role: role.name,
      policy: policyDocument(props.statements({ partition, region, account })),
    });
    this.role = role;
    this.arn = role.arn;
  }
}

/** The jobs that may assume a role. */
export type GitHubJobs = {
  /** `owner/name`, as GitHub writes it. */
  readonly repository: string;
  /** GitHub's number of the repository: `gh api repos/OWNER/NAME --jq .id`. */
  readonly repositoryId: string;
  /** GitHub's number of its owner: `gh api repos/OWNER/NAME --jq .owner.id`. */
  readonly ownerId: string;
  /** The job's GitHub environment, whose protection rules then guard the role. */
  readonly environment: string;
  /**
   * The workflow file that defines the job, `owner/name/.github/workflows/file.yml@ref`.
   * @default any workflow of the repository
   */
  readonly workflow?: string;
  /** Issuer of the jobs' tokens. @default https://token.actions.githubusercontent.com */
  readonly issuer?: string;
};

/**
 * Who may assume a role with a workflow's token. The subject is compared with both of its forms: by names, and by names
 * with their numbers, which GitHub gives to repositories made or renamed from 15 July 2026 on and to those that opt in.
 * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
 * AWS compares claims besides the subject for github.com and ghe.com only.
 * https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
 */
export function gitHubTrust(jobs: GitHubJobs, providerArn: string): Statement {
  const { repository, repositoryId, ownerId, environment, workflow, issuer = GITHUB_ISSUER } = jobs;
  const [owner, name] = repository.split("/");
  const claim = (key: string): string => `${issuer.replace("https://", "")}:${key}`;
  // GitHub writes a colon in an environment's name as %3A, as it separates the parts of the subject.
  const place = environment.replaceAll(":", "%3A");
  return {
    Sid: "GitHubJobsAssume",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: {
        [claim("aud")]: "sts.amazonaws.com",
        [claim("sub")]: [
          `repo:${owner}/${name}:environment:${place}`,
          `repo:${owner}@${ownerId}/${name}@${repositoryId}:environment:${place}`,
        ],
        ...(isGitHubDotCom(issuer)
          ? {
              [claim("repository_id")]: repositoryId,
              [claim("environment")]: environment,
              ...(workflow === undefined ? {} : { [claim("job_workflow_ref")]: workflow }),
            }
          : {}),
      },
    },
  };
}

/** What a sending workflow may do in AWS. */
export type SenderRights = {
  /** Names of secrets; a trailing `/*` takes every secret below a path. */
  readonly secretNames?: readonly string[];
  /** Every secret that has all of these tags. */
  readonly secretTags?: Readonly<Record<string, string>>;
  /** Names of Systems Manager parameters, for the action's `parameters`; a trailing `/*` takes every one below a path. */
  readonly parameterNames?: readonly string[];
  /**
   * Path of Parameter Store under which the role may put generated passphrases, and delete them: the action's `passphrase-path`, for
   * example `/secret-handoff/passphrases`. @default none
   */
  readonly passphrasePath?: string;
  /** ARNs of roles to assume, for the action's `source: sts`. Each must trust this role. */
  readonly assumeRoleArns?: readonly string[];
  /**
   * `managed` lets the role start the rotation that a secret has; `generate` lets it write a new value.
   * @default neither: the role only reads
   */
  readonly rotate?: "managed" | "generate";
  /** ARNs of your rotation functions, with `rotate: "managed"`: the caller of RotateSecret must be able to invoke them. */
  readonly rotationFunctionArns?: readonly string[];
  /** Lets the role list the account's secrets, for `prefix*` in the action's secret-ids. IAM cannot limit which. @default false */
  readonly listSecrets?: boolean;
  /** ARNs of the KMS keys that encrypt those secrets and parameters, unless they are AWS's own. */
  readonly kmsKeyArns?: readonly string[];
  /** Lets the role mail through SES. @default no mail */
  readonly mail?: MailRights;
};

/** Mail from one address, under one configuration set. */
export type MailRights = {
  /** ARN of the SES identity. */
  readonly identityArn: string;
  /** ARN of the configuration set. */
  readonly configurationSetArn: string;
  /** The only address that the role may mail from. */
  readonly from: string;
};

/** The role's statements. Each action is named; the only resource of `*` is where AWS knows no other. */
function senderRightsStatements(rights: SenderRights, here: ArnParts): readonly Statement[] {
  const { rotate, mail, secretTags } = rights;
  const inAccount = `arn:${here.partition}:secretsmanager:${here.region}:${here.account}:secret:`;
  const secretNames = held(rights.secretNames, PATTERNS.secretName);
  const parameterNames = held(rights.parameterNames, PATTERNS.parameterName, withoutSlash);
  const [passphrasePath] = held(
    rights.passphrasePath === undefined ? [] : [rights.passphrasePath],
    PATTERNS.passphrasePath,
    withoutSlash,
  );
  const assumeRoleArns = held(rights.assumeRoleArns, arnPattern(ARNS.role));
  const rotationFunctionArns = held(rights.rotationFunctionArns, arnPattern(ARNS.function));
  const kmsKeyArns = held(rights.kmsKeyArns, arnPattern(ARNS.key));
  const secrets = secretNames.map((name) => `${inAccount}${secretPattern(name)}`);
  const parameterIn = (name: string) =>
    `arn:${here.partition}:ssm:${here.region}:${here.account}:parameter/${name.replace(/^\//, "")}`;
  const parameters = parameterNames.map(parameterIn);
  // Reading a path is a right on the path itself.
  const paths = parameterNames
    .filter((name) => name.endsWith("/*"))
    .map((name) => parameterIn(name.slice(0, -2)));
  const actions = [
    "secretsmanager:GetSecretValue",
    "secretsmanager:DescribeSecret",
    ...(rotate === "generate"
      ? ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
      : []),
  ];
  const rotateSecret = ["secretsmanager:RotateSecret"];
  const tagged = { StringEquals: resourceTags(secretTags ?? {}) };
  return [
    ...(secrets.length > 0 ? [allow("UseNamedSecrets", actions, secrets)] : []),
    ...(secretTags === undefined ? [] : [allow("UseTaggedSecrets", actions, [`${inAccount}*`], tagged)]),
    ...(rotate === "managed" && secrets.length > 0
      ? [allow("RotateNamedSecrets", rotateSecret, secrets, ROTATES_ONLY)]
      : []),
    ...(rotate === "managed" && secretTags !== undefined
      ? [allow("RotateTaggedSecrets", rotateSecret, [`${inAccount}*`], { ...tagged, ...ROTATES_ONLY })]
      : []),
    ...(rotate === "managed" && rotationFunctionArns.length > 0
      ? [allow("InvokeRotationFunctions", ["lambda:InvokeFunction"], rotationFunctionArns)]
      : []),
    ...(parameters.length > 0 ? [allow("ReadParameters", ["ssm:GetParameter"], parameters)] : []),
    ...(paths.length > 0
      ? [
          allow(
            "ReadParameterPaths",
            ["ssm:GetParametersByPath"],
            paths.flatMap((path) => [path, `${path}/*`]),
          ),
        ]
      : []),
    ...(passphrasePath === undefined
      ? []
      : [
          allow(
            "KeepPassphrases",
            ["ssm:PutParameter", "ssm:AddTagsToResource", "ssm:DeleteParameter"],
            [parameterIn(`${passphrasePath}/*`)],
          ),
        ]),
    ...(assumeRoleArns.length > 0 ? [allow("AssumeRoles", ["sts:AssumeRole"], assumeRoleArns)] : []),
    ...(rights.listSecrets ? [allow("ListSecrets", ["secretsmanager:ListSecrets"], ["*"])] : []),
    ...(rotate === "generate"
      ? [allow("GeneratePasswords", ["secretsmanager:GetRandomPassword"], ["*"])]
      : []),
    ...(kmsKeyArns.length > 0
      ? [
          allow(
            "DecryptSecrets",
            rotate === "generate" ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
            kmsKeyArns,
            {
              StringEquals: {
                "kms:ViaService": [
                  `secretsmanager.${here.region}.amazonaws.com`,
                  ...(parameters.length > 0 ? [`ssm.${here.region}.amazonaws.com`] : []),
                ],
              },
            },
          ),
        ]
      : []),
    ...(mail === undefined ? [] : [mailLinksStatement(mail, here), checkMailStatement(mail, here)]),
  ];
}

/**
 * Mailing through SES, from one address. That address is the limit, not the identity: SES asks for a right on the recipient's
 * identity as well while the account is in its sandbox, and on the address's own where one lies beside its domain's.
 */
export function mailStatement(
  { identityArn, configurationSetArn, from }: MailRights,
  here: ArnParts,
  actions: readonly string[] = ["ses:SendEmail"],
): Statement {
  return allow("MailLinks", actions, [identityArn, identityIn(here, "*"), configurationSetArn], {
    StringEquals: { "ses:FromAddress": from },
  });
}

/** The same for a sender. SendRawEmail is what IAM asks for where the mail is encrypted to a key of the recipient's own. */
export function mailLinksStatement(rights: MailRights, here: ArnParts): Statement {
  return mailStatement(rights, here, ["ses:SendEmail", "ses:SendRawEmail"]);
}

/** Seeing whether SES would send, which a dry run of the action does: by the address itself, then by its domain. */
export function checkMailStatement({ identityArn, from }: MailRights, here: ArnParts): Statement {
  return allow("CheckMailIdentity", ["ses:GetEmailIdentity"], [identityArn, identityIn(here, from)]);
}

function identityIn({ partition, region, account }: ArnParts, name: string): string {
  return `arn:${partition}:ses:${region}:${account}:identity/${name}`;
}

/** An ARN has no slash before the name of a parameter. */
const withoutSlash = (expression: string): string => `trimprefix(${expression}, "/")`;

/** Secrets Manager ends every secret's ARN with a hyphen and six characters of its own. */
function secretPattern(name: string): string {
  return name.endsWith("/*") ? name : `${name}-??????`;
}

function resourceTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}
