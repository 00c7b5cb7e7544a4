#include "wire/secs/equipment.h"

#include "base/alloc.h"
#include "base/status.h"
#include "wire/secs/equipment_inside.h"
#include "wire/secs/gem_code.h"

#include <string.h>

// Whatever the tool has to say goes through one queue, so that it is said in the order in which it
// happened; the queue is emptied as far as open transactions allow. While communications are not
// established, messages of the streams that the host wants spooled go to the spool; the spool stays in use
// until the host has fetched or dropped it (S6F23), so that old comes before new. Of these streams a message is kept until the host
// has answered it: when the link breaks before that, it goes to the spool (E30), and comes again.

static const uint64_t ESTABLISH =
    UINT64_MAX; // tokens; others are number << 16 | stream << 8 | function
static const uint64_t ATTEMPT = UINT64_MAX - 1;
enum { PROFILE_TIME_CONSTANT_12 = 0 };

// ---- life

static bool take_arrays(struct equipment *e) {
    const struct profile *p = e->profile;
    e->value = alloc_new(p->n_variable + 1U, sizeof *e->value);
    e->is_event_on = alloc_new(p->n_event + 1U, sizeof *e->is_event_on);
    e->is_alarm_on = alloc_new(p->n_alarm + 1U, sizeof *e->is_alarm_on);
    e->is_alarm_set = alloc_new(p->n_alarm + 1U, sizeof *e->is_alarm_set);
    e->links = alloc_new(p->n_event + 1U, sizeof *e->links);
    e->report = alloc_new(EQUIPMENT_MAX_REPORTS, sizeof *e->report);
    e->program = alloc_new(EQUIPMENT_MAX_PROGRAMS, sizeof *e->program);
    return e->value && e->is_event_on && e->is_alarm_on && e->is_alarm_set && e->links &&
           e->report && e->program;
}

static maru_status start_values(struct equipment *e, maru_error *err) {
    const struct profile *p = e->profile;
    for (uint32_t i = 0; i < p->n_variable; i++) {
        text_init(&e->value[i], (size_t)p->set.max_frame_bytes);
        text_add(&e->value[i], (const char *)p->variable[i].value, p->variable[i].n_value);
        if (e->value[i].status != MARU_OK) {
            return fail(err, e->value[i].status, "no memory for an equipment");
        }
    }
    return MARU_OK;
}

maru_status equipment_new(const struct profile *profile, struct equipment **out, maru_error *err) {
    struct equipment *e = alloc_new(1, sizeof *e);
    if (!e) {
        return fail(err, MARU_E_MEMORY, "no memory for an equipment");
    }
    e->profile = profile;
    e->control = (enum equipment_control)profile->set.control_state;
    e->first_sent = 1;
    arena_init(&e->arena, EQUIPMENT_MAX_MESSAGE_BYTES);
    const struct hsms_settings set = profile_session(profile);
    maru_status st = hsms_session_new(&set, &e->session, err);
    if (st == MARU_OK && !take_arrays(e)) {
        st = fail(err, MARU_E_MEMORY, "no memory for an equipment");
    }
    if (st == MARU_OK) {
        st = start_values(e, err);
    }
    if (st != MARU_OK) {
        equipment_free(e);
        return st;
    }
    *out = e;
    return MARU_OK;
}

static void free_reports_and_programs(struct equipment *e) {
    for (uint32_t i = 0; e->report && i < e->n_report; i++) {
        alloc_free(e->report[i].variable);
    }
    for (uint32_t i = 0; e->program && i < e->n_program; i++) {
        text_fini(&e->program[i].name);
        text_fini(&e->program[i].body);
    }
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        alloc_free(e->trace[i].variable);
        text_fini(&e->trace[i].kept);
    }
}

void equipment_free(struct equipment *equipment) {
    struct equipment *e = equipment;
    if (!e) {
        return;
    }
    free_reports_and_programs(e);
    for (uint32_t i = 0; e->value && i < e->profile->n_variable; i++) {
        text_fini(&e->value[i]);
    }
    equipment_drop_queue(e, &e->waiting);
    equipment_drop_queue(e, &e->spooled);
    equipment_drop_queue(e, &e->sent);
    alloc_free(e->value);
    alloc_free(e->is_event_on);
    alloc_free(e->is_alarm_on);
    alloc_free(e->is_alarm_set);
    alloc_free(e->links);
    alloc_free(e->report);
    alloc_free(e->program);
    alloc_free(e->out);
    arena_fini(&e->arena);
    hsms_session_free(e->session);
    alloc_free(e);
}

