#include "pool/reservation_table.h"

#include <string.h>

#include "base/status.h"
#include "pool/accounts_table.h"
#include "pool/money/civil_date.h"
#include "pool/money/index_order.h"

// Rows are kept sorted by name. Two that want a node at the same time are found by sorting all times of all nodes.

static const char between[] = " ;+\t";

static bool is_name(const char *name) { return accounts_is_name(name) && !strchr(name, '/'); }

// Visible characters of ASCII that a list of nodes can have.
static bool is_node(const char *node) {
    size_t n = 0;
    while (node[n] > ' ' && node[n] <= '~' && !strchr(";+,\"", node[n])) {
        n++;
    }
    return n > 0 && node[n] == '\0' && n <= RESERVATION_MAX_NODE_NAME;
}

static bool row_before(const void *context, uint32_t a, uint32_t b) {
    const struct reservation *row = context;
    const int order = strcmp(row[a].name, row[b].name);
    return order ? order < 0 : a < b;
}

// ---- one node, one reservation

struct stay { // of a reservation on a node
    const char *node;
    uint32_t row;
};
struct stays {
    const struct reservation *row;
    struct stay *stay; // (n)
    uint32_t n;
};

static bool stay_before(const void *context, uint32_t a, uint32_t b) {
    const struct stays *stays = context;
    const struct stay *one = &stays->stay[a], *other = &stays->stay[b];
    const int order = strcmp(one->node, other->node);
    const int64_t from_one = stays->row[one->row].from_us,
                  from_other = stays->row[other->row].from_us;
    return order ? order < 0 : from_one != from_other ? from_one < from_other : a < b;
}

static maru_status check_stays(const struct stays *stays, const uint32_t *index, maru_error *err) {
    for (uint32_t i = 1; i < stays->n; i++) {
        const struct stay *first = &stays->stay[index[i - 1]], *second = &stays->stay[index[i]];
        if (strcmp(first->node, second->node) != 0 ||
            stays->row[first->row].until_us <= stays->row[second->row].from_us) {
            continue;
        }
        const uint32_t later = first->row > second->row ? first->row : second->row;
        if (first->row == second->row) {
            return fail_at(err, MARU_E_INPUT, "", later + 1, 0, "node '%.63s' is named twice",
                           second->node);
        }
        return fail_at(err, MARU_E_INPUT, "", later + 1, 0,
                       "node '%.63s' is reserved by '%s' and '%s' for the same time", second->node,
                       stays->row[first->row].name, stays->row[second->row].name);
    }
    return MARU_OK;
}

static maru_status check_nodes(const struct reservation *row, uint32_t n, struct arena *arena,
                               maru_error *err) {
    struct stays stays = {.row = row};
    size_t most = 1;
    for (uint32_t i = 0; i < n; i++) {
        most += row[i].n_node;
    }
    stays.stay = arena_take(arena, most, sizeof *stays.stay);
    uint32_t *index = arena_take(arena, most, sizeof *index);
    if (!stays.stay || !index) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < row[i].n_node; k++) {
            index[stays.n] = stays.n;
            stays.stay[stays.n++] = (struct stay){row[i].node[k], i};
        }
    }
    index_order(index, stays.n, stay_before, &stays);
    return check_stays(&stays, index, err);
}

// ---- freezing

static maru_status check_row(const struct reservation *row, uint32_t number, maru_error *err) {
    if (!is_name(row->name)) {
        return fail_at(err, MARU_E_INPUT, "", number, 0,
                       "a reservation is called by at most %d lower case letters, digits and -",
                       RESERVATION_MAX_NAME);
    }
    if (!accounts_is_name(row->account)) {
        return fail_at(err, MARU_E_INPUT, "", number, 0,
                       "an account is a tenant or tenant/project: lower case letters, digits and "
                       "-, at most %d each",
                       ACCOUNTS_MAX_NAME);
    }
    if (row->until_us <= row->from_us) {
        return fail_at(err, MARU_E_INPUT, "", number, 0, "the reservation ends before it begins");
    }
    for (uint32_t i = 0; i < row->n_node; i++) {
        if (!is_node(row->node[i])) {
            return fail_at(err, MARU_E_INPUT, "", number, 0, "'%.40s' is no name of a node",
                           row->node[i]);
        }
    }
    return row->n_node > 0 && row->n_node <= RESERVATION_MAX_NODES
               ? MARU_OK
               : fail_at(err, MARU_E_INPUT, "", number, 0, "a reservation has 1 to %d nodes",
                         RESERVATION_MAX_NODES);
}

