import { type HandoffId, parseLink, type Sealed, seal } from "@secret-handoff/protocol";
import { DEFAULT_CLASSES, type HandoffView } from "@secret-handoff/protocol/api";
import {
  Concealed,
  type Delivery,
  DeliveryContents,
  type DeliveryDetails,
  type DeliveryPorts,
  type Email,
} from "@secret-handoff/sdk";
import { quickRuntime } from "./quick-runtime.ts";

/** What happened, in order, as `verb recipient`. */
export type Journal = string[];

const [internalTool] = DEFAULT_CLASSES.filter(({ name }) => name === "internal-tool");
if (!internalTool) throw new Error("the default classes have changed");

const details: DeliveryDetails = {
  class: internalTool,
  expiresIn: 3_600,
  secrets: [{ label: "a", name: "prod/a", versionId: "v" }],
  subject: { secret: "arn:a", versionId: "v", versionCreatedAt: 1 },
  resend: false,
  passphraseNeeded: false,
  from: { address: "handoff@acme.example" },
  company: "Acme",
  contact: "Mona",
  title: "t",
  context: {},
  origins: {},
};

/** A delivery that differs in some details. */
export function deliveryOf(
  different: Partial<DeliveryDetails> = {},
  passphrase?: Concealed<string>,
): Delivery {
  const fields = [{ name: "value", value: "canary", concealed: true }];
  const contents = new DeliveryContents([{ label: "a", fields }], passphrase);
  return { details: { ...details, ...different }, contents };
}

/** Fails a step by throwing, or changes its answer. */
export type Faults = {
  readonly create?: (
    recipient: string,
    view: HandoffView,
    call: number,
  ) => HandoffView | Promise<HandoffView>;
  readonly mail?: (email: Email) => void | Promise<void>;
  readonly mailed?: (id: HandoffId) => void;
  readonly revoke?: (id: HandoffId) => "revoked" | "released" | "unknown";
};

/** Ports of a delivery that keep a journal and fail as they are told. */
export function fakePorts(faults: Faults = {}) {
  const journal: Journal = [];
  const emails: Email[] = [];
  const owners = new Map<string, string>();
  const calls = new Map<string, number>();
  const who = (id: HandoffId) => owners.get(id) ?? "nobody";
  const ports: DeliveryPorts = {
    runtime: quickRuntime(),
    seal: async (input) => {
      const sealed = await seal(input);
      owners.set(sealed.id, input.email ?? "");
      journal.push(`seal ${who(sealed.id)}`);
      return sealed;
    },
    service: {
      origin: "https://handoff.example",
      policy: () => Promise.reject(new Error("not asked for")),
      check: () => Promise.reject(new Error("not asked for")),
      view: () => Promise.reject(new Error("not asked for")),
      get: () => Promise.reject(new Error("not asked for")),
      list: () => Promise.reject(new Error("not asked for")),
      ask: () => Promise.reject(new Error("not asked for")),
      request: () => Promise.reject(new Error("not asked for")),
      approve: () => Promise.reject(new Error("not asked for")),
      deny: () => Promise.reject(new Error("not asked for")),
      revokeAll: () => Promise.reject(new Error("not asked for")),
      recipient: () => Promise.reject(new Error("not asked for")),
      erase: () => Promise.reject(new Error("not asked for")),
      create: async (sealed) => {
        const recipient = who(sealed.id);
        const call = (calls.get(recipient) ?? 0) + 1;
        calls.set(recipient, call);
        journal.push(`create ${recipient}`);
        const view = viewOf(sealed);
        return (await faults.create?.(recipient, view, call)) ?? view;
      },
      mailed: async (id) => {
        journal.push(`mailed ${who(id)}`);
        faults.mailed?.(id);
      },
      revoke: async (id) => {
        journal.push(`revoke ${who(id)}`);
        return faults.revoke?.(id) ?? "revoked";
      },
    },
    mail: {
      send: async (email) => {
        journal.push(`mail ${email.to}`);
        await faults.mail?.(email);
        emails.push(email);
        return `<${email.messageId}>`;
      },
      check: async () => [],
    },
  };
  return { ports, journal, emails };
}

function viewOf(sealed: Sealed): HandoffView {
  const { id, flags, expiresAt } = sealed;
  return {
    ...{ id, flags, expiresAt, class: sealed.class },
    ...{ state: "open", createdAt: 1, changedAt: 1, mailed: false, attemptsLeft: 5 },
  };
}

/** The link in an email, parsed. */
export function linkIn(email: Email | undefined) {
  return parseLink(/^https:\S+$/m.exec(email?.text ?? "")?.[0] ?? "");
}

export const passphrase = new Concealed("correct horse battery staple");
