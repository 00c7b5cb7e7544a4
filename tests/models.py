#!/usr/bin/env python3
# tests/models.py MARU: a tenant's models over HTTP, black box: a dataset is kept, a model trained from it with progress that is seen, its card read, a table
# asked of it; a second version, a challenger, a champion, the way back; files and ONNX; a kill in the middle of a training; what makes no sense;
# and another tenant, who sees nothing of it. With MARU_DATA on AI4I 2020, else on a press shop's file alone.
import json, os, random, subprocess, sys, time, urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary
from postgres import store_of

MARU, DATA = sys.argv[1], os.environ.get("MARU_DATA", "")
folder, luck = temporary(), random.Random(7)
HEAD = "생산일시,로트번호,3존온도(℃),압력(bar),두께(mm),판정"
FORM = {"Content-Type": "multipart/form-data; boundary=B"}


def press_shop(n):
    """Above 84 degrees a third is bad, else 3 %; thickness follows temperature."""
    rows = [HEAD]
    for i in range(n):
        zone = 80 + 6 * luck.random()
        is_bad = luck.random() < (0.33 if zone > 84 else 0.03)
        rows.append(f"2025-{3 + i // 24 // 28:02d}-{1 + i // 24 % 28:02d} {i % 24:02d}:30,L{i // 25:04d},{zone:.2f},{luck.gauss(100, 3):.1f},{2 + 0.05 * (zone - 83) + luck.gauss(0, 0.02):.3f},{'NG' if is_bad else 'OK'}")
    return ("\r\n".join(rows) + "\r\n").encode("cp949")


PRESS = press_shop(1500)
PLACE = os.path.join(folder, "data")
server = Server(MARU, PLACE, *store_of(PLACE))
admin = server.client()
theirs = admin.post("/v1/tenants", {"name": "other"})[1]["token"]
client = server.client(server.token)
other = server.client(theirs)


def form(*fields, file=None):
    parts = [f'--B\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}'.encode() for key, value in fields]
    if file is not None:
        parts.append(b'--B\r\nContent-Disposition: form-data; name="model"; filename="press.maru"\r\n\r\n' + file)
    return b"\r\n".join(parts) + b"\r\n--B--\r\n"


def command(content, name, *options):
    """The bytes of `maru train`, and its card."""
    path, out = os.path.join(folder, name), os.path.join(folder, "command.maru")
    open(path, "wb").write(content)
    card = subprocess.run([MARU, "train", path, "-o", out, "--json", *options], capture_output=True, text=True, check=True).stdout
    return open(out, "rb").read(), json.loads(card)


def follow(run):
    """Shares of progress as they were seen, and how it ended."""
    seen = []
    while True:
        state = client.get("/v1/runs/" + run)[1]
        if state["progress"] not in seen:
            seen.append(state["progress"])
        if state["state"] not in ("waiting", "running"):
            return seen, state
        time.sleep(0.005)


def wait(run):
    return follow(run)[1]


def roles(model):
    return {one["version"]: one["role"] for one in client.get("/v1/models/" + model)[1]["versions"]}


def datasets():
    status, kept = client.post("/v1/datasets?file=press.csv", PRESS)
    check("a dataset is kept", (status, kept["name"], kept["bytes"], kept["rows"], kept["source"], kept["made_from"]), (201, "press.csv", len(PRESS), 1500, "upload", None))
    check("the same bytes again", client.post("/v1/datasets?file=again.csv", PRESS), (200, kept))
    check("as a form", client.post("/v1/datasets", form(file=PRESS).replace(b"press.maru", b"press.csv"), FORM), (200, kept))
    check("told alone, and in the list", (client.get("/v1/datasets/" + kept["id"])[1], client.get("/v1/datasets")[1]["items"]), (kept, [kept]))
    check("its bytes", client.raw("GET", f"/v1/datasets/{kept['id']}/file")[1] == PRESS, True)
    asked = client.post("/v1/quality?file=press.csv", PRESS)
    check("what it says of its defects", client.get(f"/v1/datasets/{kept['id']}/quality") == asked and asked[0] == 200, True)
    check("with hints", client.get(f"/v1/datasets/{kept['id']}/quality?leave-out=colour")[0], 400)
    check("as a page", client.raw("GET", f"/v1/datasets/{kept['id']}/quality?format=html&lang=ko")[2]["Content-Type"], "text/html; charset=utf-8")
    long = "생산 현황 " * 30 + ".csv"
    status, named = client.post("/v1/datasets?file=" + urllib.parse.quote(long + "\n"), b"a,b\n1,2\n3,4\n")
    check(f"a long name is cut at a letter: {named['name']}", (status, long.startswith(named["name"]), len(named["name"]) > 30), (201, True, True))
    check("and gone", client.ask("DELETE", "/v1/datasets/" + named["id"])[0], 204)
    for body, word in ((b"", "spreadsheet"), (b"a", "row"), (b"\0\1\2\3", ""), (b"PK\x03\x04rubbish", "")):
        status, refusal = client.post("/v1/datasets", body)
        check(f"no dataset: {refusal.get('detail')}", (status, word in refusal["detail"]), (400, True))
    return kept


