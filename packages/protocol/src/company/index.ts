export { COLOUR, contrast, LEAST_CONTRAST, leastContrast, nearestPassing, type Scheme } from "../theme.ts";
export {
  type Company,
  type CompanySource,
  companyBlock,
  companyOf,
  companyProblems,
  EMPTY_BLOCK,
  fillBlock,
  LONGEST_COMPANY_NAME,
  LONGEST_CONTACT,
  type PageParts,
  readCompanyBlock,
  takeApart,
} from "./company.ts";
export { isSanitised, LONGEST_LOGO, type LogoNode, LogoRefused, logoMarkup, sanitiseLogo } from "./logo.ts";
