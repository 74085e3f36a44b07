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
