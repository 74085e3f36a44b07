import type { SSMClient } from "@aws-sdk/client-ssm";
import { awsService, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { PassphraseKeeper } from "./passphrase.ts";

/**
 * Keeps each generated passphrase as a SecureString of Parameter Store, `PATH/HANDOFF`, that AWS deletes when the handoff expires: an
 * advanced parameter with an expiration policy, which costs 0.05 dollars a month, by the hour. Needs ssm:PutParameter,
 * ssm:AddTagsToResource and ssm:DeleteParameter on the path; whoever reads a passphrase out needs ssm:GetParameter.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html
 * @param path with a slash before it and none behind it
 * @param region undefined leaves it to the environment
 */
export function passphraseParameters(
  path: string,
  region: string | undefined,
  runtime: Runtime,
): PassphraseKeeper {
  const callAws = awsService(runtime);
  const client = openedOnce(async () => {
    const { SSMClient } = await import("../sources/parameters-api.ts");
    return new SSMClient(await clientOptions(region, runtime));
  });
  const call = <T>(
    permission: string,
    name: string,
    run: (client: SSMClient, until: { readonly abortSignal: AbortSignal }) => Promise<T>,
    deadline: Parameters<PassphraseKeeper["drop"]>[1],
  ) =>
    callAws(
      { service: "Systems Manager", resource: `parameter "${name}"`, permission },
      async (until) => run(await client(), until),
      deadline,
    );

  return {
    keep: async ({ id, recipient, passphrase, expiresAt }, deadline) => {
      const name = `${path}/${id}`;
      const { PutParameterCommand } = await import("../sources/parameters-api.ts");
      const command = new PutParameterCommand({
        Name: name,
        Description: "Passphrase of a handoff: read it out to the recipient by telephone",
        // The address is in the value: names and tags of parameters are not encrypted.
        Value: JSON.stringify({ recipient, passphrase: passphrase.reveal() }),
        ...{ Type: "SecureString", Tier: "Advanced", Overwrite: false },
        Policies: JSON.stringify([
          {
            ...{ Type: "Expiration", Version: "1.0" },
            Attributes: { Timestamp: new Date(expiresAt * 1_000).toISOString() },
          },
        ]),
        Tags: [{ Key: "secret-handoff", Value: "passphrase" }],
      });
      await call("ssm:PutParameter", name, (ssm, until) => ssm.send(command, until), deadline);
      return name;
    },
    drop: async (id, deadline) => {
      const name = `${path}/${id}`;
      const { DeleteParameterCommand } = await import("../sources/parameters-api.ts");
      const command = new DeleteParameterCommand({ Name: name });
      await call("ssm:DeleteParameter", name, (ssm, until) => ssm.send(command, until), deadline);
    },
  };
}
