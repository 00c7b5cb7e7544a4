#include "pool/accounts_table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/number.h"
#include "base/status.h"
#include "pool/money/civil_date.h"
#include "pool/money/index_order.h"

// Lines are kept sorted by name and lease. The tree of a moment is made of names: those of all lines, of all members, and of the tenants
// of both, sorted and each once. '/' sorts above '-', but below all letters, and a tenant's name is a beginning of its projects', so
// a tenant stands before them. Guarantees are added up from the projects to the tenants, and cut by floor(g x have / promised) on
// both levels: the floors of parts never add up to more than the floor of their sum.

static const char root_name[] = "all";
enum { MAX_JOB_H = 876600 }; // a hundred years
#define HOUR_US INT64_C(3600000000)
#define MAX_JOB_US (MAX_JOB_H * HOUR_US)

// ---- names

static bool is_name_part(const char *bytes, size_t n) {
    size_t i = 0;
    while (i < n && ((bytes[i] >= 'a' && bytes[i] <= 'z') || (bytes[i] >= '0' && bytes[i] <= '9') ||
                     (bytes[i] == '-' && i > 0))) {
        i++;
    }
    return i == n && n > 0 && n <= ACCOUNTS_MAX_NAME;
}

bool accounts_is_name(const char *name) {
    const size_t n = strcspn(name, "/");
    return is_name_part(name, n) &&
           (name[n] == '\0' || is_name_part(name + n + 1, strlen(name + n + 1)));
}

// Visible characters of ASCII, so that a name is a name in every table.
static bool is_word(const char *word, size_t most, const char *not_in) {
    size_t n = 0;
    while (n <= most && word[n] > ' ' && word[n] <= '~' && !strchr(not_in, word[n])) {
        n++;
    }
    return n <= most && word[n] == '\0';
}

static int compare_lines(const struct account_line *a, const struct account_line *b) {
    const int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->lease, b->lease);
}

static bool line_before(const void *context, uint32_t a, uint32_t b) {
    const struct account_line *line = context;
    const int order = compare_lines(&line[a], &line[b]);
    return order ? order < 0 : a < b;
}

// ---- freezing

static maru_status check_gpus(const struct account_gpus *gpus, uint32_t n, uint32_t row,
                              maru_error *err) {
    for (uint32_t i = 0; i < n; i++) {
        if (!gpus[i].type[0] || !is_word(gpus[i].type, ACCOUNTS_MAX_LEASE, ",;:+")) {
            return fail_at(err, MARU_E_INPUT, "", row, 0, "'%.40s' is no type of GPU",
                           gpus[i].type);
        }
        if (gpus[i].n > ACCOUNTS_MAX_GPUS) {
            return fail_at(err, MARU_E_INPUT, "", row, 0, "at most %d GPUs of a type",
                           ACCOUNTS_MAX_GPUS);
        }
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(gpus[i].type, gpus[k].type) == 0) {
                return fail_at(err, MARU_E_INPUT, "", row, 0, "'%.40s' is said twice",
                               gpus[i].type);
            }
        }
    }
    return n <= CLUSTER_MAX_TYPES ? MARU_OK
                                  : fail_at(err, MARU_E_INPUT, "", row, 0,
                                            "more than %d types of GPU", CLUSTER_MAX_TYPES);
}

static maru_status check_lease(const struct account_line *line, uint32_t row, maru_error *err) {
    if (!is_word(line->lease, ACCOUNTS_MAX_LEASE, "\",")) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "a lease is called by at most %d letters, digits and signs",
                       ACCOUNTS_MAX_LEASE);
    }
    if (line->lease[0] && line->until_us <= line->from_us) {
        return fail_at(err, MARU_E_INPUT, "", row, 0, "the lease ends before it begins");
    }
    if (line->lease[0] && (line->weight || line->n_limit || line->job_max_gpus ||
                           line->max_running || line->job_max_us)) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "a lease has a guarantee, from and until; the rest belongs into the "
                       "account's own row");
    }
    if (!line->lease[0] && (line->from_us != ACCOUNTS_ALWAYS || line->until_us != ACCOUNTS_NEVER)) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "from and until are of a lease: its name is wanted");
    }
    return MARU_OK;
}

