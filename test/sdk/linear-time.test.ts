import { expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { splitContacts } from "@secret-handoff/protocol/markup";
import {
  type EmailFacts,
  escapeMarkdown,
  parseAddress,
  parseContext,
  parseEhloName,
  parseEndpoint,
  parseGivenValues,
  parseMailbox,
  parseOtherSecrets,
  parseParameters,
  parsePermissions,
  parseRecipients,
  parseRecipientsFile,
  parseRepositories,
  parseRoleArn,
  parseSecretIds,
  redact,
  secretParts,
  writeEmail,
} from "@secret-handoff/sdk";
import { atTier } from "../support/tier.ts";

/** Text that others write, however it is made, is read in a time that grows with its length and not with its square. */

const LENGTH = atTier({ cit: 30_000, proof: 100_000 });
/** Of a processor. A pattern of quadratic time takes more than a second for the shorter ones, and ten for the longer ones. */
const MOST_MS = atTier({ cit: 500, proof: 1_000 });

const PIECES = ["1", " ", "a", "@", "a@", "a.", "(", "+1", "tel ", ",", "=", "<"];
const ENDS = ["\u0000", "@b.example"];
const inputs = PIECES.flatMap((piece) =>
  ENDS.map((end) => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH) + end),
);
const FACTS: EmailFacts = {
  ...{ from: { address: "handoff@acme.example" }, to: "ana@vendor.example", company: "Acme" },
  ...{ context: {}, origins: {}, link: "https://handoff.example/h/x#y", origin: "https://handoff.example" },
  ...{ id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId, flags: 3, mailedCode: false, expiresAt: 1_795_000_000 },
};
const mail = (more: Partial<EmailFacts>) => writeEmail({ ...FACTS, ...more });

const READERS: readonly (readonly [name: string, read: (text: string) => unknown])[] = [
  ["addresses", parseAddress],
  ["recipients", parseRecipients],
  ["a file of recipients", parseRecipientsFile],
  ["mailboxes", parseMailbox],
  ["context", (text) => parseContext(text, [])],
  ["values", parseGivenValues],
  ["what of values is secret", secretParts],
  ["ids of secrets", parseSecretIds],
  ["parameters", parseParameters],
  ["other secrets", parseOtherSecrets],
  ["repositories", parseRepositories],
  ["permissions", parsePermissions],
  ["ARNs of roles", parseRoleArn],
  ["names of machines", parseEhloName],
  ["the service's address", parseEndpoint],
  ["what others say", redact],
  ["Markdown", escapeMarkdown],
  ["contacts", splitContacts],
  ["a mail's contact", (contact) => mail({ contact })],
  ["a mail's company", (company) => mail({ company })],
  ["a mail's title", (title) => mail({ title })],
  ["a mail's reason", (reason) => mail({ reason })],
  ["a mail's message", (message) => mail({ message })],
];

test.each(READERS)("%s", (_, read) => {
  const slow = inputs.flatMap((text) => {
    const begun = process.cpuUsage();
    try {
      read(text);
    } catch {
      // Refused, which must not take long either.
    }
    const ms = process.cpuUsage(begun).user / 1_000;
    return ms > MOST_MS
      ? [`${JSON.stringify(text.slice(0, 8))}… ${JSON.stringify(text.slice(-3))}: ${ms} ms`]
      : [];
  });
  expect(slow).toEqual([]);
});