struct hsms_session *equipment_session(struct equipment *equipment) {
    return equipment->session;
}

bool equipment_is_communicating(const struct equipment *equipment) {
    return equipment->is_communicating;
}

enum equipment_control equipment_control_state(const struct equipment *equipment) {
    return equipment->control;
}

uint32_t equipment_n_spooled(const struct equipment *equipment) { return equipment->spooled.n; }

maru_status equipment_set(struct equipment *equipment, uint32_t variable, const void *item,
                          size_t n, maru_error *err) {
    struct arena arena;
    arena_init(&arena, EQUIPMENT_MAX_MESSAGE_BYTES);
    const struct secs_item *root = NULL;
    maru_status st = secs_decode(item, n, &arena, &root, err);
    if (st == MARU_OK && (!root || variable >= equipment->profile->n_variable)) {
        st = fail(err, MARU_E_INPUT, "a variable and one item are wanted");
    }
    arena_fini(&arena);
    if (st != MARU_OK) {
        return st;
    }
    struct text value;
    text_init(&value, (size_t)equipment->profile->set.max_frame_bytes);
    text_add(&value, item, n);
    if (value.status != MARU_OK) {
        return fail(err, value.status, "the message is too long, or there is no memory for it");
    }
    text_fini(&equipment->value[variable]);
    equipment->value[variable] = value;
    return MARU_OK;
}

// ---- values

static void put_enabled(struct equipment *e, enum profile_meaning means, struct text *out) {
    const struct profile *p = e->profile;
    const bool is_event = means == MEANS_EVENTS_ENABLED;
    const bool *is_on = is_event                        ? e->is_event_on
                        : means == MEANS_ALARMS_ENABLED ? e->is_alarm_on
                                                        : e->is_alarm_set;
    const uint32_t n_all = is_event ? p->n_event : p->n_alarm;
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_all; i++) {
        n += is_on[i];
    }
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n_all; i++) {
        if (is_on[i]) {
            profile_put_id(p, is_event ? p->event[i].id : p->alarm[i].id, out);
        }
    }
}

// 16 digits, or 12 where the constant TimeFormat says 0.
void equipment_put_time(struct equipment *e, struct text *out) {
    const struct profile *p = e->profile;
    int64_t digits = p->set.time_digits;
    const uint32_t format = profile_variable_meaning(p, MEANS_TIME_FORMAT);
    if (format != PROFILE_NONE) {
        const struct secs_item *root = NULL;
        int64_t value = 1;
        if (secs_decode((const uint8_t *)e->value[format].bytes, e->value[format].n_bytes,
                        &e->arena, &root, NULL) == MARU_OK &&
            secs_integer(root, 0, &value)) {
            digits = value == PROFILE_TIME_CONSTANT_12 ? 12 : 16;
        }
    }
    char text[GEM_TIME_BYTES];
    gem_time_text(e->now_us + e->clock_us + p->set.clock_offset_min * 60000000, digits, text);
    secs_put_ascii(out, text);
}

void equipment_put_value(struct equipment *e, uint32_t variable, struct text *out) {
    const struct profile_variable *v = &e->profile->variable[variable];
    switch ((int)v->means) {
    case MEANS_CLOCK:
        if (e->value[variable].n_bytes == 0) { // else the caller keeps its own clock
            equipment_put_time(e, out);
            return;
        }
        break;
    case MEANS_CONTROL_STATE:
        secs_put_byte(out, (uint8_t)e->control);
        return;
    case MEANS_EVENTS_ENABLED:
    case MEANS_ALARMS_ENABLED:
    case MEANS_ALARMS_SET:
        put_enabled(e, v->means, out);
        return;
    default:
        break;
    }
    if (e->value[variable].n_bytes > 0) {
        text_add(out, e->value[variable].bytes, e->value[variable].n_bytes);
    } else {
        secs_put_ascii(out, "");
    }
}

uint32_t equipment_report_at(const struct equipment *e, const char *id) {
    uint32_t i = 0;
    while (i < e->n_report && strcmp(e->report[i].id, id) != 0) {
        i++;
    }
    return i < e->n_report ? i : PROFILE_NONE;
}

