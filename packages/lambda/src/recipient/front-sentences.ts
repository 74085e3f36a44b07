import type { Language } from "@secret-handoff/protocol/languages";

/** What the front page says, in English. Names stand where no word of a sentence bends for them. */
const en = {
  heading: "Passwords and keys, handed over by a link that opens once",
  how: "Somebody who has a password or a key for you sends you a link by e-mail. Your browser opens it, once, and nobody else can read it on the way.",
  calm: "You have not opened a link here, and nothing is used up.",
  sent: "Were you sent a link? Open it from the e-mail, or paste the whole link:",
  paste: "Paste a link",
  key: "Its last part, after #, is the key: nothing opens without it. If it still does not work, ask whoever sent it.",
  runBy: "This service is run by {name}.",
  questions: "Questions? {contact}",
  privacy: "Privacy",
  imprint: "Imprint",
  footer: "End-to-end encrypted. The service never has the key.",
} as const;

export type FrontSentences = { readonly [Key in keyof typeof en]: string };

const de: FrontSentences = {
  heading: "Passwörter und Schlüssel, übergeben mit einem Link, der sich nur einmal öffnet",
  how: "Wer ein Passwort oder einen Schlüssel für Sie hat, schickt Ihnen per E-Mail einen Link. Ihr Browser öffnet ihn, ein einziges Mal, und niemand sonst kann unterwegs mitlesen.",
  calm: "Sie haben hier keinen Link geöffnet, und es ist nichts verbraucht.",
  sent: "Haben Sie einen Link erhalten? Öffnen Sie ihn in der E-Mail, oder fügen Sie den ganzen Link ein:",
  paste: "Link einfügen",
  key: "Der letzte Teil, nach dem #, ist der Schlüssel: Ohne ihn lässt sich nichts öffnen. Falls es trotzdem nicht geht, fragen Sie den Absender.",
  runBy: "Dieser Dienst wird betrieben von {name}.",
  questions: "Fragen? {contact}",
  privacy: "Datenschutz",
  imprint: "Impressum",
  footer: "Ende-zu-Ende-verschlüsselt. Der Dienst hat den Schlüssel nie.",
};

const fr: FrontSentences = {
  heading: "Mots de passe et clés, transmis par un lien qui ne s’ouvre qu’une fois",
  how: "La personne qui a un mot de passe ou une clé pour vous vous envoie un lien par e-mail. Votre navigateur l’ouvre, une seule fois, et personne d’autre ne peut le lire en chemin.",
  calm: "Vous n’avez ouvert aucun lien ici, et rien n’est consommé.",
  sent: "Vous avez reçu un lien ? Ouvrez-le depuis l’e-mail, ou collez le lien complet :",
  paste: "Coller un lien",
  key: "La dernière partie, après #, est la clé : sans elle, rien ne s’ouvre. Si cela ne fonctionne toujours pas, adressez-vous à l’expéditeur.",
  runBy: "Ce service est géré par {name}.",
  questions: "Une question ? {contact}",
  privacy: "Confidentialité",
  imprint: "Mentions légales",
  footer: "Chiffré de bout en bout. Le service n’a jamais la clé.",
};

const es: FrontSentences = {
  heading: "Contraseñas y claves, entregadas con un enlace que se abre una sola vez",
  how: "Quien tiene una contraseña o una clave para usted le envía un enlace por correo. Su navegador lo abre, una sola vez, y nadie más puede leerlo por el camino.",
  calm: "Aquí no ha abierto ningún enlace y no se ha gastado nada.",
  sent: "¿Ha recibido un enlace? Ábralo desde el correo, o pegue el enlace entero:",
  paste: "Pegar un enlace",
  key: "La última parte, después de #, es la clave: sin ella no se abre nada. Si aun así no funciona, pregunte al remitente.",
  runBy: "Responsable de este servicio: {name}.",
  questions: "¿Tiene preguntas? {contact}",
  privacy: "Privacidad",
  imprint: "Aviso legal",
  footer: "Cifrado de extremo a extremo. El servicio nunca tiene la clave.",
};

