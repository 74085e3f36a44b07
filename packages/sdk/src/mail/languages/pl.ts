import type { MailSentences } from "../email-copy.ts";

export const pl: MailSentences = {
  untitled: "Dane dostępowe dla Ciebie",
  subject: "{title} ({company})",
  hello: "Dzień dobry,",
  sending: "{sender} przesyła Ci dane dostępowe, na przykład hasło lub klucz.",
  purpose: "Do czego służą: {reason}",
  writes: "{sender} pisze:",
  open: "Otwórz stronę",
  opensNothing: "To tylko otwiera stronę. Nic nie zostanie zużyte, dopóki tego tam nie potwierdzisz.",
  orCopy: "Możesz też skopiować ten adres do przeglądarki:",
  openThis: "Otwórz tę stronę w przeglądarce:",
  encrypted: "Link jest zaszyfrowany Państwa własnym kluczem i nikt nie odczyta go bez tego klucza: {key}",
  decrypt:
    "Proszę zapisać załączony plik {file}. W terminalu pierwsze polecenie otwiera link, a drugie go pokazuje, dla przeglądarki. Jeśli klucz prywatny jest w innym pliku, proszę go podać:",
  orPaste: "Można też podać poleceniu ten blok, od pierwszego do ostatniego wiersza:",
  steps: "Co będzie dalej",
  look: "Strona pokaże, kto to wysyła i do czego służy.",
  click: "Naciśniesz „Pokaż”.",
  email: "Wpiszesz adres e-mail, na który przyszła ta wiadomość.",
  emailCode:
    "Wpiszesz adres e-mail, na który przyszła ta wiadomość, a potem ośmiocyfrowy kod, który przyjdzie e-mailem.",
  passphrase: "Wpiszesz hasło wielowyrazowe, które otrzymasz inną drogą, na przykład telefonicznie.",
  keep: "Skopiujesz lub zapiszesz to, co zobaczysz. Pokaże się tylko raz, więc wcześniej wybierz miejsce przechowywania.",
  until: "Link działa do: {when}.",
  questions: "Pytania? Kontakt: {contact}.",
  careful: "Jeśli chcesz mieć pewność",
  leadsTo:
    "Link prowadzi do {host} i otwiera się tylko raz. Zanim coś wpiszesz, sprawdź, czy adres w przeglądarce zaczyna się od {origin} dokładnie.",
  forYou: "Jest tylko dla Ciebie: nie przekazuj go dalej. Nikt nie będzie o niego prosić.",
  unexpected: "To niespodziewana wiadomość? Przed otwarciem zapytaj znaną Ci już drogą: {contact}.",
};
