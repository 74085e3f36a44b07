import { readFileSync } from "node:fs";
import type { CompanySource } from "@secret-handoff/protocol/company";
import { gzipSync, strToU8 } from "fflate";
import type { CompanyProps } from "./props.ts";

/** The company as the service reads it: with the logo's file in the place of its path. */
export function companySource({ logo, ...company }: CompanyProps): CompanySource {
  return { ...company, ...(logo === undefined ? {} : { logo: readFileSync(logo, "utf8") }) };
}

/** The recipient function's COMPANY: as Terraform's `base64gzip(jsonencode(…))`, with the same bytes on every machine. */
export function packCompany(company: CompanySource): string {
  return Buffer.from(gzipSync(strToU8(JSON.stringify(company)), { level: 9, mtime: 0 })).toString("base64");
}
