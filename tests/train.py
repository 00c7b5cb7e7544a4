#!/usr/bin/env python3
# tests/train.py MARU [long]: models from spreadsheets, black box: `maru train`, `maru predict`, `maru models`, on a press shop's file in CP949, on
# numbers and classes, lives, odd rows and process faults, on files that nothing can be learnt from, and on models that are none.
import csv, io, json, math, os, random, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cloud import check, finish, temporary

MARU, LONG = sys.argv[1], sys.argv[2:] == ["long"]
DATA = os.environ.get("MARU_DATA", "")
folder = temporary()


def path_of(name):
    return os.path.join(folder, name)


def write(name, text, encoding="utf-8"):
    with open(path_of(name), "wb") as file:
        file.write(text.encode(encoding))
    return path_of(name)


def maru(*words, lang="en"):
    done = subprocess.run([MARU, *words, "--lang", lang], capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout, done.stderr


def train(path, name, *options):
    status, out, error = maru("train", path, "-o", path_of(name), "--json", *options)
    check(f"train {name}: {error}", status, 0)
    return json.loads(out) if out else {}


def figure(card, name):
    return next(one for one in card["figures"] if one["name"] == name)


HEAD = ["생산일시", "로트번호", "호기", "3존온도(℃)", "압력(bar)", "두께(mm)", "불량유형", "판정"]


def press_shop(n, seed):
    """Above 84 degrees a third is bad, else 3 %; thickness follows temperature; the kind of defect is written afterwards."""
    at, rows = random.Random(seed), []
    for i in range(n):
        zone, pressure = 80 + 6 * at.random(), at.gauss(100, 3)
        is_bad = at.random() < (0.33 if zone > 84 else 0.03)
        rows.append([f"2025-{3 + i // 24 // 28:02d}-{1 + i // 24 % 28:02d} {i % 24:02d}:30", f"L{i // 25:04d}", f"{1 + at.randrange(3)}호기", f"{zone:.2f}", f"{pressure:.1f}",
                     f"{2 + 0.05 * (zone - 83) + at.gauss(0, 0.02):.3f}", at.choice(["긁힘", "찍힘"]) if is_bad else "", "NG" if is_bad else "OK"])
    return rows


def as_text(rows, head=HEAD):
    return "\r\n".join(";".join(row) for row in [head, *rows]) + "\r\n"


def predictions(text):
    return list(csv.DictReader(io.StringIO(text)))


def a_small_maker():
    path = write("press.csv", as_text(press_shop(1500, 1)), "cp949")
    card = train(path, "press.maru", "--leave-out", "두께")
    check("target, found", (card["target"], card["goal"], card["bad"]), ("판정", "yes or no", "NG"))
    check("later rows are set aside", (card["split"], card["n_train"] + card["n_test"], card["train_to"] < card["test_from"]), ("later rows", 1500, True))
    check(f"it ranks bad above good: {figure(card, 'auc')}", figure(card, "auc")["low"] > 0.6, True)
    check(f"by the column that was planted: {card['suspects'][:1]}", card["suspects"][0]["feature"].startswith("3존온도"), True)
    check("what was written afterwards is no input", any("불량유형" in one["feature"] for one in card["suspects"]), False)
    check("probabilities come true", figure(card, "calibration_error")["value"] < 0.08, True)
    check("it pays", figure(card, "cost")["value"] < figure(card, "cost")["constant"], True)
    check("no warning not to use it", "no_better" in card["warnings"], False)
    with open(path_of("press.maru"), "rb") as file:
        first = file.read()
    train(path, "again.maru", "--leave-out", "두께", "--threads", "2")
    with open(path_of("again.maru"), "rb") as file:
        check("trained twice, the same bytes", file.read() == first, True)
    rows = press_shop(200, 2)
    rows[3][3] = "200"
    rows[4][2] = "9호기"
    status, out, error = maru("predict", path_of("press.maru"), write("today.csv", as_text(rows)))
    told = predictions(out)
    check("predict", (status, len(told), told[0]["line"]), (0, 200, "2"))
    hot = [float(one["probability"]) for one, row in zip(told, rows) if float(row[3]) > 84.2]
    cool = [float(one["probability"]) for one, row in zip(told, rows) if float(row[3]) < 83.8]
    check("hot ones are likelier bad", sum(hot) / len(hot) > 3 * sum(cool) / len(cool), True)
    check("alarms follow the threshold", all((float(one["probability"]) >= card["threshold"]) == (one["alarm"] == "1") for one in told), True)
    check("what was never seen is flagged", (told[3]["outside"], told[3]["outside_of"], [one["outside"] for one in told[5:]].count("0") > 180), ("1", "3존온도 [℃]", True))
    check("and said", "outside of what the model has seen" in error, True)
    why = predictions(maru("predict", path_of("press.maru"), path_of("today.csv"), "--why", lang="ko")[1])
    said = [one["why"] for one, row in zip(why, rows) if float(row[3]) > 84.2]
    check(f"why, in words: {said[:1]}", all(one.startswith("3존온도 [℃] 8") and "올림" in one.split(";")[0] for one in said[2:]), True)
    check("one unit alone", len(predictions(maru("predict", path_of("press.maru"), write("one_unit.csv", as_text(rows[:1])))[1])), 1)
    status, out, error = maru("predict", path_of("press.maru"), write("narrow.csv", as_text([row[:4] for row in rows], HEAD[:4])), "--plain")
    check("a table without a column", (status, len(out.split()), "압력" in error), (0, 200, True))
    status, out, _ = maru("models", "show", path_of("press.maru"), lang="ko")
    check("the card in Korean", (status, "본 적 없는 행에서 얼마나 맞는가" in out, "3존온도" in out), (0, True, True))


def numbers_and_classes():
    path = write("thick.csv", as_text(press_shop(1200, 3)))
    card = train(path, "thick.maru", "--target", "두께", "--unit", "로트번호", "--split", "group", "--leave-out", "판정")
    check("a number", (card["goal"], card["group"]), ("number", "로트번호"))
    check(f"its error: {figure(card, 'rmse')}", 0.018 < figure(card, "rmse")["value"] < 0.026, True)
    coverage = figure(card, "coverage")
    check(f"80 % intervals: {coverage}", coverage["low"] < 0.8 < coverage["high"] or 0.75 < coverage["value"] < 0.85, True)
    status, out, _ = maru("predict", path_of("thick.maru"), path, "--json")
    first = json.loads(out)["predictions"][0]
    check("an interval around each", (status, first["low"] < first["value"] < first["high"]), (0, True))
    at = random.Random(5)
    rows = [[f"{at.gauss(k % 3, 0.4):.3f}", f"{at.gauss(k // 3 % 2, 1):.3f}", f"종류{k % 3 if at.random() > 0.1 else 0}"] for k in range(600)]
    card = train(write("kinds.csv", as_text(rows, ["가", "나", "유형"])), "kinds.maru", "--target", "유형", "--goal", "class", "--split", "random")
    check(f"classes: {figure(card, 'accuracy')}", figure(card, "accuracy")["low"] > figure(card, "accuracy")["constant"] + 0.2, True)
    check("random rows are marked", "optimistic" in card["warnings"], True)
    status, out, _ = maru("predict", path_of("kinds.maru"), write("one.csv", "가;나;유형\r\n2.1;0;\r\n0.1;0;\r\n"), "--plain")
    check("a class a line", (status, out.split()), (0, ["종류2", "종류0"]))


def a_daily_sheet():
    """A row is many units: what is learned is the share of bad ones, in percent, and no kind of defect tells it."""
    at, rows = random.Random(9), [["설비", "생산수량", "불량수량", "스크래치", "습도"]]
    for i in range(400):
        made, humid = at.randrange(380, 520), at.gauss(50, 8)
        rate = (0.05 if i % 3 == 1 else 0.01) * (1.5 if humid > 55 else 1)
        kinds = [sum(at.random() < rate * share for _ in range(made)) for share in (0.6, 0.4)]
        rows.append([f"{i % 3 + 1}호기", made, sum(kinds), kinds[0], f"{humid:.1f}"])
    path = write("daily.csv", "\n".join(",".join(map(str, row)) for row in rows) + "\n", "cp949")
    card = train(path, "daily.maru")
    check("the share of bad ones", (card["goal"], card["target"], card["unit"]), ("number", "불량수량 / 생산수량", "%"))
    check("is foretold", figure(card, "r2")["low"] > 0.6, True)
    status, out, error = maru("predict", path_of("daily.maru"), path)
    answers = [float(row["prediction"]) for row in predictions(out)]
    mean = [sum(answers[k::3]) / len(answers[k::3]) for k in range(3)]
    check(f"of each machine: {mean}", (0.9 < mean[0] < 1.8, 4.5 < mean[1] < 7.5, 0.9 < mean[2] < 1.8), (True,) * 3)


def a_pump(name, life, upto, at):
    """Vibration and temperature rise over the last 40 hours of a pump's life; the setting is what somebody chose."""
    return [f"{name},{k},{at.choice([20, 50])},{3 + 2 * max(0, 40 - life + k) ** 2 / 1600 + at.gauss(0, 0.2):.3f},{70 + 8 * max(0, 40 - life + k) / 40 + at.gauss(0, 1):.2f}" for k in range(1, upto + 1)]


def remaining_life():
    at = random.Random(3)
    head = "펌프,운전시간(h),설정,진동(mm/s),온도(℃)\r\n"
    rows = [row for u in range(14) for row in (lambda life: a_pump(f"P{u}", life, life, at))(at.randrange(60, 110))]
    now, left = [], []
    for u in range(10):
        life = at.randrange(60, 110)
        left.append(min(40, at.randrange(1, 50)))
        now += a_pump(f"새 펌프 {u}", life, life - left[-1], at)
    path = write("pumps.csv", head + "\r\n".join(rows) + "\r\n", "cp949")
    card = train(path, "pumps.maru", "--goal", "life", "--unit", "펌프", "--order", "운전시간", "--setting", "설정", "--cap", "40")
    check("what it learned from", (card["n_unit"], card["n_row"], card["counted_in"], [one["name"] for one in card["columns"] if one["is_setting"]]), (14, len(rows), "h", ["설정"]))
    check(f"off on pumps held out: {card['rmse_held_out']}", card["rmse_held_out"] < 6, True)
    told = predictions(maru("predict", path_of("pumps.maru"), write("pumps_now.csv", head + "\r\n".join(now) + "\r\n"))[1])
    check("a pump a line, as the table has them", [one["unit"] for one in told], [f"새 펌프 {u}" for u in range(10)])
    error = (sum((float(one["remaining"]) - true) ** 2 for one, true in zip(told, left)) / 10) ** 0.5
    check(f"off on new pumps: {error}", error < 6, True)
    held = sum(float(one["low"]) <= true <= float(one["high"]) for one, true in zip(told, left))
    check(f"intervals that hold: {held}", held >= 5, True)
    plain = maru("predict", path_of("pumps.maru"), path_of("pumps_now.csv"), "--plain")[1].split()
    check("one number a line", [float(one) for one in plain], [float(one["remaining"]) for one in told])
    check("its card in Korean", "남은 수명" in maru("models", "show", path_of("pumps.maru"), lang="ko")[1], True)
    for what, words, status in (("without an order", ["--unit", "펌프"], 2), ("no such column", ["--unit", "펌프", "--order", "시간"], 3)):
        check(what, maru("train", path, "--goal", "life", *words, lang="ko")[0], status)
    status, _, error = maru("predict", path_of("pumps.maru"), path_of("press.csv"), lang="ko")
    check(f"a table without pumps: {error.strip()}", (status, "펌프" in error), (3, True))
    with open(path_of("pumps.maru"), "rb") as file:
        good = file.read()
    for data in (good[:-1], good[:200] + b"x" + good[201:], good[:12]):
        with open(path_of("bad.maru"), "wb") as file:
            file.write(data)
        check("a damaged one", maru("predict", path_of("bad.maru"), path_of("pumps_now.csv"))[0], 3)


def wafer_maps():
    """A row a die; lots of six wafers, some with a bad ring or center; lot 7 was hit as a whole."""
    at, rows = random.Random(3), []
    for lot in range(24):
        for wafer in range(1, 7):
            pattern = "ring" if lot == 7 else at.choice(["none", "none", "ring", "center"])
            for y in range(14):
                for x in range(14):
                    radius = ((x - 6.5) ** 2 + (y - 6.5) ** 2) ** 0.5 / 7
                    is_hit = pattern == "ring" and radius > 0.8 or pattern == "center" and radius < 0.4
                    if radius <= 1:
                        rows.append([f"A{lot:02d}", str(wafer), str(x), str(y), "5" if at.random() < (0.8 if is_hit else 0.05) else "1", pattern])
    path = write("maps.csv", as_text(rows, ["로트", "웨이퍼", "X좌표", "Y좌표", "BIN", "불량패턴"]))
    card = train(path, "maps.maru", "--goal", "wafer")
    check(f"patterns: {card['patterns']}", ([one["name"] for one in card["patterns"]], figure(card, "macro_f1")["low"] > 0.6, card["n_train"] + card["n_test"]), (["center", "none", "ring"], True, 144))
    status, out, error = maru("predict", path_of("maps.maru"), path, "--json", "--why")
    said = json.loads(out)
    right = sum(one["class"] == row[5] for one, row in zip(said["maps"], {(row[0], row[1]): row for row in rows}.values()))
    check(f"maps are told: {error}", (status, len(said["maps"]), right > 130, all(len(one["die"]) == 196 and one["why"] for one in said["maps"])), (0, 144, True, True))
    check(f"the lot that was hit: {said['shared']}", [(one["lot"], one["class"]) for one in said["shared"]], [("A07", "ring")])
    check("the dies of a map", (said["maps"][0]["die"].count("2"), said["maps"][0]["bad"]), (said["maps"][0]["bad"],) * 2)
    check("as CSV", predictions(maru("predict", path_of("maps.maru"), path)[1])[42]["lot"], "A07")
    status, _, error = maru("train", write("flat.csv", as_text(rows[:500], ["로트", "웨이퍼", "가로", "Y좌표", "BIN", "불량패턴"])), "--goal", "wafer", "-o", path_of("flat.maru"), lang="ko")
    check(f"no x: {error.strip()}", (status, "x" in error, os.path.exists(path_of("flat.maru"))), (3, True, False))


def a_life(at, is_b):
    """Of shape 2 and scale 1000 h; material B lives half as long. After 1500 h nobody looks."""
    life = 1000 * (-math.log(at.random())) ** 0.5 / (2 if is_b else 1)
    return [f"{min(life, 1500):.1f}", "A" if not is_b else "B", f"{at.random():.3f}", "고장" if life < 1500 else "가동"]


def how_long_units_live():
    at = random.Random(21)
    head = ["시간(h)", "재질", "잡음", "상태"]
    path = write("lives.csv", as_text([a_life(at, i % 2 == 1) for i in range(400)], head), "cp949")
    options = ["--goal", "survival", "--order", "시간", "--target", "상태", "--bad", "고장"]
    card = train(path, "lives.maru", *options)
    shape, by = card["weibull"]["shape"], {one["name"]: one["median"]["value"] for one in card["curves"]}
    check(f"the shape: {shape}", shape["low"] < 2 < shape["high"], True)
    check(f"halves: {by}", 1.6 < by["A"] / by["B"] < 2.5 and card["group_p"] < 1e-6, True)
    check(f"held out: {card['concordance']}", card["concordance"]["low"] > 0.5 and "no_better" not in card["warnings"], True)
    check("curves fall", all(a["surviving"] >= b["surviving"] and a["age"] < b["age"] for one in card["curves"] for a, b in zip(one["points"], one["points"][1:])), True)
    train(path, "again.maru", *options, "--threads", "2")
    with open(path_of("lives.maru"), "rb") as one, open(path_of("again.maru"), "rb") as other:
        check("the same bytes", one.read() == other.read(), True)
    asked = write("running.csv", as_text([["100", "A", "0.5", ""], ["100", "B", "0.5", ""], ["", "A", "0.5", ""], ["900", "C", "", ""]], head), "cp949")
    rows = predictions(maru("predict", path_of("lives.maru"), asked)[1])
    check(f"B is nearer to its end: {rows[:2]}", float(rows[0]["remaining"]) > 1.3 * float(rows[1]["remaining"]), True)
    check("its interval", all(float(row["low"]) < float(row["remaining"]) < float(row["high"]) for row in rows[:2]), True)
    check("without an age nothing", (rows[2]["remaining"], rows[2]["surviving"]), ("", ""))
    check("as JSON", [one.get("value") is not None for one in json.loads(maru("predict", path_of("lives.maru"), asked, "--json")[1])["predictions"]], [True, True, False, True])
    check("its card in Korean", "닳아서 고장 납니다" in maru("models", "show", path_of("lives.maru"), lang="ko")[1], True)
    ended = write("ended.csv", as_text([[f"{100 * (i + 1)}", "고장"] for i in range(20)], ["시간(h)", "상태"]))
    card = train(ended, "ended.maru", *options)
    check("all have failed", (card["n_life"], card["n_failed"]), (20, 20))
    for what, words, status in (("without ages", ["--target", "상태"], 2), ("no such column", ["--order", "나이"], 3), ("ages that are words", ["--order", "재질"], 3)):
        check(what, maru("train", path, "--goal", "survival", "-o", path_of("none.maru"), *words, lang="ko")[0], status)
    check("no ONNX", maru("models", "show", path_of("lives.maru"), "--onnx", path_of("lives.onnx"))[0], 3)


def rows_that_are_odd():
    at = random.Random(22)
    def row(i):
        common, is_odd = at.gauss(0, 1), i % 25 == 7
        x = [common + 0.3 * at.gauss(0, 1) for _ in range(5)]
        x[2] = -2 * common + (3 if common > 0 else -3) if is_odd else x[2]
        return [f"2025-{1 + i // 24 // 28:02d}-{1 + i // 24 % 28:02d} {i % 24:02d}:30"] + [f"{one:.3f}" for one in x] + ["NG" if is_odd else "OK"]
    head = ["일시", "a", "b", "c", "d", "e", "판정"]
    path = write("odd.csv", as_text([row(i) for i in range(2000)], head))
    card = train(path, "odd.maru", "--goal", "odd", "--level", "0.98")
    check(f"odd ones are bad: {card['bad_of_odd']} {card['bad_of_others']} {card['auc']}", card["label"] == "판정" and card["bad_of_odd"]["low"] > card["bad_of_others"]["high"] and card["auc"]["low"] > 0.6, True)
    check(f"c makes them so: {card['columns'][:1]}", card["columns"][0]["feature"], "c")
    rows = predictions(maru("predict", path_of("odd.maru"), path, "--why", lang="ko")[1])
    odd = [row for row in rows if row["odd"] == "1"]
    check(f"{len(odd)} of {len(rows)} are odd", 20 < len(odd) < 160 and all(float(row["good_rows_as_odd"]) <= 0.02 for row in odd), True)
    check(f"why: {odd[0]['why']}", "이상합니다" in odd[0]["why"] and "c" in odd[0]["columns"].split("; "), True)
    check("one number a line", len(maru("predict", path_of("odd.maru"), path, "--plain")[1].split()), len(rows))
    check("the verdict is no column of it", maru("predict", path_of("odd.maru"), write("blind.csv", as_text([row(i)[:-1] for i in range(50)], head[:-1])))[0], 0)


def a_run(at, run, word, moved, n):
    """A sample resembles the one before; a fault moves one of the four signals."""
    rows, before = [], [0.0] * 4
    for i in range(n):
        before = [0.5 * x + at.gauss(0, 1) for x in before]
        rows.append([f"R{run:02d}", f"{i}", word, *(f"{x + 10 * k + (4 if k == moved else 0):.3f}" for k, x in enumerate(before))])
    return rows


def what_is_wrong_with_a_process():
    at = random.Random(23)
    head = ["가동", "초", "고장", "온도", "유량", "압력", "수위"]
    words = {"정상": 9, "누설": 0, "막힘": 1, "고착": 2, "처짐": 3}
    rows = [row for run in range(20) for word in [list(words)[0 if run < 8 else 1 + (run - 8) // 3]] for row in a_run(at, run, word, words[word], 80)]
    options = ["--goal", "faults", "--target", "고장", "--unit", "가동", "--order", "초"]
    path = write("faults.csv", as_text(rows + a_run(at, 30, "", 9, 20), head), "cp949")
    card = train(path, "faults.maru", *options)
    by = {one["name"]: one for one in card["faults"]}
    check(f"normal is found, what says nothing is left out: {card['normal']} {card['n_left_out']}", (card["normal"], card["n_left_out"], "not_said" in card["warnings"]), ("정상", 20, True))
    check(f"false alarms: {card['false_alarms']}", card["false_alarms"]["low"] <= 0.01 and card["n_normal_tried"] > 100, True)
    check("seen, and soon", all(one["detected"]["value"] > 0.6 and one["delay"] < 10 for one in by.values()), True)
    check(f"named: {card['named']} {card['confusion']}", len(by) == 4 and card["named"]["value"] > 0.7 and all(one["is_by_run"] for one in by.values()), True)
    train(path, "again.maru", *options, "--threads", "2")
    with open(path_of("faults.maru"), "rb") as one, open(path_of("again.maru"), "rb") as other:
        check("the same bytes", one.read() == other.read(), True)
    asked = write("fresh.csv", as_text([row[:2] + row[3:] for row in a_run(at, 90, "", 1, 60) + a_run(at, 91, "", 9, 60)], head[:2] + head[3:]), "cp949")
    said = predictions(maru("predict", path_of("faults.maru"), asked, "--why", lang="ko")[1])
    alarms = [row for row in said[:60] if row["alarm"] == "1"]
    check(f"its fault has a name: {alarms[-1]}", len(alarms) > 30 and sum(row["fault"] == "막힘" for row in alarms) > 0.8 * len(alarms) and sum(row["columns"].split("; ")[0] == "유량" for row in alarms) > 0.8 * len(alarms), True)
    check("why, in words", "정상일 때와 다릅니다" in alarms[-1]["why"] and "유량" in alarms[-1]["why"], True)
    check("a run without a fault", sum(row["alarm"] == "1" for row in said[60:]) < 6 and said[60]["statistic"] == "", True)
    check("as JSON", [one["fault"] for one in json.loads(maru("predict", path_of("faults.maru"), asked, "--json")[1])["predictions"]].count("막힘") > 30, True)
    check("its card in Korean", "알람을 냈습니다" in maru("models", "show", path_of("faults.maru"), lang="ko")[1], True)
    card = train(path, "alarms.maru", "--goal", "faults", "--unit", "가동", "-x", "초", "--level", "0.95")
    check(f"without a column of faults: {card['warnings']}", card["faults"] == [] and "unlabeled" in card["warnings"] and card["alpha"] < 0.051, True)
    for what, words, status in (("no such word", ["--normal", "좋음"], 3), ("no such column", ["--target", "이상"], 3), ("nothing in order", ["--order", "고장"], 3), ("all faulty", ["--normal", "누설", "-x", "온도", "-x", "유량", "-x", "압력", "-x", "수위"], 3)):
        status_is, _, error = maru("train", path, "-o", path_of("none.maru"), *options, *words, lang="ko")
        check(f"{what}: {error.strip()}", (status_is, any("가" <= c <= "힣" for c in error)), (status, True))


def nothing_to_learn():
    at = random.Random(7)
    good = as_text(press_shop(300, 8))
    dull = {
        "empty": "",
        "a head alone": "a;b;판정\r\n",
        "one row": "a;b;판정\r\n1;2;OK\r\n",
        "few rows": as_text(press_shop(20, 9)),
        "one class": as_text([row[:-1] + ["OK"] for row in press_shop(200, 10)]),
        "nothing but the target": as_text([[row[-1]] for row in press_shop(200, 11)], ["판정"]),
        "all missing": as_text([[""] * 4 + [row[-1]] for row in press_shop(200, 12)], ["a", "b", "c", "d", "판정"]),
        "too many columns": ";".join(f"c{i}" for i in range(1000000)) + "\r\n",
        "no text": "\0\1\2\3" * 1000,
    }
    for what, text in dull.items():
        status, out, error = maru("train", write("dull.csv", text), "-o", path_of("dull.maru"), lang="ko")
        check(f"{what}: {error.strip()}", (status in (3, 4), len(error.splitlines()) >= 1, os.path.exists(path_of("dull.maru"))), (True, True, False))
    for what, text in dull.items():
        for words in (["--goal", "odd"], ["--goal", "survival", "--order", "b"], ["--goal", "faults", "--target", "판정"]):
            status, _, error = maru("train", write("dull.csv", text), "-o", path_of("dull.maru"), *words, lang="ko")
            is_learnt = status == 0 and words[1] in ("odd", "faults")  # a table of one class has rows that are odd, and is normal
            check(f"{what}, {words[1]}: {error.strip()}", is_learnt or (status in (3, 4) and len(error.splitlines()) >= 1), True)
    if os.path.exists(path_of("dull.maru")):
        os.remove(path_of("dull.maru"))
    status, _, error = maru("train", write("good.csv", good), "-o", path_of("dull.maru"), "--target", "불량", lang="ko")
    check(f"no such column: {error.strip()}", (status, "불량" in error), (3, True))
    check("no such goal", maru("train", path_of("good.csv"), "--goal", "maybe")[0], 2)
    noise = [[f"{at.gauss(0, 1):.3f}" for _ in range(8)] + [at.choice(["OK"] * 9 + ["NG"])] for _ in range(600)]
    card = train(write("noise.csv", as_text(noise, [f"c{i}" for i in range(8)] + ["판정"])), "noise.maru")
    check(f"noise is called so: {figure(card, 'auc')}", "no_better" in card["warnings"], True)


def models_that_are_none():
    with open(path_of("press.maru"), "rb") as file:
        good = file.read()
    for what, data in {"text": b"hello", "nothing": b"", "cut": good[:-100], "changed": good[:500] + b"x" + good[501:], "longer": good + b"x"}.items():
        with open(path_of("bad.maru"), "wb") as file:
            file.write(data)
        status, out, error = maru("predict", path_of("bad.maru"), path_of("today.csv"), lang="ko")
        check(f"{what}: {error.strip()}", (status, out, "모델" in error), (3, "", True))


a_small_maker()
numbers_and_classes()
a_daily_sheet()
remaining_life()
wafer_maps()
how_long_units_live()
rows_that_are_odd()
what_is_wrong_with_a_process()
nothing_to_learn()
models_that_are_none()
if LONG and os.path.exists(os.path.join(DATA, "ai4i2020", "ai4i2020.csv")):
    card = train(os.path.join(DATA, "ai4i2020", "ai4i2020.csv"), "ai4i.maru")
    check(f"AI4I: {figure(card, 'auc')}", figure(card, "auc")["low"] > 0.9, True)
    words = ["--goal", "odd", "--target", "Machine failure", *(word for name in ("TWF", "HDF", "PWF", "OSF", "RNF") for word in ("-x", name))]
    odd = train(os.path.join(DATA, "ai4i2020", "ai4i2020.csv"), "ai4i_odd.maru", *words)
    check(f"AI4I without labels: {odd['odd']} {odd['auc']}", odd["odd"]["low"] < 0.01 < odd["odd"]["high"] and odd["auc"]["low"] > 0.7, True)
    check("without the columns of its modes", any(one["feature"] in ("TWF", "HDF", "PWF", "OSF") for one in card["suspects"]), False)
finish()
