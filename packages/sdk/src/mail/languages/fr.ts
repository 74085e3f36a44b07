import type { MailSentences } from "../email-copy.ts";

export const fr: MailSentences = {
  untitled: "Des identifiants pour vous",
  subject: "{title}, de la part de {company}",
  hello: "Bonjour,",
  sending: "{sender} vous envoie des identifiants, par exemple un mot de passe ou une clé.",
  purpose: "Objet : {reason}",
  writes: "Message de {sender} :",
  open: "Ouvrir la page",
  opensNothing:
    "Cela ouvre seulement une page. Rien n’est consommé tant que vous ne l’avez pas confirmé sur cette page.",
  orCopy: "Ou copiez cette adresse dans votre navigateur :",
  openThis: "Ouvrez cette page dans votre navigateur :",
  encrypted: "Le lien est chiffré avec votre propre clé ; sans elle, personne ne peut le lire : {key}",
  decrypt:
    "Enregistrez le fichier joint {file}. Dans un terminal, la première commande ouvre le lien et la seconde l’affiche, pour votre navigateur. Si votre clé privée se trouve dans un autre fichier, indiquez-le :",
  orPaste: "Ou transmettez ce bloc à la commande, de la première à la dernière ligne :",
  steps: "Comment procéder",
  look: "La page indique qui vous écrit et pourquoi.",
  click: "Vous appuyez sur « Afficher ».",
  email: "Vous saisissez l’adresse e-mail à laquelle ce message a été envoyé.",
  emailCode:
    "Vous saisissez l’adresse e-mail à laquelle ce message a été envoyé, puis un code à huit chiffres que vous recevez par e-mail.",
  passphrase:
    "Vous saisissez la phrase secrète, qui vous est communiquée autrement, par exemple par téléphone.",
  keep: "Vous copiez ou enregistrez ce qui s’affiche. L’affichage est unique : décidez d’abord où le conserver.",
  until: "Le lien est valable jusqu’au {when}.",
  questions: "Une question ? Adressez-vous à {contact}.",
  careful: "Pour plus de sûreté",
  leadsTo:
    "Le lien mène à {host} et ne s’ouvre qu’une fois. Avant de saisir quoi que ce soit, vérifiez que {origin} est bien le début de l’adresse dans votre navigateur.",
  forYou: "Le lien n’est destiné qu’à vous : merci de ne pas le transférer. Personne ne vous le demandera.",
  unexpected:
    "Vous n’attendiez pas ce message ? Avant d’ouvrir le lien, renseignez-vous auprès de {contact} par un moyen que vous connaissez déjà.",
};
