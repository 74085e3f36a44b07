import { Token } from "cdktf";

/** A text that is one Terraform expression. */
export type Expression = `\${${string}}`;

/** True for what only Terraform will know: a token of cdktf's, or a text with `${…}` in it. */
export function isExpression(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === "string" && value.includes("${"));
}
