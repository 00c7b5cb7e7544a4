#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "plant/dialect/timespec.h"
#include "rounds/round_folder.h"

// Leases and uses as tables. A lease is written with its last day; in memory it ends with the first day without it.

#define DAY_US (INT64_C(86400) * 1000000)
enum { DATE_BYTES = sizeof "2026-01-01" - 1, DAY_HOURS = 24 };

bool round_day_read(const char *bytes, size_t n, int32_t *day) {
    struct complaint why;
    maru_time us = 0;
    if (n != DATE_BYTES || !date_read(bytes, n, &us, &why) || us < 0) {
        return false;
    }
    *day = (int32_t)(us / DAY_US);
    return true;
}

void round_day_write(struct text *out, int32_t day) {
    struct text date;
    text_init(&date, 64);
    date_write(&date, day * DAY_US);
    text_add(out, date.bytes ? date.bytes : "", date.n_bytes < DATE_BYTES ? 0 : DATE_BYTES);
    text_fini(&date);
}

enum {
    LEASE_INSTITUTION,
    LEASE_APPLICATION,
    LEASE_SITE,
    LEASE_TYPE,
    LEASE_GPUS,
    LEASE_FROM,
    LEASE_LAST,
    LEASE_CREDITS,
    LEASE_COLUMNS
};
static const struct grid_column lease_columns[LEASE_COLUMNS] = {
    {"institution", "기관", true}, {"application", "신청", true}, {"site", "사이트", true},
    {"type", "종류", true},        {"gpus", "GPU", true},         {"from", "시작", true},
    {"last", "마지막 날", true},   {"credits", "크레딧", false}};

void lease_table_write(struct text *out, const struct round *round, const struct lease *lease,
                       uint32_t n) {
    text_addz(out, "institution,application,site,type,gpus,from,last,credits\n");
    for (uint32_t i = 0; i < n; i++) {
        const char *const cell[] = {
            round->institution[lease[i].institution], round->application[lease[i].application].id,
            round->site[lease[i].site].name, round->type[lease[i].type].name};
        for (size_t k = 0; k < sizeof cell / sizeof cell[0]; k++) {
            text_add_csv(out, cell[k]);
            text_addz(out, ",");
        }
        text_addf(out, "%u,", lease[i].gpus);
        round_day_write(out, lease[i].from_day);
        text_addz(out, ",");
        round_day_write(out, lease[i].until_day - 1);
        text_addz(out, ",");
        text_add_fixed(out, (double)lease[i].credits_milli / 1000, 3);
        text_addz(out, "\n");
    }
}

struct lease_reading {
    const struct round *round;
    struct lease_list *list;
    struct names institution, application, site, type;
    uint32_t cap;
};

static maru_status add_all(struct names *names, const char *name, maru_error *err) {
    uint32_t number = 0;
    return names_add(names, name, strlen(name), &number, err);
}