static maru_status check_line(const struct account_line *line, uint32_t row, maru_error *err) {
    if (!accounts_is_name(line->name)) {
        return fail_at(err, MARU_E_INPUT, "", row, 0,
                       "an account is a tenant or tenant/project: lower case letters, digits and "
                       "-, at most %d each",
                       ACCOUNTS_MAX_NAME);
    }
    if (line->job_max_us < 0 || line->job_max_us > MAX_JOB_US) {
        return fail_at(err, MARU_E_INPUT, "", row, 0, "the longest job is from 0 to %d hours",
                       MAX_JOB_H);
    }
    maru_status st = check_gpus(line->guarantee, line->n_guarantee, row, err);
    st = st == MARU_OK ? check_gpus(line->limit, line->n_limit, row, err) : st;
    return st == MARU_OK ? check_lease(line, row, err) : st;
}

// False: there is no memory.
static bool copy_gpus(struct arena *arena, const struct account_gpus **gpus, uint32_t n) {
    struct account_gpus *copy = arena_take(arena, (size_t)n + 1, sizeof *copy);
    for (uint32_t i = 0; copy && i < n; i++) {
        copy[i].n = (*gpus)[i].n;
        copy[i].type = arena_text(arena, (*gpus)[i].type, strlen((*gpus)[i].type));
        if (!copy[i].type) {
            return false;
        }
    }
    *gpus = copy;
    return copy != NULL;
}

static bool copy_line(struct arena *arena, const struct account_line *from,
                      struct account_line *to) {
    *to = *from;
    to->name = arena_text(arena, from->name, strlen(from->name));
    to->lease = arena_text(arena, from->lease, strlen(from->lease));
    return to->name && to->lease && copy_gpus(arena, &to->guarantee, to->n_guarantee) &&
           copy_gpus(arena, &to->limit, to->n_limit);
}

maru_status accounts_table_make(const struct account_line *line, uint32_t n, struct arena *arena,
                                struct accounts_table *out, maru_error *err) {
    if (n > ACCOUNTS_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "a table of accounts has at most %d rows",
                    ACCOUNTS_MAX_ROWS);
    }
    maru_status st = MARU_OK;
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = check_line(&line[i], i + 1, err);
    }
    if (st != MARU_OK) {
        return st;
    }
    uint32_t *index = arena_take(arena, (size_t)n + 1, sizeof *index);
    struct account_line *kept = arena_take(arena, (size_t)n + 1, sizeof *kept);
    if (!index || !kept) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        index[i] = i;
    }
    index_order(index, n, line_before, line);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && compare_lines(&line[index[i - 1]], &line[index[i]]) == 0) {
            return fail_at(err, MARU_E_INPUT, "", index[i] + 1, 0,
                           "'%s' has another row like this one", line[index[i]].name);
        }
        if (!copy_line(arena, &line[index[i]], &kept[i])) {
            return arena_refusal(arena, err);
        }
    }
    *out = (struct accounts_table){kept, n};
    return MARU_OK;
}

maru_status accounts_table_change(const struct accounts_table *table,
                                  const struct account_line *line, uint32_t n, struct arena *arena,
                                  struct accounts_table *out, maru_error *err) {
    const size_t most = (size_t)table->n + n;
    struct account_line *both = arena_take(arena, most + 1, sizeof *both);
    uint32_t n_both = 0;
    if (!both) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!line[i].lease[0] || line[i].n_guarantee > 0) {
            both[n_both++] = line[i];
        }
    }
    for (uint32_t i = 0; i < table->n; i++) {
        uint32_t k = 0;
        while (k < n && compare_lines(&line[k], &table->line[i]) != 0) {
            k++;
        }
        if (k == n) {
            both[n_both++] = table->line[i];
        }
    }
    return accounts_table_make(both, n_both, arena, out, err);
}

