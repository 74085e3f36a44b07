import type { MailSentences } from "../email-copy.ts";

export const ptBR: MailSentences = {
  untitled: "Dados de acesso para você",
  subject: "{title}, de {company}",
  hello: "Olá,",
  sending: "{sender} está enviando dados de acesso para você, como uma senha ou uma chave.",
  purpose: "Finalidade: {reason}",
  writes: "Mensagem de {sender}:",
  open: "Abrir a página",
  opensNothing: "Isso apenas abre uma página. Nada é consumido até você confirmar lá.",
  orCopy: "Ou copie este endereço no navegador:",
  openThis: "Abra esta página no navegador:",
  encrypted: "O link está criptografado com a sua própria chave; sem ela, ninguém consegue lê-lo: {key}",
  decrypt:
    "Salve o arquivo anexo {file}. Em um terminal, o primeiro comando abre o link e o segundo o mostra, para o seu navegador. Indique o arquivo da sua chave privada se for outro:",
  orPaste: "Ou entregue ao comando este bloco, da primeira à última linha:",
  steps: "O que fazer",
  look: "A página mostra quem enviou os dados e para que servem.",
  click: "Você clica em “Revelar”.",
  email: "Você digita o endereço de e-mail para o qual esta mensagem foi enviada.",
  emailCode:
    "Você digita o endereço de e-mail para o qual esta mensagem foi enviada e, depois, um código de oito dígitos que chega por e-mail.",
  passphrase: "Você digita a frase secreta, que recebe por outro meio, por exemplo por telefone.",
  keep: "Você copia ou salva o que aparece. Os dados só são mostrados uma vez: decida antes onde vai guardá-los.",
  until: "O link é válido até {when}.",
  questions: "Dúvidas? Fale com {contact}.",
  careful: "Para ter certeza",
  leadsTo:
    "O link leva a {host} e só abre uma vez. Antes de digitar qualquer coisa, confira se {origin} é o começo do endereço no seu navegador.",
  forYou: "O link é só para você: por favor, não o encaminhe. Ninguém vai pedir esse link a você.",
  unexpected:
    "Não esperava esta mensagem? Antes de abrir o link, pergunte a {contact} por um meio que você já conhece.",
};
