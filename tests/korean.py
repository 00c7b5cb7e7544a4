#!/usr/bin/env python3
# tests/korean.py: what the program says to people it says in Korean, too. Three laws about src/ and src/study/words/korean*_list.h:
#   1. each English sentence of the list is still written somewhere in src/, letter by letter;
#   2. each text that is handed to a function which refuses (fail, request_refuse, ...) has its Korean;
#   3. so has each text of three words or more, but for what NOT_SENTENCES and NOT_FOR_PEOPLE let through, with the reason.
# A sentence is known as a whole or by its parts between ": ". `tests/korean.py all` prints what is left English.
import glob, re, sys

LITERALS = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*'
PLACE = re.compile(r"%(?:\.\*|-?\d*(?:\.\d+)?)?(?:ll|z|h)?[a-zA-Z]")
REFUSING = re.compile(r"\b(?:fail|fail_at|request_refuse|REFUSE|refuse|field_wrong|wrong|wrong_at|copy_refuse|draft_fault\w*|fault|warn|complain)\(")
# Files whose longer texts are no sentences for people; what they refuse is looked at all the same (law 2).
NOT_SENTENCES = {
    "src/cli/": "the words of the command stand in words_list.h in both languages",
    "src/scene/usda": "text of scenes", "src/scene/glb.c": "text of scenes", "src/plant/fab/fab_tables.c": "text of tables", "src/connect/fake/fake_secs_table.c": "text of tables",
    "src/study/sets/set_": "figures have their names in both languages beside each other",
    "src/study/report/": "HTML and SVG, its words stand in words_list.h",
    "src/study/replay/replay_report.c": "HTML and SVG", "src/study/replay/rule_output.c": "HTML and SVG",
    "src/study/rounds/round_report.c": "HTML and SVG",
    "src/study/quality/quality_page.c": "HTML and SVG", "src/study/quality/quality_json.c": "words of JSON", "src/learn/roles/role_words.c": "words of spreadsheets",
    "src/learn/wafer/wafer_features.c": "names of features in both languages",
    "src/study/comparison_output.c": "signs between figures", "src/study/study": "signs between figures",
    "src/study/words/option_words.c": "the options in both languages", "src/sim/options.": "the options: option_words.c has their Korean",
    "src/sim/rule/rule.h": "meanings of attributes, for docs/RULES.md", "src/sim/trial": "plants of the tests",
    "src/scene/trial_hall.h": "a plant of the tests", "src/wire/secs/trial_": "of the tests", "src/io/executor/trial_": "of the tests", "src/wire/sheet/sheet_cell.c": "units", "src/wire/secs/profile.h": "words of the table", "src/wire/secs/hsms.c": "frames as text, for logs", "src/serve/metrics.c": "texts of Prometheus", "src/serve/log.c": "JSON of the log", "src/io/executor/slurm_script.c": "bash around a job",
    "src/study/words/korean.c": "a piece of a sentence", "src/sim/state_check.c": "names of arrays inside the state, for whoever mends the program", "src/serve/http/page.c": "HTML",
    "src/scene/trial_hall.h": "a plant of the tests", "src/wire/secs/trial_": "of the tests", "src/wire/sheet/sheet_cell.c": "units", "src/wire/secs/profile.h": "words of the table", "src/wire/secs/hsms.c": "frames as text, for logs", "src/serve/metrics.c": "texts of Prometheus", "src/serve/log.c": "JSON of the log",
    "src/study/words/korean.c": "a piece of a sentence", "src/sim/state_check.c": "names of arrays inside the state, for whoever mends the program", "src/serve/http/page.c": "HTML", "src/study/rounds/round_filling.c": "tables of an example",
}
NOT_FOR_PEOPLE = re.compile(
    r"^[\s\W\0]*$|^if\(condition|^\(due - now|^true \| false$|^the text is full$|/server.db: \0$|\(character |\b(?:SELECT|INSERT|DELETE|CREATE|ALTER|DROP|UPDATE|PRAGMA|FROM|WHERE|ORDER BY|LOCK TABLE|COLLATE|SET search_path TO)\b|created_ms|created_us|begun_us|cpu_us|sentence_ko|time_us|forecast$"  # SQL
    r"|_Static_assert|^Unable to contact$|^Batch job submission failed$|^\{\"|^default-src|^public, max-age|^Accept-Encoding|^event: |\\r|^\0 +\0\n|^hash  name|^an index serves|takes it$"
    r"|^(?:at|tool \0 at) \0 s$|^busy \0|^The (?:run|twin|replay) failed$|^ ?p?\.?id, |^no memory for \0$|^ \.\.\. \0 in all$")
