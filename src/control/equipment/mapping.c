#include "control/equipment/mapping.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "control/equipment/grid.h"
#include "plant/dialect/timespec.h"
#include "plant/plant.h"

// Rows become rules in the order of the table; then they are sorted by signal (by counting, so that rows
// of a signal stay in their order) and two that take the same value are a fault. Values are closed
// ranges of numbers, words, or any: `> 5` begins at the double after 5.

enum column {
#define X(name, english, korean, is_required) COLUMN_##name,
    MAPPING_COLUMNS(X)
#undef X
        N_COLUMN
};

static const struct grid_column columns[N_COLUMN] = {
#define X(name, english, korean, is_required) {english, korean, is_required},
    MAPPING_COLUMNS(X)
#undef X
};

static const char *const meanings[2][N_MAPPING_MEANING] = {{"", "", "",
#define X(name, english, korean) english,
                                                            MAPPING_MEANINGS(X)
#undef X
                                                           },
                                                           {"", "", "",
#define X(name, english, korean) korean,
                                                            MAPPING_MEANINGS(X)
#undef X
                                                           }};

struct draft {
    struct mapping *mapping;
    struct mapping_rule *rule; // (n, cap)
    uint32_t *line;            // (n, cap)
    uint32_t *n_of_key;        // (cap_key), rows so far
    uint32_t n, cap, cap_key;
    const maru_plant *plant;
    maru_faults *faults;
    const char *file;
    bool is_short; // of memory
};

// ---- meanings

// Takes a word and a blank away from either end; false where it does not stand there.
static bool cut_first(const char **bytes, size_t *n, const char *word) {
    const size_t n_word = strlen(word);
    if (*n <= n_word || !word_is(*bytes, n_word, word) || (*bytes)[n_word] != ' ') {
        return false;
    }
    *bytes += n_word + 1;
    *n -= n_word + 1;
    return true;
}

static bool cut_last(size_t *n, const char *bytes, const char *word) {
    const size_t n_word = strlen(word);
    if (*n <= n_word || memcmp(bytes + *n - n_word, word, n_word) != 0 ||
        bytes[*n - n_word - 1] != ' ') {
        return false;
    }
    *n -= n_word + 1;
    return true;
}

static bool read_meaning(const char *bytes, size_t n, struct mapping_rule *rule) {
    for (uint32_t i = MAPPING_END + 1; i < N_MAPPING_MEANING; i++) {
        if (word_is(bytes, n, meanings[0][i]) || word_is(bytes, n, meanings[1][i])) {
            rule->meaning = (uint8_t)i;
            return true;
        }
    }
    rule->meaning = MAPPING_STATE;
    if (cut_first(&bytes, &n, "begin") || cut_last(&n, bytes, "시작")) {
        rule->meaning = MAPPING_BEGIN;
    } else if (cut_first(&bytes, &n, "end") || cut_last(&n, bytes, "종료")) {
        rule->meaning = MAPPING_END;
    }
    return e10_read(bytes, n, &rule->substate);
}

// ---- values

// A number, or true and false as 1 and 0.
static bool read_number(const char *bytes, size_t n, double *out) {
    if (word_is(bytes, n, "true") || word_is(bytes, n, "false")) {
        *out = n == 4;
        return true;
    }
    return number_double(bytes, n, out);
}

static const char *skip_blanks(const char *bytes, const char *end) {
    while (bytes < end && *bytes == ' ') {
        bytes++;
    }
    return bytes;
}

// `>= 5` and the like: the sign is there.
static bool read_bound(const char *bytes, size_t n, struct mapping_rule *rule) {
    const bool is_above = bytes[0] == '>';
    const bool is_closed = n > 1 && bytes[1] == '=';
    const char *number = skip_blanks(bytes + (is_closed ? 2 : 1), bytes + n);
    double bound = 0;
    if (!read_number(number, (size_t)(bytes + n - number), &bound)) {
        return false;
    }
    rule->low = is_above ? bound : -(double)INFINITY;
    rule->high = is_above ? (double)INFINITY : bound;
    if (!is_closed) {
        rule->low = is_above ? nextafter(bound, (double)INFINITY) : rule->low;
        rule->high = is_above ? rule->high : nextafter(bound, -(double)INFINITY);
    }
    return rule->low < (double)INFINITY && rule->high > -(double)INFINITY;
}

