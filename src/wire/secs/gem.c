#include "wire/secs/gem.h"

#include "base/alloc.h"
#include "base/status.h"
#include "wire/secs/gem_inside.h"

#include <string.h>

// gem_host_next gives what is waiting; when nothing is, it takes one event of the session, which may make
// any number of outputs, and so on until the session has no more. So the memory of outputs is that of one
// message, and the items in them lie in the session's input.
//
// Requests stand in a table, queued or open, each with its body: the answer to S1F3 is values without
// names, and the names are in the question. The set-up has a row of its own, so that requests of the caller
// cannot keep it out. When the connection ends, what was queued is lost as well as what was open: a command
// that waited for a tool to come back must not be done minutes later.

static const uint64_t ESTABLISH = UINT64_MAX; // the token of S1F13

static const char *const control_texts[] = {"unknown", "off-line", "on-line", "local", "remote"};

const char *gem_control_text(enum gem_control control) { return control_texts[control]; }

maru_status gem_host_new(const struct profile *profile, struct gem_host **out, maru_error *err) {
    struct gem_host *host = alloc_new(1, sizeof *host);
    if (!host) {
        return fail(err, MARU_E_MEMORY, "no memory for a host");
    }
    const struct hsms_settings set = profile_session(profile);
    const maru_status st = hsms_session_new(&set, &host->session, err);
    if (st != MARU_OK) {
        alloc_free(host);
        return st;
    }
    host->profile = profile;
    host->step = STEP_OFF;
    arena_init(&host->arena, GEM_MAX_MESSAGE_BYTES);
    for (uint32_t i = 0; i < N_GEM_ROW; i++) {
        text_init(&host->request[i].body, (size_t)profile->set.max_frame_bytes);
    }
    *out = host;
    return MARU_OK;
}

void gem_host_free(struct gem_host *host) {
    if (host) {
        for (uint32_t i = 0; i < N_GEM_ROW; i++) {
            text_fini(&host->request[i].body);
        }
        hsms_session_free(host->session);
        arena_fini(&host->arena);
        alloc_free(host->out);
        alloc_free(host);
    }
}

struct hsms_session *gem_host_session(struct gem_host *host) {
    return host->session;
}

bool gem_host_is_communicating(const struct gem_host *host) { return host->is_communicating; }

enum gem_control gem_host_control(const struct gem_host *host) { return host->control; }

// ---- outputs

struct gem_output *gem_say(struct gem_host *host, enum gem_output_kind kind) {
    if (host->n_out == host->cap_out) {
        const uint32_t cap = host->cap_out > 0 ? host->cap_out * 2 : 16;
        struct gem_output *out = alloc_resize(host->out, cap, sizeof *out);
        if (!out) {
            host->has_lost = true;
            return NULL;
        }
        host->out = out;
        host->cap_out = cap;
    }
    struct gem_output *o = &host->out[host->n_out++];
    *o = (struct gem_output){.kind = kind,
                             .at_us = host->now_us,
                             .code = -1,
                             .id = "",
                             .name = "",
                             .text = "",
                             .lot = "",
                             .substrate = "",
                             .location = "",
                             .recipe = "",
                             .step = ""};
    return o;
}

void gem_say_problem(struct gem_host *host, uint8_t stream, uint8_t function, int32_t code,
                     const char *text) {
    struct gem_output *o = gem_say(host, GEM_PROBLEM);
    if (o) {
        o->stream = stream;
        o->function = function;
        o->code = code;
        o->text = text;
    }
}

static void say_code(struct gem_host *host, enum gem_output_kind kind, int32_t code,
                     const char *text) {
    struct gem_output *o = gem_say(host, kind);
    if (o) {
        o->code = code;
        o->text = text;
    }
}

void gem_set_control(struct gem_host *host, enum gem_control control) {
    // "On-line" says less than local or remote does.
    const bool is_known =
        control == GEM_ONLINE && (host->control == GEM_LOCAL || host->control == GEM_REMOTE);
    if (host->control != control && !is_known) {
        const bool was_off = host->step == STEP_WAIT;
        host->control = control;
        say_code(host, GEM_CONTROL, (int32_t)control, gem_control_text(control));
        if (was_off && control != GEM_OFFLINE && control != GEM_CONTROL_UNKNOWN) {
            gem_setup_start(host);
        }
    }
}

