#include "control/fdc/window_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "control/equipment/name_list.h"
#include "plant/dialect/timespec.h"
#include "plant/faults.h"
#include "signal/placing.h"

// A row is a window. Names of signals and features stand in one cell, parted by blanks; one that has blanks stands in quotes, " or '.
// What is cut off at the ends is a share of the step or a time.

enum {
    COLUMN_WINDOW,
    COLUMN_TOOL,
    COLUMN_SIGNALS,
    COLUMN_BY,
    COLUMN_BEGIN,
    COLUMN_END,
    COLUMN_RECIPE,
    COLUMN_STEP,
    COLUMN_HEAD,
    COLUMN_TAIL,
    COLUMN_FEATURES,
    COLUMN_FALSE_ALARMS,
    COLUMN_LEAST,
    N_COLUMN,
    MAX_LEAST = 100000,
    MAX_EVENT_BYTES = 255,
};

static const struct grid_column columns[N_COLUMN] = {
    {"window", "구간", true},    {"tool", "설비", false},     {"signals", "신호", true},
    {"by", "기준", false},       {"begin", "시작", false},    {"end", "끝", false},
    {"recipe", "레시피", false}, {"step", "공정", false},     {"head", "앞", false},
    {"tail", "뒤", false},       {"features", "특징", false}, {"false_alarms", "오경보율", false},
    {"least", "최소", false},
};

struct draft {
    struct window_table *table;
    struct name_list names;
    uint32_t cap;
};

// ---- events that begin and end

static const char *const begin_words[] = {"started",           "start",  "trackin",
                                          "trackedin",         "movein", "processstarted",
                                          "processingstarted", "착공",   "시작"};
static const char *const end_words[] = {"finished",
                                        "ended",
                                        "end",
                                        "completed",
                                        "complete",
                                        "trackout",
                                        "trackedout",
                                        "moveout",
                                        "processended",
                                        "processcompleted",
                                        "processingcompleted",
                                        "완공",
                                        "종료"};

// Is it the word, but for blanks, signs and capitals?
static bool is_plainly(const char *event, const char *word) {
    for (; *event; event++) {
        const char c = *event >= 'A' && *event <= 'Z' ? (char)(*event | 0x20) : *event;
        if (c == ' ' || c == '_' || c == '-' || c == '.') {
            continue;
        }
        if (c != *word++) {
            return false;
        }
    }
    return *word == '\0';
}

static bool is_among(const char *event, const char *const *words, size_t n) {
    for (size_t i = 0; i < n; i++) {
        if (is_plainly(event, words[i])) {
            return true;
        }
    }
    return false;
}

bool window_def_begins(const struct window_def *def, const char *event) {
    return def->begin[0] ? strcmp(event, def->begin) == 0
                         : is_among(event, begin_words, sizeof begin_words / sizeof *begin_words);
}

bool window_def_ends(const struct window_def *def, const char *event) {
    return def->end[0] ? strcmp(event, def->end) == 0
                       : is_among(event, end_words, sizeof end_words / sizeof *end_words);
}

bool window_def_wants(const struct window_def *def, const char *recipe, const char *step) {
    return (!def->recipe[0] || placing_meets(def->recipe, recipe, strlen(recipe))) &&
           (!def->step[0] || placing_meets(def->step, step, strlen(step)));
}

// ---- values

uint32_t window_def_values(const struct window_def *def) { return def->n_signal * def->n_feature; }

void window_def_value_name(const struct window_def *def, uint32_t i, struct text *out) {
    const enum window_feature feature = (enum window_feature)def->feature[i % def->n_feature];
    text_addf(out, "%s.%s", def->signal[i / def->n_feature], window_feature_name(feature));
}

