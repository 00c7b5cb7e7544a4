#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/names.h"
#include "base/status.h"
#include "pool/money/index_order.h"
#include "study/replay/outages_inside.h"

// Rows are read in any order, then gone through in the order of their times with what each node is at that moment: so a row that counts
// nodes gets those that are free for it, `up` finds what it ends, and what makes no sense is said with its row.

enum { TIME, KIND, NODE, COUNT, TYPE, SITE, UNTIL, ACCOUNT, NOTICE, HEADINGS };
static const char *const heading[HEADINGS] = {
    [TIME] = "time|at|from|시각|TimeStart",
    [KIND] = "kind|event|종류|State",
    [NODE] = "node|nodes|노드|NodeName",
    [COUNT] = "count|수",
    [TYPE] = "gpu_type|type|gpu종류",
    [SITE] = "site|사이트",
    [UNTIL] = "until|end|끝|TimeEnd",
    [ACCOUNT] = "account|tenant|계정",
    [NOTICE] = "notice|예고",
};
static const char between[] = " ;+\t";

enum state { DOWN, DRAINED, HELD, STATES }; // OUTAGE_DOWN and OUTAGE_DRAIN are the first two
static const struct kind {
    const char *word, *korean;
    enum state state;
    bool is_end;
} kinds[] = {{"down", "고장", DOWN, false},     {"up", "복구", DOWN, true},
             {"drain", "비움", DRAINED, false}, {"undrain", "비움해제", DRAINED, true},
             {"reserve", "예약", HELD, false},  {"release", "예약해제", HELD, true}};
enum { N_KIND = sizeof kinds / sizeof *kinds };

struct event {
    int64_t at_us, until_us, notice_us;
    const struct kind *kind;
    const char *account;
    uint32_t line;
    uint32_t first, n; // of reading.named; n 0: chosen
    uint32_t count;    // of those chosen, 0: all that match
    uint32_t site;     // UINT32_MAX: any
    uint8_t type;      // CLUSTER_NO_TYPE: any
};

struct reading {
    struct outages *outages;
    const struct cluster *cluster;
    int64_t first_us;
    struct pool_sheet sheet;
    bool is_slurm;      // the table is what sacctmgr prints
    struct names names; // of nodes, by number
    struct event *event;
    uint32_t n, cap;
    uint32_t *named; // nodes that rows name
    uint32_t n_named, cap_named;
    // By state and node: until when it is in it, INT64_MIN where it is not; by which row of outages.
    int64_t *until[STATES];
    uint32_t *by[STATES];
    uint32_t *chosen; // (n_node)
    uint64_t work;
};

enum { NAMES_BYTES = 64 << 20 };
static const char no_memory[] = "no memory for the events of a replay";

// ---- a row

static bool moment(struct reading *r, uint32_t column, int64_t since_us, int64_t *out) {
    const struct csv_field cell = pool_sheet_cell(&r->sheet, column);
    int64_t span = 0;
    if (cell.n > 1 && cell.bytes[0] == '+') {
        if (!pool_span_read(cell.bytes + 1, cell.n - 1, &span)) {
            pool_sheet_fault(&r->sheet, column,
                             "'%.*s' is no span of time: seconds, 90m, 2h, 12:30:00",
                             (int)(cell.n < 60 ? cell.n : 60), cell.bytes);
            return false;
        }
        *out = since_us + span;
        return true;
    }
    return pool_sheet_moment(&r->sheet, column, out);
}

// A state of Slurm's nodes, such as DOWN* or IDLE+DRAIN.
static const struct kind *kind_of_state(struct csv_field state) {
    char word[64];
    if (state.n >= sizeof word) {
        return NULL;
    }
    memcpy(word, state.bytes, state.n);
    word[state.n] = '\0';
    const bool is_down = strncmp(word, "DOWN", 4) == 0 || strncmp(word, "FAIL", 4) == 0 ||
                         strstr(word, "NOT_RESPONDING");
    return is_down ? &kinds[0] : strstr(word, "DRAIN") ? &kinds[2] : NULL;
}

