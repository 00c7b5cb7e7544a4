#!/usr/bin/env python3
# tests/korean.py: every English sentence of src/study/korean_list.h is still written somewhere in src/, letter by letter, and the
# faults of the tables of maru have a Korean sentence. `tests/korean.py all` prints what is left English.
import glob, re, sys

LITERALS = r'"(?:[^"\\]|\\.)*"(?:\s*"(?:[^"\\]|\\.)*")*'
PLACE = re.compile(r"%(?:\.\*|\.?\d*)?(?:ll|z|h)?[a-zA-Z]")
OTHER_DIALECTS = ("autosched", "smat", "bundle", "writer", "/fab/")  # their own words are in English alone


def joined(literal):
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))
    return text.replace('\\"', '"').replace("\\n", "\n")


def shape(text):
    """A sentence with one mark for whatever is filled in; a percent sign behind a number goes with it."""
    text = PLACE.sub("\0", text).replace("%%", "%").replace("\0 %", "\0")
    return re.sub(r"\{[1-9]\}", "\0", text)


def source(path):
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"'(?:\\.|[^'\\\n])'", "0", file.read())  # '"' opens no text
    text = re.sub(r"^\s*//.*|#include.*", "", text, flags=re.M)
    return re.sub(r'%"\s*PRI\w+', '%d"', text)  # "... %" PRId64 " ..." is one text, too


paths = [p for p in sorted(glob.glob("src/**/*.[ch]", recursive=True)) if not p.endswith("_test.c") and "words_list" not in p]
said = {}
for path in paths:
    if not path.endswith("korean_list.h"):
        for literal in re.findall(LITERALS, source(path)):
            said.setdefault(shape(joined(literal)), path)
known = [joined(m) for m in re.findall(r"^ *X\((" + LITERALS + r"),", source("src/study/korean_list.h"), re.M)]
# Parts of a refusal: check.c cuts that of a rule at its colon.
pieces = {piece for text in said for piece in text.split(": ")} | {re.sub(r"$", " (character \0)", text.split(": ")[0]) for text in said}
failures = [f"nowhere in src/: {text}" for text in known if shape(text) not in said and shape(text) not in pieces]

shapes = {shape(text) for text in known}
english = {text: path for text, path in said.items() if path.startswith("src/plant/") and text.count(" ") > 1 and text not in shapes and
           not any(part in path for part in OTHER_DIALECTS)}
NOT_FOR_PEOPLE = re.compile(r"^[\s\W]|memory|more than \d|too large for the model|the text is full|\0{2}|=")
left = {text: path for text, path in english.items() if not NOT_FOR_PEOPLE.search(text)}
if sys.argv[1:] == ["all"]:
    print(*(f"{path}: {text}".replace("\0", "%") for text, path in sorted(left.items(), key=lambda one: one[1])), sep="\n")

if left:
    failures.append(f"{len(left)} faults of maru's own tables are in English alone: tests/korean.py all")
print(*failures, f"{len(failures)} failures, {len(known)} sentences in Korean, {len(left)} faults without", sep="\n")
sys.exit(1 if failures or len(known) < 100 else 0)
