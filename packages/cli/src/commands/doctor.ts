import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { SenderError } from "@secret-handoff/sdk";
import type { Run } from "../commands.ts";
import { endpointOf, readConfiguration } from "../configuration.ts";
import { withTimeout } from "../context.ts";
import { EXIT, sentenceOfError } from "../errors.ts";
import { openService } from "../sender-service.ts";
import { checkServedPage } from "./verify-page.ts";

type Result = {
  readonly check: string;
  readonly status: "ok" | "warning" | "failed";
  readonly detail: string;
};

/** Looks at what a sender needs, from where it stands: one thing after the other, and what to do where one is missing. */
export const run: Run = async (invocation, context) => {
  const { terminal, env } = context;
  const results: Result[] = [];
  const check = async (name: string, work: () => Promise<string | Omit<Result, "check">>) => {
    const done = terminal.spin(name);
    let result: Result;
    try {
      const found = await work();
      result =
        typeof found === "string" ? { check: name, status: "ok", detail: found } : { check: name, ...found };
    } catch (error) {
      if (!(error instanceof SenderError)) throw error;
      result = { check: name, status: "failed", detail: sentenceOfError(error) };
    }
    done();
    results.push(result);
    if (invocation.flag("json")) return;
    const [style, mark] = (
      { ok: ["green", "ok"], warning: ["yellow", "note"], failed: ["red", "failed"] } as const
    )[result.status];
    const line = `${terminal.style(style, mark.padEnd(7), "stdout")}${onOneLine(`${name}: ${result.detail}`)}`;
    await terminal.line(line, " ".repeat(7));
  };

  await check("Node.js", async () => process.version);
  await check("configuration", async () => {
    const names = Object.keys(await readConfiguration(context));
    return names.length === 0 ? "none; options and environment are used" : `sets ${names.join(", ")}`;
  });
  await check("proxy", async () => {
    const set = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].filter(
      (name) => env[name] || env[name.toLowerCase()],
    );
    return set.length === 0 ? "none" : `${set.join(", ")} are set, and used; mail over SMTP goes without it`;
  });
  await check("service", () => endpointOf(invocation, context));
  await check("page", async () => {
    const { isPublished, difference = "" } = await checkServedPage(
      await endpointOf(invocation, context),
      context.runtime,
    );
    return isPublished ? "the published one, byte for byte" : { status: "warning", detail: difference };
  });
  await check("rights", async () => {
    const service = await openService(invocation, context);
    const { rights, classes } = await withTimeout(invocation, context, service.policy, "30s");
    return `${rights.join(", ")}; classes ${classes.map(({ name }) => name).join(", ")}`;
  });
  if (invocation.flag("json")) await terminal.json({ checks: results });
  return results.some(({ status }) => status === "failed") ? EXIT.failed : EXIT.done;
};
