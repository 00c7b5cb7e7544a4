#include "pool/money/prices.h"

#include <string.h>

#include "base/csv.h"
#include "base/number.h"
#include "base/status.h"
#include "base/wide.h"
#include "pool/money/civil_date.h"

// The exact cost is a fraction with one denominator for all resources: thousandths of GPUs and of cores and MiB of memory have 128000
// as their least common multiple, so that a rate is a whole number of (money / 128000) an hour, and rate x us is a whole number of
// (money / (128000 x 3600000000)). It is cut to money once, at the end.

enum { PARTS = 128000, PARTS_OF_MILLI = PARTS / 1000, PARTS_OF_MIB = PARTS / 1024 };
static const int64_t denominator = INT64_C(3600000000) * PARTS;

// Of a rate: 1e22 x 100 years is below 2^127.
static const wide_u128 most_rate = (wide_u128)10000000000U * 1000000000000U;

// ---- making

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

// Below 0, 0 or above, without regard to upper and lower case.
static int compare_names(const char *a, const char *b) {
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return (int)(unsigned char)lower(*a) - (int)(unsigned char)lower(*b);
}

static bool is_name(const char *name) {
    const size_t n = strlen(name);
    if (n == 0 || n >= PRICES_MAX_NAME_BYTES || !text_is_utf8(name, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F) {
            return false;
        }
    }
    return name[0] != ' ' && name[n - 1] != ' ';
}

static maru_status check_line(const struct price_line *line, uint32_t row, maru_error *err) {
    const struct money *an_hour = &line->an_hour;
    if (!line->resource || !is_name(line->resource)) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "a resource is a type of GPU, cpu, memory, or * for all other GPUs");
    }
    if (an_hour->credits_micro < 0 || an_hour->credits_micro > PRICES_MAX_AMOUNT ||
        an_hour->krw_milli < 0 || an_hour->krw_milli > PRICES_MAX_AMOUNT) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "a price is from 0 to 1000000000 an hour, with at most 6 decimals");
    }
    return line->from_us >= -CIVIL_MAX_US && line->from_us <= CIVIL_MAX_US
               ? MARU_OK
               : fail_at(err, MARU_E_INPUT, "", row, 0, "a time that no calendar here has");
}

// Resources by their names, the three that are always there first.
struct making {
    struct arena *arena;
    const char **name; // (PRICES_MAX_RESOURCES)
    uint32_t *of;      // (n) resource of each line
    uint32_t n_resource;
};

static maru_status find_or_add(struct making *m, const char *name, uint32_t *out, maru_error *err) {
    uint32_t i = 0;
    while (i < m->n_resource && compare_names(m->name[i], name) != 0) {
        i++;
    }
    if (i == PRICES_MAX_RESOURCES) {
        return fail(err, MARU_E_LIMIT, "more than %d resources have prices", PRICES_MAX_RESOURCES);
    }
    if (i == m->n_resource) {
        m->name[i] = arena_text(m->arena, name, strlen(name));
        if (!m->name[i]) {
            return arena_refusal(m->arena, err);
        }
        m->n_resource++;
    }
    *out = i;
    return MARU_OK;
}

// Put a line where it belongs among those of its resource that are there.
static maru_status insert(struct price_row *row, uint32_t n, const struct price_line *line,
                          uint32_t number, maru_error *err) {
    uint32_t at = n;
    while (at > 0 && row[at - 1].from_us > line->from_us) {
        at--;
    }
    if (at > 0 && row[at - 1].from_us == line->from_us) {
        return fail_at(err, MARU_E_INPUT, "", number, 0, "two prices of '%s' from one moment on",
                       line->resource);
    }
    memmove(row + at + 1, row + at, (n - at) * sizeof *row);
    row[at] = (struct price_row){line->from_us, line->an_hour};
    return MARU_OK;
}

