#include "serve/log.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "io/clock.h"

// A line is made in memory and goes out in one write, so that lines of many threads stand one below the other.
// One that cannot be written is lost: the log never holds up a request. A line that would be too long loses
// its last fields and stays JSON.

static _Atomic int threshold = LOG_OFF;

static const char *const names[] = {"off", "error", "warn", "info", "debug"};

bool log_find_level(const char *name, enum log_level *level) {
    for (int i = 0; i <= LOG_DEBUG; i++) {
        if (strcmp(names[i], name) == 0) {
            *level = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_begin(enum log_level level) { atomic_store(&threshold, (int)level); }

// Add a field, or where it does not fit nothing of it.
static void add(struct log_line *line, const char *key, const struct text *value) {
    const size_t n_left = LOG_MAX_LINE_BYTES - 2 - line->text.n_bytes; // for } and the line's end
    if (line->is_wanted && value->status == MARU_OK && strlen(key) + 6 + value->n_bytes < n_left) {
        text_addf(&line->text, ", \"%s\": ", key);
        text_add(&line->text, value->bytes ? value->bytes : "", value->n_bytes);
    }
}

void log_add_string(struct log_line *line, const char *key, const char *value) {
    struct text text;
    if (line->is_wanted) {
        text_init(&text, LOG_MAX_LINE_BYTES);
        if (value) {
            text_add_json(&text, value);
        } else {
            text_addz(&text, "null");
        }
        add(line, key, &text);
        text_fini(&text);
    }
}

void log_add_integer(struct log_line *line, const char *key, int64_t value) {
    struct text text;
    if (line->is_wanted) {
        text_init(&text, LOG_MAX_LINE_BYTES);
        text_addf(&text, "%lld", (long long)value);
        add(line, key, &text);
        text_fini(&text);
    }
}

void log_add_ms(struct log_line *line, const char *key, double seconds) {
    struct text text;
    if (line->is_wanted) {
        text_init(&text, LOG_MAX_LINE_BYTES);
        text_add_fixed(&text, seconds * 1000, 3);
        add(line, key, &text);
        text_fini(&text);
    }
}

void log_open(struct log_line *line, enum log_level level, const char *event) {
    char time[CLOCK_TEXT_BYTES];
    *line = (struct log_line){.is_wanted = (int)level <= atomic_load(&threshold)};
    if (line->is_wanted) {
        clock_text(clock_unix_ms(), time);
        text_init(&line->text, LOG_MAX_LINE_BYTES);
        text_addf(&line->text, "{\"time\": \"%s\", \"level\": \"%s\", \"event\": \"%s\"", time,
                  names[level], event);
    }
}

void log_close(struct log_line *line) {
    if (line->is_wanted) {
        text_addz(&line->text, "}\n");
        if (line->text.status == MARU_OK) {
            (void)!write(STDERR_FILENO, line->text.bytes, line->text.n_bytes);
        }
        text_fini(&line->text);
    }
}

void log_say(enum log_level level, const char *event, const char *detail) {
    struct log_line line;
    log_open(&line, level, event);
    log_add_string(&line, "detail", detail);
    log_close(&line);
}
