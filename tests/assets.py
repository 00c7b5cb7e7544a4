#!/usr/bin/env python3
# tests/assets.py MARU: where signals stand: without a table as their sources say, with one as people say, at once, for signals that were there
# and for those that come; again after a kill; and back by the next version. Nothing that is stored changes.
import os, signal, sys, time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import Server, check, finish, temporary, zip_of

MARU = sys.argv[1]
N = 300 if "MARU_QUICK" in os.environ else 10000

TABLE = """자산,상위,계층,이름,한글이름,호기,설비군,신호,신호이름,단위
hanbit,,기업,Hanbit,한빛정밀,,,,,
ulsan,hanbit,site,,울산공장,,,,,
press shop,hanbit/ulsan,area,,프레스동,,,,,
presses,hanbit/ulsan/press shop,work center,,,,Press,,,
press-1,hanbit/ulsan/press shop/presses,tool,,1호 프레스,Press/1,,line/press/motor/temp,온도,°C
hanbit/ulsan/press shop/presses/press-1,,,,,,,line/press/**,,
hanbit/ulsan/ovens/{2},,,,,,,line/ovens/*/oven-*/**,,
"""
EQUIPMENT = "equipment,signal,value,means,tool\npress,state,RUN,productive,Press/1\npress,state,IDLE,standby,Press/1\n"


def put(client, name, text, want):
    status, answer = client.ask("PUT", "/v1/documents/" + name, text if isinstance(text, bytes) else text.encode())
    check(f"{name} is kept", (status, answer if status not in (200, 201) else ""), (want, ""))


def csv_in(client, name, header, *cells):
    """One row of measurements of now, whose columns are signals."""
    now = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 9 * 3600))
    status, answer = client.ask("POST", f"/v1/samples?source={name}", f"time,{','.join(header)}\n{now},{','.join(cells)}\n", {"Content-Type": "text/csv"})
    check("measurements are taken", (status, answer if status != 200 else ""), (200, ""))


def placed(client, ask=""):
    return {one["source"]: (one["asset"], one["name"], one["unit"]) for one in client.get("/v1/signals?limit=1000" + ask)[1]["items"]}


def tree(client, ask=""):
    return client.get("/v1/assets" + ask)[1]


def main():
    folder = temporary()
    server = Server(MARU, folder)
    client = server.client(server.token)
    check("nothing yet", tree(client), {"version": None, "nowhere": 0, "items": []})
    csv_in(client, "line", ["press/motor/temp", "press/state", "ovens/east/oven-7/zone/1", "lamp"], "21.5", "RUN", "180", "1")
    before = {"line/press/motor/temp": ("press/motor", "temp", ""), "line/press/state": ("press", "state", ""),
              "line/ovens/east/oven-7/zone/1": ("ovens/east/oven-7/zone", "1", ""), "line/lamp": ("", "lamp", "")}
    check("as sources say", placed(client), before)
    check("a tree of these", [(one["path"], one["signals"], one["all"], one["level"]) for one in tree(client)["items"]],
          [("press", 1, 2, None), ("press/motor", 1, 1, None), ("ovens", 0, 1, None), ("ovens/east", 0, 1, None), ("ovens/east/oven-7", 0, 1, None),
           ("ovens/east/oven-7/zone", 1, 1, None)])
    check("one is nowhere", tree(client)["nowhere"], 1)

    status, answer = client.ask("PUT", "/v1/documents/assets", b"asset,level,signals\na,plant,\na/b,site,x**\n")
    check("faults with their places", (status, [(f["row"], f["column"]) for f in answer["faults"]]), (422, [(2, 2), (3, 3)]))
    check("in Korean, too", all(f["wrong_ko"] not in ("", f["wrong"]) and f["right_ko"] not in ("", f["right"]) for f in answer["faults"]), True)
    put(client, "equipment", EQUIPMENT, 201)
    put(client, "assets", TABLE, 201)
    press = "hanbit/ulsan/press shop/presses/press-1"
    after = {"line/press/motor/temp": (press, "온도", "°C"), "line/press/state": (press, "state", ""),
             "line/ovens/east/oven-7/zone/1": ("hanbit/ulsan/ovens/7", "zone/1", ""), "line/lamp": ("", "lamp", "")}
    check("as people say", placed(client), after)
    csv_in(client, "line", ["press/force", "ovens/west/oven-8/zone/1"], "12", "181")
    after |= {"line/press/force": (press, "force", ""), "line/ovens/west/oven-8/zone/1": ("hanbit/ulsan/ovens/8", "zone/1", "")}
    check("those that come, too", placed(client), after)
    items = {one["path"]: one for one in tree(client)["items"]}
    check("the tree", [(path, one["level"], one["name_ko"], one["signals"], one["all"]) for path, one in items.items()],
          [("hanbit", "enterprise", "한빛정밀", 0, 5), ("hanbit/ulsan", "site", "울산공장", 0, 5), ("hanbit/ulsan/press shop", "area", "프레스동", 0, 3),
           ("hanbit/ulsan/press shop/presses", "work center", "presses", 0, 3), (press, "tool", "1호 프레스", 3, 3),
           ("hanbit/ulsan/ovens", None, "ovens", 0, 2), ("hanbit/ulsan/ovens/7", None, "7", 1, 1), ("hanbit/ulsan/ovens/8", None, "8", 1, 1)])
    check("its words", (items["hanbit"]["name"], items[press]["level_ko"], items[press]["tool"], items["hanbit/ulsan/press shop/presses"]["group"], items[press]["parent"]),
          ("Hanbit", "장비", "Press/1", "Press", "hanbit/ulsan/press shop/presses"))
    check("the tool's state", (items[press]["state"] or {}).get("state"), "productive")
    check("and nothing of others", items["hanbit"]["state"], None)
    check("a part of it", [one["path"] for one in tree(client, "?under=hanbit/ulsan/ovens")["items"]],
          ["hanbit/ulsan/ovens", "hanbit/ulsan/ovens/7", "hanbit/ulsan/ovens/8"])
    check("as deep as wanted", [one["path"] for one in tree(client, "?under=hanbit&depth=1")["items"]], ["hanbit", "hanbit/ulsan"])
    check("nothing there", (tree(client, "?under=nowhere")["items"], client.get("/v1/assets?depth=17")[0]), ([], 400))
    check("signals by asset", sorted(placed(client, "&asset=hanbit/ulsan/ovens")), ["line/ovens/east/oven-7/zone/1", "line/ovens/west/oven-8/zone/1"])
    check("by tool", sorted(placed(client, "&tool=Press/1")), ["line/press/force", "line/press/motor/temp", "line/press/state"])
    check("by a tool that is none", placed(client, "&tool=Press/9"), {})

    series(client, press)
    client.close()
    server.stop(signal.SIGKILL)
    server = Server(MARU, folder)
    client = server.client(server.token)
    check("again after a kill", placed(client), after)
    put(client, "assets", "asset\n", 200)
    check("back, by the next version", {source: placed(client)[source] for source in before}, before)
    check("the tree as well", tree(client)["version"], 2)

    proposal(client)
    many(client)
    check("it ends well", server.stop(), 0)
    finish()


