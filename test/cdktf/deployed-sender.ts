import { readFileSync } from "node:fs";
import { GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { OidcIssuer } from "@secret-handoff/local";
import { type Sealed, type SealInput, seal } from "@secret-handoff/protocol";
import { createRequest } from "../support/sender.ts";
import type { Deployed } from "./deployed.ts";

export const EMAIL = "ana@vendor.example";

export const now = (): number => Math.floor(Date.now() / 1_000);

/** An event that AWS has sent once, from a file beside the tests. */
export const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8"));

/** A sender of repository 42 at a deployed stack, who also sees what lies in the tables and what was published. */
export class DeployedSender {
  readonly #deployed: Deployed;
  readonly #issuer: OidcIssuer;

  constructor(deployed: Deployed, issuer: OidcIssuer) {
    this.#deployed = deployed;
    this.#issuer = issuer;
  }

  seal(input: Partial<SealInput> = {}): Promise<Sealed> {
    return seal({
      origin: this.#deployed.url,
      class: "tool",
      expiresAt: now() + 600,
      items: [{ label: "orders", fields: [{ name: "password", value: "hunter2-hunter2", concealed: true }] }],
      header: { title: "Orders database" },
      email: EMAIL,
      ...input,
    });
  }

  async call(method: string, path: string, body?: unknown): Promise<Response> {
    const { url } = this.#deployed;
    const token = await this.#issuer.mint(
      { aud: url },
      { job: { repository: "octo/orders", repositoryId: "42" } },
    );
    return fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  /** @throws Error with the service's answer where that is not 201 */
  async handOver(input: Partial<SealInput> = {}, more: object = {}): Promise<Sealed> {
    const sealed = await this.seal(input);
    const response = await this.call("POST", "/v1/sender/handoffs", createRequest(sealed, more));
    if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
    return sealed;
  }

  async stored(sealed: Sealed) {
    const { client, tables } = this.#deployed;
    const { Item } = await client.send(
      new GetItemCommand({ TableName: tables.handoffs, Key: keyOf(sealed), ConsistentRead: true }),
    );
    return Item;
  }

  /** Types of the events that the audit table has of a handoff, in order. */
  async trail({ id }: Sealed): Promise<readonly string[]> {
    const { client, tables } = this.#deployed;
    const { Items = [] } = await client.send(
      new ScanCommand({ TableName: tables.audit, ConsistentRead: true }),
    );
    return Items.filter(({ stream }) => stream?.S === id)
      .sort((a, b) => Number(a.sequence?.N) - Number(b.sequence?.N))
      .map(({ event }) => (JSON.parse(event?.S ?? "") as { type: string }).type);
  }

  /** Events of a handoff that the drainer has put on the bus, as EventBridge delivers them. */
  published(type: string, { id }: Sealed) {
    return this.#deployed.aws.drainer.calls
      .flatMap(({ body }) => (body.Entries ?? []) as readonly Readonly<Record<string, string>>[])
      .map(({ Source = "", DetailType = "", Detail = "{}" }) => ({
        source: Source,
        "detail-type": DetailType,
        detail: JSON.parse(Detail) as { readonly handoff?: string },
      }))
      .filter((event) => event["detail-type"] === type && event.detail.handoff === id);
  }
}

export const keyOf = ({ id }: Sealed) => ({ id: { S: id } });

/** The stream's record of a handoff. */
export function streamEvent({ id }: Sealed) {
  const event = recorded("stream-event.json") as { Records: { dynamodb: { Keys: object } }[] };
  for (const { dynamodb } of event.Records) dynamodb.Keys = { id: { S: id } };
  return event;
}
