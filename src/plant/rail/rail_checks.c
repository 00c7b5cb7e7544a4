#include <stdio.h>

#include "plant/rail/rail_finder.h"
#include "plant/rail/rail_join.h"
#include "plant/soundness.h"

// Rails as a whole. Faults: a link without a length, a link that stands twice. Warnings: an end that
// nothing leads on from, and tools at rails from which a carrier does not get to most others and
// back. For the latter the network is taken apart into its strong components (R. Tarjan, 1972): in
// such a part every node reaches every other. A tool is of the part that its rail lies in; a rail
// between two parts is in none.

struct network {
    uint32_t n_node, n_rail;
    uint32_t *first; // (n_node + 1)
    uint32_t *out;   // (n_rail): rails by the node they begin at
};

// The two ends of each row as nodes; false when there is no room.
static bool join_ends(struct draft *draft, uint32_t n) {
    struct rail_join join;
    if (!rail_join_init(&join, &draft->arena, 2 * n, draft->names.seed)) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        r->from = r->to = PLANT_NONE;
        if (is_bad(&r->at, RAIL_X1) || is_bad(&r->at, RAIL_Y1) || is_bad(&r->at, RAIL_X2) ||
            is_bad(&r->at, RAIL_Y2)) {
            continue;
        }
        r->from = rail_join_node(&join, r->x1, r->y1);
        r->to = rail_join_node(&join, r->x2, r->y2);
        if (r->from == r->to) {
            draft_fault(draft, MARU_FAULT, &r->at, RAIL_X2, "two ends more than 1 mm apart",
                        "both ends of this link are the same place");
        }
    }
    draft->rail_node = join.node;
    draft->n_rail_node = join.n_node;
    return true;
}

static bool make_network(struct draft *draft, uint32_t n, struct network *net) {
    *net = (struct network){.n_node = draft->n_rail_node, .n_rail = n};
    net->first = arena_take(&draft->arena, (size_t)net->n_node + 2, sizeof *net->first);
    net->out = arena_take(&draft->arena, n, sizeof *net->out);
    if (!net->first || !net->out) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        net->first[r->from + 2]++;
    }
    for (uint32_t i = 0; i < net->n_node; i++) {
        net->first[i + 2] += net->first[i + 1];
    }
    for (uint32_t i = 0; i < n; i++) { // what begins at a node ends where the next begins
        const struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        net->out[net->first[r->from + 1]++] = i;
    }
    return true;
}

// Links that stand twice, and ends that lead nowhere. False when there is no room.
static bool check_links(struct draft *draft, const struct network *net) {
    uint32_t *seen = arena_take(&draft->arena, net->n_node, sizeof *seen); // row from 1, by its end
    for (uint32_t v = 0; seen && v < net->n_node; v++) {
        for (uint32_t k = net->first[v]; k < net->first[v + 1]; k++) {
            struct draft_rail *r = draft_row(draft, TABLE_RAIL, net->out[k]);
            const struct draft_rail *other =
                seen[r->to] > 0 ? draft_row(draft, TABLE_RAIL, seen[r->to] - 1) : NULL;
            if (other && other->from == v) {
                draft_fault(draft, MARU_FAULT, &r->at, -1, "each link once",
                            "line %u has this link already", other->at.line);
            } else {
                seen[r->to] = net->out[k] + 1;
            }
        }
    }
    for (uint32_t i = 0; seen && i < net->n_rail; i++) {
        struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        if (net->first[r->to] == net->first[r->to + 1]) {
            draft_fault(draft, MARU_WARNING, &r->at, RAIL_X2, "a link that begins at this end",
                        "no link leads on from this end: a carrier cannot get out of here");
        }
    }
    return seen != NULL;
}

struct walk {                                     // Tarjan's, without recursion
    uint32_t *number, *low, *next, *path, *stack; // (n_node) each; numbers from 1
    uint32_t n_path, n_stack, n_seen;
};

static void enter(struct walk *w, const struct network *net, uint32_t v) {
    w->number[v] = w->low[v] = ++w->n_seen;
    w->next[v] = net->first[v];
    w->path[w->n_path++] = v;
    w->stack[w->n_stack++] = v;
}

static void leave(struct walk *w, uint32_t v, uint32_t *part) {
    w->n_path--;
    if (w->low[v] == w->number[v]) { // the first of its part: all of it is on top of the stack
        uint32_t u;
        do {
            u = w->stack[--w->n_stack];
            part[u] = v;
        } while (u != v);
    }
    if (w->n_path > 0) {
        const uint32_t up = w->path[w->n_path - 1];
        w->low[up] = w->low[v] < w->low[up] ? w->low[v] : w->low[up];
    }
}

