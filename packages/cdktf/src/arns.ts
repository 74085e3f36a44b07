/** The ARN of one kind of resource: its service, what comes after the account, and an example of the whole. */
export type ArnForm = { readonly service: string; readonly resource: string; readonly example: string };

/** The resources that construct and plain module take by their ARNs. The patterns are read by JavaScript and by Terraform (RE2). */
export const ARNS = {
  certificate: form("acm", "certificate/[\\w-]+", "REGION:ACCOUNT:certificate/ID"),
  bus: form("events", "event-bus/[\\w./-]+", "REGION:ACCOUNT:event-bus/NAME"),
  connection: form("events", "connection/[\\w.-]+/[0-9a-f-]+", "REGION:ACCOUNT:connection/NAME/ID"),
  function: form("lambda", "function:[\\w-]+", "REGION:ACCOUNT:function:NAME"),
  key: form("kms", "key/[\\w-]+", "REGION:ACCOUNT:key/ID"),
  oidcProvider: form("iam", "oidc-provider/[\\w./-]+", ":ACCOUNT:oidc-provider/HOST"),
  permissionsBoundary: form("iam", "policy/[\\w+=,.@/-]+", ":ACCOUNT:policy/NAME"),
  role: form("iam", "role/[\\w+=,.@/-]+", ":ACCOUNT:role/NAME"),
  secret: form("secretsmanager", "secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}", "REGION:ACCOUNT:secret:NAME-SUFFIX"),
  sesConfigurationSet: form("ses", "configuration-set/[\\w-]+", "REGION:ACCOUNT:configuration-set/NAME"),
  sesIdentity: form("ses", "identity/[^*?\\s]+", "REGION:ACCOUNT:identity/NAME"),
  topic: form("sns", "[\\w-]+([.]fifo)?", "REGION:ACCOUNT:NAME"),
  webAcl: form("wafv2", "global/webacl/[\\w-]+/[\\w-]+", "us-east-1:ACCOUNT:global/webacl/NAME/ID"),
};

function form(service: string, resource: string, example: string): ArnForm {
  return { service, resource, example };
}

/** A regular expression that a whole ARN matches: of one resource, so that it widens nothing where a policy names it. */
export function arnPattern({ service, resource }: ArnForm): string {
  return `^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource}$`;
}

/** What a person reads who gave something else. */
export function arnRule({ service, example }: ArnForm): string {
  return `must be a whole ARN, arn:aws:${service}:${example}, without a wildcard`;
}
