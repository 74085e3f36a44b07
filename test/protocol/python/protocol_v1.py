"""Protocol v1 in Python, written from docs/protocol.md alone. Standard library, but for domains beyond ASCII, which need the package
idna. For tests: nothing here is fast, and little of it takes constant time."""

import base64
import hashlib
import hmac
import json
import re
import struct
import unicodedata

ENVELOPE_SIZES = [256, 1024, 4096, 16384, 65536, 262144]
HEADER_SIZES = [256, 1024, 4096]
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"


class Refused(Exception):
    """Holds the code of the refusal."""


class Unavailable(Exception):
    """Says what is not installed."""


def refuse_unless(condition, code):
    if not condition:
        raise Refused(code)


# Text and bytes


def decode_base64url(text, length=None, code="base64url"):
    refuse_unless(re.fullmatch(r"[A-Za-z0-9_-]*", text), code)
    refuse_unless(len(text) % 4 != 1, code)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    refuse_unless(encode_base64url(data) == text, code)  # the unused bits are zero
    refuse_unless(length in (None, len(data)), code)
    return data


def encode_base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def prefixed(data):
    return struct.pack(">I", len(data)) + data


def is_well_formed(text):
    return not any(0xD800 <= ord(character) < 0xE000 for character in text)


def normalise_passphrase(text):
    refuse_unless(is_well_formed(text), "passphrase")
    words = re.split(f"[{WHITE_SPACE}]+", unicodedata.normalize("NFKC", text))
    joined = " ".join(word for word in words if word)
    refuse_unless(joined, "passphrase")
    return joined


def normalise_email(text):
    text = unicodedata.normalize("NFKC", text).strip(WHITE_SPACE + ZERO_WIDTH)
    local, at, domain = text.partition("@")
    refuse_unless(at, "email")
    if re.search(r"[^\x00-\x7f]", domain):
        domain = to_a_labels(domain)
    for side in (local, domain):
        refuse_unless(re.fullmatch(r"[\x21-\x3f\x41-\x7e]+", side), "email")
    return "@".join(re.sub("[A-Z]", lambda letter: letter[0].lower(), side) for side in (local, domain))


def to_a_labels(domain):
    """UTS 46 without transitional processing, and without the rules that the URL Standard leaves out (length, hyphens, STD 3)."""
    try:
        import idna
    except ImportError as missing:
        raise Unavailable("the package idna is not installed") from missing
    refuse_unless(is_well_formed(domain) and not re.search(r"[\x00-\x20\"#%/:<>?@\[\\\]^`{|}\x7f-\x9f]", domain), "email")
    try:
        lowered = "".join(character.lower() for character in domain)
        labels = idna.uts46_remap(lowered, std3_rules=False, transitional=False).split(".")
        for label in labels:
            for at, character in enumerate(label):
                refuse_unless(character not in "\u200c\u200d" or idna.valid_contextj(label, at), "email")
    except (idna.IDNAError, ValueError) as error:
        raise Refused("email") from error
    refuse_unless(any(labels), "email")
    # What ends in a number is an IPv4 address to a URL parser.
    refuse_unless(not re.fullmatch(r"\d+|0x[\da-f]*", labels[-1] or labels[-2]), "email")
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels)


# Keys


def sha256(data):
    return hashlib.sha256(data).digest()


def extract(salt, material):
    return hmac.digest(salt, material, "sha256")


def expand(prk, info):
    """HKDF-Expand to 32 bytes, which is one block."""
    return hmac.digest(prk, info + b"\x01", "sha256")


def handoff_id(link_verifier):
    return sha256(b"secret-handoff/v1 id" + link_verifier)[:16]


def link_keys(flags, link_secret):
    salt = b"secret-handoff/v1" + bytes([flags])
    prk = extract(salt, link_secret)
    link_token = expand(prk, b"link token")
    link_verifier = sha256(link_token)
    return {
        "salt": salt,
        "prk": prk,
        "linkToken": link_token,
        "linkVerifier": link_verifier,
        "id": handoff_id(link_verifier),
        "headerKey": expand(prk, b"header key"),
        "kdfSalt": expand(prk, b"passphrase salt"),
        "emailKey": expand(prk, b"email key"),
    }


