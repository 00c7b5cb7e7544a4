#include "wire/secs/session.h"

#include "base/alloc.h"
#include "base/status.h"

#include <string.h>

// Input is kept until it makes whole frames, output until it was sent; both are texts with a cap and a
// place up to which they are used up. hsms_session_next takes frames first and looks at the timers when
// none is whole, so that what came in time counts even when it is looked at late.
//
// Control transactions of ours: at most one Select, Deselect and Linktest at a time. Data transactions
// stand in a table of max_open rows, unordered: it is short, and a look through it is a few cache lines.
//
// Reject.req is answered by nothing, and never sent for one, so that two programs cannot quarrel for ever.

enum state { DOWN, UP, SELECTED };
enum control { SELECT, DESELECT, LINKTEST, N_CONTROL };

static const uint8_t request_type[N_CONTROL] = {HSMS_SELECT_REQ, HSMS_DESELECT_REQ,
                                                HSMS_LINKTEST_REQ};

struct open_message {
    uint32_t system;
    uint8_t stream, function;
    maru_time until_us;
    uint64_t token;
};

struct hsms_session {
    struct hsms_settings set;
    enum state state;
    struct text input, output;
    size_t n_input_used, n_sent;
    maru_time received_us; // the last bytes
    maru_time up_us;       // since when it is up and not selected
    maru_time linktest_us; // the next one
    maru_time connect_us;  // active: not before
    bool has_asked_to_connect, is_peer_gone, has_ended, has_linktest, has_device;
    enum hsms_end end;
    uint32_t next_system;
    uint16_t device;
    struct {
        bool is_open;
        uint32_t system;
        maru_time until_us;
    } control[N_CONTROL];
    uint32_t n_open;
    struct open_message *open; // (max_open)
};

static const char *const end_texts[N_HSMS_END] = {
    [HSMS_END_BY_PEER] = "closed by the equipment",
    [HSMS_END_SEPARATED] = "separated by the equipment",
    [HSMS_END_BY_US] = "separated by us",
    [HSMS_END_NO_CONNECTION] = "no connection",
    [HSMS_END_NOT_SELECTED] = "select refused",
    [HSMS_END_T6] = "no answer to a control message (T6)",
    [HSMS_END_T7] = "not selected in time (T7)",
    [HSMS_END_T8] = "a frame stopped half way (T8)",
    [HSMS_END_BAD_FRAME] = "a frame shorter than its header",
    [HSMS_END_LONG_FRAME] = "a frame that is too long",
    [HSMS_END_OUT_OF_STEP] = "out of step",
    [HSMS_END_UNSENT] = "too much unsent",
};

const char *hsms_end_text(enum hsms_end end) { return end_texts[end]; }

void hsms_settings_usual(struct hsms_settings *settings) {
    *settings = (struct hsms_settings){
        .device = HSMS_ANY_DEVICE,
        .t3_us = 45000000,
        .t5_us = 10000000,
        .t6_us = 5000000,
        .t7_us = 10000000,
        .t8_us = 5000000,
        .linktest_us = 60000000,
        .max_frame_bytes = 1 << 24,
        .max_open = 16,
        .first_system = 1,
    };
}

static bool is_good(const struct hsms_settings *s) {
    const int64_t span[] = {s->t3_us, s->t5_us, s->t6_us, s->t7_us, s->t8_us};
    for (size_t i = 0; i < sizeof span / sizeof *span; i++) {
        if (span[i] < 1000 || span[i] > INT64_C(86400000000)) {
            return false;
        }
    }
    return s->linktest_us >= 0 && s->linktest_us <= INT64_C(86400000000) &&
           s->max_frame_bytes >= HSMS_HEADER_BYTES && s->max_frame_bytes <= HSMS_MAX_FRAME_BYTES &&
           s->max_open >= 1 && s->max_open <= HSMS_MAX_OPEN;
}

static maru_status check(const struct hsms_settings *settings, maru_error *err) {
    return is_good(settings)
               ? MARU_OK
               : fail(
                     err, MARU_E_USAGE,
                     "a setting of HSMS is out of range: T3 to T8 from 1 ms to 1 day, frames of 10 "
                     "bytes to 64 MiB, 1 to %d open transactions",
                     HSMS_MAX_OPEN);
}

