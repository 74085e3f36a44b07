import { type LocalStack, startLocalStack } from "@secret-handoff/local";
import type { SealInput } from "@secret-handoff/protocol";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import type { CompanySource } from "@secret-handoff/protocol/company";
import { Sender } from "../support/sender.ts";
import { CLICK_CLASS } from "../support/test-service.ts";

export const EMAIL = "ana@vendor.example";
export const PASSPHRASE = "correct horse battery staple";

/** What a sender usually says about a handoff. */
const HEADER: SealInput["header"] = {
  title: "Login for the orders database",
  message: "The quarterly rotation. The old password works until Friday at noon.",
  sender: "Mia Lind (Acme Logistics)",
  context: { Workflow: "Rotate credentials", Environment: "production" },
};

export const ITEMS: SealInput["items"] = [
  {
    label: "prod/orders/database",
    fields: [
      { name: "host", value: "orders.cluster-c0ffee.eu-west-1.rds.amazonaws.com", concealed: false },
      { name: "username", value: "orders_app", concealed: false },
      { name: "password", value: "O0l1I|tR'9$vQ~w2", concealed: true },
    ],
  },
  {
    label: "prod/orders/api-key",
    fields: [{ name: "prod/orders/api-key", value: "sk_live_51H8xT0aBcD", concealed: true }],
    files: [
      {
        name: "client.p12",
        mediaType: "application/x-pkcs12",
        data: Uint8Array.from({ length: 2_417 }, (_, n) => n),
      },
    ],
  },
];

/** The whole local stack with the real page, and a sender. Its clock is the real one, moved by `offset` seconds. */
export type PageStack = {
  readonly stack: LocalStack;
  readonly clock: { readonly now: number; offset: number };
  readonly sender: Sender;
  /** Seals, creates, and gives the link. */
  link(input?: Partial<SealInput>): Promise<string>;
  close(): Promise<void>;
};

export async function startPageStack(company?: CompanySource): Promise<PageStack> {
  const clock = {
    offset: 0,
    get now() {
      return Math.floor(Date.now() / 1_000) + this.offset;
    },
  };
  const stack = await startLocalStack({
    clock: () => clock.now,
    ...(company ? { company } : {}),
    classes: [...DEFAULT_CLASSES, CLICK_CLASS],
    latency: (work) => work,
  });
  const sender = new Sender({
    url: stack.url,
    clock,
    mint: ({ audience = stack.url, claims, ...how } = {}) =>
      stack.issuer.mint({ aud: audience, ...claims }, how),
  });
  return {
    stack,
    clock,
    sender,
    link: async (input = {}) => (await sender.handOver({ header: HEADER, items: ITEMS, ...input })).link,
    close: () => stack.close(),
  };
}
