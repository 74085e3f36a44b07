"""Checks protocol_v1.py against v1.json, and prints what came of it as JSON: {"checked", "skipped", "failed"}.

    python3 check_vectors.py ../../vectors/v1.json
"""

import hashlib
import json
import sys

import protocol_v1 as v1

unhex = bytes.fromhex


def keys(vector):
    made = v1.open_keys(vector["flags"], unhex(vector["linkSecret"]), vector.get("passphrase"), vector.get("email"))
    return {name: value.hex() for name, value in made.items()} | {"id": v1.encode_base64url(made["id"])}


def size(vector):
    text = vector["plaintext"]
    plaintext = text["before"] + text["filler"] * text["times"] + text["after"]
    given = [unhex(vector[name]) for name in ("contentKey", "commitment", "nonce")]
    envelope = v1.seal_envelope(vector, *given, plaintext.encode())
    return {"length": len(envelope), "sha256": hashlib.sha256(envelope).hexdigest()}


def envelope(vector):
    sealed = v1.decode_base64url(vector["envelope"])
    return v1.open_envelope(vector, unhex(vector["contentKey"]), unhex(vector["commitment"]), sealed)


def header(vector):
    return v1.open_header(vector["id"], unhex(vector["headerKey"]), v1.decode_base64url(vector["header"]))


def handoff(vector):
    """Opens it as the recipient, and hashes what the service keeps."""
    link = v1.parse_link(vector["link"])
    made = v1.open_keys(link["flags"], unhex(link["linkSecret"]), vector.get("passphrase"), vector.get("email"))
    sealed = v1.decode_base64url(vector["envelope"])
    bundle = v1.open_envelope({**vector, **link}, made["contentKey"], made["commitment"], sealed)
    opened = {
        "linkSecret": link["linkSecret"],
        "id": v1.encode_base64url(made["id"]),
        "linkVerifier": made["linkVerifier"].hex(),
        "claimVerifier": v1.sha256(made["claimToken"]).hex(),
        "receiptVerifier": v1.sha256(v1.decode_base64url(bundle["receipt"])).hex(),
        "bundle": bundle,
        "content": v1.open_header(link["id"], made["headerKey"], v1.decode_base64url(vector["header"])),
    }
    if vector["mailedCode"]:
        opened["emailVerifier"] = v1.email_verifier(made["emailKey"], vector["email"]).hex()
    return opened


def promised_handoff(vector):
    names = ("linkVerifier", "claimVerifier", "receiptVerifier", "bundle", "content", "emailVerifier")
    promised = {name: vector[name] for name in names if name in vector}
    spelt_id = vector["link"].partition("/h/")[2].partition("#")[0]
    return {**promised, "linkSecret": vector["random"]["linkSecret"], "id": spelt_id}


CHECKS = {
    "base64url": lambda vector: v1.decode_base64url(vector["text"], vector.get("length")).hex(),
    "links": lambda vector: v1.parse_link(vector["link"]),
    "passphrases": lambda vector: v1.normalise_passphrase(vector["input"]),
    "emails": lambda vector: v1.normalise_email(vector["input"]),
    "keys": keys,
    "verifiers": lambda vector: v1.sha256(unhex(vector["token"])).hex(),
    "emailVerifiers": lambda vector: v1.email_verifier(unhex(vector["emailKey"]), vector["email"]).hex(),
    "sizes": size,
    "envelopes": envelope,
    "headers": header,
    "handoffs": handoff,
}


def promised(group, vector):
    if group == "handoffs":
        return promised_handoff(vector)
    return vector["verifier"] if group == "verifiers" else vector.get("result", vector.get("error"))


def main(path):
    with open(path, encoding="utf-8") as file:
        groups = json.load(file)
    report = {"checked": {}, "skipped": [], "failed": []}
    for group, check in CHECKS.items():
        given, vectors = {}, groups[group]
        if isinstance(vectors, dict):
            given, vectors = vectors["given"], vectors["vectors"]
        for vector in vectors:
            name = f"{group}: {vector['name']}"
            try:
                outcome = check({**given, **vector})
            except v1.Refused as refusal:
                outcome = str(refusal)
            except v1.Unavailable as reason:
                report["skipped"].append(f"{name}: {reason}")
                continue
            if outcome != promised(group, vector):
                report["failed"].append(name)
            report["checked"][group] = report["checked"].get(group, 0) + 1
    json.dump(report, sys.stdout)
    return 1 if report["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
