#include "store/backend/dialect.h"

#include <stdbool.h>
#include <string.h>

#include "base/status.h"

// One pass over the text, word by word. A word is letters, digits and '_', or a text in quotes with what is in
// it, or one other character. Only the program's own SQL comes here, so what is not known is passed on
// for PostgreSQL to refuse.

struct reading {
    const char *at; // behind the word
    const char *word;
    size_t n;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

// False at the end.
static bool next_word(struct reading *reading) {
    const char *at = reading->at;
    reading->word = at;
    if (is_letter(*at)) {
        while (is_letter(*at)) {
            at++;
        }
    } else if (*at == '\'' || *at == '"') {
        const char *end = strchr(at + 1, *at);
        while (end && end[1] == *at) { // a doubled one stands for itself
            end = strchr(end + 2, *at);
        }
        at = end ? end + 1 : at + strlen(at);
    } else if (*at) {
        at++;
    }
    reading->n = (size_t)(at - reading->word);
    reading->at = at;
    return reading->n > 0;
}

static bool is_word(const struct reading *reading, const char *word) {
    return strlen(word) == reading->n && memcmp(reading->word, word, reading->n) == 0;
}

size_t dialect_add_statement(struct text *out, const char *sql) {
    struct reading reading = {.at = sql};
    size_t largest = 0;
    while (next_word(&reading)) {
        if (!is_word(&reading, "?")) {
            text_add(out, reading.word, reading.n);
            continue;
        }
        size_t number = 0;
        while (is_digit(*reading.at)) {
            number = 10 * number + (size_t)(*reading.at++ - '0');
        }
        number = number > 0 ? number : largest + 1;
        largest = number > largest ? number : largest;
        text_addf(out, "$%zu", number);
    }
    return largest;
}

// ---- migrations

static void skip_space(struct reading *reading) {
    while (*reading->at == ' ' || *reading->at == '\n') {
        reading->at++;
    }
}

static bool next_real_word(struct reading *reading) {
    skip_space(reading);
    return next_word(reading);
}

static bool takes(struct reading *reading, const char *const *words) {
    bool is_it = true;
    for (; is_it && *words; words++) {
        is_it = next_real_word(reading) && is_word(reading, *words);
    }
    return is_it;
}

// Behind CREATE TRIGGER: NAME BEFORE DELETE ON TABLE BEGIN SELECT raise(ABORT, 'text'); END
static maru_status add_trigger(struct text *out, struct reading *reading, maru_error *err) {
    static const char *const before[] = {"BEFORE", NULL}, *const on[] = {"ON", NULL},
                             *const begin[] = {"BEGIN", "SELECT", "raise", "(", "ABORT", ",", NULL},
                             *const end[] = {")", ";", "END", NULL};
    struct reading name, event, table, text;
    bool is_it = next_real_word(reading);
    name = *reading;
    is_it = is_it && takes(reading, before) && next_real_word(reading);
    event = *reading;
    is_it = is_it && takes(reading, on) && next_real_word(reading);
    table = *reading;
    is_it = is_it && takes(reading, begin) && next_real_word(reading);
    text = *reading;
    if (!is_it || text.word[0] != '\'' || !takes(reading, end)) {
        return fail(err, MARU_E_INPUT, "this trigger cannot be brought to PostgreSQL: %.60s",
                    name.word);
    }
    text_addf(out,
              "CREATE FUNCTION %.*s() RETURNS trigger LANGUAGE plpgsql AS $maru$BEGIN"
              " RAISE EXCEPTION USING MESSAGE = %.*s; END$maru$;",
              (int)name.n, name.word, (int)text.n, text.word);
    text_addf(out, "CREATE TRIGGER %.*s BEFORE %.*s ON %.*s FOR EACH ROW EXECUTE FUNCTION %.*s()",
              (int)name.n, name.word, (int)event.n, event.word, (int)table.n, table.word,
              (int)name.n, name.word);
    if (is_word(&event, "DELETE")) {
        text_addf(out,
                  ";CREATE TRIGGER %.*s_at_once BEFORE TRUNCATE ON %.*s FOR EACH STATEMENT"
                  " EXECUTE FUNCTION %.*s()",
                  (int)name.n, name.word, (int)table.n, table.word, (int)name.n, name.word);
    }
    return MARU_OK;
}

static void add_type(struct text *out, const struct reading *reading) {
    static const struct {
        const char *from, *to;
    } types[] = {
        {"INTEGER", "BIGINT"},
        {"REAL", "DOUBLE PRECISION"},
        {"BLOB", "BYTEA"},
        {"TEXT", "TEXT COLLATE \"C\""},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (is_word(reading, types[i].from)) {
            text_addz(out, types[i].to);
            return;
        }
    }
    text_add(out, reading->word, reading->n);
}

// To the end of the statement, which is not taken. What stands behind the columns is SQLite's own.
static void add_table(struct text *out, struct reading *reading, bool is_new) {
    size_t depth = 0;
    bool is_behind = false;
    while (*reading->at && *reading->at != ';' && next_word(reading)) {
        depth += is_word(reading, "(");
        if (!is_behind) {
            add_type(out, reading);
        }
        if (is_word(reading, ")") && depth > 0) {
            depth--;
            is_behind = is_new && depth == 0;
        }
    }
}

static void add_other(struct text *out, struct reading *reading) {
    while (*reading->at && *reading->at != ';' && next_word(reading)) {
        text_add(out, reading->word, reading->n);
    }
}

maru_status dialect_add_migration(struct text *out, const char *sql, maru_error *err) {
    struct reading reading = {.at = sql};
    maru_status st = MARU_OK;
    while (st == MARU_OK && next_real_word(&reading)) {
        const bool is_create = is_word(&reading, "CREATE"), is_alter = is_word(&reading, "ALTER");
        struct reading second = reading;
        if (is_create && next_real_word(&second) && is_word(&second, "TRIGGER")) {
            st = add_trigger(out, &second, err);
            reading = second;
        } else {
            text_add(out, reading.word, reading.n);
            if (is_alter || (is_create && is_word(&second, "TABLE"))) {
                add_table(out, &reading, is_create);
            } else {
                add_other(out, &reading);
            }
        }
        skip_space(&reading);
        reading.at += *reading.at == ';';
        text_addz(out, ";\n");
    }
    return st == MARU_OK && out->status != MARU_OK ? fail(err, out->status, "no memory") : st;
}