def trained(kept):
    asked = {"dataset": kept["id"], "name": "프레스 불량", "target": "판정", "leave_out": ["두께"], "kind": "linear", "seed": 3}
    key = {"Idempotency-Key": "one"}
    status, begun = client.post("/v1/models", asked, key)
    check("a training begins", (status, begun["model"]["name"], begun["model"]["training"], begun["run"]["kind"], begun["run"]["model"]), (201, "프레스 불량", begun["run"]["id"], "train", begun["model"]["id"]))
    seen, state = follow(begun["run"]["id"])
    check(f"progress is seen: {seen}", (state["state"], len(seen) >= 3, seen == sorted(seen)), ("done", True, True))
    check(f"in one sentence: {state['sentence']}", "본 적 없는 행" in state["sentence"]["ko"] and "never seen" in state["sentence"]["en"], True)
    status, events, its = client.raw("GET", f"/v1/runs/{begun['run']['id']}/events")
    check("its events end with it", (status, its["Content-Type"], b'"done"' in events), (200, "text/event-stream", True))
    bytes_, card = command(PRESS, "press.csv", "--target", "판정", "--leave-out", "두께", "--kind", "linear", "--seed", "3")
    model = begun["model"]["id"]
    status, version = client.get(f"/v1/models/{model}/versions/1")
    check("its card is that of the command", version["card"] == card, True)
    check("and so is the run's result", client.get(f"/v1/runs/{begun['run']['id']}/result")[1] == card, True)
    check("its bytes are those of the command", client.raw("GET", f"/v1/models/{model}/versions/1/file")[1] == bytes_, True)
    check("better than a constant: it leads", (version["role"], version["goal"], version["kind"], version["promoted_by"], version["dataset"]), ("champion", "yes-no", "linear", "first admin", kept["id"]))
    check(f"its headline: {version['headline']}", version["headline"]["low"] > version["headline"]["constant"] and "no_better" not in version["warnings"], True)
    told = client.get("/v1/models/" + model)[1]
    check("the model", (told["champion"], told["challenger"], told["target"], told["training"], told["use"]["is_on"], told["headline"]), (1, None, "판정", None, True, version["headline"]))
    check("there is no report of it", client.get(f"/v1/runs/{begun['run']['id']}/report")[0], 409)
    check("asked again with its key", client.post("/v1/models", asked, key), (201, begun))
    check("the run in the list of trainings", [[one["id"] for one in client.get("/v1/runs?" + query)[1]["items"]] for query in ("kind=train", "model=" + model, "model=other")], [[begun["run"]["id"]]] * 2 + [[]])
    return model, bytes_


def asked(model, bytes_):
    today = (HEAD + "\r\n2025-06-01,L1,85.5,100,2,\r\n2025-06-01,L1,81,100,2,\r\n").encode("cp949")
    path = os.path.join(folder, "today.csv")
    open(path, "wb").write(today)
    its = subprocess.run([MARU, "predict", os.path.join(folder, "command.maru"), path, "--json", "--why"], capture_output=True, text=True, check=True).stdout
    status, said = client.post(f"/v1/models/{model}/predict?why=1", today)
    check("predictions as by the command", (status, said == json.loads(its)), (200, True))
    check("hot ones are likelier bad", said["predictions"][0]["value"] > 3 * said["predictions"][1]["value"], True)
    status, page, its = client.raw("POST", f"/v1/models/{model}/predict?format=csv&lang=ko&version=1", today)
    check("as CSV", (status, its["Content-Type"], len(page.decode().splitlines())), (200, "text/csv; charset=utf-8", 3))
    status, onnx, its = client.raw("GET", f"/v1/models/{model}/versions/1/onnx")
    check("ONNX", (status, onnx[:1], "onnx" in its["Content-Disposition"]), (200, b"\x08", True))