// DATAID, CEID and the reports linked to it.
void equipment_put_event(struct equipment *e, uint32_t event, struct text *out) {
    const struct profile *p = e->profile;
    const struct equipment_links *links = &e->links[event];
    secs_put_list(out, 3);
    if (p->set.data_id_kind == SECS_A) {
        secs_put_ascii(out, "1");
    } else {
        secs_put_integer(out, (enum secs_kind)p->set.data_id_kind, 1);
    }
    profile_put_id(p, p->event[event].id, out);
    secs_put_list(out, links->n);
    for (uint32_t i = 0; i < links->n; i++) {
        const struct equipment_report *report = &e->report[links->report[i]];
        secs_put_list(out, 2);
        profile_put_id(p, report->id, out);
        secs_put_list(out, report->n_variable);
        for (uint32_t k = 0; k < report->n_variable; k++) {
            equipment_put_value(e, report->variable[k], out);
        }
    }
}

// ---- outputs

struct equipment_output *equipment_out(struct equipment *e, enum equipment_output_kind kind) {
    if (e->n_out == e->cap_out) {
        const uint32_t cap = e->cap_out > 0 ? e->cap_out * 2 : 16;
        struct equipment_output *out = alloc_resize(e->out, cap, sizeof *out);
        if (!out) {
            return NULL;
        }
        e->out = out;
        e->cap_out = cap;
    }
    struct equipment_output *o = &e->out[e->n_out++];
    *o = (struct equipment_output){.kind = kind, .at_us = e->now_us, .code = -1};
    return o;
}

static void out_code(struct equipment *e, enum equipment_output_kind kind, int32_t code) {
    struct equipment_output *o = equipment_out(e, kind);
    if (o) {
        o->code = code;
    }
}

maru_status equipment_tell(struct equipment *equipment, uint8_t stream, uint8_t function,
                           bool wants_reply, const struct text *body, maru_error *err) {
    struct equipment *e = equipment;
    const bool is_spooled = e->is_spooled[stream & 0x7F];
    if (is_spooled && (!e->is_communicating || e->is_spooling)) {
        e->is_spooling = true;
        return equipment_push(e, &e->spooled, stream, function, wants_reply, body, err);
    }
    if (!e->is_communicating) {
        return MARU_OK; // nobody is there to be told
    }
    return equipment_push(e, &e->waiting, stream, function, wants_reply, body, err);
}

static bool is_online(const struct equipment *e) {
    return e->control >= EQUIPMENT_LOCAL || e->profile->set.does_answer_offline;
}

maru_status equipment_fire(struct equipment *equipment, uint32_t event, maru_error *err) {
    struct equipment *e = equipment;
    const enum profile_meaning means = e->profile->event[event].means;
    if (!e->is_event_on[event] || (!is_online(e) && means != MEANS_OFFLINE)) {
        return MARU_OK;
    }
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    equipment_put_event(e, event, &body);
    const maru_status st = equipment_tell(e, 6, 11, true, &body, err);
    text_fini(&body);
    return st;
}

maru_status equipment_alarm(struct equipment *equipment, uint32_t alarm, bool is_set,
                            maru_error *err) {
    struct equipment *e = equipment;
    e->is_alarm_set[alarm] = is_set;
    if (!e->is_alarm_on[alarm] || !is_online(e)) {
        return MARU_OK;
    }
    const struct profile_alarm *a = &e->profile->alarm[alarm];
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    secs_put_list(&body, 3);
    secs_put_byte(&body, (uint8_t)(a->category | (is_set ? 0x80 : 0)));
    profile_put_id(e->profile, a->id, &body);
    secs_put_ascii(&body, a->text);
    const maru_status st = equipment_tell(e, 5, 1, true, &body, err);
    text_fini(&body);
    return st;
}

maru_status equipment_say(struct equipment *equipment, uint8_t terminal, const char *text,
                          maru_error *err) {
    struct text body;
    text_init(&body, (size_t)equipment->profile->set.max_frame_bytes);
    secs_put_list(&body, 2);
    secs_put_byte(&body, terminal);
    secs_put_ascii(&body, text);
    const maru_status st = equipment_tell(equipment, 10, 1, true, &body, err);
    text_fini(&body);
    return st;
}

// ---- control

void equipment_set_control(struct equipment *e, enum equipment_control control) {
    if (e->control == control) {
        return;
    }
    e->control = control;
    out_code(e, EQUIPMENT_CONTROL, (int32_t)control);
    const enum profile_meaning means = control == EQUIPMENT_REMOTE  ? MEANS_REMOTE
                                       : control == EQUIPMENT_LOCAL ? MEANS_LOCAL
                                                                    : MEANS_OFFLINE;
    const uint32_t event = profile_event_meaning(e->profile, means);
    if (event != PROFILE_NONE && control != EQUIPMENT_ATTEMPTS_ONLINE) {
        (void)!equipment_fire(e, event, NULL);
    }
}