def open_keys(flags, link_secret, passphrase=None, email=None):
    alone = link_keys(flags, link_secret)
    pass_key, address = b"", b""
    if flags & 2:
        refuse_unless(email is not None, "email")
        address = normalise_email(email).encode()
    if flags & 1:
        refuse_unless(passphrase is not None, "passphrase")
        words = normalise_passphrase(passphrase).encode()
        pass_key = hashlib.scrypt(words, salt=alone["kdfSalt"], n=2**17, r=8, p=1, dklen=32, maxmem=2**28)
    open_prk = extract(alone["salt"], link_secret + prefixed(pass_key) + prefixed(address))
    return {
        **alone,
        "passKey": pass_key,
        "emailBytes": address,
        "openPrk": open_prk,
        "claimToken": expand(open_prk, b"claim token"),
        "contentKey": expand(open_prk, b"content key"),
        "commitment": expand(open_prk, b"key commitment"),
    }


def email_verifier(email_key, address):
    return hmac.digest(email_key, normalise_email(address).encode(), "sha256")


# The link


def parse_link(text):
    match = re.fullmatch(r"(https?)://([^/?#@\\\s]+)/h/([^/?#]*)#(.*)", text, re.DOTALL)
    refuse_unless(match, "link")
    scheme, host, spelt_id, fragment = match.groups()
    check_host(scheme, host)
    wanted = decode_base64url(spelt_id, 16, "link")
    data = decode_base64url(fragment, 34, "link")
    refuse_unless(data[0] == 1, "version")
    refuse_unless(data[1] < 4, "flags")
    keys = link_keys(data[1], data[2:])
    refuse_unless(keys["id"] == wanted, "damaged")
    return {"origin": f"{scheme}://{host}", "id": spelt_id, "flags": data[1], "linkSecret": data[2:].hex()}


def check_host(scheme, host):
    """One spelling only: lower case, A-labels, no default port. (Not every rule of the URL Standard: those that a link can meet.)"""
    match = re.fullmatch(r"([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?", host)
    refuse_unless(match, "link")
    name, port = match.groups()
    refuse_unless(port is None or int(port) < 65536 and port != {"https": "443", "http": "80"}[scheme], "link")
    refuse_unless(scheme == "https" or name in ("localhost", "127.0.0.1", "[::1]"), "link")


# XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, RFC 8439)


def chacha_rounds(state):
    state = list(state)

    def quarter(a, b, c, d):
        for target, added, mixed, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[target] = (state[target] + state[added]) & 0xFFFFFFFF
            word = state[mixed] ^ state[target]
            state[mixed] = (word << bits | word >> (32 - bits)) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return state


def key_stream(key, nonce, length):
    """Block 0, whose first half keys Poly1305, then `length` bytes from block 1 on."""
    constants = struct.unpack("<4I", b"expand 32-byte k")
    words = chacha_rounds((*constants, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce[:16])))
    subkey = words[:4] + words[12:]
    stream = b""
    blocks = []
    for counter in range(1 + -(-length // 64)):
        start = (*constants, *subkey, counter, 0, *struct.unpack("<2I", nonce[16:]))
        mixed = chacha_rounds(start)
        blocks.append(struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(start, mixed))))
    stream = b"".join(blocks)
    return stream[:32], stream[64 : 64 + length]


def xor(data, stream):
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def poly1305(key, aad, ciphertext):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    s = int.from_bytes(key[16:], "little")
    padded = [part + bytes(-len(part) % 16) for part in (aad, ciphertext)]
    message = b"".join(padded) + struct.pack("<QQ", len(aad), len(ciphertext))
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at : at + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + s) % 2**128).to_bytes(16, "little")


def aead_seal(key, nonce, plaintext, aad):
    mac_key, stream = key_stream(key, nonce, len(plaintext))
    ciphertext = xor(plaintext, stream)
    return ciphertext + poly1305(mac_key, aad, ciphertext)


