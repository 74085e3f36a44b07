import { getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";

/**
 * What a connection may take to one address of a host, ms, before Node tries the next. Node's own 250 ms fail where the host is
 * 300 ms away and the runner has no IPv6: every address in turn is given up. One lost SYN, which is sent again after a second,
 * fits in.
 */
const ADDRESS_MS = 2_500;

/** Lets connections of this process take the time that a distant host needs: fetch, the AWS SDK and SMTP alike. */
export function allowSlowConnections(): void {
  if (getDefaultAutoSelectFamilyAttemptTimeout() < ADDRESS_MS) {
    setDefaultAutoSelectFamilyAttemptTimeout(ADDRESS_MS);
  }
}

/** Why a connection failed, in parts of a sentence. */
export type NetworkFault = {
  /** Node's or OpenSSL's word for it. */
  readonly code: string;
  /** Completes "HOST cannot be reached: …". */
  readonly reason: string;
  /** What to do. @param address the input that says where the host is */
  readonly advice: (address: string) => string;
  /** It concerns TLS, and so the certificate or the port. */
  readonly tls: boolean;
  /** Trying again may help. */
  readonly transient: boolean;
  /** True when nothing was sent: the request cannot have been carried out. */
  readonly unsent: boolean;
};

type Explanation = Pick<NetworkFault, "reason" | "advice"> &
  Partial<Pick<NetworkFault, "tls" | "transient" | "unsent">>;

const connect = (address: string) => `Check ${address}, and that this machine may connect to it.`;
const trustCa = () =>
  "Set NODE_EXTRA_CA_CERTS to a file with that authority's certificate, in the environment: a proxy that inspects TLS has an authority of its own.";
const checkClock = () => "Check this machine's clock and the certificate.";
const checkTlsPort = (address: string) =>
  `Check ${address}: the port may be one for connections without TLS.`;

const UNTRUSTED: Explanation = {
  reason: "this machine does not trust the authority that signed its certificate",
  advice: trustCa,
  tls: true,
};
const NO_TLS: Explanation = { reason: "its answer is not TLS", advice: checkTlsPort, tls: true };
const CUT: Explanation = { reason: "the connection was cut", advice: connect, transient: true };
const SILENT: Explanation = {
  reason: "it did not answer in time",
  advice: (address) => `Check ${address}, and whether a firewall drops this machine's connections.`,
  transient: true,
};
const NO_ROUTE: Explanation = {
  reason: "there is no route to it",
  advice: connect,
  transient: true,
  unsent: true,
};

/** By the codes of Node (errors.html), its fetch (UND_), its HTTP parser (HPE_) and OpenSSL (tls.html, "X509 certificate error codes"). */
const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: {
    reason: "its name is not known",
    advice: (address) => `Check the spelling of ${address}, and that this machine can look the name up.`,
    transient: true,
    unsent: true,
  },
  EAI_AGAIN: {
    reason: "this machine's name server did not answer",
    advice: () => "Check this machine's network.",
    transient: true,
    unsent: true,
  },
  ECONNREFUSED: { reason: "nothing takes connections there", advice: connect, transient: true, unsent: true },
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ECONNRESET: CUT,
  EPIPE: CUT,
  UND_ERR_SOCKET: CUT,
  ETIMEDOUT: SILENT,
  TimeoutError: SILENT,
  UND_ERR_CONNECT_TIMEOUT: { ...SILENT, unsent: true },
  UND_ERR_HEADERS_TIMEOUT: SILENT,
  UND_ERR_BODY_TIMEOUT: SILENT,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_UNTRUSTED: UNTRUSTED,
  CERT_HAS_EXPIRED: { reason: "its certificate has expired", advice: checkClock, tls: true },
  CERT_NOT_YET_VALID: { reason: "its certificate is not valid yet", advice: checkClock, tls: true },
  CERT_REVOKED: { reason: "its certificate is revoked", advice: connect, tls: true },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: "its certificate is for another name",
    advice: (address) => `Check ${address}: write the name that the certificate has.`,
    tls: true,
  },
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  PROXY_LOGIN: {
    reason: "the proxy asks for a login",
    advice: () =>
      "Write it into HTTPS_PROXY and HTTP_PROXY, like http://user:password@proxy.example.com:3128, percent-encoded.",
    unsent: true,
  },
  PROXY_MALFORMED: {
    reason: "what HTTPS_PROXY, HTTP_PROXY or ALL_PROXY names is no address of an HTTP proxy",
    advice: () =>
      "Write it like http://user:password@proxy.example.com:3128, with the login percent-encoded: a % in it is %25.",
    unsent: true,
  },
  PROXY_READS: {
    reason: "its address is http, and a proxy on another machine would read the call",
    advice: (address) => `Add its host to NO_PROXY, or let ${address} be an https address.`,
    unsent: true,
  },
  PROXY_REFUSED: {
    reason: "the proxy refuses to connect",
    advice: () => "Let the proxy allow the host, or add it to NO_PROXY.",
    unsent: true,
  },
  PROXY_UNREACHABLE: {
    reason: "the proxy that HTTPS_PROXY or HTTP_PROXY names cannot be used",
    advice: () => "Check the proxy's address and its certificate, or add the host to NO_PROXY.",
    transient: true,
    unsent: true,
  },
  ERR_INVALID_URL: {
    reason: "its address is not a URL",
    advice: (address) => `Check ${address}.`,
    unsent: true,
  },
};

/** Also codes of OpenSSL and the HTTP parser that are not in the table. */
function explanationOf(code: string): Explanation | undefined {
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  if (/^ERR_(SSL|TLS)_|^CERT_/.test(code)) {
    return { reason: "TLS could not be set up", advice: connect, tls: true };
  }
  if (code.startsWith("HPE_")) return { reason: "its answer is not HTTP", advice: connect };
  return undefined;
}

/** Why a connection failed, however deep fetch or the SDK hides it; undefined where the error says nothing of a network. */
export function networkFault(error: unknown): NetworkFault | undefined {
  const faults = [...codesIn(error)].flatMap(({ code, connecting }) => {
    const found = explanationOf(code);
    if (!found) return [];
    const { tls = false, transient = false, unsent = false, reason, advice } = found;
    return [{ ...{ code, reason, advice, tls, transient }, unsent: unsent || tls || connecting }];
  });
  // A runner without IPv6 has no route to half of a host's addresses: that is not why the other half failed.
  return faults.find(({ reason }) => reason !== NO_ROUTE.reason) ?? faults[0];
}

/**
 * The codes of an error (nodemailer keeps Node's own beside its word for it): first of what it gathers (an attempt at each address of a host), then its own, then
 * of its causes.
 */
function* codesIn(
  error: unknown,
  depth = 0,
): Generator<{ readonly code: string; readonly connecting: boolean }> {
  if (typeof error !== "object" || error === null || depth > 5) return;
  const part = (name: string): unknown => Reflect.get(error, name);
  const gathered = part("errors");
  for (const one of Array.isArray(gathered) ? gathered : []) yield* codesIn(one, depth + 1);
  const connecting = part("syscall") === "connect";
  for (const code of [part("originalCode"), part("code"), part("name")]) {
    if (typeof code === "string") yield { code, connecting };
  }
  yield* codesIn(part("cause"), depth + 1);
}
