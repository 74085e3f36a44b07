import type { Language } from "@secret-handoff/protocol/languages";

/** What a mail with a code says, in English. Its other words, such as `report`, are those of the page in that language. */
const en = {
  heading: "Your confirmation code",
  subject: "Your confirmation code from {company}",
  asked: "You asked for this code on the page that you are opening. Type it there:",
  valid: "It is valid for {time}. If you ask for another code, only the newest one works.",
  careful: "If you want to be sure",
  only: "Type the code only if the address in your browser begins with {origin} exactly.",
  nobody: "Nobody will ask you for this code by telephone, chat or e-mail.",
  unexpected:
    "You did not ask for a code? Then somebody else may have your link. Open the link in the first e-mail and choose “Report this link”.",
  tell: "Or tell {contact}, in a way that you already know.",
} as const;

export type CodeSentences = { readonly [Key in keyof typeof en]: string };

const de: CodeSentences = {
  heading: "Ihr Bestätigungscode",
  subject: "Ihr Bestätigungscode von {company}",
  asked:
    "Sie haben diesen Code auf der Seite angefordert, die Sie gerade geöffnet haben. Geben Sie ihn dort ein:",
  valid: "Er gilt {time}. Wenn Sie noch einen Code anfordern, gilt nur der neueste.",
  careful: "Wenn Sie sichergehen möchten",
  only: "Geben Sie den Code nur ein, wenn die Adresse in Ihrem Browser genau mit {origin} beginnt.",
  nobody: "Niemand wird Sie am Telefon, im Chat oder per E-Mail nach diesem Code fragen.",
  unexpected:
    "Sie haben keinen Code angefordert? Dann hat vielleicht jemand anders Ihren Link. Öffnen Sie den Link in der ersten E-Mail und wählen Sie „Diesen Link melden“.",
  tell: "Oder geben Sie auf einem Weg, den Sie schon kennen, hier Bescheid: {contact}",
};

const fr: CodeSentences = {
  heading: "Votre code de confirmation",
  subject: "Votre code de confirmation, de la part de {company}",
  asked:
    "Vous avez demandé ce code sur la page que vous êtes en train d’ouvrir. Saisissez-le sur cette page :",
  valid: "Il est valable {time}. Si vous en demandez un autre, seul le plus récent fonctionne.",
  careful: "Pour plus de sûreté",
  only: "Ne saisissez le code que si {origin} est bien le début de l’adresse dans votre navigateur.",
  nobody: "Personne ne vous demandera ce code par téléphone, par messagerie ou par e-mail.",
  unexpected:
    "Vous n’avez pas demandé de code ? Quelqu’un d’autre a peut-être votre lien. Ouvrez le lien du premier e-mail et choisissez « Signaler ce lien ».",
  tell: "Ou prévenez, par un moyen que vous connaissez déjà : {contact}",
};

const es: CodeSentences = {
  heading: "Su código de confirmación",
  subject: "Su código de confirmación, de {company}",
  asked: "Usted ha solicitado este código en la página que está abriendo. Escríbalo allí:",
  valid: "Es válido durante {time}. Si solicita otro código, solo funcionará el más reciente.",
  careful: "Para mayor seguridad",
  only: "Escriba el código solo si {origin} es el comienzo de la dirección en su navegador.",
  nobody: "Nadie le pedirá este código por teléfono, chat o correo.",
  unexpected:
    "¿No ha solicitado ningún código? Es posible que otra persona tenga su enlace. Abra el enlace del primer correo y elija «Denunciar este enlace».",
  tell: "O avise, por una vía que ya conozca, a {contact}",
};

const ptBR: CodeSentences = {
  heading: "Seu código de confirmação",
  subject: "Seu código de confirmação, de {company}",
  asked: "Você solicitou este código na página que está abrindo. Digite-o lá:",
  valid: "Ele vale por {time}. Se você solicitar outro código, só o mais recente funcionará.",
  careful: "Para ter certeza",
  only: "Só digite o código se {origin} for o começo do endereço no seu navegador.",
  nobody: "Ninguém vai pedir este código a você por telefone, chat ou e-mail.",
  unexpected:
    "Não solicitou nenhum código? Então outra pessoa pode estar com o seu link. Abra o link do primeiro e-mail e escolha “Denunciar este link”.",
  tell: "Ou avise, por um meio que você já conhece: {contact}",
};

const it: CodeSentences = {
  heading: "Il Suo codice di conferma",
  subject: "Il Suo codice di conferma, da {company}",
  asked: "Ha richiesto questo codice nella pagina che sta aprendo. Lo inserisca lì:",
  valid: "È valido per {time}. Se ne richiede un altro, funziona solo il più recente.",
  careful: "Per maggiore sicurezza",
  only: "Inserisca il codice solo se {origin} è l’inizio dell’indirizzo nel browser.",
  nobody: "Nessuno Le chiederà questo codice per telefono, in chat o per e-mail.",
  unexpected:
    "Non ha richiesto un codice? Allora qualcun altro potrebbe avere il Suo link. Apra il link della prima e-mail e scelga «Segnala questo link».",
  tell: "Oppure avvisi, per una via che conosce già: {contact}",
};

