import { defineStack } from "./src/index.ts";

/**
 * The one file that a deployment edits. Every prop has a comment in src/props.ts; what is left out has a
 * safe default. `npm run synth` checks it; `npm run synth -- --config FILE` takes another one.
 */
export default defineStack({
  region: "eu-west-1",
  service: {
    domain: { name: "handoff.example.com", hostedZoneId: "Z0000000000000EXAMPLE" },
    mail: {
      kind: "ses",
      identity: "example.com",
      from: "handoff@example.com",
      hostedZoneId: "Z0000000000000EXAMPLE",
    },
    // Nobody may send until somebody is named here.
    senders: [
      {
        repositoryId: "123456789",
        environment: "production",
        may: ["send", "revoke"],
      },
    ],
    alarms: { emails: ["security@example.com"] },
  },
  gitHub: {
    orders: {
      name: "secret-handoff-orders",
      repository: "example/orders",
      repositoryId: "123456789",
      ownerId: "987654",
      environment: "production",
      secretNames: ["prod/orders/*"],
      rotate: "managed",
    },
  },
});
