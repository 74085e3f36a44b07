import type { MailSentences } from "../email-copy.ts";

export const pl: MailSentences = {
  untitled: "Dane dostępowe dla Ciebie",
  subject: "{title} ({company})",
  hello: "Dzień dobry!",
  sending: "{sender} przesyła Ci dane dostępowe, na przykład hasło lub klucz.",
  purpose: "Cel: {reason}",
  writes: "{sender} pisze:",
  open: "Otwórz stronę",
  opensNothing: "To tylko otwiera stronę. Nic nie zostanie zużyte, dopóki nie potwierdzisz tego na stronie.",
  orCopy: "Możesz też skopiować ten adres do przeglądarki:",
  openThis: "Otwórz tę stronę w przeglądarce:",
  encrypted: "Link jest zaszyfrowany Twoim własnym kluczem i bez niego nikt go nie odczyta: {key}",
  decrypt:
    "Zapisz załączony plik {file}. W terminalu pierwsze polecenie otwiera link, a drugie go wyświetla, dla przeglądarki. Jeśli Twój klucz prywatny jest w innym pliku, podaj ten plik:",
  orPaste: "Możesz też przekazać poleceniu ten blok, od pierwszego do ostatniego wiersza:",
  steps: "Co będzie dalej",
  look: "Strona pokaże, kto przesyła dane i do czego służą.",
  click: "Naciśniesz „Pokaż”.",
  email: "Wpiszesz adres e-mail, na który przyszła ta wiadomość.",
  emailCode:
    "Wpiszesz adres e-mail, na który przyszła ta wiadomość, a potem ośmiocyfrowy kod, który przyjdzie e-mailem.",
  passphrase: "Wpiszesz hasło do linku, które otrzymasz inną drogą, na przykład telefonicznie.",
  keep: "Skopiujesz lub zapiszesz to, co zobaczysz. Pokaże się tylko raz, więc wcześniej zdecyduj, gdzie to przechowasz.",
  until: "Termin ważności linku: {when}.",
  questions: "Masz pytania? Kontakt: {contact}.",
  careful: "Jeśli chcesz mieć pewność",
  leadsTo:
    "Link prowadzi do {host} i można go otworzyć tylko raz. Zanim coś wpiszesz, sprawdź, czy {origin} to początek adresu w Twojej przeglądarce.",
  forYou: "Link jest tylko dla Ciebie: prosimy nie przekazywać go dalej. Nikt nie będzie o niego prosić.",
  unexpected:
    "Nie spodziewasz się tej wiadomości? Przed otwarciem linku upewnij się znaną Ci już drogą. Kontakt: {contact}",
};
