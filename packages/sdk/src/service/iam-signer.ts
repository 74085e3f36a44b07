import { awsCredentials, openedOnce } from "../aws/aws-client.ts";
import { redact } from "../redact.ts";
import { environmentAgents } from "../runtime/proxy.ts";
import { platformRuntime, type Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";

/** What of a request is signed. */
export type UnsignedRequest = {
  readonly method: string;
  readonly url: URL;
  readonly body: string | undefined;
};

/** Signs requests to the service as an IAM principal, which API Gateway verifies under `/iam/`. */
export type RequestSigner = {
  /** @returns the headers to send. @throws SenderError `aws_credentials` or `aws_region` */
  readonly sign: (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;
};

export type SignerOptions = {
  /** Of the service's API; undefined takes that of its host's name, of the environment, or of the profile. */
  readonly region?: string | undefined;
  /** In ~/.aws; undefined leaves it to AWS_PROFILE. */
  readonly profile?: string | undefined;
};

/**
 * Signs (SigV4, service execute-api) with the AWS credentials in force: environment, profile, SSO, process, container or instance, in
 * the order of the AWS SDK.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
 */
export function iamSigner(
  { region, profile }: SignerOptions = {},
  runtime: Pick<Runtime, "now"> = platformRuntime,
): RequestSigner {
  const named = profile === undefined ? {} : { profile };
  const signerOf = openedOnce(async () => {
    const { Hash, SignatureV4 } = await import("./iam-api.ts");
    const credentials = await awsCredentials(await environmentAgents({ keepAlive: true }), profile);
    return (signingRegion: string) =>
      new SignatureV4({
        service: "execute-api",
        region: signingRegion,
        credentials: () => credentials().catch(noCredentials),
        sha256: Hash.bind(null, "sha256"),
      });
  });
  const configuredRegion = openedOnce(async () => {
    const { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } = await import(
      "./iam-api.ts"
    );
    return loadConfig(NODE_REGION_CONFIG_OPTIONS, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...named })().catch(
      noRegion,
    );
  });
  return {
    sign: async ({ method, url, body }) => {
      const signingRegion = region ?? regionOfHost(url.hostname) ?? (await configuredRegion());
      const signer = (await signerOf())(signingRegion);
      const { headers } = await signer.sign(
        {
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: queryOf(url.searchParams),
          headers: { host: url.host, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          ...(body === undefined ? {} : { body }),
        },
        { signingDate: new Date(runtime.now()) },
      );
      const { host: _, ...sent } = headers;
      return sent;
    },
  };
}

/** The region in the name that API Gateway gives to an API. */
function regionOfHost(hostname: string): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(hostname)?.[1];
}

function queryOf(parameters: URLSearchParams): Record<string, string[]> {
  return Object.fromEntries([...parameters.keys()].map((name) => [name, parameters.getAll(name)]));
}

function noCredentials(cause: unknown): never {
  const said = cause instanceof Error ? redact(cause.message) : "";
  throw new SenderError(
    "aws_credentials",
    `There are no AWS credentials to sign with${said === "" ? "" : ` (${said})`}. Set AWS_PROFILE, run aws sso login, or set AWS_ACCESS_KEY_ID and its like.`,
    { cause },
  );
}

function noRegion(cause: unknown): never {
  throw new SenderError(
    "aws_region",
    "The AWS region of the service is not known. Set AWS_REGION, or the region of the profile.",
    { cause },
  );
}