// False: there is no memory.
static bool copy_row(struct arena *arena, const struct reservation *from, struct reservation *to) {
    const char **node = arena_take(arena, from->n_node, sizeof *node);
    bool is_well = node != NULL;
    for (uint32_t i = 0; is_well && i < from->n_node; i++) {
        node[i] = arena_text(arena, from->node[i], strlen(from->node[i]));
        is_well = node[i] != NULL;
    }
    *to = *from;
    to->node = node;
    to->name = arena_text(arena, from->name, strlen(from->name));
    to->account = arena_text(arena, from->account, strlen(from->account));
    return is_well && to->name && to->account;
}

// Copies in the order of names.
static maru_status copy_rows(const struct reservation *row, uint32_t n, struct arena *arena,
                             struct reservation_table *out, maru_error *err) {
    uint32_t *index = arena_take(arena, (size_t)n + 1, sizeof *index);
    struct reservation *kept = arena_take(arena, (size_t)n + 1, sizeof *kept);
    if (!index || !kept) {
        return arena_refusal(arena, err);
    }
    for (uint32_t i = 0; i < n; i++) {
        index[i] = i;
    }
    index_order(index, n, row_before, row);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(row[index[i - 1]].name, row[index[i]].name) == 0) {
            return fail_at(err, MARU_E_INPUT, "", index[i] + 1, 0,
                           "there are two reservations called '%s'", row[index[i]].name);
        }
        if (!copy_row(arena, &row[index[i]], &kept[i])) {
            return arena_refusal(arena, err);
        }
    }
    *out = (struct reservation_table){kept, n};
    return MARU_OK;
}

maru_status reservation_table_make(const struct reservation *row, uint32_t n, struct arena *arena,
                                   struct reservation_table *out, maru_error *err) {
    maru_status st =
        n <= RESERVATIONS_MAX
            ? MARU_OK
            : fail(err, MARU_E_LIMIT, "at most %d reservations are possible", RESERVATIONS_MAX);
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        st = check_row(&row[i], i + 1, err);
    }
    st = st == MARU_OK ? check_nodes(row, n, arena, err) : st;
    return st == MARU_OK ? copy_rows(row, n, arena, out, err) : st;
}

// ---- as text

enum { NAME, ACCOUNT, NODES, FROM, UNTIL, HEADINGS };
static const char *const heading[HEADINGS] = {"name|reservation|이름|예약", "account|tenant|계정",
                                              "nodes|node|노드", "from|시작", "until|끝|종료"};

struct table_lines {
    struct pool_sheet sheet;
    struct arena *arena;
    struct reservation *row; // (n)
    uint32_t *line;          // (n) of the file
    uint32_t n;
    int32_t offset_min;
};

static maru_status read_nodes(struct table_lines *lines, struct reservation *row, maru_error *err) {
    const struct csv_field cell = pool_sheet_cell(&lines->sheet, NODES);
    const char **node = arena_take(lines->arena, cell.n / 2 + 1, sizeof *node);
    if (!node) {
        return arena_refusal(lines->arena, err);
    }
    const char *at = cell.bytes + strspn(cell.bytes, between);
    while (*at) {
        const size_t n = strcspn(at, between);
        node[row->n_node] = arena_text(lines->arena, at, n);
        if (!node[row->n_node++]) {
            return arena_refusal(lines->arena, err);
        }
        at += n;
        at += strspn(at, between);
    }
    row->node = node;
    return MARU_OK;
}

static void read_moment(struct table_lines *lines, uint32_t column, int64_t *out) {
    const struct csv_field cell = pool_sheet_cell(&lines->sheet, column);
    if (!civil_read(cell.bytes, cell.n, lines->offset_min, out)) {
        pool_sheet_fault(&lines->sheet, column,
                         "not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00");
    }
}

