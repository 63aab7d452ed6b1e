#!/usr/bin/env python3
"""Verifies an evidence bundle with the standard library and openssl. Usage: verify_bundle.py DIR [LOG.VKEY]"""
import base64, hashlib, os, subprocess, sys, tempfile

folder = sys.argv[1]
sha = lambda data: hashlib.sha256(data).digest()
leaf = lambda entry: sha(b"\0" + entry)
node = lambda left, right: sha(b"\1" + left + right)
read = lambda name: open(os.path.join(folder, name), "rb").read()
listed = lambda name: sorted(os.listdir(os.path.join(folder, name))) if os.path.isdir(os.path.join(folder, name)) else []

def check(holds, what):
    if not holds:
        sys.exit(f"REFUSED: {what}")

def ed25519(public, message, signature):
    """RFC 8410's frame around the 32 bytes makes them a key that openssl reads."""
    with tempfile.TemporaryDirectory() as place:
        put = lambda name, data: open(os.path.join(place, name), "wb").write(data)
        put("key", bytes.fromhex("302a300506032b6570032100") + public), put("text", message), put("sig", signature)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key", "-rawin",
                               "-in", "text", "-sigfile", "sig"], cwd=place, capture_output=True).returncode == 0

def vkey(line):
    name, key_id, key = line.strip().split("+", 2)
    key = base64.b64decode(key, validate=True)
    check(sha(name.encode() + b"\n" + key)[:4].hex() == key_id, f"the id of the key {name}")
    return name, bytes.fromhex(key_id), key[0], key[1:]

def checkpoint(data, key):
    """Origin, size and root, if the key signed them."""
    name, key_id, _, public = key
    text, signatures = data.decode()[: data.decode().rindex("\n\n") + 1], data.decode().split("\n\n")[-1]
    mine = [base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.split(" ")[1] == name]
    mine = [signature[4:] for signature in mine if signature[:4] == key_id]
    origin, size, root = text.split("\n")[:3]
    check(origin == name, "the origin of a checkpoint")
    check(len(set(mine)) == 1 and ed25519(public, text.encode(), mine[0]), "the signature of a checkpoint")
    return int(size), base64.b64decode(root, validate=True)

def cosigned(data, key):
    """The second at which the witness looked."""
    name, key_id, _, public = key
    text = data.decode()[: data.decode().rindex("\n\n") + 1]
    for line in data.decode().split("\n\n")[-1].splitlines():
        found, signature = line.split(" ")[1], base64.b64decode(line.split(" ")[2])
        if found == name and signature[:4] == key_id:
            at = int.from_bytes(signature[4:12], "big")
            check(ed25519(public, f"cosignature/v1\ntime {at}\n{text}".encode(), signature[12:]), f"the cosignature of {name}")
            return at
    check(False, f"no cosignature of {name}")

def root_of(hashes):
    """RFC 6962, section 2.1."""
    edge = []
    for number, value in enumerate(hashes):
        while number & 1:
            value, number = node(edge.pop(), value), number >> 1
        edge.append(value)
    value = edge.pop()
    while edge:
        value = node(edge.pop(), value)
    return value

def inclusion(value, index, size, proof):
    """RFC 9162, section 2.1.3.2."""
    last = size - 1
    for beside in proof:
        check(last > 0, "a proof is too long")
        if index & 1 or index == last:
            value = node(beside, value)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            value = node(value, beside)
        index, last = index >> 1, last >> 1
    check(last == 0, "a proof is too short")
    return value

def consistency(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2."""
    if old == new:
        return not proof and old_root == new_root
    if old & (old - 1) == 0:
        proof = [old_root] + proof
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    one = two = proof[0]
    for beside in proof[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            one, two = node(beside, one), node(beside, two)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            two = node(two, beside)
        first, last = first >> 1, last >> 1
    return (one, two, last) == (old_root, new_root, 0)

def position_in(entry):
    lines = entry.split(b"\n\n", 1)[0].decode().split("\n")
    check(lines[0] == "benefits-ledger-event/1" and lines[1] == "origin " + key[0].rsplit("/", 1)[0], "an entry's origin")
    return int(lines[2].removeprefix("position "))

for line in read("SHA256SUMS").decode().splitlines():
    check(hashlib.sha256(read(line[66:])).hexdigest() == line[:64], line[66:])
own = read("log.vkey").decode()
check(len(sys.argv) < 3 or open(sys.argv[2]).read() == own, "log.vkey is not the key that you know")
key, head = vkey(own), read("checkpoint")
size, root = checkpoint(head, key)
print(f"checkpoint: {size} events, signed by {key[0]}")
for line in read("witness.vkey").decode().splitlines() if "witness.vkey" in listed(".") else []:
    print(f"cosigned: {line.split('+')[0]} at {cosigned(head, vkey(line))}")
for name in listed("checkpoints"):
    old = checkpoint(read(f"checkpoints/{name}"), key)
    check(str(old[0]) == name, f"checkpoints/{name}")
    if f"{name}-{size}" in listed("consistency"):
        proof = [base64.b64decode(line) for line in read(f"consistency/{name}-{size}").decode().splitlines()]
        check(consistency(*old, size, root, proof), f"consistency/{name}-{size}")
        print(f"consistent: {name} events are the beginning")
for name in listed("entries"):
    entry, (proof, signed) = read(f"entries/{name}"), read(f"proofs/{name}.tlog-proof").split(b"\n\n", 1)
    lines = proof.decode().split("\n")
    check(lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {name}"] and signed == head, f"proofs/{name}.tlog-proof")
    check(position_in(entry) == int(name), f"entries/{name}")
    hashes = [base64.b64decode(line) for line in lines[2:]]
    check(inclusion(leaf(entry), int(name), size, hashes) == root, f"proofs/{name}.tlog-proof does not hold")
print(f"included: {len(listed('entries'))} entries")
if "tile" in listed("."):
    leaves = []
    for index in range((size + 255) // 256):
        width, place = min(256, size - index * 256), f"{index % 1000:03}"
        rest = index // 1000
        while rest:
            place, rest = f"x{rest % 1000:03}/{place}", rest // 1000
        data, begin = read(f"tile/entries/{place}" + (f".p/{width}" if width < 256 else "")), 0
        while begin < len(data):
            length = int.from_bytes(data[begin : begin + 2], "big")
            entry, begin = data[begin + 2 : begin + 2 + length], begin + 2 + length
            check(position_in(entry) == len(leaves), f"the position of entry {len(leaves)}")
            leaves.append(leaf(entry))
    check(len(leaves) == size and root_of(leaves) == root, "the tree of all entries")
    for name in listed("checkpoints"):
        old = checkpoint(read(f"checkpoints/{name}"), key)
        check(root_of(leaves[: old[0]]) == old[1], f"checkpoints/{name} is of another history")
    print(f"whole: {size} entries under the root")
print("VERIFIED")
