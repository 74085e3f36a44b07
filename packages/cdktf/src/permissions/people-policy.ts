import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy/index.js";
import type { Construct } from "constructs";
import { PEOPLE_ROUTES } from "../front/http-api.ts";
import { policyDocument } from "./policy-document.ts";

/** A policy to attach to the roles of people who may create, see and revoke handoffs from a terminal. */
export function peoplePolicy(
  scope: Construct,
  id: string,
  props: { readonly name: string; readonly executionArn: string },
): IamPolicy {
  return new IamPolicy(scope, id, {
    name: `${props.name}-people`,
    description: "Lets people call secret-handoff's sender routes with their own AWS identity",
    policy: policyDocument([
      {
        Sid: "CallSenderRoutes",
        Effect: "Allow",
        Action: ["execute-api:Invoke"],
        Resource: [`${props.executionArn}/${PEOPLE_ROUTES}`],
      },
    ]),
  });
}