const ptBR: FrontSentences = {
  heading: "Senhas e chaves, entregues por um link que só abre uma vez",
  how: "Quem tem uma senha ou uma chave para você envia um link por e-mail. Seu navegador o abre, uma única vez, e ninguém mais consegue ler no caminho.",
  calm: "Você não abriu nenhum link aqui, e nada foi consumido.",
  sent: "Recebeu um link? Abra-o no e-mail, ou cole o link inteiro:",
  paste: "Colar um link",
  key: "A última parte, depois do #, é a chave: sem ela nada abre. Se mesmo assim não funcionar, fale com o remetente.",
  runBy: "Responsável por este serviço: {name}.",
  questions: "Dúvidas? {contact}",
  privacy: "Privacidade",
  imprint: "Informações legais",
  footer: "Criptografado de ponta a ponta. O serviço nunca tem a chave.",
};

const it: FrontSentences = {
  heading: "Password e chiavi, consegnate con un link che si apre una sola volta",
  how: "Chi ha una password o una chiave per Lei Le invia un link per e-mail. Il browser lo apre, una sola volta, e nessun altro può leggerlo lungo il percorso.",
  calm: "Qui non ha aperto alcun link e non è stato consumato nulla.",
  sent: "Ha ricevuto un link? Lo apra dall’e-mail, oppure incolli il link intero:",
  paste: "Incolla un link",
  key: "L’ultima parte, dopo #, è la chiave: senza di essa non si apre nulla. Se ancora non funziona, chieda al mittente.",
  runBy: "Questo servizio è gestito da {name}.",
  questions: "Domande? {contact}",
  privacy: "Privacy",
  imprint: "Note legali",
  footer: "Cifrato end-to-end. Il servizio non ha mai la chiave.",
};

const nl: FrontSentences = {
  heading: "Wachtwoorden en sleutels, overgedragen met een link die maar één keer opengaat",
  how: "Wie een wachtwoord of sleutel voor u heeft, stuurt u een link per e-mail. Uw browser opent die, één keer, en niemand anders kan onderweg meelezen.",
  calm: "U hebt hier geen link geopend, en er is niets verbruikt.",
  sent: "Hebt u een link gekregen? Open hem vanuit de e-mail, of plak de hele link:",
  paste: "Link plakken",
  key: "Het laatste deel, na #, is de sleutel: zonder die sleutel gaat er niets open. Werkt het nog steeds niet, vraag het dan de afzender.",
  runBy: "Deze dienst wordt beheerd door {name}.",
  questions: "Vragen? {contact}",
  privacy: "Privacy",
  imprint: "Colofon",
  footer: "End-to-end versleuteld. De dienst heeft de sleutel nooit.",
};

const pl: FrontSentences = {
  heading: "Hasła i klucze, przekazywane linkiem, który można otworzyć tylko raz",
  how: "Kto ma dla Ciebie hasło lub klucz, wysyła Ci link e-mailem. Przeglądarka otwiera go tylko raz i nikt inny nie odczyta go po drodze.",
  calm: "Żaden link nie został tu otwarty i nic nie zostało zużyte.",
  sent: "Masz link? Otwórz go z e-maila albo wklej cały link:",
  paste: "Wklej link",
  key: "Ostatnia część, po znaku #, to klucz: bez niej nic się nie otworzy. Jeśli to nadal nie działa, zapytaj nadawcę.",
  runBy: "Usługę prowadzi: {name}.",
  questions: "Masz pytania? {contact}",
  privacy: "Prywatność",
  imprint: "Nota prawna",
  footer: "Szyfrowanie end-to-end. Usługa nigdy nie ma klucza.",
};

