import { Fn } from "cdktf";

/** Where something lives, taken from its ARN by Terraform: no lookup, so that a plan needs no credentials. */
export type ArnParts = { readonly partition: string; readonly region: string; readonly account: string };

export function arnParts(arn: string): ArnParts {
  const part = (index: number): string => Fn.element(Fn.split(":", arn), index) as string;
  return { partition: part(1), region: part(3), account: part(4) };
}