// `10..20`; false: there is no `..`, or what stands beside it is no number.
static bool read_range(const char *bytes, size_t n, struct mapping_rule *rule) {
    for (size_t i = 1; i + 2 < n; i++) {
        if (bytes[i] == '.' && bytes[i + 1] == '.') {
            const char *last = skip_blanks(bytes + i + 2, bytes + n);
            size_t n_first = i;
            while (n_first > 0 && bytes[n_first - 1] == ' ') {
                n_first--;
            }
            return number_double(bytes, n_first, &rule->low) &&
                   number_double(last, (size_t)(bytes + n - last), &rule->high) &&
                   rule->low <= rule->high;
        }
    }
    return false;
}

static bool read_value(struct draft *d, const struct grid_row *row, struct mapping_rule *rule) {
    const struct csv_field *cell = &row->cell[COLUMN_VALUE];
    rule->is_any = cell->n == 0 || strcmp(cell->bytes, "*") == 0;
    if (rule->is_any) {
        return true;
    }
    if (cell->bytes[0] == '<' || cell->bytes[0] == '>') {
        if (!read_bound(cell->bytes, cell->n, rule)) {
            grid_fault(row, COLUMN_VALUE, "a number behind it, such as >= 5", "not a number");
            return false;
        }
        return true;
    }
    if (read_range(cell->bytes, cell->n, rule)) {
        return true;
    }
    if (read_number(cell->bytes, cell->n, &rule->low)) {
        rule->high = rule->low;
        return true;
    }
    rule->low = 0; // of a range that was none
    rule->high = 0;
    rule->word = arena_text(&d->mapping->arena, cell->bytes, cell->n);
    d->is_short = !rule->word;
    return true;
}

static bool overlap(const struct mapping_rule *a, const struct mapping_rule *b) {
    if (a->is_any || b->is_any) {
        return a->is_any && b->is_any;
    }
    if (a->word || b->word) {
        return a->word && b->word && word_is(a->word, strlen(a->word), b->word);
    }
    return a->low <= b->high && b->low <= a->high;
}

// ---- names

// "first\nsecond" as one name.
static uint32_t add_pair(struct name_list *list, const struct csv_field *first,
                         const struct csv_field *second) {
    char pair[2 * MAPPING_MAX_NAME_BYTES + 2];
    memcpy(pair, first->bytes, first->n);
    pair[first->n] = '\n';
    memcpy(pair + first->n + 1, second->bytes, second->n);
    return name_list_add(list, pair, (size_t)first->n + 1 + second->n);
}

static bool find_tool(const maru_plant *plant, const char *text, uint32_t *tool) {
    const char *slash = strrchr(text, '/');
    int64_t k = 0;
    if (!slash || !number_int64(slash + 1, strlen(slash + 1), &k) || k < 1) {
        return false;
    }
    const size_t n = (size_t)(slash - text);
    for (uint32_t g = 0; g < plant->n_group; g++) {
        const struct plant_group *group = &plant->group[g];
        if (strlen(group->name) == n && memcmp(group->name, text, n) == 0 && k <= group->n_tool) {
            *tool = group->first_tool + (uint32_t)k - 1;
            return true;
        }
    }
    return false;
}

