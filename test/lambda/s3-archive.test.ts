import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { s3Archive } from "../../packages/lambda/src/handlers/s3-archive.ts";

/** What S3 answers to a write that must be the first of its name, and to a read; it forbids the name of what it is not to show. */
const files = new Map<string, string>();
let server: Server;
let client: S3Client;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const name = new URL(request.url ?? "", "http://s3").pathname;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.method === "PUT") {
      const isTaken = files.has(name) && request.headers["if-none-match"] === "*";
      if (!isTaken) files.set(name, Buffer.concat(chunks).toString());
      response.writeHead(isTaken ? 412 : 200).end();
    } else if (name.includes("forbidden")) {
      response.writeHead(403).end();
    } else {
      const text = files.get(name);
      response.writeHead(text === undefined ? 404 : 200).end(text);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  client = new S3Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ region: "eu-central-1", forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
});
afterAll(() => {
  client?.destroy();
  server?.close();
});

test("writes a file once, takes the same again, and fails where the bucket has another", async () => {
  const archive = s3Archive("trail-archive", client);
  await archive.put("2026/11/26/seal.json", ['{"a":1}']);
  await archive.put("2026/11/26/seal.json", ['{"a":1}']);
  await expect(archive.put("2026/11/26/seal.json", ['{"a":2}'])).rejects.toThrow(
    "The archive has another trail/2026/11/26/seal.json",
  );
  expect(await archive.read("2026/11/26/seal.json")).toEqual(['{"a":1}']);
});

test("tells what is not there from what it may not read", async () => {
  const archive = s3Archive("trail-archive", client);
  expect(await archive.read("2026/11/27/seal.json")).toBeUndefined();
  await expect(archive.read("forbidden/seal.json")).rejects.toThrow();
});
