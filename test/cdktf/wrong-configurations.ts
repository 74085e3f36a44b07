import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { LEAST } from "./configurations.ts";

/** A part of a configuration that does not have to be of the right type. */
type Part = Readonly<Record<string, unknown>>;

export const service = (change: Part): unknown => ({ ...LEAST, service: { ...LEAST.service, ...change } });
export const role = {
  repository: "example/orders",
  repositoryId: "123456789",
  ownerId: "987654",
  environment: "production",
  secretNames: ["prod/orders/*"],
};
export const gitHub = (change: Part): unknown => ({ ...LEAST, gitHub: { orders: { ...role, ...change } } });
/** Without approvals, which need somebody who may give them. */
export const apiKey: Part = { ...DEFAULT_CLASSES.find(({ name }) => name === "api-key"), approvals: [] };
const credentialClass = (change: Part) => service({ classes: [{ ...apiKey, ...change }] });
export const sender = (change: Part) =>
  service({ senders: [{ repositoryId: "123456789", may: ["send"], ...change }] });
export const approver = {
  principal: "arn:aws:iam::123456789012:role/managers",
  roles: ["manager"],
  may: ["approve"],
};
const TOO_FEW =
  "may give them: the same person never approves twice, so api-key could never be sent: give one of these roles to another entry of operators or senders, or take it out";
const NOBODY_APPROVES =
  'service.classes[0].approvals has manager, which nobody may give, so api-key could never be sent: add an entry to operators or senders with may: ["approve"], roles: ["manager"] and api-key among its classes, or take it out';
export const ses = { kind: "ses", identity: "example.com", from: "handoff@example.com" };
const secret = {
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders-AbCdEf",
  repositoryIds: ["123456789"],
};
export const rotation = (change: Part) =>
  service({ onReported: { rotate: true }, rotation: { secrets: [secret], ...change } });
export const dispatch = (change: Part) =>
  service({
    onRotated: {
      secretNames: ["prod/orders"],
      repository: "example/orders",
      connectionArn: "arn:aws:events:eu-west-1:123456789012:connection/github/3c1b2a4d-5e6f",
      ...change,
    },
  });
const topic = "arn:aws:sns:eu-west-1:123456789012:alarms";
const certificate = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/5f2c8f9e`;
const host = { name: "handoff.example.com", hostedZoneId: "Z0123456789" };
const without = (prop: string, from: Part): Part =>
  Object.fromEntries(Object.entries(from).filter(([key]) => key !== prop));
const GITHUB_NUMBER = (what: string, query: string) =>
  `must be GitHub's number of the ${what}, as a text (gh api repos/OWNER/NAME --jq ${query}): a name can be given to somebody else, a number cannot`;
const WILDCARD = "has a wildcard, but it is compared as a whole: write it out";

const FOLDER = mkdtempSync(join(tmpdir(), "secret-handoff-logos-"));
const logo = (name: string, svg: string) => {
  writeFileSync(join(FOLDER, name), svg);
  return join(FOLDER, name);
};
const company = (change: Part) => service({ company: { name: "Acme", ...change } });

