# What Sparkplug B's messages say, as (topic, payload), by a reader that shares nothing with the program's.
# The specification: https://sparkplug.eclipse.org, clause 6.4.
import struct


def fields(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 1:
            yield tag >> 3, data[at:at + 8]
            at += 8
        elif tag & 7 == 2:
            n = varint()
            yield tag >> 3, data[at:at + n]
            at += n
        else:
            yield tag >> 3, data[at:at + 4]
            at += 4


METRIC = {1: "name", 2: "alias", 3: "timestamp", 4: "type", 5: "historical", 7: "null", 10: "value", 11: "value", 12: "value", 13: "value", 14: "value",
          15: "value"}


def metric(data):
    found = {}
    for number, value in fields(data):
        if number in (1, 15):
            value = value.decode()
        elif number == 13:
            value = struct.unpack("<d", value)[0]
        found[METRIC.get(number, number)] = value
    return found


def payload(data):
    found = {"metrics": []}
    for number, value in fields(data):
        if number == 2:
            found["metrics"].append(metric(value))
        else:
            found[{1: "timestamp", 3: "seq"}.get(number, number)] = value
    return found


class Host:
    """What a host application knows from messages: births, values by name, what is wrong with their order."""

    def __init__(self):
        self.names, self.values, self.online, self.seq, self.bdseq, self.wrong, self.n_birth = {}, {}, {}, {}, {}, [], {}

    def take(self, topic, data):
        parts = topic.split("/")
        if parts[:1] != ["spBv1.0"] or parts[1] == "STATE":
            return
        kind, node = parts[2], parts[3]
        device = parts[4] if len(parts) > 4 else ""
        told = payload(data)
        if kind == "NDEATH":
            if told["metrics"][0]["value"] == self.bdseq.get(node):
                self.online[node] = False
            return
        if kind in ("NCMD", "DCMD"):
            return
        if kind == "NBIRTH":
            self.names[node], self.online[node], self.n_birth[node] = {}, True, self.n_birth.get(node, 0) + 1
            self.bdseq[node] = next(m["value"] for m in told["metrics"] if m["name"] == "bdSeq")
            want = 0
        else:
            want = (self.seq.get(node, 0) + 1) % 256
            if not self.online.get(node):
                self.wrong.append(f"{topic} before its birth")
        if told.get("seq") != want:
            self.wrong.append(f"{topic}: seq {told.get('seq')}, want {want}")
        self.seq[node] = told.get("seq")
        names = self.names.get(node, {})
        for m in told["metrics"]:
            if kind in ("NBIRTH", "DBIRTH"):
                if "alias" in m:
                    if m["alias"] in names:
                        self.wrong.append(f"{topic}: alias {m['alias']} twice")
                    names[m["alias"]] = f"{node}/{device}/{m['name']}" if device else f"{node}/{m['name']}"
                continue
            name = names.get(m.get("alias"))
            if not name:
                self.wrong.append(f"{topic}: alias {m.get('alias')} is not known")
                continue
            self.values.setdefault(name, []).append((m["timestamp"], m.get("value"), m.get("historical", 0)))


def heard(messages):
    host = Host()
    for topic, data in messages:
        host.take(topic, data)
    return host


def rebirth():
    """The payload that asks a node for its births."""
    m = b"\x0a\x14Node Control/Rebirth" + b"\x20\x0b" + b"\x70\x01"
    return b"\x12" + bytes([len(m)]) + m
