#include "connect/intake.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"
#include "io/clock.h"

// Samples wait with the number of their name here; the first commit after a new name declares it. So the usual message costs a
// look into a hash table, and a birth of ten thousand metrics one transaction.

enum { MAX_NAMES_BYTES = 128 << 20, MAX_EVENT_BYTES = 32 << 20, NOT_DECLARED = 0 };

struct entry {      // of a name
    int64_t signal; // NOT_DECLARED: not yet
    size_t n_asset;
    enum sample_type type;
    const char *unit;
    bool is_changed; // declared, and its unit is another one since
};

struct intake {
    struct signals *signals;
    char connection[SIGNALS_MAX_NAME_BYTES];
    size_t n_connection;

    struct names names;
    struct arena units;
    struct entry *entry;          // (names.n)
    size_t cap_entry, n_declared; // entries before this have a signal
    size_t n_changed;             // of these

    struct batch_sample *sample; // (n), `signal` is the number of the name until the commit
    size_t n, cap;
    bool is_numbered; // a commit has failed behind the numbering: they are signals already
    struct arena text;
    struct text events; // as bytes
    uint64_t n_event;

    pthread_mutex_t lock; // of the counts
    struct intake_counts counts;
};

maru_status intake_new(struct signals *signals, const char *connection, struct intake **out,
                       maru_error *err) {
    struct intake *intake = alloc_new(1, sizeof *intake);
    if (!intake) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    intake->signals = signals;
    snprintf(intake->connection, sizeof intake->connection, "%s/", connection);
    intake->n_connection = strlen(intake->connection);
    names_init(&intake->names, MAX_NAMES_BYTES);
    arena_init(&intake->units, MAX_NAMES_BYTES);
    arena_init(&intake->text, INTAKE_MAX_TEXT_BYTES);
    text_init(&intake->events, MAX_EVENT_BYTES);
    pthread_mutex_init(&intake->lock, NULL);
    *out = intake;
    return MARU_OK;
}

void intake_free(struct intake *intake) {
    if (intake) {
        names_fini(&intake->names);
        arena_fini(&intake->units);
        arena_fini(&intake->text);
        text_fini(&intake->events);
        alloc_free(intake->entry);
        alloc_free(intake->sample);
        pthread_mutex_destroy(&intake->lock);
        alloc_free(intake);
    }
}

void intake_refuse(struct intake *intake, const char *why) {
    pthread_mutex_lock(&intake->lock);
    intake->counts.n_refused++;
    snprintf(intake->counts.refused, sizeof intake->counts.refused, "%s", why);
    pthread_mutex_unlock(&intake->lock);
}

static maru_status make_entry(struct intake *intake, const struct intake_name *name, size_t number,
                              const struct sample *sample, maru_error *err) {
    if (number >= intake->cap_entry) {
        const size_t cap = intake->cap_entry < 64 ? 64 : 2 * intake->cap_entry;
        struct entry *entry = alloc_resize(intake->entry, cap, sizeof *entry);
        if (!entry) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        intake->entry = entry;
        intake->cap_entry = cap;
    }
    const char *unit = arena_text(&intake->units, name->unit, strlen(name->unit));
    if (!unit) {
        return arena_refusal(&intake->units, err);
    }
    intake->entry[number] = (struct entry){
        .n_asset = name->n_asset, .type = (enum sample_type)sample->type, .unit = unit};
    return MARU_OK;
}

// A birth may tell another unit than the last one.
static void look_at_unit(struct intake *intake, size_t number, const char *unit) {
    struct entry *entry = &intake->entry[number];
    if (unit[0] == '\0' || strcmp(unit, entry->unit) == 0) {
        return;
    }
    const char *copy = arena_text(&intake->units, unit, strlen(unit));
    if (copy) { // else the old one goes on
        entry->unit = copy;
        intake->n_changed += number < intake->n_declared && !entry->is_changed;
        entry->is_changed = number < intake->n_declared;
    }
}

static bool can_be(struct intake *intake, const struct intake_name *name,
                   const struct sample *sample) {
    if (name->n == 0 || name->n + intake->n_connection >= SIGNALS_MAX_NAME_BYTES ||
        !text_is_utf8(name->bytes, name->n) || memchr(name->bytes, 0, name->n)) {
        intake_refuse(intake, "a name that is empty, too long or no UTF-8");
        return false;
    }
    if (sample->at_us < SIGNALS_FROM_US || sample->at_us >= SIGNALS_TO_US) {
        intake_refuse(intake, "a time before 1900 or after 2199");
        return false;
    }
    if (sample->type == SAMPLE_TEXT && sample->n_text > SAMPLE_MAX_TEXT_BYTES) {
        intake_refuse(intake, "a text that is too long");
        return false;
    }
    return true;
}