static maru_status read_row(struct table_lines *lines, maru_error *err) {
    const struct csv_field name = pool_sheet_cell(&lines->sheet, NAME),
                           account = pool_sheet_cell(&lines->sheet, ACCOUNT);
    struct reservation row = {.name = arena_text(lines->arena, name.bytes, name.n),
                              .account = arena_text(lines->arena, account.bytes, account.n)};
    if (lines->n == RESERVATIONS_MAX) {
        return fail(err, MARU_E_LIMIT, "at most %d reservations are possible", RESERVATIONS_MAX);
    }
    maru_status st = row.name && row.account ? MARU_OK : arena_refusal(lines->arena, err);
    read_moment(lines, FROM, &row.from_us);
    read_moment(lines, UNTIL, &row.until_us);
    st = st == MARU_OK ? read_nodes(lines, &row, err) : st;
    if (st == MARU_OK) {
        lines->line[lines->n] = lines->sheet.row.line;
        lines->row[lines->n++] = row;
    }
    return st;
}

static maru_status read_rows(struct table_lines *lines, maru_error *err) {
    maru_status st = MARU_OK;
    for (uint32_t column = 0; column < HEADINGS; column++) {
        if (!pool_sheet_has(&lines->sheet, column)) {
            return fail_at(err, MARU_E_INPUT, "", 1, 0,
                           "a table of reservations has the columns name, account, nodes, from "
                           "and until");
        }
    }
    while (st == MARU_OK && (st = pool_sheet_next(&lines->sheet, err)) == MARU_OK) {
        st = read_row(lines, err);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

maru_status reservation_table_read(const char *bytes, size_t n, int32_t offset_min,
                                   struct arena *arena, struct reservation_table *out,
                                   maru_error *err) {
    struct table_lines lines = {.arena = arena, .offset_min = offset_min};
    struct sheet_faults faults = {.n = 0};
    maru_error why = {0};
    if (n > RESERVATIONS_MAX_TABLE_BYTES) {
        return fail(err, MARU_E_LIMIT, "a table of reservations has at most %d MiB",
                    RESERVATIONS_MAX_TABLE_BYTES >> 20);
    }
    lines.row = arena_take(arena, RESERVATIONS_MAX, sizeof *lines.row);
    lines.line = arena_take(arena, RESERVATIONS_MAX, sizeof *lines.line);
    if (!lines.row || !lines.line) {
        return arena_refusal(arena, err);
    }
    maru_status st = pool_sheet_open(&lines.sheet, bytes, n, heading, HEADINGS, &faults, err);
    st = st == MARU_OK ? read_rows(&lines, err) : st;
    pool_sheet_close(&lines.sheet);
    st = st == MARU_OK ? pool_sheet_faults_status(&faults, err) : st;
    if (st != MARU_OK) {
        return st;
    }
    st = reservation_table_make(lines.row, lines.n, arena, out, &why);
    if (st == MARU_E_INPUT && why.row > 0) { // rows become lines of the file
        return fail_at(err, st, "", lines.line[why.row - 1], 0, "%s", why.text);
    }
    return st == MARU_OK ? st : fail(err, st, "%s", why.text);
}

void reservation_table_write(struct text *out, const struct reservation_table *table,
                             int32_t offset_min) {
    text_addz(out, "name,account,nodes,from,until\n");
    for (uint32_t i = 0; i < table->n; i++) {
        const struct reservation *row = &table->row[i];
        text_addf(out, "%s,%s,\"", row->name, row->account);
        for (uint32_t k = 0; k < row->n_node; k++) {
            text_addf(out, "%s%s", k ? " " : "", row->node[k]);
        }
        text_addz(out, "\",");
        civil_add(out, row->from_us, offset_min);
        text_addz(out, ",");
        civil_add(out, row->until_us, offset_min);
        text_addz(out, "\n");
    }
}

// ---- looking

const struct reservation *reservation_table_find(const struct reservation_table *table,
                                                 const char *name) {
    for (uint32_t i = 0; i < table->n; i++) {
        if (strcmp(table->row[i].name, name) == 0) {
            return &table->row[i];
        }
    }
    return NULL;
}

bool reservation_is_for(const struct reservation *reservation, const char *tenant,
                        const char *project) {
    const size_t n = strlen(tenant);
    const char *behind = reservation->account + n;
    return strncmp(reservation->account, tenant, n) == 0 &&
           (*behind == '\0' || (*behind == '/' && strcmp(behind + 1, project) == 0));
}

int64_t reservation_table_next_end(const struct reservation_table *table, int64_t at_us) {
    int64_t next = INT64_MAX;
    for (uint32_t i = 0; i < table->n; i++) {
        const int64_t until = table->row[i].until_us;
        next = until > at_us && until < next ? until : next;
    }
    return next;
}
