#include "wire/secs/gem_inside.h"

#include "wire/secs/gem_ask.h"

// One message at a time, in this order; a step without anything to say is passed over:
//
//     S1F17 (or S1F1)   on-line            S2F37  the profile's events on
//     S2F31  clock                         S5F3   alarms on
//     S2F37  all events off                S2F43  spool events and alarms
//     S2F33  no reports                    S2F23  each trace
//     S2F33, S2F35  reports and links      S6F23  what was spooled
//
// What the tool refuses is a problem told and counted, and the set-up goes on: a tool without spooling
// still has events. Only where the tool turns out to be off-line does it wait.

static const maru_time WAIT_US = 60000000;

static uint32_t batch_of(const struct gem_host *host, uint32_t n_left) {
    const int64_t most = host->profile->set.n_a_message;
    return most > 0 && n_left > most ? (uint32_t)most : n_left;
}

static bool ask_online(const struct gem_host *host, uint8_t *function) {
    *function = host->profile->set.does_ask_online ? 17 : 1;
    return true;
}

static bool put_clock(const struct gem_host *host, struct text *body) {
    const struct profile_settings *set = &host->profile->set;
    char text[GEM_TIME_BYTES];
    gem_time_text(host->now_us + set->clock_offset_min * 60000000, set->time_digits, text);
    secs_put_ascii(body, text);
    return set->does_set_clock;
}

static bool put_reports(struct gem_host *host, struct text *body) {
    const struct profile *p = host->profile;
    if (!p->set.does_define || host->step_at >= p->n_report) {
        return false;
    }
    const uint32_t n = batch_of(host, p->n_report - host->step_at);
    gem_put_reports(body, p, host->step_at, n);
    host->step_at += n;
    return true;
}

// A run of events that have reports.
static bool put_links(struct gem_host *host, struct text *body) {
    const struct profile *p = host->profile;
    uint32_t first = host->step_at;
    while (first < p->n_event && p->event[first].n_report == 0) {
        first++;
    }
    uint32_t n = 0;
    while (first + n < p->n_event && p->event[first + n].n_report > 0) {
        n++;
    }
    if (!p->set.does_define || n == 0) {
        return false;
    }
    n = batch_of(host, n);
    gem_put_links(body, p, first, n);
    host->step_at = first + n;
    return true;
}

static bool put_enable(struct gem_host *host, struct text *body) {
    const struct profile *p = host->profile;
    const uint32_t n_all = p->set.does_enable_all ? 1 : p->n_event;
    if (host->step_at >= n_all) {
        return false;
    }
    const uint32_t n = p->set.does_enable_all ? 0 : batch_of(host, p->n_event - host->step_at);
    secs_put_list(body, 2);
    secs_put_boolean(body, true);
    secs_put_list(body, n);
    for (uint32_t i = host->step_at; i < host->step_at + n; i++) {
        profile_put_id(p, p->event[i].id, body);
    }
    host->step_at += n > 0 ? n : 1;
    return true;
}

static bool put_trace(struct gem_host *host, struct text *body) {
    const struct profile *p = host->profile;
    if (host->step_at >= p->n_trace) {
        return false;
    }
    const struct profile_trace *trace = &p->trace[host->step_at++];
    gem_put_trace(body, p, trace, trace->n_total);
    return true;
}

// Alarms and events are to be kept while the link is down.
static bool put_spooled(const struct profile *p, struct text *body) {
    static const uint8_t stream[] = {5, 6};
    gem_put_spooled(body, stream, sizeof stream);
    return p->set.does_want_spool;
}

// Steps of one message: told once.
static bool is_first(struct gem_host *host) { return host->step_at++ == 0; }

// The step's next message; false when it has no more.
static bool put_step(struct gem_host *host, uint8_t *stream, uint8_t *function, struct text *body) {
    const struct profile *p = host->profile;
    const bool does_clear = p->set.does_define && p->set.does_clear;
    *stream = 2;
    switch (host->step) {
    case STEP_ONLINE:
        *stream = 1;
        return is_first(host) && ask_online(host, function);
    case STEP_CLOCK:
        *function = 31;
        return is_first(host) && put_clock(host, body);
    case STEP_DISABLE:
        *function = 37;
        gem_put_enable(body, p, false, NULL, 0);
        return is_first(host) && does_clear && p->n_event > 0;
    case STEP_CLEAR:
        *function = 33;
        gem_put_reports(body, p, 0, 0);
        return is_first(host) && does_clear && p->n_report > 0;
    case STEP_DEFINE:
        *function = 33;
        return put_reports(host, body);
    case STEP_LINK:
        *function = 35;
        return put_links(host, body);
    case STEP_ENABLE:
        *function = 37;
        return put_enable(host, body);
    case STEP_ALARMS:
        *stream = 5;
        *function = 3;
        gem_put_alarm_enable(body, p, true, NULL);
        return is_first(host) && p->set.does_enable_alarms;
    case STEP_KEEP:
        *function = 43;
        return is_first(host) && put_spooled(p, body);
    case STEP_TRACE:
        *function = 23;
        return put_trace(host, body);
    case STEP_SPOOL:
        *stream = 6;
        *function = 23;
        gem_put_code(body, 0);
        return is_first(host) && p->set.does_ask_spool;
    case STEP_DONE:
    case STEP_OFF:
    case STEP_WAIT:
    default:
        return false;
    }
}