// ---- cells

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// The next word of a cell that is a list; 1: there is one, 0: there is none any more, -1: a quote is left open.
static int next_word(struct csv_field *rest, struct csv_field *word) {
    while (rest->n > 0 && is_blank(*rest->bytes)) {
        rest->bytes++;
        rest->n--;
    }
    if (rest->n == 0) {
        return 0;
    }
    const char quote = *rest->bytes;
    const bool is_quoted = quote == '"' || quote == '\'';
    rest->bytes += is_quoted;
    rest->n -= is_quoted;
    uint32_t n = 0;
    while (n < rest->n && (is_quoted ? rest->bytes[n] != quote : !is_blank(rest->bytes[n]))) {
        n++;
    }
    if (is_quoted && n == rest->n) {
        return -1;
    }
    *word = (struct csv_field){rest->bytes, n};
    rest->bytes += n + is_quoted;
    rest->n -= n + is_quoted;
    return 1;
}

static bool read_name(const struct grid_row *row, uint32_t column) {
    const struct csv_field *cell = &row->cell[column];
    if (cell->n == 0 || cell->n > WINDOWS_MAX_NAME_BYTES || memchr(cell->bytes, '\n', cell->n)) {
        grid_fault(row, column, "at most 64 bytes", "a name is wanted");
        return false;
    }
    return true;
}

static const char *keep_text(struct draft *d, const struct csv_field *cell) {
    return arena_text(&d->table->arena, cell->bytes, cell->n);
}

// One name of a signal below its tool.
static bool is_signal_name(const struct csv_field *word) {
    return word->n > 0 && word->n <= WINDOWS_MAX_SIGNAL_BYTES && word->bytes[0] != '/' &&
           word->bytes[word->n - 1] != '/' && !is_blank(word->bytes[0]) &&
           !is_blank(word->bytes[word->n - 1]) && !memchr(word->bytes, '\n', word->n) &&
           !(memchr(word->bytes, '"', word->n) && memchr(word->bytes, '\'', word->n));
}

static bool has_signal(const char *const *signal, uint32_t n, const struct csv_field *word) {
    for (uint32_t i = 0; i < n; i++) {
        if (strlen(signal[i]) == word->n && memcmp(signal[i], word->bytes, word->n) == 0) {
            return true;
        }
    }
    return false;
}

// False: a fault is told, or *st is not MARU_OK.
static bool read_signals(struct draft *d, const struct grid_row *row, struct window_def *def,
                         maru_status *st, maru_error *err) {
    const char **signal = arena_take(&d->table->arena, WINDOWS_MAX_SIGNALS, sizeof *signal);
    struct csv_field rest = row->cell[COLUMN_SIGNALS], word;
    int more = 0;
    if (!signal) {
        *st = arena_refusal(&d->table->arena, err);
        return false;
    }
    while ((more = next_word(&rest, &word)) > 0) {
        if (!is_signal_name(&word) || has_signal(signal, def->n_signal, &word)) {
            grid_fault(row, COLUMN_SIGNALS, "names such as temp pressure, each once",
                       "no name of a signal below its tool, or twice the same");
            return false;
        }
        if (def->n_signal == WINDOWS_MAX_SIGNALS) {
            grid_fault(row, COLUMN_SIGNALS, "fewer", "more than %d signals", WINDOWS_MAX_SIGNALS);
            return false;
        }
        signal[def->n_signal] = keep_text(d, &word);
        if (!signal[def->n_signal++]) {
            *st = arena_refusal(&d->table->arena, err);
            return false;
        }
    }
    if (more < 0 || def->n_signal == 0) {
        grid_fault(row, COLUMN_SIGNALS, "names such as temp 'gas flow'",
                   more < 0 ? "a quote is not closed" : "a signal is wanted");
        return false;
    }
    def->signal = signal;
    return true;
}

