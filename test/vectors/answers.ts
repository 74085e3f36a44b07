import type { AnswerVector } from "./format.ts";

type Taken = readonly [name: string, input: string, result: string];
type Refused = readonly [name: string, input: string];

const PASSPHRASES: readonly Taken[] = [
  ["plain words", "correct horse battery staple", "correct horse battery staple"],
  ["case is kept", "Correct Horse", "Correct Horse"],
  ["spaces around", "  correct horse ", "correct horse"],
  ["runs of mixed white space", "correct \t\r\n horse", "correct horse"],
  ["white space beyond ASCII (U+0085, U+1680, U+2028, U+205F)", "a\u0085b\u1680c\u2028d\u205fe", "a b c d e"],
  ["no-break and ideographic spaces", "\u00a0a\u3000b\u202f", "a b"],
  ["zero width space (U+200B) is no white space", "a\u200bb", "a\u200bb"],
  ["Mongolian vowel separator (U+180E) is no white space", "a\u180eb", "a\u180eb"],
  ["byte order mark (U+FEFF) is no white space", "\ufeffa", "\ufeffa"],
  ["composed and decomposed letters are one", "u\u0308bergabe", "\u00fcbergabe"],
  ["full-width letters", "\uff41\uff42\uff43\uff11", "abc1"],
  ["ligature and superscript", "\ufb01x\u00b2", "fix2"],
  ["Hangul jamo compose", "\u1112\u1161\u11ab", "\ud55c"],
  ["a compatibility character that becomes a space and a mark", "a\u00a8b", "a \u0308b"],
  ["beyond U+FFFF", "\u{1f511} \u{1d400}", "\u{1f511} A"],
  ["control characters are kept", "a\u0000b", "a\u0000b"],
  ["half-width katakana", "\uff8a\uff9f\uff7d\uff9c\uff70\uff84\uff9e", "\u30d1\u30b9\u30ef\u30fc\u30c9"],
  ["the sharp s stays, in both cases", "Stra\u00dfe STRA\u1e9eE", "Stra\u00dfe STRA\u1e9eE"],
  ["Turkish letters stay", "\u0130\u0131", "\u0130\u0131"],
  ["marks are put in canonical order", "a\u0301\u0323", "\u1ea1\u0301"],
  ["an emoji of several code points, joined", "\u{1f469}\u200d\u{1f4bb}", "\u{1f469}\u200d\u{1f4bb}"],
  ["curly quotes and dashes are no straight ones", "\u2018a\u2019\u2013b", "\u2018a\u2019\u2013b"],
  ["the ellipsis is three full stops", "a\u2026", "a..."],
  ["Ogham and mathematical spaces", "a\u205f\u1680b", "a b"],
  ["quotes and backslashes", "a\"b\\c'd", "a\"b\\c'd"],
];

const NO_PASSPHRASES: readonly Refused[] = [
  ["an unpaired surrogate", "correct \ud83d horse"],
  ["empty", ""],
  ["only white space", " \u3000\t\u2003 "],
];

