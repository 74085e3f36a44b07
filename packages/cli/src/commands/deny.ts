import { verdict } from "./request.ts";

export const run = verdict("deny");
