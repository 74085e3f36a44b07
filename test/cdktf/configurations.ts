import { fileURLToPath } from "node:url";
import { defineStack } from "@secret-handoff/cdktf";

const ACCOUNT = "123456789012";

/** The least that a stack must be told. */
export const LEAST = defineStack({
  region: "eu-west-1",
  service: {
    mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
    senders: [{ repositoryId: "123456789", environment: "production", may: ["send"] }],
  },
});

/** Every prop set. */
export const EVERYTHING = defineStack({
  region: "eu-central-1",
  state: { kind: "s3", bucket: "state", key: "secret-handoff.tfstate", region: "eu-central-1" },
  service: {
    name: "handoffs",
    domain: {
      name: "handoff.example.com",
      certificateArn: `arn:aws:acm:us-east-1:${ACCOUNT}:certificate/5f2c8f9e-6a5f-4e9f-8f7d-3c1b2a4d5e6f`,
      hostedZoneId: "Z0000000000000EXAMPLE",
    },
    edge: { requestsPerAddress: 200, priceClass: "PriceClass_All" },
    mail: {
      kind: "ses",
      identity: "example.com",
      from: "handoff@example.com",
      hostedZoneId: "Z0000000000000EXAMPLE",
      tlsPolicy: "OPTIONAL",
    },
    issuer: "https://github.example.com/_services/token",
    jwksUrl: "https://github.example.com/_services/token/.well-known/jwks",
    gitHubApiUrl: "https://github.example.com/api/v3",
    approvalLifetime: 43_200,
    senders: [
      {
        repositoryId: "123456789",
        repository: "example/orders",
        environment: "production",
        workflow: "example/orders/.github/workflows/rotate.yml@refs/heads/main",
        ref: "refs/heads/main",
        events: ["schedule", "workflow_dispatch"],
        classes: ["partner"],
        may: ["send", "revoke", "audit"],
      },
    ],
    operators: [
      {
        principal: `arn:aws:iam::${ACCOUNT}:role/security/incident-response`,
        classes: ["partner"],
        roles: ["security", "manager"],
        may: ["send", "check", "revoke", "approve", "audit"],
      },
      { principal: `arn:aws:iam::${ACCOUNT}:role/privacy`, may: ["erase"] },
    ],
    classes: [
      {
        name: "partner",
        expiresWithin: 3_600,
        passphrase: "required",
        approvals: ["manager"],
        verification: "email-code",
        environments: ["production"],
        reasonRequired: true,
        recipientDomains: ["vendor.example"],
        receiptRequired: true,
        reviewerRequired: true,
        rerunAsksAnew: true,
      },
    ],
    runtime: "nodejs22.x",
    memorySize: 1_024,
    reservedConcurrency: { recipient: 20, sender: 10, drainer: 2, sweeper: 1, sealer: 1 },
    logRetentionDays: 90,
    eventRetentionDays: 730,
    company: {
      name: "Example & Söhne GmbH",
      logo: fileURLToPath(new URL("./fixtures/logo.svg", import.meta.url)),
      accentColor: "#7a1fa2",
      accentColorDark: "#d9a6f2",
      contact: "security@example.com, +49 30 1234567",
      privacyUrl: "https://example.com/privacy",
      imprintUrl: "https://example.com/imprint",
    },
    archive: {
      bucketName: "example-trail",
      kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/0a0b0c0d-0000-0000-0000-000000000000",
    },
    recipients: "named",
    throttles: {
      page: { rate: 10, burst: 20 },
      recipient: { rate: 11, burst: 21 },
      sender: { rate: 12, burst: 22 },
      operators: { rate: 1, burst: 2 },
    },
    kmsKeyArn: `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0b3a9c1e-7f4d-4b8a-9d2c-6e5f4a3b2c1d`,
    deletionProtection: { handoffs: false, audit: false },
    alarms: { emails: ["security@example.com", "platform@example.com"] },
    events: {
      topicArn: `arn:aws:sns:eu-central-1:${ACCOUNT}:audit`,
      logRetentionDays: 365,
      busArn: `arn:aws:events:eu-central-1:${ACCOUNT}:event-bus/security`,
    },
    onUndelivered: { notify: { emails: ["orders@example.com"] }, rotate: true },
    onReported: { notify: { topicArn: `arn:aws:sns:eu-central-1:${ACCOUNT}:pager` }, rotate: true },
    onDelivered: { rotateAfter: 28_800 },
    rotation: {
      secrets: [
        {
          arn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:prod/orders/api-AbCdEf`,
          repositoryIds: ["123456789"],
        },
        {
          arn: `arn:aws:secretsmanager:eu-central-1:${ACCOUNT}:secret:prod/billing-GhIjKl`,
          repositoryIds: ["123456789", "987654321"],
          operators: true,
        },
      ],
      limitPerDay: 2,
      functionArns: [`arn:aws:lambda:eu-central-1:${ACCOUNT}:function:rotate-orders`],
    },
    onRotated: {
      secretNames: ["prod/orders/*", "prod/billing"],
      repository: "example/orders",
      connectionArn: `arn:aws:events:eu-central-1:${ACCOUNT}:connection/github/3c1b2a4d-5e6f-4a5f-8f9e-5f2c8f9e6a5f`,
      eventType: "orders-rotated",
      apiUrl: "https://github.example.com/api/v3",
    },
    tags: { team: "platform", service: "secret-handoff" },
    permissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
  },
  gitHub: {
    orders: {
      name: "secret-handoff-orders",
      repository: "example/orders",
      repositoryId: "123456789",
      ownerId: "987654",
      environment: "production",
      issuer: "https://github.example.com/_services/token",
      secretNames: ["prod/orders/*", "prod/billing"],
      secretTags: { "secret-handoff": "yes" },
      parameterNames: ["/orders/*"],
      passphrasePath: "/secret-handoff/passphrases",
      assumeRoleArns: [`arn:aws:iam::${ACCOUNT}:role/orders-deploy`],
      rotate: "generate",
      listSecrets: true,
      kmsKeyArns: [`arn:aws:kms:eu-central-1:${ACCOUNT}:key/1c4b0d2f-8a5e-4c9b-8e3d-7f6a5b4c3d2e`],
      permissionsBoundaryArn: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
      tags: { team: "platform" },
    },
  },
});

/** Mail through an SMTP server, an own domain without CloudFront, a topic that exists. */
export const SMTP = defineStack({
  region: "eu-west-1",
  service: {
    domain: { name: "handoff.example.com", hostedZoneId: "Z0000000000000EXAMPLE" },
    mail: {
      kind: "smtp",
      from: "handoff@example.com",
      secretArn: `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:smtp-AbCdEf`,
      kmsKeyArn: `arn:aws:kms:eu-west-1:${ACCOUNT}:key/2d5c1e3a-9b6f-4d0c-9f4e-8a7b6c5d4e3f`,
    },
    senders: [],
    alarms: { topicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:alarms` },
  },
});