// ---- communications

static void establish(struct gem_host *host) {
    const struct profile_settings *set = &host->profile->set;
    struct text body;
    text_init(&body, 1024);
    secs_put_list(&body, set->does_name_itself ? 2 : 0);
    if (set->does_name_itself) {
        secs_put_ascii(&body, set->model);
        secs_put_ascii(&body, set->version);
    }
    const struct hsms_message message = {1, 13, body.bytes, (uint32_t)body.n_bytes};
    host->is_establishing =
        body.status == MARU_OK &&
        hsms_session_ask(host->session, host->now_us, &message, ESTABLISH, NULL, NULL) == MARU_OK;
    if (!host->is_establishing) {
        host->establish_us = host->now_us + set->establish_us;
    }
    text_fini(&body);
}

// Communications are established: by the tool's S1F14, or by ours. Once they are, a further S1F13 says that
// the tool has begun anew and may have forgotten what it was told. MDLN and SOFTREV are in `identity`, if they are anywhere.
static void on_established(struct gem_host *host, const struct secs_item *identity) {
    if (host->is_communicating && host->step != STEP_DONE && host->step != STEP_WAIT) {
        return;
    }
    if (!host->is_communicating) {
        host->is_communicating = true;
        struct gem_output *o = gem_say(host, GEM_COMMUNICATION);
        if (o) {
            o->code = 1;
            o->name = gem_text_of(host, secs_child(identity, 0));
            o->id = gem_text_of(host, secs_child(identity, 1));
        }
    }
    gem_setup_start(host);
}

static void on_establish_answer(struct gem_host *host, enum gem_outcome outcome,
                                const struct secs_item *item, int32_t code) {
    host->is_establishing = false;
    if (host->is_communicating) {
        return;
    }
    // A tool that does not know S1F13 at all is taken as it is.
    const bool knows_not = outcome == GEM_REFUSED && (code == 3 || code == 5);
    if ((outcome == GEM_ANSWERED && code <= 0) || knows_not) {
        on_established(host, secs_child(item, 1));
        return;
    }
    gem_say_problem(host, 1, 14, code, "communications are not established yet");
    host->establish_us = host->now_us + host->profile->set.establish_us;
}

// ---- requests

maru_status gem_host_ask(struct gem_host *host, uint8_t stream, uint8_t function,
                         const struct text *body, uint64_t token, maru_error *err) {
    uint32_t i = 0;
    while (i < GEM_MAX_REQUESTS && host->request[i].state != REQUEST_FREE) {
        i++;
    }
    if (i == GEM_MAX_REQUESTS) {
        return fail(err, MARU_E_LIMIT,
                    "%d requests to the equipment are waiting, no more are taken",
                    GEM_MAX_REQUESTS);
    }
    struct gem_request *r = &host->request[i];
    text_clear(&r->body);
    if (body) {
        if (body->status == MARU_OK) {
            text_add(&r->body, body->bytes, body->n_bytes);
        }
        const maru_status st = body->status != MARU_OK ? body->status : r->body.status;
        if (st != MARU_OK) {
            text_clear(&r->body);
            return fail(err, st, "the message is too long, or there is no memory for it");
        }
    }
    r->state = REQUEST_QUEUED;
    r->order = host->order++;
    r->token = token;
    r->stream = stream;
    r->function = function;
    return MARU_OK;
}

void gem_setup_ask(struct gem_host *host, uint8_t stream, uint8_t function, struct text *body) {
    struct gem_request *r = &host->request[GEM_SETUP_ROW];
    text_fini(&r->body);
    r->body = *body; // taken
    r->state = REQUEST_QUEUED;
    r->order = 0; // before the caller's
    r->stream = stream;
    r->function = function;
}

static void free_request(struct gem_request *r) {
    const size_t max_bytes = r->body.max_bytes;
    text_fini(&r->body);
    text_init(&r->body, max_bytes);
    r->state = REQUEST_FREE;
}

