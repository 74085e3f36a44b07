import type { StackConfig } from "@secret-handoff/cdktf";

/**
 * The configuration of a deployment. Copy it, edit it, and keep the copy in a repository of yours: `npm run synth -- --config FILE`
 * takes it from anywhere. What is left out has a safe default; docs/reference/cdktf.md describes every prop.
 */
const config: StackConfig = {
  region: "eu-west-1",
  service: {
    domain: { name: "handoff.example.com", hostedZoneId: "Z0000000000000EXAMPLE" },
    mail: {
      kind: "ses",
      identity: "example.com",
      from: "handoff@example.com",
      hostedZoneId: "Z0000000000000EXAMPLE",
    },
    // Nobody may send until a sender is named here.
    senders: [
      {
        repositoryId: "123456789", // gh api repos/OWNER/NAME --jq .id
        environment: "production",
        may: ["send", "revoke"],
      },
    ],
    alarms: { emails: ["security@example.com"] },
  },
  gitHub: {
    orders: {
      repository: "example/orders",
      repositoryId: "123456789",
      ownerId: "987654", // gh api repos/OWNER/NAME --jq .owner.id
      environment: "production",
      secretNames: ["prod/orders/*"],
      rotate: "managed",
    },
  },
};

export default config;
