// For the tests beside the code: an equipment of ours and what it sends.
#ifndef WIRE_SECS_TRIAL_TOOL_H
#define WIRE_SECS_TRIAL_TOOL_H

#include "wire/secs/equipment.h"
#include "wire/secs/item_text.h"
#include "wire/secs/trial_etch.h"

struct trial {
    struct profile *profile;
    struct equipment *tool;
    struct hsms_session *session;
    maru_time now;
    struct trial_log *sent;
    uint32_t n_said[16]; // outputs by kind
};

static inline void run(struct trial *t) {
    struct equipment_output o;
    while (equipment_next(t->tool, t->now, &o)) {
        t->n_said[o.kind]++;
    }
    trial_collect(t->sent, t->session);
}

static inline void start(struct trial *t, const char *csv) {
    *t = (struct trial){.now = INT64_C(1767312245000000)}; // 2026-01-02 00:04:05
    t->sent = calloc(1, sizeof *t->sent);
    assert_non_null(t->sent);
    t->profile = trial_profile(csv);
    assert_int_equal(equipment_new(t->profile, &t->tool, NULL), MARU_OK);
    t->session = equipment_session(t->tool);
}

static inline void end(struct trial *t) {
    trial_log_fini(t->sent);
    free(t->sent);
    equipment_free(t->tool);
    profile_free(t->profile);
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

#endif