maru_status equipment_switch(struct equipment *equipment, enum equipment_control control,
                             maru_error *err) {
    if (control == EQUIPMENT_HOST_OFFLINE) {
        return fail(err, MARU_E_USAGE, "only the host puts an equipment into this state");
    }
    equipment_set_control(equipment, control);
    equipment->is_attempting = control == EQUIPMENT_ATTEMPTS_ONLINE;
    return MARU_OK;
}

// ---- communications

static void put_model(struct equipment *e, struct text *out) {
    secs_put_list(out, 2);
    secs_put_ascii(out, e->profile->set.model);
    secs_put_ascii(out, e->profile->set.version);
}

static void establish(struct equipment *e) {
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    put_model(e, &body);
    const struct hsms_message message = {1, 13, body.bytes, (uint32_t)body.n_bytes};
    e->is_establishing =
        body.status == MARU_OK &&
        hsms_session_ask(e->session, e->now_us, &message, ESTABLISH, NULL, NULL) == MARU_OK;
    if (!e->is_establishing) {
        e->establish_us = e->now_us + e->profile->set.establish_us;
    }
    text_fini(&body);
}

static void on_established(struct equipment *e) {
    if (!e->is_communicating) {
        e->is_communicating = true;
        out_code(e, EQUIPMENT_COMMUNICATING, 1);
    }
}

static void on_establish_answer(struct equipment *e, bool is_good) {
    e->is_establishing = false;
    if (is_good) {
        on_established(e);
    } else if (!e->is_communicating) {
        e->establish_us = e->now_us + e->profile->set.establish_us;
    }
}

static void spool_queue(struct equipment *e, struct equipment_queue *q) {
    while (q->n > 0) {
        const struct equipment_message *m = &q->message[q->first];
        if (e->is_spooled[m->stream & 0x7F] && !m->is_answered) {
            (void)!equipment_tell(e, m->stream, m->function, m->wants_reply, &m->body, NULL);
        }
        equipment_pop(e, q);
    }
}

// The connection is gone: what the host wants spooled is, first of all what was sent without an answer, then what waited; the rest is lost.
static void on_down(struct equipment *e) {
    e->is_establishing = false;
    e->is_unloading = false;
    if (e->is_communicating) {
        e->is_communicating = false;
        out_code(e, EQUIPMENT_COMMUNICATING, 0);
    }
    e->first_sent += e->sent.n;
    spool_queue(e, &e->sent);
    spool_queue(e, &e->waiting);
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        e->trace[i].is_on = false; // a trace ends with communications
    }
}

// Sends from a queue until no more transactions may be open.
static void send_queue(struct equipment *e, struct equipment_queue *q) {
    while (q->n > 0 && e->is_communicating &&
           hsms_session_open(e->session) < (uint32_t)e->profile->set.max_open) {
        const struct equipment_message *m = &q->message[q->first];
        const struct hsms_message message = {m->stream, m->function, m->body.bytes,
                                             (uint32_t)m->body.n_bytes};
        const bool is_kept = m->wants_reply && e->is_spooled[m->stream & 0x7F];
        const uint64_t number = is_kept ? e->first_sent + e->sent.n : 0;
        const uint64_t token = number << 16 | (uint64_t)m->stream << 8 | m->function;
        const maru_status st =
            m->wants_reply ? hsms_session_ask(e->session, e->now_us, &message, token, NULL, NULL)
                           : hsms_session_tell(e->session, &message, NULL);
        if (st != MARU_OK && st != MARU_E_LIMIT) {
            return; // no connection: on_down will see to it
        }
        if (is_kept && st == MARU_OK) {
            equipment_keep_sent(e, q);
        } else {
            equipment_pop(e, q);
        }
    }
}

static void send_messages(struct equipment *e) {
    if (e->is_attempting && e->is_communicating) {
        const struct hsms_message message = {1, 1, NULL, 0};
        e->is_attempting =
            hsms_session_ask(e->session, e->now_us, &message, ATTEMPT, NULL, NULL) != MARU_OK;
    }
    send_queue(e, &e->waiting);
    if (e->is_unloading && e->waiting.n == 0) {
        send_queue(e, &e->spooled);
        if (e->spooled.n == 0) {
            e->is_unloading = false;
            e->is_spooling = false;
        }
    }
}

