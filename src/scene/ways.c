#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "maru/scene.h"

// On rails, for each node that somebody went to, a tree: at every other node the link to take there.
// It is made when it is first asked for, by one search from its root against the links' directions
// (E. W. Dijkstra, 1959), and stays until its room is needed by another: the oldest goes first. Of
// ways equally short, the order of nodes and links decides, so that web/src/hall/rails.ts, which
// does the same, takes the same one.

#define WAYS_MAX_BYTES ((size_t)32 << 20)

static const double straight_m = 0.001; // a point nearer than that to the line is left out
enum { FEW_POINTS = 8 };                // of a way without rails

struct reached { // an entry of the search's heap
    double m;
    uint32_t node;
};

struct maru_ways {
    const maru_layout *layout;
    double *x_m, *y_m; // (n_rail_node + FEW_POINTS): points of the way asked for last
    uint32_t n_point;
    double length_m;
    uint32_t *first_in, *in; // (n_rail_node + 1), (n_rail): links by the node they end at
    uint32_t n_tree, next_tree;
    uint32_t *next_link;  // (n_tree, n_rail_node): MARU_NO_RAIL where none leads there
    uint32_t *root_of;    // (n_tree): node, or MARU_NO_RAIL
    uint32_t *tree_of;    // (n_rail_node): tree + 1, 0: none
    double *m_to_root;    // (n_rail_node), of the search
    struct reached *heap; // (n_rail + 1)
    uint32_t n_heap;
};

// Trees

static bool is_before(const struct reached *a, const struct reached *b) {
    return a->m < b->m || (a->m <= b->m && a->node < b->node);
}