static bool read_tool(struct draft *d, const struct grid_row *row, struct mapping_rule *rule) {
    const uint32_t column = row->cell[COLUMN_TOOL].n > 0 ? COLUMN_TOOL : COLUMN_EQUIPMENT;
    const struct csv_field *cell = &row->cell[column];
    rule->name = name_list_add(&d->mapping->tools, cell->bytes, cell->n);
    rule->tool = rule->name;
    if (!d->plant || find_tool(d->plant, cell->bytes, &rule->tool)) {
        return true;
    }
    grid_fault(row, column, "a tool group of the plant and a number, such as Litho/1",
               "the plant has no tool of this name");
    return false;
}

static bool names_are_short(const struct grid_row *row) {
    static const uint8_t named[] = {COLUMN_EQUIPMENT, COLUMN_SIGNAL, COLUMN_TOOL,
                                    COLUMN_SUBJECT,   COLUMN_REASON, COLUMN_VALUE};
    bool is_good = true;
    for (size_t i = 0; i < sizeof named; i++) {
        const struct csv_field *cell = &row->cell[named[i]];
        if (memchr(cell->bytes, '\n', cell->n)) {
            grid_fault(row, named[i], "one line", "a line break or tab inside the text");
            is_good = false;
        } else if (cell->n > MAPPING_MAX_NAME_BYTES) {
            grid_fault(row, named[i], "at most 255 bytes", "the name is too long");
            is_good = false;
        }
    }
    return is_good;
}

// ---- rows

static bool make_room(struct draft *d, uint32_t key) {
    if (d->n == d->cap) {
        const uint32_t cap = d->cap > 0 ? 2 * d->cap : 64;
        struct mapping_rule *rule = alloc_resize(d->rule, cap, sizeof *rule);
        d->rule = rule ? rule : d->rule;
        uint32_t *line = rule ? alloc_resize(d->line, cap, sizeof *line) : NULL;
        if (!line) {
            return false;
        }
        d->line = line;
        d->cap = cap;
    }
    if (key >= d->cap_key) {
        const uint32_t cap = d->cap_key > 0 ? 2 * d->cap_key : 64;
        uint32_t *n_of_key = alloc_resize(d->n_of_key, cap, sizeof *n_of_key);
        if (!n_of_key) {
            return false;
        }
        memset(n_of_key + d->cap_key, 0, (cap - d->cap_key) * sizeof *n_of_key);
        d->n_of_key = n_of_key;
        d->cap_key = cap;
    }
    return true;
}

static bool intern(struct draft *d, const struct grid_row *row, struct mapping_rule *rule) {
    struct mapping *m = d->mapping;
    const struct csv_field *cell = row->cell;
    rule->key = add_pair(&m->keys, &cell[COLUMN_EQUIPMENT], &cell[COLUMN_SIGNAL]);
    if (rule->key == NAME_NONE || rule->name == NAME_NONE) {
        return false;
    }
    if (rule->meaning == MAPPING_BEGIN || rule->meaning == MAPPING_END) {
        const uint32_t named = cell[COLUMN_SUBJECT].n > 0 ? COLUMN_SUBJECT : COLUMN_SIGNAL;
        rule->subject = add_pair(&m->subjects, &cell[COLUMN_EQUIPMENT], &cell[named]);
        if (rule->subject == NAME_NONE) {
            return false;
        }
        rule->subject++;
    }
    if (cell[COLUMN_REASON].n > 0) {
        rule->reason = name_list_add(&m->reasons, cell[COLUMN_REASON].bytes, cell[COLUMN_REASON].n);
        if (rule->reason == NAME_NONE) {
            return false;
        }
        rule->reason++;
    }
    return make_room(d, rule->key);
}

