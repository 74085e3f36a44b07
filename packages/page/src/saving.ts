import { fileName } from "@secret-handoff/protocol/saving";

/** Hands bytes to the browser as a download, without a type: no browser shall look into it, whatever the sender called it. */
export function saveFile(name: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(name);
  link.click();
  // The browser has its own hold on the bytes by then; some need a moment to take it.
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}
