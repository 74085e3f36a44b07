import { expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import type { CheckRequest, CheckResponse } from "@secret-handoff/protocol/api";
import { expectOutcomes, SenderError } from "@secret-handoff/sdk";
import { unending } from "./deadlines.ts";
import { deliveryOf } from "./fake-delivery.ts";
import { quickRuntime } from "./quick-runtime.ts";

const ID = "SlY8E4NKPhhMiveoipXTpg" as HandoffId;
const { details } = deliveryOf({ reason: "rotation" });

/** Asks a service that answers each recipient as `answer` says. */
async function expected(
  recipients: readonly string[],
  answer: (request: CheckRequest) => CheckResponse,
  of = details,
) {
  const asked: CheckRequest[] = [];
  const check = async (request: CheckRequest) => {
    asked.push(request);
    return answer(request);
  };
  const outcomes = await expectOutcomes(
    of,
    recipients,
    { service: { check }, runtime: quickRuntime() },
    unending(),
  );
  return { asked, outcomes };
}

test("each recipient is asked for with what a create would say, and without what is sealed", async () => {
  const { asked, outcomes } = await expected(["ana@vendor.example"], () => ({
    outcome: "create",
    supersedes: ID,
  }));
  expect(outcomes).toEqual([{ kind: "mail", recipient: "ana@vendor.example", supersedes: ID }]);
  expect(asked).toEqual([
    {
      class: "internal-tool",
      flags: 2,
      mailedCode: false,
      expiresAt: 1_795_250_000 + 3_600,
      subject: { ...details.subject, recipient: "ana@vendor.example" },
      resend: false,
      reason: "rotation",
    },
  ]);
});

test("the class and the passphrase decide the flags, and a set names its members", async () => {
  const of = deliveryOf({
    class: { ...details.class, verification: "email-code" },
    passphraseNeeded: true,
    members: ["arn:a", "arn:b"],
  });
  const { asked } = await expected(["ana@vendor.example"], () => ({ outcome: "create" }), of.details);
  expect(asked[0]).toMatchObject({ flags: 3, mailedCode: true, members: ["arn:a", "arn:b"] });
});

test("one recipient's refusal says nothing of the others", async () => {
  const refused = new SenderError("resend_needed", "no");
  const { outcomes } = await expected(["a@vendor.example", "b@vendor.example"], ({ subject }) => {
    if (subject?.recipient === "a@vendor.example") throw refused;
    return { outcome: "create" };
  });
  expect(outcomes).toEqual([
    { kind: "refused", recipient: "a@vendor.example", error: refused },
    { kind: "mail", recipient: "b@vendor.example", supersedes: undefined },
  ]);
});
