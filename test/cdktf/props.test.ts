import { describe, expect, test } from "@jest/globals";
import {
  type DispatchProps,
  InvalidProps,
  type RotationProps,
  type SecretHandoffProps,
  type SecretHandoffSenderProps,
  type SenderEntry,
} from "@secret-handoff/cdktf";
import { type CredentialClass, DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { EVERYTHING, LEAST } from "./configurations.ts";
import { synthesise } from "./synthesis.ts";

type Service = Omit<SecretHandoffProps, "code" | "edge">;

function problemsOf(build: () => unknown): readonly string[] {
  try {
    build();
  } catch (error) {
    if (error instanceof InvalidProps) return error.problems;
    throw error;
  }
  return [];
}

const withService = (change: Partial<Service>) => () =>
  synthesise({ ...LEAST, service: { ...LEAST.service, ...change } });
const [anyClass] = DEFAULT_CLASSES.filter(({ name }) => name === "api-key") as [CredentialClass];
const withClass = (change: Partial<CredentialClass>) =>
  withService({ classes: [{ ...anyClass, ...change }] });
const withSender = (change: SenderEntry) => withService({ senders: [change] });
const withMail = (from: string, identity = "example.com") =>
  withService({ mail: { kind: "ses", identity, from } });

const SECRET = {
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders-AbCdEf",
  repositoryIds: ["123456789"],
};
const withRotation = (rotation: RotationProps) => withService({ onReported: { rotate: true }, rotation });
const withDispatch = (change: Partial<DispatchProps>) =>
  withService({
    onRotated: {
      secretNames: ["prod/orders"],
      repository: "example/orders",
      connectionArn: "arn:aws:events:eu-west-1:123456789012:connection/github/3c1b2a4d-5e6f",
      ...change,
    },
  });

/** Each mistake and the sentence that it is answered with, whole. */
const MISTAKES: Readonly<Record<string, readonly [() => unknown, string]>> = {
  "a domain with a scheme": [
    withService({ domain: { name: "https://handoff.example.com", hostedZoneId: "Z1" } }),
    "domain.name must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
  ],
  "a wildcard domain": [
    withService({ domain: { name: "*.example.com", hostedZoneId: "Z1" } }),
    "domain.name must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
  ],
  "a domain without a certificate": [
    withService({ domain: { name: "handoff.example.com" } }),
    "domain needs certificateArn, or hostedZoneId so that a certificate can be made and validated",
  ],
  "CloudFront without a domain": [
    () => synthesise({ ...LEAST, service: { ...LEAST.service, edge: {} } }),
    "edge needs domain: without it the links would lead past CloudFront",
  ],
  "a certificate that CloudFront cannot see": [
    () =>
      synthesise({
        ...EVERYTHING,
        service: {
          ...EVERYTHING.service,
          domain: {
            name: "handoff.example.com",
            certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/1",
          },
        },
      }),
    "with edge, domain.certificateArn must be of a certificate in us-east-1, where CloudFront looks for it",
  ],
  "a name that is too long for roles": [
    withService({ name: "x".repeat(41) }),
    "name must be 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter: it begins the names of the roles, which may have 64",
  ],
  "a retention that CloudWatch does not offer": [
    withService({ logRetentionDays: 45 }),
    "CloudWatch does not offer a retention of 45 days; the next that it offers is 60",
  ],
  "a retention of events that CloudWatch does not offer": [
    withService({ events: { logRetentionDays: 4_000 } }),
    "CloudWatch does not offer a retention of 4000 days; the next that it offers is 3653",
  ],
  "too little memory": [
    withService({ memorySize: 64 }),
    "memorySize must be whole megabytes from 128 to 10240",
  ],
  "an old runtime": [
    withService({ runtime: "nodejs18.x" }),
    "runtime must be a Lambda runtime of Node.js 20 or later, such as nodejs24.x",
  ],
  "a function that could never run": [
    withService({ reservedConcurrency: { sweeper: 0 } }),
    "reservedConcurrency.sweeper must be a whole number above 0; with 0 the function would never run",
  ],
  "a route that lets nothing through": [
    withService({ throttles: { page: { rate: 0, burst: 10 } } }),
    "throttles.page must let something through: a rate above 0 and a burst of at least 1",
  ],
  "codes without mail": [
    () => {
      const { mail: _, ...service } = LEAST.service;
      return synthesise({ ...LEAST, service });
    },
    "mail is not set, so no code could be mailed for production-admin: set it, or give the class another verification",
  ],
  "mail from no address": [withMail("handoff"), "mail.from must be an address, such as handoff@example.com"],
  "mail from another domain": [
    withMail("handoff@example.org"),
    "mail.from must be of the identity: SES sends only from what it has verified",
  ],
  "DKIM records for an address": [
    withService({
      mail: { kind: "ses", identity: "handoff@example.com", from: "handoff@example.com", hostedZoneId: "Z1" },
    }),
    "mail.hostedZoneId is for the DKIM records of a domain, and mail.identity is an address, which has none: leave it out",
  ],
  "an issuer with a trailing slash": [
    withService({ issuer: "https://token.example.com/" }),
    "the issuer must be an https URL without a trailing slash, as it stands in the tokens' iss claim",
  ],
  "a class without expiry": [
    withClass({ expiresWithin: Number.NaN }),
    "the class api-key has no expiry: set expiresWithin to whole seconds, at least 60",
  ],
  "a class twice": [
    withService({ classes: [anyClass, anyClass] }),
    "the class api-key is there twice; keep one",
  ],
  "a class with a name that is no word": [
    withClass({ name: "API key" }),
    "a class's name must be 1 to 64 of a-z, 0-9 and hyphens, beginning with a letter or digit",
  ],
  "no class at all": [
    withService({ classes: [] }),
    "there is no class, so nothing could be sent; name one, or leave classes out",
  ],
  "the same approval twice": [
    withClass({ approvals: ["manager", "manager"] }),
    "the class api-key asks for the approval manager twice; two approvals come from two environments",
  ],
  "a class whose environment no sender names": [
    withClass({ environments: ["vault"] }),
    "the class api-key asks for the environment vault, which no sender names: nobody could send it. Add a sender with that environment, or take it out of the class",
  ],
  "a sender that matches everything": [
    withSender({ environment: "production", may: ["send"] }),
    "sender 1: it names no repository, so every repository on GitHub would match; give repositoryId",
  ],
  "a sender with a wildcard": [
    withSender({ repository: "example/*", may: ["send"] }),
    "sender 1: repository has a wildcard, but every part is compared as a whole; write it out",
  ],
  "a sender with an empty part": [
    withSender({ repositoryId: "1", environment: "", may: ["send"] }),
    "sender 1: environment is empty; write it out, or leave it out",
  ],
  "a repository id that is a name": [
    withSender({ repositoryId: "orders", may: ["send"] }),
    "sender 1: repositoryId must be GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id)",
  ],
  "a sender of a class that does not exist": [
    withSender({ repositoryId: "1", classes: ["api-keys"], may: ["send"] }),
    "sender 1: it may send the class api-keys, which does not exist",
  ],
  "a sender that may nothing": [
    withSender({ repositoryId: "1", may: [] }),
    "sender 1: may must be some of send, revoke and audit",
  ],
  "a branch name instead of a ref": [
    withSender({ repositoryId: "1", ref: "main", may: ["send"] }),
    "sender 1: ref must be a whole git ref, such as refs/heads/main",
  ],
  "a reaction that tells nobody": [
    withService({ onReported: { notify: {} } }),
    "onReported.notify would tell nobody: give topicArn or emails",
  ],
  "addresses beside a topic that exists": [
    withService({
      onUndelivered: { notify: { topicArn: "arn:aws:sns:eu-west-1:1:t", emails: ["a@b.example"] } },
    }),
    "onUndelivered.notify has topicArn and emails; subscribe the addresses to that topic, or leave it out",
  ],
  "a rotation of no secret in particular": [
    withService({ onUndelivered: { rotate: true } }),
    "onUndelivered.rotate needs rotation.secrets: which secrets may be rotated?",
  ],
  "a rotation after a delivery, of no secret in particular": [
    withService({ onDelivered: { rotateAfter: 60 } }),
    "onDelivered.rotateAfter needs rotation.secrets: which secrets may be rotated?",
  ],
  "a rotation at once after a delivery": [
    withService({ onDelivered: { rotateAfter: 0 }, rotation: { secrets: [SECRET] } }),
    "onDelivered.rotateAfter must be whole seconds from 1 to 2592000, 30 days",
  ],
  "secrets that nothing rotates": [
    withService({ onReported: { rotate: false }, rotation: { secrets: [SECRET] } }),
    "rotation is set, and nothing rotates: set rotate in onUndelivered or onReported, or onDelivered, or leave it out",
  ],
  "an empty list of secrets": [
    withRotation({ secrets: [] }),
    "rotation.secrets is empty: name the secrets that may be rotated",
  ],
  "an ARN with a wildcard": [
    withRotation({
      secrets: [{ ...SECRET, arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/*" }],
    }),
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/* is no whole ARN of a secret: it ends with a hyphen and six characters, and has no wildcard",
  ],
  "a secret that no repository hands over": [
    withRotation({ secrets: [{ ...SECRET, repositoryIds: [] }] }),
    `rotation.secrets: no repository hands over ${SECRET.arn}, so nothing could rotate it: give repositoryIds, or operators`,
  ],
  "a secret's repository by its name": [
    withRotation({ secrets: [{ ...SECRET, repositoryIds: ["example/orders"] }] }),
    "rotation.secrets: example/orders is no repositoryId: give GitHub's number of the repository (gh api repos/OWNER/NAME --jq .id)",
  ],
  "more repositories than a rule's pattern takes": [
    withRotation({
      secrets: [{ ...SECRET, repositoryIds: Array.from({ length: 200 }, (_, n) => `${1e8 + n}`) }],
    }),
    "rotation.secrets names repositories in 2401 characters, and a rule's pattern has 1848 for them: name fewer, or split them over two services",
  ],
  "no limit of rotations": [
    withRotation({ secrets: [SECRET], limitPerDay: Number.POSITIVE_INFINITY }),
    "rotation.limitPerDay must be a whole number from 1 to 100",
  ],
  "a dispatch for no secret": [
    withDispatch({ secretNames: [] }),
    "onRotated.secretNames is empty: name the secrets that start a delivery",
  ],
  "a dispatch for a pattern in the middle": [
    withDispatch({ secretNames: ["prod/*/api"] }),
    "prod/*/api is no name of a secret: write it out, or end what it begins with by one *",
  ],
  "a dispatch to a whole owner": [
    withDispatch({ repository: "example" }),
    "onRotated.repository must read owner/name",
  ],
  "a token where a connection belongs": [
    withDispatch({ connectionArn: "not-an-arn" }),
    "onRotated.connectionArn must be the ARN of an EventBridge connection, arn:aws:events:…:connection/…",
  ],
  "a dispatch without a type": [
    withDispatch({ eventType: "" }),
    "onRotated.eventType must have 1 to 100 characters",
  ],
  "a dispatch without TLS": [
    withDispatch({ apiUrl: "http://github.example.com/api/v3" }),
    "onRotated.apiUrl must be an https URL without a trailing slash",
  ],
  "a workflow by its title": [
    withSender({ repositoryId: "1", workflow: "Rotate", may: ["send"] }),
    "sender 1: workflow must read .github/workflows/file.yml, with owner/name/ before it or @ref after it where needed",
  ],
};

describe("a mistake in the service's props", () => {
  test.each(Object.entries(MISTAKES))("%s", (_, [build, sentence]) => {
    const problems = problemsOf(build);
    expect(problems).toContain(sentence);
  });

  test("is told together with every other one", () => {
    const problems = problemsOf(withService({ name: "", memorySize: 1, senders: [{ may: [] }] }));
    expect(problems).toHaveLength(4);
  });

  test("a policy that Lambda's environment cannot hold is refused with the bytes it takes", () => {
    const senders = Array.from({ length: 60 }, (_, index) => ({
      repositoryId: String(1_000_000 + index),
      environment: "production",
      may: ["send"] as const,
    }));
    const [problem = ""] = problemsOf(withService({ senders }));
    const [, takes, leaves] =
      /^senders and classes take (\d+) bytes as JSON, and Lambda leaves (\d+) for them in the 4096 bytes/.exec(
        problem,
      ) ?? [];
    expect(Number(takes)).toBeGreaterThan(Number(leaves));
    expect(Number(leaves)).toBeGreaterThan(3_000);
    expect(problemsOf(withService({ senders: senders.slice(0, 25) }))).toEqual([]);
  });

  test("a policy is counted as Lambda counts it, each quote twice", () => {
    const withSenders = (count: number) =>
      problemsOf(
        withService({
          senders: Array.from({ length: count }, (_, index) => ({
            repositoryId: String(1_000_000 + index),
            may: ["send"] as const,
          })),
        }),
      );
    const [problem = ""] = withSenders(80);
    const takes = (text: string) => Number(/take (\d+) bytes/.exec(text)?.[1]);
    const perSender = takes(withSenders(81)[0] ?? "") - takes(problem);
    expect(perSender).toBe(
      JSON.stringify(JSON.stringify({ repositoryId: "1000080", may: ["send"] })).length - 1,
    );
  });
});

const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;
const workflow = (change: Partial<SecretHandoffSenderProps>) => () =>
  synthesise({ ...EVERYTHING, gitHub: { orders: { ...orders, ...change } } });

const WORKFLOW_MISTAKES: Readonly<Record<string, readonly [() => unknown, string]>> = {
  "two roles of one name": [
    () => synthesise({ ...EVERYTHING, gitHub: { ...EVERYTHING.gitHub, again: { ...orders } } }),
    "gitHub.again: another entry's role is called secret-handoff-orders as well: give each a name of its own",
  ],
  "a repository with a wildcard": [
    workflow({ repository: "example/*" }),
    "repository has a wildcard, and it would admit repositories that are not yours: name one, and build one role for each",
  ],
  "an environment with a wildcard": [
    workflow({ environment: "prod*" }),
    "environment has a wildcard, and it would admit jobs that no environment's rules protect: name one, and build one role for each",
  ],
  "a workflow with a wildcard": [
    workflow({ workflow: "example/orders/.github/workflows/*@refs/heads/main" }),
    "workflow has a wildcard, and it would admit workflows that anybody with write access can add: name one, and build one role for each",
  ],
  "an owner by name": [
    workflow({ ownerId: "example" }),
    "ownerId must be GitHub's number: names can be given to somebody else, numbers cannot",
  ],
  "no environment": [
    workflow({ environment: "" }),
    "environment is empty: without one, any job of the repository would match",
  ],
  "a workflow that AWS cannot compare": [
    workflow({ issuer: "https://github.example.com/_services/token" }),
    "AWS compares a token's workflow for github.com only: with another issuer, leave workflow out and protect the environment",
  ],
  "nothing to hand over": [
    workflow({ secretNames: [], secretTags: {}, parameterNames: [], assumeRoleArns: [] }),
    "the role could read nothing to hand over: give secretNames, secretTags, parameterNames or assumeRoleArns",
  ],
  "every parameter": [
    workflow({ parameterNames: ["/*"] }),
    "/* is no name of a parameter: write it out, or end a path with /*",
  ],
  "every function": [
    workflow({ rotationFunctionArns: ["arn:aws:lambda:eu-central-1:123456789012:function:*"] }),
    "arn:aws:lambda:eu-central-1:123456789012:function:* is no ARN of a function: write it out, as arn:aws:lambda:REGION:ACCOUNT:function:NAME",
  ],
  "every role": [
    workflow({ assumeRoleArns: ["arn:aws:iam::123456789012:role/*"] }),
    "arn:aws:iam::123456789012:role/* is no ARN of a role: write it out, as arn:aws:iam::ACCOUNT:role/NAME",
  ],
  "every secret": [
    workflow({ secretNames: ["*"] }),
    "* is no name of a secret: write it out, or end a path with /*",
  ],
};

describe("a mistake in a workflow's props", () => {
  test.each(Object.entries(WORKFLOW_MISTAKES))("%s", (_, [build, sentence]) => {
    expect(problemsOf(build)).toEqual([sentence]);
  });
});
