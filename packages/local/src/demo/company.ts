import type { CompanySource } from "@secret-handoff/protocol/company";

/** Whom the demo's recipient knows its sender by. */
export const DEMO_COMPANY: CompanySource = {
  name: "Acme Logistics",
  logo: `<svg viewBox="0 0 32 32"><path d="M3 9 16 2l13 7v14l-13 7-13-7z" fill="#1d5fa8"/><path d="M9 13l7 4 7-4M16 17v8" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`,
  accentColor: "#1d5fa8",
  contact: "platform@acme.example, +49 30 1234567",
  privacyUrl: "https://acme.example/privacy",
  imprintUrl: "https://acme.example/imprint",
};