const ja: FrontSentences = {
  heading: "パスワードやキーを、一度だけ開けるリンクで",
  how: "パスワードやキーをお渡しする方から、メールでリンクが届きます。リンクはブラウザーで一度だけ開くことができ、途中でほかの人に読まれることはありません。",
  calm: "ここではリンクは開かれておらず、使用済みにもなっていません。",
  sent: "リンクを受け取られた方は、メールから開くか、リンク全体を貼り付けてください：",
  paste: "リンクを貼り付ける",
  key: "# より後ろの部分が鍵です。それがないと開けません。それでも開けない場合は、送信者にお問い合わせください。",
  runBy: "このサービスの運営者：{name}",
  questions: "お問い合わせ：{contact}",
  privacy: "プライバシー",
  imprint: "運営者情報",
  footer: "エンドツーエンドで暗号化されています。サービスが鍵を持つことはありません。",
};

const zhHans: FrontSentences = {
  heading: "通过只能打开一次的链接传递密码和密钥",
  how: "要给您密码或密钥的人会通过邮件发给您一个链接。您的浏览器只能打开它一次，途中没有其他人能够读取。",
  calm: "您在这里没有打开任何链接，链接也没有失效。",
  sent: "收到了链接？请从邮件中打开，或粘贴完整链接：",
  paste: "粘贴链接",
  key: "# 之后的最后一部分是密钥：没有它什么都打不开。如果仍然无法打开，请询问发送者。",
  runBy: "本服务的运营者：{name}",
  questions: "如有疑问：{contact}",
  privacy: "隐私",
  imprint: "运营者信息",
  footer: "端到端加密。服务从不持有密钥。",
};

const ar: FrontSentences = {
  heading: "كلمات مرور ومفاتيح تُسلَّم برابط لا يُفتح إلا مرة واحدة",
  how: "من لديه كلمة مرور أو مفتاح لك يرسل إليك رابطًا بالبريد الإلكتروني. يفتحه متصفحك مرة واحدة، ولا يستطيع أحد غيرك قراءته في الطريق.",
  calm: "لم تفتح أي رابط هنا، ولم يُستهلك شيء.",
  sent: "هل وصلك رابط؟ افتحه من الرسالة، أو الصق الرابط كاملًا:",
  paste: "لصق رابط",
  key: "الجزء الأخير، بعد #، هو المفتاح: لا يُفتح شيء من دونه. إذا لم ينجح ذلك، فاسأل المرسل.",
  runBy: "الجهة التي تدير هذه الخدمة: {name}.",
  questions: "لديك سؤال؟ {contact}",
  privacy: "الخصوصية",
  imprint: "بيانات الناشر",
  footer: "تشفير تام بين الطرفين. لا تملك الخدمة المفتاح أبدًا.",
};

const he: FrontSentences = {
  heading: "סיסמאות ומפתחות, נמסרים בקישור שנפתח פעם אחת בלבד",
  how: "מי שיש לו סיסמה או מפתח עבורכם שולח לכם קישור בדוא״ל. הדפדפן שלכם פותח אותו, פעם אחת, ואיש אחר אינו יכול לקרוא אותו בדרך.",
  calm: "לא פתחתם כאן קישור, ושום דבר לא נוצל.",
  sent: "קיבלתם קישור? פתחו אותו מהדוא״ל, או הדביקו את הקישור המלא:",
  paste: "הדבקת קישור",
  key: "החלק האחרון, אחרי #, הוא המפתח: בלעדיו דבר אינו נפתח. אם זה עדיין לא עובד, שאלו את השולח.",
  runBy: "השירות מופעל על ידי {name}.",
  questions: "שאלות? {contact}",
  privacy: "פרטיות",
  imprint: "פרטי המפעיל",
  footer: "מוצפן מקצה לקצה. המפתח אף פעם אינו בידי השירות.",
};

export const FRONT_SENTENCES: { readonly [L in Language]: FrontSentences } = {
  ...{ en, de, fr, es, "pt-BR": ptBR, it, nl, pl, ja, "zh-Hans": zhHans, ar, he },
};