maru_status gem_host_become(struct gem_host *host, const struct profile *profile, maru_error *err) {
    const struct hsms_settings set = profile_session(profile);
    const maru_status st = hsms_session_change(host->session, &set, err);
    if (st != MARU_OK) {
        return st;
    }
    host->profile = profile;
    for (uint32_t i = 0; i < N_GEM_ROW; i++) {
        host->request[i].body.max_bytes = (size_t)profile->set.max_frame_bytes;
    }
    if (host->request[GEM_SETUP_ROW].state == REQUEST_QUEUED) {
        free_request(&host->request[GEM_SETUP_ROW]);
        gem_setup_start(host);
    }
    return MARU_OK;
}

// The request that is to be sent next, or N_GEM_ROW.
static uint32_t next_request(const struct gem_host *host) {
    if (host->request[GEM_SETUP_ROW].state == REQUEST_QUEUED) {
        return GEM_SETUP_ROW;
    }
    uint32_t first = N_GEM_ROW;
    for (uint32_t i = 0; i < GEM_MAX_REQUESTS; i++) {
        if (host->request[i].state == REQUEST_QUEUED &&
            (first == N_GEM_ROW || host->request[i].order < host->request[first].order)) {
            first = i;
        }
    }
    return first;
}

static struct gem_output *say_reply(struct gem_host *host, const struct gem_request *r,
                                    enum gem_outcome outcome) {
    struct gem_output *o = gem_say(host, GEM_REPLY);
    if (o) {
        o->token = r->token;
        o->stream = r->stream;
        o->function = (uint8_t)(r->function + 1);
        o->outcome = outcome;
    }
    return o;
}

static void send_requests(struct gem_host *host) {
    while (host->is_communicating &&
           hsms_session_open(host->session) < (uint32_t)host->profile->set.max_open) {
        const uint32_t i = next_request(host);
        if (i == N_GEM_ROW) {
            return;
        }
        struct gem_request *r = &host->request[i];
        const struct hsms_message message = {r->stream, r->function, r->body.bytes,
                                             (uint32_t)r->body.n_bytes};
        if (hsms_session_ask(host->session, host->now_us, &message, i, NULL, NULL) != MARU_OK) {
            // It never will be: too long, or there is no room.
            free_request(r);
            if (i == GEM_SETUP_ROW) {
                gem_setup_settled(host, GEM_LOST, -1);
            } else {
                (void)say_reply(host, r, GEM_LOST);
            }
            continue;
        }
        r->state = REQUEST_OPEN;
    }
}

// What an answer says beside its code.
static void on_answer(struct gem_host *host, const struct gem_request *r,
                      const struct secs_item *answer, int32_t code) {
    const struct secs_item *asked = NULL;
    if (secs_decode((const uint8_t *)r->body.bytes, r->body.n_bytes, &host->arena, &asked, NULL) !=
        MARU_OK) {
        return;
    }
    if (r->stream == 1 && r->function == 1) {
        gem_set_control(host, GEM_ONLINE);
    } else if (r->stream == 1 && r->function == 15 && code == 0) {
        gem_set_control(host, GEM_OFFLINE);
    } else if (r->stream == 1 && r->function == 17 && (code == 0 || code == 2)) {
        gem_set_control(host, GEM_ONLINE);
    } else if ((r->stream == 1 && r->function == 3) || (r->stream == 2 && r->function == 13)) {
        gem_hear_values(host, asked, answer);
    } else if (r->stream == 6 && (r->function == 15 || r->function == 17)) {
        (void)gem_hear_event(host, answer, r->function == 17);
    }
}