static bool read_kind(struct reading *r, struct event *event) {
    const struct csv_field cell = pool_sheet_cell(&r->sheet, KIND);
    for (uint32_t i = 0; i < N_KIND; i++) {
        if (pool_cell_is(cell, kinds[i].word) || pool_cell_is(cell, kinds[i].korean)) {
            event->kind = &kinds[i];
            return true;
        }
    }
    event->kind = kind_of_state(cell);
    if (event->kind) {
        return true;
    }
    pool_sheet_fault(&r->sheet, KIND,
                     "'%.*s' is no kind of event: down, up, drain, undrain, reserve, release",
                     (int)(cell.n < 40 ? cell.n : 40), cell.bytes);
    return false;
}

static bool read_times(struct reading *r, struct event *event) {
    if (pool_sheet_cell(&r->sheet, TIME).n == 0) {
        pool_sheet_fault(&r->sheet, TIME, "an event has a time");
        return false;
    }
    if (!moment(r, TIME, r->first_us, &event->at_us)) {
        return false;
    }
    const struct csv_field until = pool_sheet_cell(&r->sheet, UNTIL);
    const bool has_until = until.n > 0 && !pool_cell_is(until, "Unknown");
    if (has_until && event->kind->is_end) {
        pool_sheet_fault(&r->sheet, UNTIL, "'%s' is a moment: it has no end", event->kind->word);
        return false;
    }
    if (has_until && !moment(r, UNTIL, event->at_us, &event->until_us)) {
        return false;
    }
    if (event->until_us <= event->at_us) {
        pool_sheet_fault(&r->sheet, UNTIL, "it ends before it begins");
        return false;
    }
    event->notice_us = OUTAGES_NOTICE_US;
    return pool_sheet_span(&r->sheet, NOTICE, &event->notice_us);
}

static int by_number(const void *a, const void *b) {
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

static maru_status add_named(struct reading *r, uint32_t node, maru_error *err) {
    if (r->n_named == OUTAGES_MAX_HELD) {
        return fail(err, MARU_E_LIMIT, "a table of events names at most %d nodes",
                    OUTAGES_MAX_HELD);
    }
    if (r->n_named == r->cap_named) {
        const uint32_t cap = r->cap_named + r->cap_named / 2 + 256;
        uint32_t *const more = alloc_resize(r->named, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, no_memory);
        }
        r->named = more;
        r->cap_named = cap;
    }
    r->named[r->n_named++] = node;
    return MARU_OK;
}

// Names between blanks, to numbers that rise.
//   out     *is_good false: a fault was noted
static maru_status read_nodes(struct reading *r, struct event *event, bool *is_good,
                              maru_error *err) {
    const struct csv_field cell = pool_sheet_cell(&r->sheet, NODE);
    maru_status st = MARU_OK;
    event->first = r->n_named;
    for (uint32_t at = 0; st == MARU_OK && *is_good && at < cell.n;) {
        uint32_t n = 0;
        while (at + n < cell.n && (!cell.bytes[at + n] || !strchr(between, cell.bytes[at + n]))) {
            n++;
        }
        if (n > 0) {
            const uint32_t node = names_find(&r->names, cell.bytes + at, n);
            *is_good = node < r->cluster->n_node;
            if (*is_good) {
                st = add_named(r, node, err);
            } else {
                pool_sheet_fault(&r->sheet, NODE, "'%.*s' is no node of the table of nodes",
                                 (int)(n < 60 ? n : 60), cell.bytes + at);
            }
        }
        at += n + 1;
    }
    if (st != MARU_OK || !*is_good) {
        return st;
    }
    event->n = r->n_named - event->first;
    if (event->n == 0) {
        return MARU_OK;
    }
    uint32_t *const node = r->named + event->first;
    qsort(node, event->n, sizeof *node, by_number);
    for (uint32_t i = 1; *is_good && i < event->n; i++) {
        if (node[i] == node[i - 1]) {
            pool_sheet_fault(&r->sheet, NODE, "node '%.63s' is named twice",
                             r->cluster->node[node[i]].name);
            *is_good = false;
        }
    }
    return MARU_OK;
}

