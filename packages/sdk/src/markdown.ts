/**
 * Text inside a Markdown table cell, a list item, a heading or a paragraph of one line: nothing in it is markup, HTML, an image, a mention or
 * a new cell, nor what GitHub makes a link of by itself (an address that begins with a scheme or with www).
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]#|~$]|!(?=\[)/g, "\\$&")
    .replace(/^(\s*)([-+=]|\d+(?=[.)]))/, "$1\\$2")
    .replace(/@/g, "&#64;")
    .replace(/:\/\//g, "&#58;//")
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}
