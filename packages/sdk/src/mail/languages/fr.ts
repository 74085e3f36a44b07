import type { MailSentences } from "../email-copy.ts";

export const fr: MailSentences = {
  untitled: "Des identifiants pour vous",
  subject: "{title}, de la part de {company}",
  hello: "Bonjour,",
  sending: "{sender} vous envoie des identifiants, par exemple un mot de passe ou une clé.",
  purpose: "Objet : {reason}",
  writes: "Message de {sender} :",
  open: "Ouvrir la page",
  opensNothing: "Cela ouvre seulement une page. Rien n’est consommé tant que vous ne le demandez pas.",
  orCopy: "Ou copiez cette adresse dans votre navigateur :",
  openThis: "Ouvrez cette page dans votre navigateur :",
  encrypted: "Le lien est chiffré avec votre propre clé ; sans elle, personne ne peut le lire : {key}",
  decrypt:
    "Enregistrez le fichier joint {file}. Dans un terminal, la première commande ouvre le lien et la seconde l’affiche, pour votre navigateur. Indiquez le fichier de votre clé privée si c’en est un autre :",
  orPaste: "Ou donnez ce bloc à la commande, de la première à la dernière ligne :",
  steps: "Comment cela se passe",
  look: "La page indique qui vous écrit et pourquoi.",
  click: "Vous appuyez sur « Afficher ».",
  email: "Vous saisissez l’adresse e-mail à laquelle ce message a été envoyé.",
  emailCode:
    "Vous saisissez l’adresse e-mail à laquelle ce message a été envoyé, puis un code à huit chiffres reçu par e-mail.",
  passphrase:
    "Vous saisissez la phrase secrète, qui vous est communiquée autrement, par exemple par téléphone.",
  keep: "Vous copiez ou enregistrez ce qui s’affiche. L’affichage est unique : choisissez d’abord où le conserver.",
  until: "Le lien est valable jusqu’au {when}.",
  questions: "Une question ? Adressez-vous à {contact}.",
  careful: "Si vous voulez vérifier",
  leadsTo:
    "Le lien mène à {host} et ne s’ouvre qu’une fois. Avant de saisir quoi que ce soit, vérifiez que l’adresse dans votre navigateur commence par {origin} exactement.",
  forYou: "Il n’est destiné qu’à vous : merci de ne pas le transférer. Personne ne vous le demandera.",
  unexpected:
    "Vous ne l’attendiez pas ? Avant de l’ouvrir, renseignez-vous auprès de {contact} par un moyen que vous connaissez déjà.",
};
