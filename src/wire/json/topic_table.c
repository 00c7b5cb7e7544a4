#include "wire/json/topic_table.h"

#include <string.h>

#include "base/csv.h"
#include "base/json.h"
#include "base/number.h"
#include "base/status.h"
#include "base/text.h"
#include "wire/csv/moment.h"

// A row is compiled when the table is read: pointers are cut into steps without their escapes, so that a
// message only walks. A message is read into a tree once, whatever the number of rows.
//
// A walk keeps the nodes that its *s have found. For each value that it ends at, the pointers of time and
// quality begin at the node of their own last *: up to it they go the way of the value.
//
// Source: RFC 6901 (JSON pointers); MQTT 3.1.1, clause 4.7 (filters).

struct step {
    const char *key; // NULL: *
    uint32_t n;
};

struct pointer {
    bool is_given;
    uint32_t n;
    uint32_t n_star;         // *s in it
    uint32_t tail;           // the first step behind the last *
    const struct step *step; // (n)
};

enum row_type { ROW_AUTO, ROW_DOUBLE, ROW_INTEGER, ROW_BOOL, ROW_TEXT, N_ROW_TYPE };

struct topic_row {
    const char *filter, *name;
    struct pointer value, time, quality;
    uint8_t type;      // enum row_type
    uint8_t time_form; // enum moment_form, N_MOMENT_FORM: by what it is
    uint8_t default_quality;
};

enum column { TOPIC, VALUE, TIME, QUALITY, NAME, TYPE, TIME_FORMAT, DEFAULT_QUALITY, N_COLUMN };

static const char *const column_name[N_COLUMN] = {
    "topic", "value", "time", "quality", "name", "type", "time_format", "default_quality"};

const char *topic_table_filter(const struct topic_table *table, uint32_t row) {
    return table->row[row].filter;
}

// ---- reading the table

struct making {
    struct arena *arena;
    maru_error *err;
    uint32_t line;
    uint32_t place[N_COLUMN]; // the field of each column, from 1; 0: there is none
};

static maru_status wrong(const struct making *making, enum column column, const char *what) {
    return fail_at(making->err, MARU_E_INPUT, NULL, making->line, making->place[column], "%s",
                   what);
}

// Copies a step without its escapes: ~1 is /, ~0 is ~.
static bool unescape(const char *from, size_t n, char *to, uint32_t *n_to) {
    *n_to = 0;
    for (size_t i = 0; i < n; i++) {
        char c = from[i];
        if (c == '~') {
            i++;
            if (i == n || (from[i] != '0' && from[i] != '1')) {
                return false;
            }
            c = from[i] == '1' ? '/' : '~';
        }
        to[(*n_to)++] = c;
    }
    return true;
}

static maru_status read_pointer(struct making *making, enum column column, const char *text,
                                struct pointer *pointer) {
    pointer->is_given = text[0] != '\0';
    if (!pointer->is_given) {
        return MARU_OK;
    }
    struct step *step = arena_take(making->arena, TABLE_MAX_STEPS, sizeof *step);
    char *keys = arena_take(making->arena, strlen(text) + 1, 1);
    if (!step || !keys) {
        return arena_refusal(making->arena, making->err);
    }
    pointer->step = step;
    if (text[0] != '/') {
        return wrong(making, column, "a JSON pointer begins with /, as in /data/value");
    }
    for (const char *at = text; at;) {
        const char *end = strchr(at + 1, '/');
        const size_t n = end ? (size_t)(end - at) - 1 : strlen(at + 1);
        if (pointer->n == TABLE_MAX_STEPS) {
            return fail_at(making->err, MARU_E_LIMIT, NULL, making->line, making->place[column],
                           "a JSON pointer has more than %d steps", TABLE_MAX_STEPS);
        }
        struct step *next = &step[pointer->n++];
        if (n != 1 || at[1] != '*') {
            next->key = keys;
            if (!unescape(at + 1, n, keys, &next->n)) {
                return wrong(making, column,
                             "in a JSON pointer ~ is written ~0, and / is written ~1");
            }
            keys += next->n;
        } else {
            pointer->n_star++;
            pointer->tail = pointer->n;
        }
        at = end;
    }
    return MARU_OK;
}

