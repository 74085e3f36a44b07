export { EMPTY_BLOCK, fillBlock, type PageParts, takeApart } from "./block.ts";
export { COLOUR, contrast, LEAST_CONTRAST, leastContrast, nearestPassing, type Scheme } from "./colours.ts";
export {
  type Company,
  type CompanySource,
  companyBlock,
  companyOf,
  companyProblems,
  readCompanyBlock,
} from "./company.ts";
export { isSanitised, LONGEST_LOGO, type LogoNode, LogoRefused, logoMarkup, sanitiseLogo } from "./logo.ts";
export { LONGEST_COMPANY_NAME, LONGEST_CONTACT } from "./names.ts";
