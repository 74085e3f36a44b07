import type { Bundle } from "@secret-handoff/protocol";
import { Recipient } from "../recipient.ts";
import { must } from "./checks.ts";
import type { Terminal } from "./terminal.ts";

/** What the recipient knows besides the link. */
export type Opening = {
  readonly inbox: string;
  readonly address: string;
  /** The secret's current value: what must come out. */
  readonly secret: string;
  /** Bytes of ciphertext that the store holds. */
  readonly stored: () => Promise<number>;
};

type ListedMail = { readonly to: string; readonly subject: string; readonly text: string };

/**
 * Opens the link as a recipient does: finds the mail, looks, claims, decrypts, acknowledges; then a second browser tries.
 * @throws DemoError when anything is not as it must be
 */
export async function openAsRecipient(opening: Opening, terminal: Terminal): Promise<void> {
  const { address } = opening;
  const { link, subject } = await findMail(opening);
  terminal.step("done", "found", `the mail in the inbox: ${subject}`);

  const recipient = new Recipient(link);
  const { status, body } = await recipient.status();
  must(status === 200 && body.state === "open", "The link does not say that it is open.");
  const { title } = await recipient.header();
  must(title !== undefined, "The header of the link has no title.");
  terminal.step("done", "looked", `the page would say: ${title}; nothing is used up by looking`);

  const wrong = await recipient.claim({ email: "eve@elsewhere.example" });
  must(wrong.status === 403, "Another address than the recipient's was not refused.");
  terminal.step("done", "guarded", `another address is refused; ${wrong.body.attemptsLeft} tries left`);

  const claim = await recipient.claim({ email: address });
  must(claim.status === 200, `The claim was answered ${claim.status} instead of 200.`);
  const bundle = await recipient.open(claim, { email: address });
  mustHold(bundle, opening.secret);
  terminal.step("done", "decrypted", `here, and it is the value in Secrets Manager: ${describe(bundle)}`);

  const acknowledged = await recipient.acknowledge(bundle.receipt);
  must(
    acknowledged.status === 204,
    `The acknowledgement was answered ${acknowledged.status} instead of 204.`,
  );
  must((await opening.stored()) === 0, "The store still holds the ciphertext.");
  terminal.step("done", "acknowledged", "the store has forgotten the ciphertext");

  const second = await new Recipient(link).claim({ email: address });
  must(second.status === 410, `A second browser was answered ${second.status} instead of 410.`);
  terminal.step(
    "done",
    "refused",
    `a second browser with the same link and address: 410 ${second.body.code}`,
  );
}

async function findMail({
  inbox,
  address,
}: Opening): Promise<{ readonly link: string; readonly subject: string }> {
  const mails = (await (await fetch(`${inbox}/api/messages`)).json()) as readonly ListedMail[];
  const mail = mails.find(({ to }) => to === address);
  must(mail !== undefined, "There is no mail to the recipient in the inbox.");
  const link = /^https?:\/\/\S+\/h\/\S+#\S+$/m.exec(mail.text)?.[0];
  must(link !== undefined, "The mail's text holds no link on a line of its own.");
  return { link, subject: mail.subject };
}

function mustHold({ items }: Bundle, secret: string): void {
  const fields = items.flatMap(({ fields }) => fields.map(({ name, value }) => [name, value]));
  const expected: unknown = JSON.parse(secret);
  const got: unknown = Object.fromEntries(fields);
  must(
    JSON.stringify(sorted(got)) === JSON.stringify(sorted(expected)),
    "What was decrypted is not what Secrets Manager holds.",
  );
}

function sorted(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.entries(value).toSorted() : value;
}

/** Names only: values never reach the terminal. */
function describe({ items }: Bundle): string {
  return items
    .map(({ label, fields }) => `${label} with ${fields.map(({ name }) => name).join(", ")}`)
    .join("; ");
}
