import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { built } from "../support/built.ts";
import { EVERYTHING, LEAST } from "./configurations.ts";
import { startFunction } from "./lambda.ts";
import { resource, type Synthesis, synthesise } from "./synthesis.ts";

/** Whether the built functions start with what synth writes into their environments. */
let code: string;
/** With every prop set. To pack the functions takes a second, so the tests share it. */
let everything: Synthesis;
beforeAll(() => {
  code = built("packages/lambda/build.ts");
  everything = synthesise(EVERYTHING, code);
});

describe("a built function", () => {
  test.each([
    ["the least", () => synthesise(LEAST, code)],
    ["every", () => everything],
  ])(
    "the sender's function starts with the policy that synth writes with %s prop set, and with no other",
    async (_, synthesis) => {
      const { json, folder } = synthesis();
      const { filename, environment } = resource(json, "aws_lambda_function", "sender_function");
      const { variables } = environment as { variables: Record<string, string> };
      const env = { ...variables, AWS_REGION: "eu-west-1" };
      const started = await startFunction(join(folder, String(filename)), env);
      const check = resource(json, "aws_lambda_invocation", "sender_start_check");
      expect(await started.invoke(JSON.parse(String(check.input)))).toBe("started");
      await started.close();
      await expect(startFunction(join(folder, String(filename)), { ...env, CONFIG: "{}" })).rejects.toThrow(
        "CONFIG is wrong",
      );
    },
  );

  test("the recipient's function starts with the company that synth writes, and with none that it cannot draw", async () => {
    const { json, folder } = everything;
    const { filename, environment } = resource(json, "aws_lambda_function", "recipient_function");
    const { variables } = environment as { variables: Record<string, string> };
    const env = { ...variables, AWS_REGION: "eu-west-1" };
    const started = await startFunction(join(folder, String(filename)), env);
    const check = resource(json, "aws_lambda_invocation", "recipient_start_check");
    expect(await started.invoke(JSON.parse(String(check.input)))).toBe("started");
    await started.close();
    const company = { name: "Example", logo: "<svg viewBox='0 0 9 9'><script/></svg>" };
    const COMPANY = gzipSync(JSON.stringify(company)).toString("base64");
    await expect(startFunction(join(folder, String(filename)), { ...env, COMPANY })).rejects.toThrow(
      "logo has a <script>",
    );
  });
});
