export { post, Recipient } from "@secret-handoff/local";
