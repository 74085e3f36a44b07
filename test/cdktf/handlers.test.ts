import { generateKeyPairSync, sign } from "node:crypto";
import { setInterval } from "node:timers/promises";
import {
  DeleteItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  paginateScan,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { defineStack, FUNCTION_NAMES } from "@secret-handoff/cdktf";
import { type OidcIssuer, Recipient, startOidcIssuer } from "@secret-handoff/local";
import type { Sealed } from "@secret-handoff/protocol";
import type { Seal } from "@secret-handoff/protocol/api";
import {
  dayName,
  dayNumber,
  isSignedBy,
  NO_PREVIOUS_SEAL,
  readSealKeys,
  sealHash,
  signedBytes,
} from "@secret-handoff/protocol/audit";
import { built } from "../support/built.ts";
import { createRequest } from "../support/sender.ts";
import { report } from "../support/tier.ts";
import { billOf, linesOf, type Step } from "../support/write-units.ts";
import { SEAL_KEY } from "./aws-calls.ts";
import { EVERYTHING, LEAST } from "./configurations.ts";
import { type Deployed, deploy } from "./deployed.ts";
import { DeployedSender, EMAIL, keyOf, now, recorded, streamEvent } from "./deployed-sender.ts";
import { matches } from "./event-pattern.ts";
import { resource, synthesise } from "./synthesis.ts";

const CONFIG = defineStack({
  region: "eu-west-1",
  service: {
    mail: { kind: "ses", identity: "example.com", from: "handoff@example.com" },
    senders: [{ repositoryId: "42", may: ["send", "audit"] }],
    operators: [{ principal: "arn:aws:iam::123456789012:role/platform", may: ["send"] }],
    classes: [
      { name: "tool", expiresWithin: 3_600, passphrase: "optional", approvals: [], verification: "email" },
      {
        name: "admin",
        expiresWithin: 3_600,
        passphrase: "optional",
        approvals: [],
        verification: "email-code",
      },
    ],
  },
});
/** Request units of one handoff to a new recipient: docs/operations.md makes dollars of them. */
const COST = { reads: 11, writes: { store: 28, events: 8, search: 16, directory: 2 } };
const NEW_EMAIL = "new@vendor.example";
/** Read units of a list of at most 50 handoffs: half a unit for each 4 KB, at less than 700 bytes a handoff. */
const LIST_READS = 4.5;
/** The pattern of the rule that rotates, of a service that rotates what repository 42 hands over. */
const ROTATE_RULE = JSON.parse(
  String(
    resource(
      synthesise({
        ...LEAST,
        service: {
          ...LEAST.service,
          onDelivered: { rotateAfter: 60 },
          rotation: {
            secrets: [
              {
                arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf",
                repositoryIds: ["42"],
              },
            ],
          },
        },
      }).json,
      "aws_cloudwatch_event_rule",
      "reactions_rotate_rule",
    ).event_pattern,
  ),
) as Parameters<typeof matches>[0];
let deployed: Deployed;
let issuer: OidcIssuer;
let sender: DeployedSender;
const everything = synthesise(EVERYTHING);

beforeAll(async () => {
  issuer = await startOidcIssuer();
  deployed = await deploy(CONFIG, built("packages/lambda/build.ts"), issuer);
  sender = new DeployedSender(deployed, issuer);
});

afterAll(async () => {
  await deployed?.close();
  await issuer?.close();
});

describe("the synthesised assets, unzipped and run with recorded events", () => {
  test("the recipient's function serves the page under its policy", async () => {
    const response = await fetch(`${deployed.url}/h/AAAAAAAAAAAAAAAAAAAAAA`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const page = await response.text();
    expect(page).toMatch(/^<!doctype html>/i);
    expect(await (await fetch(`${deployed.url}/h`)).text()).toBe(page);
  });

  test("a link whose key has reached the server is counted by a word that its alarm looks for", async () => {
    await fetch(`${deployed.url}/h/AAAAAAAAAAAAAAAAAAAAAA%23AQAA`);
    const filter = resource(everything.json, "aws_cloudwatch_log_metric_filter", "alarms_mangled_filter");
    const lines = deployed.functions.recipient.lines.filter((line) => line.includes("mangled"));
    expect(lines).toHaveLength(1);
    expect(filter.pattern).toMatch(/^"\w+"$/);
    expect(lines[0]).toContain(filter.pattern);
    expect(lines[0]).not.toContain("AAAA");
  });

  test("a caller without a token is counted by a word that its alarm looks for", async () => {
    const response = await fetch(`${deployed.url}/v1/sender/handoffs`, {
      headers: { authorization: "Bearer canary" },
    });
    expect(response.status).toBe(401);
    const filter = resource(everything.json, "aws_cloudwatch_log_metric_filter", "alarms_refused_filter");
    const lines = deployed.functions.sender.lines.filter((line) => line.includes("refused_anonymous"));
    expect(lines).toHaveLength(1);
    expect(filter.pattern).toMatch(/^"\w+"$/);
    expect(lines[0]).toContain(filter.pattern);
    expect(lines[0]).not.toContain("canary");
    const alarm = resource(everything.json, "aws_cloudwatch_metric_alarm", "alarms_refused_anonymous");
    expect([filter.metric_transformation]).toMatchObject([
      { name: alarm.metric_name, namespace: alarm.namespace, value: "1" },
    ]);
  });

  test("a handoff is created, drained, opened and acknowledged by the four functions", async () => {
    const subject = {
      secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf",
      versionId: "v1-of-the-orders-secret-0123456789",
      versionCreatedAt: now(),
      recipient: EMAIL,
    };
    const sealed = await sender.handOver({}, { subject });
    expect(await deployed.functions.drainer.invoke(streamEvent(sealed))).toEqual({ batchItemFailures: [] });

    const recipient = new Recipient(sealed.link);
    expect(await recipient.header()).toMatchObject({ title: "Orders database" });
    const claim = await recipient.claim({ email: EMAIL });
    expect(claim.status).toBe(200);
    const bundle = await recipient.open(claim, { email: EMAIL });
    expect(bundle.items[0]?.fields[0]?.value).toBe("hunter2-hunter2");
    expect((await recipient.acknowledge(bundle.receipt)).status).toBe(204);
    await deployed.functions.drainer.invoke(streamEvent(sealed));

    expect(await sender.trail(sealed)).toEqual(["created", "claimed", "acknowledged"]);
    expect(
      sender.published("acknowledged", sealed).filter((event) => matches(ROTATE_RULE, event)),
    ).toHaveLength(1);
    expect(await sender.stored(sealed)).not.toHaveProperty("envelope");
  });

  test("a handoff costs no more request units than docs/operations.md calculates with", async () => {
    const { meter, functions } = deployed;
    const steps: Step[] = [];
    let reads = 0;
    const step = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
      meter.units = { reads: 0, writes: [] };
      const result = await act();
      steps.push({ what, writes: meter.units.writes });
      reads += meter.units.reads;
      return result;
    };
    const drain = async (sealed: Sealed) => {
      await functions.drainer.invoke(streamEvent(sealed));
      // The drainer's own write is on the stream as well.
      await functions.drainer.invoke(streamEvent(sealed));
    };
    const subject = {
      secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:billing-AbCdEf",
      versionId: "v1-of-the-billing-secret-012345678",
      versionCreatedAt: now(),
      recipient: NEW_EMAIL,
    };
    const sealed = await step("create", () => sender.handOver({ email: NEW_EMAIL }, { subject }));
    await step("  its event", () => drain(sealed));
    await step("mailed", () =>
      sender.call("POST", `/v1/sender/handoffs/${sealed.id}/mailed`, { messageId: "1" }),
    );
    await step("  its event", () => drain(sealed));
    const recipient = new Recipient(sealed.link);
    await step("status", () => recipient.status());
    const claim = await step("claim, address asked", () => recipient.claim({ email: NEW_EMAIL }));
    await step("  its event", () => drain(sealed));
    const { receipt } = await recipient.open(claim, { email: NEW_EMAIL });
    await step("acknowledge", () => recipient.acknowledge(receipt));
    await step("  its event", () => drain(sealed));
    const bill = billOf(steps.flatMap(({ writes }) => writes));
    for (const line of linesOf(steps)) report(line);
    report(`one handoff: ${reads} read request units, write request units: ${JSON.stringify(bill)}`);
    expect(reads).toBeLessThanOrEqual(COST.reads);
    expect(bill).toEqual(COST.writes);
    expect(bill.store + bill.events).toBeLessThanOrEqual(36);
  });

  test("a filtered list is one query on the index, and reads what it shows: no envelope, however large", async () => {
    const value = "x".repeat(30_000);
    const items = [{ label: "orders", fields: [{ name: "key", value, concealed: true }] }];
    const large = await Promise.all(Array.from({ length: 20 }, () => sender.handOver({ items })));
    const open = await (await sender.call("GET", "/v1/sender/handoffs?state=open")).json();
    expect(open.handoffs.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(large.map(({ id }) => id)),
    );
    const before = deployed.aws.sender.calls.length;
    deployed.meter.units = { reads: 0, writes: [] };
    const response = await sender.call("GET", "/v1/sender/handoffs?state=revoked");
    expect(await response.json()).toEqual({ handoffs: [] });
    expect(
      deployed.aws.sender.calls.slice(before).map(({ action, body }) => [action, body.IndexName]),
    ).toEqual([["dynamodb:Query", "byOwner"]]);
    const { reads, writes } = deployed.meter.units;
    // Half a unit for each 4 KB. The envelopes alone would be 100 units.
    expect(large[0]?.envelope.length).toBeGreaterThan(30_000);
    expect(reads).toBeGreaterThan(0);
    expect(reads).toBeLessThanOrEqual(LIST_READS);
    expect(writes).toEqual([]);
    report(`a filtered list of a few dozen handoffs: ${reads} read request units`);
  });

  test("what the drainer has written itself makes it write nothing more, so that the stream comes to rest", async () => {
    const sealed = await sender.handOver();
    await deployed.functions.drainer.invoke(streamEvent(sealed));
    const item = await sender.stored(sealed);
    const before = deployed.aws.drainer.calls.length;
    await deployed.functions.drainer.invoke(streamEvent(sealed));
    expect(deployed.aws.drainer.calls.slice(before).map(({ action }) => action)).toEqual([
      "dynamodb:GetItem",
    ]);
    expect(await sender.stored(sealed)).toEqual(item);
  });

  test("a code is mailed from the configured address, under the configuration set", async () => {
    const sealed = await sender.seal({ class: "admin", mailedCode: true });
    const created = await sender.call("POST", "/v1/sender/handoffs", createRequest(sealed));
    expect(created.status).toBe(201);
    const recipient = new Recipient(sealed.link);
    expect((await recipient.code(EMAIL)).status).toBe(202);
    const mails = deployed.aws.recipient.calls.filter(({ action }) => action === "ses:SendEmail");
    expect(mails.map(({ body }) => body)).toEqual([
      expect.objectContaining({
        FromEmailAddress: "handoff@example.com",
        ConfigurationSetName: "secret-handoff",
        Destination: { ToAddresses: [EMAIL] },
      }),
    ]);
    const code = /\b\d{8}\b/.exec(JSON.stringify(mails[0]?.body))?.[0] ?? "";
    expect((await recipient.claim({ email: EMAIL, code })).status).toBe(200);
  });

  test("a mail service that does not answer makes nobody wait longer: that would tell that the address was right", async () => {
    const sealed = await sender.seal({ class: "admin", mailedCode: true });
    await sender.call("POST", "/v1/sender/handoffs", createRequest(sealed));
    const { ses } = deployed.aws.recipient;
    ses.silent = true;
    const start = performance.now();
    expect((await new Recipient(sealed.link).code(EMAIL)).status).toBe(202);
    ses.silent = false;
    const took = performance.now() - start;
    expect(took).toBeGreaterThan(1_950);
    // Far below the minutes that an answer would take which waits; a busy machine takes its own time.
    expect(took).toBeLessThan(15_000);
    // The answer does not wait for the mail, nor for what is said of it.
    const { lines } = deployed.functions.recipient;
    for await (const _ of setInterval(20)) {
      if (lines.some((line) => line.includes("code_mail_failed"))) break;
    }
  });

  test("a refusal, and a reading of the trail, reach the trail and the bus by the functions' roles", async () => {
    const since = now();
    await sender.call("POST", "/v1/sender/handoffs", createRequest(await sender.seal({ class: "nope" })));
    await sender.call("GET", "/v1/sender/events");
    const items = [];
    // More than the megabyte that one scan gives, since a test has put large envelopes.
    const scan = { TableName: deployed.tables.handoffs, ConsistentRead: true };
    for await (const page of paginateScan({ client: deployed.client }, scan))
      items.push(...(page.Items ?? []));
    const waiting = items.filter(({ id, dueAt }) => id?.S?.startsWith("event/") && dueAt);
    for (const { id = { S: "" } } of waiting) {
      await deployed.functions.drainer.invoke({
        Records: [{ eventName: "INSERT", dynamodb: { Keys: { id }, SequenceNumber: "1" } }],
      });
    }
    const response = await sender.call("GET", `/v1/sender/events?since=${since}`);
    const { events } = (await response.json()) as { events: { id: string; type: string }[] };
    const standalone = events.filter(({ type }) => type === "refused" || type === "audit_viewed");
    expect(standalone.map(({ type }) => type)).toEqual(expect.arrayContaining(["refused", "audit_viewed"]));
    const published = deployed.aws.drainer.calls.filter(({ action }) => action === "events:PutEvents");
    for (const { id } of standalone) expect(JSON.stringify(published)).toContain(id);
  });

  test("the sweeper ends what has expired, and the ciphertext is gone", async () => {
    const sealed = await sender.handOver();
    await deployed.client.send(
      new UpdateItemCommand({
        TableName: deployed.tables.handoffs,
        Key: keyOf(sealed),
        UpdateExpression: "SET expiresAt = :past, dueAt = :past",
        ExpressionAttributeValues: { ":past": { N: String(now() - 5) } },
      }),
    );
    await deployed.functions.sweeper.invoke(recorded("schedule-event.json"));
    const item = await sender.stored(sealed);
    expect(item?.state?.S).toBe("expired");
    expect(item).not.toHaveProperty("envelope");
    expect(await sender.trail(sealed)).toEqual(["created", "expired"]);
  });

  test("the sealer seals the day before, with the key that it may use, and again changes nothing", async () => {
    for (let n = 0; n < 2; n += 1) await deployed.functions.sealer.invoke(recorded("schedule-event.json"));
    const response = await sender.call("GET", "/v1/sender/seals");
    const { seals } = (await response.json()) as { readonly seals: readonly Seal[] };
    expect(seals).toHaveLength(1);
    const keys = readSealKeys(String(SEAL_KEY.publicKey.export({ type: "spki", format: "pem" })));
    expect(seals.map((seal) => [isSignedBy(seal, keys), seal.count])).toEqual([[true, 0]]);
    const leaves = await sender.call("GET", `/v1/sender/seals/${seals[0]?.day}/leaves`);
    expect(await leaves.json()).toEqual({ leaves: [] });
  });

  test("the sealer begins and goes on after another key only where an administrator says so", async () => {
    const day = (ago: number) => dayName(Math.floor(now() / 86_400) - ago);
    const invoke = (event: object) => deployed.functions.sealer.invoke(event);
    const seals = async () =>
      ((await (await sender.call("GET", "/v1/sender/seals")).json()) as { readonly seals: readonly Seal[] })
        .seals;
    const TableName = deployed.tables.audit;
    const put = (Item: PutItemCommandInput["Item"]) =>
      deployed.client.send(new PutItemCommand({ TableName, Item }));
    const remove = (name: string) => {
      const Key = { stream: { S: "seals" }, sequence: { N: String(dayNumber(name)) } };
      return deployed.client.send(new DeleteItemCommand({ TableName, Key }));
    };
    for (const { day: sealed } of await seals()) await remove(sealed);
    const time = `${day(4)}T12:00:00Z`;
    const event = { v: 1, id: "old", type: "refused", time, actor: { kind: "unverified" }, outcome: "x" };
    const old = {
      stream: "service/old",
      day: day(4),
      at: `${time}  000000 old`,
      event: JSON.stringify(event),
    };
    const attributes = Object.entries(old).map(([name, S]) => [name, { S }] as const);
    await put({ ...Object.fromEntries(attributes), sequence: { N: "1" } });

    // There are events from before the key, and no seal: the seals may have been taken away.
    await expect(invoke({})).rejects.toThrow();
    await expect(invoke({ beginWith: "yesterday" })).rejects.toThrow();
    // A run has time for one day here.
    await invoke({ beginWith: day(4) });
    await invoke({});
    const made = await seals();
    expect(made).toMatchObject([
      { day: day(4), count: 1, previous: NO_PREVIOUS_SEAL },
      { day: day(3), count: 0 },
    ]);
    // Once there is one, the day to begin with changes nothing.
    await invoke({ beginWith: day(4) });
    expect((await seals()).slice(0, 2)).toEqual(made);

    // Another key has signed the newest seal, and the day after it is due.
    const kept = made.find((seal) => seal.day === day(3)) as Seal;
    await remove(day(2));
    const { signature: _, ...statement } = kept;
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const signature = sign("sha256", signedBytes(statement), privateKey).toString("base64url");
    const foreign: Seal = { ...statement, signature };
    const place = { stream: { S: "seals" }, sequence: { N: String(dayNumber(kept.day)) } };
    await put({ ...place, seal: { S: JSON.stringify(foreign) } });
    for (const event of [{}, { follow: sealHash(kept) }, { beginWith: day(4) }]) {
      await expect(invoke(event)).rejects.toThrow();
    }
    await invoke({ follow: sealHash(foreign) });
    expect((await seals()).at(2)).toMatchObject({ day: day(2), previous: sealHash(foreign) });
    await deployed.client.send(
      new DeleteItemCommand({ TableName, Key: { stream: { S: "service/old" }, sequence: { N: "1" } } }),
    );
  });

  test("a bounce that the sweeper is told of is recorded once, for the mail that was reported, and for no other", async () => {
    const sealed = await sender.handOver();
    const drained = async () => deployed.functions.drainer.invoke(streamEvent(sealed));
    const messageId = "0102018f-ses";
    await sender.call("POST", `/v1/sender/handoffs/${sealed.id}/mailed`, { messageId });
    await drained();
    const another = { bounced: sealed.id, messageId: "0102018f-another" };
    const unknown = ["AAAAAAAAAAAAAAAAAAAAAA", "no handoff"].map((bounced) => ({ bounced, messageId }));
    const its = { bounced: sealed.id, messageId };
    for (const bounce of [{ bounced: sealed.id }, another, ...unknown]) {
      await deployed.functions.sweeper.invoke(bounce);
    }
    await drained();
    expect(await sender.trail(sealed)).toEqual(["created", "mailed"]);
    for (const bounce of [its, its]) {
      await deployed.functions.sweeper.invoke(bounce);
      await drained();
    }
    expect(await sender.trail(sealed)).toEqual(["created", "mailed", "bounced"]);
    expect((await sender.stored(sealed))?.state?.S).toBe("open");
  });

  test("a person with an AWS identity is let through the IAM route alone, and named", async () => {
    const sealed = await sender.seal();
    const path = "/iam/v1/sender/handoffs";
    const request = { method: "POST", body: JSON.stringify(createRequest(sealed)) };
    const unsigned = await fetch(`${deployed.url}${path}`, request);
    expect(unsigned.status).toBe(403);
    const signed = await fetch(`${deployed.url}${path}`, {
      ...request,
      headers: { "content-type": "application/json", authorization: "AWS4-HMAC-SHA256 Credential=x" },
    });
    expect(signed.status).toBe(201);
    expect((await sender.stored(sealed))?.metadata?.S).toContain("assumed-role/platform/ana");
  });

  test("revoking, listing and the trail's page go through with the sender's rights", async () => {
    const sealed = await sender.handOver();
    expect((await sender.call("GET", `/v1/sender/handoffs/${sealed.id}`)).status).toBe(200);
    expect((await sender.call("GET", "/v1/sender/handoffs")).status).toBe(200);
    expect(
      (await sender.call("POST", `/v1/sender/handoffs/${sealed.id}/mailed`, { messageId: "1" })).status,
    ).toBe(204);
    expect((await sender.call("DELETE", `/v1/sender/handoffs/${sealed.id}`)).status).toBe(204);
    expect((await sender.call("GET", "/v1/sender/policy")).status).toBe(200);
    const events = await sender.call("GET", `/v1/sender/events?since=${now() - 60}&until=${now()}`);
    expect({ status: events.status, text: await events.text() }).toMatchObject({
      status: 200,
      text: expect.stringContaining('"type":"claimed"'),
    });
  });

  test("no function asked for anything that its role does not allow", () => {
    for (const name of FUNCTION_NAMES) {
      const { calls } = deployed.aws[name];
      expect(calls.filter(({ allowed }) => !allowed)).toEqual([]);
      const actions = new Set(calls.map(({ action }) => action));
      report(`${name}: ${calls.length} calls to AWS: ${[...actions].sort().join(", ")}`);
      expect(actions.size).toBeGreaterThan(1);
    }
  });

  test("no function logged a link, a token, an address or a secret", () => {
    const lines = FUNCTION_NAMES.flatMap((name) => deployed.functions[name].lines).join("\n");
    for (const secret of [EMAIL, "hunter2", "Bearer", "/h/"]) expect(lines).not.toContain(secret);
  });
});
