import { App } from "cdktf";
import { SecretHandoffStack } from "../../packages/cdktf/src/index.ts";
import { EVERYTHING } from "./configurations.ts";

/** Synthesises every prop: bundled once as it is and once with cdktn in cdktf's place. Arguments: target folder, code. */
const [outdir = "", code = ""] = process.argv.slice(2);
const app = new App({ outdir });
new SecretHandoffStack(app, "secret-handoff", { ...EVERYTHING, code });
app.synth();
