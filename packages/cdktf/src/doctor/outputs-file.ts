import { readFileSync } from "node:fs";

/**
 * The deployed stack's outputs, from `terraform output -json` or `cdktf deploy --outputs-file`.
 * @throws Error when the file holds no endpoint
 */
export function readOutputs(file: string): { readonly endpoint: string; readonly peopleEndpoint?: string } {
  const parsed = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const { endpoint, people_endpoint: peopleEndpoint } = flatten(parsed);
  if (endpoint === undefined) throw new Error("the outputs hold no endpoint: are they those of this stack?");
  return { endpoint, ...(peopleEndpoint === undefined ? {} : { peopleEndpoint }) };
}

/** Terraform wraps each output in an object; cdktf wraps all of them in one for the stack. */
function flatten(outputs: Record<string, unknown>): Readonly<Record<string, string | undefined>> {
  const stack = outputs["secret-handoff"];
  if (typeof stack === "object" && stack !== null) return flatten(stack as Record<string, unknown>);
  const values = Object.entries(outputs).map(([name, value]) => [
    name,
    typeof value === "object" && value !== null && "value" in value ? value.value : value,
  ]);
  return Object.fromEntries(values.filter(([, value]) => typeof value === "string"));
}
