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
    // What recipients see first, on the page and in the mail.
    company: { name: "Example Ltd", contact: "security@example.com" },
    // Nobody may send until a sender is named here.
    senders: [
      {
        repositoryId: "123456789", // gh api repos/OWNER/NAME --jq .id
        environment: "production",
        // Its own handoffs it may see and revoke by this alone; the right `revoke` covers those of every repository.
        may: ["send"],
      },
    ],
    // Without `classes` five defaults apply, of which three need approvals and cannot be sent yet. These replace all five.
    classes: [
      {
        name: "third-party-service",
        expiresWithin: 24 * 3_600, // seconds
        passphrase: "recommended",
        approvals: [],
        verification: "email",
      },
      {
        name: "internal-tool",
        expiresWithin: 72 * 3_600,
        passphrase: "optional",
        approvals: [],
        verification: "email",
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
