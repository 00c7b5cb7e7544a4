#!/usr/bin/env python3
# tests/embed.py EMBED_FILES CC: any bytes come out of the compiled table as they went in, twice the same, and what is missing
# is said.
import gzip, os, subprocess, sys, tempfile

EMBED, CC = sys.argv[1], sys.argv[2:]
MAIN = """
#include "serve/http/embedded.h"
#include <stdio.h>
extern const struct embedded some[];
extern const size_t some_n;
int main(void) {
    for (size_t i = 0; i < some_n; i++) {
        printf("%s %zu %zu %d\\n", some[i].path, some[i].n_kept, some[i].n_whole, some[i].is_packed);
        fwrite(some[i].bytes, 1, some[i].n_kept, stdout);
    }
    return some[some_n].path != NULL;
}
"""
FILES = {"a/all.bin": bytes(range(256)), "a/trigraphs.js": b'"??=\\??/" // \x008\n' * 50, "empty.css": b"", "z.png": b"z" * 500}
INCLUDE = os.path.join(os.getcwd(), "src")


def embed(at, *options):
    out = os.path.join(at, "some.c")
    subprocess.run([EMBED, *options, "--depfile", out + ".d", out, "some", os.path.join(at, "files") + ":/x", os.path.join(at, "none")], check=True)
    return open(out, "rb").read()


with tempfile.TemporaryDirectory() as at:
    for name, data in {**FILES, ".hidden": b"x"}.items():
        path = os.path.join(at, "files", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
    with open(os.path.join(at, "main.c"), "w") as file:
        file.write(MAIN)
    for options in ([], ["--plain"]):
        first = embed(at, *options)
        os.utime(os.path.join(at, "files", "z.png"), (1, 1))
        assert embed(at, *options) == first, "the same files give other bytes"
        subprocess.run([*CC, "-std=c17", "-Werror", "-I" + INCLUDE, "some.c", "main.c", "-o", "main"], cwd=at, check=True)
        said = subprocess.run([os.path.join(at, "main")], check=True, capture_output=True).stdout
        for name, data in sorted(FILES.items()):
            head, said = said.split(b"\n", 1)
            path, n_kept, n_whole, is_packed = head.decode().split()
            kept, said = said[: int(n_kept)], said[int(n_kept) :]
            assert path == "/x/" + name, (path, name)
            assert int(n_whole) == len(data)
            assert (gzip.decompress(kept) if is_packed == "1" else kept) == data, name
            assert is_packed == str(int(not options and name == "a/trigraphs.js")), (name, is_packed)
        assert said == b""
    watched = open(os.path.join(at, "some.c.d")).read().split()
    assert watched[1:] == [at + "/files", at + "/files/a"] + [at + "/files/" + name for name in sorted(FILES)] + [at], watched
    asked = subprocess.run([EMBED, "--required", "/dev/null", "some", os.path.join(at, "none")], capture_output=True, text=True)
    assert asked.returncode != 0 and "make web" in asked.stderr