static maru_status place_rows(const struct making *m, const struct price_line *line, uint32_t n,
                              struct prices *out, maru_error *err) {
    struct price_row *row = arena_take(m->arena, (size_t)n + 1, sizeof *row);
    uint32_t *first = arena_take(m->arena, (size_t)m->n_resource + 1, sizeof *first);
    uint32_t *has = arena_take(m->arena, m->n_resource, sizeof *has);
    maru_status st = MARU_OK;
    if (!row || !first || !has) {
        return arena_refusal(m->arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        first[m->of[i] + 1]++;
    }
    for (uint32_t i = 0; i < m->n_resource; i++) {
        first[i + 1] += first[i];
    }
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        const uint32_t resource = m->of[i];
        st = insert(row + first[resource], has[resource]++, &line[i], i + 1, err);
    }
    *out = (struct prices){m->name, row, first, m->n_resource, n};
    return st;
}

maru_status prices_make(const struct price_line *line, uint32_t n, struct arena *arena,
                        struct prices *out, maru_error *err) {
    struct making m = {.arena = arena};
    struct prices made;
    uint32_t resource = 0;
    maru_status st = MARU_OK;
    if (n > PRICES_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "more than %d prices", PRICES_MAX_ROWS);
    }
    m.name = arena_take(arena, PRICES_MAX_RESOURCES, sizeof *m.name);
    m.of = arena_take(arena, (size_t)n + 1, sizeof *m.of);
    if (!m.name || !m.of) {
        return arena_refusal(arena, err);
    }
    static const char *const always[PRICE_TYPES] = {"cpu", "memory", "*"};
    for (uint32_t i = 0; st == MARU_OK && i < PRICE_TYPES; i++) {
        st = find_or_add(&m, always[i], &resource, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = check_line(&line[i], i + 1, err);
        st = st == MARU_OK ? find_or_add(&m, line[i].resource, &m.of[i], err) : st;
    }
    st = st == MARU_OK ? place_rows(&m, line, n, &made, err) : st;
    if (st == MARU_OK) {
        *out = made;
    }
    return st;
}

uint32_t prices_find(const struct prices *prices, const char *type) {
    for (uint32_t i = PRICE_TYPES; i < prices->n_resource; i++) {
        if (compare_names(prices->name[i], type) == 0) {
            return i;
        }
    }
    return PRICE_OTHER;
}

// ---- a table

enum { COLUMN_FROM, COLUMN_RESOURCE, COLUMN_CREDITS, COLUMN_KRW, N_COLUMN };
static const char *const column_names[N_COLUMN][2] = {
    {"from", "시작"}, {"resource", "자원"}, {"credits", "크레딧"}, {"krw", "원"}};

struct table_reading {
    uint32_t column[N_COLUMN]; // where it stands, UINT32_MAX: nowhere
    int32_t offset_min;
    struct arena *arena;
    struct price_line *line;
    uint32_t *row; // of the file, of each line
    uint32_t n, cap;
};

static maru_status read_header(struct table_reading *reading, const struct csv_row *row,
                               maru_error *err) {
    for (int i = 0; i < N_COLUMN; i++) {
        reading->column[i] = UINT32_MAX;
    }
    for (uint32_t k = 0; k < row->n_field; k++) {
        int i = 0;
        while (i < N_COLUMN && compare_names(row->field[k].bytes, column_names[i][0]) != 0 &&
               strcmp(row->field[k].bytes, column_names[i][1]) != 0) {
            i++;
        }
        if (i == N_COLUMN || reading->column[i] != UINT32_MAX) {
            return fail_at(err, MARU_E_INPUT, "", row->line, k + 1,
                           "columns of prices are from, resource, credits and krw, each once");
        }
        reading->column[i] = k;
    }
    for (int i = 0; i < COLUMN_KRW; i++) {
        if (reading->column[i] == UINT32_MAX) {
            return fail_at(err, MARU_E_INPUT, "", row->line, 0,
                           "prices need the columns from, resource and credits");
        }
    }
    return MARU_OK;
}

// Digits, and behind a point at most `digits` of them.
static bool is_plain(const struct csv_field *field, uint32_t digits) {
    const char *point = memchr(field->bytes, '.', field->n);
    const uint32_t n_behind = point ? field->n - (uint32_t)(point - field->bytes) - 1 : 0;
    return strspn(field->bytes, "0123456789.") == field->n && n_behind <= digits;
}