static bool read_features(const struct grid_row *row, struct window_def *def) {
    static const uint8_t usual[] = {WINDOW_MEAN, WINDOW_SD, WINDOW_MIN, WINDOW_MAX, WINDOW_SLOPE};
    struct csv_field rest = row->cell[COLUMN_FEATURES], word;
    bool has[N_WINDOW_FEATURE] = {false};
    while (next_word(&rest, &word) > 0) {
        uint32_t i = 0;
        while (i < N_WINDOW_FEATURE &&
               !word_is(word.bytes, word.n, window_feature_name((enum window_feature)i))) {
            i++;
        }
        if (i == N_WINDOW_FEATURE || has[i]) {
            grid_fault(row, COLUMN_FEATURES,
                       "of mean sd min max range slope area time_mean count missing, each once",
                       "unknown word, or twice the same");
            return false;
        }
        has[i] = true;
        def->feature[def->n_feature++] = (uint8_t)i;
    }
    if (def->n_feature == 0) {
        memcpy(def->feature, usual, sizeof usual);
        def->n_feature = sizeof usual;
    }
    if (window_def_values(def) > CONTEXT_MAX_FEATURES) {
        grid_fault(row, COLUMN_SIGNALS, "fewer signals, or fewer features",
                   "more than %d features of signals", CONTEXT_MAX_FEATURES);
        return false;
    }
    return true;
}

static bool read_by(struct draft *d, const struct grid_row *row, struct window_def *def,
                    maru_status *st, maru_error *err) {
    const struct csv_field *cell = &row->cell[COLUMN_BY];
    struct complaint why;
    def->by_signal = "";
    if (cell->n == 0 || word_is(cell->bytes, cell->n, "events") ||
        word_is(cell->bytes, cell->n, "이벤트")) {
        def->by = WINDOW_BY_EVENTS;
        return true;
    }
    if (span_read(cell->bytes, cell->n, &def->length_us, &why)) {
        def->by = WINDOW_BY_TIME;
        if (def->length_us < 1000000 || def->length_us > WINDOWS_MAX_LENGTH_US) {
            grid_fault(row, COLUMN_BY, "from 1 s to 24 h", "not a length of windows");
            return false;
        }
        return true;
    }
    if (!is_signal_name(cell)) {
        grid_fault(row, COLUMN_BY, "events, the name of a signal, or a time such as 60 s",
                   "nothing that windows are made by");
        return false;
    }
    def->by = WINDOW_BY_SIGNAL;
    def->by_signal = keep_text(d, cell);
    *st = def->by_signal ? MARU_OK : arena_refusal(&d->table->arena, err);
    return *st == MARU_OK;
}

// A share or a time that is cut off.
static bool read_cut(const struct grid_row *row, uint32_t column, double *share, maru_time *us) {
    const struct csv_field *cell = &row->cell[column];
    struct complaint why;
    *share = 0;
    *us = 0;
    if (cell->n == 0) {
        return true;
    }
    if (span_read(cell->bytes, cell->n, us, &why) ||
        share_read(cell->bytes, cell->n, false, share, &why)) {
        return true;
    }
    grid_fault(row, column, "a share such as 5 % or a time such as 2 s", "not a share and no time");
    return false;
}

static bool read_cuts(const struct grid_row *row, struct window_def *def) {
    struct window_options *o = &def->options;
    if (!read_cut(row, COLUMN_HEAD, &o->head_share, &o->head_us) ||
        !read_cut(row, COLUMN_TAIL, &o->tail_share, &o->tail_us)) {
        return false;
    }
    const bool is_left = def->by != WINDOW_BY_TIME ||
                         (o->head_us < def->length_us && o->tail_us < def->length_us - o->head_us);
    if (!(o->head_share + o->tail_share < 1.0) || !is_left) {
        grid_fault(row, COLUMN_TAIL, "less than the whole, together",
                   "nothing of a window is left");
        return false;
    }
    return true;
}

static bool read_pattern(struct draft *d, const struct grid_row *row, uint32_t column,
                         const char *otherwise, const char **out) {
    const struct csv_field *cell = &row->cell[column];
    const char *fault = NULL;
    *out = cell->n > 0 ? keep_text(d, cell) : otherwise;
    if (*out && cell->n > 0 && (fault = placing_pattern_fault(*out)) != NULL) {
        grid_fault(row, column, "a name, or a pattern such as etch-*", "%s", fault);
    }
    return *out && !fault; // NULL: there was no memory, which the arena tells
}

