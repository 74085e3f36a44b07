import { describe, expect, test } from "@jest/globals";
import { checkConfig, type SecretHandoffSenderProps } from "@secret-handoff/cdktf";
import { ARNS, arnPattern, PATTERNS } from "../../packages/cdktf/src/checks/values.ts";
import { EVERYTHING } from "./configurations.ts";
import { ref, resource, resources, type SynthesisedStack, synthesise } from "./synthesis.ts";

describe("a workflow's role", () => {
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;

  test("lasts an hour, or as long as its step waits", () => {
    const lasting = (change: object) =>
      resource(
        synthesise({ ...EVERYTHING, gitHub: { orders: { ...orders, ...change } } }).json,
        "aws_iam_role",
        "github_orders_sender_role",
      ).max_session_duration;
    expect([lasting({}), lasting({ maxSessionDuration: 14_400 })]).toEqual([3_600, 14_400]);
  });
});

test("a repository of a managed user, whose name has an underscore, may send", () => {
  const orders = {
    ...(EVERYTHING.gitHub?.orders as SecretHandoffSenderProps),
    repository: "mona_acme/orders",
  };
  const [sender, ...others] = EVERYTHING.service.senders;
  const senders = [
    { ...sender, repository: "mona_acme/orders" },
    ...others,
  ] as typeof EVERYTHING.service.senders;
  const { json } = synthesise({
    ...EVERYTHING,
    service: { ...EVERYTHING.service, senders },
    gitHub: { orders },
  });
  const { assume_role_policy } = resource(json, "aws_iam_role", "github_orders_sender_role");
  expect(assume_role_policy).toContain('"repo:mona_acme/orders:environment:');
  expect("mona_acme").toMatch(new RegExp(PATTERNS.owner));
});

test("what only Terraform knows of a right is held to its pattern by Terraform", () => {
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;
  const unknown = {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: they are Terraform's.
    ...{ secretNames: ["${var.name}"], parameterNames: ["/a/${var.name}"], kmsKeyArns: ["${var.key}"] },
  };
  const [first] = EVERYTHING.service.rotation?.secrets ?? [];
  const secrets = [{ ...first, arn: ref("var.secret"), repositoryIds: ["1"] }];
  const service = { ...EVERYTHING.service, rotation: { secrets } };
  const { json } = synthesise({ ...EVERYTHING, service, gitHub: { orders: { ...orders, ...unknown } } });
  const rotating = resource(json, "aws_iam_role_policy", "reactions_rotations_machine_role_policy");
  const policy = String(resource(json, "aws_iam_role_policy", "github_orders_sender_policy").policy);
  const regex = (pattern: string, value: string) => `regex(${JSON.stringify(pattern)}, "${value}")`;
  const held = (pattern: string, value: string) => ref(regex(pattern, value));
  const name = ref("var.name");
  expect(rotating.policy).toContain(`"Resource":["${held(arnPattern(ARNS.secret), ref("var.secret"))}"]`);
  expect(policy).toContain(`:secret:${held(PATTERNS.secretName, name)}-??????"`);
  expect(policy).toContain(
    `parameter/${ref(`trimprefix(${regex(PATTERNS.parameterName, `/a/${name}`)}, "/")`)}"`,
  );
  expect(policy).toContain(`"Resource":["${held(arnPattern(ARNS.key), ref("var.key"))}"]`);
});

test("a workflow's role takes the name of no role that the service has", () => {
  const roles = Object.entries(synthesise(EVERYTHING).json.resource.aws_iam_role ?? {});
  const names = roles.filter(([key]) => !key.startsWith("github_")).map(([, { name }]) => String(name));
  expect(names).toHaveLength(10);
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;
  for (const name of names) {
    const config = { ...EVERYTHING, gitHub: { orders: { ...orders, name } } };
    expect(() => checkConfig(config)).toThrow("is the name of a role of the service's");
  }
});

describe("several workflows", () => {
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;
  const billing = { ...orders, name: "secret-handoff-billing", environment: "billing" };
  const service = {
    ...EVERYTHING.service,
    senders: [
      ...EVERYTHING.service.senders,
      { repositoryId: "123456789", environment: "billing", may: ["send" as const] },
    ],
  };
  const trusted = (json: SynthesisedStack, name: string) =>
    JSON.stringify(resource(json, "aws_iam_role", name).assume_role_policy);

  test("share the one OIDC provider that an account can have", () => {
    const { json } = synthesise({ ...EVERYTHING, service, gitHub: { orders, billing } });
    const made = resource(json, "aws_iam_openid_connect_provider", "oidc_github_example_com_services_token");
    expect(resources(json, "aws_iam_openid_connect_provider")).toEqual([made]);
    const arn = ref("aws_iam_openid_connect_provider.oidc_github_example_com_services_token.arn");
    for (const name of ["github_orders_sender_role", "github_billing_sender_role"]) {
      expect(trusted(json, name)).toContain(arn);
    }
  });

  test("use the provider that any of them names, and make none", () => {
    const oidcProviderArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const gitHub = { orders, billing: { ...billing, oidcProviderArn } };
    const { json } = synthesise({ ...EVERYTHING, service, gitHub });
    expect(resources(json, "aws_iam_openid_connect_provider")).toEqual([]);
    expect(trusted(json, "github_orders_sender_role")).toContain(oidcProviderArn);
  });
});
