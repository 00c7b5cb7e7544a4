#include "control/alarms/alarm_table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "control/alarms/alarm_list.h"
#include "control/equipment/grid.h"
#include "control/equipment/name_list.h"
#include "plant/dialect/timespec.h"

// Rows become drafts, with signals and operators as numbers at once and causes as names, since a cause may
// stand further down. Without faults the drafts are frozen: causes found, cycles refused, and two indices
// made, from signals to leaves and from causes to effects.

enum column {
#define X(name, english, korean, is_required) COLUMN_##name,
    ALARM_COLUMNS(X)
#undef X
        N_COLUMN
};

static const struct grid_column columns[N_COLUMN] = {
#define X(name, english, korean, is_required) {english, korean, is_required},
    ALARM_COLUMNS(X)
#undef X
};

static const char *const priorities[2][N_ALARM_PRIORITY] = {{
#define X(name, english, korean) english,
                                                                ALARM_PRIORITIES(X)
#undef X
                                                            },
                                                            {
#define X(name, english, korean) korean,
                                                                ALARM_PRIORITIES(X)
#undef X
                                                            }};

const char *alarm_priority_name(uint8_t priority, bool is_korean) {
    return priority < N_ALARM_PRIORITY ? priorities[is_korean][priority] : "";
}

struct draft {
    struct alarm_table *table; // its arena holds what is kept
    struct alarm_def *alarm;   // (n), grown
    struct condition_leaf *leaf;
    uint8_t *code;
    uint32_t *cause_line; // (n)
    const char **cause;   // (n), "" for none
    uint32_t cap, cap_leaf, cap_code;
    struct name_list names, signals, operators;
    maru_faults *faults;
    const char *file;
};

// Room for `n` of `size` in a block that holds *cap.
static bool make_room(void *block, size_t size, uint64_t n, uint32_t *cap) {
    if (n <= *cap) {
        return true;
    }
    const uint64_t wanted = n > 2 * (uint64_t)*cap ? n : 2 * (uint64_t)*cap;
    void *old = NULL;
    memcpy(&old, block, sizeof old);
    void *grown = alloc_resize(old, wanted, size);
    if (grown) {
        memcpy(block, &grown, sizeof grown);
        *cap = (uint32_t)wanted;
    }
    return grown != NULL;
}

// ---- cells

static bool read_span(const struct grid_row *row, uint32_t column, maru_time *out) {
    struct complaint why;
    const struct csv_field *cell = &row->cell[column];
    if (cell->n == 0 || span_read(cell->bytes, cell->n, out, &why)) {
        return true;
    }
    grid_fault(row, column, why.right, "%s", why.wrong);
    return false;
}

static bool read_priority(const struct grid_row *row, uint8_t *out) {
    const struct csv_field *cell = &row->cell[COLUMN_PRIORITY];
    *out = ALARM_MEDIUM;
    for (uint32_t i = 0; i < N_ALARM_PRIORITY; i++) {
        const bool is_number = cell->n == 1 && cell->bytes[0] == "1234"[i];
        if (is_number || word_is(cell->bytes, cell->n, priorities[0][i]) ||
            strcmp(cell->bytes, priorities[1][i]) == 0) {
            *out = (uint8_t)i;
            return true;
        }
    }
    if (cell->n > 0) {
        grid_fault(row, COLUMN_PRIORITY, "critical, high, medium or low", "unknown word");
    }
    return cell->n == 0;
}

static bool read_ack(const struct grid_row *row, bool *out) {
    const struct csv_field *cell = &row->cell[COLUMN_ACK];
    const bool is_no = word_is(cell->bytes, cell->n, "no") || strcmp(cell->bytes, "아니요") == 0;
    *out = !is_no;
    if (is_no || cell->n == 0 || word_is(cell->bytes, cell->n, "yes") ||
        strcmp(cell->bytes, "예") == 0) {
        return true;
    }
    grid_fault(row, COLUMN_ACK, "yes or no", "unknown word");
    return false;
}

