/** The mail that carries a code. Neither links nor names the secret: it is only good together with the link. */
export type CodeMail = { readonly subject: string; readonly text: string };

export function codeMail(code: string): CodeMail {
  return {
    subject: "Your code to open a handoff",
    text: [
      code,
      "",
      "Type this code into the page that asked for it. It is good for 10 minutes, and only in that page.",
      "",
      "Nobody will ask you for this code by phone, chat or mail. If you did not ask for it, somebody else has the link:",
      'open the link in the first mail and choose "Report this link", or tell its sender.',
      "",
    ].join("\n"),
  };
}
