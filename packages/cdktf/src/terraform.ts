import {
  Aspects,
  Fn,
  type IAspect,
  TerraformElement,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  Token,
} from "cdktf";
import type { Construct, IConstruct, Node } from "constructs";

/** Versions of the AWS provider that take the stack and the modules: 5.100 is the oldest that is tested, 6 what the bindings are made for. */
export const AWS_PROVIDER_VERSIONS = ">= 5.100.0, < 7.0.0";

/** A stack whose addresses can be read: `aws_dynamodb_table.tables_handoffs`. They stand in plans, and must never change. */
export abstract class ReadableStack extends TerraformStack {
  protected override allocateLogicalId(element: TerraformElement | Node): string {
    const node = TerraformElement.isTerraformElement(element) ? element.node : element;
    return logicalId(node.path.split("/").slice(1));
  }

  /** Declares outputs, `eventBusArn` as `event_bus_arn`; what is undefined is left out. */
  protected output(values: Readonly<Record<string, string | readonly string[] | undefined>>): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) new TerraformOutput(this, snakeCase(name), { value, staticId: true });
    }
  }
}

/** `handoff/service/tables/handoffs` is `tables_handoffs`: what begins almost everything is left out. */
function logicalId(path: readonly string[]): string {
  return path
    .join("_")
    .replace(/^handoff_/, "")
    .replace(/^service_/, "")
    .replaceAll("-", "_");
}

export function snakeCase(name: string): string {
  return name
    .replaceAll("-", "_")
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Puts tags, or a Terraform expression that gives them, on everything below a construct that can have them. */
export function tagEverything(scope: Construct, tags: Readonly<Record<string, string>> | string): void {
  const aspect: IAspect = {
    visit(node) {
      if (!isTaggable(node)) return;
      if (typeof tags === "string") node.addOverride("tags", tags);
      else node.tags = { ...node.tagsInput, ...tags };
    },
  };
  Aspects.of(scope).add(aspect);
}

function isTaggable(node: IConstruct): node is TerraformResource & {
  tags: Readonly<Record<string, string>>;
  readonly tagsInput?: Readonly<Record<string, string>>;
} {
  return TerraformResource.isTerraformResource(node) && "tagsInput" in node;
}

/** Where something lives, taken from its ARN by Terraform: no lookup, so that a plan needs no credentials. */
export type ArnParts = { readonly partition: string; readonly region: string; readonly account: string };

export function arnParts(arn: string): ArnParts {
  const part = (index: number): string => Fn.element(Fn.split(":", arn), index) as string;
  return { partition: part(1), region: part(3), account: part(4) };
}

/** A text that is one Terraform expression. */
export type Expression = `\${${string}}`;

/** True for what only Terraform will know: a token of cdktf's, or a text with `${…}` in it. */
export function isExpression(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === "string" && value.includes("${"));
}
