import { gunzipSync } from "node:zlib";
import { type Company, companyOf } from "@secret-handoff/protocol/company";

/**
 * The company that the deployment names in COMPANY: JSON, with gzip, in base64, as Terraform's `base64gzip` writes it. A logo would not
 * fit into the environment otherwise.
 * @throws Error with everything that is wrong with it, which ends the start and with it the deployment
 */
export function companyFrom(variable: string | undefined): Company | undefined {
  if (variable === undefined) return undefined;
  return companyOf(
    JSON.parse(gunzipSync(Buffer.from(variable, "base64"), { maxOutputLength: LONGEST }).toString()),
  );
}

/** Bytes; a logo's file has 65,536 at the most. */
const LONGEST = 131_072;
