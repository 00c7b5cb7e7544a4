#include "serve/http/request.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "base/status.h"
#include "connect/intake.h"
#include "io/clock.h"
#include "serve/api/fields.h"
#include "study/json_writer.h"
#include "wire/line/influx.h"

// POST /api/v2/write: InfluxDB's line protocol, plain or as gzip, so that Telegraf and all that writes to InfluxDB 2 can write
// here. Good lines are kept, and durable with the answer, when others are bad; the answer then is 400 and names the first bad
// one, as InfluxDB's does.

enum { MAX_PLAIN_BYTES = 256 << 20, MAX_LINE_ARENA_BYTES = 8 << 20, PART_BYTES = 1 << 16 };

static maru_status unpack(const struct text *packed, struct text *out, maru_error *err) {
    z_stream z = {0};
    unsigned char part[PART_BYTES];
    if (inflateInit2(&z, 15 + 16) != Z_OK) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    union {
        char *text;
        unsigned char *in; // zlib is older than const
    } in = {.text = packed->bytes};
    z.next_in = in.in;
    z.avail_in = (uInt)packed->n_bytes;
    int code = Z_OK;
    while (code == Z_OK) {
        z.next_out = part;
        z.avail_out = sizeof part;
        code = inflate(&z, Z_NO_FLUSH);
        text_add(out, (const char *)part, sizeof part - z.avail_out);
    }
    inflateEnd(&z);
    if (out->status != MARU_OK) {
        return fail(err, out->status, "more than %d MiB of lines", MAX_PLAIN_BYTES >> 20);
    }
    return code == Z_STREAM_END
               ? MARU_OK
               : fail(err, MARU_E_INPUT, "the body is damaged: it is no whole gzip");
}

struct writing {
    struct intake *intake;
    struct arena arena;
    uint64_t n_line, n_bad;
    maru_error first; // bad line
};

static maru_status take_line(struct writing *writing, const struct influx_line *line, maru_time now,
                             maru_error *err) {
    writing->n_line++;
    if (line->status != MARU_OK) {
        if (writing->n_bad++ == 0) {
            writing->first = line->error;
        }
        return MARU_OK;
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < line->n; i++) {
        const struct influx_sample *one = &line->sample[i];
        const struct intake_name name = {.bytes = one->name, .n = one->n_name, .unit = ""};
        st = intake_sample(writing->intake, &name, &one->sample, now, err);
    }
    return st;
}

static maru_status take_lines(struct writing *writing, const struct text *lines,
                              const struct influx_options *options, maru_error *err) {
    struct influx_reader reader;
    size_t at = 0;
    maru_status st = MARU_OK;
    influx_init(&reader, options);
    while (st == MARU_OK) {
        struct influx_line line = {0};
        size_t n_used = 0;
        st = influx_next(&reader, lines->bytes + at, lines->n_bytes - at, true, &writing->arena,
                         &line, &n_used);
        if (st != MARU_OK) {
            break;
        }
        at += n_used;
        st = take_line(writing, &line, options->now, err);
        const bool is_full = intake_is_full(writing->intake);
        if (st == MARU_OK && (is_full || writing->arena.used_bytes > MAX_LINE_ARENA_BYTES / 2)) {
            st = is_full ? intake_commit(writing->intake, err) : MARU_OK;
            arena_fini(&writing->arena);
            arena_init(&writing->arena, MAX_LINE_ARENA_BYTES);
        }
    }
    if (st != MARU_MORE) {
        return st == MARU_E_LIMIT || st == MARU_E_MEMORY ? fail(err, st, "a line that is too long")
                                                         : st;
    }
    return intake_commit(writing->intake, err);
}

static maru_status ask_precision(const struct request *request, uint8_t *out, maru_error *err) {
    static const char *const name[] = {"ns", "us", "ms", "s"};
    const char *text = request_query(request, "precision");
    for (uint8_t i = 0; i < 4; i++) {
        if (strcmp(text, name[i]) == 0 || text[0] == '\0') {
            *out = i;
            return MARU_OK;
        }
    }
    return fail(err, MARU_E_INPUT, "precision is wanted as ns, us, ms or s");
}

// The first part of the signals' names: the bucket, as Telegraf calls it.
static maru_status ask_bucket(const struct request *request, const char **out, maru_error *err) {
    const char *text = request_query(request, "bucket");
    *out = text[0] ? text : "influx";
    return strchr(*out, '/') || strlen(*out) > 100
               ? fail(err, MARU_E_INPUT, "bucket is wanted as a name without /")
               : MARU_OK;
}

static maru_status refuse_some(struct request *request, const struct writing *writing,
                               maru_error *err) {
    return request_refuse(request, 400, err,
                          "line %u: %.200s (%llu of %llu lines were refused, the others are kept)",
                          writing->first.row, writing->first.text,
                          (unsigned long long)writing->n_bad, (unsigned long long)writing->n_line);
}

maru_status api_write_lines(struct request *request, maru_error *err) {
    struct influx_options options = {.now = clock_unix_us()};
    struct writing writing = {0};
    struct signals *signals = NULL;
    struct text plain;
    const char *bucket = NULL, *coding = request_header(request, "Content-Encoding");
    text_init(&plain, MAX_PLAIN_BYTES);
    arena_init(&writing.arena, MAX_LINE_ARENA_BYTES);
    const bool is_packed = strcasecmp(coding, "gzip") == 0;
    maru_status st = ask_precision(request, &options.precision, err);
    st = st == MARU_OK ? ask_bucket(request, &bucket, err) : st;
    if (st == MARU_OK && coding[0] && !is_packed && strcasecmp(coding, "identity") != 0) {
        st = request_refuse(request, 415, err, "the body is wanted plain or as gzip");
    }
    st = st == MARU_OK && is_packed ? unpack(&request->body, &plain, err) : st;
    st = st == MARU_OK ? tenant_open_signals(request->server->store, request->tenant, &signals, err)
                       : st;
    st = st == MARU_OK ? intake_new(signals, bucket, &writing.intake, err) : st;
    st = st == MARU_OK ? take_lines(&writing, is_packed ? &plain : &request->body, &options, err)
                       : st;
    if (st == MARU_OK && writing.n_bad > 0) {
        st = refuse_some(request, &writing, err);
    } else if (st == MARU_OK) {
        struct intake_counts counts;
        intake_count(writing.intake, &counts);
        request->status = 204;
        if (counts.n_refused > 0) {
            st = request_refuse(request, 400, err,
                                "%llu samples were refused, the others are kept: %.200s",
                                (unsigned long long)counts.n_refused, counts.refused);
        }
    }
    intake_free(writing.intake);
    arena_fini(&writing.arena);
    text_fini(&plain);
    return st;
}
