import {
  cachedToken,
  fetchIdToken,
  jwtClaims,
  type ServiceClient,
  serviceClient,
  tokenEndpoint,
} from "@secret-handoff/sdk";
import type { StepContext } from "../step-context.ts";

/** The service, and what its token said. */
export type OpenedService = {
  readonly client: ServiceClient;
  /** The GitHub environment that the last token names, if any. Unverified: the service checks the verified one. */
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

/** The environment claim, unverified: it only lets a class's rule be checked early; the service checks the verified one. */
export function environmentOf(jwt: string): string | undefined {
  const { environment } = jwtClaims(jwt);
  return typeof environment === "string" ? environment : undefined;
}