static maru_status make_room(struct intake *intake, maru_error *err) {
    if (intake->n < intake->cap) {
        return MARU_OK;
    }
    const size_t cap = intake->cap < 256 ? 256 : 2 * intake->cap;
    struct batch_sample *sample = alloc_resize(intake->sample, cap, sizeof *sample);
    if (!sample) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    intake->sample = sample;
    intake->cap = cap;
    return MARU_OK;
}

// How far the source's clock is ahead: what is newest in a while, pulled by a tenth. What is bad may be our own word for silence.
static void look_at_clock(struct intake *intake, const struct sample *sample, maru_time now) {
    if ((sample->quality & QUALITY_GOOD) == QUALITY_BAD) {
        return;
    }
    pthread_mutex_lock(&intake->lock);
    struct intake_counts *counts = &intake->counts;
    const maru_time skew = sample->at_us - now;
    counts->skew_us = counts->last_us == 0 ? skew : counts->skew_us + (skew - counts->skew_us) / 10;
    counts->last_us = now;
    pthread_mutex_unlock(&intake->lock);
}

maru_status intake_sample(struct intake *intake, const struct intake_name *name,
                          const struct sample *sample, maru_time now, maru_error *err) {
    uint32_t number = names_find(&intake->names, name->bytes, name->n);
    maru_status st = MARU_OK;
    if (!can_be(intake, name, sample)) {
        return MARU_OK;
    }
    if (number == UINT32_MAX) {
        st = make_entry(intake, name, intake->names.n, sample, err);
        st = st == MARU_OK ? names_add(&intake->names, name->bytes, name->n, &number, err) : st;
    } else {
        look_at_unit(intake, number, name->unit);
    }
    st = st == MARU_OK ? make_room(intake, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    struct batch_sample *one = &intake->sample[intake->n];
    *one = (struct batch_sample){.signal = (int64_t)number, .sample = *sample};
    if (sample->type == SAMPLE_TEXT) {
        one->sample.value.text = arena_text(&intake->text, sample->value.text, sample->n_text);
        if (!one->sample.value.text) {
            return arena_refusal(&intake->text, err);
        }
    }
    intake->n++;
    look_at_clock(intake, sample, now);
    return MARU_OK;
}

maru_status intake_event(struct intake *intake, const struct event *event, maru_error *err) {
    maru_error why = {0};
    if (event_check(event, &why) != MARU_OK) {
        intake_refuse(intake, why.text);
        return MARU_OK;
    }
    if (event->at_us < SIGNALS_FROM_US || event->at_us >= SIGNALS_TO_US) {
        intake_refuse(intake, "a time before 1900 or after 2199");
        return MARU_OK;
    }
    const size_t n_before = intake->events.n_bytes;
    event_write(&intake->events, event);
    if (intake->events.status != MARU_OK) {
        const maru_status st = intake->events.status;
        intake->events.status = MARU_OK;
        intake->events.n_bytes = n_before;
        return fail(err, st, "too many events wait to be written");
    }
    intake->n_event++;
    return MARU_OK;
}

bool intake_waits(const struct intake *intake) { return intake->n > 0 || intake->n_event > 0; }

bool intake_is_full(const struct intake *intake) {
    return intake->n >= INTAKE_MAX_SAMPLES ||
           intake->text.used_bytes >= INTAKE_MAX_TEXT_BYTES / 2 ||
           intake->events.n_bytes >= MAX_EVENT_BYTES / 2;
}

// ---- committing

enum { DECLARE_AT_ONCE = 1000 };

struct declaration {
    struct signal_row row[DECLARE_AT_ONCE];
    int64_t id[DECLARE_AT_ONCE];
    char source[DECLARE_AT_ONCE][SIGNALS_MAX_NAME_BYTES],
        asset[DECLARE_AT_ONCE][SIGNALS_MAX_NAME_BYTES];
};

static void describe(const struct intake *intake, size_t number, struct declaration *out,
                     size_t i) {
    const struct entry *entry = &intake->entry[number];
    const char *name = intake->names.name[number];
    const char *slash = strrchr(name, '/');
    size_t n_asset = entry->n_asset;
    if (n_asset == 0 && slash && slash[1] != '\0') {
        n_asset = (size_t)(slash - name);
    }
    snprintf(out->source[i], SIGNALS_MAX_NAME_BYTES, "%s%s", intake->connection, name);
    snprintf(out->asset[i], SIGNALS_MAX_NAME_BYTES, "%.*s", (int)n_asset, name);
    const char *rest = name + n_asset;
    rest += rest[0] == '/' && rest[1] != '\0' && n_asset > 0;
    out->row[i] = (struct signal_row){.source = out->source[i],
                                      .asset = out->asset[i],
                                      .name = rest[0] ? rest : name,
                                      .unit = entry->unit,
                                      .type = entry->type};
}

// Declare those in the declaration, whose numbers are `number` (n).
static maru_status declare_some(struct intake *intake, struct declaration *declaration,
                                const size_t *number, size_t n, maru_error *err) {
    for (size_t i = 0; i < n; i++) {
        describe(intake, number[i], declaration, i);
    }
    const maru_status st =
        signals_declare(intake->signals, declaration->row, n, declaration->id, err);
    for (size_t i = 0; st == MARU_OK && i < n; i++) {
        struct entry *entry = &intake->entry[number[i]];
        entry->signal = declaration->id[i];
        intake->n_changed -= entry->is_changed;
        entry->is_changed = false;
    }
    return st;
}

// Those that are new, and those that are told otherwise than before.
static maru_status declare(struct intake *intake, maru_error *err) {
    if (intake->n_declared == intake->names.n && intake->n_changed == 0) {
        return MARU_OK;
    }
    struct declaration *declaration = alloc_new(1, sizeof *declaration);
    size_t *number = alloc_new(DECLARE_AT_ONCE, sizeof *number), n = 0;
    const bool has_room = declaration && number;
    maru_status st = has_room ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    const size_t from = intake->n_changed > 0 ? 0 : intake->n_declared;
    for (size_t i = from; has_room && st == MARU_OK && i < intake->names.n; i++) {
        if (i >= intake->n_declared || intake->entry[i].is_changed) {
            number[n++] = i;
        }
        if (n == DECLARE_AT_ONCE || (n > 0 && i + 1 == intake->names.n)) {
            st = declare_some(intake, declaration, number, n, err);
            n = 0;
            intake->n_declared =
                st == MARU_OK && i + 1 > intake->n_declared ? i + 1 : intake->n_declared;
        }
    }
    alloc_free(declaration);
    alloc_free(number);
    return st;
}

struct tickets { // of the commits that what was added may be in
    uint64_t first, last;
};

static void take_ticket(struct tickets *tickets, uint64_t ticket) {
    tickets->first = tickets->first == 0 || ticket < tickets->first ? ticket : tickets->first;
    tickets->last = ticket > tickets->last ? ticket : tickets->last;
}

static maru_status add_samples(struct intake *intake, struct tickets *tickets, maru_error *err) {
    maru_status st = MARU_OK;
    for (size_t i = 0; i < intake->n && !intake->is_numbered; i++) {
        intake->sample[i].signal = intake->entry[intake->sample[i].signal].signal;
    }
    intake->is_numbered = true;
    for (size_t at = 0; st == MARU_OK && at < intake->n; at += SIGNALS_MAX_WRITE_SAMPLES) {
        const size_t left = intake->n - at;
        uint64_t ticket = 0;
        st = signals_add(intake->signals, intake->sample + at,
                         left < SIGNALS_MAX_WRITE_SAMPLES ? left : SIGNALS_MAX_WRITE_SAMPLES,
                         &ticket, err);
        if (st == MARU_OK) {
            take_ticket(tickets, ticket);
        }
    }
    return st;
}

static maru_status add_events(struct intake *intake, struct tickets *tickets, maru_error *err) {
    struct packed_bytes from = packed_text(&intake->events);
    struct event event;
    maru_status st = MARU_OK;
    while (st == MARU_OK && from.at != from.end) {
        st = event_next(&from, &event, err);
        uint64_t ticket = 0;
        st = st == MARU_OK ? signals_add_events(intake->signals, &event, 1, &ticket, err) : st;
        if (st == MARU_OK) {
            take_ticket(tickets, ticket);
        }
    }
    return st;
}

static void forget(struct intake *intake) {
    intake->n = 0;
    intake->n_event = 0;
    intake->is_numbered = false;
    text_clear(&intake->events);
    arena_fini(&intake->text);
    arena_init(&intake->text, INTAKE_MAX_TEXT_BYTES);
}

maru_status intake_commit(struct intake *intake, maru_error *err) {
    struct tickets tickets = {0};
    if (intake->n == 0 && intake->n_event == 0) {
        return MARU_OK;
    }
    maru_status st = declare(intake, err);
    st = st == MARU_OK ? add_samples(intake, &tickets, err) : st;
    st = st == MARU_OK ? add_events(intake, &tickets, err) : st;
    for (uint64_t ticket = tickets.first; st == MARU_OK && ticket <= tickets.last; ticket++) {
        st = signals_commit(intake->signals, ticket, err);
    }
    if (st == MARU_OK) {
        pthread_mutex_lock(&intake->lock);
        intake->counts.n_sample += intake->n;
        intake->counts.n_event += intake->n_event;
        pthread_mutex_unlock(&intake->lock);
    }
    if (st != MARU_E_IO) {
        forget(intake);
    }
    return st;
}

void intake_count(struct intake *intake, struct intake_counts *out) {
    pthread_mutex_lock(&intake->lock);
    *out = intake->counts;
    pthread_mutex_unlock(&intake->lock);
}
