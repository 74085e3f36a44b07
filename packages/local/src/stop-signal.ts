const LOOK_MS = 250;

/**
 * Resolves when this process is asked to stop: by Ctrl-C, by SIGTERM, or because its terminal or npm has gone. From then on it is
 * not ended by such a signal; a second one ends it at once.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const hear = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, hear);
    if (process.env.npm_lifecycle_event !== undefined) whenOrphaned(resolve);
  });
}

/** npm hands SIGTERM to the shell between it and this process, which ends without a word to us. */
function whenOrphaned(resolve: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) resolve();
  }, LOOK_MS).unref();
}
