#!/usr/bin/env python3
# bench/peers.py: the samples of store_bench into PostgreSQL and InfluxDB 1.6, one JSON line a case: 1000 signals of the TEP, one
# sample of each a moment, 32 moments a commit, each commit synced to the disk. PostgreSQL takes them by binary COPY into a
# plain table; with `indexed` the table has the primary key that reading one signal needs. InfluxDB takes line protocol over HTTP;
# its bytes are those after its compaction. What is not installed is skipped by name. Run by bench/run.sh; MARU_POSTGRES names a server
# (tests/with_postgres).
import http.client, json, os, shutil, struct, subprocess, sys, tempfile, time

N_SIGNAL, N_MOMENT, IN_FLIGHT = 1000, 2000, 32
data = os.environ.get("MARU_DATA", "../shared/data")
commit = sys.argv[1] if len(sys.argv) > 1 else "unknown"
wanted = sys.argv[2:]


def say(case, n, seconds, **more):
    print(json.dumps({"case": case, "commit": commit, "unit": "sample", "rate": n / seconds, "ns_per_unit": seconds / n * 1e9,
                      "units": n, "seconds": seconds, "clock": "wall", **more}), flush=True)


def skip(case, why):
    print(json.dumps({"case": case, "commit": commit, "skipped": why}), flush=True)


def values():
    rows = []
    for fault in range(22):
        for test in ("", "_te"):
            path = f"{data}/tep/d{fault:02d}{test}.dat"
            if (fault or test) and os.path.exists(path):
                with open(path) as file:
                    rows += [line.split() for line in file]
    return rows


def moments():  # as real_sample() of the store's benchmark has them
    rows = values()
    for first in range(0, N_MOMENT, IN_FLIGHT):
        yield [(k + 1, (1700000000 + i) * 1000000, rows[(i + k // 52 * 997) % len(rows)][k % 52])
               for i in range(first, min(first + IN_FLIGHT, N_MOMENT)) for k in range(N_SIGNAL)]


def postgres(case, key):
    url = os.environ.get("MARU_POSTGRES")
    if not url or not shutil.which("psql"):
        return skip(case, "no PostgreSQL: run by tests/with_postgres")
    def run(*sql, stdin=None):
        return subprocess.run(["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", url, *[x for s in sql for x in ("-c", s)]],
                              check=True, capture_output=True, text=True).stdout.strip()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        script = []
        for n, chunk in enumerate(moments()):
            path = f"{folder}/{n}"
            with open(path, "wb") as file:
                file.write(b"PGCOPY\n\377\r\n\0" + struct.pack(">ii", 0, 0))
                for signal, at, value in chunk:
                    file.write(struct.pack(">hiiiqid", 3, 4, signal, 8, at, 8, float(value)))
                file.write(struct.pack(">h", -1))
            script.append(f"\\copy sample from '{path}' binary")
        run("DROP TABLE IF EXISTS sample", f"CREATE TABLE sample(signal int, at bigint, value float8{key})")
        with open(f"{folder}/script", "w") as file:
            file.write("\n".join(script))
        begin = time.monotonic()
        subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, "-f", f"{folder}/script"], check=True)
        seconds = time.monotonic() - begin
        n = N_SIGNAL * N_MOMENT
        size = int(run("SELECT pg_total_relation_size('sample')"))
        say(case + "_write", n, seconds, bytes_a_sample=round(size / n, 2))
        begin = time.monotonic()
        with open(os.devnull, "w") as null:
            subprocess.run(["psql", "-qX", url, "-c", "COPY (SELECT * FROM sample ORDER BY signal, at) TO STDOUT BINARY"],
                           check=True, stdout=null)
        say(case + "_read", n, time.monotonic() - begin)
        run("DROP TABLE sample")


def influx(case):
    server = shutil.which("influxd")
    if not server:
        return skip(case, "influxd is not installed")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/conf", "w") as file:
            file.write(f'reporting-disabled = true\nbind-address = "127.0.0.1:18088"\n[meta]\ndir = "{folder}/meta"\n[data]\n'
                       f'dir = "{folder}/data"\nwal-dir = "{folder}/wal"\ncache-snapshot-write-cold-duration = "1s"\n'
                       'compact-full-write-cold-duration = "2s"\n[http]\nbind-address = "127.0.0.1:18086"\nlog-enabled = false\n')
        process = subprocess.Popen([server, "-config", f"{folder}/conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            def ask(path, body=b""):
                link.request("POST", path, body)
                answer = link.getresponse()
                text = answer.read()
                if answer.status >= 300:
                    raise SystemExit(f"influxd: {answer.status} {text[:200]}")
                return text
            for _ in range(100):
                try:
                    link = http.client.HTTPConnection("127.0.0.1", 18086)
                    ask("/query?q=CREATE%20DATABASE%20b")
                    break
                except OSError:
                    time.sleep(0.1)
            bodies = ["".join(f"tep,signal={s} v={v} {at}000\n" for s, at, v in chunk).encode() for chunk in moments()]
            begin = time.monotonic()
            for body in bodies:
                ask("/write?db=b", body)
            seconds = time.monotonic() - begin
            time.sleep(15) # until it has compacted
            n = N_SIGNAL * N_MOMENT
            size = sum(os.path.getsize(os.path.join(at, f)) for at, _, files in os.walk(f"{folder}/data/b") for f in files)
            say(case + "_write", n, seconds, bytes_a_sample=round(size / n, 2))
            begin = time.monotonic()
            text = ask("/query?db=b&epoch=us&chunked=true&q=SELECT%20v%20FROM%20tep%20GROUP%20BY%20signal")
            say(case + "_read", n, time.monotonic() - begin, answer_bytes=len(text))
        finally:
            process.terminate()
            process.wait()


def main():
    cases = {"peer_postgres_copy": lambda c: postgres(c, ""), "peer_postgres_copy_indexed": lambda c: postgres(c, ", PRIMARY KEY(signal, at)"),
             "peer_influx": influx}
    for case, run in cases.items():
        if wanted and not any(case.startswith(w) for w in wanted):
            continue
        if not os.path.exists(f"{data}/tep/d00_te.dat"):
            skip(case, "no data: set MARU_DATA")
            continue
        run(case)


main()
