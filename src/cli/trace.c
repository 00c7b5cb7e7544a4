#include "cli/trace.h"

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"
#include "plant/plant.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zstd.h>

// Events are laid out in one buffer; a full buffer goes through zstd, if that is asked for, to the
// file.
//
// Binary file, little endian:
//    0  magic "MARUTRC1"              12  bytes of a record, u32
//    8  bytes of the header, u32      16  the header's text, UTF-8: one CSV line a name,
//                                         "kind|group|tool|product|step,index,name,..."
//                                         (docs/OUTPUT.md)
// then records: time us i64, kind u32, lot u32, product u32, step u32, tool u32, zero u32;
// 0xFFFFFFFF is "none".

enum { BUFFER_BYTES = 1 << 18, ZSTD_LEVEL = 3 };

struct trace {
    const maru_plant *plant;
    const char *path;
    FILE *file;
    ZSTD_CCtx *zstd; // NULL: not compressed
    bool is_csv;
    int failed; // errno of the first write that failed
    struct text buffer;
    size_t n_packed;
    char packed[];
};

static bool ends_with(const char *text, size_t n, const char *end) {
    const size_t m = strlen(end);
    return n > m && strncmp(text + n - m, end, m) == 0;
}

static void write_out(struct trace *trace, const char *bytes, size_t n) {
    if (trace->failed == 0 && n > 0 && fwrite(bytes, 1, n, trace->file) != n) {
        trace->failed = errno != 0 ? errno : EIO;
    }
}

static void flush(struct trace *trace, bool is_last) {
    if (!trace->zstd) {
        write_out(trace, trace->buffer.bytes, trace->buffer.n_bytes);
        text_clear(&trace->buffer);
        return;
    }
    ZSTD_inBuffer in = {trace->buffer.bytes ? trace->buffer.bytes : "", trace->buffer.n_bytes, 0};
    size_t left = 0;
    do {
        ZSTD_outBuffer out = {trace->packed, trace->n_packed, 0};
        left = ZSTD_compressStream2(trace->zstd, &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left)) {
            trace->failed = trace->failed != 0 ? trace->failed : EIO;
            break;
        }
        write_out(trace, trace->packed, out.pos);
    } while (in.pos < in.size || (is_last && left > 0));
    text_clear(&trace->buffer);
}

static void add_little_endian(struct text *out, uint64_t value, size_t n) {
    char bytes[8];
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (char)(unsigned char)(value >> (8 * i));
    }
    text_add(out, bytes, n);
}

// ---- header

static void add_name(struct text *out, const char *what, uint32_t index, const char *name) {
    text_addf(out, "%s,%u,", what, index);
    text_add_csv(out, name);
    text_addz(out, "\n");
}

static void add_names(struct text *out, const maru_plant *plant) {
    for (uint32_t i = 0; i <= (uint32_t)MARU_EV_LATE_QUEUE; i++) {
        add_name(out, "kind", i, maru_event_name((maru_event_kind)i));
    }
    for (uint32_t i = 0; i < plant->n_group; i++) {
        add_name(out, "group", i, plant->group[i].name);
    }
    for (uint32_t i = 0; i < plant->n_tool; i++) {
        text_addf(out, "tool,%u,%u\n", i, plant->tool_group[i]);
    }
    for (uint32_t i = 0; i < plant->n_product; i++) {
        add_name(out, "product", i, plant->product[i].name);
    }
    for (uint32_t i = 0; i < plant->n_step; i++) {
        const struct plant_step *step = &plant->step[i];
        const struct plant_route *route = &plant->route[step->route];
        text_addf(out, "step,%u,", i);
        text_add_csv(out, step->name ? step->name : "");
        text_addz(out, ",");
        text_add_csv(out, route->name);
        text_addf(out, ",%u,%u\n", i - route->first_step + 1, step->group);
    }
}

static void add_header(struct trace *trace) {
    if (trace->is_csv) {
        text_addz(&trace->buffer, "time_s,event,lot,product,route,step,group,tool\n");
        return;
    }
    struct text names;
    text_init(&names, INT32_MAX);
    add_names(&names, trace->plant);
    text_addz(&trace->buffer, "MARUTRC1");
    add_little_endian(&trace->buffer, names.n_bytes + 16, 4);
    add_little_endian(&trace->buffer, TRACE_RECORD_BYTES, 4);
    text_add(&trace->buffer, names.bytes ? names.bytes : "", names.n_bytes);
    trace->buffer.status = names.status != MARU_OK ? names.status : trace->buffer.status;
    text_fini(&names);
}

