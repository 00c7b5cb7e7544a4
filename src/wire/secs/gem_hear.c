#include "wire/secs/gem_inside.h"

#include <string.h>

// A table says what is done with each primary; what it does not have is told and aborted. What a tool says
// before communications are established is heard all the same: it has no way to say it again.
//
// Values of reports are in the order of the report's variables, so the profile must have the report as the
// tool has it; values beyond it keep their place and have no name.

static void answer(struct gem_host *host, const struct hsms_header *header,
                   const struct text *body) {
    const struct hsms_message message = {hsms_stream(header), (uint8_t)(hsms_function(header) + 1),
                                         body->bytes, (uint32_t)body->n_bytes};
    if (hsms_wants_reply(header) && body->status == MARU_OK) {
        (void)!hsms_session_answer(host->session, header, &message, NULL);
    }
}

static void answer_code(struct gem_host *host, const struct hsms_header *header, uint8_t code) {
    struct text body;
    text_init(&body, 16);
    secs_put_byte(&body, code);
    answer(host, header, &body);
    text_fini(&body);
}

static void answer_empty_list(struct gem_host *host, const struct hsms_header *header) {
    struct text body;
    text_init(&body, 16);
    secs_put_list(&body, 0);
    answer(host, header, &body);
    text_fini(&body);
}

const char *gem_text_of(struct gem_host *host, const struct secs_item *item) {
    if (!secs_is_text(item) || item->n == 0) {
        return "";
    }
    char *text = arena_text(&host->arena, (const char *)item->bytes, item->n);
    if (!text) {
        host->has_lost = true;
        return "";
    }
    const bool is_utf8 = text_is_utf8(text, item->n);
    for (uint32_t i = 0; i < item->n; i++) {
        const unsigned char c = (unsigned char)text[i];
        const bool is_control = c < 0x20 && c != '\n' && c != '\r' && c != '\t';
        text[i] = is_control || c == 0x7F || (c >= 0x80 && !is_utf8) ? '?' : text[i];
    }
    return text;
}

static const char *id_text(struct gem_host *host, const struct secs_item *item) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!profile_id_of(item, id)) {
        return "";
    }
    const char *kept = arena_text(&host->arena, id, strlen(id));
    return kept ? kept : "";
}

// ---- samples

static struct sample sample_of(const struct secs_item *item, uint32_t k, maru_time at_us) {
    struct sample s = {.at_us = at_us, .quality = QUALITY_GOOD};
    int64_t whole = 0;
    if (secs_is_text(item)) {
        s.type = SAMPLE_TEXT;
        s.value.text = (const char *)item->bytes;
        s.n_text = item->n < SAMPLE_MAX_TEXT_BYTES ? item->n : SAMPLE_MAX_TEXT_BYTES;
    } else if (item->kind != SECS_F4 && item->kind != SECS_F8 && secs_integer(item, k, &whole)) {
        s.type = item->kind == SECS_BOOLEAN ? SAMPLE_BOOL : SAMPLE_INTEGER;
        s.value.integer = whole;
    } else {
        s.type = SAMPLE_DOUBLE;
        (void)secs_number(item, k, &s.value.number);
    }
    return s;
}

void gem_say_samples(struct gem_host *host, const struct gem_value *value, maru_time at_us) {
    if (!value->variable || !value->item) {
        return;
    }
    uint32_t index = 0;
    for (uint32_t i = 0; i < value->item->span; i++) {
        const struct secs_item *item = &value->item[i];
        const uint32_t n = item->kind == SECS_L ? 0 : secs_is_text(item) ? 1 : item->n;
        for (uint32_t k = 0; k < n && host->n_out < GEM_MAX_SAMPLES; k++) {
            struct gem_output *o = gem_say(host, GEM_SAMPLE);
            if (o) {
                o->id = value->id;
                o->name = value->name;
                o->index = index;
                o->sample = sample_of(item, k, at_us);
                o->at_us = at_us;
            }
            index++;
        }
    }
}

static struct gem_value value_of(struct gem_host *host, uint32_t variable,
                                 const struct secs_item *item) {
    if (variable == PROFILE_NONE) {
        return (struct gem_value){"", "", NULL, item};
    }
    const struct profile_variable *v = &host->profile->variable[variable];
    return (struct gem_value){v->id, v->name, v, item};
}

// What the tool says about its control state, where a variable of that meaning is among the values.
static void look_at_control(struct gem_host *host, const struct gem_value *value) {
    int64_t state = 0;
    if (value->variable && value->variable->means == MEANS_CONTROL_STATE &&
        secs_integer(value->item, 0, &state) && state >= 1 && state <= 5) {
        gem_set_control(host, state == 5 ? GEM_REMOTE : state == 4 ? GEM_LOCAL : GEM_OFFLINE);
    }
}

