// The bodies of the messages that a host sends: one function a message, each appends its item to `out`.
//
// Ids are texts as the profile has them; they go out in the kind that the tool wants. The number behind
// each name is the message's stream and function. What `out`'s status says in the end is the only error.
#ifndef WIRE_SECS_GEM_ASK_H
#define WIRE_SECS_GEM_ASK_H

#include "wire/secs/profile.h"

struct gem_named_value {
    const char *name;    // or id
    const uint8_t *item; // (n_item) bytes of one item
    uint32_t n_item;
};

// A list of ids, none for all: S1F3, S1F11, S1F21, S1F23, S2F13, S2F29, S7F17.
void gem_put_ids(struct text *out, const struct profile *profile, const char *const *id,
                 uint32_t n);

// S2F15: new values of constants.
void gem_put_constants(struct text *out, const struct profile *profile,
                       const struct gem_named_value *constant, uint32_t n);

// S2F23: a trace; total 0 stops it. The period is written as hhmmss, or hhmmsscc where it has a fraction.
void gem_put_trace(struct text *out, const struct profile *profile,
                   const struct profile_trace *trace, uint32_t n_total);

// S2F33: rows `first` to `first + n` of the profile's reports; S2F35: of its events. No row: all are deleted.
void gem_put_reports(struct text *out, const struct profile *profile, uint32_t first, uint32_t n);
void gem_put_links(struct text *out, const struct profile *profile, uint32_t first, uint32_t n);

// S2F37: events (none for all) are reported or not.
void gem_put_enable(struct text *out, const struct profile *profile, bool is_on,
                    const char *const *id, uint32_t n);

// S5F3: an alarm (NULL for all) is reported or not. S5F5: alarms, none for all, as one item of
// many values (E5) or, where the profile says so, as a list.
void gem_put_alarm_enable(struct text *out, const struct profile *profile, bool is_on,
                          const char *id);
void gem_put_alarms(struct text *out, const struct profile *profile, const char *const *id,
                    uint32_t n);

// S2F41, or S2F49 where the profile says so (with an empty object).
void gem_put_command(struct text *out, const struct profile *profile, const char *name,
                     const struct gem_named_value *parameter, uint32_t n);

// S6F15, S6F19: one id. S10F3: a text for a terminal. S10F5: lines. S6F23: 0 send, 1 forget what is spooled.
void gem_put_one_id(struct text *out, const struct profile *profile, const char *id);
void gem_put_terminal(struct text *out, uint8_t terminal, const char *text);
void gem_put_terminal_lines(struct text *out, uint8_t terminal, const char *const *line,
                            uint32_t n);
void gem_put_code(struct text *out, uint8_t code);

// S2F43: streams whose messages are spooled, all functions of each; none: spooling off.
void gem_put_spooled(struct text *out, const uint8_t *stream, uint32_t n);

// S7F1: may a program of this length come? S7F3: a program. S7F5: send it (text). S7F17 is a list of ids.
void gem_put_program_length(struct text *out, const char *name, uint32_t n_bytes);
void gem_put_program(struct text *out, const char *name, const void *bytes, uint32_t n_bytes);

#endif
