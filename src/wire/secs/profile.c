#include "wire/secs/profile.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/csv.h"
#include "base/number.h"
#include "base/status.h"
#include "wire/secs/item_text.h"

#include <stdio.h>
#include <string.h>

// The rows are taken apart first and counted by their kind, so that each table is one array. Then each kind
// is read, in the order in which they name each other: settings, variables, reports, events, and the rest.
// A name that is not there is a fault of the cell that asks for it.

enum column {
    COL_ROW,
    COL_ID,
    COL_NAME,
    COL_KIND,
    COL_UNIT,
    COL_LIST,
    COL_MEANS,
    COL_VALUE,
    COL_LOW,
    COL_HIGH,
    N_COLUMN
};
static const char *const column_names[N_COLUMN] = {"row",  "id",    "name",  "kind", "unit",
                                                   "list", "means", "value", "low",  "high"};

enum row_kind {
    ROW_SETTING,
    ROW_VARIABLE,
    ROW_REPORT,
    ROW_EVENT,
    ROW_ALARM,
    ROW_TRACE,
    ROW_COMMAND,
    N_ROW_KIND
};
static const char *const row_names[N_ROW_KIND] = {"setting", "variable", "report", "event",
                                                  "alarm",   "trace",    "command"};

struct table_row {
    enum row_kind kind;
    uint32_t line;
    const char *cell[N_COLUMN]; // "" where there is none
};

struct table {
    struct profile *profile;
    struct arena *arena;
    uint32_t column_at[N_COLUMN]; // field of each column, PROFILE_NONE where the table has it not
    uint32_t n_row, n_kind[N_ROW_KIND];
    struct table_row *row;
    struct profile_variable *variable; // the arrays of `profile`, while they are filled
    struct profile_report *report;
    struct profile_event *event;
    struct profile_alarm *alarm;
    struct profile_trace *trace;
    struct profile_command *command;
    maru_error *err;
};

static const char *const meaning_words[N_MEANING] = {
#define MEANING_WORD(name, word) word,
    PROFILE_MEANINGS(MEANING_WORD)
#undef MEANING_WORD
};

const char *profile_meaning_word(enum profile_meaning means) { return meaning_words[means]; }

static maru_status wrong(const struct table *t, const struct table_row *row, enum column column,
                         const char *what) {
    return fail_at(t->err, MARU_E_INPUT, NULL, row->line, t->column_at[column] + 1, "%s: %s", what,
                   row->cell[column]);
}

static void *take(struct table *t, size_t n, size_t size) {
    return arena_take(t->arena, n > 0 ? n : 1, size);
}

// ---- rows by their id

// FNV-1a.
static uint32_t hash_of(const char *id) {
    uint32_t hash = 2166136261U;
    for (; *id != '\0'; id++) {
        hash = (hash ^ (unsigned char)*id) * 16777619U;
    }
    return hash ^ hash >> 15;
}

static void index_add(struct profile_index *index, const char *id, uint32_t row) {
    uint32_t at = hash_of(id) & index->mask;
    while (index->slot[at] != 0) {
        at = (at + 1) & index->mask;
    }
    index->slot[at] = row + 1;
}

// ---- rows

static maru_status read_header(struct table *t, const struct csv_row *row) {
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        t->column_at[c] = PROFILE_NONE;
    }
    for (uint32_t i = 0; i < row->n_field; i++) {
        uint32_t c = 0;
        while (c < N_COLUMN && strcmp(row->field[i].bytes, column_names[c]) != 0) {
            c++;
        }
        if (c == N_COLUMN || t->column_at[c] != PROFILE_NONE) {
            return fail_at(t->err, MARU_E_INPUT, NULL, row->line, i + 1,
                           "the columns are row, id, name, kind, unit, list, means, value, low, "
                           "high, each once: %s",
                           row->field[i].bytes);
        }
        t->column_at[c] = i;
    }
    return t->column_at[COL_ROW] != PROFILE_NONE ? MARU_OK
                                                 : fail_at(t->err, MARU_E_INPUT, NULL, row->line, 1,
                                                           "the column %s is missing", "row");
}