static bool read_short(const struct grid_row *row, uint32_t column, size_t max_bytes) {
    const struct csv_field *cell = &row->cell[column];
    if (memchr(cell->bytes, '\n', cell->n)) {
        grid_fault(row, column, "one line", "a line break or tab inside the text");
        return false;
    }
    if (cell->n > max_bytes) {
        grid_fault(row, column, "a shorter text", "the text has more than %zu bytes", max_bytes);
        return false;
    }
    return true;
}

static uint32_t number_of_signal(void *context, const char *bytes, size_t n, maru_error *err) {
    struct name_list *signals = context;
    const uint32_t signal = name_list_add(signals, bytes, n);
    if (signal == NAME_NONE) {
        fail(err, MARU_E_MEMORY, "out of memory");
    } else if (signal >= ALARMS_MAX_SIGNALS) {
        fail(err, MARU_E_LIMIT, "the conditions look at more than %d signals", ALARMS_MAX_SIGNALS);
        return NAME_NONE;
    }
    return signal;
}

// ---- rows

static maru_status keep_condition(struct draft *d, const struct condition *condition,
                                  struct alarm_def *def, maru_error *err) {
    struct alarm_table *t = d->table;
    if (!make_room(&d->leaf, sizeof *d->leaf, (uint64_t)t->n_leaf + condition->n_leaf,
                   &d->cap_leaf) ||
        !make_room(&d->code, 1, (uint64_t)t->n_code + condition->n_code, &d->cap_code)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    memcpy(d->leaf + t->n_leaf, condition->leaf, condition->n_leaf * sizeof *d->leaf);
    memcpy(d->code + t->n_code, condition->code, condition->n_code);
    def->first_leaf = t->n_leaf;
    def->n_leaf = condition->n_leaf;
    def->first_code = t->n_code;
    def->n_code = condition->n_code;
    t->n_leaf += condition->n_leaf;
    t->n_code += condition->n_code;
    return MARU_OK;
}

// All cells but names and the condition; false where one is wrong.
static bool read_cells(const struct grid_row *row, struct alarm_def *def) {
    bool is_good = read_short(row, COLUMN_ALARM, ALARMS_MAX_NAME_BYTES);
    is_good = read_short(row, COLUMN_OPERATOR, ALARMS_MAX_NAME_BYTES) && is_good;
    is_good = read_short(row, COLUMN_TEXT, ALARMS_MAX_TEXT_BYTES) && is_good;
    is_good = read_priority(row, &def->priority) && is_good;
    is_good = read_ack(row, &def->needs_ack) && is_good;
    is_good = read_span(row, COLUMN_ON_DELAY, &def->on_us) && is_good;
    is_good = read_span(row, COLUMN_OFF_DELAY, &def->off_us) && is_good;
    is_good = read_span(row, COLUMN_DEAD_TIME, &def->dead_us) && is_good;
    return read_span(row, COLUMN_ESCALATE, &def->escalate_us) && is_good;
}

static maru_status keep_row(struct draft *d, const struct grid_row *row, struct alarm_def *def,
                            maru_error *err) {
    const struct csv_field *cell = row->cell;
    const uint32_t n = d->table->n_alarm;
    if (n == ALARMS_MAX) {
        return fail_at(err, MARU_E_LIMIT, d->file, row->line, 0, "there are more than %d alarms",
                       ALARMS_MAX);
    }
    uint32_t cap_cause = d->cap;
    uint32_t cap_line = cap_cause;
    def->text = arena_text(&d->table->arena, cell[COLUMN_TEXT].bytes, cell[COLUMN_TEXT].n);
    const char *cause =
        arena_text(&d->table->arena, cell[COLUMN_CAUSE].bytes, cell[COLUMN_CAUSE].n);
    def->operator_ =
        name_list_add(&d->operators, cell[COLUMN_OPERATOR].bytes, cell[COLUMN_OPERATOR].n);
    if (!def->text || !cause || def->operator_ == NAME_NONE) {
        return arena_refusal(&d->table->arena, err);
    }
    if (!make_room(&d->cause, sizeof *d->cause, n + 1, &cap_cause) ||
        !make_room(&d->cause_line, sizeof *d->cause_line, n + 1, &cap_line) ||
        !make_room(&d->alarm, sizeof *d->alarm, n + 1, &d->cap)) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    if (def->operator_ >= ALARMS_MAX_OPERATORS) {
        return fail_at(err, MARU_E_LIMIT, d->file, row->line, 0, "there are more than %d operators",
                       ALARMS_MAX_OPERATORS);
    }
    if (name_list_add(&d->names, cell[COLUMN_ALARM].bytes, cell[COLUMN_ALARM].n) == NAME_NONE) {
        return arena_refusal(&d->table->arena, err);
    }
    d->cause[n] = cause;
    d->cause_line[n] = row->line;
    def->name = d->names.name[n];
    d->alarm[n] = *def;
    d->table->n_alarm++;
    return MARU_OK;
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    struct alarm_def def = {.cause = ALARM_NONE};
    const struct csv_field *name = &row->cell[COLUMN_ALARM];
    const struct csv_field *text = &row->cell[COLUMN_CONDITION];
    if (row->at[COLUMN_ALARM] == 0 || row->at[COLUMN_CONDITION] == 0) {
        return MARU_OK; // said once, of the first line
    }
    bool is_good = read_cells(row, &def);
    if (name_list_find(&d->names, name->bytes, name->n) != NAME_NONE) {
        grid_fault(row, COLUMN_ALARM, "a name of its own for each alarm",
                   "an alarm further up has the same name");
        is_good = false;
    }
    struct condition condition;
    maru_error why;
    maru_status st =
        condition_read(text->bytes, text->n, number_of_signal, &d->signals, &condition, &why);
    if (st != MARU_OK && why.code == MARU_E_MEMORY) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    if (st != MARU_OK) {
        grid_fault(row, COLUMN_CONDITION, "a condition as in docs/ALARMS.md", "at letter %u: %s",
                   why.column, why.text);
        return MARU_OK;
    }
    if (!is_good) {
        return MARU_OK;
    }
    st = keep_condition(d, &condition, &def, err);
    return st == MARU_OK ? keep_row(d, row, &def, err) : st;
}

// ---- causes

static void cause_fault(struct draft *d, uint32_t i, const char *right, const char *format, ...)
    MARU_PRINTF(4, 5);

static void cause_fault(struct draft *d, uint32_t i, const char *right, const char *format, ...) {
    const struct fault_place place = {.file = d->file,
                                      .row = d->cause_line[i],
                                      .header = columns[COLUMN_CAUSE].english,
                                      .value = d->cause[i]};
    va_list args;
    va_start(args, format);
    faults_add(d->faults, MARU_FAULT, &place, right, format, args);
    va_end(args);
}

static void resolve_causes(struct draft *d) {
    const uint32_t n = d->table->n_alarm;
    for (uint32_t i = 0; i < n; i++) {
        if (d->cause[i][0] != '\0') {
            d->alarm[i].cause = name_list_find(&d->names, d->cause[i], strlen(d->cause[i]));
            if (d->alarm[i].cause == NAME_NONE) {
                cause_fault(d, i, "the name of another alarm of this table",
                            "there is no alarm of this name");
            }
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t depth = 0;
        for (uint32_t k = i; d->alarm[k].cause != ALARM_NONE && depth <= ALARMS_MAX_CAUSES;
             k = d->alarm[k].cause) {
            depth++;
        }
        if (depth > ALARMS_MAX_CAUSES) {
            cause_fault(d, i, "a cause that does not lead back to this alarm",
                        "causes go round in a circle, or more than %d deep", ALARMS_MAX_CAUSES);
        }
    }
}

// ---- freezing

static void *copy(struct arena *arena, const void *from, size_t n, size_t size) {
    void *to = arena_take(arena, n > 0 ? n : 1, size);
    if (to && n > 0) {
        memcpy(to, from, n * size);
    }
    return to;
}

// Numbers 0 to n - 1 sorted by key (below n_key; others are left out): where each key begins, and them.
static bool index_by(struct arena *arena, const uint32_t *key, uint32_t n, uint32_t n_key,
                     const uint32_t **first, const uint32_t **sorted) {
    uint32_t *begin = arena_take(arena, (size_t)n_key + 3, sizeof *begin);
    uint32_t *out = arena_take(arena, (size_t)n + 1, sizeof *out);
    if (!begin || !out) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (key[i] < n_key) {
            begin[key[i] + 2]++;
        }
    }
    for (uint32_t k = 2; k <= n_key + 1; k++) { // begin[k + 1]: where the next of key k goes
        begin[k] += begin[k - 1];
    }
    for (uint32_t i = 0; i < n; i++) {
        if (key[i] < n_key) {
            out[begin[key[i] + 1]++] = i;
        }
    }
    *first = begin;
    *sorted = out;
    return true;
}

static bool make_indices(struct alarm_table *t, uint32_t *key) {
    for (uint32_t i = 0; i < t->n_leaf; i++) {
        key[i] = t->leaf[i].signal;
    }
    if (!index_by(&t->arena, key, t->n_leaf, t->n_signal, &t->signal_first, &t->signal_leaf)) {
        return false;
    }
    for (uint32_t i = 0; i < t->n_alarm; i++) {
        key[i] = t->alarm[i].cause;
    }
    return index_by(&t->arena, key, t->n_alarm, t->n_alarm, &t->effect_first, &t->effect);
}

static maru_status freeze(struct draft *d, maru_error *err) {
    struct alarm_table *t = d->table;
    struct arena *arena = &t->arena;
    t->n_signal = d->signals.n;
    t->n_operator = d->operators.n;
    t->alarm = copy(arena, d->alarm, t->n_alarm, sizeof *d->alarm);
    t->leaf = copy(arena, d->leaf, t->n_leaf, sizeof *d->leaf);
    t->code = copy(arena, d->code, t->n_code, 1);
    t->signal = copy(arena, d->signals.name, t->n_signal, sizeof *d->signals.name);
    t->operator_ = copy(arena, d->operators.name, t->n_operator, sizeof *d->operators.name);
    uint32_t *owner = arena_take(arena, (size_t)t->n_leaf + 1, sizeof *owner);
    t->leaf_alarm = owner;
    const uint32_t n_key = t->n_leaf > t->n_alarm ? t->n_leaf : t->n_alarm;
    uint32_t *key = arena_take(arena, (size_t)n_key + 1, sizeof *key);
    if (!t->alarm || !t->leaf || !t->code || !t->signal || !t->operator_ || !owner || !key) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < t->n_alarm; i++) {
        for (uint32_t k = 0; k < t->alarm[i].n_leaf; k++) {
            owner[t->alarm[i].first_leaf + k] = i;
        }
    }
    return make_indices(t, key) ? MARU_OK : arena_refusal(arena, err);
}