// Up to its last * a pointer must go where the value goes, so that both mean the same element.
static maru_status check_stars(struct making *making, enum column column,
                               const struct pointer *value, const struct pointer *pointer) {
    for (uint32_t i = 0; i < pointer->tail; i++) {
        const struct step *step = &pointer->step[i];
        const bool is_same = i < value->n && !step->key == !value->step[i].key &&
                             (!step->key || (step->n == value->step[i].n &&
                                             memcmp(step->key, value->step[i].key, step->n) == 0));
        if (!is_same) {
            return wrong(making, column, "up to its last * this is not the way of the value");
        }
    }
    return MARU_OK;
}

static maru_status check_filter(struct making *making, const char *filter) {
    size_t n_level = 1;
    for (const char *at = filter; *at; at++) {
        const bool is_begin = at == filter || at[-1] == '/';
        const bool is_end = at[1] == '\0' || at[1] == '/';
        n_level += *at == '/';
        if ((*at == '+' && !(is_begin && is_end)) || (*at == '#' && !(is_begin && at[1] == '\0'))) {
            return wrong(making, TOPIC, "+ is a whole level of the topic, and # the whole rest");
        }
    }
    return filter[0] != '\0' && n_level <= TABLE_MAX_LEVELS
               ? MARU_OK
               : wrong(making, TOPIC, "a topic is missing, or has too many levels");
}

// Reads {N} at `at`, which is a brace: the number, 0 where it is none.
static uint32_t level_number(const char *at, const char *end) {
    int64_t number = 0;
    const size_t n = (size_t)(end - at) - 1;
    return at[1] != '+' && number_int64(at + 1, n, &number) && number > 0 &&
                   number <= TABLE_MAX_LEVELS
               ? (uint32_t)number
               : 0;
}

static bool is_word(const char *at, const char *end, const char *word) {
    const size_t n = (size_t)(end - at) - 1;
    return strlen(word) == n && memcmp(at + 1, word, n) == 0;
}

