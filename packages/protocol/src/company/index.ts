export { COLOUR, contrast, LEAST_CONTRAST, leastContrast, nearestPassing, type Scheme } from "../theme.ts";
export {
  type Company,
  type CompanySource,
  companyBlock,
  companyOf,
  companyProblems,
  EMPTY_BLOCK,
  fillBlock,
  LONGEST_CONTACT,
  readCompanyBlock,
  takeApart,
} from "./company.ts";
export { isSanitised, type LogoNode, logoMarkup, sanitiseLogo } from "./logo.ts";