// What waits to be taken apart: one frame, and what one call brings behind it.
static size_t most_input(const struct hsms_settings *settings) {
    return (size_t)settings->max_frame_bytes + HSMS_LENGTH_BYTES + HSMS_MAX_RECEIVE_BYTES;
}

maru_status hsms_session_new(const struct hsms_settings *settings, struct hsms_session **out,
                             maru_error *err) {
    const maru_status st = check(settings, err);
    if (st != MARU_OK) {
        return st;
    }
    struct hsms_session *s = alloc_new(1, sizeof *s);
    struct open_message *open = alloc_new(settings->max_open, sizeof *open);
    if (!s || !open) {
        alloc_free(s);
        alloc_free(open);
        return fail(err, MARU_E_MEMORY, "no memory for a session");
    }
    s->set = *settings;
    s->open = open;
    s->device = settings->device == HSMS_ANY_DEVICE ? 0 : settings->device;
    s->has_device = settings->device != HSMS_ANY_DEVICE;
    s->next_system = settings->first_system;
    s->connect_us = INT64_MIN;
    text_init(&s->input, most_input(settings));
    text_init(&s->output, HSMS_MAX_UNSENT_BYTES);
    *out = s;
    return MARU_OK;
}

maru_status hsms_session_change(struct hsms_session *session, const struct hsms_settings *settings,
                                maru_error *err) {
    const maru_status st = check(settings, err);
    if (st != MARU_OK) {
        return st;
    }
    struct hsms_settings set = *settings;
    set.is_active = session->set.is_active;
    set.max_open = session->set.max_open;
    session->set = set;
    const size_t most = most_input(&set);
    session->input.max_bytes = most > session->input.n_bytes ? most : session->input.n_bytes;
    if (set.device != HSMS_ANY_DEVICE) {
        session->device = set.device;
        session->has_device = true;
    }
    return MARU_OK;
}

void hsms_session_free(struct hsms_session *session) {
    if (session) {
        text_fini(&session->input);
        text_fini(&session->output);
        alloc_free(session->open);
        alloc_free(session);
    }
}

bool hsms_session_is_selected(const struct hsms_session *session) {
    return session->state == SELECTED;
}

uint32_t hsms_session_open(const struct hsms_session *session) { return session->n_open; }

uint16_t hsms_session_device(const struct hsms_session *session) { return session->device; }

// ---- the connection

static void forget_connection(struct hsms_session *s) {
    text_clear(&s->input);
    s->n_input_used = 0;
    s->n_open = 0;
    memset(s->control, 0, sizeof s->control);
    s->is_peer_gone = false;
}

static void end_connection(struct hsms_session *s, enum hsms_end end, maru_time now_us) {
    if (end != HSMS_END_BY_US) { // what is left to say then is Separate.req
        text_clear(&s->output);
        s->n_sent = 0;
    }
    forget_connection(s);
    s->state = DOWN;
    s->has_ended = true;
    s->end = end;
    s->has_asked_to_connect = false;
    s->connect_us = now_us + s->set.t5_us;
}

static uint32_t take_system(struct hsms_session *s) {
    for (;;) {
        const uint32_t system = s->next_system++;
        bool is_taken = false;
        for (uint32_t i = 0; i < s->n_open; i++) {
            is_taken = is_taken || s->open[i].system == system;
        }
        if (!is_taken) {
            return system;
        }
    }
}

static void put_control(struct hsms_session *s, uint8_t stype, uint8_t byte2, uint8_t byte3,
                        uint32_t system) {
    const struct hsms_header header = {HSMS_CONTROL_SESSION, byte2, byte3, 0, stype, system};
    hsms_put(&s->output, &header, NULL, 0);
}

static void open_control(struct hsms_session *s, enum control which, maru_time now_us) {
    if (s->state == DOWN || s->control[which].is_open) {
        return;
    }
    s->control[which].is_open = true;
    s->control[which].system = take_system(s);
    s->control[which].until_us = now_us + s->set.t6_us;
    put_control(s, request_type[which], 0, 0, s->control[which].system);
}

