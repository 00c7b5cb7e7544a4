#include "connect/hsms_taking.h"

#include <stdio.h>
#include <string.h>

#include "wire/secs/item_text.h"

// One message gives its samples first and then its event, all at the moment when it came. The event holds the values too, as JSON, so
// that it can be read without the signals; where they are too many for one event they are left out of it, since the samples have them.
// Texts that tools send are of any length and any bytes: what is kept is UTF-8, and cut where an event has no more room.

void taking_init(struct taking *taking, struct connection *connection, const char *tool,
                 const struct profile *profile) {
    *taking = (struct taking){.connection = connection, .profile = profile};
    snprintf(taking->tool, sizeof taking->tool, "%s", tool);
    snprintf(taking->source, sizeof taking->source, "%.250s/%.250s", connection->name, tool);
    text_init(&taking->detail, EVENT_MAX_DETAIL_BYTES - 1);
}

void taking_fini(struct taking *taking) { text_fini(&taking->detail); }

// ---- texts

// The first bytes of a text that are UTF-8 and fit, without control characters.
static size_t clean(const char *from, size_t n, char *to, size_t cap) {
    size_t n_out = n < cap - 1 ? n : cap - 1;
    const bool is_cut = n_out < n;
    memcpy(to, from, n_out);
    while (is_cut && n_out > 0 && ((unsigned char)from[n_out] & 0xC0) == 0x80) {
        n_out--; // not in the middle of a character
    }
    const bool is_utf8 = text_is_utf8(to, n_out);
    for (size_t i = 0; i < n_out; i++) {
        const unsigned char c = (unsigned char)to[i];
        to[i] = c < 0x20 || c == 0x7F || (c >= 0x80 && !is_utf8) ? '?' : to[i];
    }
    to[n_out] = '\0';
    return n_out;
}

struct short_text {
    char bytes[EVENT_MAX_TEXT_BYTES];
};

static const char *shorten(struct short_text *place, const char *text) {
    (void)clean(text, strlen(text), place->bytes, sizeof place->bytes);
    return place->bytes;
}

// ---- items as JSON

static void add_text_item(struct text *out, const struct secs_item *item) {
    char bytes[TAKING_MAX_VALUE_BYTES];
    (void)clean((const char *)item->bytes, item->n, bytes, sizeof bytes);
    text_add_json(out, bytes);
}

static void add_value(struct text *out, const struct secs_item *item, uint32_t k) {
    int64_t whole = 0;
    double number = 0;
    if (item->kind == SECS_F4 || item->kind == SECS_F8 || !secs_integer(item, k, &whole)) {
        (void)secs_number(item, k, &number);
        text_add_double(out, number);
    } else if (item->kind == SECS_BOOLEAN) {
        text_addz(out, whole ? "true" : "false");
    } else {
        text_addf(out, "%lld", (long long)whole);
    }
}

static void add_more(struct text *out, uint32_t n) {
    if (n > TAKING_MAX_VALUES) {
        text_addf(out, ",\"... %u\"", (unsigned)n);
    }
}

static void add_values(struct text *out, const struct secs_item *item) {
    text_addz(out, "[");
    for (uint32_t k = 0; k < item->n && k < TAKING_MAX_VALUES; k++) {
        text_addz(out, k > 0 ? "," : "");
        add_value(out, item, k);
    }
    add_more(out, item->n);
    text_addz(out, "]");
}

// Lists are SECS_MAX_DEPTH deep at most: secs_decode saw to that.
void taking_add_item(struct text *out, const struct secs_item *item) {
    if (!item) {
        text_addz(out, "null");
    } else if (item->kind == SECS_L) {
        const struct secs_item *inner = item + 1;
        text_addz(out, "[");
        for (uint32_t k = 0; k < item->n && k < TAKING_MAX_VALUES; k++) {
            text_addz(out, k > 0 ? "," : "");
            taking_add_item(out, inner);
            inner += inner->span;
        }
        add_more(out, item->n);
        text_addz(out, "]");
    } else if (item->kind == SECS_A || item->kind == SECS_J || item->kind == SECS_C2) {
        add_text_item(out, item);
    } else if (item->n == 1) {
        add_value(out, item, 0);
    } else {
        add_values(out, item);
    }
}

