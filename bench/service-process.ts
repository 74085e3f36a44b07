import { startOidcIssuer, startService } from "@secret-handoff/local";
import { buildPage } from "@secret-handoff/page";

/**
 * The service alone in a process, on an engine whose endpoint is the first argument, as one function of a deployment: the drainer
 * and the sweeper are other functions there, so they do not run here. Sends its address and a token to its parent.
 */
const issuer = await startOidcIssuer();
const service = await startService({
  engineEndpoint: process.argv[2] ?? "",
  issuer: issuer.issuer,
  jwksUrl: issuer.jwksUrl,
  smtp: "smtp://127.0.0.1:9",
  page: await buildPage(),
  senders: [{ repository: "acme/orders", may: ["send"] }],
  log: () => {},
  drainAfterWrites: false,
});
process.send?.({ url: service.url, token: await issuer.mint({ aud: service.url }) });
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));
process.on("disconnect", () => process.exit(0));