static bool read_where(struct draft *d, const struct grid_row *row, struct window_def *def) {
    const struct csv_field *begin = &row->cell[COLUMN_BEGIN], *end = &row->cell[COLUMN_END];
    if (!read_pattern(d, row, COLUMN_TOOL, "**", &def->tool) ||
        !read_pattern(d, row, COLUMN_RECIPE, "", &def->recipe) ||
        !read_pattern(d, row, COLUMN_STEP, "", &def->step)) {
        return false;
    }
    if (def->by == WINDOW_BY_TIME && (def->recipe[0] || def->step[0])) {
        grid_fault(row, def->recipe[0] ? COLUMN_RECIPE : COLUMN_STEP, "an empty cell",
                   "windows by time have no recipe and no step");
        return false;
    }
    if (def->by != WINDOW_BY_EVENTS && begin->n + end->n > 0) {
        grid_fault(row, begin->n > 0 ? COLUMN_BEGIN : COLUMN_END, "an empty cell",
                   "only windows by events begin and end with one");
        return false;
    }
    if (begin->n > MAX_EVENT_BYTES || end->n > MAX_EVENT_BYTES) {
        grid_fault(row, begin->n > MAX_EVENT_BYTES ? COLUMN_BEGIN : COLUMN_END, "at most 255 bytes",
                   "the name of an event is too long");
        return false;
    }
    def->begin = keep_text(d, begin);
    def->end = keep_text(d, end);
    return def->begin && def->end;
}

static bool read_judging(const struct grid_row *row, struct window_def *def) {
    const struct csv_field *alarms = &row->cell[COLUMN_FALSE_ALARMS];
    const struct csv_field *least = &row->cell[COLUMN_LEAST];
    struct complaint why;
    int64_t n = 20;
    def->false_alarms = 0.01;
    if (alarms->n > 0 && (!share_read(alarms->bytes, alarms->n, false, &def->false_alarms, &why) ||
                          !(def->false_alarms >= 1e-9 && def->false_alarms <= 0.5))) {
        grid_fault(row, COLUMN_FALSE_ALARMS, "a share such as 0.01 or 1 %, at most a half",
                   "not a share of false alarms");
        return false;
    }
    if (least->n > 0 && (!number_int64(least->bytes, least->n, &n) || n < 2 || n > MAX_LEAST)) {
        grid_fault(row, COLUMN_LEAST, "a whole number from 2 to 100000", "not a number of windows");
        return false;
    }
    def->n_least = (uint32_t)n;
    return true;
}

// ---- rows

static maru_status keep(struct draft *d, const struct grid_row *row, struct window_def *def,
                        maru_error *err) {
    struct window_table *table = d->table;
    const struct csv_field *name = &row->cell[COLUMN_WINDOW];
    if (table->n >= d->cap) {
        const uint32_t cap = d->cap < 16 ? 16 : 2 * d->cap;
        struct window_def *more = alloc_resize(table->window, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, "no memory");
        }
        table->window = more;
        d->cap = cap;
    }
    def->name = keep_text(d, name);
    if (!def->name || name_list_add(&d->names, name->bytes, name->n) == NAME_NONE) {
        return arena_refusal(&table->arena, err);
    }
    table->window[table->n++] = *def;
    return MARU_OK;
}

// Blanks at the ends of a cell mean nothing, in quotes neither.
static struct grid_row trimmed(const struct grid_row *row) {
    struct grid_row out = *row;
    for (int i = 0; i < N_COLUMN; i++) {
        struct csv_field *cell = &out.cell[i];
        while (cell->n > 0 && is_blank(cell->bytes[0])) {
            cell->bytes++;
            cell->n--;
        }
        while (cell->n > 0 && is_blank(cell->bytes[cell->n - 1])) {
            cell->n--;
        }
    }
    return out;
}