// ---- events

static void add_field(struct text *out, const char *key, const char *value) {
    if (value[0] != '\0') {
        text_addz(out, out->n_bytes > 1 ? "," : "");
        text_add_json(out, key);
        text_addz(out, ":");
        text_add_json(out, value);
    }
}

static void add_count(struct text *out, const char *key, int64_t value) {
    text_addz(out, out->n_bytes > 1 ? ",\"" : "\"");
    text_addz(out, key);
    text_addf(out, "\":%lld", (long long)value);
}

static void begin_detail(struct text *detail) {
    text_clear(detail);
    text_addz(detail, "{");
}

static void put(struct taking *taking, const struct event *event) {
    taking->n_event++;
    connection_take_event(taking->connection, event);
}

static struct event event_of(const struct taking *taking, maru_time at_us, const char *kind,
                             const char *name) {
    return (struct event){.at_us = at_us,
                          .kind = kind,
                          .source = taking->source,
                          .name = name,
                          .lot = "",
                          .wafer = "",
                          .recipe = "",
                          .step = "",
                          .detail = "{}"};
}

static const char *end_detail(struct text *detail) {
    text_addz(detail, "}");
    return detail->status == MARU_OK ? detail->bytes : "{\"cut\":true}";
}

void taking_tell(struct taking *taking, maru_time at_us, const char *kind, const char *name,
                 const char *detail) {
    struct event event = event_of(taking, at_us, kind, name);
    event.detail = detail;
    put(taking, &event);
}

struct said { // how a collection event is called here
    const char *kind, *name;
};

static struct said said_by(enum profile_meaning means, const char *usual) {
    switch ((int)means) {
    case MEANS_LOT_START:
        return (struct said){EVENT_LOT, "started"};
    case MEANS_LOT_END:
        return (struct said){EVENT_LOT, "finished"};
    case MEANS_WAFER_START:
        return (struct said){EVENT_WAFER, "started"};
    case MEANS_WAFER_END:
        return (struct said){EVENT_WAFER, "finished"};
    case MEANS_MOVE:
        return (struct said){EVENT_WAFER, "moved"};
    case MEANS_PRODUCTIVE:
    case MEANS_STANDBY:
    case MEANS_ENGINEERING:
    case MEANS_SCHEDULED_DOWN:
    case MEANS_UNSCHEDULED_DOWN:
    case MEANS_NONSCHEDULED:
        return (struct said){EVENT_STATE, "E10"};
    case MEANS_SPOOL_BEGIN:
    case MEANS_SPOOL_END:
        return (struct said){EVENT_CONNECTION, profile_meaning_word(means)};
    default:
        return (struct said){EVENT_EVENT, usual};
    }
}

static void add_event_values(struct text *detail, const struct gem_output *o) {
    uint32_t n_other = 0;
    text_addz(detail, ",\"values\":{");
    bool is_first = true;
    for (uint32_t i = 0; i < o->n_value; i++) {
        char place[32];
        const char *name = o->value[i].name;
        if (!o->value[i].variable) {
            snprintf(place, sizeof place, "?%u", (unsigned)++n_other);
            name = place;
        }
        text_addz(detail, is_first ? "" : ",");
        is_first = false;
        text_add_json(detail, name[0] ? name : o->value[i].id);
        text_addz(detail, ":");
        taking_add_item(detail, o->value[i].item);
    }
    text_addz(detail, "}");
}

static void add_event_head(struct taking *taking, const struct gem_output *o, const char *kind) {
    struct short_text location;
    struct text *detail = &taking->detail;
    begin_detail(detail);
    add_field(detail, "ceid", o->id);
    add_field(detail, "event", o->name);
    add_field(detail, "location", shorten(&location, o->location));
    if (strcmp(kind, EVENT_STATE) == 0) {
        add_field(detail, "from", taking->e10);
        add_field(detail, "to", profile_meaning_word(o->means));
    }
}

