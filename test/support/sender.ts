import { type Sealed, type SealInput, seal } from "@secret-handoff/protocol";
import {
  type CreateRequest,
  createRequestOf,
  type HandoffView,
  type Problem,
} from "@secret-handoff/protocol/api";
import { CLICK_CLASS, type TestService, type TokenWanted } from "./test-service.ts";

export type SenderAnswer = {
  readonly status: number;
  readonly text: string;
  readonly body: HandoffView & Problem;
};

/** A sealed handoff as JSON of the create call. @param more overrides any of it */
export function createRequest(sealed: Sealed, more: Partial<CreateRequest> = {}): CreateRequest {
  return { ...createRequestOf(sealed), ...more };
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

  /** Seals with sensible defaults: one field, an hour, class internal-tool, or click-only where no address is asked for. */
  seal(input: Partial<SealInput> = {}): Promise<Sealed> {
    return seal({
      origin: this.#service.url,
      class: input.email === undefined ? CLICK_CLASS.name : "internal-tool",
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
