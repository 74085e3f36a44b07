import { afterAll, expect, test } from "@jest/globals";
import { environmentOf } from "@secret-handoff/action";
import { fetchIdToken, tokenEndpoint } from "@secret-handoff/sdk";
import { unending } from "../sdk/deadlines.ts";
import { errorOf, rejectionOf } from "../sdk/error-of.ts";
import { quickRuntime } from "../sdk/quick-runtime.ts";
import { startScriptedServer } from "../sdk/scripted-server.ts";

const server = await startScriptedServer();
afterAll(() => server.close());

const fetchToken = () =>
  fetchIdToken(
    { url: `${server.url}/token?api-version=2.0`, bearer: "request-token" },
    "https://handoff.example.com",
    unending(),
    quickRuntime({ fetch }),
  );

test("a token is asked for with the service's origin as audience", async () => {
  server.answer({ status: 200, json: { value: "a.b.c" } });
  expect(await fetchToken()).toBe("a.b.c");
  const [request] = server.seen;
  expect(request?.path).toBe("/token?api-version=2.0&audience=https%3A%2F%2Fhandoff.example.com");
  expect(request?.headers.authorization).toBe("Bearer request-token");
});

test("a runner that is busy is asked again", async () => {
  server.answer({ status: 503 }, "drop", { status: 429 }, { status: 200, json: { value: "a.b.c" } });
  expect(await fetchToken()).toBe("a.b.c");
  expect(server.seen).toHaveLength(4);
});

test.each([
  [{ status: 403, json: {} }, "it answered 403"],
  [{ status: 200, json: {} }, "it answered 200"],
  [{ status: 200, text: "<html>" }, "it answered 200"],
  [{ status: 500 }, "it answered 500"],
])("no token: %j", async (answer, what) => {
  server.answer(answer);
  const { code, message } = await rejectionOf(fetchToken());
  expect([code, message]).toEqual([
    "id_token",
    `GitHub did not issue an OIDC token: ${what}. Run the job again; if it fails again, look at GitHub's status page.`,
  ]);
});

test("a token endpoint that hangs up is named, with the network's code", async () => {
  server.answer("drop");
  const { code, message } = await rejectionOf(fetchToken());
  expect([code, message.replace(/:\d+ /, ":PORT ")]).toEqual([
    "id_token",
    "GitHub did not issue an OIDC token: 127.0.0.1:PORT cannot be reached: the connection was cut (UND_ERR_SOCKET). Check the runner's network, and that this machine may connect to it.",
  ]);
});

test.each([
  {},
  { ACTIONS_ID_TOKEN_REQUEST_URL: "https://x" },
  { ACTIONS_ID_TOKEN_REQUEST_URL: "https://x", ACTIONS_ID_TOKEN_REQUEST_TOKEN: "" },
])("a job without id-token: write is told so (%j)", (env) => {
  const { code, message } = errorOf(() => tokenEndpoint(env));
  expect([code, message]).toEqual([
    "id_token",
    "This job may not request an OIDC token. Add id-token: write to its permissions; workflows of forked pull requests cannot have it.",
  ]);
});

test.each([
  [{ environment: "production" }, "production"],
  [{ environment: 7 }, undefined],
  [{}, undefined],
])("the environment of %j is %s", (claims, environment) => {
  expect(environmentOf(`x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`)).toBe(environment);
});

test("a token that is none names no environment", () => {
  expect(environmentOf("rubbish")).toBeUndefined();
});