static maru_status check_name(struct making *making, const char *name) {
    for (const char *at = strchr(name, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        if (!end || !(level_number(at, end) > 0 || is_word(at, end, "#") ||
                      is_word(at, end, "topic") || is_word(at, end, "key"))) {
            return wrong(
                making, NAME,
                "in a name the number of a level, #, topic and key are known, each in braces");
        }
    }
    return name[0] != '\0' ? MARU_OK : wrong(making, NAME, "the name of the signal is missing");
}

// The place of a word in a list; n where it is not there.
static uint8_t find_word(const char *word, const char *const *list, uint8_t n) {
    uint8_t i = 0;
    while (i < n && strcmp(word, list[i]) != 0) {
        i++;
    }
    return i;
}

static const uint8_t qualities[] = {QUALITY_GOOD, QUALITY_UNCERTAIN, QUALITY_BAD};
static const char *const quality_words[] = {"good", "uncertain", "bad"};

static maru_status read_words(struct making *making, const char *const cell[N_COLUMN],
                              struct topic_row *row) {
    static const char *const types[N_ROW_TYPE] = {"", "double", "integer", "bool", "text"};
    static const char *const times[] = {"", "iso", "s", "ms", "us", "ns"};
    static const uint8_t forms[] = {N_MOMENT_FORM, MOMENT_YMD, MOMENT_S,
                                    MOMENT_MS,     MOMENT_US,  MOMENT_NS};
    row->type = find_word(cell[TYPE], types, N_ROW_TYPE);
    if (row->type == N_ROW_TYPE) {
        return wrong(making, TYPE, "double, integer, bool, text or nothing");
    }
    const uint8_t time = find_word(cell[TIME_FORMAT], times, sizeof forms);
    if (time == sizeof forms) {
        return wrong(making, TIME_FORMAT, "iso, s, ms, us, ns or nothing");
    }
    row->time_form = forms[time];
    const char *word = cell[DEFAULT_QUALITY][0] ? cell[DEFAULT_QUALITY] : "good";
    const uint8_t quality = find_word(word, quality_words, sizeof qualities);
    if (quality == sizeof qualities) {
        return wrong(making, DEFAULT_QUALITY, "good, uncertain, bad or nothing");
    }
    row->default_quality = qualities[quality];
    return MARU_OK;
}

static maru_status read_row(struct making *making, const struct csv_row *line,
                            struct topic_row *row) {
    const char *cell[N_COLUMN];
    for (int i = 0; i < N_COLUMN; i++) {
        const uint32_t place = making->place[i];
        cell[i] = place > 0 && place <= line->n_field ? line->field[place - 1].bytes : "";
    }
    row->filter = cell[TOPIC];
    row->name = cell[NAME];
    maru_status st = check_filter(making, row->filter);
    st = st == MARU_OK ? check_name(making, row->name) : st;
    st = st == MARU_OK ? read_pointer(making, VALUE, cell[VALUE], &row->value) : st;
    st = st == MARU_OK ? read_pointer(making, TIME, cell[TIME], &row->time) : st;
    st = st == MARU_OK ? read_pointer(making, QUALITY, cell[QUALITY], &row->quality) : st;
    st = st == MARU_OK ? check_stars(making, TIME, &row->value, &row->time) : st;
    st = st == MARU_OK ? check_stars(making, QUALITY, &row->value, &row->quality) : st;
    return st == MARU_OK ? read_words(making, cell, row) : st;
}

static maru_status read_head(struct making *making, const struct csv_row *line) {
    for (uint32_t k = 0; k < line->n_field; k++) {
        const uint8_t i = find_word(line->field[k].bytes, column_name, N_COLUMN);
        if (i == N_COLUMN || making->place[i] > 0) {
            return fail_at(making->err, MARU_E_INPUT, NULL, line->line, k + 1,
                           "a column that is not known, or comes twice");
        }
        making->place[i] = k + 1;
    }
    return making->place[TOPIC] && making->place[VALUE] && making->place[NAME]
               ? MARU_OK
               : fail_at(making->err, MARU_E_INPUT, NULL, line->line, 0,
                         "the columns topic, value and name are wanted");
}

maru_status topic_table_read(const char *bytes, size_t n, struct arena *arena,
                             struct topic_table *table, maru_error *err) {
    struct making making = {.arena = arena, .err = err};
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    if (!text_is_utf8(bytes, n)) {
        return fail(err, MARU_E_INPUT, "a table that is not UTF-8");
    }
    struct topic_row *row = arena_take(arena, TABLE_MAX_ROWS, sizeof *row);
    if (!row) {
        return arena_refusal(arena, err);
    }
    uint32_t n_row = 0;
    for (bool is_head = true;; is_head = false) {
        struct csv_row line;
        size_t n_used = 0;
        maru_status st = csv_next(&reader, bytes, n, true, arena, &line, &n_used, err);
        if (st == MARU_MORE) {
            break;
        }
        if (st != MARU_OK) {
            return st;
        }
        bytes += n_used;
        n -= n_used;
        making.line = line.line;
        if (is_head) {
            st = read_head(&making, &line);
        } else if (line.n_field > 1 || line.field[0].n > 0) {
            st = n_row < TABLE_MAX_ROWS
                     ? read_row(&making, &line, &row[n_row++])
                     : fail_at(err, MARU_E_LIMIT, NULL, line.line, 0,
                               "the table has more than %d rows", TABLE_MAX_ROWS);
        }
        if (st != MARU_OK) {
            return st;
        }
    }
    if (making.place[TOPIC] == 0) {
        return fail(err, MARU_E_INPUT, "the table is empty");
    }
    *table = (struct topic_table){n_row, row};
    return MARU_OK;
}

// ---- topics

struct span {
    const char *bytes;
    size_t n;
};

struct matched {
    struct span level[TABLE_MAX_LEVELS];
    uint32_t n;
    struct span rest; // of #
};

// False: a topic with too many levels, which no row matches.
static bool cut_topic(const char *topic, struct matched *matched) {
    for (const char *at = topic; at;) {
        if (matched->n == TABLE_MAX_LEVELS) {
            return false;
        }
        const char *end = strchr(at, '/');
        matched->level[matched->n++] = (struct span){at, end ? (size_t)(end - at) : strlen(at)};
        at = end ? end + 1 : NULL;
    }
    return true;
}

static bool does_match(const char *filter, const char *topic, struct matched *matched) {
    uint32_t i = 0;
    matched->rest = (struct span){"", 0};
    if (topic[0] == '$' && (filter[0] == '#' || filter[0] == '+')) {
        return false; // topics of the broker: MQTT 4.7.2
    }
    for (const char *at = filter; at; i++) {
        const char *end = strchr(at, '/');
        const size_t n = end ? (size_t)(end - at) : strlen(at);
        if (n == 1 && at[0] == '#') {
            if (i < matched->n) {
                matched->rest =
                    (struct span){matched->level[i].bytes, strlen(matched->level[i].bytes)};
            }
            return true;
        }
        if (i == matched->n) {
            return false;
        }
        const bool is_any = n == 1 && at[0] == '+';
        if (!is_any && (n != matched->level[i].n || memcmp(at, matched->level[i].bytes, n) != 0)) {
            return false;
        }
        at = end ? end + 1 : NULL;
    }
    return i == matched->n;
}

// ---- one message

struct found {
    bool is_known, is_there;
    uint32_t from, node;
};

struct taking {
    const struct table_message *message;
    struct arena *arena;
    struct matched matched;
    struct json_tree tree;
    const struct topic_row *row;
    struct table_result result;
    uint32_t star[TABLE_MAX_STEPS];       // nodes that the *s of the value have found
    uint32_t star_index[TABLE_MAX_STEPS]; // which element they are of what holds them
    uint32_t n_star;
    struct found time, quality;
    struct table_sample *sample; // (cap)
    uint32_t cap;
    maru_status status; // the arena is full, or there are too many samples
    maru_error *err;
};

struct name {
    char bytes[TABLE_MAX_NAME_BYTES];
    size_t n;
    bool is_long;
};

static void add(struct name *name, const char *bytes, size_t n) {
    if (n > sizeof name->bytes - name->n) {
        name->is_long = true;
    } else if (n > 0) {
        memcpy(name->bytes + name->n, bytes, n);
        name->n += n;
    }
}

static void add_index(struct name *name, uint32_t index) {
    char digits[10];
    size_t n = sizeof digits;
    do {
        digits[--n] = (char)('0' + index % 10);
        index /= 10;
    } while (index > 0);
    add(name, digits + n, sizeof digits - n);
}

static void add_key(const struct taking *taking, struct name *name) {
    for (uint32_t i = 0; i < taking->n_star; i++) {
        const struct json_node *node = &taking->tree.node[taking->star[i]];
        add(name, "/", i > 0);
        if (node->key) {
            add(name, node->key, node->n_key);
        } else {
            add_index(name, taking->star_index[i]);
        }
    }
}

static void fill_name(const struct taking *taking, struct name *name) {
    for (const char *at = taking->row->name; *at;) {
        const char *end = *at == '{' ? strchr(at, '}') : NULL;
        if (!end) {
            add(name, at++, 1);
            continue;
        }
        const uint32_t level = level_number(at, end);
        if (level > 0 && level <= taking->matched.n) {
            add(name, taking->matched.level[level - 1].bytes, taking->matched.level[level - 1].n);
        } else if (is_word(at, end, "#")) {
            add(name, taking->matched.rest.bytes, taking->matched.rest.n);
        } else if (is_word(at, end, "topic")) {
            add(name, taking->message->topic, strlen(taking->message->topic));
        } else if (is_word(at, end, "key")) {
            add_key(taking, name);
        }
        at = end + 1;
    }
}

static bool is_good_name(const struct name *name) {
    for (size_t i = 0; i < name->n; i++) {
        const unsigned char c = (unsigned char)name->bytes[i];
        if (c < 0x20 || c == 0x7F) {
            return false;
        }
    }
    return name->n > 0 && !name->is_long && text_is_utf8(name->bytes, name->n);
}

static bool refuse(struct taking *taking, const char *what) {
    if (taking->result.n_refused++ == 0) {
        (void)fail(&taking->result.error, MARU_E_INPUT, "%s", what);
    }
    return false;
}

// One step with a key from a node; 0: there is none.
static uint32_t follow_key(const struct json_tree *tree, uint32_t node, const struct step *step) {
    const struct json_node *here = &tree->node[node];
    int64_t index = -1;
    if (here->kind == JSON_OBJECT) {
        return json_member(tree, node, step->key, step->n);
    }
    if (here->kind != JSON_ARRAY || !number_int64(step->key, step->n, &index) || index < 0) {
        return 0;
    }
    const uint32_t end = node + here->n_below + 1;
    uint32_t next = node + 1;
    for (; index > 0 && next < end; index--) {
        next += tree->node[next].n_below + 1;
    }
    return next < end ? next : 0;
}

// Where a pointer leads from the node that its last * has found. What was found last is kept: many
// values share one time, and to look it up for each would take the square of the message's size.
static bool follow(const struct taking *taking, const struct pointer *pointer, struct found *found,
                   uint32_t *node) {
    const uint32_t from = pointer->n_star > 0 ? taking->star[pointer->n_star - 1] : 0;
    if (!found->is_known || found->from != from) {
        *found = (struct found){.is_known = true, .is_there = true, .from = from, .node = from};
        for (uint32_t i = pointer->tail; i < pointer->n && found->is_there; i++) {
            found->node = follow_key(&taking->tree, found->node, &pointer->step[i]);
            found->is_there = found->node > 0;
        }
    }
    *node = found->node;
    return found->is_there;
}

static bool read_time(struct taking *taking, maru_time *at_us) {
    uint32_t at = 0;
    *at_us = taking->message->now;
    if (!taking->row->time.is_given) {
        return true;
    }
    if (!follow(taking, &taking->row->time, &taking->time, &at)) {
        return refuse(taking, "the message has no time where the table looks for it");
    }
    const struct json_node *node = &taking->tree.node[at];
    enum moment_form form = (enum moment_form)taking->row->time_form;
    if (form == N_MOMENT_FORM) {
        form = node->kind == JSON_TEXT ? MOMENT_YMD : MOMENT_MS;
    }
    if ((node->kind != JSON_TEXT && node->kind != JSON_NUMBER) ||
        !moment_read(node->text, node->n_text, form, taking->message->default_offset_min, at_us)) {
        return refuse(taking, "the time of the message is not in the form that the table says");
    }
    return true;
}

static bool read_quality(struct taking *taking, uint8_t *quality) {
    uint32_t at = 0;
    *quality = taking->row->default_quality;
    if (!taking->row->quality.is_given ||
        !follow(taking, &taking->row->quality, &taking->quality, &at)) {
        return true;
    }
    const struct json_node *node = &taking->tree.node[at];
    int64_t number = -1;
    if (node->kind == JSON_TRUE || node->kind == JSON_FALSE) {
        *quality = node->kind == JSON_TRUE ? QUALITY_GOOD : QUALITY_BAD;
        return true;
    }
    if (node->kind == JSON_NUMBER && number_int64(node->text, node->n_text, &number) &&
        number >= 0 && number <= UINT8_MAX) {
        *quality = (uint8_t)number;
        return true;
    }
    for (size_t i = 0; node->kind == JSON_TEXT && i < sizeof qualities; i++) {
        const char *word = quality_words[i];
        bool is_same = strlen(word) == node->n_text;
        for (size_t k = 0; is_same && word[k]; k++) {
            is_same = (node->text[k] | 0x20) == word[k];
        }
        if (is_same) {
            *quality = qualities[i];
            return true;
        }
    }
    return refuse(taking, "a quality is 0 to 255, true, false, good, uncertain or bad");
}

// ---- values

static bool is_word_true(const struct json_node *node, bool *is_true) {
    *is_true = node->kind == JSON_TRUE;
    if (node->kind == JSON_NUMBER && node->n_text == 1 && (node->text[0] | 1) == '1') {
        *is_true = node->text[0] == '1';
        return true;
    }
    return node->kind == JSON_TRUE || node->kind == JSON_FALSE;
}

static bool read_null(enum row_type type, struct sample *sample) {
    const uint64_t nan_bits = UINT64_C(0x7FF8000000000000);
    static const uint8_t types[N_ROW_TYPE] = {SAMPLE_DOUBLE, SAMPLE_DOUBLE, SAMPLE_INTEGER,
                                              SAMPLE_BOOL, SAMPLE_TEXT};
    sample->type = types[type];
    sample->quality = QUALITY_BAD;
    if (sample->type == SAMPLE_DOUBLE) {
        memcpy(&sample->value.number, &nan_bits, sizeof nan_bits);
    } else if (sample->type == SAMPLE_TEXT) {
        sample->value.text = "";
    }
    return true;
}

static bool read_scalar(const struct json_node *node, enum row_type type, struct sample *sample) {
    const bool has_text = node->kind == JSON_NUMBER || node->kind == JSON_TEXT;
    bool is_true = false;
    switch (type) {
    case ROW_DOUBLE:
        sample->type = SAMPLE_DOUBLE; // numbers in quotes, too: many gateways write them so
        return has_text && number_double(node->text, node->n_text, &sample->value.number);
    case ROW_INTEGER:
        sample->type = SAMPLE_INTEGER;
        return has_text && number_int64(node->text, node->n_text, &sample->value.integer);
    case ROW_BOOL:
        sample->type = SAMPLE_BOOL;
        if (!is_word_true(node, &is_true)) {
            return false;
        }
        sample->value.integer = is_true;
        return true;
    case ROW_AUTO:
    case ROW_TEXT:
    case N_ROW_TYPE:
    default:
        sample->type = SAMPLE_TEXT;
        sample->value.text = has_text ? node->text : node->kind == JSON_TRUE ? "true" : "false";
        sample->n_text = has_text ? node->n_text : (uint32_t)strlen(sample->value.text);
        return node->kind != JSON_OBJECT && node->kind != JSON_ARRAY &&
               sample->n_text <= SAMPLE_MAX_TEXT_BYTES;
    }
}

static bool read_value(struct taking *taking, const struct json_node *node, struct sample *sample) {
    enum row_type type = (enum row_type)taking->row->type;
    if (node->kind == JSON_NULL) {
        return read_null(type, sample);
    }
    if (type == ROW_AUTO && node->kind == JSON_NUMBER) {
        type = ROW_DOUBLE;
    } else if (type == ROW_AUTO && (node->kind == JSON_TRUE || node->kind == JSON_FALSE)) {
        type = ROW_BOOL;
    }
    return read_scalar(node, type, sample) ||
           refuse(taking, "a value that is not of the type that the table says");
}

static bool make_room(struct taking *taking) {
    if (taking->result.n < taking->cap) {
        return true;
    }
    if (taking->result.n == TABLE_MAX_SAMPLES) {
        taking->status = fail(taking->err, MARU_E_LIMIT, "a message with more than %d values",
                              TABLE_MAX_SAMPLES);
        return false;
    }
    const uint32_t cap = taking->cap > 0 ? 2 * taking->cap : 16;
    struct table_sample *sample = arena_take(taking->arena, cap, sizeof *sample);
    if (!sample) {
        taking->status = arena_refusal(taking->arena, taking->err);
        return false;
    }
    if (taking->result.n > 0) {
        memcpy(sample, taking->sample, taking->result.n * sizeof *sample);
    }
    taking->sample = sample;
    taking->cap = cap;
    return true;
}

static void take_value(struct taking *taking, const struct json_node *node) {
    struct table_sample made = {0};
    struct name name = {.n = 0};
    fill_name(taking, &name);
    if (!is_good_name(&name)) {
        (void)refuse(taking,
                     "a name that is empty, too long or has characters that cannot be shown");
        return;
    }
    if (!read_time(taking, &made.sample.at_us) || !read_quality(taking, &made.sample.quality) ||
        !read_value(taking, node, &made.sample) || !make_room(taking)) {
        return;
    }
    made.name = arena_text(taking->arena, name.bytes, name.n);
    made.n_name = (uint32_t)name.n;
    if (!made.name) {
        taking->status = arena_refusal(taking->arena, taking->err);
        return;
    }
    taking->sample[taking->result.n++] = made;
}

// Walks the steps of the value from here on. It calls itself for each *, of which there are at most
// TABLE_MAX_STEPS.
static void walk(struct taking *taking, uint32_t node, uint32_t step) {
    const struct pointer *pointer = &taking->row->value;
    for (; step < pointer->n && pointer->step[step].key; step++) {
        node = follow_key(&taking->tree, node, &pointer->step[step]);
        if (node == 0) {
            return;
        }
    }
    if (step == pointer->n) {
        take_value(taking, &taking->tree.node[node]);
        return;
    }
    const uint32_t end = node + taking->tree.node[node].n_below + 1;
    const uint32_t star = taking->n_star++;
    uint32_t index = 0;
    for (uint32_t k = node + 1; k < end && taking->status == MARU_OK;
         k += taking->tree.node[k].n_below + 1) {
        taking->star[star] = k;
        taking->star_index[star] = index++;
        walk(taking, k, step + 1);
    }
    taking->n_star--;
}

// A message that is no JSON is one text, where the row wants the whole message as text.
static void take_plain(struct taking *taking) {
    const struct table_message *message = taking->message;
    const struct json_node node = {
        .kind = JSON_TEXT, .text = message->bytes, .n_text = (uint32_t)message->n};
    if (!text_is_utf8(message->bytes, message->n)) {
        (void)refuse(taking, "a text that is not UTF-8");
        return;
    }
    take_value(taking, &node);
}

maru_status topic_table_take(const struct topic_table *table, const struct table_message *message,
                             struct arena *arena, struct table_result *result, maru_error *err) {
    struct taking taking = {.message = message, .arena = arena, .err = err};
    maru_error fault = {0};
    maru_status json = MARU_MORE; // not looked at yet
    const uint32_t n_row = cut_topic(message->topic, &taking.matched) ? table->n : 0;
    for (uint32_t i = 0; i < n_row && taking.status == MARU_OK; i++) {
        taking.row = &table->row[i];
        if (!does_match(taking.row->filter, message->topic, &taking.matched)) {
            continue;
        }
        taking.result.n_row++;
        if (json == MARU_MORE) {
            json = json_read(message->bytes, message->n, arena, &taking.tree, &fault);
        }
        taking.time.is_known = false;
        taking.quality.is_known = false;
        if (json == MARU_OK) {
            walk(&taking, 0, 0);
        } else if (json == MARU_E_INPUT && taking.row->type == ROW_TEXT &&
                   !taking.row->value.is_given && !taking.row->time.is_given &&
                   !taking.row->quality.is_given) {
            take_plain(&taking);
        } else {
            taking.status = fail_at(err, json, NULL, fault.row, fault.column, "%s", fault.text);
        }
    }
    if (taking.status == MARU_OK) {
        taking.result.sample = taking.sample;
        *result = taking.result;
    }
    return taking.status;
}