const nl: CodeSentences = {
  heading: "Uw bevestigingscode",
  subject: "Uw bevestigingscode, van {company}",
  asked: "U hebt deze code aangevraagd op de pagina die u aan het openen bent. Typ de code daar:",
  valid: "De code is {time} geldig. Vraagt u nog een code aan, dan werkt alleen de nieuwste.",
  careful: "Als u het zeker wilt weten",
  only: "Typ de code alleen als {origin} het begin is van het adres in uw browser.",
  nobody: "Niemand zal u telefonisch, via chat of per e-mail om deze code vragen.",
  unexpected:
    "Hebt u geen code aangevraagd? Dan heeft misschien iemand anders uw link. Open de link in de eerste e-mail en kies ‘Deze link melden’.",
  tell: "Of laat het weten, op een manier die u al kent: {contact}",
};

const pl: CodeSentences = {
  heading: "Twój kod potwierdzający",
  subject: "Twój kod potwierdzający ({company})",
  asked: "Ten kod został zamówiony na stronie, którą otwierasz. Wpisz go na tej stronie:",
  valid: "Jest ważny przez {time}. Jeśli zamówisz kolejny kod, zadziała tylko najnowszy.",
  careful: "Jeśli chcesz mieć pewność",
  only: "Wpisz kod tylko wtedy, gdy {origin} to początek adresu w Twojej przeglądarce.",
  nobody: "Nikt nie poprosi Cię o ten kod przez telefon, na czacie ani e-mailem.",
  unexpected:
    "To nie Ty prosisz o kod? W takim razie ktoś inny może mieć Twój link. Otwórz link z pierwszego e-maila i wybierz „Zgłoś ten link”.",
  tell: "Możesz też dać znać znaną Ci już drogą. Kontakt: {contact}",
};

const ja: CodeSentences = {
  heading: "確認コードのお知らせ",
  subject: "確認コードのお知らせ（{company}）",
  asked: "いま開いているページからリクエストされたコードです。そのページに入力してください：",
  valid: "有効期間は{time}です。コードをもう一度リクエストした場合は、最新のものだけが使えます。",
  careful: "念のため確認したい方へ",
  only: "コードを入力するのは、ブラウザーのアドレスが {origin} で始まる場合だけにしてください。",
  nobody: "電話、チャット、メールでこのコードをお尋ねすることはありません。",
  unexpected:
    "コードをリクエストした覚えがない場合は、ほかの人がリンクを持っているおそれがあります。最初のメールのリンクを開き、「このリンクを報告」を選んでください。",
  tell: "または、すでにご存じの連絡方法でお知らせください。連絡先：{contact}",
};

const zhHans: CodeSentences = {
  heading: "您的验证码",
  subject: "您的验证码（{company}）",
  asked: "您在正在打开的页面上请求了此验证码。请在该页面输入：",
  valid: "验证码在 {time}内有效。如果您再次请求，只有最新的验证码有效。",
  careful: "如需核实",
  only: "只有当浏览器中的地址以 {origin} 开头时，才输入验证码。",
  nobody: "不会有人通过电话、聊天或邮件向您索要此验证码。",
  unexpected: "没有请求过验证码？那么您的链接可能在他人手中。请打开第一封邮件中的链接，选择“举报此链接”。",
  tell: "或者通过您已知的方式告知{contact}。",
};

const ar: CodeSentences = {
  heading: "رمز التأكيد الخاص بك",
  subject: "رمز التأكيد الخاص بك من {company}",
  asked: "طلبتَ هذا الرمز في الصفحة التي تفتحها الآن. اكتبه فيها:",
  valid: "الرمز صالح لمدة {time}. إذا طلبت رمزًا آخر، فلن يعمل إلا الأحدث.",
  careful: "إذا أردت التأكد",
  only: "لا تكتب الرمز إلا إذا كان {origin} هو بداية العنوان في متصفحك.",
  nobody: "لن يطلب منك أحد هذا الرمز بالهاتف أو الدردشة أو البريد.",
  unexpected:
    "ألم تطلب رمزًا؟ إذن ربما يكون رابطك لدى شخص آخر. افتح الرابط في الرسالة الأولى واختر «الإبلاغ عن هذا الرابط».",
  tell: "أو أخبر {contact} بطريقة تعرفها من قبل.",
};

const he: CodeSentences = {
  heading: "קוד האימות שלכם",
  subject: "קוד האימות שלכם, מאת {company}",
  asked: "ביקשתם את הקוד הזה בדף שאתם פותחים עכשיו. הקלידו אותו שם:",
  valid: "הקוד תקף ל־{time}. אם תבקשו קוד נוסף, רק החדש ביותר יפעל.",
  careful: "למי שרוצה לוודא",
  only: "הקלידו את הקוד רק אם {origin} הוא תחילת הכתובת בדפדפן.",
  nobody: "איש לא יבקש מכם את הקוד הזה בטלפון, בצ׳אט או בדוא״ל.",
  unexpected:
    "לא ביקשתם קוד? אם כך, ייתכן שהקישור שלכם אצל מישהו אחר. פתחו את הקישור שבהודעה הראשונה ובחרו ״דיווח על הקישור הזה״.",
  tell: "או פנו אל {contact} בדרך שכבר מוכרת לכם.",
};

export const CODE_SENTENCES: { readonly [L in Language]: CodeSentences } = {
  ...{ en, de, fr, es, "pt-BR": ptBR, it, nl, pl, ja, "zh-Hans": zhHans, ar, he },
};