// ---- as text

enum { NAME, WEIGHT, GUARANTEE, LIMIT, JOB_GPUS, JOB_HOURS, RUNNING, LEASE, FROM, UNTIL, HEADINGS };
static const char *const heading[HEADINGS] = {
    [NAME] = "account|name|tenant|계정|이름",
    [WEIGHT] = "weight|가중치",
    [GUARANTEE] = "guarantee|quota|보장|보장량",
    [LIMIT] = "limit|most|한도",
    [JOB_GPUS] = "job_max_gpus|작업GPU|작업당GPU",
    [JOB_HOURS] = "job_max_hours|작업시간",
    [RUNNING] = "max_running|동시작업",
    [LEASE] = "lease|임대",
    [FROM] = "from|시작",
    [UNTIL] = "until|끝|종료",
};

struct table_reading {
    struct pool_sheet sheet;
    struct arena *arena;
    struct account_line *line; // (n)
    uint32_t *row;             // (n) lines of the file
    uint32_t n, cap;
    int32_t offset_min;
};

// The next entry of "h100:4 a100:2"; false: it is none.
static bool read_entry(const char *text, size_t n, struct arena *arena, struct account_gpus *out) {
    size_t at = n;
    int64_t count = 0;
    while (at > 0 && text[at - 1] != ':') {
        at--;
    }
    if (at < 2 || !number_int64(text + at, n - at, &count) || count < 0 ||
        count > ACCOUNTS_MAX_GPUS) {
        return false;
    }
    *out = (struct account_gpus){arena_text(arena, text, at - 1), (uint32_t)count};
    return out->type && is_word(out->type, ACCOUNTS_MAX_LEASE, ",;:+");
}

static maru_status read_gpus(struct table_reading *reading, uint32_t column,
                             const struct account_gpus **out, uint32_t *n_out, maru_error *err) {
    static const char between[] = " ;+\t";
    const struct csv_field cell = pool_sheet_cell(&reading->sheet, column);
    struct account_gpus *gpus = arena_take(reading->arena, CLUSTER_MAX_TYPES, sizeof *gpus);
    if (!gpus) {
        return arena_refusal(reading->arena, err);
    }
    const char *text = cell.bytes + strspn(cell.bytes, between);
    *n_out = 0;
    while (*text) {
        const size_t n = strcspn(text, between);
        if (*n_out == CLUSTER_MAX_TYPES || !read_entry(text, n, reading->arena, &gpus[*n_out])) {
            pool_sheet_fault(&reading->sheet, column,
                             "'%.*s' is no number of GPUs of a type: such as h100:4 a100:2",
                             (int)(n < 40 ? n : 40), text);
            break;
        }
        ++*n_out;
        text += n;
        text += strspn(text, between);
    }
    *out = gpus;
    return MARU_OK;
}

