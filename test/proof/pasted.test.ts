import { describe, expect, test } from "@jest/globals";
import {
  deriveLinkKeys,
  type Flags,
  formatLink,
  handoffIdOfToken,
  type Link,
  type LinkSecret,
  recoverLink,
} from "@secret-handoff/protocol";
import { atTier, report, SEED } from "../support/tier.ts";
import { gateways } from "../vectors/gateways.ts";
import { damaged, pasted } from "../vectors/pasted.ts";
import { seededBytes } from "./seeded-bytes.ts";

type Form = (link: string) => string;

/** What is done to a mail on its way out of a gateway, and to a link on its way into a box. */
const AFTER_A_GATEWAY = [
  "in angle brackets",
  "closed by a full stop",
  "closed by an ideographic full stop",
  "in a Markdown link",
  "lines of 60 characters, quoted",
  "quoted-printable soft breaks",
  "zero width spaces inside",
] as const;

function formsOf(): readonly (readonly [name: string, form: Form])[] {
  const wrapped = Object.entries<Form>(gateways);
  const both = wrapped.flatMap(([gateway, wrap]) =>
    AFTER_A_GATEWAY.map((name): readonly [string, Form] => [
      `${gateway}, ${name}`,
      (link) => pasted[name]?.(wrap(link)) ?? "",
    ]),
  );
  const twice = wrapped.map(([gateway, wrap], at): readonly [string, Form] => {
    const [outer, wrapAgain] = wrapped[(at + 1) % wrapped.length] ?? [gateway, wrap];
    return [`${gateway} in ${outer}`, (link) => wrapAgain(wrap(link))];
  });
  return [...Object.entries(pasted), ...wrapped, ...both, ...twice].slice(0, 300);
}

const IN_WHICH: readonly (readonly [name: string, form: Form])[] = [
  ["alone", (link) => link],
  ["in a sentence", (link) => `Please open <${link}>, before noon.`],
  ["quoted", (link) => `> ${link}\n> Regards`],
  ["in Safe Links", gateways["Microsoft Safe Links"]],
  ["in Proofpoint v2", gateways["Proofpoint v2"]],
];

const random = seededBytes(SEED);
const ORIGINS = ["https://handoff.example.com", "https://secret-handoff.corp-it.example:8443"];

/** A link; every other one has a key that holds what a gateway or an editor would rewrite: two hyphens or underscores in a row. */
function makeLink(index: number): Link {
  const flags = (index % 4) as Flags;
  for (;;) {
    const linkSecret = random(32) as LinkSecret;
    const id = handoffIdOfToken(deriveLinkKeys({ flags, linkSecret }).linkToken);
    const link = { origin: ORIGINS[index % 2] ?? "", id, flags, linkSecret };
    if (index % 2 === 0 || /[-_]{2}/.test(formatLink(link).slice(-46))) return link;
  }
}

const LINKS = Array.from({ length: atTier({ cit: 2, proof: 20 }) }, (_, index) => makeLink(index));

describe("what people paste", () => {
  test("opens in each of 300 forms, as long as the key is whole", () => {
    const forms = formsOf();
    expect(new Set(forms.map(([name]) => name)).size).toBe(300);
    const failed = LINKS.flatMap(({ origin, ...parts }) =>
      forms.filter(([, form]) => {
        const found = outcomeOf(form(formatLink({ origin, ...parts })));
        const same = typeof found === "object" && found.id === parts.id && found.flags === parts.flags;
        return (
          !same ||
          Buffer.compare(found.linkSecret, parts.linkSecret) !== 0 ||
          (found.origin ?? origin) !== origin
        );
      }),
    );
    expect(failed.map(([name]) => name)).toEqual([]);
    report(`${forms.length} forms of ${LINKS.length} links, each opened`);
  });

  test("is shown as damaged in each of 100 forms in which it is", () => {
    const forms = Object.entries(damaged).flatMap(([name, damage]) =>
      IN_WHICH.map(([place, wrap]) => ({
        name: `${name}, ${place}`,
        form: (link: string, other: string) => wrap(damage(link, other)),
      })),
    );
    expect(forms).toHaveLength(100);
    const wrong = LINKS.flatMap((link, index) => {
      const other = formatLink(makeLink(index));
      return forms.filter(({ form }) => outcomeOf(form(formatLink(link), other)) !== "damaged");
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
    report(`${forms.length} damaged forms of ${LINKS.length} links, each told as damaged`);
  });
});

/** The link that was found, or the code of the refusal. */
function outcomeOf(text: string) {
  try {
    return recoverLink(text);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}
