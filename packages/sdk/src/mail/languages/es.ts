import type { MailSentences } from "../email-copy.ts";

export const es: MailSentences = {
  untitled: "Datos de acceso para usted",
  subject: "{title}, de {company}",
  hello: "Hola:",
  sending: "{sender} le envía datos de acceso, por ejemplo una contraseña o una clave.",
  purpose: "Para qué sirve: {reason}",
  writes: "Mensaje de {sender}:",
  open: "Abrir la página",
  opensNothing: "Solo se abre una página. No se gasta nada hasta que usted lo indique allí.",
  orCopy: "O copie esta dirección en su navegador:",
  openThis: "Abra esta página en su navegador:",
  encrypted: "El enlace está cifrado con su propia clave; sin ella nadie puede leerlo: {key}",
  decrypt:
    "Guarde el archivo adjunto {file}. En un terminal, la primera orden abre el enlace y la segunda lo muestra, para su navegador. Indique el archivo de su clave privada si es otro:",
  orPaste: "O entregue a la orden este bloque, de la primera línea a la última:",
  steps: "Qué va a pasar",
  look: "La página muestra quién se lo envía y para qué sirve.",
  click: "Usted pulsa «Mostrar».",
  email: "Usted escribe la dirección de correo a la que llegó este mensaje.",
  emailCode:
    "Usted escribe la dirección de correo a la que llegó este mensaje y después un código de ocho cifras que recibirá por correo.",
  passphrase: "Usted escribe la frase de contraseña, que recibirá por otra vía, por ejemplo por teléfono.",
  keep: "Usted copia o guarda lo que ve. Se muestra una sola vez: decida antes dónde lo guardará.",
  until: "El enlace funciona hasta el {when}.",
  questions: "¿Preguntas? Diríjase a {contact}.",
  careful: "Si quiere asegurarse",
  leadsTo:
    "El enlace lleva a {host} y se abre una sola vez. Antes de escribir nada, compruebe que la dirección en su navegador empieza por {origin} exactamente.",
  forYou: "Es solo para usted: no lo reenvíe, por favor. Nadie se lo pedirá.",
  unexpected: "¿No lo esperaba? Antes de abrirlo, pregunte a {contact} por una vía que ya conozca.",
};
