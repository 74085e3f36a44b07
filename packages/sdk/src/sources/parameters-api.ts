/** What is used of the client, and no more: loaded with the first parameter, and a bundler can leave the rest out. */
export { GetParameterCommand, GetParametersByPathCommand, SSMClient } from "@aws-sdk/client-ssm";
