import {
  type CreateRequest,
  encodeBase64url,
  type HandoffView,
  type Problem,
  type Sealed,
  type SealInput,
  seal,
} from "@secret-handoff/protocol";
import type { TestService, TokenWanted } from "./test-service.ts";

export type SenderAnswer = {
  readonly status: number;
  readonly text: string;
  readonly body: HandoffView & Problem;
};

/** A sealed handoff as JSON of the create call. */
export function createRequest(
  { link: _, ...sealed }: Sealed,
  more: Partial<CreateRequest> = {},
): CreateRequest {
  const wire = Object.entries(sealed).map(([name, value]) => [
    name,
    value instanceof Uint8Array ? encodeBase64url(value) : value,
  ]);
  return { ...Object.fromEntries(wire), ...more };
}

/** What a sender needs of the service under test. */
export type SentTo = Pick<TestService, "url" | "clock" | "mint">;

/** A sender that speaks to the service over HTTP with a token of its own. */
export class Sender {
  readonly #service: SentTo;
  readonly #wanted: TokenWanted;

  /** @param wanted how its token differs from the default */
  constructor(service: SentTo, wanted: TokenWanted = {}) {
    this.#service = service;
    this.#wanted = wanted;
  }

  /** Seals with sensible defaults: one field, an hour, class internal-tool. */
  seal(input: Partial<SealInput> = {}): Promise<Sealed> {
    return seal({
      origin: this.#service.url,
      class: "internal-tool",
      expiresAt: this.#service.clock.now + 3_600,
      items: [{ label: "orders", fields: [{ name: "password", value: "hunter2-hunter2", concealed: true }] }],
      header: { title: "Orders database", sender: "octo/orders" },
      ...input,
    });
  }

  /** Seals and creates; fails the test unless the answer is 201. */
  async handOver(input: Partial<SealInput> = {}, more: Partial<CreateRequest> = {}): Promise<Sealed> {
    const sealed = await this.seal(input);
    const { status, text } = await this.create(createRequest(sealed, more));
    if (status !== 201) throw new Error(`create answered ${status}: ${text}`);
    return sealed;
  }

  create(body: unknown): Promise<SenderAnswer> {
    return this.call("POST", "/v1/sender/handoffs", body);
  }

  async call(method: string, path: string, body?: unknown): Promise<SenderAnswer> {
    const token = await this.#service.mint(this.#wanted);
    const response = await fetch(`${this.#service.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? {} : JSON.parse(text) };
  }
}
