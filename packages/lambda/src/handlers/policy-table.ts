import { createHash } from "node:crypto";
import { createClient } from "../store/client.ts";
import { attributeOf, ItemReader } from "../store/expressions.ts";
import { Table } from "../store/table.ts";
import { callOptions } from "./aws-calls.ts";
import { required } from "./environment.ts";

/**
 * A policy that is larger than a function's environment, from a table of its own: an item lies under the SHA-256 of its text, which the
 * environment names. So a function never starts with another policy than its deployment's, and with none it does not start.
 * @throws Error when the item is missing, or not what the environment names
 */
export async function readPolicy(
  table = new Table(createClient(callOptions()), required("POLICY_TABLE_NAME")),
): Promise<string> {
  const sha256 = required("POLICY_SHA256");
  const item = await table.get({ sha256: attributeOf(sha256) });
  if (!item) throw new Error(`the policy ${sha256} is not in its table: deploy again`);
  const policy = new ItemReader(item).string("policy");
  if (createHash("sha256").update(policy).digest("hex") !== sha256) {
    throw new Error(`the policy in the table is not ${sha256}, which was deployed: somebody has changed it`);
  }
  return policy;
}