// Which nodes, where none is named.
static bool read_choice(struct reading *r, struct event *event) {
    const struct csv_field type = pool_sheet_cell(&r->sheet, TYPE);
    const struct csv_field site = pool_sheet_cell(&r->sheet, SITE);
    int64_t count = 0;
    event->site = UINT32_MAX;
    event->type = CLUSTER_NO_TYPE;
    if (!pool_sheet_number(&r->sheet, COUNT, 1, CLUSTER_MAX_NODES, &count)) {
        return false;
    }
    event->count = (uint32_t)count;
    const bool has_choice = pool_sheet_cell(&r->sheet, COUNT).n + type.n + site.n > 0;
    if (has_choice == (event->n > 0) || (pool_sheet_cell(&r->sheet, COUNT).n > 0 && count == 0)) {
        pool_sheet_fault(&r->sheet, has_choice ? COUNT : NODE,
                         "an event names its nodes, or says how many, of which type or site");
        return false;
    }
    for (uint8_t t = 0; type.n > 0 && t < r->cluster->n_type; t++) {
        event->type = pool_cell_is(type, r->cluster->type[t].name) ? t : event->type;
    }
    for (uint32_t s = 0; site.n > 0 && s < r->cluster->n_site; s++) {
        event->site = pool_cell_is(site, r->cluster->site[s].name) ? s : event->site;
    }
    if (type.n > 0 && event->type == CLUSTER_NO_TYPE) {
        pool_sheet_fault(&r->sheet, TYPE, "'%.*s' is no type of GPU that a node has",
                         (int)(type.n < 60 ? type.n : 60), type.bytes);
        return false;
    }
    if (site.n > 0 && event->site == UINT32_MAX) {
        pool_sheet_fault(&r->sheet, SITE, "'%.*s' is no site of the nodes",
                         (int)(site.n < 60 ? site.n : 60), site.bytes);
        return false;
    }
    return true;
}

static maru_status read_account(struct reading *r, struct event *event, bool *is_good,
                                maru_error *err) {
    const struct csv_field cell = pool_sheet_cell(&r->sheet, ACCOUNT);
    const bool wants = event->kind->state == HELD && !event->kind->is_end;
    if (wants != (cell.n > 0) || cell.n > OUTAGES_MAX_ACCOUNT) {
        pool_sheet_fault(&r->sheet, ACCOUNT,
                         wants ? "a reservation is for an account: tenant or tenant/project"
                               : "only a reservation is for an account");
        *is_good = false;
        return MARU_OK;
    }
    event->account = arena_text(&r->outages->text, cell.bytes, cell.n);
    return event->account ? MARU_OK : arena_refusal(&r->outages->text, err);
}

// Of sacctmgr: the cluster as a whole said what it has.
static bool is_of_cluster(const struct reading *r) {
    return r->is_slurm && pool_sheet_cell(&r->sheet, NODE).n == 0 &&
           pool_sheet_cell(&r->sheet, KIND).n == 0;
}

static maru_status read_row(struct reading *r, maru_error *err) {
    if (is_of_cluster(r)) {
        return MARU_OK;
    }
    struct event event = {.until_us = INT64_MAX, .line = r->sheet.row.line};
    bool is_good = read_kind(r, &event) && read_times(r, &event);
    maru_status st = is_good ? read_nodes(r, &event, &is_good, err) : MARU_OK;
    is_good = st == MARU_OK && is_good && read_choice(r, &event);
    st = is_good ? read_account(r, &event, &is_good, err) : st;
    if (st != MARU_OK || !is_good) {
        return st;
    }
    if (r->n == OUTAGES_MAX_ROWS) {
        return fail(err, MARU_E_LIMIT, "a table of events has at most %d rows", OUTAGES_MAX_ROWS);
    }
    if (r->n == r->cap) {
        const uint32_t cap = r->cap + r->cap / 2 + 64;
        struct event *const more = alloc_resize(r->event, cap, sizeof *more);
        if (!more) {
            return fail(err, MARU_E_MEMORY, no_memory);
        }
        r->event = more;
        r->cap = cap;
    }
    r->event[r->n++] = event;
    return MARU_OK;
}

