// The log: one JSON object a line on stderr, for programs that collect them.
//
// Each line has `time`, `level` and `event`, then what belongs to the event. No secret, no query string, no body
// and no path is ever written: a route is told by its pattern. What a client chose is escaped.
#ifndef SERVE_LOG_H
#define SERVE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

enum log_level { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };
enum { LOG_MAX_LINE_BYTES = 4000 }; // below PIPE_BUF: lines of two threads never mix

// "off", "error", "warn", "info", "debug".
bool log_find_level(const char *name, enum log_level *level);
// From here on, for the whole process; before, nothing is written.
void log_begin(enum log_level level);

struct log_line {
    struct text text;
    bool is_wanted;
};

// A line is opened, gets its fields, and is written as a whole. Costs next to nothing where the level
// is not wanted. Any thread.
void log_open(struct log_line *line, enum log_level level, const char *event);
void log_add_string(struct log_line *line, const char *key, const char *value); // NULL: null
void log_add_integer(struct log_line *line, const char *key, int64_t value);
void log_add_ms(struct log_line *line, const char *key, double seconds); // as milliseconds
void log_close(struct log_line *line);

// A line with one more field, a sentence.
void log_say(enum log_level level, const char *event, const char *detail);

#endif
