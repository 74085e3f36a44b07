import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider/index.js";
import { LocalBackend, S3Backend } from "cdktf";
import type { Construct } from "constructs";
import { checkConfig, senderRoleName, stackWarnings } from "./checks/config.ts";
import { SecretHandoffSender, type SecretHandoffSenderProps } from "./iam/sender-role.ts";
import { GITHUB_ISSUER } from "./policy.ts";
import type { EdgeProps, SecretHandoffProps } from "./props.ts";
import { SecretHandoff } from "./secret-handoff.ts";
import { AWS_PROVIDER_VERSIONS, ReadableStack, tagEverything } from "./terraform.ts";

/** Where Terraform keeps its state. */
export type StateProps =
  | {
      /** In a file, for a trial. */
      readonly kind: "local";
      /** Relative to the synthesised stack's folder. @default a file beside cdktf.out */
      readonly path?: string;
    }
  | {
      /** In an S3 bucket. Terraform encrypts the state there and locks it with S3's own lock. */
      readonly kind: "s3";
      readonly bucket: string;
      readonly key: string;
      readonly region: string;
    };

/** Everything that one deployment decides. */
export type StackConfig = {
  /** The AWS region of everything but CloudFront's certificate and web ACL. */
  readonly region: string;
  /** Where Terraform keeps its state. @default a file beside cdktf.out */
  readonly state?: StateProps;
  /** The service. The build supplies `code`, and the stack the provider of `edge`. */
  readonly service: Omit<SecretHandoffProps, "code" | "edge"> & {
    readonly edge?: Omit<EdgeProps, "usEast1">;
  };
  /**
   * The AWS roles of the sending workflows, each under a key of your choice. They mail with the service's SES identity.
   * @default no roles
   */
  readonly gitHub?: Readonly<Record<string, Omit<SecretHandoffSenderProps, "mail">>>;
};

/** Types a configuration in the editor; `npm run synth` checks it. */
export function defineStack(config: StackConfig): StackConfig {
  return config;
}

const DEFAULT_STATE_PATH = "../../../terraform.secret-handoff.tfstate";

/** The deployable stack: provider, state, service, the workflows' roles, outputs. */
export class SecretHandoffStack extends ReadableStack {
  readonly handoff: SecretHandoff;
  /** What the configuration may not mean as it stands, each a sentence. */
  readonly warnings: readonly string[];

  /** @throws InvalidProps with everything that is wrong with the configuration */
  constructor(scope: Construct, id: string, config: StackConfig & { readonly code?: string }) {
    super(scope, id);
    const { code, ...rest } = config;
    checkConfig(rest);

    const { region, state = { kind: "local" }, gitHub = {} } = config;
    new AwsProvider(this, "aws", { region });
    // The bindings name the one version that they were made from, which a mirror may not have.
    this.addOverride("terraform.required_providers.aws.version", AWS_PROVIDER_VERSIONS);
    this.#keepState(state);
    const { edge, ...service } = config.service;
    this.handoff = new SecretHandoff(this, "handoff", {
      ...service,
      ...(code === undefined ? {} : { code }),
      ...(edge === undefined ? {} : { edge: { ...edge, usEast1: this.#usEast1() } }),
    });
    this.warnings = [...stackWarnings(rest), ...this.#notes()];
    this.output({ ...this.handoff.outputs });
    // The roles and the provider have them too; what a role's own tags say goes before.
    if (service.tags) tagEverything(this, service.tags);
    this.#makeSenders(gitHub, this.#mailFor(service.mail), service);
  }

  #notes(): readonly string[] {
    const { policyTable } = this.handoff.service;
    return policyTable
      ? [
          `service.senders, operators and classes are larger than Lambda's environment: they lie in the table ${policyTable.table.nameInput}, and the sender function reads them when it starts`,
        ]
      : [];
  }

  /** The workflows' roles. They share one OIDC provider for each issuer, because an account can have no second one. */
  #makeSenders(
    gitHub: NonNullable<StackConfig["gitHub"]>,
    mail: Pick<SecretHandoffSenderProps, "mail">,
    service: { readonly name?: string },
  ): void {
    const entries = Object.entries(gitHub);
    const issuerOf = ({ issuer = GITHUB_ISSUER }: { readonly issuer?: string }) => issuer;
    const providers = new Map(
      entries.flatMap(([, props]) =>
        props.oidcProviderArn === undefined ? [] : [[issuerOf(props), props.oidcProviderArn] as const],
      ),
    );
    for (const issuer of new Set(entries.map(([, props]) => issuerOf(props)))) {
      if (!providers.has(issuer)) providers.set(issuer, this.#oidcProvider(issuer));
    }
    for (const [key, props] of entries) {
      const sender = new SecretHandoffSender(this, `github-${key}`, {
        ...props,
        ...mail,
        name: senderRoleName(key, props, service),
        oidcProviderArn: providers.get(issuerOf(props)) ?? "",
      });
      this.output({ [`${key}RoleArn`]: sender.roleArn });
    }
  }

  /** Its address depends on the issuer alone: a changed list of workflows must not replace a provider that a whole account uses. */
  #oidcProvider(issuer: string): string {
    const address = issuer.replace("https://", "").replaceAll(/[^A-Za-z0-9]+/g, "-");
    return new IamOpenidConnectProvider(this, `oidc-${address}`, {
      url: issuer,
      clientIdList: ["sts.amazonaws.com"],
    }).arn;
  }

  #keepState(state: StateProps): void {
    if (state.kind === "local") {
      // cdktf's own default would be an absolute path, which differs from machine to machine.
      new LocalBackend(this, { path: state.path ?? DEFAULT_STATE_PATH });
    } else {
      const { bucket, key, region } = state;
      new S3Backend(this, { bucket, key, region, encrypt: true });
      // S3's own lock (Terraform 1.10, OpenTofu 1.10), newer than these bindings.
      this.addOverride("terraform.backend.s3.use_lockfile", true);
    }
  }

  #usEast1(): AwsProvider {
    return new AwsProvider(this, "aws-us-east-1", { region: "us-east-1", alias: "us_east_1" });
  }

  #mailFor(mail: SecretHandoffProps["mail"]): Pick<SecretHandoffSenderProps, "mail"> {
    const { mailIdentityArn, mailConfigurationSetArn } = this.handoff.outputs;
    if (mail?.kind !== "ses" || !mailIdentityArn || !mailConfigurationSetArn) return {};
    return {
      mail: { identityArn: mailIdentityArn, configurationSetArn: mailConfigurationSetArn, from: mail.from },
    };
  }
}