void gem_hear_values(struct gem_host *host, const struct secs_item *ids,
                     const struct secs_item *values) {
    if (!ids || !values || values->kind != SECS_L || !secs_is_list(ids, values->n)) {
        return; // all were asked for, and only the tool knows their order
    }
    const struct secs_item *id = ids + 1;
    const struct secs_item *item = values + 1;
    for (uint32_t i = 0; i < values->n; i++) {
        char name[PROFILE_MAX_ID_BYTES + 1];
        if (profile_id_of(id, name)) {
            const struct gem_value value =
                value_of(host, profile_variable_at(host->profile, name), item);
            gem_say_samples(host, &value, host->now_us);
            look_at_control(host, &value);
        }
        id += id->span;
        item += item->span;
    }
}

// ---- events

struct report_walk {
    struct gem_value *value;
    uint32_t n;
    bool is_annotated, is_other; // the report is not as the profile has it
};

static void add_report(struct gem_host *host, const struct secs_item *report,
                       struct report_walk *walk) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    const struct secs_item *list = secs_child(report, 1);
    uint32_t known = PROFILE_NONE;
    if (profile_id_of(secs_child(report, 0), id)) {
        known = profile_report_at(host->profile, id);
    }
    const struct profile_report *r = known != PROFILE_NONE ? &host->profile->report[known] : NULL;
    walk->is_other = walk->is_other || (!walk->is_annotated && (!r || r->n_variable != list->n));
    const struct secs_item *item = list + 1;
    for (uint32_t i = 0; i < list->n; i++) {
        uint32_t variable = r && i < r->n_variable ? r->variable[i] : PROFILE_NONE;
        const struct secs_item *value = item;
        if (walk->is_annotated) {
            value = secs_child(item, 1);
            variable = profile_id_of(secs_child(item, 0), id)
                           ? profile_variable_at(host->profile, id)
                           : PROFILE_NONE;
        }
        if (value) {
            walk->value[walk->n++] = value_of(host, variable, value);
        }
        item += item->span;
    }
}

static bool is_reports(const struct secs_item *reports, uint32_t *n_value) {
    if (!reports || reports->kind != SECS_L) {
        return false;
    }
    const struct secs_item *report = reports + 1;
    for (uint32_t i = 0; i < reports->n; i++) {
        const struct secs_item *list = secs_child(report, 1);
        if (!secs_is_list(report, 2) || !list || list->kind != SECS_L) {
            return false;
        }
        *n_value += list->n;
        report += report->span;
    }
    return true;
}

static void fill_meaning(struct gem_host *host, struct gem_output *o,
                         const struct gem_value *value) {
    const char *text = "";
    const enum profile_meaning means = value->variable ? value->variable->means : MEANS_NOTHING;
    if (means == MEANS_NOTHING) {
        return;
    }
    text = secs_is_text(value->item) ? gem_text_of(host, value->item) : id_text(host, value->item);
    o->lot = means == MEANS_LOT ? text : o->lot;
    o->substrate = means == MEANS_SUBSTRATE ? text : o->substrate;
    o->location = means == MEANS_LOCATION ? text : o->location;
    o->recipe = means == MEANS_RECIPE ? text : o->recipe;
    o->step = means == MEANS_STEP ? text : o->step;
}

static void follow_meaning(struct gem_host *host, enum profile_meaning means) {
    if (means == MEANS_OFFLINE) {
        gem_set_control(host, GEM_OFFLINE);
    } else if (means == MEANS_LOCAL) {
        gem_set_control(host, GEM_LOCAL);
    } else if (means == MEANS_REMOTE) {
        gem_set_control(host, GEM_REMOTE);
    }
}

static void say_event(struct gem_host *host, const struct secs_item *id,
                      const struct report_walk *walk) {
    struct gem_output event = {.kind = GEM_EVENT};
    const char *text = id_text(host, id);
    const uint32_t known = profile_event_at(host->profile, text);
    struct gem_output *o = gem_say(host, GEM_EVENT);
    if (!o) {
        return;
    }
    o->id = text;
    if (known != PROFILE_NONE) {
        o->name = host->profile->event[known].name;
        o->means = host->profile->event[known].means;
    }
    o->value = walk->value;
    o->n_value = walk->n;
    event = *o; // more may be said below, and the place of `o` move
    for (uint32_t i = 0; i < walk->n; i++) {
        fill_meaning(host, &event, &walk->value[i]);
    }
    *o = event;
    follow_meaning(host, event.means);
}

