import { localClient, startOidcIssuer, startService } from "@secret-handoff/local";
import { buildPage } from "@secret-handoff/page";
import { DEFAULT_CLASSES } from "@secret-handoff/protocol/api";
import { CLICK_CLASS } from "../test/support/test-service.ts";

/**
 * The service alone in a process, on an engine whose endpoint is the first argument, as one function of a deployment: the drainer
 * and the sweeper are other functions there, so they do not run here. Sends to its parent, and again whenever it is asked, its
 * address, a fresh token (each holds for five minutes) and how many requests the engine has had of it.
 */
let calls = 0;
const issuer = await startOidcIssuer();
const service = await startService({
  client: localClient(process.argv[2] ?? "", () => {
    calls += 1;
  }),
  issuer: issuer.issuer,
  jwksUrl: issuer.jwksUrl,
  smtp: "smtp://127.0.0.1:9",
  page: await buildPage(),
  senders: [{ repository: "acme/orders", may: ["send"] }],
  classes: [...DEFAULT_CLASSES, CLICK_CLASS],
  log: () => {},
  drainAfterWrites: false,
});
const report = async () =>
  process.send?.({ url: service.url, token: await issuer.mint({ aud: service.url }), calls });
process.on("message", report);
process.on("disconnect", () => process.exit(0));
await report();
