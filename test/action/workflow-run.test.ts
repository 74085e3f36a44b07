import { expect, test } from "@jest/globals";
import { workflowRunOf } from "@secret-handoff/action";

const ENV = {
  GITHUB_REPOSITORY: "acme/orders",
  GITHUB_WORKFLOW: "Rotate",
  GITHUB_ACTOR: "mona",
  GITHUB_RUN_ID: "17402286119",
};

test("a run is named by what the runner says of it", () => {
  expect(workflowRunOf({ ...ENV, GITHUB_SERVER_URL: "https://github.acme.example" })).toEqual({
    repository: "acme/orders",
    workflow: "Rotate",
    actor: "mona",
    id: "17402286119",
    url: "https://github.acme.example/acme/orders/actions/runs/17402286119",
  });
});

test("a runner that names no server is GitHub's own", () => {
  expect(workflowRunOf(ENV).url).toBe("https://github.com/acme/orders/actions/runs/17402286119");
});