// ---- traces

static void send_group(struct equipment *e, struct equipment_trace *t) {
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    secs_put_list(&body, 4);
    profile_put_id(e->profile, t->id, &body);
    secs_put_integer(&body, SECS_U4, t->n_done);
    equipment_put_time(e, &body);
    secs_put_list(&body, t->n_kept * t->n_variable);
    text_add(&body, t->kept.bytes, t->kept.n_bytes);
    if (t->kept.status == MARU_OK) {
        (void)!equipment_tell(e, 6, 1, false, &body, NULL);
    }
    text_fini(&body);
    text_clear(&t->kept);
    t->n_kept = 0;
}

static void take_samples(struct equipment *e, struct equipment_trace *t) {
    while (t->is_on && e->now_us >= t->next_us) {
        for (uint32_t i = 0; i < t->n_variable; i++) {
            equipment_put_value(e, t->variable[i], &t->kept);
        }
        t->n_done++;
        t->n_kept++;
        // What should have been sampled while nobody looked cannot be any more.
        t->next_us += t->period_us * (1 + (e->now_us - t->next_us) / t->period_us);
        const bool is_last = t->n_done >= t->n_total;
        if (t->n_kept >= t->n_group || is_last) {
            send_group(e, t);
        }
        t->is_on = !is_last;
    }
}

// ---- what comes

static void answer(struct equipment *e, const struct hsms_header *header, uint8_t function,
                   const struct text *body) {
    const struct hsms_message message = {hsms_stream(header), function, body ? body->bytes : NULL,
                                         body ? (uint32_t)body->n_bytes : 0};
    if (hsms_wants_reply(header)) {
        (void)!hsms_session_answer(e->session, header, &message, NULL);
    }
}

// S9: the header of the message at fault, under system bytes of its own.
static void raise(struct equipment *e, const struct hsms_header *header, uint8_t function) {
    uint8_t bytes[HSMS_HEADER_BYTES];
    hsms_header_bytes(header, bytes);
    struct text body;
    text_init(&body, 64);
    secs_put_bytes(&body, SECS_B, bytes, sizeof bytes);
    const struct hsms_message message = {9, function, body.bytes, (uint32_t)body.n_bytes};
    if (body.status == MARU_OK) {
        (void)!hsms_session_tell(e->session, &message, NULL);
    }
    text_fini(&body);
    struct equipment_output *o = equipment_out(e, EQUIPMENT_REFUSED);
    if (o) {
        o->stream = hsms_stream(header);
        o->function = hsms_function(header);
        o->code = function;
    }
}

static void on_establish_request(struct equipment *e, const struct hsms_header *header) {
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    secs_put_list(&body, 2);
    secs_put_byte(&body, 0);
    put_model(e, &body);
    if (body.status == MARU_OK) {
        answer(e, header, 14, &body);
        on_established(e);
    }
    text_fini(&body);
}

static void hear(struct equipment *e, const struct hsms_frame *frame) {
    static const uint8_t error_of[] = {
        [ANSWER_NO_STREAM] = 3, [ANSWER_NO_FUNCTION] = 5, [ANSWER_ILLEGAL] = 7};
    const struct hsms_header *header = &frame->header;
    const struct secs_item *root = NULL;
    struct text body;
    text_init(&body, (size_t)e->profile->set.max_frame_bytes);
    enum equipment_answer how = ANSWER_ILLEGAL;
    if (secs_decode(frame->body, frame->n_body, &e->arena, &root, NULL) == MARU_OK) {
        how = equipment_hear(e, hsms_stream(header), hsms_function(header), root, &body);
    }
    if (how != ANSWER_GOOD) {
        raise(e, header, error_of[how]);
    } else if (body.status == MARU_OK) {
        answer(e, header, (uint8_t)(hsms_function(header) + 1), &body);
    } else { // too long for a frame
        answer(e, header, 0, NULL);
    }
    text_fini(&body);
}

static void on_primary(struct equipment *e, const struct hsms_event *event) {
    const struct hsms_header *header = &event->frame.header;
    const uint8_t stream = hsms_stream(header);
    const uint8_t function = hsms_function(header);
    const bool is_online_request = stream == 1 && function == 17;
    if (event->is_other_device) {
        raise(e, header, 1);
    } else if (stream == 1 && function == 13) {
        on_establish_request(e, header);
    } else if (stream == 9) {
        return;
    } else if (!e->is_communicating || (!is_online(e) && !is_online_request)) {
        answer(e, header, 0, NULL);
    } else {
        hear(e, &event->frame);
    }
}