static void take_event(struct taking *taking, const struct gem_output *o) {
    struct short_text name, lot, wafer, recipe, step;
    char usual[PROFILE_MAX_ID_BYTES + 16];
    snprintf(usual, sizeof usual, "CEID %s", o->id);
    const struct said said = said_by(o->means, o->name[0] ? o->name : usual);
    struct event event = event_of(taking, o->at_us, said.kind, shorten(&name, said.name));
    add_event_head(taking, o, said.kind);
    add_event_values(&taking->detail, o);
    if (taking->detail.status != MARU_OK || taking->detail.n_bytes + 3 > EVENT_MAX_DETAIL_BYTES) {
        add_event_head(taking, o, said.kind);
        add_count(&taking->detail, "valuesLeftOut", o->n_value);
    }
    event.detail = end_detail(&taking->detail);
    event.lot = shorten(&lot, o->lot);
    event.wafer = shorten(&wafer, o->substrate);
    event.recipe = shorten(&recipe, o->recipe);
    event.step = shorten(&step, o->step);
    put(taking, &event);
    if (strcmp(said.kind, EVENT_STATE) == 0) {
        snprintf(taking->e10, sizeof taking->e10, "%s", profile_meaning_word(o->means));
    }
}

static void take_alarm(struct taking *taking, const struct gem_output *o) {
    struct short_text name;
    char usual[PROFILE_MAX_ID_BYTES + 16];
    snprintf(usual, sizeof usual, "ALID %s", o->id);
    begin_detail(&taking->detail);
    add_field(&taking->detail, "id", o->id);
    add_field(&taking->detail, "state", o->is_set ? "set" : "cleared");
    add_count(&taking->detail, "category", o->code);
    add_field(&taking->detail, "text", shorten(&name, o->text));
    struct event event = event_of(taking, o->at_us, EVENT_ALARM, o->text[0] ? name.bytes : usual);
    event.detail = end_detail(&taking->detail);
    put(taking, &event);
}

static void take_control(struct taking *taking, const struct gem_output *o) {
    begin_detail(&taking->detail);
    add_field(&taking->detail, "from", taking->control);
    add_field(&taking->detail, "to", o->text);
    struct event event = event_of(taking, o->at_us, EVENT_STATE, "control");
    event.detail = end_detail(&taking->detail);
    put(taking, &event);
    snprintf(taking->control, sizeof taking->control, "%s", o->text);
}

static void take_terminal(struct taking *taking, const struct gem_output *o) {
    char text[TAKING_MAX_VALUE_BYTES];
    (void)clean(o->text, strlen(o->text), text, sizeof text);
    begin_detail(&taking->detail);
    add_count(&taking->detail, "terminal", o->code);
    add_field(&taking->detail, "text", text);
    taking_tell(taking, o->at_us, EVENT_TERMINAL, "text", end_detail(&taking->detail));
}

static void take_program(struct taking *taking, const struct gem_output *o) {
    struct short_text name;
    begin_detail(&taking->detail);
    add_count(&taking->detail, "bytes", o->item ? o->item->n : 0);
    text_addz(&taking->detail, ",\"item\":");
    struct text item;
    text_init(&item, EVENT_MAX_DETAIL_BYTES);
    secs_print(o->item, false, &item);
    text_add_json(&taking->detail, item.bytes ? item.bytes : "");
    if (item.status != MARU_OK || taking->detail.status != MARU_OK ||
        taking->detail.n_bytes + 3 > EVENT_MAX_DETAIL_BYTES) { // too long for an event
        begin_detail(&taking->detail);
        add_count(&taking->detail, "bytes", o->item ? o->item->n : 0);
    }
    text_fini(&item);
    struct event event = event_of(taking, o->at_us, EVENT_RECIPE, "sent");
    event.recipe = shorten(&name, o->name);
    event.detail = end_detail(&taking->detail);
    put(taking, &event);
}

static void take_message(struct taking *taking, const struct gem_output *o) {
    char name[16];
    struct text item;
    snprintf(name, sizeof name, "S%uF%u", (unsigned)o->stream, (unsigned)o->function);
    text_init(&item, EVENT_MAX_DETAIL_BYTES / 2);
    if (o->item) {
        secs_print(o->item, false, &item);
        if (item.status != MARU_OK) {
            text_clear(&item);
            secs_print(o->item, true, &item);
        }
    }
    begin_detail(&taking->detail);
    add_field(&taking->detail, "item", item.bytes ? item.bytes : "");
    taking_tell(taking, o->at_us, EVENT_MESSAGE, name, end_detail(&taking->detail));
    text_fini(&item);
}