static void say_ready(struct gem_host *host) {
    struct gem_output *o = gem_say(host, GEM_READY);
    if (o) {
        o->code = (int32_t)host->n_refused;
    }
    if (host->is_in_gap) {
        host->is_in_gap = false;
        o = gem_say(host, GEM_GAP);
        if (o) {
            o->code = 0;
        }
    }
}

static void go_on(struct gem_host *host) {
    while (host->step < STEP_DONE) {
        struct text body;
        text_init(&body, (size_t)host->profile->set.max_frame_bytes);
        uint8_t stream = 0;
        uint8_t function = 0;
        if (put_step(host, &stream, &function, &body)) {
            if (body.status == MARU_OK) {
                gem_setup_ask(host, stream, function, &body); // takes the body
                return;
            }
            gem_say_problem(host, stream, function, -1, "the message is too long");
            host->n_refused++;
            host->step_at = PROFILE_NONE - 1; // no more of this step
        } else {
            host->step++;
            host->step_at = 0;
        }
        text_fini(&body);
    }
    say_ready(host);
}

void gem_setup_start(struct gem_host *host) {
    if (host->request[GEM_SETUP_ROW].state != REQUEST_FREE) {
        return; // under way
    }
    host->step = STEP_ONLINE;
    host->step_at = 0;
    host->n_refused = 0;
    go_on(host);
}

static void wait_for_online(struct gem_host *host) {
    host->step = STEP_WAIT;
    host->setup_us = host->now_us + WAIT_US;
    gem_set_control(host, GEM_OFFLINE);
}

static const char *const outcome_texts[] = {
    [GEM_ABORTED] = "aborted by the equipment",     [GEM_NOT_REPLIED] = "no reply in time (T3)",
    [GEM_NOT_TAKEN] = "rejected by the equipment",  [GEM_LOST] = "the message could not be sent",
    [GEM_UNREADABLE] = "the answer cannot be read",
};

// Answers that are no good news and yet as good as one: on-line already, nothing spooled; where nothing was cleared before, reports that
// are defined and events that are linked already (E5: DRACK 3, LRACK 3).
static bool is_well(const struct gem_host *host, enum gem_outcome outcome, int32_t code) {
    const enum gem_step step = host->step;
    const bool is_there =
        (step == STEP_DEFINE || step == STEP_LINK) && code == 3 && !host->profile->set.does_clear;
    if (step == STEP_SPOOL) {
        return outcome == GEM_ABORTED || outcome == GEM_REFUSED ||
               (outcome == GEM_ANSWERED && (code <= 0 || code == 2));
    }
    return outcome == GEM_ANSWERED && (code <= 0 || (step == STEP_ONLINE && code == 2) || is_there);
}

static void tell_refused(struct gem_host *host, enum gem_outcome outcome, int32_t code) {
    const struct gem_request *r = &host->request[GEM_SETUP_ROW];
    const uint8_t function = (uint8_t)(r->function + 1);
    const char *text = outcome == GEM_ANSWERED  ? gem_code_text(r->stream, function, code)
                       : outcome == GEM_REFUSED ? gem_error_text((uint8_t)code)
                                                : outcome_texts[outcome];
    gem_say_problem(host, r->stream, function, code, text);
    host->n_refused++;
}

void gem_setup_settled(struct gem_host *host, enum gem_outcome outcome, int32_t code) {
    if (!is_well(host, outcome, code)) {
        tell_refused(host, outcome, code);
    }
    const bool is_refused_online =
        host->step == STEP_ONLINE && outcome == GEM_ANSWERED && code == 1;
    const bool is_off = outcome == GEM_ABORTED && host->step <= STEP_CLEAR &&
                        (host->control == GEM_CONTROL_UNKNOWN || host->control == GEM_OFFLINE);
    if (is_refused_online || is_off) {
        wait_for_online(host);
    } else {
        go_on(host);
    }
}