static maru_status add_row(struct table *t, const struct csv_row *csv) {
    struct table_row *row = &t->row[t->n_row];
    row->line = csv->line;
    for (uint32_t c = 0; c < N_COLUMN; c++) {
        const uint32_t at = t->column_at[c];
        row->cell[c] = at < csv->n_field ? csv->field[at].bytes : "";
    }
    uint32_t kind = 0;
    while (kind < N_ROW_KIND && strcmp(row->cell[COL_ROW], row_names[kind]) != 0) {
        kind++;
    }
    if (kind == N_ROW_KIND) {
        return wrong(t, row, COL_ROW,
                     "setting, variable, report, event, alarm, trace or command is wanted");
    }
    row->kind = (enum row_kind)kind;
    t->n_kind[kind]++;
    t->n_row++;
    return MARU_OK;
}

static bool is_blank_row(const struct csv_row *row) {
    for (uint32_t i = 0; i < row->n_field; i++) {
        if (row->field[i].n > 0) {
            return false;
        }
    }
    return true;
}

static maru_status read_rows(struct table *t, const char *bytes, size_t n) {
    struct csv_reader reader;
    csv_init(&reader, ',', true);
    bool has_header = false;
    for (;;) {
        struct csv_row row;
        size_t n_used = 0;
        maru_status st = csv_next(&reader, bytes, n, true, t->arena, &row, &n_used, t->err);
        if (st == MARU_MORE) {
            break;
        }
        if (st == MARU_OK && !is_blank_row(&row) && row.field[0].bytes[0] != '#') {
            if (t->n_row == PROFILE_MAX_ROWS) {
                return fail_at(t->err, MARU_E_LIMIT, NULL, row.line, 0,
                               "the table has more than %d rows", PROFILE_MAX_ROWS);
            }
            st = has_header ? add_row(t, &row) : read_header(t, &row);
            has_header = true;
        }
        if (st != MARU_OK) {
            return st;
        }
        bytes += n_used;
        n -= n_used;
    }
    return has_header ? MARU_OK : fail(t->err, MARU_E_INPUT, "the table is empty");
}

// ---- settings

enum how { HOW_YES, HOW_COUNT, HOW_SECONDS, HOW_KIND };

struct setting_row {
    const char *name;
    size_t offset;
    enum how how;
    int64_t usual, low, high;
};

