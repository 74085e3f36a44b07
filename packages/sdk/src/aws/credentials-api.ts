/** What finds AWS credentials: loaded with the first call that needs them. */
export { defaultProvider } from "@aws-sdk/credential-provider-node";