static maru_status take_row(void *context, const struct grid_row *given, maru_error *err) {
    const struct grid_row cells = trimmed(given), *row = &cells;
    struct draft *d = context;
    const struct csv_field *name = &row->cell[COLUMN_WINDOW];
    struct window_def def = {0};
    maru_status st = MARU_OK;
    if (!read_name(row, COLUMN_WINDOW) || !read_signals(d, row, &def, &st, err) ||
        !read_features(row, &def) || !read_by(d, row, &def, &st, err) || !read_cuts(row, &def) ||
        !read_where(d, row, &def) || !read_judging(row, &def)) {
        return st == MARU_OK && d->table->arena.is_full ? arena_refusal(&d->table->arena, err) : st;
    }
    if (name_list_find(&d->names, name->bytes, name->n) != NAME_NONE) {
        grid_fault(row, COLUMN_WINDOW, "a name of its own for each window",
                   "there is a window of this name already");
        return MARU_OK;
    }
    if (d->table->n == WINDOWS_MAX) {
        return fail(err, MARU_E_LIMIT, "more than %d windows", WINDOWS_MAX);
    }
    return keep(d, row, &def, err);
}

maru_status window_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                              struct window_table *out, maru_error *err) {
    struct window_table table = {0};
    struct draft d = {.table = &table};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&table.arena, WINDOWS_MAX_TABLE_BYTES);
    name_list_init(&d.names, &table.arena);
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &d, err);
    st = st == MARU_OK ? faults_status(faults, err) : st;
    name_list_fini(&d.names);
    if (st != MARU_OK) {
        window_table_fini(&table);
        return st;
    }
    *out = table;
    return MARU_OK;
}

void window_table_fini(struct window_table *table) {
    alloc_free(table->window);
    arena_fini(&table->arena);
    *table = (struct window_table){0};
}

// ---- back to text

static void add_cut(struct text *out, double share, maru_time us) {
    if (share > 0) {
        text_add_double(out, share);
    } else if (us > 0) {
        span_write(out, us);
    }
}

static void add_signals(struct text *out, const struct window_def *def) {
    struct text cell;
    text_init(&cell, 1 << 20);
    for (uint32_t i = 0; i < def->n_signal; i++) {
        const char *name = def->signal[i];
        const char *quote = strchr(name, '"') ? "'" : "\"";
        const bool is_plain = !strpbrk(name, " \t\"'");
        text_addf(&cell, "%s%s%s%s", i > 0 ? " " : "", is_plain ? "" : quote, name,
                  is_plain ? "" : quote);
    }
    text_add_csv(out, cell.bytes ? cell.bytes : "");
    text_fini(&cell);
}

void window_def_write(const struct window_def *def, struct text *out) {
    text_add_csv(out, def->tool);
    text_addz(out, ",");
    add_signals(out, def);
    text_addz(out, ",");
    if (def->by == WINDOW_BY_TIME) {
        span_write(out, def->length_us);
    } else {
        text_add_csv(out, def->by == WINDOW_BY_SIGNAL ? def->by_signal : "events");
    }
    const char *const names[] = {def->begin, def->end, def->recipe, def->step};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        text_addz(out, ",");
        text_add_csv(out, names[i]);
    }
    text_addz(out, ",");
    add_cut(out, def->options.head_share, def->options.head_us);
    text_addz(out, ",");
    add_cut(out, def->options.tail_share, def->options.tail_us);
    text_addz(out, ",");
    for (uint32_t i = 0; i < def->n_feature; i++) {
        text_addf(out, "%s%s", i > 0 ? " " : "",
                  window_feature_name((enum window_feature)def->feature[i]));
    }
}

void window_table_write(const struct window_table *table, struct text *out) {
    for (int i = 0; i < N_COLUMN; i++) {
        text_addf(out, "%s%s", i > 0 ? "," : "", columns[i].english);
    }
    text_addz(out, "\n");
    for (uint32_t i = 0; i < table->n; i++) {
        const struct window_def *def = &table->window[i];
        text_add_csv(out, def->name);
        text_addz(out, ",");
        window_def_write(def, out);
        text_addz(out, ",");
        text_add_double(out, def->false_alarms);
        text_addf(out, ",%u\n", def->n_least);
    }
}