def aead_open(key, nonce, sealed, aad):
    ciphertext, tag = sealed[:-16], sealed[-16:]
    mac_key, stream = key_stream(key, nonce, len(ciphertext))
    refuse_unless(hmac.compare_digest(poly1305(mac_key, aad, ciphertext), tag), "decryption")
    return xor(ciphertext, stream)


# Envelope and header


def pad(plaintext, sizes):
    framed = prefixed(plaintext)
    size = next((size for size in sizes if size >= len(framed)), None)
    refuse_unless(size, "too_large")
    return framed + bytes(size - len(framed))


def unpad(padded, sizes):
    end = 4 + struct.unpack(">I", padded[:4])[0]
    refuse_unless(next((size for size in sizes if size >= end), None) == len(padded), "padding")
    refuse_unless(not any(padded[end:]), "padding")
    return padded[4:end]


def envelope_aad(context):
    name, expires_at, flags = context["class"], context["expiresAt"], context["flags"]
    refuse_unless(name and is_well_formed(name), "class")
    refuse_unless(isinstance(expires_at, int) and 0 <= expires_at < 2**53, "expiry")
    refuse_unless(flags in range(4), "flags")
    label = b"secret-handoff/v1 envelope" + decode_base64url(context["id"], 16)
    return label + bytes([flags]) + struct.pack(">Q", expires_at) + prefixed(name.encode())


def seal_envelope(context, content_key, commitment, nonce, plaintext):
    padded = pad(plaintext, ENVELOPE_SIZES)
    return b"\x01" + nonce + commitment + aead_seal(content_key, nonce, padded, envelope_aad(context))


def open_envelope(context, content_key, commitment, envelope):
    refuse_unless(len(envelope) - 73 in ENVELOPE_SIZES, "envelope")
    refuse_unless(envelope[0] == 1, "version")
    refuse_unless(hmac.compare_digest(envelope[25:57], commitment), "commitment")
    padded = aead_open(content_key, envelope[1:25], envelope[57:], envelope_aad(context))
    return read_bundle(unpad(padded, ENVELOPE_SIZES))


def open_header(header_id, header_key, header):
    refuse_unless(len(header) - 41 in HEADER_SIZES, "envelope")
    refuse_unless(header[0] == 1, "version")
    aad = b"secret-handoff/v1 header" + decode_base64url(header_id, 16)
    return read_header(unpad(aead_open(header_key, header[1:25], header[25:], aad), HEADER_SIZES))


# Plaintexts


def read_json(data):
    def no_constant(_):
        raise ValueError

    try:
        value = json.loads(data.decode("utf-8"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise Refused("plaintext")
    of_type(value, dict)
    refuse_unless(type(value.get("v")) in (int, float) and value["v"] == 1, "plaintext")
    return value


def of_type(value, kind):
    refuse_unless(type(value) is kind, "plaintext")
    refuse_unless(kind is not str or is_well_formed(value), "plaintext")
    return value


def read_bundle(data):
    value = read_json(data)
    return {
        "items": [read_item(of_type(item, dict)) for item in of_type(value.get("items"), list)],
        "receipt": encode_base64url(decode_base64url(of_type(value.get("receipt"), str), 32)),
    }


def read_item(item):
    read = {
        "label": of_type(item.get("label"), str),
        "fields": [read_parts(field, name=str, value=str, concealed=bool) for field in of_type(item.get("fields"), list)],
    }
    if "files" in item:
        read["files"] = [read_parts(file, name=str, mediaType=str, data=str) for file in of_type(item["files"], list)]
        for file in read["files"]:
            decode_base64url(file["data"])
    return read


def read_parts(value, /, **kinds):
    of_type(value, dict)
    return {name: of_type(value.get(name), kind) for name, kind in kinds.items()}


def read_header(data):
    value = read_json(data)
    read = {name: of_type(value[name], str) for name in ("title", "message", "sender", "emailHint") if name in value}
    if not re.fullmatch("[ -~]\u2022{3}@[ -~]{1,320}", read.get("emailHint", "")):
        read.pop("emailHint", None)
    if "context" in value:
        pairs = of_type(value["context"], dict).items()
        read["context"] = {of_type(name, str): of_type(text, str) for name, text in pairs}
    return read