static maru_status take_row(void *context, const struct grid_row *row, maru_error *err) {
    struct draft *d = context;
    struct mapping_rule rule = {0};
    if (row->at[COLUMN_EQUIPMENT] == 0 || row->at[COLUMN_SIGNAL] == 0 ||
        row->at[COLUMN_MEANS] == 0 || !names_are_short(row)) {
        return MARU_OK; // said already
    }
    bool is_good = read_tool(d, row, &rule);
    is_good = read_value(d, row, &rule) && is_good;
    if (!read_meaning(row->cell[COLUMN_MEANS].bytes, row->cell[COLUMN_MEANS].n, &rule)) {
        grid_fault(row, COLUMN_MEANS,
                   "a state such as standby or 유휴, `begin` or `end` before one, lot begin, lot "
                   "end, good count and so on",
                   "this meaning is not known");
        is_good = false;
    }
    if (d->is_short || !intern(d, row, &rule)) {
        return arena_refusal(&d->mapping->arena, err);
    }
    if (d->n_of_key[rule.key] == MAPPING_MAX_VALUES) {
        grid_fault(row, COLUMN_SIGNAL, "fewer rows for one signal",
                   "more than %d rows for one signal", MAPPING_MAX_VALUES);
        return MARU_OK;
    }
    if (is_good) {
        d->n_of_key[rule.key]++;
        d->line[d->n] = row->line;
        d->rule[d->n++] = rule;
    }
    return MARU_OK;
}

// ---- freezing

static void clash(struct draft *d, uint32_t i, const char *format, ...) MARU_PRINTF(3, 4);

static void clash(struct draft *d, uint32_t i, const char *format, ...) {
    const struct fault_place place = {
        .file = d->file, .row = d->line[i], .header = columns[COLUMN_VALUE].english};
    va_list args;
    va_start(args, format);
    faults_add(d->faults, MARU_FAULT, &place, "one meaning for each value of a signal", format,
               args);
    va_end(args);
}

// Sorts by key into `sorted`, with what lies where in `first`, and finds rows that say the same.
static void sort_rules(struct draft *d, struct mapping_rule *sorted, uint32_t *from,
                       uint32_t *first) {
    const uint32_t n_key = d->mapping->keys.n;
    for (uint32_t k = 0; k < n_key; k++) {
        first[k + 1] = first[k] + (k < d->cap_key ? d->n_of_key[k] : 0);
    }
    for (uint32_t i = d->n; i-- > 0;) { // backwards, so that each key's rows stay in order
        const uint32_t at = first[d->rule[i].key] + --d->n_of_key[d->rule[i].key];
        sorted[at] = d->rule[i];
        from[at] = i;
    }
    for (uint32_t i = 1; i < d->n; i++) {
        for (uint32_t k = first[sorted[i].key]; k < i; k++) {
            if (overlap(&sorted[i], &sorted[k])) {
                clash(d, from[i], "row %u says something of the same value already",
                      d->line[from[k]]);
                break;
            }
        }
    }
}

static maru_status freeze(struct draft *d, maru_error *err) {
    struct mapping *m = d->mapping;
    struct mapping_rule *rule = arena_take(&m->arena, (size_t)d->n + 1, sizeof *rule);
    uint32_t *from = arena_take(&m->arena, (size_t)d->n + 1, sizeof *from);
    uint32_t *first = arena_take(&m->arena, (size_t)m->keys.n + 1, sizeof *first);
    if (!rule || !from || !first) {
        return arena_refusal(&m->arena, err);
    }
    sort_rules(d, rule, from, first);
    m->rule = rule;
    m->first_rule = first;
    m->n_rule = d->n;
    return faults_status(d->faults, err);
}

maru_status mapping_read(const char *file, const char *bytes, size_t n, const maru_plant *plant,
                         maru_faults *faults, struct mapping *out, maru_error *err) {
    struct mapping *m = alloc_new(1, sizeof *m); // lists point at its arena
    if (!m) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    struct draft d = {.mapping = m, .plant = plant, .faults = faults, .file = file};
    const struct grid_form form = {file, columns, N_COLUMN};
    arena_init(&m->arena, MAPPING_MAX_BYTES);
    name_list_init(&m->keys, &m->arena);
    name_list_init(&m->subjects, &m->arena);
    name_list_init(&m->tools, &m->arena);
    name_list_init(&m->reasons, &m->arena);
    maru_status st = grid_read(&form, bytes, n, faults, take_row, &d, err);
    st = st == MARU_OK ? freeze(&d, err) : st;
    if (st == MARU_OK) {
        *out = *m;
        out->keys.arena = NULL; // nothing is added any more
        out->subjects.arena = NULL;
        out->tools.arena = NULL;
        out->reasons.arena = NULL;
    } else {
        mapping_fini(m);
    }
    alloc_free(d.rule);
    alloc_free(d.line);
    alloc_free(d.n_of_key);
    alloc_free(m);
    return st;
}