def lives(model, kept, bytes_):
    status, begun = client.post(f"/v1/models/{model}/versions", {"dataset": kept["id"], "target": "판정", "leave_out": ["두께", "압력"], "kind": "linear"})
    check("a second version", (status, wait(begun["run"]["id"])["state"]), (202, "done"))
    check("is a candidate", roles(model), {2: "candidate", 1: "champion"})
    status, brought = client.post(f"/v1/models/{model}/versions", form(file=bytes_), FORM)
    check("a third, as a file", (status, brought["version"], brought["role"], brought["dataset"]), (201, 3, "candidate", None))
    for version, role, want in ((2, "challenger", {3: "candidate", 2: "challenger", 1: "champion"}), (3, "challenger", {3: "challenger", 2: "candidate", 1: "champion"}),
                                (2, "champion", {3: "challenger", 2: "champion", 1: "retired"}), (3, "champion", {3: "champion", 2: "retired", 1: "retired"})):
        status, told = client.post(f"/v1/models/{model}/versions/{version}/promote", {"as": role})
        check(f"version {version} as {role}", (status, roles(model), told["versions"] == client.get("/v1/models/" + model)[1]["versions"]), (200, want, True))
    for want in (2, 1):
        check("rolled back", client.post(f"/v1/models/{model}/rollback", {})[1]["champion"], want)
    check("as far as it goes", client.post(f"/v1/models/{model}/rollback", {})[0], 409)
    check("off", client.ask("PATCH", "/v1/models/" + model, {"is_on": False})[1]["use"]["reason"], "person")
    check("promoted, it is used again", client.post(f"/v1/models/{model}/versions/2/promote", {"as": "champion"})[1]["use"]["is_on"], True)
    feed = {"window": "etch", "truth": {"event": "thickness", "value": "nm", "within_h": 24}}
    check("fed", client.ask("PATCH", "/v1/models/" + model, {"feed": feed, "name": "다른 이름"})[1]["feed"], feed)
    check("and no more", client.ask("PATCH", "/v1/models/" + model, {"feed": None})[1]["feed"], None)
    actions = [(one["action"], one["detail"]) for one in client.get("/v1/audit?limit=200")[1]["items"]]
    for action in ("keep dataset", "make model", "start run", "keep model version", "promote model", "roll back model", "switch model off", "change model"):
        check(f"the log says: {action}", any(one[0] == action for one in actions), True)
    status, brought = client.post("/v1/models", form(("name", "brought"), file=bytes_), FORM)
    check("a model as a file", (status, brought["run"], brought["model"]["champion"]), (201, None, 1))
    check("is gone", (client.ask("DELETE", "/v1/models/" + brought["model"]["id"])[0], client.get("/v1/models/" + brought["model"]["id"])[0]), (204, 404))


