#include "study/run_parts.h"

#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/sealed.h"
#include "base/status.h"
#include "sim/model.h"
#include "sim/results_bytes.h"

// A sealed file: the digest of the work and the span that it is of, then each run. A part of other work, made with another table, option or
// version of the model, has another digest, so it is refused and never mixed in.

static const char part_name[] = "MARURUNS";

struct run_span run_part_span(size_t n_run, size_t n_part, size_t part) {
    const size_t least = n_run / n_part, more = n_run % n_part; // the first `more` have one more
    return (struct run_span){.first = part * least + (part < more ? part : more),
                             .n = least + (part < more)};
}

void run_work_digest(const struct run_work *work, char out[33]) {
    const struct runs_plan *plan = work->plan;
    struct digest digest;
    digest_init(&digest);
    digest_i64(&digest, plan->warmup_us);
    digest_i64(&digest, plan->until_us);
    digest_u64(&digest, plan->is_reseeded);
    digest_bytes(&digest, plan->from ? plan->from->bytes : "",
                 plan->from ? plan->from->n_bytes : 0);
    digest_u64(&digest, work->n_run);
    for (size_t i = 0; i < work->n_run; i++) {
        digest_u64(&digest, work->run[i].model->fingerprint);
        digest_u64(&digest, work->run[i].seed);
    }
    digest_hex(&digest, out);
}

// ---- writing

static void add_run(struct text *out, const struct run *run) {
    binary_add_u32(out, (uint32_t)run->status);
    binary_add_u32(out, (uint32_t)run->err.code);
    binary_add_u32(out, run->err.row);
    binary_add_u32(out, run->err.column);
    binary_add_string(out, run->err.file);
    binary_add_string(out, run->err.text);
    binary_add_u64(out, (uint64_t)run->now_us);
    binary_add_u8(out, run->is_warm);
    binary_add_double(out, run->seconds);
    binary_add_u64(out, atomic_load_explicit(&run->n_lot_step, memory_order_relaxed));
    binary_add_u64(out, (uint64_t)atomic_load_explicit(&run->at_us, memory_order_relaxed));
    binary_add_u8(out, run->results != NULL);
    if (run->results) {
        results_add(out, run->results);
    }
}

maru_status run_part_add(struct text *out, const struct run_work *work, struct run_span span,
                         maru_error *err) {
    char digest[33];
    run_work_digest(work, digest);
    const size_t from = sealed_begin(out, part_name, RUN_PART_VERSION);
    binary_add_string(out, digest);
    binary_add_u64(out, span.first);
    binary_add_u64(out, span.n);
    for (size_t i = span.first; i < span.first + span.n; i++) {
        if (work->run[i].status == MARU_E_STOPPED) {
            return fail(err, MARU_E_STOPPED, "stopped");
        }
        add_run(out, &work->run[i]);
    }
    return sealed_end(out, from, err);
}

// ---- reading

static maru_status read_run(struct binary *in, struct run *run, maru_error *err) {
    const uint32_t status = binary_u32(in), code = binary_u32(in);
    run->err.row = binary_u32(in);
    run->err.column = binary_u32(in);
    binary_letters(in, run->err.file, sizeof run->err.file);
    binary_letters(in, run->err.text, sizeof run->err.text);
    run->now_us = (maru_time)binary_u64(in);
    const uint8_t is_warm = binary_u8(in);
    run->is_warm = is_warm == 1;
    run->seconds = binary_double(in);
    atomic_store_explicit(&run->n_lot_step, binary_u64(in), memory_order_relaxed);
    atomic_store_explicit(&run->at_us, (int64_t)binary_u64(in), memory_order_relaxed);
    const uint8_t has_results = binary_u8(in);
    if (in->is_bad || status >= MARU_E_STOPPED || code > MARU_E_STOPPED || is_warm > 1 ||
        has_results > 1 || (status == MARU_OK && !has_results)) {
        return fail(err, MARU_E_INPUT, "this is no part of the work");
    }
    run->status = (maru_status)status;
    run->err.code = (maru_status)code;
    return has_results ? results_read(in, run->model, &run->results, err) : MARU_OK;
}

static maru_status read_all(struct binary *in, const struct run_work *work, struct run_span span,
                            struct run *own, maru_error *err) {
    char digest[33], said[33] = "";
    run_work_digest(work, digest);
    binary_letters(in, said, sizeof said);
    const uint64_t first = binary_u64(in), n = binary_u64(in);
    if (in->is_bad || strcmp(said, digest) != 0) {
        return fail(err, MARU_E_INPUT, "this is a part of other work");
    }
    if (first != span.first || n != span.n) {
        return fail(err, MARU_E_INPUT, "this is another part of the work");
    }
    maru_status st = MARU_OK;
    for (size_t i = 0; st == MARU_OK && i < span.n; i++) {
        own[i].model = work->run[span.first + i].model;
        st = read_run(in, &own[i], err);
    }
    if (st == MARU_OK && !binary_is_end(in)) {
        st = fail(err, MARU_E_INPUT, "this is no part of the work");
    }
    return st;
}

static void take_over(struct run *run, struct run *own) {
    run->status = own->status;
    run->err = own->err;
    run->results = own->results;
    own->results = NULL;
    run->now_us = own->now_us;
    run->is_warm = own->is_warm;
    run->seconds = own->seconds;
    atomic_store_explicit(&run->n_lot_step,
                          atomic_load_explicit(&own->n_lot_step, memory_order_relaxed),
                          memory_order_relaxed);
    atomic_store_explicit(&run->at_us, atomic_load_explicit(&own->at_us, memory_order_relaxed),
                          memory_order_relaxed);
}

maru_status run_part_read(const void *bytes, size_t n, const struct run_work *work,
                          struct run_span span, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    if (sealed_open(bytes, n, part_name, RUN_PART_VERSION, &in, fingerprint, NULL) != MARU_OK) {
        return fail(err, MARU_E_INPUT, "a part of the work was cut short or changed");
    }
    struct run *own = alloc_new(span.n + 1, sizeof *own);
    if (!own) {
        return fail(err, MARU_E_MEMORY, "no memory for a part of the work");
    }
    const maru_status st = read_all(&in, work, span, own, err);
    for (size_t i = 0; st == MARU_OK && i < span.n; i++) {
        take_over(&work->run[span.first + i], &own[i]);
    }
    runs_fini(own, span.n);
    alloc_free(own);
    return st;
}
