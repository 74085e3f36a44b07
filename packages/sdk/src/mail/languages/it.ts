import type { MailSentences } from "../email-copy.ts";

export const it: MailSentences = {
  untitled: "Dati di accesso per Lei",
  subject: "{title}, da {company}",
  hello: "Buongiorno,",
  sending: "{sender} Le invia dei dati di accesso, per esempio una password o una chiave.",
  purpose: "Motivo: {reason}",
  writes: "Messaggio di {sender}:",
  open: "Apri la pagina",
  opensNothing: "Si apre soltanto una pagina. Non viene consumato nulla finché non lo conferma lì.",
  orCopy: "Oppure copi questo indirizzo nel browser:",
  openThis: "Apra questa pagina nel browser:",
  encrypted: "Il link è cifrato con la Sua chiave; senza di essa nessuno può leggerlo: {key}",
  decrypt:
    "Salvi il file allegato {file}. In un terminale, il primo comando apre il link e il secondo lo mostra, per il browser. Se la Sua chiave privata si trova in un altro file, lo indichi:",
  orPaste: "Oppure passi questo blocco al comando, dalla prima all’ultima riga:",
  steps: "Che cosa fare",
  look: "La pagina mostra chi ha inviato i dati e a che cosa servono.",
  click: "Preme «Mostra».",
  email: "Inserisce l’indirizzo e-mail a cui è arrivato questo messaggio.",
  emailCode:
    "Inserisce l’indirizzo e-mail a cui è arrivato questo messaggio e poi un codice di otto cifre che arriva per e-mail.",
  passphrase: "Inserisce la passphrase, che riceve per altra via, per esempio per telefono.",
  keep: "Copia o salva ciò che vede. Viene mostrato una sola volta: decida prima dove conservarlo.",
  until: "Il link è valido fino a {when}.",
  questions: "Domande? Si rivolga a {contact}.",
  careful: "Per maggiore sicurezza",
  leadsTo:
    "Il link porta a {host} e si apre una sola volta. Prima di scrivere qualcosa, controlli che {origin} sia l’inizio dell’indirizzo nel browser.",
  forYou: "Il link è destinato solo a Lei: La preghiamo di non inoltrarlo. Nessuno Glielo chiederà.",
  unexpected:
    "Non si aspettava questo messaggio? Prima di aprire il link, chieda a {contact} per una via che conosce già.",
};