static void draft_fini(struct draft *d) {
    alloc_free(d->alarm);
    alloc_free(d->leaf);
    alloc_free(d->code);
    alloc_free(d->cause);
    alloc_free(d->cause_line);
    name_list_fini(&d->names);
    name_list_fini(&d->signals);
    name_list_fini(&d->operators);
}

maru_status alarm_table_read(const char *file, const char *bytes, size_t n, maru_faults *faults,
                             struct alarm_table *out, maru_error *err) {
    struct alarm_table table = {0};
    struct draft d = {.table = &table, .faults = faults, .file = file};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&table.arena, ALARMS_MAX_TABLE_BYTES);
    name_list_init(&d.names, &table.arena);
    name_list_init(&d.signals, &table.arena);
    name_list_init(&d.operators, &table.arena);
    maru_status st = MARU_OK;
    if (name_list_add(&d.operators, "", 0) == NAME_NONE) {
        st = arena_refusal(&table.arena, err);
    }
    st = st == MARU_OK ? grid_read(&form, bytes, n, faults, take_row, &d, err) : st;
    if (st == MARU_OK) {
        resolve_causes(&d);
        st = faults_status(faults, err);
    }
    st = st == MARU_OK ? freeze(&d, err) : st;
    draft_fini(&d);
    if (st == MARU_OK) {
        *out = table;
    } else {
        arena_fini(&table.arena);
    }
    return st;
}