static void out_reply(struct equipment *e, uint64_t token, int32_t code) {
    struct equipment_output *o = equipment_out(e, EQUIPMENT_NO_REPLY);
    if (o) {
        o->stream = (uint8_t)(token >> 8);
        o->function = (uint8_t)token;
        o->code = code;
    }
}

// The host's S1F2 brings a tool on-line that asked for it, an abort leaves it off-line.
static void on_attempt(struct equipment *e, bool is_good) {
    if (e->control == EQUIPMENT_ATTEMPTS_ONLINE) {
        equipment_set_control(e, is_good ? EQUIPMENT_REMOTE : EQUIPMENT_OFFLINE);
    }
}

static void on_reply(struct equipment *e, const struct hsms_event *event) {
    const struct hsms_header *header = &event->frame.header;
    const struct secs_item *root = NULL;
    int32_t code = 0;
    const bool is_read =
        hsms_function(header) != 0 &&
        secs_decode(event->frame.body, event->frame.n_body, &e->arena, &root, NULL) == MARU_OK;
    const bool has_code = gem_code_of(hsms_stream(header), hsms_function(header), root, &code);
    equipment_settle_sent(e, event->token);
    if (event->token == ESTABLISH) {
        on_establish_answer(e, is_read && has_code && code == 0);
    } else if (event->token == ATTEMPT) {
        on_attempt(e, is_read);
    } else if (!is_read || (has_code && code != 0)) {
        out_reply(e, event->token, is_read ? code : -1);
    }
}

static void on_no_reply(struct equipment *e, const struct hsms_event *event, bool is_late) {
    if (event->token == ESTABLISH) {
        on_establish_answer(e, false);
        return;
    }
    equipment_settle_sent(e, event->token);
    if (is_late) {
        raise(e, &event->frame.header, 9);
    }
    if (event->token == ATTEMPT) {
        on_attempt(e, false);
    } else {
        out_reply(e, event->token, -1);
    }
}

static void on_event(struct equipment *e, const struct hsms_event *event) {
    switch (event->kind) {
    case HSMS_CONNECT:
        (void)equipment_out(e, EQUIPMENT_CONNECT);
        return;
    case HSMS_SELECTED:
        establish(e);
        return;
    case HSMS_DESELECTED:
        on_down(e);
        return;
    case HSMS_PRIMARY:
        on_primary(e, event);
        return;
    case HSMS_REPLY:
        on_reply(e, event);
        return;
    case HSMS_NO_REPLY:
    case HSMS_REJECTED:
        if (event->has_token) {
            on_no_reply(e, event, event->kind == HSMS_NO_REPLY);
        }
        return;
    case HSMS_REFUSED:
        return;
    case HSMS_CLOSED:
        on_down(e);
        out_code(e, EQUIPMENT_CLOSED, (int32_t)event->end);
        return;
    }
}

static void look_at_timers(struct equipment *e) {
    if (!e->is_communicating && !e->is_establishing && hsms_session_is_selected(e->session) &&
        e->now_us >= e->establish_us) {
        establish(e);
    }
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        take_samples(e, &e->trace[i]);
    }
}

bool equipment_next(struct equipment *equipment, maru_time now_us,
                    struct equipment_output *output) {
    struct equipment *e = equipment;
    e->now_us = now_us;
    while (e->next_out == e->n_out) {
        e->next_out = e->n_out = 0;
        arena_fini(&e->arena);
        arena_init(&e->arena, EQUIPMENT_MAX_MESSAGE_BYTES);
        struct hsms_event event;
        if (hsms_session_next(e->session, now_us, &event)) {
            on_event(e, &event);
        } else {
            look_at_timers(e);
            send_messages(e);
            if (e->n_out == 0) {
                return false;
            }
        }
    }
    *output = e->out[e->next_out++];
    return true;
}

maru_time equipment_deadline(const struct equipment *equipment) {
    const struct equipment *e = equipment;
    maru_time at = hsms_session_deadline(e->session);
    if (!e->is_communicating && !e->is_establishing && hsms_session_is_selected(e->session) &&
        e->establish_us < at) {
        at = e->establish_us;
    }
    for (uint32_t i = 0; i < EQUIPMENT_MAX_TRACES; i++) {
        at = e->trace[i].is_on && e->trace[i].next_us < at ? e->trace[i].next_us : at;
    }
    return at;
}
