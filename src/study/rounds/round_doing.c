#include "study/rounds/round_asking.h"

#include <stdio.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/round/round_check.h"

// Leases come from awards.csv, not from a solution made anew: what was published is what is leased. Watching begins with the first day
// of use that was brought. What the record has already is not said again.

enum { DETAIL_BYTES = 4096 };

static maru_status open_table(const struct round_place *place, const char *name, struct text *text,
                              maru_error *err) {
    bool has = false;
    text_init(text, ROUNDS_MAX_FILE_BYTES);
    const maru_status st = round_folder_file(place, name, text, &has, err);
    return st == MARU_OK && !has ? fail_at(err, MARU_E_IO, name, 0, 0, "the file is missing") : st;
}

void round_done_fini(struct round_done *done) {
    alloc_free(done->event);
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
};

static maru_status keep_event(void *context, const struct lease_event *event, maru_error *err) {
    struct watching *w = context;
    struct round_done *done = w->done;
    if (done->n_event == w->cap) {
        const uint32_t cap = w->cap > 0 ? 2 * w->cap : 64;
        struct lease_event *more = alloc_resize(done->event, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        done->event = more;
        w->cap = cap;
    }
    done->event[done->n_event++] = *event;
    return MARU_OK;
}

static void write_detail(struct text *out, const struct round *round,
                         const struct lease_event *event) {
    text_addf(out, "%s=%s ", "type", round->type[event->type].name);
    text_addf(out, "%s=", "day");
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
static maru_status do_event(struct watching *w, const struct lease_event *event, maru_error *err) {
    const struct round *round = w->done->round;
    const char *what = event->kind == LEASE_WARNED ? "warn" : "reclaim";
    const char *subject = round->institution[event->institution];
    struct text detail;
    bool has = false;
    text_init(&detail, DETAIL_BYTES);
    write_detail(&detail, round, event);
    maru_status st = detail.status != MARU_OK
                         ? fail(err, detail.status, "no memory")
                         : round_record_check(&w->record, what, subject, detail.bytes, &has, err);
    if (st == MARU_OK && !has) {
        w->done->n_warned += event->kind == LEASE_WARNED;
        w->done->n_due += event->kind == LEASE_RECLAIMED;
        if (event->kind == LEASE_WARNED || w->doing->reclaims) {
            st = round_record_add(&w->record, w->doing->time, what, subject, detail.bytes, err);
        }
        if (st == MARU_OK && event->kind == LEASE_RECLAIMED && w->doing->reclaims) {
            st = take_back(w, event, err);
        }
    }
    text_fini(&detail);
    return st;
}

static maru_status do_events(struct watching *w, maru_error *err) {
    struct text leases;
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < w->done->n_event; i++) {
        st = do_event(w, &w->done->event[i], err);
    }
    text_init(&leases, ROUND_TEXT_BYTES);
    lease_table_write(&leases, w->done->round, w->list.lease, w->list.n);
    if (st == MARU_OK && w->doing->reclaims) {
        st = round_folder_write(w->doing->place, "leases.csv", &leases, err);
    }
    st = st == MARU_OK && w->record.n_bytes > 0
             ? round_folder_write(w->doing->place, "record.csv", &w->record, err)
             : st;
    text_fini(&leases);
    return st;
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
                                          w.list.n_use > 0 ? done->last_day : w.list.first_day - 1};
        st = lease_watch(&world, keep_event, &w, err);
    }
    st = st == MARU_OK ? do_events(&w, err) : st;
    lease_list_fini(&w.list);
    text_fini(&leases);
    text_fini(&usage);
    text_fini(&w.record);
    return st;
}
