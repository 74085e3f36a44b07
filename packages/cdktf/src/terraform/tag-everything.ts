import { Aspects, type IAspect, TerraformResource } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/** Puts tags, or a Terraform expression that gives them, on everything below a construct that can have them. */
export function tagEverything(scope: Construct, tags: Readonly<Record<string, string>> | string): void {
  const aspect: IAspect = {
    visit(node) {
      if (!isTaggable(node)) return;
      if (typeof tags === "string") node.addOverride("tags", tags);
      else node.tags = tags;
    },
  };
  Aspects.of(scope).add(aspect);
}

function isTaggable(
  node: IConstruct,
): node is TerraformResource & { tags: Readonly<Record<string, string>> } {
  return TerraformResource.isTerraformResource(node) && "tagsInput" in node;
}