void mapping_fini(struct mapping *mapping) {
    if (mapping) {
        name_list_fini(&mapping->keys);
        name_list_fini(&mapping->subjects);
        name_list_fini(&mapping->tools);
        name_list_fini(&mapping->reasons);
        arena_fini(&mapping->arena);
        *mapping = (struct mapping){0};
    }
}

// ---- asking

uint32_t mapping_find(const struct mapping *mapping, const char *equipment, const char *signal) {
    char pair[2 * MAPPING_MAX_NAME_BYTES + 2];
    const size_t n_first = strlen(equipment), n_second = strlen(signal);
    if (n_first > MAPPING_MAX_NAME_BYTES || n_second > MAPPING_MAX_NAME_BYTES) {
        return NAME_NONE;
    }
    memcpy(pair, equipment, n_first);
    pair[n_first] = '\n';
    memcpy(pair + n_first + 1, signal, n_second);
    return name_list_find(&mapping->keys, pair, n_first + 1 + n_second);
}

static bool matches(const struct mapping_rule *rule, const struct sample *sample, double number) {
    if (rule->is_any) {
        return true;
    }
    if (rule->word) {
        return sample->type == SAMPLE_TEXT &&
               word_is(sample->value.text, sample->n_text, rule->word);
    }
    return number >= rule->low && number <= rule->high;
}

const struct mapping_rule *mapping_match(const struct mapping *mapping, uint32_t key,
                                         const struct sample *sample) {
    if (key >= mapping->keys.n) {
        return NULL;
    }
    double number = sample_number(sample);
    if (sample->type == SAMPLE_TEXT) {
        read_number(sample->value.text, sample->n_text, &number);
    }
    const struct mapping_rule *any = NULL;
    for (uint32_t i = mapping->first_rule[key]; i < mapping->first_rule[key + 1]; i++) {
        const struct mapping_rule *rule = &mapping->rule[i];
        if (rule->is_any) {
            any = rule;
        } else if (matches(rule, sample, number)) {
            return rule;
        }
    }
    return any;
}

// A lot's subject: of its name or number, apart from those of BEGIN.
static uint32_t subject_of_lot(const struct sample *sample) {
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    const bool is_text = sample->type == SAMPLE_TEXT;
    const char *bytes = is_text ? sample->value.text : (const char *)&sample->value.integer;
    const size_t n = is_text ? sample->n_text : sizeof sample->value.integer;
    for (size_t i = 0; i < n; i++) {
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001B3);
    }
    return (uint32_t)(h ^ h >> 32) | UINT32_C(0x80000000);
}

