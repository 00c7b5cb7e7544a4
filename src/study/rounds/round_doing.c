#include "study/rounds/round_asking.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "pool/money/civil_date.h"
#include "pool/round/round_check.h"

// Leases come from awards.csv, not from a solution made anew: what was published is what is leased. Watching begins with the first day
// of use that was brought. What the record has already is not said again.

enum { DETAIL_BYTES = 4096 };
#define DAY_US INT64_C(86400000000)
static const char *const event_words[] = {"warn", "reclaim"};
static const char detail_type[] = "type=", detail_day[] = " day=";

static maru_status open_table(const struct round_place *place, const char *name, struct text *text,
                              maru_error *err) {
    bool has = false;
    text_init(text, ROUNDS_MAX_FILE_BYTES);
    const maru_status st = round_folder_file(place, name, text, &has, err);
    return st == MARU_OK && !has ? fail_at(err, MARU_E_IO, name, 0, 0, "the file is missing") : st;
}

void round_done_fini(struct round_done *done) {
    alloc_free(done->event);
    alloc_free(done->is_new);
    alloc_free(done->stand);
    round_tables_fini(&done->tables);
    *done = (struct round_done){.n_lease = 0};
}

static maru_status open_record(const struct round_place *place, struct text *record,
                               maru_error *err) {
    bool has = false;
    text_init(record, ROUND_TEXT_BYTES);
    const maru_status st = round_folder_file(place, "record.csv", record, &has, err);
    return st == MARU_OK ? round_record_check(record, NULL, NULL, NULL, NULL, err) : st;
}

static uint64_t most_at_once(const struct round *round, const struct round_award *award) {
    uint64_t most = 0;
    for (uint32_t q = 0; q < round->rules.n_quarter; q++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < round->n_line; i++) {
            sum += round->line[i].from <= q && q <= round->line[i].last ? award->gpus[i] : 0;
        }
        most = sum > most ? sum : most;
    }
    return most;
}

// ---- leases

static maru_status lease_award(const struct round_doing *doing, const struct round_award *award,
                               struct round_done *done, maru_error *err) {
    const struct round *round = done->round;
    struct lease *lease = alloc_new((size_t)round->n_line + 1, sizeof *lease);
    struct text out, record;
    char detail[64];
    text_init(&out, ROUND_TEXT_BYTES);
    maru_status st = open_record(doing->place, &record, err);
    st = st == MARU_OK && !lease ? fail(err, MARU_E_MEMORY, "no memory") : st;
    if (st == MARU_OK) {
        done->n_lease = round_leases(round, award, lease);
        done->gpus = most_at_once(round, award);
        for (uint32_t i = 0; i < done->n_lease; i++) {
            done->credits_milli += lease[i].credits_milli;
        }
        lease_table_write(&out, round, lease, done->n_lease);
        snprintf(detail, sizeof detail, "leases=%u", done->n_lease);
        st = round_record_add(&record, doing->time, "lease", round->rules.title, detail, err);
    }
    st = st == MARU_OK ? round_folder_write(doing->place, "leases.csv", &out, err) : st;
    st = st == MARU_OK ? round_folder_write(doing->place, "record.csv", &record, err) : st;
    alloc_free(lease);
    text_fini(&out);
    text_fini(&record);
    return st;
}

maru_status round_lease_folder(const struct round_doing *doing, maru_faults *faults,
                               struct round_done *done, maru_error *err) {
    struct round_award award = {0};
    struct text bytes;
    *done = (struct round_done){.n_lease = 0};
    done->round = &done->tables.round;
    maru_status st = open_table(doing->place, "awards.csv", &bytes, err);
    st = st == MARU_OK ? round_folder_read(doing->place, NULL, faults, &done->tables, err) : st;
    st = st == MARU_OK ? round_award_init(done->round, &award, err) : st;
    st = st == MARU_OK
             ? award_table_read(bytes.bytes, bytes.n_bytes, done->round, faults, &award, err)
             : st;
    if (st == MARU_OK) { // floors that the award lacks are its own word
        struct round_floors floors;
        round_floors(done->round, &floors);
        (void)round_count_short(done->round, &floors, &award);
        st = round_check(done->round, &award, err);
    }
    st = st == MARU_OK ? lease_award(doing, &award, done, err) : st;
    round_award_fini(&award);
    text_fini(&bytes);
    return st;
}

// ---- watching

struct watching {
    const struct round_doing *doing;
    struct round_done *done;
    struct lease_list list;
    struct text record;
    uint32_t cap;
    struct said *said; // (n_said) what the record has
    uint32_t n_said, cap_said;
};

// A warning or a reclaim of the record, with the day on which it was written there.
struct said {
    struct lease_event event;
    int32_t told_day;
};

