import {
  deadlineAfter,
  handOver,
  iamSigner,
  parseRecipients,
  secretsManager,
  serviceClient,
  sesTransport,
} from "@secret-handoff/sdk";

const deadline = deadlineAfter(300);
const secret = await secretsManager({}, deadline).read("prod/orders/api");
const outcomes = await handOver(
  {
    secrets: [{ ...secret, label: "Orders API" }],
    recipients: parseRecipients("ana@vendor.example").recipients,
    class: "third-party-service",
    source: "orders service",
    contact: "platform@acme.example",
  },
  { service: serviceClient("https://handoff.example.com", iamSigner()), mail: sesTransport(), deadline },
);
console.log(outcomes.map(({ kind }) => kind));
