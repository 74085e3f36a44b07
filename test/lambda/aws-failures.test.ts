import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { DisabledException, KMSServiceException } from "@aws-sdk/client-kms";
import { expect, test } from "@jest/globals";
import { Hono } from "hono";
import { answerFailure } from "../../packages/lambda/src/http/problem.ts";

const metadata = { $metadata: { httpStatusCode: 400 }, message: "CANARY" };
const failing = ($fault: "client" | "server", name: string) => ({
  message: "CANARY",
  $metadata: { httpStatusCode: $fault === "server" ? 500 : 400 },
  $fault,
  name,
});

test.each<[string, Error, number]>([
  ["DynamoDB failed", new DynamoDBServiceException(failing("server", "InternalServerError")), 503],
  [
    "DynamoDB throttles",
    new DynamoDBServiceException(failing("client", "ProvisionedThroughputExceededException")),
    503,
  ],
  [
    "the table is not there",
    new DynamoDBServiceException(failing("client", "ResourceNotFoundException")),
    500,
  ],
  ["KMS failed", new KMSServiceException(failing("server", "KMSInternalException")), 503],
  ["KMS throttles", new KMSServiceException(failing("client", "ThrottlingException")), 503],
  ["the role may not", new KMSServiceException(failing("client", "AccessDeniedException")), 500],
  ["the key is disabled", new DisabledException(metadata), 500],
  [
    "no answer came in time",
    Object.assign(new Error("CANARY"), { name: "TimeoutError", $metadata: { attempts: 3 } }),
    503,
  ],
])("%s: only what a later try can mend asks for one", async (_, error, status) => {
  const logged: string[] = [];
  const app = new Hono();
  app.get("/", () => Promise.reject(error));
  app.onError((thrown, c) => answerFailure(thrown, c, (line) => logged.push(JSON.stringify(line))));
  const answer = await app.request("/");
  expect(answer.status).toBe(status);
  expect(answer.headers.has("retry-after")).toBe(status === 503);
  expect(logged).toEqual([expect.stringContaining(error.name)]);
  expect((await answer.text()) + logged.join()).not.toContain("CANARY");
});