static maru_status add_said(struct watching *w, const struct lease_event *event, const char *time,
                            maru_error *err) {
    if (w->n_said == w->cap_said) {
        const uint32_t cap = w->cap_said > 0 ? 2 * w->cap_said : 64;
        struct said *more = alloc_resize(w->said, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        w->said = more;
        w->cap_said = cap;
    }
    int64_t us = 0;
    const bool is_time = civil_read(time, strlen(time), CIVIL_SEOUL_MIN, &us);
    const int64_t here_us = us + (int64_t)CIVIL_SEOUL_MIN * 60 * 1000000;
    const int32_t day = (int32_t)(here_us / DAY_US - (here_us % DAY_US < 0));
    w->said[w->n_said++] = (struct said){*event, is_time ? day : event->day + 1};
    return MARU_OK;
}

static uint32_t find_name(const char *const *name, uint32_t n, const char *wanted) {
    uint32_t i = 0;
    while (i < n && strcmp(name[i], wanted) != 0) {
        i++;
    }
    return i;
}

// What stands behind a key, up to the next blank; 0 where there is nothing.
static uint32_t read_count(const char *detail, const char *key) {
    const char *at = strstr(detail, key);
    int64_t value = 0;
    at = at ? at + strlen(key) : "";
    const bool is_count = number_int64(at, strcspn(at, " "), &value);
    return is_count && value >= 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

// "type=H200 day=2026-03-31 ..."; a name of a type may have blanks itself.
static bool read_detail(const struct round *round, const char *detail, struct lease_event *out) {
    if (strncmp(detail, detail_type, sizeof detail_type - 1) != 0) {
        return false;
    }
    detail += sizeof detail_type - 1;
    for (out->type = 0; out->type < round->n_type; out->type++) {
        const size_t n = strlen(round->type[out->type].name);
        if (strncmp(detail, round->type[out->type].name, n) == 0 &&
            strncmp(detail + n, detail_day, sizeof detail_day - 1) == 0) {
            const char *day = detail + n + sizeof detail_day - 1;
            out->idle_days = read_count(day, " idle_days=");
            out->gpus = read_count(day, " gpus=");
            out->kept = read_count(day, " kept=");
            return round_day_read(day, strcspn(day, " "), &out->day);
        }
    }
    return false;
}

bool round_event_read(const struct round *round, const struct round_record_row *row,
                      struct lease_event *out) {
    const bool is_warning = strcmp(row->what, event_words[LEASE_WARNED]) == 0;
    *out = (struct lease_event){
        .kind = is_warning ? LEASE_WARNED : LEASE_RECLAIMED,
        .institution = find_name(round->institution, round->n_institution, row->subject)};
    return (is_warning || strcmp(row->what, event_words[LEASE_RECLAIMED]) == 0) &&
           out->institution < round->n_institution && read_detail(round, row->detail, out);
}

static maru_status read_said(void *context, const struct round_record_row *row, maru_error *err) {
    struct watching *w = context;
    struct lease_event event;
    return round_event_read(w->done->round, row, &event) ? add_said(w, &event, row->time, err)
                                                         : MARU_OK;
}

// The same streak of days of the same leases has brought it already. Two of a kind are more days apart than those of one streak.
static const struct said *find_said(const struct watching *w, const struct lease_event *event) {
    for (uint32_t i = 0; i < w->n_said; i++) {
        const struct lease_event *other = &w->said[i].event;
        const int64_t apart = (int64_t)event->day - other->day;
        if (other->kind == event->kind && other->institution == event->institution &&
            other->type == event->type && (apart < 0 ? -apart : apart) < event->idle_days) {
            return &w->said[i];
        }
    }
    return NULL;
}

static int32_t told_day(void *context, const struct lease_event *warning) {
    const struct said *said = find_said(context, warning);
    return said ? said->told_day : LEASE_UNTOLD;
}

static maru_status keep_event(void *context, const struct lease_event *event, maru_error *err) {
    struct watching *w = context;
    struct round_done *done = w->done;
    if (event->kind == LEASE_STANDS) {
        done->stand[done->n_stand++] = *event;
        return MARU_OK;
    }
    if (done->n_event == w->cap) {
        const uint32_t cap = w->cap > 0 ? 2 * w->cap : 64;
        struct lease_event *more = alloc_resize(done->event, cap, sizeof *more);
        done->event = more ? more : done->event;
        bool *is_new = more ? alloc_resize(done->is_new, cap, sizeof *is_new) : NULL;
        if (!is_new) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        done->is_new = is_new;
        w->cap = cap;
    }
    done->is_new[done->n_event] = false;
    done->event[done->n_event++] = *event;
    return MARU_OK;
}

static void write_detail(struct text *out, const struct round *round,
                         const struct lease_event *event) {
    text_addf(out, "%s%s%s", detail_type, round->type[event->type].name, detail_day);
    round_day_write(out, event->day);
    text_addf(out, " %s=%u", "idle_days", event->idle_days);
    text_addf(out, " %s=%u %s=%u", "gpus", event->gpus, "kept", event->kept);
}

static maru_status take_back(struct watching *w, const struct lease_event *event, maru_error *err) {
    struct lease *more =
        alloc_resize(w->list.lease, 2 * (size_t)w->list.n + 1, sizeof *w->list.lease);
    if (!more) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->list.lease = more;
    lease_reclaim(w->done->round, event, w->done->last_day, more, &w->list.n);
    w->done->gpus += event->gpus - event->kept;
    return MARU_OK;
}

// Say an event once; carry out a reclaim where that is asked for.
static maru_status do_event(struct watching *w, uint32_t number, maru_error *err) {
    const struct lease_event event = w->done->event[number];
    const struct round *round = w->done->round;
    struct text detail;
    if (find_said(w, &event)) {
        return MARU_OK;
    }
    w->done->n_warned += event.kind == LEASE_WARNED;
    w->done->n_due += event.kind == LEASE_RECLAIMED;
    if (event.kind == LEASE_RECLAIMED && !w->doing->reclaims) {
        return MARU_OK;
    }
    text_init(&detail, DETAIL_BYTES);
    write_detail(&detail, round, &event);
    maru_status st =
        detail.status != MARU_OK
            ? fail(err, detail.status, "no memory")
            : round_record_add(&w->record, w->doing->time, event_words[event.kind],
                               round->institution[event.institution], detail.bytes, err);
    st = st == MARU_OK ? add_said(w, &event, w->doing->time, err) : st;
    st = st == MARU_OK && event.kind == LEASE_RECLAIMED ? take_back(w, &event, err) : st;
    w->done->is_new[number] = st == MARU_OK;
    w->done->has_changed = true;
    text_fini(&detail);
    return st;
}

static maru_status do_events(struct watching *w, maru_error *err) {
    struct text leases;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < w->done->n_event; i++) {
        st = do_event(w, i, err);
    }
    text_init(&leases, ROUND_TEXT_BYTES);
    lease_table_write(&leases, w->done->round, w->list.lease, w->list.n);
    if (st == MARU_OK && w->doing->reclaims && w->done->has_changed) {
        st = round_folder_write(w->doing->place, "leases.csv", &leases, err);
    }
    st = st == MARU_OK && w->done->has_changed
             ? round_folder_write(w->doing->place, "record.csv", &w->record, err)
             : st;
    text_fini(&leases);
    return st;
}

// Who was told only in this look has the days from its record on, too.
static void see_told(struct watching *w) {
    for (uint32_t i = 0; i < w->done->n_stand; i++) {
        struct lease_event *stands = &w->done->stand[i];
        struct lease_event warning = *stands;
        warning.kind = LEASE_WARNED;
        if (stands->told_day == LEASE_UNTOLD) {
            stands->told_day = told_day(w, &warning);
        }
    }
}

maru_status round_watch_folder(const struct round_doing *doing, maru_faults *faults,
                               struct round_done *done, maru_error *err) {
    struct watching w = {.doing = doing, .done = done};
    struct text leases, usage;
    *done = (struct round_done){.n_lease = 0};
    done->round = &done->tables.round;
    text_init(&usage, 0);
    maru_status st = open_table(doing->place, "leases.csv", &leases, err);
    st = st == MARU_OK ? open_table(doing->place, "usage.csv", &usage, err) : st;
    text_init(&w.record, 0);
    st = st == MARU_OK ? open_record(doing->place, &w.record, err) : st;
    st = st == MARU_OK ? round_folder_read(doing->place, NULL, faults, &done->tables, err) : st;
    st = st == MARU_OK
             ? lease_table_read(leases.bytes, leases.n_bytes, done->round, faults, &w.list, err)
             : st;
    st = st == MARU_OK
             ? usage_table_read(usage.bytes, usage.n_bytes, done->round, faults, &w.list, err)
             : st;
    if (st == MARU_OK) {
        done->n_lease = w.list.n;
        done->last_day = doing->last_day == INT32_MIN ? w.list.last_day : doing->last_day;
        const struct lease_world world = {done->round,
                                          w.list.lease,
                                          w.list.n,
                                          w.list.use,
                                          w.list.n_use,
                                          w.list.first_day,
                                          w.list.n_use > 0 ? done->last_day : w.list.first_day - 1,
                                          doing->waits ? told_day : NULL};
        done->stand = alloc_new((size_t)w.list.n + 1, sizeof *done->stand);
        st = done->stand ? round_record_each(&w.record, read_said, &w, err)
                         : fail(err, MARU_E_MEMORY, "no memory");
        st = st != MARU_OK ? st : lease_watch(&world, keep_event, &w, err);
    }
    st = st == MARU_OK ? do_events(&w, err) : st;
    see_told(&w);
    lease_list_fini(&w.list);
    alloc_free(w.said);
    text_fini(&leases);
    text_fini(&usage);
    text_fini(&w.record);
    return st;
}
