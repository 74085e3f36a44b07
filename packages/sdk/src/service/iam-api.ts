/** What is used of the AWS SDK to sign, and no more: loaded with the first request, and a bundler can leave the rest out. */
export { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from "@smithy/core/config";
export { Hash } from "@smithy/core/serde";
export { SignatureV4 } from "@smithy/signature-v4";