static void settle(struct gem_host *host, uint64_t token, enum gem_outcome outcome,
                   const struct secs_item *item, int32_t code) {
    if (token == ESTABLISH) {
        if (outcome == GEM_ANSWERED && !gem_code_of(1, 14, item, &code)) {
            code = -1;
        }
        on_establish_answer(host, outcome, item, code);
        return;
    }
    struct gem_request *r = &host->request[token];
    if (outcome == GEM_ANSWERED) {
        (void)gem_code_of(r->stream, (uint8_t)(r->function + 1), item, &code);
        on_answer(host, r, item, code);
    }
    if (token == GEM_SETUP_ROW) {
        free_request(r);
        gem_setup_settled(host, outcome, code);
        return;
    }
    struct gem_output *o = say_reply(host, r, outcome);
    if (o) {
        o->item = item;
        o->code = code;
        o->text = outcome == GEM_REFUSED
                      ? gem_error_text((uint8_t)code)
                      : gem_code_text(r->stream, (uint8_t)(r->function + 1), code);
    }
    free_request(r);
}

static void on_down(struct gem_host *host, const char *why) {
    for (uint32_t i = 0; i < N_GEM_ROW; i++) {
        if (host->request[i].state != REQUEST_FREE) {
            if (i != GEM_SETUP_ROW) {
                (void)say_reply(host, &host->request[i], GEM_LOST);
            }
            free_request(&host->request[i]);
        }
    }
    host->step = STEP_OFF;
    host->is_establishing = false;
    if (host->is_communicating) {
        host->is_communicating = false;
        say_code(host, GEM_COMMUNICATION, 0, why);
        if (!host->is_in_gap) {
            say_code(host, GEM_GAP, 1, why);
        }
        host->is_in_gap = true;
    }
    gem_set_control(host, GEM_CONTROL_UNKNOWN);
}

// ---- events of the session

static void answer_abort(struct gem_host *host, const struct hsms_header *header) {
    const struct hsms_message message = {hsms_stream(header), 0, NULL, 0};
    if (hsms_wants_reply(header)) {
        (void)!hsms_session_answer(host->session, header, &message, NULL);
    }
}

// S9Fx: the tool could do nothing with a message of ours, whose header is in it.
static void on_error_message(struct gem_host *host, const struct hsms_frame *frame,
                             const struct secs_item *root) {
    const uint8_t function = hsms_function(&frame->header);
    gem_say_problem(host, 9, function, -1, gem_error_text(function));
    const bool is_ours =
        function == 1 || function == 3 || function == 5 || function == 7 || function == 11;
    uint64_t token = 0;
    if (is_ours && root && root->kind == SECS_B && root->n == HSMS_HEADER_BYTES) {
        const struct hsms_header header = hsms_header_read(root->bytes);
        if (hsms_session_abandon(host->session, &header, &token)) {
            settle(host, token, GEM_REFUSED, NULL, function);
        }
    }
}

static void on_establish_request(struct gem_host *host, const struct hsms_header *header,
                                 const struct secs_item *identity) {
    const struct profile_settings *set = &host->profile->set;
    struct text body;
    text_init(&body, 1024);
    secs_put_list(&body, 2);
    secs_put_byte(&body, 0);
    secs_put_list(&body, set->does_name_itself ? 2 : 0);
    if (set->does_name_itself) {
        secs_put_ascii(&body, set->model);
        secs_put_ascii(&body, set->version);
    }
    const struct hsms_message message = {1, 14, body.bytes, (uint32_t)body.n_bytes};
    if (body.status == MARU_OK && hsms_wants_reply(header)) {
        (void)!hsms_session_answer(host->session, header, &message, NULL);
    }
    text_fini(&body);
    on_established(host, identity);
}

static void on_primary(struct gem_host *host, const struct hsms_event *event) {
    const struct hsms_header *header = &event->frame.header;
    const uint8_t stream = hsms_stream(header);
    const uint8_t function = hsms_function(header);
    if (event->is_other_device && !host->has_told_device) {
        host->has_told_device = true;
        gem_say_problem(host, stream, function, header->session,
                        "messages come from another device id");
    }
    const struct secs_item *root = NULL;
    maru_error err = {0};
    const maru_status st =
        secs_decode(event->frame.body, event->frame.n_body, &host->arena, &root, &err);
    if (stream == 1 && function == 13) { // whatever its body
        on_establish_request(host, header, root);
    } else if (st != MARU_OK) {
        const char *text = arena_text(&host->arena, err.text, strlen(err.text));
        gem_say_problem(host, stream, function, -1, text ? text : "");
        answer_abort(host, header);
    } else if (stream == 9) {
        on_error_message(host, &event->frame, root);
    } else {
        gem_hear(host, &event->frame, root);
    }
}

