export { type BuiltPage, buildPage } from "./build-page.ts";
export { DARK, LIGHT, type Palette } from "./look.ts";
