import { localClient } from "@secret-handoff/local";

/**
 * A client that hears no answer to some of its requests, and sends them again, as the SDK does after its time is up: the first was
 * carried out all the same.
 * @param isLost asked for each request: its operation, such as `UpdateItem`, and its body
 * @param meanwhile what happens before the request comes again
 */
export function forgetfulClient(
  endpoint: string,
  isLost: (operation: string, body: string) => boolean,
  meanwhile: () => Promise<void> = async () => {},
): ReturnType<typeof localClient> {
  const client = localClient(endpoint);
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, options) => {
    const operation = request.headers["x-amz-target"]?.split(".")[1] ?? "";
    if (isLost(operation, String(request.body))) {
      await handle(request, options);
      await meanwhile();
    }
    return handle(request, options);
  };
  return client;
}
