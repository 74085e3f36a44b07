import type { MailSentences } from "../email-copy.ts";

export const nl: MailSentences = {
  untitled: "Toegangsgegevens voor u",
  subject: "{title}, van {company}",
  hello: "Hallo,",
  sending: "{sender} stuurt u toegangsgegevens, bijvoorbeeld een wachtwoord of een sleutel.",
  purpose: "Doel: {reason}",
  writes: "{sender} schrijft:",
  open: "Pagina openen",
  opensNothing: "Dit opent alleen een pagina. Er wordt niets verbruikt totdat u het daar bevestigt.",
  orCopy: "Of kopieer dit adres naar uw browser:",
  openThis: "Open deze pagina in uw browser:",
  encrypted: "De link is versleuteld met uw eigen sleutel; zonder die sleutel kan niemand hem lezen: {key}",
  decrypt:
    "Sla het bijgevoegde bestand {file} op. In een terminal opent de eerste opdracht de link, en de tweede toont hem, voor uw browser. Staat uw privésleutel in een ander bestand, geef dat dan op:",
  orPaste: "Of geef de opdracht dit blok, van de eerste tot de laatste regel:",
  steps: "Zo gaat het verder",
  look: "De pagina toont wie dit stuurt en waarvoor het is.",
  click: "U drukt op ‘Tonen’.",
  email: "U typt het e-mailadres waarnaar dit bericht is gestuurd.",
  emailCode:
    "U typt het e-mailadres waarnaar dit bericht is gestuurd, en daarna een code van acht cijfers die per e-mail komt.",
  passphrase: "U typt de wachtwoordzin, die u op een andere manier krijgt, bijvoorbeeld telefonisch.",
  keep: "U kopieert wat u ziet of slaat het op. Het wordt maar één keer getoond: bedenk vooraf waar u het bewaart.",
  until: "De link is geldig tot {when}.",
  questions: "Vragen? Neem contact op met {contact}.",
  careful: "Als u het zeker wilt weten",
  leadsTo:
    "De link leidt naar {host} en gaat maar één keer open. Controleer of het adres in uw browser begint met {origin} voordat u iets typt.",
  forYou: "De link is alleen voor u: stuur hem alstublieft niet door. Niemand zal u erom vragen.",
  unexpected:
    "Verwachtte u dit bericht niet? Vraag het voor het openen na bij {contact}, op een manier die u al kent.",
};
