import { cachedToken, type ServiceClient, serviceClient } from "@secret-handoff/sdk";
import { environmentOf, fetchIdToken, tokenEndpoint } from "./github/id-token.ts";
import type { Surroundings } from "./github/surroundings.ts";

/** The service, and what its token said. */
export type OpenedService = {
  readonly client: ServiceClient;
  /** The GitHub environment that the last token names, if any. */
  readonly environment: () => string | undefined;
};

/** A client of the service whose tokens come from the runner and are masked before they are used. */
export function openService(
  endpoint: string,
  { env, workflow, runtime }: Pick<Surroundings, "env" | "workflow" | "runtime">,
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
