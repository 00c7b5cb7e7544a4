#include "target.h"

#include "base/text.h"
#include "wire/line/influx.h"

#include <inttypes.h>
#include <string.h>

// Any bytes as line protocol. The first byte says how many bytes are seen more at a time, and the
// precision. Properties: pushed in parts it gives the same samples and refusals as at once; reading goes
// on to the end whatever the lines are; a line in front does not change those behind it.

enum { MAX_TEXT_BYTES = 1 << 26 };

static void show_line(const struct influx_line *line, uint32_t n_before, struct text *out) {
    text_addf(out, "%u %d %u %s\n", line->line - n_before, (int)line->status, line->error.column,
              line->error.text);
    must(line->status == MARU_OK ? line->n > 0 : line->n == 0 && line->error.text[0]);
    for (uint32_t i = 0; i < line->n; i++) {
        const struct sample *s = &line->sample[i].sample;
        must(strlen(line->sample[i].name) == line->sample[i].n_name && s->type < N_SAMPLE_TYPE);
        text_addf(out, "%s %" PRId64 " %u %u ", line->sample[i].name, s->at_us, s->type, s->n_text);
        if (s->type == SAMPLE_TEXT) {
            text_add(out, s->value.text, s->n_text);
        } else {
            text_addf(out, "%" PRId64, s->value.integer);
        }
    }
}

static void show_all(const struct influx_options *options, const char *bytes, size_t n,
                     size_t n_more, uint32_t n_before, struct text *out) {
    struct influx_reader reader;
    influx_init(&reader, options);
    size_t n_seen = n_more < n ? n_more : n;
    for (;;) {
        struct arena arena;
        arena_init(&arena, 1 << 26);
        struct influx_line line;
        size_t n_used = 0;
        const maru_status st =
            influx_next(&reader, bytes, n_seen, n_seen == n, &arena, &line, &n_used);
        const bool is_end = st == MARU_MORE && n_seen == n;
        if (st == MARU_MORE) {
            n_seen = n - n_seen > n_more ? n_seen + n_more : n;
        } else {
            must(st == MARU_OK && n_used > 0 && n_used <= n_seen);
            if (line.line > n_before) {
                show_line(&line, n_before, out);
            }
            bytes += n_used;
            n -= n_used;
            n_seen -= n_used;
        }
        arena_fini(&arena);
        if (is_end) {
            return;
        }
    }
}

static void must_be_same(const struct text *a, const struct text *b) {
    must(a->n_bytes == b->n_bytes && a->status == MARU_OK && b->status == MARU_OK);
    must(a->n_bytes == 0 || memcmp(a->bytes, b->bytes, a->n_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    if (n == 0) {
        return 0;
    }
    const struct influx_options options = {.precision = bytes[0] >> 6, .now = 5};
    const size_t n_more = (size_t)(bytes[0] & 31) + 1 + n / 1000; // few pushes of a long text
    const char *input = (const char *)bytes + 1;
    struct text whole, split, behind, all;
    struct text *texts[] = {&whole, &split, &behind, &all};
    for (size_t i = 0; i < 4; i++) {
        text_init(texts[i], MAX_TEXT_BYTES);
    }
    show_all(&options, input, n - 1, SIZE_MAX, 0, &whole);
    show_all(&options, input, n - 1, n_more, 0, &split);
    must_be_same(&whole, &split);
    text_addz(&all, "bad\nm a=1\n");
    text_add(&all, input, n - 1);
    show_all(&options, all.bytes, all.n_bytes, SIZE_MAX, 2, &behind);
    must_be_same(&whole, &behind);
    for (size_t i = 0; i < 4; i++) {
        text_fini(texts[i]);
    }
    return 0;
}
