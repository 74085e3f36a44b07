/** What is used to go through a proxy, and no more: loaded where the environment names one, and a bundler can leave the rest out. */
export { Agent, type AgentConnectOpts } from "agent-base";
export { HttpProxyAgent } from "http-proxy-agent";
export { HttpsProxyAgent } from "https-proxy-agent";