const ADDRESSES: readonly Taken[] = [
  ["an address", "ana@vendor.example", "ana@vendor.example"],
  ["capitals", "Ana.Belo@Vendor.EXAMPLE", "ana.belo@vendor.example"],
  ["ASCII white space around", "\r\n\t ana@vendor.example \u000b\f", "ana@vendor.example"],
  ["no-break space around, which NFKC makes a space", "\u00a0ana@vendor.example\u00a0", "ana@vendor.example"],
  ["full-width letters and at sign", "\uff41\uff4e\uff41\uff20vendor.example", "ana@vendor.example"],
  ["the Kelvin sign is a K", "\u212aai@vendor.example", "kai@vendor.example"],
  [
    "plus, quotes and other printable ASCII",
    "a+b!#$%&'*/=?^_`{|}~@x.example",
    "a+b!#$%&'*/=?^_`{|}~@x.example",
  ],
  ["an A-label domain", "ana@XN--BERGABE-M2A.example", "ana@xn--bergabe-m2a.example"],
  ["a domain in its own script", "ana@\u00dcbergabe.example", "ana@xn--bergabe-m2a.example"],
  [
    "a domain in its own script, decomposed and in capitals",
    "ana@U\u0308BERGABE.example",
    "ana@xn--bergabe-m2a.example",
  ],
  [
    "the sharp s in a domain stays one, and is not ss",
    "ana@stra\u00dfe.example",
    "ana@xn--strae-oqa.example",
  ],
  ["the capital sharp s in a domain", "ana@STRA\u1e9eE.example", "ana@xn--strae-oqa.example"],
  ["the final sigma in a domain stays one", "ana@\u03bf\u03b4\u03bf\u03c2.example", "ana@xn--pxavbm.example"],
  [
    "a capital sigma at the end becomes the common one, whatever stands before it",
    "ana@\u039f\u0394\u039f\u03a3.example",
    "ana@xn--pxavbq.example",
  ],
  ["the Turkish dotted capital I in a domain", "ana@\u0130stanbul.example", "ana@xn--istanbul-o0e.example"],
  ["the Turkish dotless i in a domain", "ana@\u0131sparta.example", "ana@xn--sparta-o9a.example"],
  [
    "a domain all in Japanese, with ideographic full stops",
    "ana@\u4f8b\u3048\u3002\u30c6\u30b9\u30c8",
    "ana@xn--r8jz45g.xn--zckzah",
  ],
  [
    "a domain in Arabic, which is written from right to left",
    "ana@\u0645\u062b\u0627\u0644.\u0625\u062e\u062a\u0628\u0627\u0631",
    "ana@xn--mgbh0fb.xn--kgbechtv",
  ],
  [
    "a zero width non-joiner where Persian has it",
    "ana@\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.example",
    "ana@xn--mgba3gch31f060k.example",
  ],
  [
    "a zero width joiner behind a virama",
    "ana@\u0915\u094d\u200d\u0937.example",
    "ana@xn--11b2ezcw70k.example",
  ],
  [
    "soft hyphen, zero width space and word joiner inside a domain",
    "ana@ve\u00adn\u200bdor.ex\u2060ample",
    "ana@vendor.example",
  ],
  ["a variation selector inside a domain", "ana@i\u2764\ufe0f.example", "ana@xn--i-7iq.example"],
  ["an empty label in a domain beyond ASCII", "ana@\u00fc..example", "ana@xn--tda..example"],
  ["a domain that looks like an IPv4 address", "ana@127.0.0.1", "ana@127.0.0.1"],
  ["an underscore in a domain beyond ASCII", "ana@\u00fc_x.example", "ana@xn--_x-wka.example"],
  ["an address literal", "ana@[IPv6:2001:DB8::1]", "ana@[ipv6:2001:db8::1]"],
  ["a line separator behind it", "ana@vendor.example\u2028", "ana@vendor.example"],
  ["zero-width characters around", "\ufeff\u200bana@vendor.example\u200d\u2060 \u200c", "ana@vendor.example"],
  ["one character on each side", "a@b", "a@b"],
];

const NO_ADDRESSES: readonly Refused[] = [
  ["empty", ""],
  ["only white space", " \t "],
  ["no at sign", "ana.vendor.example"],
  ["two at signs", "ana@vendor@example"],
  ["nothing before the at sign", "@vendor.example"],
  ["nothing behind the at sign", "ana@"],
  ["a space inside", "ana @vendor.example"],
  ["two lines", "ana@vendor.example\nbob@vendor.example"],
  ["a letter beyond ASCII before the at sign", "an\u00e1@vendor.example"],
  ["the dotless i, which some locales lower a capital I to", "\u0131na@vendor.example"],
  ["a zero width space before the at sign", "ana\u200b@vendor.example"],
  ["two at signs, one of them full-width", "ana@vendor\uff20vendor.example"],
  ["two at signs, a domain beyond ASCII", "ana@a@\u00fc.example"],
  ["an accent alone, which NFKC makes a space and a mark", "ana\u00b4@vendor.example"],
  ["a space inside a domain beyond ASCII", "ana@\u00fc ber.example"],
  ["a control character behind the domain", "ana@vendor.example\u0001"],
  ["a NUL character behind a domain beyond ASCII", "ana@\u00fc.example\u0000"],
  ["a slash in a domain beyond ASCII", "ana@\u00fc.example/x"],
  ["a percent sign in a domain beyond ASCII", "ana@\u00fc%2e.example"],
  ["a zero width non-joiner between Latin letters", "ana@\u00fc\u200cx.example"],
  ["a joiner at the start of a domain", "ana@\u200d\u00fc.example"],
  ["a right-to-left override in a domain", "ana@\u202eelpmaxe.example"],
  ["a domain of nothing but ignored characters", "ana@\u00ad"],
  ["an unpaired surrogate in the domain", "ana@\ud83d.example"],
  ["a private use character in the domain", "ana@\ue000.example"],
  ["a number with an ideographic full stop, which a URL parser takes for an IPv4 address", "ana@0x7F\u30021"],
  ["a NUL character", "ana\u0000@vendor.example"],
  ["a DEL character", "ana\u007f@vendor.example"],
];

function vectorsOf(
  taken: readonly Taken[],
  refused: readonly Refused[],
  error: "passphrase" | "email",
): readonly AnswerVector[] {
  return [
    ...taken.map(([name, input, result]) => ({ name, input, result })),
    ...refused.map(([name, input]) => ({ name, input, error })),
  ];
}

export const passphraseVectors = vectorsOf(PASSPHRASES, NO_PASSPHRASES, "passphrase");
export const emailVectors = vectorsOf(ADDRESSES, NO_ADDRESSES, "email");
