#include "pool/money/sacct_runs.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"

// Row by row; what is not a run of ours is counted and passed over, whatever its other cells say. A row without AllocTRES held nothing:
// it was cancelled in the queue.

enum { ID, NAME, ACCOUNT, START, END, TRES, HEADINGS };
static const char *const heading[HEADINGS] = {"JobID|JobIDRaw", "JobName", "Account",
                                              "Start",          "End",     "AllocTRES"};

enum {
    NAMES_BYTES = 128 << 20,
    MAX_GPUS = 1 << 20,
    MAX_COUNT_DIGITS = 9,
    LAUNCH_BYTES = SACCT_NAME_BYTES + 24
};
#define MINUTE_US INT64_C(60000000)

void sacct_runs_fini(struct sacct_runs *runs) {
    alloc_free(runs->row);
    names_fini(&runs->launch);
    names_fini(&runs->account);
    *runs = (struct sacct_runs){0};
}

struct reading {
    const struct sacct_asked *asked;
    struct sacct_runs *runs;
    struct pool_sheet sheet;
};

// A job's name behind the mark and its point.
static bool name_of(const struct reading *reading, struct csv_field *out) {
    const struct csv_field name = pool_sheet_cell(&reading->sheet, NAME);
    const size_t n = strlen(reading->asked->mark);
    if (memchr(pool_sheet_cell(&reading->sheet, ID).bytes, '.',
               pool_sheet_cell(&reading->sheet, ID).n) ||
        name.n < n + 2 || name.n > SACCT_NAME_BYTES ||
        memcmp(name.bytes, reading->asked->mark, n) != 0 || name.bytes[n] != '.') {
        return false;
    }
    *out = (struct csv_field){name.bytes + n + 1, name.n - (uint32_t)n - 1};
    return true;
}

// Digits that begin here.
static bool read_count(const char *bytes, size_t n, uint64_t *out) {
    int64_t value = 0;
    const bool is_good = n > 0 && n <= MAX_COUNT_DIGITS && bytes[0] >= '0' && bytes[0] <= '9' &&
                         number_int64(bytes, n, &value);
    *out = (uint64_t)value;
    return is_good;
}

// The launch of a job: its name; of a task, 12_7 of NAME.1000, NAME_1007.
static bool launch_of(const struct reading *reading, char own[LAUNCH_BYTES],
                      struct csv_field *out) {
    const struct csv_field id = pool_sheet_cell(&reading->sheet, ID);
    const char *const cut = id.n > 0 ? memchr(id.bytes, '_', id.n) : NULL;
    if (!name_of(reading, out) || !cut) {
        return name_of(reading, out);
    }
    const char *const point = memchr(out->bytes, '.', out->n);
    const uint32_t n_name = point ? (uint32_t)(point - out->bytes) : out->n;
    uint64_t from = 0, task = 0;
    if (read_count(cut + 1, id.n - (size_t)(cut - id.bytes) - 1, &task) &&
        (!point || read_count(point + 1, out->n - n_name - 1, &from))) {
        const size_t n = (size_t)snprintf(own, LAUNCH_BYTES, "%.*s_%" PRIu64, (int)n_name,
                                          out->bytes, from + task);
        *out = (struct csv_field){own, (uint32_t)n};
    }
    return true;
}

static bool says_none(struct csv_field cell) {
    return cell.n == 0 || pool_cell_is(cell, "Unknown") || pool_cell_is(cell, "None");
}

// A time of the clock of whoever ran sacct, or seconds since 1970.
static bool read_time(struct reading *reading, uint32_t at, int64_t *out) {
    const struct csv_field cell = pool_sheet_cell(&reading->sheet, at);
    if (!pool_sheet_moment(&reading->sheet, at, out)) {
        return false;
    }
    if (cell.n > 4 && cell.bytes[4] == '-') {
        *out -= reading->asked->offset_min * MINUTE_US;
    }
    return true;
}

// The sum of its GPUs; where Slurm counts them by type alone, of the types.
static bool read_gpus(struct reading *reading, int64_t *out) {
    static const char key[] = "gres/gpu";
    const struct csv_field cell = pool_sheet_cell(&reading->sheet, TRES);
    int64_t all = -1, typed = 0;
    for (uint32_t from = 0, n = 0; from < cell.n; from += n + 1) {
        const char *const item = cell.bytes + from;
        const char *const comma = memchr(item, ',', cell.n - from);
        n = comma ? (uint32_t)(comma - item) : cell.n - from;
        const char *const sign = memchr(item, '=', n);
        if (!sign || n < sizeof key || memcmp(item, key, sizeof key - 1) != 0 ||
            (item[sizeof key - 1] != '=' && item[sizeof key - 1] != ':')) {
            continue;
        }
        int64_t value = 0;
        if (!number_int64(sign + 1, n - (size_t)(sign - item) - 1, &value) || value < 0 ||
            value > MAX_GPUS || typed > MAX_GPUS) {
            pool_sheet_fault(&reading->sheet, TRES, "'%.*s' is no number of GPUs",
                             (int)(n < 60 ? n : 60), item);
            return false;
        }
        all = item[sizeof key - 1] == '=' ? value : all;
        typed += item[sizeof key - 1] == ':' ? value : 0;
    }
    *out = all >= 0 ? all : typed;
    return true;
}