/** Each wrong configuration, and everything that is said of it. */
export const WRONG: Readonly<Record<string, readonly [config: unknown, ...problems: readonly string[]]>> = {
  // Misspelt and misplaced keys.
  "a misspelt key of the service": [
    service({ logRetentonDays: 30 }),
    "service.logRetentonDays is not a prop: did you mean logRetentionDays?",
  ],
  "a misspelt key of a sender": [
    sender({ enviroment: "production" }),
    "service.senders[0].enviroment is not a prop: did you mean environment?",
  ],
  "a misspelt key of a class": [
    credentialClass({ expireWithin: 60 }),
    "service.classes[0].expireWithin is not a prop: did you mean expiresWithin?",
  ],
  "a misspelt key of a role": [
    gitHub({ secretName: ["prod/a"] }),
    "gitHub.orders.secretName is not a prop: did you mean secretNames?",
  ],
  "a misspelt key of the mail": [
    service({ mail: { ...ses, tlspolicy: "REQUIRE" } }),
    "service.mail.tlspolicy is not a prop: did you mean tlsPolicy?",
  ],
  "two misspelt keys at once": [
    service({ tag: { team: "a" }, trottles: {} }),
    "service.tag is not a prop: did you mean tags?",
    "service.trottles is not a prop: did you mean throttles?",
  ],
  "a misspelt key of the file": [{ ...LEAST, github: {} }, "github is not a prop: did you mean gitHub?"],
  "a key of the service beside it": [
    { ...LEAST, senders: [] },
    "senders is not a prop here: it belongs into service",
  ],
  "a key that is nothing like ours": [
    service({ domain: { ...host, cdn: true } }),
    "service.domain.cdn is not a prop: there are name, certificateArn, hostedZoneId",
  ],
  "a key that the stack sets itself": [service({ code: "dist" }), "service.code is not a prop"],
  "a function that does not exist": [
    service({ reservedConcurrency: { receiver: 1 } }),
    "service.reservedConcurrency.receiver is not a prop: there are recipient, sender, drainer, sweeper, sealer",
  ],
  "a route under its old name": [
    service({ throttles: { operator: { rate: 1, burst: 1 } } }),
    "service.throttles.operator is not a prop: did you mean operators?",
  ],

  // The company.
  "a company without a name": [
    service({ company: { contact: "Mia Lind" } }),
    "service.company.name is missing",
  ],
  "a company under a misspelt colour": [
    company({ accentColour: "#0b5c56" }),
    "service.company.accentColour is not a prop: did you mean accentColor?",
  ],
  "an accent that cannot be read on the light page": [
    company({ accentColor: "#ffcc00" }),
    "service.company.accentColor has a contrast of 1.38 to 1 on the light page, and text needs 4.5 (WCAG 2.2): the nearest that passes is #876c00",
  ],
  "accents that cannot be read in either scheme": [
    company({ accentColor: "#888888", accentColorDark: "#333333" }),
    "service.company.accentColor has a contrast of 3.24 to 1 on the light page, and text needs 4.5 (WCAG 2.2): the nearest that passes is #707070",
    "service.company.accentColorDark has a contrast of 1.26 to 1 on the dark page, and text needs 4.5 (WCAG 2.2): the nearest that passes is #959595",
  ],
  "an accent by its name": [
    company({ accentColor: "teal" }),
    "service.company.accentColor must read #rrggbb in lower case, such as #0b5c56",
  ],
  "a dark accent alone": [
    company({ accentColorDark: "#ffffff" }),
    "service.company.accentColorDark needs accentColor",
  ],
  "a logo that is not there": [
    company({ logo: "no/such.svg" }),
    "service.company.logo names a file that is not there: write its path as seen from where synth runs",
  ],
  "a logo with a script": [
    company({ logo: logo("script.svg", '<svg viewBox="0 0 9 9"><script>alert(1)</script></svg>') }),
    "service.company.logo has a <script>: of the elements of SVG only shapes are drawn (svg, g, path, rect, circle, ellipse, line, polyline, polygon), so turn text into paths and leave the rest out",
  ],
  "a logo with a style": [
    company({
      logo: logo("style.svg", '<svg viewBox="0 0 9 9"><path style="fill:url(//x)" d="M0 0"/></svg>'),
    }),
    "service.company.logo has the attribute style on a <path>, which is not drawn: write fill, stroke and transform as attributes, without style and links",
  ],
  "a logo that is too large": [
    company({ logo: logo("large.svg", `<svg viewBox="0 0 9 9"><path d="${"M1 1".repeat(1_100)}"/></svg>`) }),
    "service.company.logo needs 4447 characters, and there is room for 4096: simplify its paths, or save it with fewer decimals",
  ],
  "a company on two lines, with a notice over http": [
    company({ name: "Acme\nLtd", privacyUrl: "http://acme.example/privacy" }),
    "service.company.name must be one line of 1 to 60 characters, without invisible ones and addresses",
    "service.company.privacyUrl must be an https URL of at most 300 characters",
  ],

  // Missing keys and wrong types.
  "no region": [without("region", LEAST as never), "region is missing"],
  "no service": [{ region: "eu-west-1" }, "service is missing"],
  "no senders": [
    { ...LEAST, service: without("senders", LEAST.service as never) },
    "service.senders is missing",
  ],
  "a sender outside a list": [
    service({ senders: { repositoryId: "1" } }),
    "service.senders must be a list, not an object",
  ],
  "a number as a text": [service({ memorySize: "512" }), "service.memorySize must be a number, not a text"],
  "a repository id as a number": [
    sender({ repositoryId: 123456789 }),
    "service.senders[0].repositoryId must be a text, not a number",
  ],
  "a flag as a text": [
    service({ deletionProtection: { audit: "no" } }),
    "service.deletionProtection.audit must be true or false, not a text",
  ],
  "an address outside a list": [
    service({ alarms: { emails: "a@example.com" } }),
    "service.alarms.emails must be a list, not a text",
  ],
  "a class without a field": [
    service({ classes: [without("passphrase", apiKey)] }),
    "service.classes[0].passphrase is missing",
  ],
  "a role without a repository": [
    { ...LEAST, gitHub: { orders: without("repository", role) } },
    "gitHub.orders.repository is missing",
  ],
  "a list of roles": [{ ...LEAST, gitHub: [role] }, "gitHub must be an object, not a list"],

  // Wrong words.
  "a mail service that we do not know": [
    service({ mail: { ...ses, kind: "sendgrid" } }),
    'service.mail.kind must be "ses" or "smtp"',
  ],
  "a right that does not exist": [
    sender({ may: ["sent"] }),
    'service.senders[0].may[0] must be "send", "check", "revoke", "approve", "audit" or "erase": did you mean send?',
  ],
  "a verification that does not exist": [
    credentialClass({ verification: "e-mail" }),
    'service.classes[0].verification must be "click", "email" or "email-code": did you mean email?',
  ],
  "a passphrase that is yes": [
    credentialClass({ passphrase: true }),
    'service.classes[0].passphrase must be "required", "recommended" or "optional", not a boolean',
  ],
  "a rotation that does not exist": [
    gitHub({ rotate: "manage" }),
    'gitHub.orders.rotate must be "managed" or "generate": did you mean managed?',
  ],
  "a TLS policy in small letters": [
    service({ mail: { ...ses, tlsPolicy: "require" } }),
    'service.mail.tlsPolicy must be "REQUIRE" or "OPTIONAL": did you mean REQUIRE?',
  ],
  "a state that is remote": [{ ...LEAST, state: { kind: "remote" } }, 'state.kind must be "local" or "s3"'],
  "a bucket by its URL": [
    { ...LEAST, state: { kind: "s3", bucket: "s3://state", key: "k", region: "eu-west-1" } },
    "state.bucket must be the name of a bucket, without s3:// or an ARN",
  ],
  "a region by its name": [
    { ...LEAST, region: "Ireland" },
    "region must be the code of an AWS region, such as eu-west-1",
  ],
  "a region in China": [
    { ...LEAST, region: "cn-north-1" },
    "region is a region of another partition: the service is built for the partition aws alone, not for China, GovCloud or the isolated regions",
  ],
  "a region in GovCloud": [
    { ...LEAST, region: "us-gov-west-1" },
    "region is a region of another partition: the service is built for the partition aws alone, not for China, GovCloud or the isolated regions",
  ],

  // Wrong units and impossible numbers.
  "a class's life in milliseconds": [
    credentialClass({ expiresWithin: 3_600_000 }),
    "service.classes[0].expiresWithin is in seconds, at most 2678400 (31 days): if that is in milliseconds, write 3600",
  ],
  "a class's life in hours": [
    credentialClass({ expiresWithin: 24 }),
    "service.classes[0].expiresWithin is in seconds, at least 60: for hours, write 24 * 3_600",
  ],
  "a class's life that is no number": [
    credentialClass({ expiresWithin: Number.NaN }),
    "service.classes[0].expiresWithin must be a number, not NaN",
  ],
  "a class's life as a text": [
    credentialClass({ expiresWithin: "24h" }),
    "service.classes[0].expiresWithin must be a number, not a text: it is in seconds, and for 24 hours write 24 * 3_600",
  ],
  "half a second of life": [
    credentialClass({ expiresWithin: 3_600.5 }),
    "service.classes[0].expiresWithin must be a whole number of seconds from 60 to 2678400",
  ],
  "an approval that outlives what is remembered of its use": [
    service({ approvalLifetime: 31 * 86_400 }),
    "service.approvalLifetime must be a whole number of seconds from 60 to 2592000",
  ],
  "memory in gigabytes": [
    service({ memorySize: 1 }),
    "service.memorySize is in megabytes, at least 128: 1 GB is 1024",
  ],
  "memory in bytes": [
    service({ memorySize: 536_870_912 }),
    "service.memorySize must be a whole number of megabytes from 128 to 10240",
  ],
  "a retention that CloudWatch does not offer": [
    service({ logRetentionDays: 45 }),
    "service.logRetentionDays must be a number of days that CloudWatch offers: 60 is the nearest to 45",
  ],
  "a retention of events that is too long": [
    service({ events: { logRetentionDays: 4_000 } }),
    "service.events.logRetentionDays must be a number of days that CloudWatch offers: 3653 is the nearest to 4000",
  ],
  "events that are kept for no day": [
    service({ eventRetentionDays: 6 }),
    "service.eventRetentionDays must be a whole number of days from 7 to 3650",
  ],
  "events that are kept for half a day": [
    service({ eventRetentionDays: 1.5 }),
    "service.eventRetentionDays must be a whole number of days from 7 to 3650",
  ],
  "events that are kept for longer than ten years": [
    service({ eventRetentionDays: 3_651 }),
    "service.eventRetentionDays must be a whole number of days from 7 to 3650",
  ],
  "a rotation at once after a delivery": [
    service({ onDelivered: { rotateAfter: 8 }, rotation: { secrets: [secret] } }),
    "service.onDelivered.rotateAfter must be a whole number of seconds from 60 to 2592000",
  ],
  "no limit of rotations": [
    rotation({ limitPerDay: Number.POSITIVE_INFINITY }),
    "service.rotation.limitPerDay must be a whole number of rotations a day from 1 to 100",
  ],
  "a session in hours": [
    gitHub({ maxSessionDuration: 4 }),
    "gitHub.orders.maxSessionDuration is in seconds: for 4 hours write 4 * 3_600",
  ],
  "a function that could never run": [
    service({ reservedConcurrency: { sweeper: 0 } }),
    "service.reservedConcurrency.sweeper must be a whole number of executions of at least 1",
  ],
  "a route that lets nothing through": [
    service({ throttles: { page: { rate: 0, burst: 10 } } }),
    "service.throttles.page.rate must be requests a second, above 0 and at most 10000",
  ],
  "a limit that AWS WAF does not take": [
    service({ domain: { ...host }, edge: { requestsPerAddress: 5 } }),
    "service.edge.requestsPerAddress must be a whole number of requests in five minutes from 10 to 2000000000",
  ],
  "an old runtime": [
    service({ runtime: "nodejs18.x" }),
    "service.runtime must be a Lambda runtime of Node.js 20 or later, such as nodejs24.x",
  ],
  "a name that is too long for roles": [
    service({ name: "x".repeat(41) }),
    "service.name must be 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter: it begins the names of roles, which may have 64",
  ],

  // Malformed names, addresses and ARNs.
  "a domain with a scheme": [
    service({ domain: { ...host, name: "https://handoff.example.com" } }),
    "service.domain.name must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
  ],
  "a wildcard domain": [
    service({ domain: { ...host, name: "*.example.com" } }),
    "service.domain.name must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
  ],
  "a zone by its name": [
    service({ domain: { ...host, hostedZoneId: "example.com" } }),
    "service.domain.hostedZoneId must be the ID of a Route 53 zone, such as Z0123456789ABC",
  ],
  "mail from no address": [
    service({ mail: { ...ses, from: "handoff" } }),
    "service.mail.from must be a bare e-mail address, such as handoff@example.com",
  ],
  "mail from a name and an address": [
    service({ mail: { ...ses, from: "Handoffs <handoff@example.com>" } }),
    "service.mail.from must be a bare e-mail address, such as handoff@example.com",
  ],
  "a secret by its name": [
    service({ mail: { kind: "smtp", from: "a@example.com", secretArn: "smtp" } }),
    "service.mail.secretArn must be a whole ARN, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX, without a wildcard",
  ],
  "an issuer with a trailing slash": [
    service({ issuer: "https://token.example.com/" }),
    "service.issuer must be an https URL without a trailing slash",
  ],
  "a repository by its name": [
    sender({ repositoryId: "orders" }),
    `service.senders[0].repositoryId ${GITHUB_NUMBER("repository", ".id")}`,
  ],
  "an owner by its name": [
    gitHub({ ownerId: "example" }),
    `gitHub.orders.ownerId ${GITHUB_NUMBER("owner", ".owner.id")}`,
  ],
  "a branch instead of a ref": [
    sender({ ref: "main" }),
    "service.senders[0].ref must be a whole git ref, such as refs/heads/main",
  ],
  "a workflow by its title": [
    sender({ workflow: "Rotate" }),
    "service.senders[0].workflow must read .github/workflows/file.yml, with owner/name/ before it or @ref after it where needed",
  ],
  "a class with a name of two words": [
    credentialClass({ name: "API key" }),
    "service.classes[0].name must be 1 to 64 of a-z, 0-9 and hyphens, beginning with a letter or digit",
  ],
  "a domain of recipients with an @": [
    credentialClass({ recipientDomains: ["@vendor.example"] }),
    "service.classes[0].recipientDomains[0] must be a bare domain in lower case, such as vendor.example: no @ and no wildcard",
  ],
  "a tag that AWS keeps for itself": [
    service({ tags: { "aws:team": "a" } }),
    "service.tags.aws:team is no key for a tag: at most 128 characters, not beginning with aws:",
  ],
  "a dispatch for a pattern in the middle": [
    dispatch({ secretNames: ["prod/*/api"] }),
    "service.onRotated.secretNames[0] must be the name of a secret, or what names begin with and one * after it",
  ],
  "a dispatch to a whole owner": [
    dispatch({ repository: "example" }),
    "service.onRotated.repository must read owner/name",
  ],
  "a token where a connection belongs": [
    dispatch({ connectionArn: "github_pat_11AAAA" }),
    "service.onRotated.connectionArn must be a whole ARN, arn:aws:events:REGION:ACCOUNT:connection/NAME/ID, without a wildcard",
  ],
  "a dispatch without TLS": [
    dispatch({ apiUrl: "http://github.example.com/api/v3" }),
    "service.onRotated.apiUrl must be an https URL without a trailing slash",
  ],

  // Wildcards, which would widen what is granted.
  "a sender with a wildcard": [
    sender({ repository: "example/*" }),
    `service.senders[0].repository ${WILDCARD}`,
  ],
  "a role for every repository": [
    gitHub({ repository: "example/*" }),
    `gitHub.orders.repository ${WILDCARD}`,
  ],
  "a role for many environments": [gitHub({ environment: "prod*" }), `gitHub.orders.environment ${WILDCARD}`],
  "a role for many workflows": [
    gitHub({ workflow: "example/orders/.github/workflows/*@refs/heads/main" }),
    `gitHub.orders.workflow ${WILDCARD}`,
  ],
  "a role for every secret": [
    gitHub({ secretNames: ["*"] }),
    "gitHub.orders.secretNames[0] must be the name of a secret, or a path that ends with /*",
  ],
  "a role for every parameter": [
    gitHub({ parameterNames: ["/*"] }),
    "gitHub.orders.parameterNames[0] must be the name of a parameter, or a path that ends with /*",
  ],
  "a role for every tag": [
    gitHub({ secretTags: { team: "*" } }),
    `gitHub.orders.secretTags.team ${WILDCARD}`,
  ],
  "a role for every role": [
    gitHub({ assumeRoleArns: ["arn:aws:iam::123456789012:role/*"] }),
    "gitHub.orders.assumeRoleArns[0] must be a whole ARN, arn:aws:iam::ACCOUNT:role/NAME, without a wildcard",
  ],
  "a role for every function": [
    gitHub({ rotate: "managed", rotationFunctionArns: ["arn:aws:lambda:eu-west-1:123456789012:function:*"] }),
    "gitHub.orders.rotationFunctionArns[0] must be a whole ARN, arn:aws:lambda:REGION:ACCOUNT:function:NAME, without a wildcard",
  ],
  "rotations of every secret": [
    rotation({
      secrets: [{ ...secret, arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/*" }],
    }),
    "service.rotation.secrets[0].arn must be a whole ARN, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX, without a wildcard",
  ],

  // Contradictions.
  "a domain without a certificate": [
    service({ domain: { name: "handoff.example.com" } }),
    "service.domain needs certificateArn, or hostedZoneId so that a certificate can be made and validated",
  ],
  "CloudFront without a domain": [
    service({ edge: {} }),
    "service.edge needs domain: without it the links would lead past CloudFront",
  ],
  "a certificate that CloudFront cannot see": [
    service({ domain: { ...host, certificateArn: certificate("eu-west-1") }, edge: {} }),
    "service.domain.certificateArn must be of a certificate in us-east-1, because with edge CloudFront looks for it there",
  ],
  "a certificate of another region": [
    service({ domain: { ...host, certificateArn: certificate("us-east-1") } }),
    "service.domain.certificateArn is in us-east-1, and the stack in eu-west-1: name one of the stack's region",
  ],
  "a key of another region": [
    service({ kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/0b3a9c1e" }),
    "service.kmsKeyArn is in eu-central-1, and the stack in eu-west-1: name one of the stack's region",
  ],
  "codes without mail": [
    { ...LEAST, service: without("mail", LEAST.service as never) },
    "service.mail is not set, so no code could be mailed for production-admin: set it, or give the class another verification",
  ],
  "mail from another domain": [
    service({ mail: { ...ses, from: "handoff@example.org" } }),
    "service.mail.from must be of mail.identity: SES sends only from what it has verified",
  ],
  "DKIM records for an address": [
    service({ mail: { ...ses, identity: "handoff@example.com", hostedZoneId: "Z1" } }),
    "service.mail.hostedZoneId is for the DKIM records of a domain, and mail.identity is an address, which has none: leave it out",
  ],
  "DKIM records for an identity that exists": [
    service({
      mail: {
        ...ses,
        hostedZoneId: "Z1",
        identityArn: "arn:aws:ses:eu-west-1:123456789012:identity/example.com",
      },
    }),
    "service.mail.hostedZoneId is for the DKIM records of an identity that is made, and mail.identityArn names one that exists: leave one out",
  ],
  "keys of one issuer and tokens of another": [
    service({ jwksUrl: "https://github.example.com/jwks" }),
    "service.jwksUrl is set without issuer, so keys from elsewhere would verify github.com's tokens: set issuer, or leave jwksUrl out",
  ],
  "a sender that matches everything": [
    service({ senders: [{ environment: "production", may: ["send"] }] }),
    "service.senders[0] names no repository, so every repository on GitHub would match: give repositoryId",
  ],
  "a sender twice": [
    service({ senders: [sender, sender].map(() => ({ repositoryId: "1", may: ["send"] })) }),
    "service.senders[1] repeats senders[0]: leave it out",
  ],
  "a sender of a class that does not exist": [
    sender({ classes: ["api-keys"] }),
    "service.senders[0].classes has api-keys, and there is no such class: did you mean api-key?",
  ],
  "a sender in another environment than its class": [
    service({
      senders: [
        { repositoryId: "1", environment: "staging", classes: ["api-key"], may: ["send"] },
        { repositoryId: "1", environment: "production", may: ["send"] },
      ],
      classes: [{ ...apiKey, environments: ["production"] }],
    }),
    'service.senders[0].classes has api-key, which only jobs in "production" may send, and senders[0].environment is another',
  ],
  "every role as an operator": [
    service({ operators: [{ principal: "arn:aws:iam::123456789012:role/*", may: ["audit"] }] }),
    `service.operators[0].principal ${WILDCARD}`,
  ],
  "an operator by name": [
    service({ operators: [{ principal: "security", may: ["audit"] }] }),
    "service.operators[0].principal must be the whole ARN of a role, of a user, or of one session of a role",
  ],
  "an operator of a class that does not exist": [
    service({
      operators: [{ principal: "arn:aws:iam::123456789012:role/a", classes: ["admin"], may: ["revoke"] }],
    }),
    "service.operators[0].classes has admin, and there is no such class: there are production-admin, database-access, api-key, third-party-service, internal-tool",
  ],
  "an alarm for classes that do not exist": [
    service({ alarms: { emails: ["ops@example.com"], criticalClasses: ["production-admn", "root"] } }),
    "service.alarms.criticalClasses has production-admn, and there is no such class: did you mean production-admin?",
    "service.alarms.criticalClasses has root, and there is no such class: there are production-admin, database-access, api-key, third-party-service, internal-tool",
  ],
  "a workflow's role under the name of one of the service's": [
    gitHub({ name: "secret-handoff-rotations" }),
    "gitHub.orders.name is the name of a role of the service's: give another",
  ],
  "a workflow's role under a longer name than IAM takes": [
    { ...LEAST, gitHub: { ["o".repeat(43)]: role } },
    `gitHub.${"o".repeat(43)} would have a role named secret-handoff-github-${"o".repeat(43)}, and IAM takes 64 characters: give name`,
  ],
  "a class of more roles than there can be people for": [
    credentialClass({ approvals: "abcdefghijk".split("") }),
    "service.classes[0].approvals has more than 10 roles, and each needs a person of its own: name fewer",
  ],
  "an operator who erases in some classes": [
    service({
      operators: [
        { principal: "arn:aws:iam::123456789012:role/a", classes: ["api-key"], may: ["revoke", "erase"] },
      ],
    }),
    "service.operators[0] may erase in some classes, and erasing covers every class: give erase in an entry without classes",
  ],
  "a class twice": [service({ classes: [apiKey, apiKey] }), "service.classes has api-key twice: keep one"],
  "an approval that nobody may give": [credentialClass({ approvals: ["manager"] }), NOBODY_APPROVES],
  "an approval that only somebody without the right to approve has as a role": [
    service({
      classes: [{ ...apiKey, approvals: ["manager"] }],
      operators: [{ ...approver, may: ["audit"] }],
    }),
    NOBODY_APPROVES,
  ],
  "an approval that is given for another role": [
    service({
      classes: [{ ...apiKey, approvals: ["manager"] }],
      operators: [{ ...approver, roles: ["security"] }],
    }),
    NOBODY_APPROVES,
  ],
  "an approval that is given without a role": [
    service({
      classes: [{ ...apiKey, approvals: ["manager"] }],
      operators: [{ principal: approver.principal, may: ["approve"] }],
    }),
    NOBODY_APPROVES,
  ],
  "a job that may approve without the rules of an environment": [
    service({ senders: [{ repositoryId: "42", roles: ["manager"], may: ["approve"] }] }),
    "service.senders[0] may approve, and names no environment, so every job of the repository could: give environment",
  ],
  "an approval that is given for another class": [
    service({
      classes: [
        { ...apiKey, approvals: ["manager"] },
        { ...apiKey, name: "other", approvals: [] },
      ],
      operators: [{ ...approver, classes: ["other"] }],
    }),
    NOBODY_APPROVES,
  ],
  "the same approval twice": [
    service({
      classes: [{ ...apiKey, approvals: ["manager", "manager"] }],
      operators: [approver],
    }),
    "service.classes[0].approvals has manager twice: two approvals come from two roles",
  ],
  "two approvals that one principal alone may give": [
    service({
      classes: [{ ...apiKey, approvals: ["security", "manager"] }],
      operators: [{ ...approver, roles: ["security", "manager"] }],
    }),
    `service.classes[0].approvals has security and manager, and only ${approver.principal} ${TOO_FEW}`,
  ],
  "two approvals that sessions of one role alone may give": [
    service({
      classes: [{ ...apiKey, approvals: ["security", "manager"] }],
      operators: [
        approver,
        {
          ...approver,
          principal: "arn:aws:sts::123456789012:assumed-role/managers/kim",
          roles: ["security"],
        },
      ],
    }),
    `service.classes[0].approvals has security and manager, and only ${approver.principal} ${TOO_FEW}`,
  ],
  "three approvals that two may give": [
    service({
      classes: [{ ...apiKey, approvals: ["security", "manager", "owner"] }],
      operators: [{ ...approver, roles: ["security", "manager", "owner"] }],
      senders: [
        { repositoryId: "1", may: ["send"] },
        { repositoryId: "1", environment: "approve", roles: ["owner", "manager"], may: ["approve"] },
      ],
    }),
    `service.classes[0].approvals has security and manager and owner, and only ${approver.principal} and environment approve of 1 ${TOO_FEW}`,
  ],
  "a class whose environment no sender names": [
    credentialClass({ environments: ["vault"] }),
    "service.classes[0].environments has vault, which no sender names, so nobody could send api-key from there: add a sender with that environment, or take it out",
  ],
  "a class that no sender may send": [
    service({
      classes: [apiKey, { ...apiKey, name: "partner" }],
      senders: [{ repositoryId: "1", classes: ["api-key"], may: ["send"] }],
    }),
    "service.classes[1] can never be sent: no sender that may send has partner among its classes",
  ],
  "alarms for a topic and for addresses": [
    service({ alarms: { topicArn: topic, emails: ["a@b.example"] } }),
    "service.alarms has topicArn and emails: subscribe the addresses to that topic, or leave one out",
  ],
  "a reaction that does nothing": [
    service({ onUndelivered: {} }),
    "service.onUndelivered would do nothing: give notify or rotate, or leave it out",
  ],
  "a reaction that notifies nobody": [
    service({ onReported: { notify: {} } }),
    "service.onReported.notify would notify nobody: give topicArn or emails",
  ],
  "a rotation of no secret in particular": [
    service({ onUndelivered: { rotate: true }, onDelivered: { rotateAfter: 60 } }),
    "service.onUndelivered.rotate needs rotation.secrets: which secrets may be rotated?",
    "service.onDelivered.rotateAfter needs rotation.secrets: which secrets may be rotated?",
  ],
  "secrets that nothing rotates": [
    service({ onReported: { rotate: false }, rotation: { secrets: [secret] } }),
    "service.rotation is set, and nothing rotates: set rotate in onUndelivered or onReported, or onDelivered, or leave it out",
  ],
  "a secret that nobody hands over": [
    rotation({ secrets: [{ ...secret, repositoryIds: [] }] }),
    "service.rotation.secrets[0] is handed over by nobody, so nothing could rotate it: give repositoryIds, or operators",
  ],
  "a secret twice": [
    rotation({ secrets: [secret, secret] }),
    `service.rotation.secrets has ${secret.arn} twice: put its repositories into one entry`,
  ],
  "more repositories than a rule's pattern takes": [
    rotation({
      secrets: [{ ...secret, repositoryIds: Array.from({ length: 200 }, (_, n) => `${1e8 + n}`) }],
    }),
    "service.rotation.secrets names repositories in 2401 characters, and a rule's pattern has 1848 for them: name fewer, or split them over two services",
  ],
  "a role that no sender matches": [
    gitHub({ environment: "billing" }),
    'gitHub.orders is for jobs that no sender lets send (example/orders, environment billing): add { repositoryId: "123456789", environment: "billing", may: ["send"] } to service.senders, or leave the role out',
  ],
  "a role of another issuer than the service's": [
    gitHub({ issuer: "https://github.example.com/_services/token" }),
    "gitHub.orders.issuer and service.issuer differ, so the service would refuse the tokens of those jobs: set both, or neither",
  ],
  "a workflow that AWS cannot compare": [
    {
      ...(service({ issuer: "https://github.example.com/_services/token" }) as Part),
      gitHub: {
        orders: {
          ...role,
          issuer: "https://github.example.com/_services/token",
          workflow: "example/orders/.github/workflows/rotate.yml@refs/heads/main",
        },
      },
    },
    "gitHub.orders has workflow, which AWS compares for github.com and ghe.com only: with another issuer leave it out, and protect the environment",
  ],
  "a role that can read nothing": [
    { ...LEAST, gitHub: { orders: without("secretNames", role) } },
    "gitHub.orders could read nothing to hand over: give secretNames, secretTags, parameterNames or assumeRoleArns",
  ],
  "a rotation function that nothing calls": [
    gitHub({ rotationFunctionArns: ["arn:aws:lambda:eu-west-1:123456789012:function:rotate"] }),
    'gitHub.orders has rotationFunctionArns, which only rotate: "managed" needs',
  ],
  "a rotation of parameters": [
    {
      ...LEAST,
      gitHub: { orders: { ...without("secretNames", role), parameterNames: ["/a"], rotate: "managed" } },
    },
    "gitHub.orders has rotate, and no secret to rotate: give secretNames or secretTags",
  ],
  "two roles of one name": [
    { ...LEAST, gitHub: { orders: { ...role, name: "handoff" }, again: { ...role, name: "handoff" } } },
    "gitHub.again.name is the name of the role of gitHub.orders as well: give each a name of its own",
  ],
  "a role with the name of a function's": [
    gitHub({ name: "secret-handoff-sender" }),
    "gitHub.orders.name is the name of a role of the service's: give another",
  ],
  "a region whose direction is misspelt": [
    { ...LEAST, region: "eu-wets-1" },
    "region must be the code of an AWS region, such as eu-west-1",
  ],
  "the copied space after an environment's name, on both sides": [
    {
      ...(sender({ environment: "production " }) as Part),
      gitHub: { orders: { ...role, environment: "production " } },
    },
    "service.senders[0].environment begins or ends with white space: take that away",
    "gitHub.orders.environment begins or ends with white space: take that away",
  ],
  "the sessions of a role, without a session's name": [
    service({
      operators: [{ principal: "arn:aws:sts::123456789012:assumed-role/security", may: ["audit"] }],
    }),
    "service.operators[0].principal is of a role's sessions and names none: give the role's own ARN, arn:aws:iam::ACCOUNT:role/NAME, which stands for all of them",
  ],
  "one zone for two domains": [
    service({
      domain: { ...host, name: "handoff.acme.test" },
      mail: { ...ses, hostedZoneId: host.hostedZoneId },
    }),
    "service.mail.hostedZoneId is the zone of domain.name as well, and no zone holds both that and mail.identity: give each the ID of its own zone",
  ],
};