static maru_status read_rows(struct reading *r, maru_error *err) {
    if (!pool_sheet_has(&r->sheet, TIME) || !pool_sheet_has(&r->sheet, KIND)) {
        return fail_at(err, MARU_E_INPUT, "", 1, 0,
                       "a table of events has the columns time, kind, node, and count, gpu_type, "
                       "site, until, account, notice where they are wanted");
    }
    r->is_slurm = pool_cell_is(pool_sheet_cell(&r->sheet, TIME), "TimeStart"); // the header's
    maru_status st = MARU_OK;
    while (st == MARU_OK && (st = pool_sheet_next(&r->sheet, err)) == MARU_OK) {
        st = read_row(r, err);
    }
    return st == MARU_MORE ? MARU_OK : st;
}

// ---- in the order of time

static void fault(struct reading *r, const struct event *event, uint32_t column, const char *format,
                  ...) MARU_PRINTF(4, 5);
static void fault(struct reading *r, const struct event *event, uint32_t column, const char *format,
                  ...) {
    struct sheet_faults *const faults = r->sheet.faults;
    if (faults->n < SHEET_MAX_FAULTS) {
        maru_error *const item = &faults->item[faults->n];
        va_list args;
        *item = (maru_error){
            .code = MARU_E_INPUT, .row = event->line, .column = r->sheet.column[column]};
        va_start(args, format);
        vsnprintf(item->text, sizeof item->text, format, args);
        va_end(args);
    }
    faults->n++;
}

static bool is_event_before(const void *context, uint32_t a, uint32_t b) {
    const struct event *const event = context;
    return event[a].at_us != event[b].at_us ? event[a].at_us < event[b].at_us : a < b;
}

// Is the node in the state of the event, at its time?
static bool is_in(const struct reading *r, const struct event *event, uint32_t node) {
    return r->until[event->kind->state][node] > event->at_us;
}

// The nodes of an event that names none: the lowest that it can be about.
static uint32_t choose(struct reading *r, const struct event *event) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->cluster->n_node; i++) {
        const struct cluster_node *const node = &r->cluster->node[i];
        const bool is_it = (event->type == CLUSTER_NO_TYPE || node->type == event->type) &&
                           (event->site == UINT32_MAX || node->site == event->site) &&
                           is_in(r, event, i) == event->kind->is_end;
        if (is_it && (event->count == 0 || n < event->count)) {
            r->chosen[n++] = i;
        }
    }
    r->work += r->cluster->n_node;
    return n;
}

static void end_nodes(struct reading *r, const struct event *event, const uint32_t *node,
                      uint32_t n) {
    const enum state state = event->kind->state;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t by = r->by[state][node[i]];
        if (!is_in(r, event, node[i])) {
            continue; // with another node of its reservation
        }
        if (state != HELD) {
            r->outages->row[by].until_us = event->at_us;
            r->until[state][node[i]] = event->at_us;
            continue;
        }
        struct hold *const hold = &r->outages->hold[by];
        hold->over_us = event->at_us;
        for (uint32_t k = 0; k < hold->n; k++) {
            r->until[HELD][r->outages->node[hold->first + k]] = event->at_us;
        }
    }
}

static maru_status begin_nodes(struct reading *r, const struct event *event, const uint32_t *node,
                               uint32_t n, maru_error *err) {
    const enum state state = event->kind->state;
    struct outages *const to = r->outages;
    maru_status st = MARU_OK;
    if (state == HELD) {
        const struct hold hold = {.known_us = event->at_us - event->notice_us,
                                  .from_us = event->at_us,
                                  .until_us = event->until_us,
                                  .over_us = event->until_us,
                                  .first = to->n_node,
                                  .n = n,
                                  .account = event->account};
        st = outages_add_hold(to, hold, err);
    }
    for (uint32_t i = 0; st == MARU_OK && i < n; i++) {
        const struct outage outage = {event->at_us, event->until_us, node[i],
                                      state == DOWN ? OUTAGE_DOWN : OUTAGE_DRAIN};
        st = state == HELD ? outages_add_held(to, node[i], err) : outages_add(to, outage, err);
        r->until[state][node[i]] = event->until_us;
        r->by[state][node[i]] = state == HELD ? to->n_hold - 1 : to->n - 1;
    }
    return st;
}

