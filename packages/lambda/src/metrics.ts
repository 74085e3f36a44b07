/** Counts one in CloudWatch, by a log line in the embedded metric format. Its only dimension is the namespace. */
export function countMetric(name: "LinkMangled"): void {
  const metrics = { Namespace: "SecretHandoff", Dimensions: [[]], Metrics: [{ Name: name, Unit: "Count" }] };
  process.stdout.write(
    `${JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metrics] }, [name]: 1 })}\n`,
  );
}