static maru_status add(struct sacct_runs *runs, const struct agreement_row *row, maru_error *err) {
    if (runs->n == runs->cap) {
        const uint32_t cap = runs->cap > 0 ? runs->cap * 2 : 256;
        if (runs->n >= SACCT_MAX_RUNS) {
            return fail(err, MARU_E_LIMIT, "more than %d runs to compare", SACCT_MAX_RUNS);
        }
        struct agreement_row *grown = alloc_resize(runs->row, cap, sizeof *grown);
        if (!grown) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        runs->row = grown;
        runs->cap = cap;
    }
    runs->first_us =
        runs->n == 0 || row->until_us < runs->first_us ? row->until_us : runs->first_us;
    runs->last_us = runs->n == 0 || row->until_us > runs->last_us ? row->until_us : runs->last_us;
    runs->row[runs->n++] = *row;
    return MARU_OK;
}

static maru_status add_run(struct reading *reading, struct csv_field launch,
                           struct agreement_row *row, maru_error *err) {
    struct sacct_runs *runs = reading->runs;
    const struct csv_field account = pool_sheet_cell(&reading->sheet, ACCOUNT);
    uint32_t number = 0, its = 0;
    maru_status st = names_add(&runs->launch, launch.bytes, launch.n, &number, err);
    st = st == MARU_OK ? names_add(&runs->account, account.bytes, account.n, &its, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    row->job = number;
    row->account = runs->account.name[its];
    return add(runs, row, err);
}

static maru_status read_row(struct reading *reading, maru_error *err) {
    struct sacct_runs *runs = reading->runs;
    struct agreement_row row = {.credits_micro = AGREEMENT_NO_CREDITS};
    struct csv_field launch = {"", 0};
    char own[LAUNCH_BYTES];
    int64_t n_gpu = 0;
    if (!launch_of(reading, own, &launch)) {
        runs->n_other++;
        return MARU_OK;
    }
    if (says_none(pool_sheet_cell(&reading->sheet, START)) ||
        says_none(pool_sheet_cell(&reading->sheet, END)) ||
        pool_sheet_cell(&reading->sheet, TRES).n == 0) {
        runs->n_open++;
        return MARU_OK;
    }
    const bool is_good = read_time(reading, START, &row.from_us) &&
                         read_time(reading, END, &row.until_us) && read_gpus(reading, &n_gpu);
    if (is_good && row.until_us < row.from_us) {
        pool_sheet_fault(&reading->sheet, END, "a run that ends before it begins");
    }
    if (!is_good || row.until_us < row.from_us) {
        return pool_sheet_faults_status(reading->sheet.faults, err);
    }
    if (row.until_us < reading->asked->from_us || row.until_us >= reading->asked->until_us) {
        runs->n_outside++;
        return MARU_OK;
    }
    row.gpu_milli = (uint64_t)n_gpu * 1000;
    return add_run(reading, launch, &row, err);
}

maru_status sacct_runs_read(const char *bytes, size_t n, const struct sacct_asked *asked,
                            struct sacct_runs *out, maru_error *err) {
    struct sheet_faults faults = {0};
    struct reading reading = {.asked = asked, .runs = out};
    *out = (struct sacct_runs){0};
    names_init(&out->launch, NAMES_BYTES);
    names_init(&out->account, NAMES_BYTES);
    maru_status st = pool_sheet_open(&reading.sheet, bytes, n, heading, HEADINGS, &faults, err);
    for (uint32_t h = NAME; h < HEADINGS && st == MARU_OK; h++) {
        st = pool_sheet_has(&reading.sheet, h)
                 ? MARU_OK
                 : fail(err, MARU_E_INPUT, "there is no column \"%s\"", heading[h]);
    }
    while (st == MARU_OK) {
        st = pool_sheet_next(&reading.sheet, err);
        st = st == MARU_OK ? read_row(&reading, err) : st;
    }
    pool_sheet_close(&reading.sheet);
    return st == MARU_MORE ? MARU_OK : st;
}
