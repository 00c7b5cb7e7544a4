// For the tests beside the code: a host of ours, what it makes of messages as lines of text, and what it sends.
#ifndef WIRE_SECS_TRIAL_HOST_H
#define WIRE_SECS_TRIAL_HOST_H

#include "wire/secs/gem.h"
#include "wire/secs/item_text.h"
#include "wire/secs/trial_etch.h"

struct trial {
    struct profile *profile;
    struct gem_host *host;
    struct hsms_session *session;
    maru_time now;
    struct text log; // outputs, a line each
    struct trial_log *sent;
};

static const char *const kind_names[] = {"CONNECT",  "CLOSED",  "COMMUNICATION", "CONTROL", "READY",
                                         "PROBLEM",  "GAP",     "SAMPLE",        "EVENT",   "ALARM",
                                         "TERMINAL", "PROGRAM", "REPLY",         "MESSAGE"};

static inline void log_sample(struct text *log, const struct gem_output *o) {
    text_addf(log, " %s", o->name);
    text_addf(log, "[%u]=", (unsigned)o->index);
    if (o->sample.type == SAMPLE_TEXT) {
        text_add(log, o->sample.value.text, o->sample.n_text);
    } else {
        text_add_double(log, sample_number(&o->sample));
    }
}

static inline void log_output(struct text *log, const struct gem_output *o) {
    text_addz(log, kind_names[o->kind]);
    if (o->stream > 0) {
        text_addf(log, " S%uF%u", o->stream, o->function);
    }
    if (o->code >= 0) {
        text_addf(log, " %d", (int)o->code);
    }
    if (o->kind == GEM_SAMPLE) {
        log_sample(log, o);
    } else if (o->kind == GEM_EVENT) {
        text_addf(log, " %s %s (%s)", o->id, o->name, profile_meaning_word(o->means));
        text_addf(log, " %s/%s/%s %u", o->lot, o->substrate, o->recipe, (unsigned)o->n_value);
    } else if (o->kind == GEM_REPLY) {
        text_addf(log, " #%u ", (unsigned)o->token);
        text_addf(log, "outcome %d %s", (int)o->outcome, o->text);
    } else if (o->kind == GEM_ALARM) {
        text_addf(log, " %s %s %s", o->id, o->is_set ? "set" : "clear", o->text);
    } else if (o->text[0] != '\0') {
        text_addf(log, " %s", o->text);
    }
    text_addz(log, "\n");
}

static inline void run(struct trial *t) {
    struct gem_output output;
    while (gem_host_next(t->host, t->now, &output)) {
        log_output(&t->log, &output);
    }
    trial_collect(t->sent, t->session);
}

static inline void start(struct trial *t, const char *csv) {
    *t = (struct trial){.now = INT64_C(1767312245000000)}; // 2026-01-02 00:04:05
    t->sent = calloc(1, sizeof *t->sent);
    assert_non_null(t->sent);
    t->profile = trial_profile(csv);
    assert_int_equal(gem_host_new(t->profile, &t->host, NULL), MARU_OK);
    t->session = gem_host_session(t->host);
    text_init(&t->log, TRIAL_BYTES);
    text_addz(&t->log, "");
    run(t);
}

static inline void end(struct trial *t) {
    trial_log_fini(t->sent);
    free(t->sent);
    gem_host_free(t->host);
    profile_free(t->profile);
    text_fini(&t->log);
}

static inline void feed(struct trial *t, const struct hsms_header *header, const void *body,
                        uint32_t n) {
    struct text bytes;
    text_init(&bytes, TRIAL_BYTES);
    hsms_put(&bytes, header, body, n);
    size_t at = 0;
    while (at < bytes.n_bytes) {
        const size_t left = bytes.n_bytes - at;
        const size_t piece = left < HSMS_MAX_RECEIVE_BYTES ? left : HSMS_MAX_RECEIVE_BYTES;
        assert_int_equal(hsms_session_receive(t->session, (const uint8_t *)bytes.bytes + at, piece,
                                              t->now, NULL),
                         MARU_OK);
        run(t);
        at += piece;
    }
    text_fini(&bytes);
}

// A message of the tool's, its item as text.
static inline void say(struct trial *t, uint8_t stream, uint8_t function, bool wants,
                       uint32_t system, const char *item) {
    struct text body;
    text_init(&body, TRIAL_BYTES);
    if (item[0] != '\0') {
        maru_error err = {0};
        if (secs_read_text(item, strlen(item), &body, &err) != MARU_OK) {
            fail_msg("%s: %s", item, err.text);
        }
    }
    const struct hsms_header header = hsms_data(1, stream, function, wants, system);
    feed(t, &header, body.bytes, (uint32_t)body.n_bytes);
    text_fini(&body);
}

#define QUIET                                                                                      \
    "setting,,go online,,,,,no,,\nsetting,,define reports,,,,,no,,\n"                              \
    "setting,,enable alarms,,,,,no,,\nsetting,,ask for spooled,,,,,no,,\n"

#endif