void hsms_session_opened(struct hsms_session *session, maru_time now_us) {
    if (session->state != DOWN) {
        return;
    }
    forget_connection(session);
    text_clear(&session->output);
    session->n_sent = 0;
    session->has_ended = false;
    session->state = UP;
    session->up_us = now_us;
    session->received_us = now_us;
    session->has_linktest = session->set.linktest_us > 0;
    if (session->set.is_active) {
        open_control(session, SELECT, now_us);
    }
}

void hsms_session_closed(struct hsms_session *session, maru_time now_us) {
    if (session->state != DOWN) {
        session->is_peer_gone = true; // whole frames that came before are still looked at
    } else if (session->has_asked_to_connect) {
        end_connection(session, HSMS_END_NO_CONNECTION, now_us);
    }
}

static void drop_used_input(struct hsms_session *s) {
    struct text *in = &s->input;
    if (s->n_input_used > 0) {
        memmove(in->bytes, in->bytes + s->n_input_used, in->n_bytes - s->n_input_used);
        in->n_bytes -= s->n_input_used;
        s->n_input_used = 0;
    }
}

maru_status hsms_session_receive(struct hsms_session *session, const uint8_t *bytes, size_t n,
                                 maru_time now_us, maru_error *err) {
    struct text *in = &session->input;
    if (session->state == DOWN || n == 0) {
        return MARU_OK; // of a connection that is over
    }
    drop_used_input(session);
    if (n > HSMS_MAX_RECEIVE_BYTES || n > in->max_bytes - in->n_bytes) {
        return fail(err, MARU_E_LIMIT, "more bytes than a session takes at once");
    }
    text_add(in, (const char *)bytes, n);
    if (in->status != MARU_OK) {
        in->status = MARU_OK;
        return fail(err, MARU_E_MEMORY, "no memory for what came");
    }
    session->received_us = now_us;
    return MARU_OK;
}

const uint8_t *hsms_session_output(const struct hsms_session *session, size_t *n) {
    *n = session->output.n_bytes - session->n_sent;
    return *n > 0 ? (const uint8_t *)session->output.bytes + session->n_sent : NULL;
}

void hsms_session_sent(struct hsms_session *session, size_t n) {
    struct text *out = &session->output;
    const size_t left = out->n_bytes - session->n_sent;
    session->n_sent += n < left ? n : left;
    if (session->n_sent == out->n_bytes) {
        out->n_bytes = 0;
        session->n_sent = 0;
    } else if (session->n_sent > out->n_bytes / 2) { // each byte is moved at most twice
        memmove(out->bytes, out->bytes + session->n_sent, out->n_bytes - session->n_sent);
        out->n_bytes -= session->n_sent;
        session->n_sent = 0;
    }
}

// ---- our messages

static maru_status check_message(const struct hsms_session *s, const struct hsms_message *m,
                                 maru_error *err) {
    if (s->state != SELECTED) {
        return fail(err, MARU_E_IO, "there is no selected connection to the equipment");
    }
    if (m->n_body > s->set.max_frame_bytes - HSMS_HEADER_BYTES ||
        m->n_body + HSMS_HEADER_BYTES + HSMS_LENGTH_BYTES >
            s->output.max_bytes - s->output.n_bytes) {
        return fail(err, MARU_E_LIMIT, "the message is too long, or too much waits to be sent");
    }
    return MARU_OK;
}

static maru_status put_message(struct hsms_session *s, const struct hsms_header *header,
                               const struct hsms_message *m, maru_error *err) {
    hsms_put(&s->output, header, m->body, m->n_body);
    if (s->output.status != MARU_OK) {
        const maru_status st = s->output.status;
        s->output.status = MARU_OK;
        return fail(err, st, "no memory for a message");
    }
    return MARU_OK;
}

maru_status hsms_session_ask(struct hsms_session *session, maru_time now_us,
                             const struct hsms_message *message, uint64_t token, uint32_t *system,
                             maru_error *err) {
    maru_status st = check_message(session, message, err);
    if (st != MARU_OK) {
        return st;
    }
    if (session->n_open == session->set.max_open) {
        return fail(err, MARU_E_LIMIT, "%u transactions are open, no more are allowed",
                    (unsigned)session->n_open);
    }
    const uint32_t number = take_system(session);
    const struct hsms_header header =
        hsms_data(session->device, message->stream, message->function, true, number);
    st = put_message(session, &header, message, err);
    if (st == MARU_OK) {
        session->open[session->n_open++] = (struct open_message){
            number, message->stream, message->function, now_us + session->set.t3_us, token};
        if (system) {
            *system = number;
        }
    }
    return st;
}

