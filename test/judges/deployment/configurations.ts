import type { StackConfig } from "@secret-handoff/cdktf";
import { DEFAULT_JOB } from "@secret-handoff/local";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { EVERYTHING, LEAST, SMTP } from "../../cdktf/configurations.ts";
import { ACCOUNT } from "./emulators.ts";

const CERTIFICATE = `arn:aws:acm:eu-west-1:${ACCOUNT}:certificate/5f2c8f9e-6a5f-4e9f-8f7d-3c1b2a4d5e6f`;

/** What is applied to moto. A certificate made on the way is not: moto proves it with a record that it then refuses. */
export const STACKS: Readonly<Record<string, StackConfig>> = {
  "the least": LEAST,
  "a host name, SMTP": {
    ...SMTP,
    service: {
      ...SMTP.service,
      domain: { ...SMTP.service.domain, name: "handoff.example.com", certificateArn: CERTIFICATE },
    },
  },
  "every prop, behind CloudFront": EVERYTHING,
};

/** A secret that the deployed service may rotate. */
export const ROTATED = "prod/orders/api";

/** The service in which a handoff lives from its create to its end: what a report rotates, and who may send. */
export function livingConfig(secretArn: string): StackConfig {
  return {
    region: "eu-west-1",
    service: {
      mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
      senders: [{ repositoryId: DEFAULT_JOB.repositoryId, may: ["send", "check", "revoke", "audit"] }],
      operators: [{ principal: `arn:aws:iam::${ACCOUNT}:role/security`, may: ["audit", "revoke"] }],
      classes: DEFAULT_CLASSES.filter(({ approvals }) => approvals.length === 0),
      onReported: { rotate: true },
      onUndelivered: { notify: { emails: ["orders@example.com"] } },
      rotation: { secrets: [{ arn: secretArn, repositoryIds: [DEFAULT_JOB.repositoryId] }] },
      alarms: { emails: ["security@example.com"] },
      deletionProtection: { handoffs: false, audit: false },
    },
  };
}