static const struct setting_row setting_rows[] = {
#define SETTING_ROW(field, name, how, usual, low, high)                                            \
    {name, offsetof(struct profile_settings, field), HOW_##how, usual, low, high},
    PROFILE_SETTINGS(SETTING_ROW)
#undef SETTING_ROW
};
enum { N_SETTING = sizeof setting_rows / sizeof *setting_rows };

static void set_field(struct profile_settings *set, const struct setting_row *row, int64_t value) {
    memcpy((char *)set + row->offset, &value, sizeof value);
}

static bool read_setting_value(const struct setting_row *row, const char *text, int64_t *value) {
    const size_t n = strlen(text);
    enum secs_kind kind = SECS_L;
    switch (row->how) {
    case HOW_YES:
        *value = strcmp(text, "yes") == 0;
        return *value == 1 || strcmp(text, "no") == 0;
    case HOW_KIND:
        if (!secs_kind_named(text, n, &kind) || (kind < SECS_I8 && kind != SECS_A) ||
            kind == SECS_F4 || kind == SECS_F8) {
            return false;
        }
        *value = kind;
        return true;
    case HOW_SECONDS:
        return number_scaled(text, n, 1000000, value) && *value >= row->low && *value <= row->high;
    case HOW_COUNT:
    default:
        return number_int64(text, n, value) && *value >= row->low && *value <= row->high;
    }
}

static maru_status read_setting(struct table *t, const struct table_row *row) {
    struct profile_settings *set = &t->profile->set;
    const char *name = row->cell[COL_NAME];
    if (strcmp(name, "model") == 0) {
        set->model = row->cell[COL_VALUE];
        return MARU_OK;
    }
    if (strcmp(name, "version") == 0) {
        set->version = row->cell[COL_VALUE];
        return MARU_OK;
    }
    for (size_t i = 0; i < N_SETTING; i++) {
        int64_t value = 0;
        if (strcmp(name, setting_rows[i].name) != 0) {
            continue;
        }
        if (!read_setting_value(&setting_rows[i], row->cell[COL_VALUE], &value)) {
            return wrong(t, row, COL_VALUE, "this setting cannot have such a value");
        }
        set_field(set, &setting_rows[i], value);
        return MARU_OK;
    }
    return wrong(t, row, COL_NAME, "there is no such setting");
}

// ---- cells

static maru_status check_id(const struct table *t, const struct table_row *row) {
    const size_t n = strlen(row->cell[COL_ID]);
    if (n == 0 || n > PROFILE_MAX_ID_BYTES || strpbrk(row->cell[COL_ID], " \t\n")) {
        return wrong(t, row, COL_ID, "an id is wanted: 1 to 80 bytes without blanks");
    }
    return MARU_OK;
}

static maru_status read_means(const struct table *t, const struct table_row *row,
                              enum profile_meaning low, enum profile_meaning high,
                              enum profile_meaning *out) {
    for (uint32_t i = 0; i < N_MEANING; i++) {
        if (strcmp(row->cell[COL_MEANS], meaning_words[i]) == 0 &&
            (i == MEANS_NOTHING || (i >= low && i <= high))) {
            *out = (enum profile_meaning)i;
            return MARU_OK;
        }
    }
    return wrong(t, row, COL_MEANS, "this meaning is not known for such a row");
}

typedef uint32_t (*finder)(const struct profile *profile, const char *id);

// The next word of a list from *at on, as a copy; NULL at its end.
static const char *next_word(struct table *t, const char **at) {
    const char *word = *at + strspn(*at, " \t");
    const size_t n = strcspn(word, " \t");
    *at = word + n;
    return n > 0 ? arena_text(t->arena, word, n) : NULL;
}

static uint32_t count_words(const char *list) {
    uint32_t n = 0;
    for (list += strspn(list, " \t"); *list; list += strspn(list, " \t")) {
        list += strcspn(list, " \t");
        n++;
    }
    return n;
}

static maru_status read_list(struct table *t, const struct table_row *row, finder find,
                             uint32_t *n_out, const uint32_t **out) {
    const char *at = row->cell[COL_LIST];
    const uint32_t n = count_words(at);
    uint32_t *list = take(t, n, sizeof *list);
    for (uint32_t i = 0; i < n; i++) {
        const char *word = list ? next_word(t, &at) : NULL;
        if (!word) {
            return arena_refusal(t->arena, t->err);
        }
        list[i] = find(t->profile, word);
        if (list[i] == PROFILE_NONE) {
            return fail_at(t->err, MARU_E_INPUT, NULL, row->line, t->column_at[COL_LIST] + 1,
                           "there is no row with this id above: %s", word);
        }
    }
    *n_out = n;
    *out = list;
    return list ? MARU_OK : arena_refusal(t->arena, t->err);
}

static maru_status read_value(struct table *t, const struct table_row *row,
                              struct profile_variable *v) {
    const char *text = row->cell[COL_VALUE];
    if (text[0] == '\0') {
        return MARU_OK;
    }
    struct text bytes;
    text_init(&bytes, PROFILE_MAX_FILE_BYTES);
    maru_error err = {0};
    maru_status st = secs_read_text(text, strlen(text), &bytes, &err);
    if (st != MARU_OK) {
        st = fail_at(t->err, st, NULL, row->line, t->column_at[COL_VALUE] + 1, "%s", err.text);
    } else {
        v->value = (const uint8_t *)arena_text(t->arena, bytes.bytes, bytes.n_bytes);
        v->n_value = (uint32_t)bytes.n_bytes;
        st = v->value ? MARU_OK : arena_refusal(t->arena, t->err);
    }
    text_fini(&bytes);
    return st;
}

static maru_status read_range(const struct table *t, const struct table_row *row,
                              struct profile_variable *v) {
    const char *low = row->cell[COL_LOW];
    const char *high = row->cell[COL_HIGH];
    if (low[0] == '\0' && high[0] == '\0') {
        return MARU_OK;
    }
    if (!number_double(low, strlen(low), &v->low)) {
        return wrong(t, row, COL_LOW, "a number is wanted");
    }
    if (!number_double(high, strlen(high), &v->high) || v->high < v->low) {
        return wrong(t, row, COL_HIGH, "a number not below `low` is wanted");
    }
    v->has_range = true;
    return MARU_OK;
}

static maru_status read_count(const struct table *t, const struct table_row *row,
                              enum column column, uint32_t usual, uint32_t *out) {
    int64_t value = usual;
    const char *text = row->cell[column];
    if (text[0] != '\0' &&
        (!number_int64(text, strlen(text), &value) || value < 0 || value > INT32_MAX)) {
        return wrong(t, row, column, "a whole number is wanted");
    }
    *out = (uint32_t)value;
    return MARU_OK;
}

// ---- rows of each kind; each is read into row k of its table

static maru_status read_variable(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_variable v = {
        .id = row->cell[COL_ID], .name = row->cell[COL_NAME], .unit = row->cell[COL_UNIT]};
    const char *kind = row->cell[COL_KIND];
    maru_status st = check_id(t, row);
    if (st == MARU_OK && profile_variable_at(t->profile, v.id) != PROFILE_NONE) {
        st = wrong(t, row, COL_ID, "this id has a row already");
    }
    if (strcmp(kind, "SV") == 0 || kind[0] == '\0') {
        v.kind = PROFILE_SV;
    } else if (strcmp(kind, "DV") == 0) {
        v.kind = PROFILE_DV;
    } else if (strcmp(kind, "EC") == 0) {
        v.kind = PROFILE_EC;
    } else if (st == MARU_OK) {
        st = wrong(t, row, COL_KIND, "SV, DV or EC is wanted");
    }
    st = st == MARU_OK ? read_means(t, row, MEANS_LOT, N_MEANING - 1, &v.means) : st;
    st = st == MARU_OK ? read_value(t, row, &v) : st;
    st = st == MARU_OK ? read_range(t, row, &v) : st;
    if (st == MARU_OK) {
        t->variable[k] = v;
        t->profile->n_variable = k + 1;
        index_add(&t->profile->variables, t->variable[k].id, k);
    }
    return st;
}

static maru_status read_report(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_report r = {.id = row->cell[COL_ID], .name = row->cell[COL_NAME]};
    maru_status st = check_id(t, row);
    if (st == MARU_OK && profile_report_at(t->profile, r.id) != PROFILE_NONE) {
        st = wrong(t, row, COL_ID, "this id has a row already");
    }
    st = st == MARU_OK ? read_list(t, row, profile_variable_at, &r.n_variable, &r.variable) : st;
    if (st == MARU_OK) {
        t->report[k] = r;
        t->profile->n_report = k + 1;
        index_add(&t->profile->reports, t->report[k].id, k);
    }
    return st;
}

static maru_status read_event(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_event e = {.id = row->cell[COL_ID], .name = row->cell[COL_NAME]};
    maru_status st = check_id(t, row);
    if (st == MARU_OK && profile_event_at(t->profile, e.id) != PROFILE_NONE) {
        st = wrong(t, row, COL_ID, "this id has a row already");
    }
    st = st == MARU_OK ? read_means(t, row, MEANS_LOT_START, MEANS_SPOOL_END, &e.means) : st;
    st = st == MARU_OK ? read_list(t, row, profile_report_at, &e.n_report, &e.report) : st;
    if (st == MARU_OK) {
        t->event[k] = e;
        t->profile->n_event = k + 1;
        index_add(&t->profile->events, t->event[k].id, k);
    }
    return st;
}

static maru_status read_alarm(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_alarm a = {.id = row->cell[COL_ID], .text = row->cell[COL_NAME]};
    uint32_t category = 0;
    maru_status st = check_id(t, row);
    if (st == MARU_OK && profile_alarm_at(t->profile, a.id) != PROFILE_NONE) {
        st = wrong(t, row, COL_ID, "this id has a row already");
    }
    st = st == MARU_OK ? read_count(t, row, COL_KIND, 0, &category) : st;
    if (st == MARU_OK && category > 127) {
        st = wrong(t, row, COL_KIND, "the category of an alarm is 0 to 127");
    }
    if (st == MARU_OK) {
        a.category = (uint8_t)category;
        t->alarm[k] = a;
        t->profile->n_alarm = k + 1;
        index_add(&t->profile->alarms, t->alarm[k].id, k);
    }
    return st;
}

static maru_status read_trace(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_trace r = {.id = row->cell[COL_ID]};
    const char *period = row->cell[COL_VALUE];
    maru_status st = check_id(t, row);
    if (st == MARU_OK && profile_trace_at(t->profile, r.id) != PROFILE_NONE) {
        st = wrong(t, row, COL_ID, "this id has a row already");
    }
    if (st == MARU_OK && (!number_scaled(period, strlen(period), 1000000, &r.period_us) ||
                          r.period_us < 10000 || r.period_us >= INT64_C(86400000000))) {
        st = wrong(t, row, COL_VALUE, "the period of a trace is 0.01 s to a day");
    }
    st = st == MARU_OK ? read_count(t, row, COL_LOW, 1, &r.n_group) : st;
    st = st == MARU_OK ? read_count(t, row, COL_HIGH, INT32_MAX, &r.n_total) : st;
    st = st == MARU_OK ? read_list(t, row, profile_variable_at, &r.n_variable, &r.variable) : st;
    if (st == MARU_OK) {
        t->trace[k] = r;
        t->profile->n_trace = k + 1;
    }
    return st;
}

static maru_status read_command(struct table *t, const struct table_row *row, uint32_t k) {
    struct profile_command c = {.name = row->cell[COL_NAME], .done = PROFILE_NONE};
    const char *at = row->cell[COL_LIST];
    const char *done = row->cell[COL_VALUE];
    const size_t n_name = strlen(c.name);
    if (n_name == 0 || profile_command_named(t->profile, c.name, n_name) != PROFILE_NONE) {
        return wrong(t, row, COL_NAME, "a name that no other command has is wanted");
    }
    if (done[0] != '\0') {
        c.done = profile_event_at(t->profile, done);
        if (c.done == PROFILE_NONE) {
            return wrong(t, row, COL_VALUE, "there is no event with this id above");
        }
    }
    c.n_parameter = count_words(at);
    const char **parameter = take(t, c.n_parameter, sizeof *parameter);
    for (uint32_t i = 0; parameter && i < c.n_parameter; i++) {
        parameter[i] = next_word(t, &at);
        if (!parameter[i]) {
            return arena_refusal(t->arena, t->err);
        }
    }
    if (!parameter) {
        return arena_refusal(t->arena, t->err);
    }
    c.parameter = parameter;
    t->command[k] = c;
    t->profile->n_command = k + 1;
    return MARU_OK;
}

static maru_status read_row(struct table *t, const struct table_row *row, uint32_t k) {
    switch (row->kind) {
    case ROW_SETTING:
        return read_setting(t, row);
    case ROW_VARIABLE:
        return read_variable(t, row, k);
    case ROW_REPORT:
        return read_report(t, row, k);
    case ROW_EVENT:
        return read_event(t, row, k);
    case ROW_ALARM:
        return read_alarm(t, row, k);
    case ROW_TRACE:
        return read_trace(t, row, k);
    case ROW_COMMAND:
        return read_command(t, row, k);
    case N_ROW_KIND:
    default:
        return MARU_OK;
    }
}

// At most half of the slots are ever taken.
static bool take_index(struct table *t, uint32_t n_row, struct profile_index *index) {
    uint32_t n_slot = 4;
    while (n_slot < n_row * 2) {
        n_slot *= 2;
    }
    index->slot = take(t, n_slot, sizeof *index->slot);
    index->mask = n_slot - 1;
    return index->slot != NULL;
}

static bool take_arrays(struct table *t) {
    struct profile *p = t->profile;
    p->variable = t->variable = take(t, t->n_kind[ROW_VARIABLE], sizeof *t->variable);
    p->report = t->report = take(t, t->n_kind[ROW_REPORT], sizeof *t->report);
    p->event = t->event = take(t, t->n_kind[ROW_EVENT], sizeof *t->event);
    p->alarm = t->alarm = take(t, t->n_kind[ROW_ALARM], sizeof *t->alarm);
    p->trace = t->trace = take(t, t->n_kind[ROW_TRACE], sizeof *t->trace);
    p->command = t->command = take(t, t->n_kind[ROW_COMMAND], sizeof *t->command);
    return t->variable && t->report && t->event && t->alarm && t->trace && t->command &&
           take_index(t, t->n_kind[ROW_VARIABLE], &p->variables) &&
           take_index(t, t->n_kind[ROW_REPORT], &p->reports) &&
           take_index(t, t->n_kind[ROW_EVENT], &p->events) &&
           take_index(t, t->n_kind[ROW_ALARM], &p->alarms);
}

static size_t count_lines(const char *bytes, size_t n) {
    size_t n_line = 1;
    for (size_t i = 0; i < n && n_line < PROFILE_MAX_ROWS; i++) {
        n_line += bytes[i] == '\n';
    }
    return n_line;
}

static maru_status read_table(struct table *t, const char *bytes, size_t n) {
    t->row = take(t, count_lines(bytes, n), sizeof *t->row);
    if (!t->row) {
        return arena_refusal(t->arena, t->err);
    }
    maru_status st = read_rows(t, bytes, n);
    if (st == MARU_OK && !take_arrays(t)) {
        st = arena_refusal(t->arena, t->err);
    }
    for (uint32_t kind = 0; kind < N_ROW_KIND && st == MARU_OK; kind++) {
        uint32_t k = 0;
        for (uint32_t i = 0; i < t->n_row && st == MARU_OK; i++) {
            if (t->row[i].kind == (enum row_kind)kind) {
                st = read_row(t, &t->row[i], k++);
            }
        }
    }
    return st;
}

maru_status profile_read(const char *bytes, size_t n, struct profile **out, maru_error *err) {
    if (n > PROFILE_MAX_FILE_BYTES || !text_is_utf8(bytes, n)) {
        return fail(err, n > PROFILE_MAX_FILE_BYTES ? MARU_E_LIMIT : MARU_E_INPUT,
                    "the table of a tool is UTF-8 text of at most 8 MiB");
    }
    struct profile *profile = alloc_new(1, sizeof *profile);
    struct arena *arena = alloc_new(1, sizeof *arena);
    if (!profile || !arena) {
        alloc_free(profile);
        alloc_free(arena);
        return fail(err, MARU_E_MEMORY, "no memory for a table");
    }
    arena_init(arena, PROFILE_MAX_MODEL_BYTES);
    profile->arena = arena;
    profile->set.model = "";
    profile->set.version = "";
    for (size_t i = 0; i < N_SETTING; i++) {
        set_field(&profile->set, &setting_rows[i], setting_rows[i].usual);
    }
    struct table table = {.profile = profile, .arena = arena, .err = err};
    const maru_status st = read_table(&table, bytes, n);
    if (st != MARU_OK) {
        profile_free(profile);
        return st;
    }
    *out = profile;
    return MARU_OK;
}

void profile_free(struct profile *profile) {
    if (profile) {
        arena_fini(profile->arena);
        alloc_free(profile->arena);
        alloc_free(profile);
    }
}

struct hsms_settings profile_session(const struct profile *profile) {
    const struct profile_settings *set = &profile->set;
    return (struct hsms_settings){
        .is_active = set->is_active != 0,
        .device = (uint16_t)set->device,
        .t3_us = set->t3_us,
        .t5_us = set->t5_us,
        .t6_us = set->t6_us,
        .t7_us = set->t7_us,
        .t8_us = set->t8_us,
        .linktest_us = set->linktest_us,
        .max_frame_bytes = (uint32_t)set->max_frame_bytes,
        .max_open = (uint32_t)set->max_open,
        .first_system = 1,
    };
}

// ---- looking up

// The text at `offset` of a row.
static const char *text_at(const void *rows, size_t row, size_t size, size_t offset) {
    const char *text = NULL;
    memcpy(&text, (const char *)rows + row * size + offset, sizeof text);
    return text;
}

static uint32_t look_up(const struct profile_index *index, const void *rows, size_t size,
                        size_t offset, const char *id) {
    uint32_t at = hash_of(id) & index->mask;
    while (index->slot[at] != 0 &&
           strcmp(text_at(rows, index->slot[at] - 1, size, offset), id) != 0) {
        at = (at + 1) & index->mask;
    }
    return index->slot[at] - 1; // of an empty slot: PROFILE_NONE
}

// Row of a table whose text at `offset` is the one wanted.
static uint32_t find(const void *rows, uint32_t n, size_t size, size_t offset, const char *wanted) {
    for (uint32_t i = 0; i < n; i++) {
        if (strcmp(text_at(rows, i, size, offset), wanted) == 0) {
            return i;
        }
    }
    return PROFILE_NONE;
}

uint32_t profile_variable_at(const struct profile *profile, const char *id) {
    return look_up(&profile->variables, profile->variable, sizeof *profile->variable,
                   offsetof(struct profile_variable, id), id);
}

uint32_t profile_variable_named(const struct profile *profile, const char *name) {
    return find(profile->variable, profile->n_variable, sizeof *profile->variable,
                offsetof(struct profile_variable, name), name);
}

uint32_t profile_report_at(const struct profile *profile, const char *id) {
    return look_up(&profile->reports, profile->report, sizeof *profile->report,
                   offsetof(struct profile_report, id), id);
}

uint32_t profile_event_at(const struct profile *profile, const char *id) {
    return look_up(&profile->events, profile->event, sizeof *profile->event,
                   offsetof(struct profile_event, id), id);
}

uint32_t profile_alarm_at(const struct profile *profile, const char *id) {
    return look_up(&profile->alarms, profile->alarm, sizeof *profile->alarm,
                   offsetof(struct profile_alarm, id), id);
}

uint32_t profile_trace_at(const struct profile *profile, const char *id) {
    return find(profile->trace, profile->n_trace, sizeof *profile->trace,
                offsetof(struct profile_trace, id), id);
}

uint32_t profile_variable_meaning(const struct profile *profile, enum profile_meaning means) {
    uint32_t i = 0;
    while (i < profile->n_variable && profile->variable[i].means != means) {
        i++;
    }
    return i < profile->n_variable ? i : PROFILE_NONE;
}

uint32_t profile_event_meaning(const struct profile *profile, enum profile_meaning means) {
    uint32_t i = 0;
    while (i < profile->n_event && profile->event[i].means != means) {
        i++;
    }
    return i < profile->n_event ? i : PROFILE_NONE;
}

uint32_t profile_command_named(const struct profile *profile, const char *name, size_t n) {
    for (uint32_t i = 0; i < profile->n_command; i++) {
        const char *other = profile->command[i].name;
        if (strlen(other) == n && memcmp(other, name, n) == 0) {
            return i;
        }
    }
    return PROFILE_NONE;
}

// ---- ids

bool profile_id_of(const struct secs_item *item, char out[PROFILE_MAX_ID_BYTES + 1]) {
    int64_t number = 0;
    if (!item || item->kind == SECS_L || item->kind == SECS_BOOLEAN) {
        return false;
    }
    if (secs_is_text(item)) {
        // Some tools fill a fixed width with blanks.
        uint32_t n = item->n;
        while (n > 0 && item->bytes[n - 1] == ' ') {
            n--;
        }
        if (n == 0 || n > PROFILE_MAX_ID_BYTES || memchr(item->bytes, 0, n)) {
            return false;
        }
        memcpy(out, item->bytes, n);
        out[n] = '\0';
        return true;
    }
    if (item->n != 1 || !secs_integer(item, 0, &number)) {
        return false;
    }
    snprintf(out, PROFILE_MAX_ID_BYTES + 1, "%lld", (long long)number);
    return true;
}

void profile_put_id(const struct profile *profile, const char *id, struct text *out) {
    const enum secs_kind kind = (enum secs_kind)profile->set.id_kind;
    int64_t number = 0;
    const size_t before = out->n_bytes;
    const bool is_plain_number =
        (id[0] >= '1' && id[0] <= '9') || strcmp(id, "0") == 0 || id[0] == '-';
    if (kind != SECS_A && out->status == MARU_OK && is_plain_number &&
        number_int64(id, strlen(id), &number)) {
        secs_put_integer(out, kind, number);
        if (out->status != MARU_E_RANGE) {
            return;
        }
        out->status = MARU_OK; // it does not fit: as text, then
        out->n_bytes = before;
    }
    secs_put_ascii(out, id);
}