def series(client, press):
    """What Grafana's Infinity data source asks for: rows with a time in milliseconds."""
    now = time.time()
    status, answer = client.get(f"/v1/series?asset=hanbit/ulsan/ovens&from={now - 600:.3f}&to={now + 60:.3f}&columns=66")
    check("rows of all signals of an asset", (status, [(r["asset"], r["name"], r["unit"], r["mean"], r["low"], r["high"], r["last"], r["n"]) for r in answer["rows"]]),
          (200, [("hanbit/ulsan/ovens/7", "zone/1", "", 180, 180, 180, 180, 1), ("hanbit/ulsan/ovens/8", "zone/1", "", 181, 181, 181, 181, 1)]))
    check("their times", all(0 <= now * 1000 - r["time"] < 60000 for r in answer["rows"]), True)
    tool = client.get(f"/v1/series?tool=Press/1&from={now - 600}&to={now + 60}")[1]["rows"]
    check("of a tool, numbers alone", [(r["asset"], r["name"], r["unit"]) for r in tool], [(press, "온도", "°C"), (press, "force", "")])
    ids = ",".join(str(r["signal"]) for r in tool)
    check("by their ids", [r["name"] for r in client.get(f"/v1/series?ids={ids}&q=force")[1]["rows"]], ["force"])
    text = client.get(f"/v1/series?ids={ids}&format=csv")[1].decode().split("\r\n")
    check("as CSV", (text[0], len(text)), ("time,signal,asset,name,unit,mean,low,high,last,n", 4))
    check("a tool that is none", client.get("/v1/series?tool=none")[1], {"rows": [], "more": False})
    check("what cannot be", [client.get("/v1/series?" + q)[0] for q in ("columns=0", "from=2&to=1", "ids=x", "format=xml", "from=soon")], [400] * 5)


def proposal(client):
    _, plant = client.post("/v1/plants?name=mini", zip_of("examples/minifab"), {"Content-Type": "application/zip"})
    check("without a plant", client.get("/v1/assets/proposal")[0], 400)
    check("no such plant", client.get("/v1/assets/proposal?plant=none")[0], 404)
    csv_in(client, "fab", ["minifab/Diffusion/Diffusion-2/State", "LITHO_01/dose"], "RUN", "30")
    status, table = client.get("/v1/assets/proposal?plant=" + plant["plant"])
    check("a table to start from", status, 200)
    put(client, "assets", table, 200)
    items = {one["tool"]: one for one in tree(client)["items"] if one["tool"]}
    check("every tool", sorted(items), ["Diffusion/1", "Diffusion/2", "Implant/1", "Implant/2", "Litho/1"])
    check("with its signals", [items[tool]["all"] for tool in sorted(items)], [0, 1, 0, 0, 1])
    levels = [one["level"] for one in tree(client)["items"] if one["path"].startswith(items["Litho/1"]["path"].split("/")[0])]
    check("levels from the top", levels[:4], ["site", "area", "work center", "tool"])


def many(client):
    """A table that names thousands of tools, and thousands of signals: both quick."""
    for at in range(0, N, 500):
        csv_in(client, "many", [f"cell{k // 10}/tag{k % 10}" for k in range(at, min(N, at + 500))], *[str(k) for k in range(at, min(N, at + 500))])
    rows = "".join(f"big/area{k % 20}/cell{k},tool,T/{k + 1},many/cell{k}/**\n" for k in range(N // 10))
    began = time.monotonic()
    put(client, "assets", "asset,level,tool,signals\n" + rows, 200)
    kept = time.monotonic() - began
    began = time.monotonic()
    items = tree(client)["items"]
    told = time.monotonic() - began
    check("all of them", [one["all"] for one in items if one["path"] == "big"], [N])
    check("each of ten", {one["signals"] for one in items if one["level"] == "tool"}, {10})
    check("found by tool", len(placed(client, f"&tool=T/{N // 10}")), 10)
    print(f"{N} signals, {N // 10} tools: the table holds after {kept * 1000:.0f} ms, the tree is told in {told * 1000:.0f} ms")
    answer = client.get("/v1/series?asset=big")[1]
    check("a hundred signals, and that there are more", (len({r["signal"] for r in answer["rows"]}), answer["more"]), (100, True))
    check("within a second or so", kept < 10 and told < 5, True)


main()
