// For the tests beside the code: a recorded conversation as frames, and the frames that a session of ours
// puts out.
#ifndef WIRE_SECS_TRIAL_FRAMES_H
#define WIRE_SECS_TRIAL_FRAMES_H

#include "wire/secs/item.h"
#include "wire/secs/session.h"
#include "wire/secs/trial_lines.h"

enum { TRIAL_FRAMES = 400, TRIAL_BYTES = 1 << 26 };

struct trial_frame {
    bool is_remark;  // `# MS remark`: a connection opened or was closed
    bool is_by_host; // H>E
    uint8_t *bytes;
    size_t n;
    struct hsms_frame frame;
    uint32_t line;
};

struct trial_talk {
    struct trial_frame frame[TRIAL_FRAMES];
    uint32_t n;
};

static inline struct trial_talk *trial_talk_open(const char *name) {
    struct trial_lines lines;
    trial_open(&lines, name);
    struct trial_talk *talk = calloc(1, sizeof *talk);
    assert_non_null(talk);
    for (const char *line = trial_next(&lines); line; line = trial_next(&lines)) {
        assert_true(talk->n < TRIAL_FRAMES);
        struct trial_frame *f = &talk->frame[talk->n++];
        f->line = lines.line;
        f->is_remark = line[0] == '#';
        f->is_by_host = line[0] == 'H';
        if (!f->is_remark) {
            size_t n_used = 0;
            f->bytes = trial_hex(strrchr(line, ' ') + 1, &f->n);
            assert_int_equal(hsms_next(f->bytes, f->n, 1 << 20, &f->frame, &n_used, NULL), MARU_OK);
        }
    }
    trial_close(&lines);
    return talk;
}

static inline void trial_talk_close(struct trial_talk *talk) {
    for (uint32_t i = 0; i < talk->n; i++) {
        free(talk->frame[i].bytes);
    }
    free(talk);
}

// Control requests and odd functions begin a transaction.
static inline bool trial_is_primary(const struct hsms_header *h) {
    return h->stype == HSMS_DATA ? h->byte3 % 2 == 1 : h->stype % 2 == 1 && h->stype != 7;
}

// The frame at the start of what the session has to send, taken off; false when there is none. The bytes of
// its body are in `room`.
static inline bool trial_take(struct hsms_session *session, struct text *room,
                              struct hsms_frame *frame) {
    size_t n = 0;
    size_t n_used = 0;
    const uint8_t *bytes = hsms_session_output(session, &n);
    if (n == 0) {
        return false;
    }
    assert_int_equal(hsms_next(bytes, n, 1 << 24, frame, &n_used, NULL), MARU_OK);
    text_clear(room);
    text_add(room, (const char *)frame->body, frame->n_body);
    assert_int_equal(room->status, MARU_OK);
    frame->body = (const uint8_t *)room->bytes;
    hsms_session_sent(session, n_used);
    return true;
}

// What a session of ours has sent and nobody has looked for yet, and whose system bytes theirs are.
struct trial_sent {
    struct hsms_frame frame;
    struct text body;
    bool is_taken;
};

struct trial_log {
    struct trial_sent sent[TRIAL_FRAMES];
    uint32_t n_sent, n_map;
    struct {
        uint32_t theirs, ours;
    } map[TRIAL_FRAMES];
};

static inline void trial_collect(struct trial_log *log, struct hsms_session *session) {
    for (;;) {
        assert_true(log->n_sent < TRIAL_FRAMES);
        struct trial_sent *s = &log->sent[log->n_sent];
        text_init(&s->body, TRIAL_BYTES);
        s->is_taken = false;
        if (!trial_take(session, &s->body, &s->frame)) {
            return;
        }
        log->n_sent++;
    }
}

static inline void trial_log_fini(struct trial_log *log) {
    for (uint32_t i = 0; i < log->n_sent; i++) {
        text_fini(&log->sent[i].body);
    }
}

// The same message by value, whatever its system bytes.
static inline bool trial_is_same(const struct hsms_frame *a, const struct hsms_frame *b) {
    if (a->header.stype != b->header.stype || a->header.byte2 != b->header.byte2 ||
        a->header.byte3 != b->header.byte3) {
        return false;
    }
    struct arena arena;
    arena_init(&arena, TRIAL_BYTES);
    const struct secs_item *x = NULL;
    const struct secs_item *y = NULL;
    const bool is_good = secs_decode(a->body, a->n_body, &arena, &x, NULL) == MARU_OK &&
                         secs_decode(b->body, b->n_body, &arena, &y, NULL) == MARU_OK;
    const bool is_same = is_good
                             ? secs_is_same(x, y, SECS_LOOSELY)
                             : a->n_body == b->n_body && memcmp(a->body, b->body, a->n_body) == 0;
    arena_fini(&arena);
    return is_same;
}

// The place of the frame that theirs sent among those that ours did, or n_sent.
static inline uint32_t trial_find(const struct trial_log *log, const struct hsms_frame *frame) {
    const bool is_primary = trial_is_primary(&frame->header);
    uint32_t i = 0;
    while (i < log->n_sent &&
           (log->sent[i].is_taken || !trial_is_same(&log->sent[i].frame, frame) ||
            (!is_primary && log->sent[i].frame.header.system != frame->header.system))) {
        i++;
    }
    return i;
}

// Takes it from the list.
static inline void trial_match(struct trial_log *log, const struct trial_frame *f) {
    const uint32_t i = trial_find(log, &f->frame);
    if (i == log->n_sent) {
        struct text want;
        text_init(&want, TRIAL_BYTES);
        hsms_print(&f->frame, &want);
        for (uint32_t k = 0; k < log->n_sent; k++) {
            if (!log->sent[k].is_taken) {
                text_addz(&want, "\nleft: ");
                hsms_print(&log->sent[k].frame, &want);
            }
        }
        fail_msg("line %u was not sent: %s", f->line, want.bytes);
    }
    log->sent[i].is_taken = true;
    if (trial_is_primary(&f->frame.header)) {
        log->map[log->n_map].theirs = f->frame.header.system;
        log->map[log->n_map++].ours = log->sent[i].frame.header.system;
    }
}

// Their system bytes become ours; false where ours has sent no such message.
static inline bool trial_map(const struct trial_log *log, uint32_t *system) {
    for (uint32_t i = 0; i < log->n_map; i++) {
        if (log->map[i].theirs == *system) {
            *system = log->map[i].ours;
            return true;
        }
    }
    return false;
}

#endif
