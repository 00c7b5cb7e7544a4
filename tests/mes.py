# A Sparkplug node that tells what happens on the floor, as a manufacturing execution system would: for the Python programs of tests/.
import json, time

from broker import Wire


class Equipment:
    """A Sparkplug node that tells events in its tag `Event`."""

    def __init__(self, port):
        self.wire = Wire(port, "mes")
        self.birth()

    def birth(self):
        self.seq = 0
        self.send("NBIRTH", [("bdSeq", 8, 0), ("Event", 12, "")])

    @staticmethod
    def field(number, kind, value):
        head = Equipment.varint(number << 3 | kind)
        return head + (Equipment.varint(value) if kind == 0 else Equipment.varint(len(value)) + value)

    @staticmethod
    def varint(n):
        out = bytearray()
        while n > 127:
            out.append(n & 127 | 128)
            n >>= 7
        return bytes(out + bytes([n]))

    def send(self, kind, metrics):
        field, now, out = self.field, int(time.time() * 1000), b""
        for name, of, value in metrics:
            one = field(1, 2, name.encode()) + field(3, 0, now) + field(4, 0, of)
            out += field(2, 2, one + (field(11, 0, value) if of == 8 else field(15, 2, value.encode())))
        self.wire.publish(f"spBv1.0/fab/{kind}/mes", field(1, 0, now) + out + field(3, 0, self.seq))
        self.seq = (self.seq + 1) % 256

    def tell(self, events):
        for i in range(0, len(events), 100):
            self.send("NDATA", [("Event", 12, json.dumps(one)) for one in events[i:i + 100]])
        self.wire.settle()


def event(what, at, tool, recipe, step, lot):
    return {"event": what, "at_us": int(at * 1e6), "tool": tool, "recipe": recipe, "step": step, "lot": lot}