static void read_moment(struct table_reading *reading, uint32_t column, int64_t *out) {
    const struct csv_field cell = pool_sheet_cell(&reading->sheet, column);
    if (cell.n > 0 && !civil_read(cell.bytes, cell.n, reading->offset_min, out)) {
        pool_sheet_fault(&reading->sheet, column,
                         "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
    }
}

static maru_status grow(struct table_reading *reading, maru_error *err) {
    const uint32_t cap = reading->cap ? reading->cap * 2 : 64;
    struct account_line *line = arena_take(reading->arena, cap, sizeof *line);
    uint32_t *row = arena_take(reading->arena, cap, sizeof *row);
    if (!line || !row) {
        return arena_refusal(reading->arena, err);
    }
    if (reading->n > 0) {
        memcpy(line, reading->line, reading->n * sizeof *line);
        memcpy(row, reading->row, reading->n * sizeof *row);
    }
    reading->line = line;
    reading->row = row;
    reading->cap = cap;
    return MARU_OK;
}

static maru_status read_line(struct table_reading *reading, maru_error *err) {
    struct pool_sheet *sheet = &reading->sheet;
    const struct csv_field name = pool_sheet_cell(sheet, NAME),
                           lease = pool_sheet_cell(sheet, LEASE);
    struct account_line line = {.from_us = ACCOUNTS_ALWAYS, .until_us = ACCOUNTS_NEVER};
    int64_t weight = 0, job_gpus = 0, running = 0;
    line.name = arena_text(reading->arena, name.bytes, name.n);
    line.lease = arena_text(reading->arena, lease.bytes, lease.n);
    maru_status st = line.name && line.lease ? MARU_OK : arena_refusal(reading->arena, err);
    if (st == MARU_OK && reading->n == ACCOUNTS_MAX_ROWS) {
        st = fail(err, MARU_E_LIMIT, "a table of accounts has at most %d rows", ACCOUNTS_MAX_ROWS);
    }
    if (st == MARU_OK && pool_sheet_number(sheet, WEIGHT, 1000, 1000000000, &weight) &&
        pool_sheet_cell(sheet, WEIGHT).n > 0 && weight == 0) {
        pool_sheet_fault(sheet, WEIGHT, "its weight is 0; a weight is above 0");
    }
    (void)pool_sheet_number(sheet, JOB_GPUS, 1, ACCOUNTS_MAX_GPUS, &job_gpus);
    (void)pool_sheet_number(sheet, RUNNING, 1, ACCOUNTS_MAX_GPUS, &running);
    (void)pool_sheet_number(sheet, JOB_HOURS, HOUR_US, MAX_JOB_US, &line.job_max_us);
    line.weight = (uint32_t)weight;
    line.job_max_gpus = (uint32_t)job_gpus;
    line.max_running = (uint32_t)running;
    read_moment(reading, FROM, &line.from_us);
    read_moment(reading, UNTIL, &line.until_us);
    st =
        st == MARU_OK ? read_gpus(reading, GUARANTEE, &line.guarantee, &line.n_guarantee, err) : st;
    st = st == MARU_OK ? read_gpus(reading, LIMIT, &line.limit, &line.n_limit, err) : st;
    st = st == MARU_OK && reading->n == reading->cap ? grow(reading, err) : st;
    if (st == MARU_OK) {
        reading->row[reading->n] = sheet->row.line;
        reading->line[reading->n++] = line;
    }
    return st;
}

static maru_status read_lines(struct table_reading *reading, maru_error *err) {
    maru_status st =
        pool_sheet_has(&reading->sheet, NAME)
            ? MARU_OK
            : fail_at(err, MARU_E_INPUT, "", 1, 0, "a table of accounts needs the column account");
    while (st == MARU_OK && (st = pool_sheet_next(&reading->sheet, err)) == MARU_OK) {
        st = read_line(reading, err);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

maru_status accounts_table_read(const char *bytes, size_t n, int32_t offset_min,
                                struct arena *arena, struct accounts_table *out,
                                struct sheet_faults *faults, maru_error *err) {
    struct table_reading reading = {.arena = arena, .offset_min = offset_min};
    maru_error why = {0};
    if (n > ACCOUNTS_MAX_TABLE_BYTES) {
        return fail(err, MARU_E_LIMIT, "a table of accounts has at most %d MiB",
                    ACCOUNTS_MAX_TABLE_BYTES >> 20);
    }
    maru_status st = pool_sheet_open(&reading.sheet, bytes, n, heading, HEADINGS, faults, err);
    st = st == MARU_OK ? read_lines(&reading, err) : st;
    pool_sheet_close(&reading.sheet);
    st = st == MARU_OK ? pool_sheet_faults_status(faults, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    st = accounts_table_make(reading.line, reading.n, arena, out, &why);
    if (st == MARU_E_INPUT && why.row > 0) { // lines become rows of the file
        st = fail_at(err, st, "", reading.row[why.row - 1], 0, "%s", why.text);
    } else if (st != MARU_OK) {
        st = fail(err, st, "%s", why.text);
    }
    return st;
}

static void write_gpus(struct text *out, const struct account_gpus *gpus, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        text_addf(out, "%s%s:%u", i ? " " : "", gpus[i].type, gpus[i].n);
    }
}

static void write_count(struct text *out, uint32_t count) {
    if (count > 0) {
        text_addf(out, "%u", count);
    }
    text_addz(out, ",");
}

static void write_moment(struct text *out, int64_t at_us, int32_t offset_min) {
    if (at_us != ACCOUNTS_ALWAYS && at_us != ACCOUNTS_NEVER) {
        civil_add(out, at_us, offset_min);
    }
}

// A number of units with as many decimals as it takes, nothing for 0.
static void write_decimal(struct text *out, int64_t value, int64_t unit, int digits) {
    char decimals[24] = "";
    if (value > 0) {
        text_addf(out, "%lld", (long long)(value / unit));
    }
    if (value % unit != 0) {
        int64_t rest = value % unit;
        for (int i = digits; i-- > 0; rest /= 10) {
            decimals[i] = (char)('0' + rest % 10);
        }
        while (digits > 1 && decimals[digits - 1] == '0') {
            digits--;
        }
        text_addz(out, ".");
        text_add(out, decimals, (size_t)digits);
    }
    text_addz(out, ",");
}

void accounts_table_write(struct text *out, const struct accounts_table *table,
                          int32_t offset_min) {
    text_addz(out, "account,weight,guarantee,limit,job_max_gpus,job_max_hours,max_running,lease,"
                   "from,until\n");
    for (uint32_t i = 0; i < table->n; i++) {
        const struct account_line *line = &table->line[i];
        text_add_csv(out, line->name);
        text_addz(out, ",");
        write_decimal(out, line->weight, 1000, 3);
        write_gpus(out, line->guarantee, line->n_guarantee);
        text_addz(out, ",");
        write_gpus(out, line->limit, line->n_limit);
        text_addz(out, ",");
        write_count(out, line->job_max_gpus);
        // ten decimals of an hour are finer than a microsecond, so the same number of them is read back
        write_decimal(out, (line->job_max_us * 25 + 4) / 9, INT64_C(10000000000), 10);
        write_count(out, line->max_running);
        text_add_csv(out, line->lease);
        text_addz(out, ",");
        write_moment(out, line->from_us, offset_min);
        text_addz(out, ",");
        write_moment(out, line->until_us, offset_min);
        text_addz(out, "\n");
    }
}

// ---- a moment

int64_t accounts_table_next(const struct accounts_table *table, int64_t at_us) {
    int64_t next = ACCOUNTS_NEVER;
    for (uint32_t i = 0; i < table->n; i++) {
        const int64_t both[2] = {table->line[i].from_us, table->line[i].until_us};
        for (int k = 0; k < 2; k++) {
            next = both[k] > at_us && both[k] < next ? both[k] : next;
        }
    }
    return next;
}

struct tree {
    const struct accounts_asked *asked;
    struct arena *arena;
    struct account *row; // (n)
    uint32_t *guarantee; // (n x n_type)
    bool *has_guarantee; // (n)
    uint32_t n;
};

static bool name_before(const void *context, uint32_t a, uint32_t b) {
    const char *const *name = context;
    const int order = strcmp(name[a], name[b]);
    return order ? order < 0 : a < b;
}

static bool add_name(const char **name, uint32_t *n, const char *one) {
    name[*n] = one;
    ++*n;
    return one != NULL;
}

// All names, some of them often; false: there is no memory.
static bool collect_names(const struct tree *tree, const char **name, uint32_t *n) {
    const struct accounts_asked *asked = tree->asked;
    bool is_well = true;
    for (uint32_t i = 0; is_well && i < asked->table->n; i++) {
        const char *its = asked->table->line[i].name;
        is_well = add_name(name, n, its) &&
                  add_name(name, n, arena_text(tree->arena, its, strcspn(its, "/")));
    }
    for (uint32_t i = 0; is_well && i < asked->n_member; i++) {
        const struct account_member *member = &asked->member[i];
        is_well = add_name(name, n, member->tenant);
        if (is_well && member->project[0]) {
            const size_t n_tenant = strlen(member->tenant), n_project = strlen(member->project);
            char *both = arena_take(tree->arena, n_tenant + n_project + 2, 1);
            is_well = add_name(name, n, both);
            if (both) {
                memcpy(both, member->tenant, n_tenant);
                both[n_tenant] = '/';
                memcpy(both + n_tenant + 1, member->project, n_project);
            }
        }
    }
    return is_well;
}

// The first row, behind the root, that is not before this name.
static uint32_t place_of(const struct account *row, uint32_t n, const char *name) {
    uint32_t low = 1, high = n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (strcmp(row[middle].name, name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t accounts_table_find(const struct accounts *accounts, const char *name) {
    const uint32_t at = place_of(accounts->row, accounts->n, name);
    return at < accounts->n && strcmp(accounts->row[at].name, name) == 0 ? at : ACCOUNTS_MAX;
}

// The tenant of a project, whose row is there already: others may stand between the two.
static uint32_t tenant_of(const struct tree *tree, const char *name) {
    char own[ACCOUNTS_MAX_NAME + 1] = "";
    const size_t n = strcspn(name, "/");
    memcpy(own, name, n < sizeof own ? n : 0);
    return name[n] ? place_of(tree->row, tree->n, own) : 0;
}

static maru_status add_rows(struct tree *tree, maru_error *err) {
    const size_t most = 2 * ((size_t)tree->asked->table->n + tree->asked->n_member) + 1;
    const char **name = arena_take(tree->arena, most, sizeof *name);
    uint32_t *index = arena_take(tree->arena, most, sizeof *index), n = 0;
    tree->row = arena_take(tree->arena, most, sizeof *tree->row);
    if (!name || !index || !tree->row || !collect_names(tree, name, &n)) {
        return arena_refusal(tree->arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        index[i] = i;
    }
    index_order(index, n, name_before, name);
    tree->row[0] = (struct account){.name = root_name, .weight = 1000};
    tree->n = 1;
    for (uint32_t i = 0; i < n; i++) {
        const char *its = name[index[i]];
        if (i == 0 || strcmp(name[index[i - 1]], its) != 0) {
            tree->row[tree->n] =
                (struct account){.name = its, .parent = tenant_of(tree, its), .weight = 1000};
            tree->n++;
        }
    }
    return MARU_OK;
}

static uint8_t type_of(const struct tree *tree, const char *name) {
    return cluster_find_type(tree->asked->cluster, name);
}

static maru_status add_line(struct tree *tree, const struct account_line *line,
                            struct accounts_told *told, maru_error *err) {
    const uint32_t n_type = tree->asked->cluster->n_type,
                   at = place_of(tree->row, tree->n, line->name);
    struct account *row = &tree->row[at];
    for (uint32_t i = 0; i < line->n_guarantee; i++) {
        const uint8_t type = type_of(tree, line->guarantee[i].type);
        if (type == CLUSTER_NO_TYPE) {
            told->unknown = told->unknown ? told->unknown : line->guarantee[i].type;
        } else {
            uint32_t *its = &tree->guarantee[(size_t)at * n_type + type];
            *its +=
                line->guarantee[i].n < UINT32_MAX - *its ? line->guarantee[i].n : UINT32_MAX - *its;
            tree->has_guarantee[at] = true;
        }
    }
    if (line->lease[0]) {
        return MARU_OK;
    }
    row->weight = line->weight ? line->weight : row->weight;
    row->job_max_gpus = line->job_max_gpus;
    row->job_max_us = line->job_max_us;
    row->max_running = line->max_running;
    uint32_t *limit = arena_take(tree->arena, (size_t)n_type + 1, sizeof *limit);
    if (!limit) {
        return arena_refusal(tree->arena, err);
    }
    for (uint32_t t = 0; t < n_type; t++) {
        limit[t] = ACCOUNTS_NO_LIMIT;
    }
    for (uint32_t i = 0; i < line->n_limit; i++) {
        const uint8_t type = type_of(tree, line->limit[i].type);
        if (type != CLUSTER_NO_TYPE) {
            limit[type] = line->limit[i].n;
            row->limit = limit;
        }
    }
    return MARU_OK;
}

// What its parts are guaranteed an account is, too. Parts stand behind it, so one pass from the last row does; gives what all have.
static uint64_t raise_guarantees(struct tree *tree, uint32_t type, uint64_t *sum) {
    const uint32_t n_type = tree->asked->cluster->n_type;
    memset(sum, 0, tree->n * sizeof *sum);
    for (uint32_t i = tree->n; i-- > 1;) {
        uint32_t *its = &tree->guarantee[(size_t)i * n_type + type];
        if (sum[i] > *its) {
            *its = sum[i] < UINT32_MAX ? (uint32_t)sum[i] : UINT32_MAX;
            tree->has_guarantee[i] = true;
        }
        sum[tree->row[i].parent] += *its;
    }
    return sum[0];
}

static maru_status fit_guarantees(struct tree *tree, struct accounts_told *told, maru_error *err) {
    const struct cluster *cluster = tree->asked->cluster;
    uint64_t *sum = arena_take(tree->arena, tree->n, sizeof *sum);
    for (uint32_t t = 0; sum && t < cluster->n_type; t++) {
        const uint64_t promised = raise_guarantees(tree, t, sum);
        if (promised <= cluster->n_gpu[t]) {
            continue;
        }
        if (!told->is_cut) {
            told->promised = promised < UINT32_MAX ? (uint32_t)promised : UINT32_MAX;
            told->cut_type = t;
            told->is_cut = true;
        }
        for (uint32_t i = 1; i < tree->n; i++) {
            uint32_t *its = &tree->guarantee[(size_t)i * cluster->n_type + t];
            *its = (uint32_t)((uint64_t)*its * cluster->n_gpu[t] / promised);
        }
    }
    return sum ? MARU_OK : arena_refusal(tree->arena, err);
}

maru_status accounts_table_at(const struct accounts_asked *asked, struct arena *arena,
                              struct accounts *out, struct accounts_told *told, maru_error *err) {
    struct tree tree = {.asked = asked, .arena = arena};
    *told = (struct accounts_told){0};
    maru_status st = add_rows(&tree, err);
    if (st != MARU_OK) {
        return st;
    }
    const uint32_t n_type = asked->cluster->n_type;
    tree.guarantee = arena_take(arena, (size_t)tree.n * n_type + 1, sizeof *tree.guarantee);
    tree.has_guarantee = arena_take(arena, tree.n, sizeof *tree.has_guarantee);
    if (!tree.guarantee || !tree.has_guarantee) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < asked->table->n; i++) {
        const struct account_line *line = &asked->table->line[i];
        if (line->from_us <= asked->at_us && asked->at_us < line->until_us) {
            st = add_line(&tree, line, told, err);
        }
    }
    st = st == MARU_OK ? fit_guarantees(&tree, told, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    for (uint32_t i = 1; i < tree.n; i++) {
        tree.row[i].guarantee = tree.has_guarantee[i] ? &tree.guarantee[(size_t)i * n_type] : NULL;
    }
    return accounts_make(tree.row, tree.n, asked->cluster, arena, out, err);
}
