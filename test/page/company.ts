import type { CompanySource } from "@secret-handoff/protocol/company";

/** A company as a deployment names it, with everything that it may name. */
export const COMPANY: CompanySource = {
  name: "Acme Logistics",
  logo: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="#b4460f"><path d="M16 3 29 28H3z"/><circle cx="16" cy="21" r="4" fill="#ffffff"/></g></svg>`,
  accentColor: "#8a3a0c",
  contact: "security@acme.example, +49 30 1234567",
  privacyUrl: "https://acme.example/privacy",
  imprintUrl: "https://acme.example/imprint",
};
