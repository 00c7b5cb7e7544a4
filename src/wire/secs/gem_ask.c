#include "wire/secs/gem_ask.h"

#include "base/number.h"

#include <stdio.h>
#include <string.h>

// The shapes are E5's; DATAID is always 0, for no message here is of many blocks.

static void put_data_id(struct text *out, const struct profile *profile) {
    if (profile->set.data_id_kind == SECS_A) {
        secs_put_ascii(out, "0");
    } else {
        secs_put_integer(out, (enum secs_kind)profile->set.data_id_kind, 0);
    }
}

void gem_put_ids(struct text *out, const struct profile *profile, const char *const *id,
                 uint32_t n) {
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        profile_put_id(profile, id[i], out);
    }
}

void gem_put_constants(struct text *out, const struct profile *profile,
                       const struct gem_named_value *constant, uint32_t n) {
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        secs_put_list(out, 2);
        profile_put_id(profile, constant[i].name, out);
        text_add(out, (const char *)constant[i].item, constant[i].n_item);
    }
}

void gem_put_trace(struct text *out, const struct profile *profile,
                   const struct profile_trace *trace, uint32_t n_total) {
    const unsigned cents = (unsigned)(trace->period_us / 10000);
    char period[24];
    const int n = snprintf(period, sizeof period, "%02u%02u%02u%02u", cents / 360000 % 100,
                           cents / 6000 % 60, cents / 100 % 60, cents % 100);
    secs_put_list(out, 5);
    profile_put_id(profile, trace->id, out);
    secs_put_bytes(out, SECS_A, period, cents % 100 != 0 ? (size_t)n : 6);
    secs_put_integer(out, SECS_U4, n_total);
    secs_put_integer(out, SECS_U4, trace->n_group);
    secs_put_list(out, n_total > 0 ? trace->n_variable : 0);
    for (uint32_t i = 0; i < trace->n_variable && n_total > 0; i++) {
        profile_put_id(profile, profile->variable[trace->variable[i]].id, out);
    }
}

void gem_put_reports(struct text *out, const struct profile *profile, uint32_t first, uint32_t n) {
    secs_put_list(out, 2);
    put_data_id(out, profile);
    secs_put_list(out, n);
    for (uint32_t i = first; i < first + n; i++) {
        const struct profile_report *report = &profile->report[i];
        secs_put_list(out, 2);
        profile_put_id(profile, report->id, out);
        secs_put_list(out, report->n_variable);
        for (uint32_t k = 0; k < report->n_variable; k++) {
            profile_put_id(profile, profile->variable[report->variable[k]].id, out);
        }
    }
}

void gem_put_links(struct text *out, const struct profile *profile, uint32_t first, uint32_t n) {
    secs_put_list(out, 2);
    put_data_id(out, profile);
    secs_put_list(out, n);
    for (uint32_t i = first; i < first + n; i++) {
        const struct profile_event *event = &profile->event[i];
        secs_put_list(out, 2);
        profile_put_id(profile, event->id, out);
        secs_put_list(out, event->n_report);
        for (uint32_t k = 0; k < event->n_report; k++) {
            profile_put_id(profile, profile->report[event->report[k]].id, out);
        }
    }
}

void gem_put_enable(struct text *out, const struct profile *profile, bool is_on,
                    const char *const *id, uint32_t n) {
    secs_put_list(out, 2);
    secs_put_boolean(out, is_on);
    gem_put_ids(out, profile, id, n);
}

void gem_put_alarm_enable(struct text *out, const struct profile *profile, bool is_on,
                          const char *id) {
    secs_put_list(out, 2);
    secs_put_byte(out, is_on ? 0x80 : 0);
    if (id) {
        profile_put_id(profile, id, out);
    } else { // an id of no length: all
        secs_put_bytes(out, (enum secs_kind)profile->set.id_kind, "", 0);
    }
}

// The ids as values of one item; false, and nothing put, where one of them is no such number.
static bool put_vector(struct text *out, enum secs_kind kind, const char *const *id, uint32_t n) {
    const size_t before = out->n_bytes;
    const uint32_t width = secs_kind_width(kind);
    bool is_good = kind != SECS_A && out->status == MARU_OK;
    uint8_t head[SECS_HEAD_BYTES];
    text_add(out, (const char *)head, secs_head(kind, n * width, head));
    for (uint32_t i = 0; i < n && is_good; i++) {
        int64_t number = 0;
        const size_t start = out->n_bytes;
        is_good = number_int64(id[i], strlen(id[i]), &number);
        secs_put_integer(out, kind, number);
        is_good = is_good && out->status == MARU_OK;
        if (is_good) { // its own header goes
            memmove(out->bytes + start, out->bytes + start + 2, width);
            out->n_bytes -= 2;
        }
    }
    if (!is_good && (out->status == MARU_OK || out->status == MARU_E_RANGE)) {
        out->status = MARU_OK;
        out->n_bytes = before;
    }
    return is_good;
}

void gem_put_alarms(struct text *out, const struct profile *profile, const char *const *id,
                    uint32_t n) {
    const enum secs_kind kind = (enum secs_kind)profile->set.id_kind;
    if (profile->set.does_list_alarms || !put_vector(out, kind, id, n)) {
        gem_put_ids(out, profile, id, n);
    }
}

void gem_put_command(struct text *out, const struct profile *profile, const char *name,
                     const struct gem_named_value *parameter, uint32_t n) {
    const bool is_enhanced = profile->set.command_function == 49;
    secs_put_list(out, is_enhanced ? 4 : 2);
    if (is_enhanced) {
        put_data_id(out, profile);
        secs_put_ascii(out, "");
    }
    secs_put_ascii(out, name);
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        secs_put_list(out, 2);
        secs_put_ascii(out, parameter[i].name);
        text_add(out, (const char *)parameter[i].item, parameter[i].n_item);
    }
}

void gem_put_one_id(struct text *out, const struct profile *profile, const char *id) {
    profile_put_id(profile, id, out);
}

void gem_put_terminal(struct text *out, uint8_t terminal, const char *text) {
    secs_put_list(out, 2);
    secs_put_byte(out, terminal);
    secs_put_ascii(out, text);
}

void gem_put_terminal_lines(struct text *out, uint8_t terminal, const char *const *line,
                            uint32_t n) {
    secs_put_list(out, 2);
    secs_put_byte(out, terminal);
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        secs_put_ascii(out, line[i]);
    }
}

void gem_put_code(struct text *out, uint8_t code) { secs_put_integer(out, SECS_U1, code); }

void gem_put_spooled(struct text *out, const uint8_t *stream, uint32_t n) {
    secs_put_list(out, n);
    for (uint32_t i = 0; i < n; i++) {
        secs_put_list(out, 2);
        secs_put_integer(out, SECS_U1, stream[i]);
        secs_put_list(out, 0);
    }
}

void gem_put_program_length(struct text *out, const char *name, uint32_t n_bytes) {
    secs_put_list(out, 2);
    secs_put_ascii(out, name);
    secs_put_integer(out, SECS_U4, n_bytes);
}

void gem_put_program(struct text *out, const char *name, const void *bytes, uint32_t n_bytes) {
    secs_put_list(out, 2);
    secs_put_ascii(out, name);
    secs_put_bytes(out, SECS_B, bytes, n_bytes);
}
