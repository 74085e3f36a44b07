import { expect, test } from "@jest/globals";
import { parseAddress, redact } from "@secret-handoff/sdk";
import fc from "fast-check";
import { processorTime } from "../support/processor-time.ts";
import { atTier, SEED } from "../support/tier.ts";

test.each([
  ["two\r\nlines\u0000", "two lines"],
  ["see https://evil.example/h/x#y now", "see [link] now"],
  ["x-amz-security-token:IQoJb3JpZ2luX2Vj", "[token]"],
  ["Authorization: Bearer eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln", "Authorization: Bearer [token]"],
  ["key AKIAIOSFODNN7EXAMPLE", "key [access key]"],
  [`hash ${"a1".repeat(20)}`, "hash [removed]"],
  [`bad credentials:${"QUJD".repeat(6)}==`, "bad credentials:[removed]"],
  [`bad credentials:/${"a1".repeat(30)}`, "bad credentials: [removed]"],
  ["bad client_assertion=eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ&x=1", "bad client_assertion=[removed]&x=1"],
  ["bad client_secret=hunter2&x=1", "bad client_secret=[removed]&x=1"],
  ["sent client_secret: s3cr3t-value-x twice", "sent client_secret: [removed] twice"],
  ["X-Vault-Token: 0f8fad5b-d9cb-469f-a165-70867728950e", "X-Vault-Token: [removed]"],
  [`{"password":"hunter two","code":"no"}`, `{"password":[removed],"code":"no"}`],
  ["{'api_key' : 'hunter two'}", "{'api_key' :[removed]}"],
  ["Invalid token: it has expired", "Invalid token: it has expired"],
  ["key sk-proj-abcdefghij refused, AIzaSyabcdefghij too", "key [token] refused, [token] too"],
  [
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db2-AbCdE1",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db2-AbCdE1",
  ],
  ["token ya29.a0Af_kkkk-1234567 expired", "token [token] expired"],
  ["token:hvs.CAESIJabcdefghijk refused", "token:[token] refused"],
  ["token ops_eyJzaWduSW5BZGRyZXNzIjoi refused", "token ops_[token] refused"],
  ["pwd: hunter2-hunter", "pwd: [removed]"],
  ["bad login, pw=y7y7y7y7&x=1", "bad login, pw=[removed]&x=1"],
  ["client-credential: abcDEF123456 sent", "client-credential: [removed] sent"],
  ["AccountKey=abc;EndpointSuffix", "AccountKey=[removed]"],
  ["Authorization: Token abc123def456ghi refused", "Authorization: [token] refused"],
  ['"Authorization": "ApiKey aGVsbG8="', '"Authorization": "[token]'],
  ["Authorization: BEARER abc123def", "Authorization: [token]"],
  ["authorization=abc123def", "authorization=[token]"],
  ["Authorization: the header is missing", "Authorization: the header is missing"],
  ["the credentials: they have expired", "the credentials: they have expired"],
  ["key SG.abc-def_ghi.jkl012mnopq refused", "key [token] refused"],
  [`key dop_v1_${"a".repeat(12)}, npm_abcdefgh1234`, "key [token], [token]"],
  ["got -----BEGIN PRIVATE KEY----- MIIEvQIBADAN", "got [key]"],
  ["got -----BEGIN KEY-----\nMIIE\n-----END KEY----- twice", "got [key] twice"],
  ["Value 'hunter2' at 'secretString' failed", "Value [removed] at 'secretString' failed"],
  [
    "on arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/a-very-long-name-of-a-secret-that-one-may-read-AbCdEf",
    "on arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/a-very-long-name-of-a-secret-that-one-may-read-AbCdEf",
  ],
  ["request 1a2b3c4d-0000-4000-8000-aabbccddeeff", "request 1a2b3c4d-0000-4000-8000-aabbccddeeff"],
  ["Bo@Other.Example wrote", "b•••@other.example wrote"],
  ["x".repeat(39).concat(" ").repeat(20), expect.stringMatching(/^.{290,300}$/)],
])("%j becomes %j", (text, told) => {
  expect(redact(text)).toEqual(told);
});

test("words of any length are read in a moment, and no token that the cut goes through is told", () => {
  const long = [
    "x".repeat(1_000_000),
    "x ".repeat(500_000),
    "a@".repeat(500_000),
    "token".repeat(200_000),
    `"token" ${" ".repeat(1_000_000)}`,
    `${"a1".repeat(1_985)} eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtYWlscyJ9.${"s".repeat(60)}`,
  ];
  const took = processorTime(() =>
    expect(
      long.map((text) => redact(text)).filter((told) => told.length > 300 || told.includes("eyJ")),
    ).toEqual([]),
  );
  expect(took).toBeLessThan(2_000);
});

test("no recipient is named, whatever characters their address has and wherever it stands", () => {
  const character = fc.constantFrom(..."abcxyz0129.!#$%&'*+/=?^_`{|}~-");
  const local = fc.string({ unit: character, minLength: 2, maxLength: 20 });
  const around = fc.string({ unit: fc.constantFrom(..." <>()[]:;,'\"/@-_\t"), maxLength: 5 });
  fc.assert(
    fc.property(local, around, around, fc.boolean(), (name, before, after, whole) => {
      const address = parseAddress(`${name}@vendor.example`);
      fc.pre(address !== undefined);
      const told = redact(`550 ${before}${whole ? address : name}${after} unknown`, address);
      expect(told.toLowerCase().split(/[^a-z0-9.!#$%&'*+/=?^_`{|}~-]+/)).not.toContain(name.toLowerCase());
    }),
    { numRuns: atTier({ cit: 500, proof: 20_000 }), seed: SEED },
  );
});