void alarm_table_fini(struct alarm_table *table) {
    if (table) {
        arena_fini(&table->arena);
        *table = (struct alarm_table){0};
    }
}

uint32_t alarm_table_find(const struct alarm_table *table, const char *name) {
    for (uint32_t i = 0; i < table->n_alarm; i++) {
        if (strcmp(table->alarm[i].name, name) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

uint32_t alarm_table_signal(const struct alarm_table *table, const char *name) {
    for (uint32_t i = 0; i < table->n_signal; i++) {
        if (strcmp(table->signal[i], name) == 0) {
            return i;
        }
    }
    return ALARM_NONE;
}

// ---- writing

static const char *signal_name(const void *context, uint32_t signal) {
    const struct alarm_table *table = context;
    return table->signal[signal];
}

void alarm_table_write_condition(const struct alarm_table *table, uint32_t alarm,
                                 struct text *out) {
    const struct alarm_def *def = &table->alarm[alarm];
    struct condition condition = {.n_leaf = def->n_leaf, .n_code = def->n_code};
    memcpy(condition.leaf, table->leaf + def->first_leaf, def->n_leaf * sizeof *table->leaf);
    memcpy(condition.code, table->code + def->first_code, def->n_code);
    condition_write(&condition, signal_name, table, out);
}

void alarm_table_write_test(const struct alarm_table *table, const struct condition_leaf *leaf,
                            struct text *out) {
    const struct condition condition = {.leaf = {*leaf}, .code = {0}, .n_leaf = 1, .n_code = 1};
    condition_write(&condition, signal_name, table, out);
}

static void write_span(maru_time span_us, struct text *out) {
    text_addz(out, ",");
    if (span_us > 0) {
        span_write(out, span_us);
    }
}

void alarm_table_write(const struct alarm_table *table, struct text *out) {
    struct text condition;
    text_init(&condition, 1 << 20);
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        text_addf(out, "%s%s", i > 0 ? "," : "", columns[i].english);
    }
    text_addz(out, "\n");
    for (uint32_t i = 0; i < table->n_alarm; i++) {
        const struct alarm_def *def = &table->alarm[i];
        text_clear(&condition);
        alarm_table_write_condition(table, i, &condition);
        text_add_csv(out, def->name);
        text_addz(out, ",");
        text_add_csv(out, condition.bytes);
        text_addf(out, ",%s,", alarm_priority_name(def->priority, false));
        text_add_csv(out, def->text);
        write_span(def->on_us, out);
        write_span(def->off_us, out);
        write_span(def->dead_us, out);
        text_addz(out, ",");
        text_add_csv(out, def->cause == ALARM_NONE ? "" : table->alarm[def->cause].name);
        text_addz(out, ",");
        text_add_csv(out, table->operator_[def->operator_]);
        write_span(def->escalate_us, out);
        text_addz(out, def->needs_ack ? ",yes\n" : ",no\n");
    }
    out->status = out->status == MARU_OK ? condition.status : out->status;
    text_fini(&condition);
}
