#include "serve/floor/alarm_watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/alarms/alarms_image.h"
#include "serve/floor/signal_names.h"

// control/alarms/ does the thinking. Here its changes become events, whose times grow alarm by alarm, since an event is known by
// its time: two changes in the same microsecond stand one behind the other.
//
// Saved are, with lengths of 8 bytes in the order of the machine that saves: MAGIC, version, image of alarms, notes.

#define MAGIC INT64_C(0x31574c41754d6152)

enum { NAMES_BYTES = 256 << 20, MAX_AHEAD_S = 60 };

// ---- new and free

static maru_status add_names(struct alarm_watch *w, maru_error *err) {
    uint32_t number = 0;
    maru_status st = MARU_OK;
    names_init(&w->by_name, NAMES_BYTES);
    names_init(&w->by_signal, NAMES_BYTES);
    for (uint32_t i = 0; st == MARU_OK && i < w->table.n_alarm; i++) {
        st = names_add(&w->by_name, w->table.alarm[i].name, strlen(w->table.alarm[i].name), &number,
                       err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < w->table.n_signal; i++) {
        st = names_add(&w->by_signal, w->table.signal[i], strlen(w->table.signal[i]), &number, err);
    }
    return st;
}

static maru_status read_table(struct alarm_watch *w, const struct text *table, maru_error *err) {
    maru_faults *faults = maru_faults_new();
    if (!faults) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    const maru_status st = alarm_table_read("alarms.csv", table->bytes ? table->bytes : "",
                                            table->n_bytes, faults, &w->table, err);
    maru_faults_free(faults);
    return st;
}

maru_status alarm_watch_new(const struct text *table, int64_t version, maru_time now_us,
                            struct alarm_watch **out, maru_error *err) {
    const struct alarms_options options = alarms_usual();
    struct alarm_watch *w = alloc_new(1, sizeof *w);
    if (!w) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    w->version = version;
    maru_status st = read_table(w, table, err);
    st = st == MARU_OK ? add_names(w, err) : st;
    st = st == MARU_OK ? alarms_init(&w->alarms, &w->table, &options, now_us, err) : st;
    if (st == MARU_OK) {
        w->note = alloc_new(w->table.n_alarm + 1, sizeof *w->note);
        w->signal = alloc_new(w->table.n_signal + 1, sizeof *w->signal);
        w->flood_told_us = alloc_new(w->table.n_operator + 1, sizeof *w->flood_told_us);
        st = w->note && w->signal && w->flood_told_us ? MARU_OK
                                                      : fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st != MARU_OK) {
        alarm_watch_free(w);
        return st;
    }
    *out = w;
    return MARU_OK;
}

void alarm_watch_free(struct alarm_watch *w) {
    if (!w) {
        return;
    }
    alarms_fini(&w->alarms);
    alarm_table_fini(&w->table);
    names_fini(&w->by_name);
    names_fini(&w->by_signal);
    alloc_free(w->note);
    alloc_free(w->signal);
    alloc_free(w->flood_told_us);
    alloc_free(w);
}

// ---- telling

static const char *why_name(uint8_t why) {
    static const char *const name[N_ALARM_WHY] = {"signal", "cause", "flood", "person", "time"};
    return why < N_ALARM_WHY ? name[why] : "";
}

static const char *news_name(uint8_t news) {
    static const char *const name[N_ALARM_NEWS] = {
        "moved", "escalated", "chatters", "calm again", "stands", "flood begins", "flood ends"};
    return news < N_ALARM_NEWS ? name[news] : "";
}

static void add_member(struct text *out, const char *key, const char *value) {
    text_addz(out, out->n_bytes > 1 ? "," : "");
    text_add_json(out, key);
    text_addz(out, ":");
    text_add_json(out, value);
}

static void describe(const struct alarm_watch *w, const struct alarm_change *change,
                     struct text *out) {
    const struct alarm_def *alarm = &w->table.alarm[change->alarm];
    add_member(out, "news", news_name(change->news));
    add_member(out, "state", alarm_state_name((enum alarm_state)change->to, false));
    if (change->news == ALARM_MOVED) {
        add_member(out, "was", alarm_state_name((enum alarm_state)change->from, false));
        add_member(out, "why", why_name(change->why));
    } else {
        text_addf(out, ",\"n\":%u", change->n);
    }
    add_member(out, "priority", alarm_priority_name(alarm->priority, false));
    add_member(out, "text", alarm->text);
    add_member(out, "operator", w->table.operator_[alarm->operator_]);
    if (change->why == ALARM_BY_PERSON && w->who) {
        add_member(out, "by", w->who);
        add_member(out, "note", w->what ? w->what : "");
    }
}

// Later than what was told before of the same.
static maru_time time_of(maru_time at_us, maru_time *told_us) {
    *told_us = at_us > *told_us ? at_us : *told_us + 1;
    return *told_us;
}

static void tell_flood(struct alarm_watch *w, const struct alarm_change *change) {
    const char *operator_ = w->table.operator_[change->alarm];
    struct text detail;
    char name[EVENT_MAX_TEXT_BYTES];
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{");
    add_member(&detail, "news", news_name(change->news));
    add_member(&detail, "operator", operator_);
    text_addf(&detail, ",\"n\":%u,\"suppressed\":%u}", change->n, change->n_hidden);
    snprintf(name, sizeof name, "flood/%.400s", operator_);
    news_add(w->news, time_of(change->at_us, &w->flood_told_us[change->alarm]), EVENT_ALARM, name,
             "", &detail);
    text_fini(&detail);
}

static void tell(void *context, const struct alarm_change *change) {
    struct alarm_watch *w = context;
    w->is_changed = true;
    if (change->news == ALARM_FLOOD_BEGINS || change->news == ALARM_FLOOD_ENDS) {
        if (w->news) {
            tell_flood(w, change);
        }
        return;
    }
    struct alarm_note *note = &w->note[change->alarm];
    if (change->news == ALARM_MOVED) {
        note->since_us = change->at_us;
        note->state = change->to;
    }
    if (!w->news) {
        return;
    }
    struct text detail;
    text_init(&detail, EVENT_MAX_DETAIL_BYTES);
    text_addz(&detail, "{");
    describe(w, change, &detail);
    text_addz(&detail, "}");
    news_add(w->news, time_of(change->at_us, &note->told_us), EVENT_ALARM,
             w->table.alarm[change->alarm].name, "", &detail);
    text_fini(&detail);
}

void alarm_watch_listen(struct alarm_watch *w, struct news *news) {
    w->news = news;
    alarms_listen(&w->alarms, tell, w);
}

// ---- what comes

uint32_t alarm_watch_signal(struct alarm_watch *w, const struct signal_row *row) {
    struct signal_names names = {0};
    signal_names_of(row, &names);
    for (int i = 0; i < N_SIGNAL_NAME; i++) {
        const uint32_t signal = names_find(&w->by_signal, names.name[i], strlen(names.name[i]));
        if (signal != UINT32_MAX) {
            w->signal[signal] = row->id;
            return signal;
        }
    }
    return ALARM_NONE;
}

struct finding {
    struct alarm_watch *watch;
    int64_t last;
};

static maru_status find_signal(void *context, const struct signal_row *row, maru_error *err) {
    struct finding *finding = context;
    (void)err;
    (void)alarm_watch_signal(finding->watch, row);
    finding->last = row->id;
    return MARU_OK;
}

maru_status alarm_watch_find_signals(struct alarm_watch *w, struct signals *signals,
                                     maru_error *err) {
    enum { AT_ONCE = 10000 };
    struct finding finding = {.watch = w};
    int64_t before = -1;
    maru_status st = MARU_OK;
    while (st == MARU_OK && finding.last != before) {
        before = finding.last;
        st = signals_each(signals, finding.last, AT_ONCE, find_signal, &finding, err);
    }
    return st;
}

void alarm_watch_sample(struct alarm_watch *w, uint32_t signal, const struct sample *sample,
                        maru_time now_us) {
    const maru_time ahead_us = MAX_AHEAD_S * INT64_C(1000000);
    const maru_time at_us = sample->at_us > now_us + ahead_us ? now_us : sample->at_us;
    w->is_changed = true;
    alarm_watch_advance(w, at_us - 1);
    (void)!alarms_sample(&w->alarms, signal, at_us, sample_number(sample), sample->quality, NULL);
}

void alarm_watch_advance(struct alarm_watch *w, maru_time until_us) {
    (void)!alarms_advance(&w->alarms, until_us, NULL);
}

// ---- people

static maru_status do_act(struct alarm_watch *w, uint32_t alarm, enum alarm_act act,
                          maru_time at_us, maru_time until_us, maru_error *err) {
    switch (act) {
    case ALARM_ACT_ACKNOWLEDGE:
        return alarms_ack(&w->alarms, alarm, at_us, 0, 0, err);
    case ALARM_ACT_SHELVE:
        return alarms_shelve(&w->alarms, alarm, at_us, until_us, 0, 0, err);
    case ALARM_ACT_UNSHELVE:
        return alarms_unshelve(&w->alarms, alarm, at_us, 0, 0, err);
    case ALARM_ACT_REMOVE:
    case ALARM_ACT_RETURN:
        break;
    }
    return alarms_set_service(&w->alarms, alarm, act == ALARM_ACT_RETURN, at_us, 0, 0, err);
}

static void sign(struct alarm_note *note, maru_time at_us, const char *who, const char *what) {
    note->person_us = at_us;
    snprintf(note->who, sizeof note->who, "%s", who);
    snprintf(note->what, sizeof note->what, "%s", what);
}

maru_status alarm_watch_act(struct alarm_watch *w, const char *name, enum alarm_act act,
                            maru_time at_us, maru_time until_us, const char *who, const char *what,
                            maru_error *err) {
    const uint32_t alarm = names_find(&w->by_name, name, strlen(name));
    if (alarm == UINT32_MAX) {
        return fail(err, MARU_E_RANGE, "there is no alarm '%.100s'", name);
    }
    w->who = who;
    w->what = what;
    const maru_status st = do_act(w, alarm, act, at_us, until_us, err);
    w->who = w->what = NULL;
    if (st == MARU_OK) {
        sign(&w->note[alarm], at_us, who, what);
        w->is_changed = true;
    }
    return st;
}

// ---- a new table

static void inherit_one(struct alarm_watch *w, uint32_t i, const struct alarm_watch *old,
                        uint32_t k, maru_time now_us) {
    const struct alarm_note *was = &old->note[k];
    const uint8_t flags = old->alarms.flags[k];
    w->note[i] = *was;
    if (flags & ALARM_IS_OUT) {
        (void)!alarms_set_service(&w->alarms, i, false, now_us, 0, 0, NULL);
    }
    if (old->alarms.shelf_us[k] > now_us) {
        (void)!alarms_shelve(&w->alarms, i, now_us, old->alarms.shelf_us[k], 0, 0, NULL);
    }
    if (old->alarms.shown[k] == ALARM_ACKED && w->alarms.shown[i] == ALARM_UNACKED) {
        (void)!alarms_ack(&w->alarms, i, now_us, 0, 0, NULL);
    }
    w->note[i].since_us = w->alarms.shown[i] == was->state ? was->since_us : now_us;
}

void alarm_watch_inherit(struct alarm_watch *w, const struct alarm_watch *old, maru_time now_us) {
    struct news *news = w->news;
    w->news = NULL;
    for (uint32_t i = 0; i < w->table.n_alarm; i++) {
        const char *name = w->table.alarm[i].name;
        const uint32_t k = names_find(&old->by_name, name, strlen(name));
        const uint8_t was = k == UINT32_MAX ? ALARM_NORMAL : old->alarms.shown[k];
        if (k != UINT32_MAX) {
            inherit_one(w, i, old, k, now_us);
        }
        const uint8_t is = w->alarms.shown[i];
        w->note[i].state = is;
        if (news && is != was) {
            const struct alarm_change change = {.at_us = now_us,
                                                .alarm = i,
                                                .news = ALARM_MOVED,
                                                .from = was,
                                                .to = is,
                                                .why = ALARM_BY_SIGNAL};
            w->news = news;
            tell(w, &change);
            w->news = NULL;
        }
    }
    w->news = news;
}

// ---- as bytes

static void add_integer(struct text *out, int64_t value) {
    char bytes[sizeof value];
    memcpy(bytes, &value, sizeof value);
    text_add(out, bytes, sizeof bytes);
}

static int64_t integer_at(const struct text *bytes, size_t at) {
    int64_t value = 0;
    if (bytes->n_bytes >= sizeof value && at <= bytes->n_bytes - sizeof value) {
        memcpy(&value, bytes->bytes + at, sizeof value);
    }
    return value;
}

void alarm_watch_save(const struct alarm_watch *w, struct text *out) {
    const size_t n = alarms_image_bytes(&w->alarms);
    unsigned char *image = alloc_new(n, 1);
    if (!image) {
        out->status = MARU_E_MEMORY;
        return;
    }
    alarms_save(&w->alarms, image);
    add_integer(out, MAGIC);
    add_integer(out, w->version);
    add_integer(out, (int64_t)n);
    text_add(out, (const char *)image, n);
    text_add(out, (const char *)w->note, w->table.n_alarm * sizeof *w->note);
    alloc_free(image);
}

int64_t alarm_watch_version_of(const struct text *bytes) {
    return integer_at(bytes, 0) == MAGIC ? integer_at(bytes, 8) : 0;
}

maru_status alarm_watch_load(struct alarm_watch *w, const struct text *bytes, maru_error *err) {
    enum { HEAD_BYTES = 24 };
    const size_t n_note = w->table.n_alarm * sizeof *w->note;
    const int64_t n = integer_at(bytes, 16);
    if (alarm_watch_version_of(bytes) != w->version || bytes->n_bytes < HEAD_BYTES || n < 0 ||
        (uint64_t)n > bytes->n_bytes - HEAD_BYTES ||
        bytes->n_bytes - HEAD_BYTES - (size_t)n != n_note) {
        return fail(err, MARU_E_INPUT, "the kept state of the alarms is of another table");
    }
    const struct alarms_options options = alarms_usual();
    const unsigned char *image = (const unsigned char *)bytes->bytes + HEAD_BYTES;
    struct alarms loaded;
    const maru_status st = alarms_load(&loaded, &w->table, &options, image, (size_t)n, err);
    if (st != MARU_OK) {
        return st;
    }
    alarms_fini(&w->alarms);
    w->alarms = loaded;
    memcpy(w->note, image + n, n_note);
    for (uint32_t i = 0; i < w->table.n_alarm; i++) {
        w->note[i].who[WATCH_MAX_WHO_BYTES - 1] = '\0';
        w->note[i].what[WATCH_MAX_NOTE_BYTES] = '\0';
    }
    alarm_watch_listen(w, w->news);
    return MARU_OK;
}