SYSTEM = ("No such file or directory", "Permission denied", "Not a directory", "Is a directory", "File exists", "No space left on device",
          "Read-only file system", "Too many open files", "File name too long", "Input/output error", "Operation not permitted",
          "Device or resource busy", "Too many levels of symbolic links", "Directory not empty")  # of the C library: strerror


def joined(literal):
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def shape(text):
    """A sentence with one mark for whatever is filled in; a percent sign behind a number goes with it."""
    text = PLACE.sub("\0", text).replace("%%", "%").replace("\0 %", "\0")
    return re.sub(r"\{[1-9]\}", "\0", text)


def source(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    text = re.sub(r"^\s*//.*|#include.*", "", text, flags=re.M)
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"|\'(?:\\.|[^\'\\\n])\'', lambda m: m[0] if m[0][0] == '"' else "0", text)  # '"' opens no text
    return re.sub(r'%"\s*PRI\w+', '%d"', text)  # "... %" PRId64 " ..." is one text, too


def arguments(text, at):
    """What stands in the brackets that open before `at`."""
    depth, end = 1, at
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[()]', text[at:]):
        depth += {"(": 1, ")": -1}.get(token[0], 0)
        if depth == 0:
            end = at + token.start()
            break
    return text[at:end]


paths = [p for p in sorted(glob.glob("src/**/*.[ch]", recursive=True)) if not p.endswith("_test.c") and "_list.h" not in p]
said, refused, composed = {}, {}, set()
for path in paths:
    text = source(path)
    for literal in re.findall(LITERALS, text):
        said.setdefault(shape(joined(literal)), path)
    for call in REFUSING.finditer(text):
        for literal in re.findall(LITERALS, arguments(text, call.end())):
            refused.setdefault(shape(joined(literal)), path)
known = [joined(m) for path in sorted(glob.glob("src/study/words/korean*_list.h"))
         for m in re.findall(r"^ *X\((" + LITERALS + r"),", source(path), re.M)]
shapes = {shape(text) for text in known}


def is_known(text):
    """As a whole, by its parts, or with a file and the word of the system behind it ("cannot open" in files.c, copy.c)."""
    parts = [part for part in text.split(": ") if re.search(r"[A-Za-z]{2}", part) and not re.match(r"--\w+ \0$", part)]
    text = re.sub(r"^no memory (for|to|left for) .+", "no memory \\1 \0", text)  # of what: in English alone
    return text in shapes or f"{text} \0: \0" in shapes or all(part in shapes for part in parts)


def is_exempt(text, path):
    return any(path.startswith(start) for start in NOT_SENTENCES) or text.count(" ") < 2


def is_of_state(text, path):
    return path == "src/sim/state_check.c" and "the saved state" not in text


failures = []
pieces = {piece for text in said for piece in text.split(": ")} | {f"{text} \0: \0" for text in said} | set(SYSTEM)
pieces |= {f"no memory {word} \0" for word in ("for", "to", "left for")}
failures += [f"nowhere in src/: {text}" for text in known if shape(text) not in said and shape(text) not in pieces]
wanted = {text: path for text, path in said.items() if not is_exempt(text, path)} | {t: p for t, p in refused.items() if " " in t and not is_of_state(t, p)}
left = {text: path for text, path in wanted.items() if not NOT_FOR_PEOPLE.search(text) and not is_known(text)}
# A refusal of a rule is cut at its first colon, what is wrong and what would be right (check.c): each half on its own.
for text, path in refused.items():
    if path.startswith("src/sim/rule/") and ": " in text and not all(map(is_known, text.split(": ", 1))):
        left[text] = path
if sys.argv[1:] == ["all"]:
    print(*(f"{path}: {text}".replace("\0", "%") for text, path in sorted(left.items(), key=lambda one: one[1])), sep="\n")
if left:
    failures.append(f"{len(left)} sentences are in English alone: tests/korean.py all")
if len(refused) < 300 or len(known) < 400:
    failures.append(f"only {len(refused)} refusals and {len(known)} sentences found: does this still read the source?")
print(*failures, f"{len(failures)} failures, {len(known)} sentences in Korean, {len(wanted)} looked at", sep="\n")
sys.exit(1 if failures else 0)