static maru_status read_amount(const struct csv_row *row, uint32_t column, int64_t unit,
                               int64_t *out, maru_error *err) {
    const struct csv_field *field = &row->field[column];
    const uint32_t digits = unit == CREDIT_MICRO ? 6 : 3;
    int64_t amount = 0;
    if (!is_plain(field, digits) || !number_scaled(field->bytes, field->n, unit, &amount)) {
        return fail_at(err, MARU_E_INPUT, "", row->line, column + 1,
                       "not a price: a number such as 2.5, with at most %u decimals", digits);
    }
    *out = amount;
    return MARU_OK;
}

static maru_status grow(struct table_reading *reading, maru_error *err) {
    const uint32_t cap = reading->cap ? 2 * reading->cap : 64;
    struct price_line *line = arena_take(reading->arena, cap, sizeof *line);
    uint32_t *row = arena_take(reading->arena, cap, sizeof *row);
    if (!line || !row) {
        return arena_refusal(reading->arena, err);
    }
    if (reading->n) {
        memcpy(line, reading->line, reading->n * sizeof *line);
        memcpy(row, reading->row, reading->n * sizeof *row);
    }
    reading->line = line;
    reading->row = row;
    reading->cap = cap;
    return MARU_OK;
}

static maru_status read_line(struct table_reading *reading, const struct csv_row *row,
                             maru_error *err) {
    struct price_line line = {0};
    for (int i = 0; i < N_COLUMN; i++) {
        if (reading->column[i] != UINT32_MAX && reading->column[i] >= row->n_field) {
            return fail_at(err, MARU_E_INPUT, "", row->line, row->n_field,
                           "this row has fewer cells than the first one has columns");
        }
    }
    const struct csv_field *from = &row->field[reading->column[COLUMN_FROM]];
    if (!civil_read(from->bytes, from->n, reading->offset_min, &line.from_us)) {
        return fail_at(err, MARU_E_INPUT, "", row->line, reading->column[COLUMN_FROM] + 1,
                       "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
    }
    line.resource = row->field[reading->column[COLUMN_RESOURCE]].bytes;
    maru_status st = read_amount(row, reading->column[COLUMN_CREDITS], CREDIT_MICRO,
                                 &line.an_hour.credits_micro, err);
    const uint32_t krw = reading->column[COLUMN_KRW];
    if (st == MARU_OK && krw != UINT32_MAX && row->field[krw].n > 0) {
        st = read_amount(row, krw, KRW_MILLI, &line.an_hour.krw_milli, err);
    }
    if (st == MARU_OK && reading->n == reading->cap) {
        st = grow(reading, err);
    }
    if (st == MARU_OK) {
        reading->row[reading->n] = row->line;
        reading->line[reading->n++] = line;
    }
    return st;
}

static bool is_blank(const struct csv_row *row) { return row->n_field == 1 && row->field->n == 0; }

static maru_status read_rows(struct table_reading *reading, const char *bytes, size_t n,
                             maru_error *err) {
    struct csv_reader reader;
    struct csv_row row;
    size_t n_used = 0;
    bool has_header = false;
    maru_status st = MARU_OK;
    csv_init(&reader, ',', true);
    while (n > 0 && st == MARU_OK &&
           (st = csv_next(&reader, bytes, n, true, reading->arena, &row, &n_used, err)) ==
               MARU_OK) {
        bytes += n_used;
        n -= n_used;
        if (is_blank(&row)) {
            continue;
        }
        st = has_header ? read_line(reading, &row, err) : read_header(reading, &row, err);
        has_header = true;
        if (st == MARU_OK && reading->n > PRICES_MAX_ROWS) {
            st = fail(err, MARU_E_LIMIT, "more than %d prices", PRICES_MAX_ROWS);
        }
    }
    if (st != MARU_OK && st != MARU_MORE) {
        return st;
    }
    return has_header ? MARU_OK
                      : fail_at(err, MARU_E_INPUT, "", 1, 0,
                                "prices need the columns from, resource and credits");
}

maru_status prices_read(const char *bytes, size_t n, int32_t offset_min, struct arena *arena,
                        struct prices *out, maru_error *err) {
    struct table_reading reading = {.offset_min = offset_min, .arena = arena};
    maru_error why = {0};
    if (n > PRICES_MAX_TABLE_BYTES) {
        return fail(err, MARU_E_LIMIT, "a table of prices has at most %d MiB",
                    PRICES_MAX_TABLE_BYTES >> 20);
    }
    maru_status st = read_rows(&reading, bytes, n, err);
    if (st != MARU_OK) {
        return st;
    }
    st = prices_make(reading.line, reading.n, arena, out, &why);
    if (st == MARU_E_INPUT && why.row > 0) { // lines become rows of the file
        st = fail_at(err, st, "", reading.row[why.row - 1], 0, "%s", why.text);
    } else if (st != MARU_OK) {
        st = fail(err, st, "%s", why.text);
    }
    return st;
}

static void add_amount(struct text *out, int64_t amount, int64_t unit, int digits) {
    text_addf(out, "%lld", (long long)(amount / unit));
    if (amount % unit != 0) {
        text_addf(out, ".%0*d", digits, (int)(amount % unit));
    }
}

void prices_write(struct text *out, const struct prices *prices, int32_t offset_min) {
    text_addz(out, "from,resource,credits,krw\n");
    for (uint32_t i = 0; i < prices->n_resource; i++) {
        for (uint32_t k = prices->first[i]; k < prices->first[i + 1]; k++) {
            const struct price_row *row = &prices->row[k];
            civil_add(out, row->from_us, offset_min);
            text_addz(out, ",");
            text_add_csv(out, prices->name[i]);
            text_addz(out, ",");
            add_amount(out, row->an_hour.credits_micro, CREDIT_MICRO, 6);
            text_addz(out, ",");
            add_amount(out, row->an_hour.krw_milli, KRW_MILLI, 3);
            text_addz(out, "\n");
        }
    }
}

// ---- charging

struct cost { // in (money / denominator)
    wide_u128 credits, krw;
};

struct span {
    int64_t from_us, until_us;
};

// What `parts` of a resource cost in a span. Where it has no price yet, that is `left`: [from, left).
static void add_resource(const struct prices *prices, uint32_t resource, wide_u128 parts,
                         const struct span *span, struct cost *cost, int64_t *left) {
    const struct price_row *row = prices->row + prices->first[resource];
    const uint32_t n = prices->first[resource + 1] - prices->first[resource];
    *left = n > 0 && row[0].from_us < span->until_us
                ? (row[0].from_us > span->from_us ? row[0].from_us : span->from_us)
                : span->until_us;
    for (uint32_t i = 0; i < n; i++) {
        const int64_t from = row[i].from_us > span->from_us ? row[i].from_us : span->from_us;
        const int64_t until =
            i + 1 < n && row[i + 1].from_us < span->until_us ? row[i + 1].from_us : span->until_us;
        if (until > from) {
            const wide_u128 part_us = parts * (uint64_t)(until - from);
            cost->credits += part_us * (uint64_t)row[i].an_hour.credits_micro;
            cost->krw += part_us * (uint64_t)row[i].an_hour.krw_milli;
        }
    }
}

// The largest that `parts` of it can cost an hour; false: beyond what can be counted.
static bool is_countable(const struct prices *prices, uint32_t resource, wide_u128 parts,
                         wide_u128 *rate) {
    int64_t largest = 1;
    for (uint32_t i = prices->first[resource]; i < prices->first[resource + 1]; i++) {
        const struct money *an_hour = &prices->row[i].an_hour;
        largest = an_hour->credits_micro > largest ? an_hour->credits_micro : largest;
        largest = an_hour->krw_milli > largest ? an_hour->krw_milli : largest;
    }
    if (parts > (most_rate - *rate) / (uint64_t)largest) {
        return false;
    }
    *rate += parts * (uint64_t)largest;
    return true;
}

static maru_status check_use(const struct prices *prices, const struct price_use *use,
                             maru_error *err) {
    wide_u128 rate = 0;
    bool is_good =
        is_countable(prices, PRICE_CPU, (wide_u128)use->cpu_milli * PARTS_OF_MILLI, &rate) &&
        is_countable(prices, PRICE_MEMORY, (wide_u128)use->memory_mib * PARTS_OF_MIB, &rate);
    for (uint32_t i = 0; is_good && i < use->n_gpus; i++) {
        const struct price_gpus *gpus = &use->gpus[i];
        const wide_u128 parts = (wide_u128)gpus->milli * PARTS_OF_MILLI;
        if (gpus->resource < PRICE_OTHER || gpus->resource >= prices->n_resource) {
            return fail(err, MARU_E_RANGE, "resource %u has no name among the prices",
                        gpus->resource);
        }
        is_good = is_countable(prices, gpus->resource, parts, &rate) &&
                  is_countable(prices, PRICE_OTHER, parts, &rate);
    }
    return is_good ? MARU_OK : fail(err, MARU_E_LIMIT, "more is used at once than can be charged");
}

static maru_status add_gpus(const struct prices *prices, const struct price_gpus *gpus,
                            const struct span *span, struct cost *cost, maru_error *err) {
    const wide_u128 parts = (wide_u128)gpus->milli * PARTS_OF_MILLI;
    struct span rest = *span;
    if (parts == 0) {
        return MARU_OK;
    }
    if (gpus->resource != PRICE_OTHER) {
        add_resource(prices, gpus->resource, parts, span, cost, &rest.until_us);
    }
    int64_t left = rest.from_us;
    if (rest.until_us > rest.from_us) {
        add_resource(prices, PRICE_OTHER, parts, &rest, cost, &left);
    }
    return left == rest.from_us ? MARU_OK
                                : fail(err, MARU_E_INPUT, "no price of '%s' holds yet",
                                       prices->name[gpus->resource]);
}

// The exact cost of [from, until).
static maru_status cost_of(const struct prices *prices, const struct price_use *use,
                           const struct span *span, struct cost *cost, maru_error *err) {
    int64_t left = 0; // CPUs and memory without a price cost nothing
    maru_status st = MARU_OK;
    *cost = (struct cost){0};
    add_resource(prices, PRICE_CPU, (wide_u128)use->cpu_milli * PARTS_OF_MILLI, span, cost, &left);
    add_resource(prices, PRICE_MEMORY, (wide_u128)use->memory_mib * PARTS_OF_MIB, span, cost,
                 &left);
    for (uint32_t i = 0; st == MARU_OK && i < use->n_gpus; i++) {
        st = add_gpus(prices, &use->gpus[i], span, cost, err);
    }
    return st;
}

maru_status prices_charge(const struct prices *prices, const struct price_use *use,
                          const struct price_span *span, struct money *out, maru_error *err) {
    const wide_u128 unit = (wide_u128)(uint64_t)denominator;
    struct cost before = {0}, after = {0};
    if (span->started_us > span->from_us || span->from_us > span->until_us) {
        return fail(err, MARU_E_RANGE, "a run is charged from its start on, and forwards");
    }
    if ((wide_i128)span->until_us - span->started_us > PRICES_MAX_RUN_US) {
        return fail(err, MARU_E_LIMIT, "a run of more than 100 years");
    }
    maru_status st = check_use(prices, use, err);
    if (st == MARU_OK) {
        st = cost_of(prices, use, &(struct span){span->started_us, span->from_us}, &before, err);
    }
    if (st == MARU_OK) {
        st = cost_of(prices, use, &(struct span){span->started_us, span->until_us}, &after, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    const wide_u128 credits = after.credits / unit - before.credits / unit;
    const wide_u128 krw = after.krw / unit - before.krw / unit;
    if (credits > INT64_MAX || krw > INT64_MAX) {
        return fail(err, MARU_E_LIMIT, "more is used at once than can be charged");
    }
    *out = (struct money){(int64_t)credits, (int64_t)krw};
    return MARU_OK;
}