static void on_reply(struct gem_host *host, const struct hsms_event *event) {
    const struct secs_item *root = NULL;
    if (hsms_function(&event->frame.header) == 0) {
        settle(host, event->token, GEM_ABORTED, NULL, -1);
    } else if (secs_decode(event->frame.body, event->frame.n_body, &host->arena, &root, NULL) !=
               MARU_OK) {
        settle(host, event->token, GEM_UNREADABLE, NULL, -1);
    } else {
        settle(host, event->token, GEM_ANSWERED, root, -1);
    }
}

static const char *const why_texts[] = {
    [HSMS_WHY_STYPE] = "a message of an unknown type came",
    [HSMS_WHY_PTYPE] = "a message came that is not SECS-II",
    [HSMS_WHY_NOT_OPEN] = "a reply came to nothing that is open",
    [HSMS_WHY_NOT_SELECTED] = "a message came before the connection was selected",
    [HSMS_WHY_OTHER_REPLY] = "a reply came that does not fit its request",
};

static void on_event(struct gem_host *host, const struct hsms_event *event) {
    const struct hsms_header *h = &event->frame.header;
    switch (event->kind) {
    case HSMS_CONNECT:
        (void)gem_say(host, GEM_CONNECT);
        return;
    case HSMS_SELECTED:
        host->has_told_device = false;
        establish(host);
        return;
    case HSMS_DESELECTED:
        on_down(host, "deselected by the equipment");
        return;
    case HSMS_PRIMARY:
        on_primary(host, event);
        return;
    case HSMS_REPLY:
        on_reply(host, event);
        return;
    case HSMS_NO_REPLY:
        settle(host, event->token, GEM_NOT_REPLIED, NULL, -1);
        return;
    case HSMS_REJECTED:
        if (event->has_token) {
            settle(host, event->token, GEM_NOT_TAKEN, NULL, h->byte3);
        }
        return;
    case HSMS_REFUSED:
        gem_say_problem(host, hsms_stream(h), hsms_function(h), -1, why_texts[event->why]);
        return;
    case HSMS_CLOSED:
        on_down(host, hsms_end_text(event->end));
        say_code(host, GEM_CLOSED, (int32_t)event->end, hsms_end_text(event->end));
        return;
    }
}

static void look_at_timers(struct gem_host *host) {
    if (!host->is_communicating && !host->is_establishing &&
        hsms_session_is_selected(host->session) && host->now_us >= host->establish_us) {
        establish(host);
    }
    if (host->step == STEP_WAIT && host->now_us >= host->setup_us) {
        gem_setup_start(host);
    }
}

bool gem_host_next(struct gem_host *host, maru_time now_us, struct gem_output *output) {
    host->now_us = now_us;
    while (host->next_out == host->n_out) {
        host->next_out = host->n_out = 0;
        arena_fini(&host->arena);
        arena_init(&host->arena, GEM_MAX_MESSAGE_BYTES);
        struct hsms_event event;
        if (hsms_session_next(host->session, now_us, &event)) {
            on_event(host, &event);
        } else {
            look_at_timers(host);
            send_requests(host);
            if (host->n_out == 0) {
                return false;
            }
        }
        if (host->has_lost) {
            host->has_lost = false;
            gem_say_problem(host, 0, 0, -1, "a part of a message was lost, for want of memory");
        }
    }
    *output = host->out[host->next_out++];
    return true;
}

maru_time gem_host_deadline(const struct gem_host *host) {
    maru_time at = hsms_session_deadline(host->session);
    if (!host->is_communicating && !host->is_establishing &&
        hsms_session_is_selected(host->session) && host->establish_us < at) {
        at = host->establish_us;
    }
    return host->step == STEP_WAIT && host->setup_us < at ? host->setup_us : at;
}
