// What the files of the host share: its state, and the steps between them.
//
//     gem.c        the loop: events of the session, requests, communications
//     gem_hear.c   what the tool says by itself
//     gem_setup.c  what the tool is told when communications begin
#ifndef WIRE_SECS_GEM_INSIDE_H
#define WIRE_SECS_GEM_INSIDE_H

#include "base/arena.h"
#include "wire/secs/gem.h"

enum gem_step {
    STEP_ONLINE,
    STEP_CLOCK,
    STEP_DISABLE,
    STEP_CLEAR,
    STEP_DEFINE,
    STEP_LINK,
    STEP_ENABLE,
    STEP_ALARMS,
    STEP_KEEP,
    STEP_TRACE,
    STEP_SPOOL,
    STEP_DONE,
    STEP_OFF,  // communications are not established
    STEP_WAIT, // the tool is off-line: until it says that it is not, or the retry
};

enum { GEM_SETUP_ROW = GEM_MAX_REQUESTS, N_GEM_ROW = GEM_MAX_REQUESTS + 1 };

struct gem_request {
    enum { REQUEST_FREE, REQUEST_QUEUED, REQUEST_OPEN } state;
    uint64_t order, token;
    uint8_t stream, function;
    struct text body; // kept until the answer comes: it names the values
};

struct gem_host {
    const struct profile *profile;
    struct hsms_session *session;
    struct arena arena; // of the outputs below
    struct gem_output *out;
    uint32_t n_out, cap_out, next_out;
    bool has_lost; // an output, for want of memory
    bool is_communicating, is_establishing, is_in_gap, has_told_device;
    maru_time now_us;
    maru_time establish_us; // not before, when neither communicating nor establishing
    enum gem_control control;
    uint64_t order;
    struct gem_request request[N_GEM_ROW];
    enum gem_step step;
    uint32_t step_at; // row of the profile that the step has come to
    uint32_t n_refused;
    maru_time setup_us; // STEP_WAIT: try again
};

// A new output of this kind at the host's time, to be filled; NULL when there is no memory.
struct gem_output *gem_say(struct gem_host *host, enum gem_output_kind kind);
void gem_say_problem(struct gem_host *host, uint8_t stream, uint8_t function, int32_t code,
                     const char *text);

// A copy of the item's text that ends in 0, with ? for what is neither UTF-8 nor printable; "" where it is none.
const char *gem_text_of(struct gem_host *host, const struct secs_item *item);

// Samples of a variable's value, and of all values of a report of the profile.
void gem_say_samples(struct gem_host *host, const struct gem_value *value, maru_time at_us);
void gem_set_control(struct gem_host *host, enum gem_control control);

// A primary of the tool's, with its body taken apart (NULL where it has none).
void gem_hear(struct gem_host *host, const struct hsms_frame *frame, const struct secs_item *root);

// L 3 of DATAID, CEID and reports, of S6F11, S6F13 (annotated) or S6F16. False where it is not that.
bool gem_hear_event(struct gem_host *host, const struct secs_item *root, bool is_annotated);

// Values in the order of ids: S1F4, S2F14.
void gem_hear_values(struct gem_host *host, const struct secs_item *ids,
                     const struct secs_item *values);

// Begin the set-up; its request came back.
void gem_setup_start(struct gem_host *host);
void gem_setup_settled(struct gem_host *host, enum gem_outcome outcome, int32_t code);

// Send what the set-up wants to send next.
void gem_setup_ask(struct gem_host *host, uint8_t stream, uint8_t function, struct text *body);

#endif
