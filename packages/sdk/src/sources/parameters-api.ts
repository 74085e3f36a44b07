/** What is used of the client, and no more: loaded with the first parameter, and a bundler can leave the rest out. */
export {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