static maru_status begin(struct lease_reading *r, const struct round *round,
                         struct lease_list *list, maru_error *err) {
    *r = (struct lease_reading){.round = round, .list = list};
    names_init(&r->institution, ROUNDS_MAX_FILE_BYTES);
    names_init(&r->application, ROUNDS_MAX_FILE_BYTES);
    names_init(&r->site, ROUNDS_MAX_FILE_BYTES);
    names_init(&r->type, ROUNDS_MAX_FILE_BYTES);
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < round->n_institution; i++) {
        st = add_all(&r->institution, round->institution[i], err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < round->n_application; i++) {
        st = add_all(&r->application, round->application[i].id, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < round->n_site; i++) {
        st = add_all(&r->site, round->site[i].name, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < round->n_type; i++) {
        st = add_all(&r->type, round->type[i].name, err);
    }
    return st;
}

static void finish(struct lease_reading *r) {
    names_fini(&r->institution);
    names_fini(&r->application);
    names_fini(&r->site);
    names_fini(&r->type);
}

static uint32_t known(const struct grid_row *row, uint32_t column, const struct names *names) {
    const struct csv_field *cell = &row->cell[column];
    const uint32_t number = names_find(names, cell->bytes, cell->n);
    if (number == UINT32_MAX) {
        grid_fault(row, column, "a name of the tables of the round", "there is no such name");
    }
    return number;
}

static bool read_day(const struct grid_row *row, uint32_t column, int32_t *day) {
    const struct csv_field *cell = &row->cell[column];
    if (!round_day_read(cell->bytes, cell->n, day)) {
        grid_fault(row, column, "a day such as 2026-03-31", "this is no day");
        return false;
    }
    return true;
}

// Room for one more of `size`; false: there is none.
static bool grow(void **list, uint32_t n, uint32_t *cap, size_t size) {
    if (n < *cap) {
        return true;
    }
    const uint32_t more = *cap > 0 ? 2 * *cap : 1024;
    void *const block = alloc_resize(*list, (size_t)more * 2 + 1, size);
    *list = block ? block : *list;
    *cap = block ? more : *cap;
    return block != NULL;
}

static maru_status take_lease(void *context, const struct grid_row *row, maru_error *err) {
    struct lease_reading *r = context;
    struct lease lease = {.institution = known(row, LEASE_INSTITUTION, &r->institution),
                          .application = known(row, LEASE_APPLICATION, &r->application),
                          .site = known(row, LEASE_SITE, &r->site),
                          .type = known(row, LEASE_TYPE, &r->type)};
    int64_t gpus = 0;
    int32_t last = 0;
    bool is_good =
        (int)read_day(row, LEASE_FROM, &lease.from_day) & read_day(row, LEASE_LAST, &last);
    is_good = is_good && lease.institution != UINT32_MAX && lease.application != UINT32_MAX &&
              lease.site != UINT32_MAX && lease.type != UINT32_MAX;
    if (!number_int64(row->cell[LEASE_GPUS].bytes, row->cell[LEASE_GPUS].n, &gpus) || gpus < 1 ||
        gpus > ROUND_MAX_GPUS) {
        grid_fault(row, LEASE_GPUS, "a whole number from 1 to 10000000", "this is no such number");
        return MARU_OK;
    }
    if (is_good && last < lease.from_day) {
        grid_fault(row, LEASE_LAST, "a day that is not before the first", "it ends too early");
        return MARU_OK;
    }
    if (!is_good) {
        return MARU_OK;
    }
    void *list = r->list->lease;
    const bool has_room = r->list->n < LEASE_MAX && grow(&list, r->list->n, &r->cap, sizeof lease);
    r->list->lease = list;
    if (!has_room) {
        return fail(err, MARU_E_LIMIT, "there are more than %d leases", LEASE_MAX);
    }
    lease.gpus = (uint32_t)gpus;
    lease.until_day = last + 1;
    lease.credits_milli =
        lease_credits(&r->round->type[lease.type], lease.gpus, lease.until_day - lease.from_day);
    r->list->lease[r->list->n++] = lease;
    return MARU_OK;
}

maru_status lease_table_read(const char *bytes, size_t n, const struct round *round,
                             maru_faults *faults, struct lease_list *list, maru_error *err) {
    const struct grid_form form = {"leases.csv", lease_columns, LEASE_COLUMNS};
    struct lease_reading r;
    maru_status st = begin(&r, round, list, err);
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_lease, &r, err) : st;
    finish(&r);
    return st == MARU_OK ? faults_status(faults, err) : st;
}

enum { USAGE_INSTITUTION, USAGE_DAY, USAGE_TYPE, USAGE_HOURS, USAGE_COLUMNS };
static const struct grid_column usage_columns[USAGE_COLUMNS] = {{"institution", "기관", true},
                                                                {"day", "날짜", true},
                                                                {"type", "종류", true},
                                                                {"gpu_hours", "GPU 시간", true}};

static maru_status take_use(void *context, const struct grid_row *row, maru_error *err) {
    struct lease_reading *r = context;
    struct lease_use use = {.institution = known(row, USAGE_INSTITUTION, &r->institution),
                            .type = known(row, USAGE_TYPE, &r->type)};
    const struct csv_field *hours = &row->cell[USAGE_HOURS];
    bool is_good = read_day(row, USAGE_DAY, &use.day) && use.institution != UINT32_MAX &&
                   use.type != UINT32_MAX;
    if (!number_scaled(hours->bytes, hours->n, 1000, &use.milli_hours) || use.milli_hours < 0 ||
        use.milli_hours > (int64_t)ROUND_MAX_GPUS * DAY_HOURS * 1000) {
        grid_fault(row, USAGE_HOURS, "GPU hours of that day, 0 or more", "this is no such number");
        is_good = false;
    }
    if (!is_good) {
        return MARU_OK;
    }
    struct lease_list *list = r->list;
    void *uses = list->use;
    const bool has_room =
        list->n_use < LEASE_MAX_USES && grow(&uses, list->n_use, &r->cap, sizeof use);
    list->use = uses;
    if (!has_room) {
        return fail(err, MARU_E_LIMIT, "there are more than %d rows of use", LEASE_MAX_USES);
    }
    list->first_day = list->n_use == 0 || use.day < list->first_day ? use.day : list->first_day;
    list->last_day = list->n_use == 0 || use.day > list->last_day ? use.day : list->last_day;
    list->use[list->n_use++] = use;
    return MARU_OK;
}

maru_status usage_table_read(const char *bytes, size_t n, const struct round *round,
                             maru_faults *faults, struct lease_list *list, maru_error *err) {
    const struct grid_form form = {"usage.csv", usage_columns, USAGE_COLUMNS};
    struct lease_reading r;
    maru_status st = begin(&r, round, list, err);
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_use, &r, err) : st;
    finish(&r);
    return st == MARU_OK ? faults_status(faults, err) : st;
}

void lease_list_fini(struct lease_list *list) {
    alloc_free(list->lease);
    alloc_free(list->use);
    *list = (struct lease_list){0};
}
