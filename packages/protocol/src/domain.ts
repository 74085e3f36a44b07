/** The longest domain name, characters (RFC 1035, section 3.1, without the root's dot). */
const LONGEST_DOMAIN = 253;

/** What UTS 46 ignores in a domain, as far as people copy it along: soft hyphens, zero-width characters, variation selectors. */
const IGNORED = /\p{Variation_Selector}|[\u00ad\u200b\u2060\ufeff]/gu;

/** Spaces, controls, what no version of Unicode had yet, and the ASCII that no host name has. */
const FORBIDDEN = /[\p{Z}\p{Cc}\p{Cs}\p{Co}\p{Cn}]|(?![\u200c\u200d])\p{Cf}|(?![a-z0-9.-])\p{ASCII}/u;

/** Joiners belong into Arabic script and behind the marks of Indic scripts (RFC 5892, appendix A), and nowhere else. */
const STRAY_JOINER = /(?:^|[^\p{M}\p{Script=Arabic}])[\u200c\u200d]/u;

/**
 * A domain in A-labels, as UTS 46 makes them without transitional processing. Not by the URL parser, although browsers have it too:
 * Chromium before 110 writes a sharp s as ss, and the tables differ from version to version, but sender and reader must agree.
 * @param domain in NFKC; one in ASCII is left as it is
 * @returns undefined for what cannot be a domain
 */
export function toALabels(domain: string): string | undefined {
  if (/^\p{ASCII}*$/u.test(domain)) return domain;
  const lowered = [...domain.replace(IGNORED, "")].map((character) => character.toLowerCase()).join("");
  const mapped = lowered.normalize("NFKC").replace(/\u3002/g, ".");
  if (mapped.length > LONGEST_DOMAIN || FORBIDDEN.test(mapped) || STRAY_JOINER.test(mapped)) return undefined;
  const labels = mapped.split(".");
  return labels.map((label) => (/^\p{ASCII}*$/u.test(label) ? label : `xn--${punycode(label)}`)).join(".");
}

const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";
const [BASE, T_MIN, T_MAX, SKEW, DAMP, INITIAL_BIAS, INITIAL_N] = [36, 1, 26, 38, 700, 72, 0x80];

/** RFC 3492, section 6.3; the names are the RFC's. */
function punycode(label: string): string {
  const input = [...label].map((character) => character.codePointAt(0) ?? 0);
  const basic = input.filter((point) => point < INITIAL_N);
  let output = String.fromCharCode(...basic) + (basic.length > 0 ? "-" : "");
  let delta = 0;
  let bias = INITIAL_BIAS;
  let h = basic.length;
  for (let n = INITIAL_N; h < input.length; n += 1, delta += 1) {
    const m = Math.min(...input.filter((point) => point >= n));
    delta += (m - n) * (h + 1);
    n = m;
    for (const point of input) {
      if (point < n) delta += 1;
      if (point !== n) continue;
      output += variableLengthInteger(delta, bias);
      bias = adapt(delta, h + 1, h === basic.length);
      delta = 0;
      h += 1;
    }
  }
  return output;
}

function variableLengthInteger(delta: number, bias: number): string {
  let digits = "";
  let q = delta;
  for (let k = BASE; ; k += BASE) {
    const t = Math.min(Math.max(k - bias, T_MIN), T_MAX);
    if (q < t) return digits + DIGITS.charAt(q);
    digits += DIGITS.charAt(t + ((q - t) % (BASE - t)));
    q = Math.floor((q - t) / (BASE - t));
  }
}

/** Section 6.1. */
function adapt(delta: number, points: number, first: boolean): number {
  let rest = Math.floor(delta / (first ? DAMP : 2));
  rest += Math.floor(rest / points);
  let k = 0;
  for (; rest > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) rest = Math.floor(rest / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW));
}
