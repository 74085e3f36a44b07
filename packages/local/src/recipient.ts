import {
  type ClaimId,
  decodeBase64url,
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  type Header,
  type Link,
  type OpenKeys,
  open,
  openHeader,
  parseLink,
} from "@secret-handoff/protocol";
import type { ClaimResponse, Problem, StatusResponse } from "@secret-handoff/protocol/api";

/** An answer of the service, as far as the demo and tests read it. */
export type RecipientResponse = {
  readonly status: number;
  readonly text: string;
  readonly body: Problem & StatusResponse & ClaimResponse;
};

/** What the recipient types. */
type RecipientAnswers = {
  readonly passphrase?: string;
  readonly email?: string;
  readonly code?: string;
};

/** Posts JSON to the service as a browser's page would. */
export async function post(url: string, body: unknown): Promise<RecipientResponse> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, text, body: text === "" ? {} : JSON.parse(text) };
}

/** A recipient with one browser, without the page: the calls that the page makes, with the same claimId for every claim. */
export class Recipient {
  readonly link: Link;
  readonly claimId: ClaimId;
  /** By the answers that they were derived from: a claim and its opening need them both, and a passphrase costs half a second. */
  readonly #derived = new Map<string, Promise<OpenKeys>>();

  constructor(link: string) {
    this.link = parseLink(link);
    this.claimId = crypto.getRandomValues(new Uint8Array(16)) as Uint8Array as ClaimId;
  }

  status(): Promise<RecipientResponse> {
    return this.#call("status", {});
  }

  async header(): Promise<Header> {
    const { body } = await this.status();
    return openHeader(decodeBase64url(body.header), this.link.id, this.#keys().headerKey);
  }

  async claim(answers: RecipientAnswers = {}): Promise<RecipientResponse> {
    const { claimToken } = await this.openKeys(answers);
    return this.claimWith(claimToken, answers.code);
  }

  claimWith(claimToken: Uint8Array, code?: string): Promise<RecipientResponse> {
    return this.claimAs(this.link.flags, claimToken, code);
  }

  /** As nobody's page does it: with flags that are not the link's. */
  claimAs(flags: number, claimToken: Uint8Array, code?: string): Promise<RecipientResponse> {
    return this.#call("claim", {
      claimToken: encodeBase64url(claimToken),
      claimId: encodeBase64url(this.claimId),
      flags,
      ...(code === undefined ? {} : { code }),
    });
  }

  code(email: string, language?: string): Promise<RecipientResponse> {
    const emailKey = encodeBase64url(this.#keys().emailKey);
    return this.#call("code", { email, emailKey, ...(language === undefined ? {} : { language }) });
  }

  /** Decrypts a claim's answer, and with `receipt` acknowledges it. */
  async open(claim: RecipientResponse, answers: RecipientAnswers = {}) {
    const keys = await this.openKeys(answers);
    return open(this.link, keys, { ...claim.body, envelope: decodeBase64url(claim.body.envelope) });
  }

  acknowledge(receipt: Uint8Array): Promise<RecipientResponse> {
    return this.#call("acknowledge", {
      claimId: encodeBase64url(this.claimId),
      receipt: encodeBase64url(receipt),
    });
  }

  report(): Promise<RecipientResponse> {
    return this.#call("report", {});
  }

  #keys() {
    return deriveLinkKeys(this.link);
  }

  openKeys({ passphrase, email }: RecipientAnswers): Promise<OpenKeys> {
    const name = JSON.stringify([passphrase, email]);
    const keys = this.#derived.get(name) ?? deriveOpenKeys(this.link, { passphrase, email });
    this.#derived.set(name, keys);
    return keys;
  }

  #call(what: string, body: Record<string, unknown>): Promise<RecipientResponse> {
    const url = `${this.link.origin}/v1/handoffs/${this.link.id}/${what}`;
    return post(url, { linkToken: encodeBase64url(this.#keys().linkToken), ...body });
  }
}