// ---- problems

static uint64_t key_of(const struct gem_output *o) { // FNV-1a
    uint64_t key = UINT64_C(14695981039346656037) ^ o->stream ^ ((uint64_t)o->function << 8) ^
                   ((uint64_t)(uint32_t)o->code << 16);
    for (const char *c = o->text; *c != '\0'; c++) {
        key = (key ^ (unsigned char)*c) * UINT64_C(1099511628211);
    }
    return key;
}

// Its place among the last ones: itself, or that of the one that was told longest ago.
static struct taking_problem *place_of(struct taking *taking, uint64_t key) {
    struct taking_problem *oldest = &taking->problem[0];
    for (size_t i = 0; i < N_TAKING_PROBLEM; i++) {
        struct taking_problem *one = &taking->problem[i];
        if (one->told_us != 0 && one->key == key) {
            return one;
        }
        oldest = one->told_us < oldest->told_us ? one : oldest;
    }
    *oldest = (struct taking_problem){.key = key};
    return oldest;
}

static void take_problem(struct taking *taking, const struct gem_output *o) {
    static const maru_time quiet_us = 60000000;
    struct short_text text;
    struct taking_problem *problem = place_of(taking, key_of(o));
    taking->n_problem++;
    if (problem->told_us != 0 && o->at_us < problem->told_us + quiet_us) {
        problem->n_more++;
        return;
    }
    begin_detail(&taking->detail);
    add_count(&taking->detail, "stream", o->stream);
    add_count(&taking->detail, "function", o->function);
    add_count(&taking->detail, "code", o->code);
    add_field(&taking->detail, "text", shorten(&text, o->text));
    add_count(&taking->detail, "moreSinceLast", problem->n_more);
    problem->told_us = o->at_us;
    problem->n_more = 0;
    taking_tell(taking, o->at_us, EVENT_CONNECTION, "problem", end_detail(&taking->detail));
}

// ---- samples

static void take_sample(struct taking *taking, const struct gem_output *o) {
    char name[SIGNALS_MAX_NAME_BYTES];
    char text[SAMPLE_MAX_TEXT_BYTES / 16];
    const uint32_t known = profile_variable_at(taking->profile, o->id);
    const char *variable = o->name[0] ? o->name : o->id;
    const size_t n_asset = strlen(taking->tool);
    const int n = o->index == 0 ? snprintf(name, sizeof name, "%s/%s", taking->tool, variable)
                                : snprintf(name, sizeof name, "%s/%s[%u]", taking->tool, variable,
                                           (unsigned)o->index);
    struct sample sample = o->sample;
    if (sample.type == SAMPLE_TEXT) {
        sample.n_text = (uint32_t)clean(sample.value.text, sample.n_text, text, sizeof text);
        sample.value.text = text;
    }
    if (n < 0 || (size_t)n >= sizeof name) {
        intake_refuse(taking->connection->intake, "a name that is empty, too long or no UTF-8");
        return;
    }
    const struct intake_name full = {
        .bytes = name,
        .n = (size_t)n,
        .n_asset = n_asset,
        .unit = known == PROFILE_NONE ? "" : taking->profile->variable[known].unit};
    connection_take_sample(taking->connection, &full, &sample);
}

void taking_take(struct taking *taking, const struct gem_output *output) {
    switch ((int)output->kind) {
    case GEM_SAMPLE:
        take_sample(taking, output);
        return;
    case GEM_EVENT:
        take_event(taking, output);
        return;
    case GEM_ALARM:
        take_alarm(taking, output);
        return;
    case GEM_CONTROL:
        take_control(taking, output);
        return;
    case GEM_TERMINAL:
        take_terminal(taking, output);
        return;
    case GEM_PROGRAM:
        take_program(taking, output);
        return;
    case GEM_MESSAGE:
        take_message(taking, output);
        return;
    case GEM_PROBLEM:
        take_problem(taking, output);
        return;
    default:
        return;
    }
}
