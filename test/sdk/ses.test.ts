import { afterAll, expect, test } from "@jest/globals";
import { sesTransport } from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { endable, unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type Scripted, startScriptedServer } from "./scripted-server.ts";

const server = await startScriptedServer();
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SESV2: server.url }));
afterAll(() => server.close());

const refusal = (status: number, type: string, message = "no"): Scripted => ({
  status,
  json: { message },
  headers: { "x-amzn-errortype": type },
});

const transport = (configurationSet?: string) =>
  sesTransport(
    { region: "eu-west-1", ...(configurationSet === undefined ? {} : { configurationSet }) },
    quickRuntime(),
  );

test("an email goes as simple content with headers, tag and configuration set", async () => {
  server.answer({ status: 200, json: { MessageId: "ses-1" } });
  expect(await transport("handoff").send(anEmail(), unending())).toBe("ses-1");
  const [request] = server.seen;
  expect([request?.method, request?.path]).toEqual(["POST", "/v2/email/outbound-emails"]);
  expect(JSON.parse(request?.body ?? "")).toEqual({
    FromEmailAddress: "=?UTF-8?B?QWNtZSBTw6ljdXJpdMOp?= <handoff@acme.example>",
    Destination: { ToAddresses: ["ana@vendor.example"] },
    ReplyToAddresses: ["security@acme.example"],
    Content: {
      Simple: {
        Subject: { Data: "A secret for you from acme/orders", Charset: "UTF-8" },
        Body: {
          Text: { Data: "https://handoff.example/h/x#y\n", Charset: "UTF-8" },
          Html: { Data: '<a href="https://handoff.example/h/x#y">open</a>', Charset: "UTF-8" },
        },
        Headers: [{ Name: "Auto-Submitted", Value: "auto-generated" }],
      },
    },
    EmailTags: [{ Name: "handoff", Value: "SlY8E4NKPhhMiveoipXTpg" }],
    ConfigurationSetName: "handoff",
  });
});

test.each([
  [undefined, "handoff@acme.example"],
  ['Acme "Sec"', '"Acme \\"Sec\\"" <handoff@acme.example>'],
])("the sender's name %j is written as %s", async (name, written) => {
  server.answer({ status: 200, json: { MessageId: "ses-1" } });
  const from = { address: "handoff@acme.example", ...(name === undefined ? {} : { name }) };
  await transport().send(anEmail({ from }), unending());
  expect(JSON.parse(server.seen[0]?.body ?? "").FromEmailAddress).toBe(written);
});

test("throttling and faults of SES pass", async () => {
  server.answer(
    refusal(429, "TooManyRequestsException"),
    refusal(400, "ThrottlingException"),
    { status: 503 },
    { status: 200, json: { MessageId: "ses-1" } },
  );
  expect(await transport().send(anEmail(), unending())).toBe("ses-1");
  expect(server.seen).toHaveLength(4);
});

test.each([
  [
    "an unverified domain",
    refusal(400, "MailFromDomainNotVerifiedException"),
    "mail_identity: Amazon SES may not send from handoff@acme.example: neither the address nor its domain is verified in this region. Verify it, or correct from or region.",
  ],
  [
    "paused sending",
    refusal(400, "SendingPausedException"),
    "mail_refused: Amazon SES refused the mail: sending is paused for this account or configuration set. Look at the SES console.",
  ],
])("SES answers with %s", async (_, answer, expected) => {
  server.answer(answer);
  const { code, message } = await rejectionOf(transport().send(anEmail(), unending()));
  expect(`${code}: ${message}`).toBe(expected);
});

test("throttling lasts as long as the step may, and is reported when it is over", async () => {
  server.answer(refusal(429, "TooManyRequestsException", "Maximum sending rate exceeded."));
  const { deadline, stop } = endable();
  const runtime = quickRuntime();
  const sending = sesTransport({ region: "eu-west-1" }, runtime).send(anEmail(), deadline);
  runtime.schedule(0, function later() {
    if (server.seen.length > 12) stop();
    else runtime.schedule(0, later);
  });
  const { code, message } = await rejectionOf(sending);
  expect(`${code}: ${message}`).toBe(
    "cancelled: The workflow was cancelled. The last attempt: Amazon SES takes requests only slower than they come (TooManyRequestsException: Maximum sending rate exceeded). Try again later, or ask AWS for a higher quota.",
  );
});

const FROM = { address: "handoff@acme.example" };
const identity = (verified: boolean): Scripted => ({
  status: 200,
  json: { VerifiedForSendingStatus: verified },
});

test("a check takes an address that is verified, or whose domain is", async () => {
  server.answer(identity(true));
  expect(await transport().check(FROM, unending())).toEqual([]);
  server.answer(refusal(404, "NotFoundException"), identity(true));
  expect(await transport().check(FROM, unending())).toEqual([]);
  expect(server.seen.map(({ path }) => path)).toEqual([
    "/v2/email/identities/handoff%40acme.example",
    "/v2/email/identities/acme.example",
  ]);
});

test("a domain that is verified speaks for those below it, also where the role may not look at them", async () => {
  server.answer(refusal(404, "NotFoundException"), refusal(403, "AccessDeniedException"), identity(true));
  const below = { address: "handoff@handoff.acme.example" };
  expect(await transport().check(below, unending())).toEqual([]);
  expect(server.seen.map(({ path }) => path.split("/").at(-1))).toEqual([
    "handoff%40handoff.acme.example",
    "handoff.acme.example",
    "acme.example",
  ]);
});

test("a check refuses a sender that is not verified", async () => {
  server.answer(refusal(404, "NotFoundException"), identity(false));
  expect((await rejectionOf(transport().check(FROM, unending()))).code).toBe("mail_identity");
});

test("a check that may not look says so", async () => {
  server.answer(refusal(403, "AccessDeniedException"), refusal(403, "AccessDeniedException"));
  expect(await transport().check(FROM, unending())).toEqual([
    "Whether SES may send from handoff@acme.example could not be checked: the AWS role lacks ses:GetEmailIdentity, which only a dry run uses.",
  ]);
});
