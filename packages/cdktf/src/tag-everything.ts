import { Aspects, type IAspect } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/** Puts tags on everything below a construct that can have them; a resource's own tags win. */
export function tagEverything(scope: Construct, tags: Readonly<Record<string, string>>): void {
  const aspect: IAspect = {
    visit(node) {
      if (isTaggable(node)) node.tags = { ...tags, ...node.tagsInput };
    },
  };
  Aspects.of(scope).add(aspect);
}

type Taggable = IConstruct & { tags: Record<string, string>; readonly tagsInput?: Record<string, string> };

function isTaggable(node: IConstruct): node is Taggable {
  return "tagsInput" in node && "tags" in node;
}
