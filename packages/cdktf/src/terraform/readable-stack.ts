import { TerraformElement, TerraformOutput, TerraformStack } from "cdktf";
import type { Node } from "constructs";

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