def makes_no_sense(model, kept):
    cases = [
        ("POST", "/v1/models", {}, 400, "/dataset"), ("POST", "/v1/models", {"dataset": "nobody"}, 422, "dataset"), ("POST", "/v1/models", {"dataset": kept["id"], "colour": 1}, 400, "colour"),
        ("POST", "/v1/models", {"dataset": kept["id"], "name": "a/b"}, 400, "/name"), ("POST", "/v1/models", {"dataset": kept["id"], "name": "다른 이름"}, 409, "다른 이름"),
        ("POST", "/v1/models", {"dataset": kept["id"], "seed": "1"}, 400, "/seed"), ("POST", "/v1/models", {"dataset": kept["id"], "leave_out": "x"}, 400, "/leave_out"), ("POST", "/v1/models", {"dataset": kept["id"], "limits": ["x"]}, 400, "limits"),
        ("POST", "/v1/models", {"dataset": kept["id"], "feed": {"window": ""}}, 400, "/feed"), ("POST", "/v1/models", {"dataset": kept["id"], "feed": {"window": "a", "truth": {"event": "b"}}}, 400, "/truth"),
        ("POST", "/v1/models/nobody/versions", {"dataset": kept["id"]}, 404, "model"), ("POST", f"/v1/models/{model}/versions", {"dataset": kept["id"], "name": "x"}, 400, "name"),
        ("POST", f"/v1/models/{model}/versions/9/promote", {"as": "champion"}, 404, "version"), ("POST", f"/v1/models/{model}/versions/x/promote", {"as": "champion"}, 404, "version"), ("POST", f"/v1/models/{model}/versions/1/promote", {"as": "king"}, 400, "champion"),
        ("POST", "/v1/models/nobody/rollback", {}, 404, "model"), ("PATCH", f"/v1/models/{model}", {"is_on": 1}, 400, "/is_on"), ("GET", f"/v1/models/{model}/versions/9/file", None, 404, "version"), ("DELETE", "/v1/models/nobody", None, 404, "model"),
        ("POST", f"/v1/models/{model}/predict?version=9", PRESS, 404, "version"), ("POST", f"/v1/models/{model}/predict?colour=1", PRESS, 400, "colour"), ("POST", f"/v1/models/{model}/predict?format=xml", PRESS, 400, "csv"),
        ("POST", f"/v1/models/{model}/predict", b"a,b\n1,2\n3,4\n", 400, "columns"), ("POST", f"/v1/models/{model}/predict", b"", 400, "spreadsheet")]
    for method, path, body, want, word in cases:
        status, refusal = client.ask(method, path, body)
        check(f"{path} {str(body)[:60]}: {refusal.get('detail')}", (status, word in json.dumps(refusal, ensure_ascii=False)), (want, True))
        korean = client.ask(method, path + ("&" if "?" in path else "?") + "lang=ko", body)[1]["detail"]
        check(f"{korean} is Korean", any("가" <= letter <= "힣" for letter in korean), True)
    check("a long question", [client.post(path, json.dumps({"dataset": kept["id"], "bad": "x" * (256 << 10)}))[0] for path in ("/v1/models", f"/v1/models/{model}/versions")], [413, 413])
    for what, file in (("rubbish", b"MARUMODL rubbish"), ("nothing", b""), ("a table", PRESS)):
        check(f"no model: {what}", client.post("/v1/models", form(("name", what), file=file), FORM)[0], 400)
    for fields, why in (({"target": "없는 열"}, "없는 열"), ({"goal": "life"}, "수명")):
        status, begun = client.post("/v1/models", {"dataset": kept["id"], "name": "fails", **fields})
        state = wait(begun["run"]["id"])
        check(f"a training that fails: {state.get('problem', {}).get('detail_ko')}", (state["state"], why in state["problem"]["detail_ko"], client.get("/v1/models/" + begun["model"]["id"])[1]["versions"]), ("failed", True, []))
        check("nobody to ask", client.post(f"/v1/models/{begun['model']['id']}/predict", PRESS)[0], 409)
        client.ask("DELETE", "/v1/models/" + begun["model"]["id"])


def others_see_nothing(model, kept):
    check("other's lists", (other.get("/v1/models")[1]["items"], other.get("/v1/datasets")[1]["items"], other.get("/v1/runs")[1]["items"]), ([], [], []))
    for method, path, body in (("GET", f"/v1/models/{model}", None), ("GET", f"/v1/models/{model}/versions/1/file", None), ("GET", f"/v1/datasets/{kept['id']}/file", None), ("GET", f"/v1/datasets/{kept['id']}/quality", None), ("DELETE", f"/v1/models/{model}", None),
                               ("DELETE", f"/v1/datasets/{kept['id']}", None), ("PATCH", f"/v1/models/{model}", {"is_on": False}), ("POST", f"/v1/models/{model}/predict", PRESS), ("POST", f"/v1/models/{model}/rollback", {})):
        check(f"other: {method} {path[:14]}", other.ask(method, path, body)[0], 404)
    check("other cannot learn from it", other.post("/v1/models", {"dataset": kept["id"]})[0], 422)
    viewer = server.client(client.post("/v1/tokens", {"role": "viewer", "name": "v"})[1]["token"])
    check("a viewer reads", (viewer.get("/v1/models/" + model)[0], viewer.get(f"/v1/datasets/{kept['id']}/file")[0]), (200, 200))
    check("and does nothing", [viewer.ask(*one)[0] for one in (("POST", "/v1/datasets", PRESS), ("POST", "/v1/models", {}), ("DELETE", f"/v1/models/{model}"), ("POST", f"/v1/models/{model}/rollback", {}))], [403] * 4)


def until(seconds, is_it):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not is_it():
        time.sleep(0.005)
    return is_it()


