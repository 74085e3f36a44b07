import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { DEFAULT_RETENTION_DAYS } from "@secret-handoff/lambda/tables";
import { dependable, type IResolvable, Token } from "cdktf";
import { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { AuditBus, UndeliveredEvents } from "./events.ts";
import type { FunctionCode, FunctionName } from "./functions/archive.ts";
import { ServiceFunction } from "./functions/service-function.ts";
import { followStream, recordBounces, runEveryHour, runEveryMinute } from "./functions/triggers.ts";
import { HttpApi } from "./http/api.ts";
import {
  drainerStatements,
  operatorPolicy,
  policyStatements,
  recipientStatements,
  sealerStatements,
  senderStatements,
  smtpStatements,
  sweeperStatements,
  tableKeyStatements,
} from "./iam/function-permissions.ts";
import type { Statement } from "./iam/policies.ts";
import { mailStatement } from "./iam/sender-role.ts";
import { PolicyTable } from "./policy.ts";
import type { SecretHandoffProps } from "./props.ts";
import { Reactions, WorkflowDispatch } from "./reactions/reactions.ts";
import { SesMail } from "./ses.ts";
import { RecipientKeys, SealKey, Tables } from "./store.ts";
import { type ArnParts, arnParts } from "./terraform.ts";

/** What the service is made of once its code is packed and its address known; all of it may be Terraform expressions. */
export type ServiceProps = Omit<
  SecretHandoffProps,
  "code" | "senders" | "classes" | "domain" | "edge" | "tags" | "company"
> & {
  readonly name: string;
  readonly code: Readonly<Record<FunctionName, FunctionCode>>;
  /** The sender function's CONFIG. */
  readonly policyJson: string;
  /** The recipient function's COMPANY. */
  readonly company?: string | undefined;
  /** `https://HOST`, given the API's own address. */
  readonly origin: (apiEndpoint: string) => string;
  readonly closeDefaultEndpoint: boolean | IResolvable;
};

const DEFAULTS = { runtime: "nodejs24.x", memorySize: 512, logRetentionDays: 30 } as const;

/** Seconds; the API itself gives up after 30. */
const TIMEOUT: Readonly<Record<FunctionName, number>> = {
  recipient: 15,
  sender: 25,
  drainer: 60,
  sweeper: 55,
  sealer: 900,
};

const DESCRIPTION: Readonly<Record<FunctionName, string>> = {
  recipient: "secret-handoff: what the holder of a link can do",
  sender: "secret-handoff: creates handoffs for those who may send",
  drainer: "secret-handoff: turns outboxes into audit events",
  sweeper: "secret-handoff: ends what is due",
  sealer: "secret-handoff: seals the days of the trail",
};

/** The one-time store: tables, functions, API, events, mail and alarms. */
export class Service extends Construct {
  readonly tables: Tables;
  readonly functions: Readonly<Record<FunctionName, ServiceFunction>>;
  readonly api: HttpApi;
  readonly events: AuditBus;
  readonly undelivered: UndeliveredEvents;
  readonly mail: SesMail | undefined;
  readonly alarms: Alarms;
  readonly recipientKeys: RecipientKeys;
  /** Where the policy is that the environment cannot hold. */
  policyTable: PolicyTable | undefined;
  readonly sealKey: SealKey;
  readonly operatorPolicyArn: string;
  readonly origin: string;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { name, permissionsBoundaryArn, throttles } = props;
    const logRetentionDays = props.logRetentionDays ?? DEFAULTS.logRetentionDays;
    this.tables = new Tables(this, "tables", { ...props, name });
    this.undelivered = new UndeliveredEvents(this, "undelivered", { name });
    const { undelivered } = this;
    this.events = new AuditBus(this, "events", {
      name,
      targets: props.events,
      undelivered,
      permissionsBoundaryArn,
    });
    const here = arnParts(this.events.bus.arn);
    this.mail = this.#sesMail(props, here);
    this.functions = {
      recipient: this.#function("recipient", props),
      sender: this.#function("sender", props),
      drainer: this.#function("drainer", props),
      sweeper: this.#function("sweeper", props),
      sealer: this.#function("sealer", props),
    };
    const { recipient, sender, drainer, sweeper, sealer } = this.functions;
    this.api = new HttpApi(this, "http", {
      name,
      recipient,
      sender,
      throttles,
      logRetentionDays,
      closeDefaultEndpoint: props.closeDefaultEndpoint,
    });
    this.origin = props.origin(this.api.api.apiEndpoint);
    const accountRootArn = `arn:${here.partition}:iam::${here.account}:root`;
    this.sealKey = new SealKey(this, "seals", { name, accountRootArn, signerRoleArn: sealer.role.arn });
    this.recipientKeys = new RecipientKeys(this, "recipients", {
      name,
      accountRootArn,
      userRoleArn: sender.role.arn,
      keepAddresses: props.recipients !== "unnamed",
    });
    this.tables.keep([this.api.api, this.sealKey.key, ...this.recipientKeys.keys]);
    this.#configure(props);
    const { drainerPolicy, senderPolicy, recipientPolicy } = this.#permit(props, here);
    sender.checkStart(senderPolicy);
    // A company that cannot be drawn must end the deployment, not the first visit.
    if (props.company !== undefined) recipient.checkStart(recipientPolicy);
    followStream(this, drainer, { streamArn: this.tables.handoffs.streamArn, policy: drainerPolicy });
    runEveryMinute(this, sweeper, name);
    runEveryHour(this, sealer, name);
    if (this.mail) recordBounces(this, sweeper, { name, busName: this.events.bus.name, undelivered });
    const reactions = new Reactions(this, "reactions", {
      ...props,
      busName: this.events.bus.name,
      here,
      undelivered,
    });
    const dispatch =
      props.onRotated &&
      new WorkflowDispatch(this, "on-rotated", {
        ...props.onRotated,
        name,
        undelivered,
        permissionsBoundaryArn,
      });
    this.alarms = new Alarms(this, "alarms", {
      ...props.alarms,
      name,
      accountId: here.account,
      busName: this.events.bus.name,
      apiId: this.api.api.id,
      tables: { handoffs: this.tables.handoffs.name, audit: this.tables.audit.name },
      undelivered,
      undeliveredQueue: undelivered.queue.name,
      functions: this.functions,
      rotationsArn: reactions.rotations?.machine.arn,
      dispatchRule: dispatch?.rule.name,
    });
    this.operatorPolicyArn = operatorPolicy(this, "operators", {
      name,
      executionArn: this.api.api.executionArn,
    }).arn;
  }

  #function(name: FunctionName, props: ServiceProps): ServiceFunction {
    return new ServiceFunction(this, name, {
      name: `${props.name}-${name}`,
      description: DESCRIPTION[name],
      code: props.code[name],
      runtime: props.runtime ?? DEFAULTS.runtime,
      memorySize: props.memorySize ?? DEFAULTS.memorySize,
      timeout: TIMEOUT[name],
      logRetentionDays: props.logRetentionDays ?? DEFAULTS.logRetentionDays,
      reservedConcurrency: props.reservedConcurrency?.[name],
      permissionsBoundaryArn: props.permissionsBoundaryArn,
    });
  }

  #sesMail({ mail, name, permissionsBoundaryArn }: ServiceProps, here: ArnParts): SesMail | undefined {
    if (mail?.kind !== "ses") return undefined;
    return new SesMail(this, "mail", {
      ...mail,
      name,
      busArn: this.events.bus.arn,
      undelivered: this.undelivered,
      defaultBusArn: `arn:${here.partition}:events:${here.region}:${here.account}:event-bus/default`,
      permissionsBoundaryArn,
    });
  }

  /** @returns the policies that must be there before Lambda follows the stream, and before the sender's function is tried */
  #permit(
    { mail, kmsKeyArn, archive }: ServiceProps,
    here: ArnParts,
  ): Readonly<Record<"drainerPolicy" | "senderPolicy" | "recipientPolicy", IamRolePolicy>> {
    const { arns } = this.tables;
    const bus = this.events.bus.arn;
    const key = kmsKeyArn === undefined ? [] : tableKeyStatements(kmsKeyArn);
    const recipientPolicy = this.functions.recipient.permit([
      ...recipientStatements(arns),
      ...this.#mailStatements(mail, here),
      ...key,
    ]);
    const trailArchive = archive && {
      bucketArn: `arn:${here.partition}:s3:::${archive.bucketName}`,
      ...(archive.kmsKeyArn === undefined ? {} : { kmsKeyArn: archive.kmsKeyArn }),
    };
    this.functions.sealer.permit([
      ...sealerStatements(arns, this.sealKey.key.arn, bus, trailArchive),
      ...key,
    ]);
    const { mac, address } = this.recipientKeys;
    const recipientKeys = { mac: mac.arn, address: address?.arn };
    const policy = this.policyTable ? policyStatements(this.policyTable.table.arn) : [];
    const senderPolicy = this.functions.sender.permit([
      ...senderStatements(arns, recipientKeys),
      ...policy,
      ...key,
    ]);
    this.functions.sweeper.permit([...sweeperStatements(arns, bus), ...key]);
    const drainerPolicy = this.functions.drainer.permit([...drainerStatements(arns, bus), ...key]);
    return { drainerPolicy, senderPolicy, recipientPolicy };
  }

  #mailStatements(mail: SecretHandoffProps["mail"], here: ArnParts): readonly Statement[] {
    if (mail?.kind === "smtp") return smtpStatements(mail);
    if (mail === undefined || this.mail === undefined) return [];
    const { identityArn, configurationSet } = this.mail;
    const rights = { identityArn, configurationSetArn: configurationSet.arn, from: mail.from };
    return [mailStatement(rights, here)];
  }

  /** The sender function's policy: in its environment where it fits, else in a table. */
  #policy(
    policyJson: string,
    names: Readonly<Record<string, string | undefined>>,
    kmsKeyArn: string | undefined,
    name: string,
  ): Readonly<Record<string, string>> {
    const { sender } = this.functions;
    const inEnvironment = { CONFIG: policyJson };
    if (sender.fits({ ...names, ...inEnvironment })) return inEnvironment;
    this.policyTable = new PolicyTable(this, "policy", { name: `${name}-policy`, policyJson, kmsKeyArn });
    const { table, item, sha256 } = this.policyTable;
    sender.function.dependsOn = [...(sender.function.dependsOn ?? []), dependable(item)];
    return { POLICY_TABLE_NAME: table.name, POLICY_SHA256: sha256 };
  }

  #configure({
    mail,
    policyJson,
    kmsKeyArn,
    name,
    archive,
    runBy,
    company,
    eventRetentionDays: days = DEFAULT_RETENTION_DAYS,
  }: ServiceProps): void {
    const handoffs = { TABLE_NAME: this.tables.handoffs.name };
    const trail = {
      AUDIT_TABLE_NAME: this.tables.audit.name,
      EVENT_RETENTION_DAYS: Token.isUnresolved(days) ? Token.asString(days) : String(days),
    };
    const tables = { ...handoffs, ...trail };
    const origin = { ORIGIN: this.origin };
    const bus = { EVENT_BUS_NAME: this.events.bus.name };
    const { recipient, sender, drainer, sweeper, sealer } = this.functions;
    recipient.configure({
      ...handoffs,
      ...origin,
      RUN_BY: runBy,
      COMPANY: company,
      MAIL_FROM: mail?.from,
      MAIL_CONFIGURATION_SET: this.mail?.configurationSet.configurationSetName,
      SMTP_SECRET_ARN: mail?.kind === "smtp" ? mail.secretArn : undefined,
    });
    const names = {
      ...tables,
      ...origin,
      RECIPIENT_MAC_KEY_ID: this.recipientKeys.mac.keyId,
      RECIPIENT_ADDRESS_KEY_ID: this.recipientKeys.address?.keyId,
    };
    sender.configure({ ...names, ...this.#policy(policyJson, names, kmsKeyArn, name) });
    drainer.configure({ ...tables, ...bus });
    sweeper.configure({ ...tables, ...bus });
    sealer.configure({
      ...trail,
      ...bus,
      SEAL_KEY_ARN: this.sealKey.key.arn,
      ARCHIVE_BUCKET: archive?.bucketName,
    });
  }
}