static void push(maru_ways *w, struct reached item) {
    uint32_t i = w->n_heap++;
    while (i > 0 && is_before(&item, &w->heap[(i - 1) / 2])) {
        w->heap[i] = w->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    w->heap[i] = item;
}

static struct reached pop(maru_ways *w) {
    const struct reached top = w->heap[0], last = w->heap[--w->n_heap];
    uint32_t i = 0;
    for (uint32_t child = 1; child < w->n_heap; child = 2 * i + 1) {
        child += child + 1 < w->n_heap && is_before(&w->heap[child + 1], &w->heap[child]);
        if (!is_before(&w->heap[child], &last)) {
            break;
        }
        w->heap[i] = w->heap[child];
        i = child;
    }
    w->heap[i] = last;
    return top;
}

static void grow_tree(maru_ways *w, uint32_t root, uint32_t *next_link) {
    const maru_layout *l = w->layout;
    for (uint32_t v = 0; v < l->n_rail_node; v++) {
        w->m_to_root[v] = INFINITY;
        next_link[v] = MARU_NO_RAIL;
    }
    w->m_to_root[root] = 0;
    push(w, (struct reached){0, root});
    while (w->n_heap > 0) {
        const struct reached at = pop(w);
        if (at.m > w->m_to_root[at.node]) {
            continue; // it was reached by a shorter way since
        }
        for (uint32_t k = w->first_in[at.node]; k < w->first_in[at.node + 1]; k++) {
            const uint32_t link = w->in[k], v = l->rail_from[link];
            const double m = at.m + l->rail_length_m[link];
            if (m < w->m_to_root[v]) {
                w->m_to_root[v] = m;
                next_link[v] = link;
                push(w, (struct reached){m, v});
            }
        }
    }
}

static const uint32_t *tree_to(maru_ways *w, uint32_t root) {
    const size_t n = w->layout->n_rail_node;
    if (w->tree_of[root] == 0) {
        const uint32_t tree = w->next_tree;
        w->next_tree = (tree + 1) % w->n_tree;
        if (w->root_of[tree] != MARU_NO_RAIL) {
            w->tree_of[w->root_of[tree]] = 0;
        }
        grow_tree(w, root, w->next_link + tree * n);
        w->root_of[tree] = root;
        w->tree_of[root] = tree + 1;
    }
    return w->next_link + (w->tree_of[root] - 1) * n;
}

// Links by the node they end at, in the order of links.
static void sort_links(maru_ways *w) {
    const maru_layout *l = w->layout;
    for (uint32_t i = 0; i < l->n_rail; i++) {
        w->first_in[l->rail_to[i] + 1]++;
    }
    for (uint32_t v = 0; v < l->n_rail_node; v++) {
        w->first_in[v + 1] += w->first_in[v];
    }
    for (uint32_t i = l->n_rail; i-- > 0;) { // from behind: ends become beginnings
        w->in[--w->first_in[l->rail_to[i] + 1]] = i;
    }
    memmove(w->first_in, w->first_in + 1, l->n_rail_node * sizeof *w->first_in);
    w->first_in[l->n_rail_node] = l->n_rail;
}

maru_status maru_ways_new(const maru_layout *layout, maru_ways **out, maru_error *err) {
    const size_t n_node = layout->n_rail_node, n_rail = layout->n_rail;
    maru_ways *w = alloc_new(1, sizeof *w);
    if (!w) {
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    w->layout = layout;
    const size_t n_fit = WAYS_MAX_BYTES / sizeof *w->next_link / (n_node + 1);
    w->n_tree = (uint32_t)(n_fit < 1 ? 1 : n_fit < n_node ? n_fit : n_node);
    w->x_m = alloc_new(n_node + FEW_POINTS, sizeof *w->x_m);
    w->y_m = alloc_new(n_node + FEW_POINTS, sizeof *w->y_m);
    w->first_in = alloc_new(n_node + 2, sizeof *w->first_in);
    w->in = alloc_new(n_rail + 1, sizeof *w->in);
    w->next_link = alloc_new((size_t)w->n_tree * n_node + 1, sizeof *w->next_link);
    w->root_of = alloc_new((size_t)w->n_tree + 1, sizeof *w->root_of);
    w->tree_of = alloc_new(n_node + 1, sizeof *w->tree_of);
    w->m_to_root = alloc_new(n_node + 1, sizeof *w->m_to_root);
    w->heap = alloc_new(n_rail + 1, sizeof *w->heap);
    if (!w->x_m || !w->y_m || !w->first_in || !w->in || !w->next_link || !w->root_of ||
        !w->tree_of || !w->m_to_root || !w->heap) {
        maru_ways_free(w);
        return fail(err, MARU_E_MEMORY, "out of memory");
    }
    for (uint32_t i = 0; i < w->n_tree; i++) {
        w->root_of[i] = MARU_NO_RAIL;
    }
    sort_links(w);
    *out = w;
    return MARU_OK;
}

void maru_ways_free(maru_ways *w) {
    if (w) {
        alloc_free(w->x_m);
        alloc_free(w->y_m);
        alloc_free(w->first_in);
        alloc_free(w->in);
        alloc_free(w->next_link);
        alloc_free(w->root_of);
        alloc_free(w->tree_of);
        alloc_free(w->m_to_root);
        alloc_free(w->heap);
        alloc_free(w);
    }
}

// Points

static void add_point(maru_ways *w, double x, double y) {
    const uint32_t n = w->n_point;
    if (n > 0) {
        const double dx = x - w->x_m[n - 1], dy = y - w->y_m[n - 1];
        const double length = sqrt(dx * dx + dy * dy);
        if (length < 1e-9) {
            return;
        }
        w->length_m += length;
    }
    w->x_m[n] = x;
    w->y_m[n] = y;
    w->n_point++;
}

// A point on rails; the one before it goes where the way is straight there. The first stays.
static void add_rail_point(maru_ways *w, double x, double y) {
    const uint32_t n = w->n_point;
    add_point(w, x, y);
    if (n < 3 || w->n_point == n) {
        return;
    }
    const double ax = w->x_m[n - 1] - w->x_m[n - 2], ay = w->y_m[n - 1] - w->y_m[n - 2];
    const double bx = x - w->x_m[n - 1], by = y - w->y_m[n - 1];
    const double cx = ax + bx, cy = ay + by;
    if (ax * bx + ay * by > 0 && fabs(ax * by - ay * bx) <= straight_m * sqrt(cx * cx + cy * cy)) {
        w->x_m[n - 1] = x;
        w->y_m[n - 1] = y;
        w->n_point = n;
    }
}

static void add_spot(maru_ways *w, uint32_t link, double along_m) {
    const maru_layout *l = w->layout;
    const uint32_t a = l->rail_from[link], b = l->rail_to[link];
    const double share = along_m / l->rail_length_m[link];
    add_rail_point(w, l->node_x_m[a] + (l->node_x_m[b] - l->node_x_m[a]) * share,
                   l->node_y_m[a] + (l->node_y_m[b] - l->node_y_m[a]) * share);
}

// From port to port on rails; false, and nothing of a way, where they do not lead there.
static bool go_on_rails(maru_ways *w, uint32_t from, uint32_t to) {
    const maru_layout *l = w->layout;
    const uint32_t start = l->port_rail[from], end = l->port_rail[to];
    const bool is_ahead = start == end && l->port_along_m[from] <= l->port_along_m[to];
    const uint32_t root = l->rail_from[end];
    const uint32_t *tree = is_ahead ? NULL : tree_to(w, root);
    uint32_t node = l->rail_to[start];
    if (tree && node != root && tree[node] == MARU_NO_RAIL) {
        return false;
    }
    add_point(w, l->port_x_m[from], l->port_y_m[from]);
    add_spot(w, start, l->port_along_m[from]);
    if (tree) {
        add_rail_point(w, l->node_x_m[node], l->node_y_m[node]);
        while (node != root) {
            node = l->rail_to[tree[node]];
            add_rail_point(w, l->node_x_m[node], l->node_y_m[node]);
        }
    }
    add_spot(w, end, l->port_along_m[to]);
    add_point(w, l->port_x_m[to], l->port_y_m[to]);
    return true;
}

static void go_along_aisles(maru_ways *w, uint32_t from, uint32_t to) {
    const maru_layout *l = w->layout;
    const uint32_t start = l->aisle_of[from], end = l->aisle_of[to];
    add_point(w, l->port_x_m[from], l->port_y_m[from]);
    if (start == MARU_NO_AISLE && end == MARU_NO_AISLE) {
        add_point(w, l->port_x_m[to], l->port_y_m[from]);
    } else if (start != end) { // down to the central aisle, along it, and up again
        const double middle = (l->aisle[0].y0_m + l->aisle[0].y1_m) / 2;
        add_point(w, l->port_x_m[from], middle);
        add_point(w, l->port_x_m[to], middle);
    }
    add_point(w, l->port_x_m[to], l->port_y_m[to]);
}

maru_way maru_ways_find(maru_ways *w, uint32_t from, uint32_t to) {
    const maru_layout *l = w->layout;
    const bool is_given = l->aisle_of[from] == MARU_NO_AISLE || l->aisle_of[to] == MARU_NO_AISLE;
    w->n_point = 0;
    w->length_m = 0;
    const bool is_on_rails = l->n_rail > 0 && is_given && from != to && go_on_rails(w, from, to);
    if (!is_on_rails) {
        go_along_aisles(w, from, to);
    }
    return (maru_way){w->n_point, w->x_m, w->y_m, w->length_m, is_on_rails};
}
