#!/usr/bin/env python3
# tests/quality_server.py MARU: a spreadsheet is posted, as a body and as a form, black box: the answers are those of the command, hints are
# taken, what makes no sense is refused in both languages, roles hold, and nothing of it stays on the disk.
import json, os, random, subprocess, sys, urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary

MARU = sys.argv[1]
folder, luck = temporary(), random.Random(5)
rows = ["프레스 생산 현황,,,,", "일시,3존온도(℃),압력,불량유형,판정"]
for i in range(2000):
    zone = 80 + 6 * luck.random()
    is_bad = luck.random() < (0.25 if zone > 84 else 0.02)
    rows.append(f"2025-03-{1 + i // 100:02d},{zone:.2f},{luck.gauss(100, 3):.1f},{luck.choice(['긁힘', '찍힘']) if is_bad else ''},{'NG' if is_bad else 'OK'}")
FILE = ("\r\n".join(rows) + "\r\n").encode("cp949")
path = os.path.join(folder, "press.csv")
open(path, "wb").write(FILE)
server = Server(MARU, os.path.join(folder, "data"))
client = server.client()


def form(*fields, file=FILE, name="press.csv"):
    parts = [f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields]
    if file is not None:
        parts.append(f'--B\r\nContent-Disposition: form-data; name="sheet"; filename="{name}"\r\n\r\n'.encode() + file)
    return b"\r\n".join(parts) + b"\r\n--B--\r\n"


FORM = {"Content-Type": "multipart/form-data; boundary=B"}


def ask(query="", body=FILE, headers=None):
    return client.post("/v1/quality" + query, body, headers)


def command(*options):
    return json.loads(subprocess.run([MARU, "quality", path, "--json", *options], capture_output=True, text=True, check=True).stdout)


def quoted(**hints):
    return "?" + urllib.parse.urlencode({key.replace("_", "-"): value for key, value in hints.items()}, doseq=True)


status, answer = ask("?file=press.csv")
check("it is answered", status, 200)
check("as by the command", answer, command())
check("what was understood", (answer["reading"]["charset"], answer["reading"]["separator"], answer["reading"]["headLines"], answer["reading"]["leftOut"]["title"]), ("CP949", "comma", [2], 1))
check("the cause", (answer["causes"][0]["column"], answer["causes"][0]["verdict"], len(answer["causes"][0]["bins"])), ("3존온도", "holds", 10))
check("its name", answer["file"], "press.csv")
check("as a form", ask("", form(), FORM), (200, answer))
said = command("--kind", "압력=word", "--leave-out", "압력", "--cause", "불량유형", "--limits", "3존온도=80..84")
check("hints as by the command", ask("?file=press.csv&" + urllib.parse.urlencode([("kind", "압력=word"), ("leave-out", "압력"), ("cause", "불량유형"), ("limits", "3존온도=80..84")])), (200, said))
check("hints of a form", ask("", form(("kind", "압력=word"), ("leave-out", "압력"), ("cause", "불량유형"), ("limits", "3존온도=80..84")), FORM), (200, said))
check("a column that is said", [one["said"] for one in said["columns"] if one["name"] == "불량유형"], [True])
check("a capability with its histogram", [sum(one["capability"]["histogram"]["counts"]) for one in said["measured"] if "capability" in one], [2000])

for query, accept in (("?format=html&lang=ko", None), ("?lang=ko", "text/html,*/*;q=0.5")):
    status, page, its = client.raw("POST", "/v1/quality" + query, FILE, {"Accept": accept} if accept else None)
    check("a page", (status, its["Content-Type"], "sandbox" in its["Content-Security-Policy"], 'lang="ko"'.encode() in page, "3존온도".encode() in page), (200, "text/html; charset=utf-8", True, True, True))
    check("which asks nobody", any(word in page for word in (b"http://", b"https://", b"<script", b"src=")), False)

for query, body, headers, want, word in (
        (quoted(target="없는 열"), FILE, None, 400, "없는 열"), (quoted(limits="x"), FILE, None, 400, "limits"), (quoted(colour="red"), FILE, None, 400, "colour"), (quoted(format="xml"), FILE, None, 400, "html"),
        (quoted(kind="x=colour"), FILE, None, 400, "number"), ("", b"", None, 400, "CSV"), ("", b"a", None, 400, ""), ("", b"PK\x03\x04rubbish", None, 400, ""), ("", form(("target", "x"), file=None), FORM, 400, "CSV"),
        ("", form(("target", "a\0b")), FORM, 400, "zero"), ("", form()[:-8], FORM, 400, "form"), ("", form(("x", "1")), FORM, 400, "x"), ("", form()[:-7] + b"\r\n" + form(), FORM, 400, "one file"), (quoted(sheet="x"), FILE, None, 400, "xlsx")):
    status, refusal = ask(query, body, headers)
    check(f"{query} {body[:20]!r}: {refusal.get('detail') if isinstance(refusal, dict) else refusal!r}", (status, word in str(refusal.get("detail", ""))), (want, True))
    korean = ask(query + ("&" if query else "?") + "lang=ko", body, headers)[1]["detail"]
    check(f"{korean} is Korean", any("가" <= letter <= "힣" for letter in korean), True)
status = server.client().raw("POST", "/v1/quality", None, {"Content-Length": str((128 << 20) + 1)})[0]
check("too large", status, 413)

viewer = client.post("/v1/tokens", {"role": "viewer", "name": "v"})[1]["token"]
check("a viewer may not", server.client(viewer).post("/v1/quality", FILE)[0], 403)
check("a key keeps nothing", [ask("", FILE, {"Idempotency-Key": "one"})[0], ask("", b"a", {"Idempotency-Key": "one"})[0]], [200, 400])
check("nobody is made an entry for", any("quality" in str(one) for one in client.get("/v1/audit")[1]["items"]), False)
server.stop()
found = [name for root, _, names in os.walk(os.path.join(folder, "data")) for name in names if b"NG" in open(os.path.join(root, name), "rb").read() and "3존온도".encode() in open(os.path.join(root, name), "rb").read()]
check("nothing of it is on the disk", found, [])
finish()
