// For the tests beside the code: a recorded conversation as frames, and the frames that a session of ours
// puts out.
#ifndef WIRE_SECS_TRIAL_FRAMES_H
#define WIRE_SECS_TRIAL_FRAMES_H

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

#endif
