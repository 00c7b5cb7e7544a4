// What the files of the equipment share.
//
//     equipment.c       the loop: events of the session, what is sent, spooling, traces
//     equipment_hear.c  answers to what a host asks
//     equipment_define.c  reports, links, enables and traces that a host defines
#ifndef WIRE_SECS_EQUIPMENT_INSIDE_H
#define WIRE_SECS_EQUIPMENT_INSIDE_H

#include "base/arena.h"
#include "wire/secs/equipment.h"

struct equipment_message {
    uint8_t stream, function;
    bool wants_reply, is_answered;
    struct text body;
};

// First in, first out, in a ring that grows.
struct equipment_queue {
    struct equipment_message *message; // (cap)
    uint32_t first, n, cap;
};

struct equipment_report {
    char id[PROFILE_MAX_ID_BYTES + 1];
    uint32_t n_variable;
    uint32_t *variable;
};

struct equipment_links {
    uint32_t n;
    uint32_t report[EQUIPMENT_MAX_LINKS]; // indices
};

struct equipment_trace {
    char id[PROFILE_MAX_ID_BYTES + 1];
    bool is_on;
    int64_t period_us;
    maru_time next_us;
    uint32_t n_group, n_total, n_done, n_kept; // samples
    uint32_t n_variable;
    uint32_t *variable;
    struct text kept; // values of the group so far
};

struct equipment_program {
    struct text name, body; // an item's bytes each
};

struct equipment {
    const struct profile *profile;
    struct hsms_session *session;
    struct arena arena;
    struct equipment_output *out;
    uint32_t n_out, cap_out, next_out;
    maru_time now_us;
    bool is_communicating, is_establishing, is_attempting;
    maru_time establish_us;
    maru_time clock_us; // what the tool's clock is ahead of `now`
    enum equipment_control control;
    struct text *value;               // (n_variable) items
    bool *is_event_on;                // (n_event)
    bool *is_alarm_on, *is_alarm_set; // (n_alarm)
    struct equipment_links *links;    // (n_event)
    uint32_t n_report;
    struct equipment_report *report; // (EQUIPMENT_MAX_REPORTS)
    struct equipment_trace trace[EQUIPMENT_MAX_TRACES];
    uint32_t n_program;
    struct equipment_program *program; // (EQUIPMENT_MAX_PROGRAMS)
    struct equipment_queue waiting, spooled;
    struct equipment_queue sent; // of streams that are spooled, until the host has answered
    uint64_t first_sent;         // number of the first of them
    size_t n_bytes;              // of the queues and the programs
    bool is_spooled[128];        // streams
    bool is_spooling, is_unloading;
};

struct equipment_output *equipment_out(struct equipment *e, enum equipment_output_kind kind);

// The variable's value as it is now.
void equipment_put_value(struct equipment *e, uint32_t variable, struct text *out);
void equipment_put_time(struct equipment *e, struct text *out);
void equipment_put_event(struct equipment *e, uint32_t event, struct text *out);
uint32_t equipment_report_at(const struct equipment *e, const char *id);
void equipment_set_control(struct equipment *e, enum equipment_control control);
bool equipment_keep(struct equipment *e, size_t n); // room for n more bytes

// ---- equipment_queue.c

// Append a message, its body copied; forget the first one; forget all.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status equipment_push(struct equipment *e, struct equipment_queue *q,
                                         uint8_t stream, uint8_t function, bool wants_reply,
                                         const struct text *body, maru_error *err);
void equipment_pop(struct equipment *e, struct equipment_queue *q);
void equipment_drop_queue(struct equipment *e, struct equipment_queue *queue);

// The first of a queue was sent and waits for its answer; the one with this token has it, or never will.
void equipment_keep_sent(struct equipment *e, struct equipment_queue *from);
void equipment_settle_sent(struct equipment *e, uint64_t token);

// ---- equipment_hear.c, equipment_define.c

// Answers: append the body of the reply. False where the request is not of its shape (S9F7).
bool equipment_hear_reports(struct equipment *e, const struct secs_item *root, struct text *out);
bool equipment_hear_links(struct equipment *e, const struct secs_item *root, struct text *out);
bool equipment_hear_enable(struct equipment *e, const struct secs_item *root, struct text *out);
bool equipment_hear_trace(struct equipment *e, const struct secs_item *root, struct text *out);

enum equipment_answer { ANSWER_GOOD, ANSWER_NO_STREAM, ANSWER_NO_FUNCTION, ANSWER_ILLEGAL };
enum equipment_answer equipment_hear(struct equipment *e, uint8_t stream, uint8_t function,
                                     const struct secs_item *root, struct text *out);

#endif