// part[node]: some node of the strong component that it is in. NULL when there is no room.
static uint32_t *find_parts(struct draft *draft, const struct network *net) {
    struct walk w = {0};
    uint32_t *part = NULL;
    uint32_t **const array[] = {&w.number, &w.low, &w.next, &w.path, &w.stack, &part};
    for (size_t i = 0; i < sizeof array / sizeof *array; i++) {
        *array[i] = arena_take(&draft->arena, net->n_node, sizeof(uint32_t));
        if (!*array[i]) {
            return NULL;
        }
    }
    for (uint32_t v = 0; v < net->n_node; v++) {
        part[v] = PLANT_NONE;
    }
    for (uint32_t root = 0; root < net->n_node; root++) {
        if (w.number[root] == 0) {
            enter(&w, net, root);
        }
        while (w.n_path > 0) {
            const uint32_t v = w.path[w.n_path - 1];
            if (w.next[v] == net->first[v + 1]) {
                leave(&w, v, part);
                continue;
            }
            const struct draft_rail *r = draft_row(draft, TABLE_RAIL, net->out[w.next[v]++]);
            if (w.number[r->to] == 0) {
                enter(&w, net, r->to);
            } else if (part[r->to] == PLANT_NONE && w.number[r->to] < w.low[v]) {
                w.low[v] = w.number[r->to];
            }
        }
    }
    return part;
}

// The rails of the rows, for the finder; NULL when there is no room.
static struct plant_rail *rails_of(struct draft *draft, uint32_t n) {
    struct plant_rail *rail = arena_take(&draft->arena, n, sizeof *rail);
    for (uint32_t i = 0; rail && i < n; i++) {
        const struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        rail[i] = (struct plant_rail){r->from, r->to};
    }
    return rail;
}

static bool has_place(const struct draft_place *p) {
    return p->group != PLANT_NONE && !is_bad(&p->at, PLACE_X) && !is_bad(&p->at, PLACE_Y);
}

// Tools that are not at rails of the part with the most tools. False when there is no room.
static bool check_reach(struct draft *draft, const struct network *net) {
    const uint32_t n_place = draft->rows[TABLE_PLACE].n;
    struct plant_rail *rail = rails_of(draft, net->n_rail);
    uint32_t *part = find_parts(draft, net);
    uint32_t *n_tool = arena_take(&draft->arena, net->n_node, sizeof *n_tool);
    uint32_t *home = arena_take(&draft->arena, (size_t)n_place + 1, sizeof *home);
    struct rail_finder finder;
    if (!rail || !part || !n_tool || !home ||
        !rail_finder_init(&finder, &draft->arena, draft->rail_node, rail, net->n_rail)) {
        return false;
    }
    uint32_t n_all = 0, most = 0;
    for (uint32_t i = 0; i < n_place; i++) {
        const struct draft_place *p = draft_row(draft, TABLE_PLACE, i);
        home[i] = PLANT_NONE;
        if (has_place(p)) {
            const struct rail_spot spot = rail_finder_nearest(&finder, p->x, p->y);
            const uint32_t from = part[rail[spot.rail].from], to = part[rail[spot.rail].to];
            home[i] = from == to ? from : PLANT_NONE;
            n_tool[from] += from == to;
            most = n_tool[from] > n_tool[most] ? from : most;
            n_all++;
        }
    }
    for (uint32_t i = 0; i < n_place && n_tool[most] < n_all; i++) {
        struct draft_place *p = draft_row(draft, TABLE_PLACE, i);
        if (has_place(p) && home[i] != most) {
            draft_fault(draft, MARU_WARNING, &p->at, PLACE_X,
                        "rails that lead from each tool to each other",
                        "no carrier gets on rails to %u of %u tools and back: this is the first",
                        n_all - n_tool[most], n_all);
            break;
        }
    }
    return true;
}

void draft_check_rails(struct draft *draft) {
    const uint32_t n = draft->rows[TABLE_RAIL].n;
    if (n == 0) {
        return;
    }
    if (n > PLANT_MAX_RAILS) {
        draft->limit = "more than 100000 links of rails";
        return;
    }
    struct network net;
    bool is_whole = join_ends(draft, n);
    for (uint32_t i = 0; is_whole && i < n; i++) {
        const struct draft_rail *r = draft_row(draft, TABLE_RAIL, i);
        if (r->from == r->to) {
            return; // said already; the rest would be a guess
        }
    }
    is_whole = is_whole && make_network(draft, n, &net) && check_links(draft, &net) &&
               check_reach(draft, &net);
    draft->is_short = draft->is_short || !is_whole;
}
