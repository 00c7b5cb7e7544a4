#include "cli/pool/pool_runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "cli/watch.h"
#include "io/files.h"
#include "io/folder.h"

// The tables of the plant stand in the working folder of each part, so its plant is ".". A run depends on its model and seed alone: which
// part it is in, and on which machine, makes no difference to any bit of what is told (run_parts.h).

enum { PART_BYTES = INT32_MAX, MORE_FILES = 1 };
#define FROM_FILE "from.state"

// ---- as a part

static bool read_place(const char *variable, size_t *out) {
    const char *text = getenv(variable);
    int64_t value = 0;
    if (!text || !number_int64(text, strlen(text), &value) || value < 0) {
        return false;
    }
    *out = (size_t)value;
    return true;
}

static maru_status do_part(struct call *call, const struct pool_runs *runs, maru_error *err) {
    size_t part = 0, n_part = 0;
    if (!read_place("MARU_ARRAY_INDEX", &part) || !read_place("MARU_ARRAY_COUNT", &n_part) ||
        part >= n_part) {
        return fail(err, MARU_E_USAGE, "--on part is for the jobs of --on pool");
    }
    const struct run_work *work = &runs->work;
    const struct run_span span = run_part_span(work->n_run, n_part, part);
    struct text bytes;
    text_init(&bytes, PART_BYTES);
    maru_status st = watch_runs(call, work->plan, work->run + span.first, span.n, err);
    st = st == MARU_OK ? run_part_add(&bytes, work, span, err) : st;
    st = st == MARU_OK ? files_replace(POOL_RUNS_FILE, bytes.bytes, bytes.n_bytes, err) : st;
    text_fini(&bytes);
    return st;
}

// ---- by the pool

struct merging {
    const struct run_work *work;
    size_t n_part;
};

static maru_status begin(void *context, size_t n_part, maru_error *err) {
    struct merging *merging = context;
    (void)err;
    merging->n_part = n_part;
    return MARU_OK;
}

static maru_status take(void *context, size_t part, const struct text *bytes, maru_error *err) {
    const struct merging *merging = context;
    const struct run_span span = run_part_span(merging->work->n_run, merging->n_part, part);
    return run_part_read(bytes->bytes ? bytes->bytes : "", bytes->n_bytes, merging->work, span,
                         err);
}

struct sending {
    struct folder folder;
    struct text from;
    struct remote_file *file; // (n_file)
    size_t n_file;
};

static maru_status read_files(const struct pool_runs *runs, struct sending *sending,
                              maru_error *err) {
    const struct folder *folder = &sending->folder;
    maru_status st = folder_open(&sending->folder, runs->plant, err);
    st = st == MARU_OK && runs->from ? files_read(runs->from, &sending->from, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct remote_file *file = alloc_new(folder->n_file + MORE_FILES, sizeof *file);
    if (!file) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    sending->file = file;
    for (size_t i = 0; i < folder->n_file; i++) {
        const maru_file *table = &folder->file[i];
        if (table->bytes) {
            file[sending->n_file++] =
                (struct remote_file){table->name, table->bytes, table->n_bytes};
        }
    }
    if (runs->from) {
        file[sending->n_file++] =
            (struct remote_file){FROM_FILE, sending->from.bytes, sending->from.n_bytes};
    }
    return MARU_OK;
}

static maru_status do_on_pool(struct call *call, const struct pool_runs *runs, maru_error *err) {
    struct merging merging = {.work = &runs->work};
    struct sending sending = {0};
    char digest[33];
    text_init(&sending.from, INT32_MAX);
    run_work_digest(&runs->work, digest);
    const bool has_threads = args_given(&call->args, "threads");
    const char *const more[] = {"--on=part", runs->from ? "--from=" FROM_FILE : NULL, NULL};
    maru_status st = read_files(runs, &sending, err);
    const struct pool_work work = {
        .words = (const char *const[]){".", NULL},
        .skip = runs->skip,
        .more = more,
        .file = sending.file,
        .n_file = sending.n_file,
        .n_most = runs->work.n_run < WORK_MAX_PARTS ? runs->work.n_run : WORK_MAX_PARTS,
        .n_thread = has_threads ? (uint32_t)runs->work.plan->n_thread : 1,
        .left = POOL_RUNS_FILE,
        .digest = digest,
        .begin = begin,
        .take = take,
        .context = &merging};
    st = st == MARU_OK ? on_pool(call, &work, err) : st;
    alloc_free(sending.file);
    text_fini(&sending.from);
    folder_close(&sending.folder);
    return st;
}

maru_status pool_runs_do(struct call *call, const struct pool_runs *runs, bool *is_told,
                         maru_error *err) {
    enum on_where where = ON_HERE;
    maru_status st = on_where(call, &where, err);
    *is_told = where != ON_PART;
    if (st == MARU_OK && where == ON_PART) {
        st = do_part(call, runs, err);
    } else if (st == MARU_OK && where == ON_POOL) {
        st = do_on_pool(call, runs, err);
    } else if (st == MARU_OK) {
        st = watch_runs(call, runs->work.plan, runs->work.run, runs->work.n_run, err);
    }
    return st;
}