def long_ones():
    """On a real table: stopped at once, and killed in the middle."""
    global server, client
    content = open(os.path.join(DATA, "ai4i2020", "ai4i2020.csv"), "rb").read() if DATA else press_shop(6000)
    options = {"target": "Machine failure", "leave_out": ["TWF", "HDF", "PWF", "OSF", "RNF"]} if DATA else {"target": "판정", "leave_out": ["두께"]}
    kept = client.post("/v1/datasets?file=long.csv", content)[1]
    begun = client.post("/v1/models", {"dataset": kept["id"], "kind": "trees", **options})[1]
    run = begun["run"]["id"]
    check("a name after the dataset", begun["model"]["name"], "long")
    check("it runs", until(30, lambda: 0 < client.get("/v1/runs/" + run)[1]["progress"] < 1), True)
    began = time.monotonic()
    client.post(f"/v1/runs/{run}/cancel", {})
    check("stopped", (wait(run)["state"], client.get("/v1/models/" + begun["model"]["id"])[1]["versions"]), ("cancelled", []))
    check(f"soon: {time.monotonic() - began:.2f} s", time.monotonic() - began < 5, True)
    begun = client.post(f"/v1/models/{begun['model']['id']}/versions", {"dataset": kept["id"], "kind": "trees", **options})[1] | {"model": begun["model"]}
    run = begun["run"]["id"]
    check("it runs again", until(30, lambda: 0.2 < client.get("/v1/runs/" + run)[1]["progress"] < 0.9), True)
    server.kill()
    server = Server(MARU, PLACE, *store_of(PLACE))
    client = server.client(TOKEN)
    state = wait(run)
    told = client.get("/v1/models/" + begun["model"]["id"])[1]
    its = [word for name, values in options.items() for value in (values if isinstance(values, list) else [values]) for word in ("--" + name.replace("_", "-"), value)]
    bytes_, card = command(content, "long.csv", "--kind", "trees", *its)
    check("killed and done again, once", (state["state"], [one["version"] for one in told["versions"]]), ("done", [1]))
    check("to the bytes of the command", client.raw("GET", f"/v1/models/{told['id']}/versions/1/file")[1] == bytes_, True)
    check("by the same fingerprint", told["versions"][0]["fingerprint"], card["fingerprint"])
    begun = client.post(f"/v1/models/{told['id']}/versions", {"dataset": kept["id"], "kind": "trees", **options})[1]
    check("one more runs", until(30, lambda: client.get("/v1/runs/" + begun["run"]["id"])[1]["progress"] > 0), True)
    check("a dataset that goes while it is learnt from", client.ask("DELETE", "/v1/datasets/" + kept["id"])[0], 204)
    check("versions stay", client.get(f"/v1/models/{told['id']}/versions/1")[1]["dataset"], None)
    check("a model that goes while it learns", (client.ask("DELETE", "/v1/models/" + told["id"])[0], client.get("/v1/runs/" + begun["run"]["id"])[0]), (204, 404))
    began = time.monotonic()
    check("and the server ends", (server.stop(), time.monotonic() - began < 10), (0, True))


def one_at_a_time():
    """Trainings that have no memory beside others wait, and say so; who is cancelled meanwhile does not; simulations pass."""
    global server, client
    server = Server(MARU, os.path.join(folder, "small"), "--training-memory", "1", "--workers", "4")
    client = server.client(server.token)
    kept = client.post("/v1/datasets?file=press.csv", PRESS)[1]["id"]
    run = lambda one: client.get("/v1/runs/" + one["run"]["id"])[1]
    first, second, third = (client.post("/v1/models", {"dataset": kept, "name": name, "target": "판정", "kind": kind})[1] for name, kind in (("a", "trees"), ("b", "linear"), ("c", "linear")))
    check("the first goes on alone", until(30, lambda: "what" in run(first) and 0 < run(first)["progress"] < 1), True)
    check(f"it says what it does: {run(first).get('what')}", run(first)["what"]["ko"] != run(first)["what"]["en"], True)
    check("the second waits", until(10, lambda: "memory" in run(second).get("what", {"en": ""})["en"]) and run(second)["state"], "waiting")
    check(f"in Korean: {run(second).get('what')}", "메모리" in run(second)["what"]["ko"], True)
    check("and so does the third", (run(third)["state"], run(third)["ahead"]), ("waiting", 1))
    client.post(f"/v1/runs/{second['run']['id']}/cancel", {})
    check("cancelled while it waits", (wait(second["run"]["id"])["state"], run(first)["state"]), ("cancelled", "running"))
    client.post(f"/v1/runs/{first['run']['id']}/cancel", {})
    check("the third's turn comes", (wait(first["run"]["id"])["state"], wait(third["run"]["id"])["state"]), ("cancelled", "done"))
    check("then nothing is said", "what" in run(third), False)
    check("and the server ends", server.stop(), 0)


TOKEN = server.token
kept = datasets()
model, bytes_ = trained(kept)
asked(model, bytes_)
lives(model, kept, bytes_)
makes_no_sense(model, kept)
others_see_nothing(model, kept)
long_ones()
one_at_a_time()
finish()
