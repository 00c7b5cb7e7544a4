#include "target.h"

#include "wire/sparkplug/host.h"

#include <stdlib.h>
#include <string.h>

// Whatever nodes send, in any order and at any time. The input is a row of steps, each a byte (what), a
// byte (how much later, and how many bytes follow) and the payload. Properties: memory stays below its
// cap; a message is refused exactly when an event says so; nothing waits for a time that is past; when
// the connection is lost, every signal's last word is that it is bad.

enum { MAX_BYTES = 1 << 20, SIGNALS = 256 };

struct seen {
    uint32_t n_refused;
    bool is_good[SIGNALS]; // by a hash of the name: of names that meet, neither is looked at
    char name[SIGNALS][64];
    bool is_shared[SIGNALS];
};

static void on_sample(void *of, const struct host_sample *s) {
    struct seen *seen = of;
    must(strlen(s->name) == s->n_name && s->sample.type < N_SAMPLE_TYPE);
    uint32_t at = 0;
    for (uint32_t i = 0; i < s->n_name; i++) {
        at = at * 31 + (unsigned char)s->name[i];
    }
    at %= SIGNALS;
    char *name = seen->name[at];
    seen->is_shared[at] |= s->n_name >= sizeof seen->name[at] ||
                           (name[0] && strcmp(name, s->name) != 0) || s->is_historical;
    if (!seen->is_shared[at]) {
        memcpy(name, s->name, s->n_name + 1);
    }
    seen->is_good[at] = s->sample.quality >= QUALITY_GOOD;
}

static void on_event(void *of, const struct host_event *e) {
    struct seen *seen = of;
    must(e->kind < N_HOST_EVENT && e->name && e->text);
    seen->n_refused += e->kind == HOST_REFUSED;
}

static void on_publish(void *of, const struct host_message *m) {
    (void)of;
    must(m->topic[0] != '\0' && m->n > 0);
}

static const char *const topics[] = {
    "spBv1.0/g/NBIRTH/a",   "spBv1.0/g/NDATA/a",    "spBv1.0/g/NDEATH/a", "spBv1.0/g/DBIRTH/a/x",
    "spBv1.0/g/DDATA/a/x",  "spBv1.0/g/DDEATH/a/x", "spBv1.0/g/NBIRTH/b", "spBv1.0/g/NDATA/b",
    "spBv1.0/g/DBIRTH/a/y", "spBv1.0/g/DDATA/a/y",  "spBv1.0/STATE/h",    "spBv1.0/g/NCMD/a",
    "spBv1.0/bad",          "spBv1.0/g/NDEATH/b",
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    struct seen *seen = calloc(1, sizeof *seen);
    must(seen != NULL);
    struct host_options options = host_usual("h", 99);
    options.max_bytes = MAX_BYTES;
    struct host *host = NULL;
    const struct host_sink sink = {seen, on_sample, on_event, on_publish};
    must(host_new(&options, sink, &host, NULL) == MARU_OK);
    maru_time now = INT64_C(1700000000000000);
    host_connected(host, now);
    while (n >= 2) {
        const uint8_t what = bytes[0] & 15;
        now += (maru_time)(bytes[0] >> 4) * 300000;
        size_t n_payload = bytes[1];
        bytes += 2;
        n -= 2;
        n_payload = n_payload < n ? n_payload : n;
        host_tick(host, now);
        must(host_due(host) > now);
        if (what < sizeof topics / sizeof *topics) {
            const uint32_t before = seen->n_refused;
            const maru_status st = host_message_in(host, topics[what], bytes, n_payload, now, NULL);
            must(st == MARU_OK || seen->n_refused > before);
        } else if (what == 14) {
            host_disconnected(host, now);
            host_connected(host, now);
        }
        bytes += n_payload;
        n -= n_payload;
        must(host_count(host).n_bytes <= MAX_BYTES);
    }
    host_disconnected(host, now);
    for (uint32_t i = 0; i < SIGNALS; i++) {
        must(seen->is_shared[i] || !seen->is_good[i]);
    }
    must(host_count(host).n_online == 0);
    host_free(host);
    free(seen);
    return 0;
}
