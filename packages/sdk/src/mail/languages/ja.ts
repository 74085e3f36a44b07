import type { MailSentences } from "../sentences.ts";

export const ja: MailSentences = {
  untitled: "アクセス情報のお届け",
  subject: "{title}({company})",
  hello: "こんにちは。",
  sending: "{sender} から、パスワードやキーなどのアクセス情報をお送りします。",
  purpose: "用途: {reason}",
  writes: "{sender} からのメッセージ:",
  open: "ページを開く",
  opensNothing: "ページが開くだけです。そこで操作するまで、何も消費されません。",
  orCopy: "または、次のアドレスをブラウザーに貼り付けてください:",
  openThis: "次のページをブラウザーで開いてください:",
  steps: "このあとの流れ",
  look: "ページに、送信者と用途が表示されます。",
  click: "「表示する」を押します。",
  email: "このメールを受け取ったメールアドレスを入力します。",
  emailCode: "このメールを受け取ったメールアドレスを入力し、続いてメールで届く8桁のコードを入力します。",
  passphrase: "電話など別の方法で受け取るパスフレーズを入力します。",
  keep: "表示された内容をコピーまたは保存します。表示は一度だけですので、保管場所を先に決めておいてください。",
  until: "リンクの有効期限: {when}",
  questions: "ご不明な点は {contact} にお問い合わせください。",
  careful: "確認したい方へ",
  leadsTo:
    "リンク先は {host} で、開けるのは一度だけです。入力する前に、ブラウザーのアドレスが {origin} で始まることをお確かめください。",
  forYou: "このリンクはあなた専用です。転送しないでください。リンクをお尋ねすることはありません。",
  unexpected: "お心当たりがない場合は、開く前に、すでにご存じの連絡方法で {contact} にご確認ください。",
};