bool gem_hear_event(struct gem_host *host, const struct secs_item *root, bool is_annotated) {
    const struct secs_item *reports = secs_child(root, 2);
    uint32_t n_value = 0;
    char id[PROFILE_MAX_ID_BYTES + 1];
    if (!secs_is_list(root, 3) || !profile_id_of(secs_child(root, 1), id) ||
        !is_reports(reports, &n_value)) {
        return false;
    }
    struct report_walk walk = {.is_annotated = is_annotated};
    walk.value = arena_take(&host->arena, n_value > 0 ? n_value : 1, sizeof *walk.value);
    if (!walk.value) {
        host->has_lost = true;
        return true;
    }
    const struct secs_item *report = reports + 1;
    for (uint32_t i = 0; i < reports->n; i++) {
        add_report(host, report, &walk);
        report += report->span;
    }
    if (walk.is_other) {
        gem_say_problem(host, 6, 11, -1, "a report is not as the table of the tool has it");
    }
    for (uint32_t i = 0; i < walk.n; i++) {
        gem_say_samples(host, &walk.value[i], host->now_us);
        look_at_control(host, &walk.value[i]);
    }
    say_event(host, secs_child(root, 1), &walk);
    return true;
}

// ---- one function for each kind of primary; false where the body is not what it should be

static bool hear_event(struct gem_host *host, const struct hsms_header *header,
                       const struct secs_item *root) {
    const bool is_good = gem_hear_event(host, root, hsms_function(header) == 13);
    answer_code(host, header, is_good ? 0 : 1);
    return is_good;
}

static bool hear_are_you_there(struct gem_host *host, const struct hsms_header *header,
                               const struct secs_item *root) {
    (void)root;
    answer_empty_list(host, header);
    if (host->control == GEM_OFFLINE) { // it tries to go on-line
        gem_set_control(host, GEM_ONLINE);
    }
    return true;
}

static bool hear_time(struct gem_host *host, const struct hsms_header *header,
                      const struct secs_item *root) {
    (void)root;
    const struct profile_settings *set = &host->profile->set;
    char time[GEM_TIME_BYTES];
    gem_time_text(host->now_us + set->clock_offset_min * 60000000, set->time_digits, time);
    struct text body;
    text_init(&body, 64);
    secs_put_ascii(&body, time);
    answer(host, header, &body);
    text_fini(&body);
    return true;
}

static bool hear_loopback(struct gem_host *host, const struct hsms_header *header,
                          const struct secs_item *root) {
    struct text body;
    text_init(&body, (size_t)host->profile->set.max_frame_bytes);
    if (root) {
        secs_put_item(&body, root);
    }
    answer(host, header, &body);
    text_fini(&body);
    return true;
}

static bool hear_alarm(struct gem_host *host, const struct hsms_header *header,
                       const struct secs_item *root) {
    int64_t code = 0;
    char id[PROFILE_MAX_ID_BYTES + 1];
    const bool is_good = root && root->kind == SECS_L && root->n >= 2 &&
                         secs_integer(secs_child(root, 0), 0, &code) && code >= 0 && code <= 255 &&
                         profile_id_of(secs_child(root, 1), id);
    answer_code(host, header, is_good ? 0 : 1);
    struct gem_output *o = is_good ? gem_say(host, GEM_ALARM) : NULL;
    if (o) {
        const uint32_t known = profile_alarm_at(host->profile, id);
        const char *text = gem_text_of(host, secs_child(root, 2));
        o->id = id_text(host, secs_child(root, 1));
        o->is_set = (code & 0x80) != 0;
        o->code = (int32_t)(code & 0x7F);
        o->text =
            text[0] == '\0' && known != PROFILE_NONE ? host->profile->alarm[known].text : text;
        o->item = secs_child(root, 2);
    }
    return is_good;
}