bool mapping_event(const struct mapping_rule *rule, const struct sample *sample, int64_t task,
                   struct timeline_event *out) {
    struct timeline_event event = {.at_us = sample->at_us,
                                   .subject = rule->subject,
                                   .reason = rule->reason,
                                   .substate = rule->substate};
    switch ((enum mapping_meaning)rule->meaning) {
    case MAPPING_STATE:
        event.kind = TIMELINE_SAY;
        break;
    case MAPPING_BEGIN:
        event.kind = TIMELINE_BEGIN;
        break;
    case MAPPING_END:
        event.kind = TIMELINE_END;
        break;
    case MAPPING_LOST:
        event.kind = TIMELINE_LOST;
        break;
    case MAPPING_BACK:
        event.kind = TIMELINE_BACK;
        break;
    case MAPPING_BACK_WHOLE:
        event.kind = TIMELINE_BACK_WHOLE;
        break;
    case MAPPING_EPT:
        event.kind = TIMELINE_SAY;
        if (!(sample_number(sample) >= 0 && sample_number(sample) <= 2) ||
            !e10_of_ept((int64_t)sample_number(sample), task, &event.substate)) {
            return false;
        }
        break;
    case MAPPING_LOT_BEGIN:
    case MAPPING_LOT_END:
        event.kind = rule->meaning == MAPPING_LOT_BEGIN ? TIMELINE_BEGIN : TIMELINE_END;
        event.substate = E10_SUB_REGULAR;
        event.subject = subject_of_lot(sample);
        break;
    case MAPPING_LOT:
    case MAPPING_PRODUCT:
    case MAPPING_STEP:
    case MAPPING_GOOD:
    case MAPPING_SCRAP:
    case MAPPING_REWORK:
    case MAPPING_GOOD_TOTAL:
    case MAPPING_SCRAP_TOTAL:
    case MAPPING_REWORK_TOTAL:
    case N_MAPPING_MEANING:
    default:
        return false;
    }
    *out = event;
    return true;
}

uint32_t mapping_units(double last_total, double total) {
    if (!(total > 0.0)) {
        return 0;
    }
    const double made = last_total > 0.0 && total >= last_total ? total - last_total : total;
    return made < (double)UINT32_MAX ? (uint32_t)made : UINT32_MAX;
}

// ---- writing

static void write_pair(const char *pair, bool is_second, struct text *out) {
    const char *split = strchr(pair, '\n');
    char name[MAPPING_MAX_NAME_BYTES + 1];
    const size_t n = (size_t)(split - pair);
    memcpy(name, pair, n);
    name[n] = '\0';
    text_add_csv(out, is_second ? split + 1 : name);
}

static void write_value(const struct mapping_rule *rule, struct text *out) {
    if (rule->is_any) {
        text_addz(out, "*");
    } else if (rule->word) {
        text_add_csv(out, rule->word);
    } else if (isinf(rule->low) || isinf(rule->high)) {
        text_addz(out, isinf(rule->low) ? "<= " : ">= ");
        text_add_double(out, isinf(rule->low) ? rule->high : rule->low);
    } else {
        text_add_double(out, rule->low);
        if (rule->low < rule->high) {
            text_addz(out, "..");
            text_add_double(out, rule->high);
        }
    }
}

static void write_rule(const struct mapping *m, const struct mapping_rule *rule, struct text *out) {
    write_pair(m->keys.name[rule->key], false, out);
    text_addz(out, ",");
    write_pair(m->keys.name[rule->key], true, out);
    text_addz(out, ",");
    if (rule->meaning > MAPPING_END) {
        text_addz(out, meanings[0][rule->meaning]);
    } else {
        text_addz(out, rule->meaning == MAPPING_BEGIN ? "begin "
                       : rule->meaning == MAPPING_END ? "end "
                                                      : "");
        text_addz(out, e10_substate_name(rule->substate, false));
    }
    text_addz(out, ",");
    write_value(rule, out);
    text_addz(out, ",");
    text_add_csv(out, m->tools.name[rule->name]);
    text_addz(out, ",");
    if (rule->subject > 0) {
        write_pair(m->subjects.name[rule->subject - 1], true, out);
    }
    text_addz(out, ",");
    text_add_csv(out, rule->reason > 0 ? m->reasons.name[rule->reason - 1] : "");
    text_addz(out, "\n");
}

void mapping_write(const struct mapping *mapping, struct text *out) {
    for (uint32_t i = 0; i < N_COLUMN; i++) {
        text_addf(out, "%s%s", i > 0 ? "," : "", columns[i].english);
    }
    text_addz(out, "\n");
    for (uint32_t i = 0; i < mapping->n_rule; i++) {
        write_rule(mapping, &mapping->rule[i], out);
    }
}