maru_status hsms_session_tell(struct hsms_session *session, const struct hsms_message *message,
                              maru_error *err) {
    const maru_status st = check_message(session, message, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct hsms_header header =
        hsms_data(session->device, message->stream, message->function, false, take_system(session));
    return put_message(session, &header, message, err);
}

maru_status hsms_session_answer(struct hsms_session *session, const struct hsms_header *primary,
                                const struct hsms_message *message, maru_error *err) {
    const maru_status st = check_message(session, message, err);
    if (st != MARU_OK) {
        return st;
    }
    const struct hsms_header header =
        hsms_data(primary->session, message->stream, message->function, false, primary->system);
    return put_message(session, &header, message, err);
}

static uint32_t find_open(const struct hsms_session *s, uint32_t system) {
    uint32_t i = 0;
    while (i < s->n_open && s->open[i].system != system) {
        i++;
    }
    return i;
}

static struct open_message take_open(struct hsms_session *s, uint32_t i) {
    const struct open_message taken = s->open[i];
    s->open[i] = s->open[--s->n_open];
    return taken;
}

bool hsms_session_abandon(struct hsms_session *session, const struct hsms_header *primary,
                          uint64_t *token) {
    const uint32_t i = find_open(session, primary->system);
    if (i == session->n_open || session->open[i].stream != hsms_stream(primary) ||
        session->open[i].function != hsms_function(primary)) {
        return false;
    }
    *token = take_open(session, i).token;
    return true;
}

void hsms_session_separate(struct hsms_session *session, maru_time now_us) {
    if (session->state == SELECTED) {
        put_control(session, HSMS_SEPARATE_REQ, 0, 0, take_system(session));
        end_connection(session, HSMS_END_BY_US, now_us);
    }
}

void hsms_session_deselect(struct hsms_session *session, maru_time now_us) {
    if (session->state == SELECTED) {
        open_control(session, DESELECT, now_us);
    }
}

void hsms_session_select(struct hsms_session *session, maru_time now_us) {
    if (session->state == UP) {
        open_control(session, SELECT, now_us);
    }
}

void hsms_session_linktest(struct hsms_session *session, maru_time now_us) {
    open_control(session, LINKTEST, now_us);
}

// ---- what came; each of these says whether there is an event

static bool refuse(struct hsms_session *s, enum hsms_why why, enum hsms_reason reason,
                   struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    put_control(s, HSMS_REJECT_REQ, reason == HSMS_NO_SUCH_PTYPE ? h->ptype : h->stype,
                (uint8_t)reason, h->system);
    event->kind = HSMS_REFUSED;
    event->why = why;
    return true;
}

static bool become_selected(struct hsms_session *s, struct hsms_event *event) {
    if (s->state == SELECTED) {
        return false;
    }
    s->state = SELECTED;
    s->linktest_us = event->at_us + s->set.linktest_us;
    event->kind = HSMS_SELECTED;
    return true;
}

static bool become_deselected(struct hsms_session *s, struct hsms_event *event) {
    if (s->state != SELECTED) {
        return false;
    }
    s->state = UP;
    s->up_us = event->at_us;
    s->n_open = 0;
    event->kind = HSMS_DESELECTED;
    return true;
}

static bool on_response(struct hsms_session *s, enum control which, struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    if (!s->control[which].is_open || s->control[which].system != h->system) {
        return refuse(s, HSMS_WHY_NOT_OPEN, HSMS_NOT_OPEN, event);
    }
    s->control[which].is_open = false;
    if (which == LINKTEST) {
        s->linktest_us = event->at_us + s->set.linktest_us;
        return false;
    }
    if (which == DESELECT) {
        return h->byte3 == 0 && become_deselected(s, event);
    }
    if (h->byte3 > 1) { // 1: it was selected already
        end_connection(s, HSMS_END_NOT_SELECTED, event->at_us);
        return false;
    }
    return become_selected(s, event);
}

static bool on_reject(struct hsms_session *s, struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    for (int which = 0; which < N_CONTROL; which++) {
        if (s->control[which].is_open && s->control[which].system == h->system) {
            s->control[which].is_open = false;
            s->has_linktest = s->has_linktest && which != LINKTEST; // it knows none: ask no more
            if (which == SELECT) {
                end_connection(s, HSMS_END_NOT_SELECTED, event->at_us);
                return false;
            }
        }
    }
    const uint32_t i = find_open(s, h->system);
    if (i < s->n_open) {
        event->token = take_open(s, i).token;
        event->has_token = true;
    }
    event->kind = HSMS_REJECTED;
    if (h->byte3 == HSMS_NOT_SELECTED && h->byte2 == HSMS_DATA && s->state == SELECTED) {
        end_connection(s, HSMS_END_OUT_OF_STEP, event->at_us);
    }
    return true;
}

static bool on_reply(struct hsms_session *s, struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    const uint32_t i = find_open(s, h->system);
    event->kind = HSMS_REFUSED;
    if (i == s->n_open) {
        event->why = HSMS_WHY_NOT_OPEN;
        return true;
    }
    const bool is_abort = hsms_function(h) == 0;
    if (hsms_stream(h) != s->open[i].stream ||
        (!is_abort && hsms_function(h) != s->open[i].function + 1)) {
        event->why = HSMS_WHY_OTHER_REPLY;
        return true;
    }
    event->kind = HSMS_REPLY;
    event->token = take_open(s, i).token;
    event->has_token = true;
    return true;
}

static bool on_data(struct hsms_session *s, struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    if (s->state != SELECTED) {
        return refuse(s, HSMS_WHY_NOT_SELECTED, HSMS_NOT_SELECTED, event);
    }
    if (!s->has_device) {
        s->has_device = true;
        s->device = h->session;
    }
    event->is_other_device = h->session != s->device;
    if (hsms_function(h) % 2 == 0) {
        return on_reply(s, event);
    }
    event->kind = HSMS_PRIMARY;
    return true;
}

static bool on_frame(struct hsms_session *s, struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    if (h->ptype != 0 && h->stype != HSMS_REJECT_REQ) {
        return refuse(s, HSMS_WHY_PTYPE, HSMS_NO_SUCH_PTYPE, event);
    }
    switch (h->stype) {
    case HSMS_DATA:
        return on_data(s, event);
    case HSMS_SELECT_REQ: // 1: selected already
        put_control(s, HSMS_SELECT_RSP, 0, s->state == SELECTED, h->system);
        return become_selected(s, event);
    case HSMS_DESELECT_REQ: // 1: not selected
        put_control(s, HSMS_DESELECT_RSP, 0, s->state != SELECTED, h->system);
        return become_deselected(s, event);
    case HSMS_LINKTEST_REQ:
        put_control(s, HSMS_LINKTEST_RSP, 0, 0, h->system);
        return false;
    case HSMS_SELECT_RSP:
        return on_response(s, SELECT, event);
    case HSMS_DESELECT_RSP:
        return on_response(s, DESELECT, event);
    case HSMS_LINKTEST_RSP:
        return on_response(s, LINKTEST, event);
    case HSMS_REJECT_REQ:
        return on_reject(s, event);
    case HSMS_SEPARATE_REQ:
        end_connection(s, HSMS_END_SEPARATED, event->at_us);
        return false;
    default:
        return refuse(s, HSMS_WHY_STYPE, HSMS_NO_SUCH_STYPE, event);
    }
}

// Takes frames until one is an event.
static bool next_frame(struct hsms_session *s, maru_time now_us, struct hsms_event *event) {
    while (s->state != DOWN && s->input.n_bytes > s->n_input_used) {
        size_t n_used = 0;
        const maru_status st = hsms_next((const uint8_t *)s->input.bytes + s->n_input_used,
                                         s->input.n_bytes - s->n_input_used, s->set.max_frame_bytes,
                                         &event->frame, &n_used, NULL);
        if (st == MARU_MORE) {
            return false;
        }
        if (st != MARU_OK) {
            end_connection(s, st == MARU_E_LIMIT ? HSMS_END_LONG_FRAME : HSMS_END_BAD_FRAME,
                           now_us);
            return false;
        }
        s->n_input_used += n_used;
        if (on_frame(s, event)) {
            return true;
        }
    }
    return false;
}

// ---- timers

static bool next_no_reply(struct hsms_session *s, maru_time now_us, struct hsms_event *event) {
    uint32_t first = s->n_open;
    for (uint32_t i = 0; i < s->n_open; i++) {
        if (s->open[i].until_us <= now_us &&
            (first == s->n_open || s->open[i].until_us < s->open[first].until_us)) {
            first = i;
        }
    }
    if (first == s->n_open) {
        return false;
    }
    const struct open_message lost = take_open(s, first);
    event->kind = HSMS_NO_REPLY;
    event->token = lost.token;
    event->has_token = true;
    event->frame.header = hsms_data(s->device, lost.stream, lost.function, true, lost.system);
    event->frame.body = NULL;
    event->frame.n_body = 0;
    return true;
}

static bool has_half_a_frame(const struct hsms_session *s) {
    return s->input.n_bytes > s->n_input_used;
}

// The timers that end the connection or speak by themselves.
static void look_at_timers(struct hsms_session *s, maru_time now_us) {
    for (int which = 0; which < N_CONTROL; which++) {
        if (s->control[which].is_open && s->control[which].until_us <= now_us) {
            end_connection(s, HSMS_END_T6, now_us);
            return;
        }
    }
    if (s->state == UP && now_us >= s->up_us + s->set.t7_us) {
        end_connection(s, HSMS_END_T7, now_us);
    } else if (has_half_a_frame(s) && now_us >= s->received_us + s->set.t8_us) {
        end_connection(s, HSMS_END_T8, now_us);
    } else if (s->state == SELECTED && s->has_linktest && now_us >= s->linktest_us) {
        open_control(s, LINKTEST, now_us);
    }
}

static bool next_while_down(struct hsms_session *s, maru_time now_us, struct hsms_event *event) {
    if (s->has_ended) {
        s->has_ended = false;
        event->kind = HSMS_CLOSED;
        event->end = s->end;
        return true;
    }
    if (s->set.is_active && !s->has_asked_to_connect && now_us >= s->connect_us) {
        s->has_asked_to_connect = true;
        event->kind = HSMS_CONNECT;
        return true;
    }
    return false;
}

bool hsms_session_next(struct hsms_session *session, maru_time now_us, struct hsms_event *event) {
    struct hsms_session *s = session;
    struct hsms_event found = {.at_us = now_us};
    bool is_found = next_frame(s, now_us, &found);
    if (!is_found && s->state != DOWN) {
        drop_used_input(s);
        if (s->is_peer_gone) {
            end_connection(s, HSMS_END_BY_PEER, now_us);
        } else {
            is_found = next_no_reply(s, now_us, &found);
        }
    }
    if (!is_found && s->state != DOWN) {
        look_at_timers(s, now_us);
    }
    if (s->state != DOWN && s->output.status != MARU_OK) { // a control message found no room
        end_connection(s, HSMS_END_UNSENT, now_us);
        is_found = false;
    }
    if (!is_found && s->state == DOWN) {
        is_found = next_while_down(s, now_us, &found);
    }
    if (is_found) {
        *event = found;
    }
    return is_found;
}

static maru_time sooner(maru_time a, maru_time b) { return a < b ? a : b; }

maru_time hsms_session_deadline(const struct hsms_session *session) {
    const struct hsms_session *s = session;
    if (s->state == DOWN) {
        const bool waits = s->set.is_active && !s->has_asked_to_connect;
        return s->has_ended ? INT64_MIN : waits ? s->connect_us : INT64_MAX;
    }
    maru_time at = INT64_MAX;
    for (uint32_t i = 0; i < s->n_open; i++) {
        at = sooner(at, s->open[i].until_us);
    }
    for (int which = 0; which < N_CONTROL; which++) {
        at = s->control[which].is_open ? sooner(at, s->control[which].until_us) : at;
    }
    at = s->state == UP ? sooner(at, s->up_us + s->set.t7_us) : at;
    at = has_half_a_frame(s) ? sooner(at, s->received_us + s->set.t8_us) : at;
    const bool tests_link =
        s->state == SELECTED && s->has_linktest && !s->control[LINKTEST].is_open;
    return tests_link ? sooner(at, s->linktest_us) : at;
}
