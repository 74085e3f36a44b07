import type { MailSentences } from "../email-copy.ts";

export const de: MailSentences = {
  untitled: "Zugangsdaten für Sie",
  subject: "{title}, von {company}",
  hello: "Guten Tag,",
  sending: "{sender} sendet Ihnen Zugangsdaten, etwa ein Passwort oder einen Schlüssel.",
  purpose: "Zweck: {reason}",
  writes: "{sender} schreibt:",
  open: "Seite öffnen",
  opensNothing:
    "Damit öffnen Sie nur eine Seite. Verbraucht wird der Link erst, wenn Sie es dort bestätigen.",
  orCopy: "Oder kopieren Sie diese Adresse in Ihren Browser:",
  openThis: "Öffnen Sie diese Seite in Ihrem Browser:",
  encrypted: "Der Link ist mit Ihrem eigenen Schlüssel verschlüsselt; ohne ihn kann ihn niemand lesen: {key}",
  decrypt:
    "Speichern Sie die angehängte Datei {file}. In einem Terminal öffnet der erste Befehl den Link, der zweite zeigt ihn für Ihren Browser an. Geben Sie die Datei mit Ihrem privaten Schlüssel an, falls es eine andere ist:",
  orPaste: "Oder übergeben Sie dem Befehl diesen Block, von der ersten bis zur letzten Zeile:",
  steps: "So geht es weiter",
  look: "Die Seite zeigt, von wem die Nachricht kommt und worum es geht.",
  click: "Sie drücken auf „Anzeigen“.",
  email: "Sie geben die E-Mail-Adresse ein, an die diese Nachricht ging.",
  emailCode:
    "Sie geben die E-Mail-Adresse ein, an die diese Nachricht ging, und danach einen achtstelligen Code, der per E-Mail kommt.",
  passphrase: "Sie geben die Passphrase ein, die Sie auf anderem Weg erhalten, zum Beispiel telefonisch.",
  keep: "Sie kopieren oder speichern, was Sie sehen. Es wird nur einmal angezeigt: Überlegen Sie sich vorher, wo Sie es aufbewahren.",
  until: "Der Link ist gültig bis {when}.",
  questions: "Fragen? Wenden Sie sich an {contact}.",
  careful: "Wenn Sie sichergehen möchten",
  leadsTo:
    "Der Link führt zu {host} und lässt sich nur einmal öffnen. Prüfen Sie, ob die Adresse in Ihrem Browser mit {origin} beginnt, bevor Sie etwas eingeben.",
  forYou:
    "Der Link ist nur für Sie bestimmt: Bitte leiten Sie ihn nicht weiter. Niemand wird Sie danach fragen.",
  unexpected:
    "Sie haben diese Nachricht nicht erwartet? Fragen Sie vor dem Öffnen bei {contact} nach, auf einem Weg, den Sie schon kennen.",
};