// ---- events

static void add_index(struct text *out, uint32_t index) {
    if (index != MARU_NONE) {
        text_addf(out, ",%u", index);
    } else {
        text_addz(out, ",");
    }
}

static void add_csv_event(struct text *out, const maru_plant *plant, const maru_event *event) {
    text_addf(out, "%lld.%06lld,%s", (long long)(event->time_us / MARU_SECOND),
              (long long)(event->time_us % MARU_SECOND), maru_event_name(event->kind));
    add_index(out, event->lot);
    text_addz(out, ",");
    text_add_csv(out, event->product < plant->n_product ? plant->product[event->product].name : "");
    uint32_t group = event->tool < plant->n_tool ? plant->tool_group[event->tool] : MARU_NONE;
    if (event->step < plant->n_step) {
        const struct plant_step *step = &plant->step[event->step];
        const struct plant_route *route = &plant->route[step->route];
        group = group == MARU_NONE ? step->group : group;
        text_addz(out, ",");
        text_add_csv(out, route->name);
        text_addf(out, ",%u,", event->step - route->first_step + 1);
    } else {
        text_addz(out, ",,,");
    }
    text_add_csv(out, group < plant->n_group ? plant->group[group].name : "");
    add_index(out, event->tool);
    text_addz(out, "\n");
}

void trace_event(void *context, const maru_event *event) {
    struct trace *trace = context;
    struct text *out = &trace->buffer;
    if (trace->is_csv) {
        add_csv_event(out, trace->plant, event);
    } else {
        add_little_endian(out, (uint64_t)event->time_us, 8);
        add_little_endian(out, (uint64_t)event->kind, 4);
        add_little_endian(out, event->lot, 4);
        add_little_endian(out, event->product, 4);
        add_little_endian(out, event->step, 4);
        add_little_endian(out, event->tool, 4);
        add_little_endian(out, 0, 4);
    }
    if (out->n_bytes >= BUFFER_BYTES) {
        flush(trace, false);
    }
}

// ---- open and close

maru_status trace_open(const char *path, const maru_plant *plant, struct trace **out,
                       maru_error *err) {
    size_t n = strlen(path);
    const bool is_packed = ends_with(path, n, ".zst");
    n -= is_packed ? strlen(".zst") : 0;
    const bool is_csv = ends_with(path, n, ".csv");
    if (!is_packed && !is_csv && !ends_with(path, n, ".bin")) {
        return fail(err, MARU_E_USAGE,
                    "a trace is FILE.csv, FILE.bin, FILE.zst or FILE.csv.zst, not %s", path);
    }
    const size_t n_packed = is_packed ? ZSTD_CStreamOutSize() : 0;
    struct trace *trace = alloc_new(1, sizeof *trace + n_packed);
    if (!trace) {
        return fail(err, MARU_E_MEMORY, "no memory for the trace");
    }
    *trace = (struct trace){.plant = plant, .path = path, .is_csv = is_csv, .n_packed = n_packed};
    text_init(&trace->buffer, INT32_MAX);
    if (is_packed) {
        trace->zstd = ZSTD_createCCtx();
        if (!trace->zstd) {
            alloc_free(trace);
            return fail(err, MARU_E_MEMORY, "no memory for the trace");
        }
        ZSTD_CCtx_setParameter(trace->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL);
        ZSTD_CCtx_setParameter(trace->zstd, ZSTD_c_checksumFlag, 1);
    }
    trace->file = fopen(path, "wbe");
    if (!trace->file) {
        const maru_status st = fail(err, MARU_E_IO, "cannot write %s: %s", path, strerror(errno));
        ZSTD_freeCCtx(trace->zstd);
        alloc_free(trace);
        return st;
    }
    add_header(trace);
    *out = trace;
    return MARU_OK;
}

maru_status trace_close(struct trace *trace, maru_error *err) {
    if (!trace) {
        return MARU_OK;
    }
    const maru_status text_status = trace->buffer.status;
    flush(trace, true);
    if (fclose(trace->file) != 0 && trace->failed == 0) {
        trace->failed = errno;
    }
    maru_status st = MARU_OK;
    if (trace->failed != 0) {
        st = fail(err, MARU_E_IO, "cannot write %s: %s", trace->path, strerror(trace->failed));
    } else if (text_status != MARU_OK) {
        st = fail(err, text_status, "no memory for the trace");
    }
    ZSTD_freeCCtx(trace->zstd);
    text_fini(&trace->buffer);
    alloc_free(trace);
    return st;
}
