/** What is used of the client, and no more: loaded when a role is assumed, and a bundler can leave the rest out. */
export { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