static maru_status take_event(struct reading *r, const struct event *event, maru_error *err) {
    static const char *const already[] = {
        [DOWN] = "down", [DRAINED] = "drained", [HELD] = "reserved"};
    const bool is_end = event->kind->is_end;
    const uint32_t n = event->n > 0 ? event->n : choose(r, event);
    const uint32_t *const node = event->n > 0 ? r->named + event->first : r->chosen;
    if (r->work > OUTAGES_MAX_WORK) {
        return fail(err, MARU_E_LIMIT, "too many rows that count nodes, of so many nodes");
    }
    if (n == 0 || n < event->count) {
        fault(r, event, COUNT, "only %u nodes are there for that", n);
        return MARU_OK;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (is_in(r, event, node[i]) != is_end) {
            fault(r, event, NODE,
                  is_end ? "node '%.63s' is not %s then" : "node '%.63s' is %s already",
                  r->cluster->node[node[i]].name, already[event->kind->state]);
            return MARU_OK;
        }
    }
    if (is_end) {
        end_nodes(r, event, node, n);
        return MARU_OK;
    }
    return begin_nodes(r, event, node, n, err);
}

static maru_status take_events(struct reading *r, maru_error *err) {
    uint32_t *const index = alloc_new((size_t)r->n + 1, sizeof *index);
    maru_status st = index ? MARU_OK : fail(err, MARU_E_MEMORY, no_memory);
    for (uint32_t i = 0; index && i < r->n; i++) {
        index[i] = i;
    }
    if (index) {
        index_order(index, r->n, is_event_before, r->event);
    }
    for (uint32_t i = 0; st == MARU_OK && i < r->n; i++) {
        st = take_event(r, &r->event[index[i]], err);
    }
    alloc_free(index);
    return st;
}

// ---- beginning and end

static maru_status prepare(struct reading *r, maru_error *err) {
    const uint32_t n = r->cluster->n_node;
    bool is_well = (r->chosen = alloc_new((size_t)n + 1, sizeof *r->chosen)) != NULL;
    for (int s = 0; is_well && s < STATES; s++) {
        r->until[s] = alloc_new((size_t)n + 1, sizeof *r->until[s]);
        r->by[s] = alloc_new((size_t)n + 1, sizeof *r->by[s]);
        is_well = r->until[s] && r->by[s];
        for (uint32_t i = 0; is_well && i < n; i++) {
            r->until[s][i] = INT64_MIN;
        }
    }
    maru_status st = is_well ? MARU_OK : fail(err, MARU_E_MEMORY, no_memory);
    for (uint32_t i = 0, number = 0; st == MARU_OK && i < n; i++) {
        const char *name = r->cluster->node[i].name;
        char twin[32]; // a second node of one name is none that a row can mean
        st = names_add(&r->names, name, strlen(name), &number, err);
        if (st == MARU_OK && number != i) {
            snprintf(twin, sizeof twin, " %u", i);
            st = names_add(&r->names, twin, strlen(twin), &number, err);
        }
    }
    return st;
}

maru_status outages_read(struct outages *outages, const char *bytes, size_t n,
                         const struct cluster *cluster, int64_t first_us,
                         struct sheet_faults *faults, maru_error *err) {
    struct reading r = {.outages = outages, .cluster = cluster, .first_us = first_us};
    *faults = (struct sheet_faults){.n = 0};
    names_init(&r.names, NAMES_BYTES);
    maru_status st = prepare(&r, err);
    if (st == MARU_OK) {
        st = pool_sheet_open(&r.sheet, bytes, n, heading, HEADINGS, faults, err);
        st = st == MARU_OK ? read_rows(&r, err) : st;
        pool_sheet_close(&r.sheet);
    }
    st = st == MARU_OK ? pool_sheet_faults_status(faults, err) : st;
    st = st == MARU_OK ? take_events(&r, err) : st;
    st = st == MARU_OK ? pool_sheet_faults_status(faults, err) : st;
    for (int s = 0; s < STATES; s++) {
        alloc_free(r.until[s]);
        alloc_free(r.by[s]);
    }
    alloc_free(r.chosen);
    alloc_free(r.named);
    alloc_free(r.event);
    names_fini(&r.names);
    return st;
}
