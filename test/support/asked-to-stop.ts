/**
 * Resolves when this process is asked to stop: by Ctrl-C, by SIGTERM, or because its terminal has gone. From then on it is not
 * ended by such a signal; a second one ends it at once.
 */
export function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const hear = (signal: NodeJS.Signals) => {
      if (asked) process.exit(1);
      asked = true;
      resolve(signal);
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, hear);
  });
}
