export { type BuiltPage, buildPage } from "./build-page.ts";
