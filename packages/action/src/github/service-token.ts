import {
  attempt,
  cachedToken,
  type Deadline,
  jwtClaims,
  type Runtime,
  retry,
  retryAfterMs,
  SenderError,
  type ServiceClient,
  serviceClient,
  TransientError,
} from "@secret-handoff/sdk";
import type { StepContext } from "../step-context.ts";

/** The service, and what its token said. */
export type OpenedService = {
  readonly client: ServiceClient;
  /** The GitHub environment that the last token names, if any. Unverified: the service judges the verified one. */
  readonly environment: () => string | undefined;
};

/** A client of the service whose tokens come from the runner and are masked before they are used. */
export function openService(
  endpoint: string,
  { env, workflow, runtime }: Pick<StepContext, "env" | "workflow" | "runtime">,
): OpenedService {
  let environment: string | undefined;
  const tokens = cachedToken(async (deadline) => {
    const token = await fetchIdToken(tokenEndpoint(env), endpoint, deadline, runtime);
    workflow.mask(token);
    environment = environmentOf(token);
    return token;
  }, runtime);
  return { client: serviceClient(endpoint, tokens, runtime), environment: () => environment };
}

/** Where the runner issues tokens; both are set only with `id-token: write`. */
export type TokenEndpoint = { readonly url: string; readonly bearer: string };

const ATTEMPT_MS = 10_000;

/**
 * The runner's id-token endpoint, from the environment.
 * https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
 * @throws SenderError `id_token`
 */
export function tokenEndpoint(env: Readonly<Record<string, string | undefined>>): TokenEndpoint {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (url && bearer) return { url, bearer };
  throw new SenderError(
    "id_token",
    "This job may not request an OIDC token. Add id-token: write to its permissions; workflows of forked pull requests cannot have it.",
  );
}

/**
 * Fetches a token for one audience. Node's own fetch instead of @actions/core's client: it obeys the step's deadline, and an
 * HTTP stack of its own would be half of the bundle.
 * @param audience the service's exact origin
 * @throws SenderError `id_token`
 */
export function fetchIdToken(
  { url, bearer }: TokenEndpoint,
  audience: string,
  deadline: Deadline,
  runtime: Runtime,
): Promise<string> {
  const target = new URL(url);
  target.searchParams.set("audience", audience);
  return retry(
    async () => {
      let response: Response;
      let body: unknown;
      try {
        [response, body] = await attempt(ATTEMPT_MS, deadline, async ({ signal }) => {
          const answer = await runtime.fetch(target, {
            headers: { authorization: `Bearer ${bearer}`, accept: "application/json" },
            redirect: "error",
            signal,
          });
          return [answer, await answer.json().catch(() => undefined)];
        });
      } catch (cause) {
        if (deadline.hard.aborted) throw deadline.hard.reason;
        throw new TransientError(failure("the request did not get through", cause));
      }
      if (response.status === 429 || response.status >= 500) {
        throw new TransientError(failure(`it answered ${response.status}`), {
          afterMs: retryAfterMs(response.headers.get("retry-after"), runtime.now()),
        });
      }
      const token = isObject(body) ? body.value : undefined;
      if (!response.ok || typeof token !== "string" || token === "")
        throw failure(`it answered ${response.status}`);
      return token;
    },
    deadline,
    runtime,
  );
}

/** The environment claim, unverified: it only lets a class's rule be told early; the service judges the verified one. */
export function environmentOf(jwt: string): string | undefined {
  const { environment } = jwtClaims(jwt);
  return typeof environment === "string" ? environment : undefined;
}

function failure(what: string, cause?: unknown): SenderError {
  return new SenderError(
    "id_token",
    `GitHub did not issue an OIDC token: ${what}. Run the job again; if it fails again, look at GitHub's status page.`,
    { cause },
  );
}

function isObject(value: unknown): value is { readonly value?: unknown } {
  return typeof value === "object" && value !== null;
}
