import { base64url } from "./material.ts";

/**
 * How mail gateways and chats rewrite a link; the forms are those found in published mail, with the tokens exchanged. Mimecast's are
 * missing: it keeps the target to itself.
 */

const TOKEN = "1fCCdfJv_BYjz-YqipXEJjGHlmXlnTXcGx0N5X1OG_Y5pJ1";
const encoded = encodeURIComponent;
const smallHex = (text: string) => encoded(text).replace(/%../g, (code) => code.toLowerCase());
const byte = (character: string) => character.charCodeAt(0).toString(16).padStart(2, "0");

export const gateways = {
  "Microsoft Safe Links": (link) =>
    `https://nam11.safelinks.protection.outlook.com/?url=${encoded(link)}&data=05%7C02%7Cana%40vendor.example%7C0d3096fc043f4443f14e08d80dd7c674%7C0%7C0%7C637274567683552668%7CUnknown%7CTWFpbGZsb3d8eyJWIjoiMC4wLjAwMDAifQ%3D%3D%7C0&sdata=xIHDswGRsdCP%2BE7MRI4nKXdoMgV2%3D&reserved=0`,
  "Microsoft Safe Links in HTML source": (link) =>
    `https://eur03.safelinks.protection.outlook.com/?url=${encoded(link)}&amp;data=04%7C01%7C&amp;sdata=55Rfj9pO3cnG%3D&amp;reserved=0`,
  "Safe Links in Teams": (link) =>
    `https://statics.teams.cdn.office.net/evergreen-assets/safelinks/2/atp-safelinks.html?url=${encoded(link)}&locale=en-gb&dest=https%3A%2F%2Fteams.microsoft.com%2Fapi&pc=${TOKEN}`,
  "Proofpoint v1": (link) =>
    `https://urldefense.proofpoint.com/v1/url?u=${encoded(link)}&k=${TOKEN}%3D%0A&r=${TOKEN}&s=${TOKEN}`,
  "Proofpoint v2": (link) =>
    `https://urldefense.proofpoint.com/v2/url?u=${link.replace(/[^A-Za-z0-9./]/g, (character) => `-${byte(character).toUpperCase()}`).replaceAll("/", "_")}&d=DwIFaQ&c=${TOKEN}&r=P4xb2_7biqBxD4LGGPrSV6j-jf3C3xlR7PXU-mLTeZE&m=j-KHqunPsFSon38RJcUfONx4RnFtWuIrHQz2FBzE0Don&s=8LzYkGbuPdoo6WHcK34USQs&e=`,
  "Proofpoint v3": (link) =>
    `https://urldefense.com/v3/__${link.replace("#", "*")}__;Iw!!A3Ni8CS0y2Y!5i9A0O1bNDHqRib46J285KCGbVLbqULqRRa-XIaclV3B$`,
  "Barracuda Link Protection": (link) =>
    `https://linkprotect.cudasvc.com/url?a=${smallHex(link)}&c=E,1,RAvf6h4VQS9W4qw3CuWYonS1nBe9os2z,,&typo=1`,
  "Cisco Secure Email": (link) => `https://secure-web.cisco.com/${TOKEN}/${encoded(link)}`,
  Sophos: (link) =>
    `https://eu-central-1.protection.sophos.com/?d=vendor.example&u=${Buffer.from(link).toString("base64")}&i=NWY1NzY4MDNhOGI2OTAwZWFlOGRmNDI2&t=QkNXVHhueXB5K0FEKzQ2eFNNSEpXelZJTCtEbCs=&h=9ba410ca932340e4b50404ccbb25afd2&s=AVNPUEhU`,
  "Sophos, as some versions write it": (link) =>
    `https://us-west-2.protection.sophos.com?d=vendor.example&u=${base64url(Buffer.from(link))}&i=NjQ0M2U3MWE4OThlOTc3NDU2YWIzNDFm`,
  FireEye: (link) =>
    `https://protect2.fireeye.com/v1/url?k=84f6a8c0-e57dbdd9-84f7238f-74fe485cbfec-e81bd79bfd1ff442&q=1&e=6739af06-730c-48db-aef8-026a9aaee1b4&u=${encoded(link)}`,
  "FireEye, older": (link) =>
    `https://protect2.fireeye.com/url?k=1ffa720f-d467d028-1ffbf940-9a5a550397b4da2b&u=${link}`,
  Google: (link) =>
    `https://www.google.com/url?q=${encoded(link)}&sa=D&source=editors&ust=1700000000000000&usg=AOvVaw3k`,
  "Trend Micro": (link) =>
    `https://imsva91-ctp.trendmicro.com/wis/clicktime/v1/query?url=${smallHex(link).replaceAll("-", "%2d").replaceAll("_", "%5f")}&umid=E2524A00-B5CC-0A05-B020-AD885D2BD0AC&auth=9f5545adfb06cb9ec0ff28b5960c2c0b5db54f9d-50a7b9a97de0568fce7d`,
  Symantec: (link) => `https://clicktime.symantec.com/3TkWXrQ7qsRiaiCxNu8RpLr7Vc?u=${encoded(link)}`,
  "Check Point": (link) =>
    `https://protect.checkpoint.com/v2/r01/___${link}___.YzJ1OndlY29tbXVuaWNhdGlvbnM6YzpvOjQwMWQyNWE1OWIxMDNiNWU`,
  "Avanan, with the fragment put behind its own": (link) =>
    `https://url.avanan.click/v2/___${link.replace("#", "___.YXAzOnBlcmNvbmE6YTpnOjE1Yzk5ZDBhODM5YmE0ZGFiZGQ5ZWE5YTg#")}`,
  Hornetsecurity: (link) =>
    `https://atpscan.global.hornetsecurity.com/?d=${TOKEN}&f=${TOKEN}&i=&k=aBcD&m=&n=&r=&s=7f3e&u=${encoded(link)}`,
  Trustwave: (link) => `https://scanmail.trustwave.com/?c=8722&d=${TOKEN}&u=${smallHex(link)}`,
  AppRiver: (link) => `https://link.edgepilot.com/s/1c2d3e4f/${TOKEN.slice(0, 22)}?u=${link}`,
  Slack: (link) => `https://slack-redir.net/link?url=${encoded(link)}&v=3`,
  Facebook: (link) => `https://l.facebook.com/l.php?u=${encoded(link)}&h=AT0fx8${TOKEN}`,
} as const satisfies Readonly<Record<string, (link: string) => string>>;