// TRID, SMPLN, STIME and the values of one group: samples of the same variables, the last one now.
static bool hear_trace(struct gem_host *host, const struct hsms_header *header,
                       const struct secs_item *root) {
    char id[PROFILE_MAX_ID_BYTES + 1];
    const struct secs_item *values = secs_child(root, 3);
    const bool is_good = secs_is_list(root, 4) && values && values->kind == SECS_L &&
                         profile_id_of(secs_child(root, 0), id);
    answer_code(host, header, is_good ? 0 : 1);
    const uint32_t known = is_good ? profile_trace_at(host->profile, id) : PROFILE_NONE;
    const struct profile_trace *trace = known != PROFILE_NONE ? &host->profile->trace[known] : NULL;
    if (!trace || trace->n_variable == 0 || values->n % trace->n_variable != 0) {
        if (is_good) {
            gem_say_problem(host, 6, 1, -1, "a trace is not as the table of the tool has it");
        }
        return is_good;
    }
    const uint32_t n_group = values->n / trace->n_variable;
    const struct secs_item *item = values + 1;
    for (uint32_t i = 0; i < values->n; i++) {
        const uint32_t before = n_group - 1 - i / trace->n_variable;
        const struct gem_value value = value_of(host, trace->variable[i % trace->n_variable], item);
        gem_say_samples(host, &value, host->now_us - (maru_time)before * trace->period_us);
        item += item->span;
    }
    return true;
}

static bool hear_terminal(struct gem_host *host, const struct hsms_header *header,
                          const struct secs_item *root) {
    int64_t terminal = 0;
    const bool is_good = secs_is_list(root, 2) && secs_integer(secs_child(root, 0), 0, &terminal) &&
                         terminal >= 0 && terminal <= 255 && secs_is_text(secs_child(root, 1));
    answer_code(host, header, is_good ? 0 : 1);
    struct gem_output *o = is_good ? gem_say(host, GEM_TERMINAL) : NULL;
    if (o) {
        o->code = (int32_t)terminal;
        o->item = secs_child(root, 1);
        o->text = gem_text_of(host, o->item);
    }
    return is_good;
}

static bool hear_program(struct gem_host *host, const struct hsms_header *header,
                         const struct secs_item *root) {
    const bool is_good = secs_is_list(root, 2);
    answer_code(host, header, is_good ? 0 : 2);
    struct gem_output *o = is_good ? gem_say(host, GEM_PROGRAM) : NULL;
    if (o) {
        o->name = gem_text_of(host, secs_child(root, 0));
        o->item = secs_child(root, 1);
    }
    return is_good;
}

static bool hear_program_length(struct gem_host *host, const struct hsms_header *header,
                                const struct secs_item *root) {
    const bool is_good = secs_is_list(root, 2);
    answer_code(host, header, is_good ? 0 : 5);
    return is_good;
}

static bool hear_program_wish(struct gem_host *host, const struct hsms_header *header,
                              const struct secs_item *root) {
    (void)root;
    answer_empty_list(host, header); // none is kept here
    return true;
}

// Taken, and given on as it is.
static bool hear_other_data(struct gem_host *host, const struct hsms_header *header,
                            const struct secs_item *root) {
    answer_code(host, header, 0);
    struct gem_output *o = gem_say(host, GEM_MESSAGE);
    if (o) {
        o->stream = hsms_stream(header);
        o->function = hsms_function(header);
        o->item = root;
    }
    return true;
}

typedef bool (*hearer)(struct gem_host *host, const struct hsms_header *header,
                       const struct secs_item *root);

static const struct {
    uint8_t stream, function;
    hearer hear;
} hearers[] = {
    {1, 1, hear_are_you_there}, {2, 17, hear_time},          {2, 25, hear_loopback},
    {5, 1, hear_alarm},         {6, 1, hear_trace},          {6, 3, hear_other_data},
    {6, 9, hear_other_data},    {6, 11, hear_event},         {6, 13, hear_event},
    {6, 25, hear_other_data},   {7, 1, hear_program_length}, {7, 3, hear_program},
    {7, 5, hear_program_wish},  {10, 1, hear_terminal},
};

static void hear_unknown(struct gem_host *host, const struct hsms_header *header,
                         const struct secs_item *root) {
    const struct hsms_message message = {hsms_stream(header), 0, NULL, 0};
    if (hsms_wants_reply(header)) {
        (void)!hsms_session_answer(host->session, header, &message, NULL);
    }
    struct gem_output *o = gem_say(host, GEM_MESSAGE);
    if (o) {
        o->stream = hsms_stream(header);
        o->function = hsms_function(header);
        o->item = root;
    }
}

void gem_hear(struct gem_host *host, const struct hsms_frame *frame, const struct secs_item *root) {
    const struct hsms_header *header = &frame->header;
    for (size_t i = 0; i < sizeof hearers / sizeof *hearers; i++) {
        if (hearers[i].stream == hsms_stream(header) &&
            hearers[i].function == hsms_function(header)) {
            if (!hearers[i].hear(host, header, root)) {
                gem_say_problem(host, hearers[i].stream, hearers[i].function, -1,
                                "the message is not of the shape that it should have");
            }
            return;
        }
    }
    hear_unknown(host, header, root);
}
