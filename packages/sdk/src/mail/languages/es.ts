import type { MailSentences } from "../email-copy.ts";

export const es: MailSentences = {
  untitled: "Datos de acceso para usted",
  subject: "{title}, de {company}",
  hello: "Hola:",
  sending: "{sender} le envía datos de acceso, por ejemplo una contraseña o una clave.",
  purpose: "Finalidad: {reason}",
  writes: "Mensaje de {sender}:",
  open: "Abrir la página",
  opensNothing: "Solo se abre una página. No se gasta nada hasta que usted lo confirme allí.",
  orCopy: "O copie esta dirección en su navegador:",
  openThis: "Abra esta página en su navegador:",
  encrypted: "El enlace está cifrado con su propia clave; sin ella nadie puede leerlo: {key}",
  decrypt:
    "Guarde el archivo adjunto {file}. En un terminal, la primera orden abre el enlace y la segunda lo muestra, para su navegador. Indique el archivo de su clave privada si es otro:",
  orPaste: "O entregue a la orden este bloque, de la primera línea a la última:",
  steps: "Qué hay que hacer",
  look: "La página muestra quién envía los datos y para qué sirven.",
  click: "Usted pulsa «Mostrar».",
  email: "Usted escribe la dirección de correo a la que llegó este mensaje.",
  emailCode:
    "Usted escribe la dirección de correo a la que llegó este mensaje y después un código de ocho cifras que recibirá por correo.",
  passphrase: "Usted escribe la frase de contraseña, que recibirá por otra vía, por ejemplo por teléfono.",
  keep: "Usted copia o guarda lo que ve. Se muestra una sola vez: decida antes dónde lo guardará.",
  until: "El enlace es válido hasta el {when}.",
  questions: "¿Tiene preguntas? Diríjase a {contact}.",
  careful: "Para mayor seguridad",
  leadsTo:
    "El enlace lleva a {host} y se abre una sola vez. Antes de escribir nada, compruebe que {origin} es el comienzo de la dirección en su navegador.",
  forYou: "El enlace es solo para usted: le rogamos que no lo reenvíe. Nadie se lo pedirá.",
  unexpected:
    "¿No esperaba este mensaje? Antes de abrir el enlace, pregunte a {contact} por una vía que ya conozca.",
};
