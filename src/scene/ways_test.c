#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/csv.h"
#include "base/number.h"
#include "base/text.h"
#include "maru/scene.h"
#include "plant/dialect/smat.h"
#include "plant/rail/rail_finder.h"
#include "scene/rail_runs.h"
#include "scene/trial_hall.h"

enum { MAX_NODES = 64, MAX_LINKS = 64, MAX_PORTS = 64, MAX_NUMBERS = 64 };

// A layout of rails and ports alone.
struct net {
    maru_layout layout;
    double x[MAX_NODES], y[MAX_NODES], length[MAX_LINKS];
    double port_x[MAX_PORTS], port_y[MAX_PORTS], along[MAX_PORTS];
    uint32_t from[MAX_LINKS], to[MAX_LINKS], port_rail[MAX_PORTS], aisle_of[MAX_PORTS];
};

static void show(struct net *n) {
    maru_layout *l = &n->layout;
    for (uint32_t i = 0; i < l->n_rail; i++) {
        const double dx = n->x[n->to[i]] - n->x[n->from[i]];
        const double dy = n->y[n->to[i]] - n->y[n->from[i]];
        n->length[i] = sqrt(dx * dx + dy * dy);
    }
    for (uint32_t i = 0; i < MAX_PORTS; i++) {
        n->aisle_of[i] = MARU_NO_AISLE;
    }
    l->node_x_m = n->x;
    l->node_y_m = n->y;
    l->rail_from = n->from;
    l->rail_to = n->to;
    l->rail_length_m = n->length;
    l->port_x_m = n->port_x;
    l->port_y_m = n->port_y;
    l->port_rail = n->port_rail;
    l->port_along_m = n->along;
    l->aisle_of = n->aisle_of;
}

static char *read_file(const char *folder, const char *name, size_t *n) {
    char path[1000];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        return NULL;
    }
    char *bytes = calloc(1, 1 << 20);
    assert_non_null(bytes);
    *n = fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    return bytes;
}

// The numbers of a line, behind its first word.
static uint32_t read_numbers(const char *line, double *number) {
    uint32_t n = 0;
    const char *at = line + strcspn(line, " \n");
    while (*at == ' ') {
        const char *word = at + 1;
        at = word + strcspn(word, " \n");
        assert_true(n < MAX_NUMBERS && number_double(word, (size_t)(at - word), &number[n]));
        n++;
    }
    return n;
}

static void check_way(struct net *net, maru_ways *ways, const double *number, uint32_t n) {
    const uint32_t from = (uint32_t)number[0], to = (uint32_t)number[1];
    const maru_way way = maru_ways_find(ways, from, to);
    bool is_it = way.n_point == (n - 3) / 2 && fabs(way.length_m - number[2]) < 1e-9;
    for (uint32_t i = 0; is_it && i < way.n_point; i++) {
        is_it = fabs(way.x_m[i] - number[3 + 2 * i]) < 1e-9 &&
                fabs(way.y_m[i] - number[4 + 2 * i]) < 1e-9;
    }
    if (!is_it) {
        for (uint32_t i = 0; i < way.n_point; i++) {
            print_message("%g %g, ", way.x_m[i], way.y_m[i]);
        }
        fail_msg("from %u to %u: %u points, %g m, want %u and %g", from, to, way.n_point,
                 way.length_m, (n - 3) / 2, number[2]);
    }
    (void)net;
}

static void goes_as_worked_out_by_hand(void **state) {
    (void)state;
    const char *root = getenv("MARU_ROOT");
    char folder[900];
    snprintf(folder, sizeof folder, "%s/tests", root ? root : ".");
    size_t n_bytes = 0;
    char *text = read_file(folder, "rail_ways.txt", &n_bytes);
    assert_non_null(text);
    static struct net net;
    maru_ways *ways = NULL;
    uint32_t n_way = 0;
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        double number[MAX_NUMBERS] = {0};
        maru_layout *l = &net.layout;
        const uint32_t n = line[0] == '#' || line[0] == '\n' ? 0 : read_numbers(line, number);
        if (strncmp(line, "node", 4) == 0) {
            net.x[l->n_rail_node] = number[0];
            net.y[l->n_rail_node++] = number[1];
        } else if (strncmp(line, "link", 4) == 0) {
            net.from[l->n_rail] = (uint32_t)number[0];
            net.to[l->n_rail++] = (uint32_t)number[1];
        } else if (strncmp(line, "port", 4) == 0) {
            net.port_x[l->n_tool] = number[0];
            net.port_y[l->n_tool] = number[1];
            net.port_rail[l->n_tool] = (uint32_t)number[2];
            net.along[l->n_tool++] = number[3];
        } else if (strncmp(line, "way", 3) == 0) {
            if (!ways) {
                show(&net);
                assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
            }
            check_way(&net, ways, number, n);
            n_way++;
        }
    }
    assert_true(n_way >= 10);
    maru_ways_free(ways);
    free(text);
}

// In a plant: ports find their links, and whoever asks in whatever order gets the same way.
static const char railed[] =
    "=== layout.csv\ntools,number,x,y,heading\n"
    "Oven,1,4,3,0\nOven,2,8,-3,180\nOven,3,16,5,180\n"
    "=== rail.csv\nx1,y1,x2,y2\n"
    "0,0,10,0\n10,0,20,0\n20,0,20,8\n20,8,10,8\n10,8,0,8\n0,8,0,0\n10,0,10,8\n";

static void puts_ports_on_rails(void **state) {
    (void)state;
    char text[sizeof trial_small + sizeof railed];
    snprintf(text, sizeof text, "%s%s", trial_small, railed);
    maru_plant *plant = trial_read(text, strlen(text));
    maru_layout *l = NULL;
    maru_ways *ways = NULL;
    assert_non_null(plant);
    assert_int_equal(maru_layout_new(plant, &l, NULL), MARU_OK);
    assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
    assert_int_equal(l->n_rail, 7);
    assert_int_equal(l->n_rail_node, 6);
    static const uint32_t want[] = {0, 0, 3};
    static const double along[] = {4, 8, 4};
    for (uint32_t t = 0; t < 3; t++) {
        assert_int_equal(l->port_rail[t], want[t]);
        assert_true(fabs(l->port_along_m[t] - along[t]) < 1e-9);
    }
    // Tools without a place stand east of the rails, and carriers take the rails as far as they go.
    for (uint32_t t = 3; t < l->n_tool; t++) {
        assert_true(l->x_m[t] > 20 || l->body[t] == MARU_BODY_NONE);
        const maru_way way = maru_ways_find(ways, 0, t);
        assert_true(way.is_on_rails && way.n_point >= 4);
        assert_true(fabs(way.x_m[way.n_point - 1] - l->port_x_m[t]) < 1e-9);
        for (uint32_t other = 3; other < l->n_tool; other++) { // these have aisles
            assert_false(maru_ways_find(ways, t, other).is_on_rails);
        }
    }
    const maru_way way = maru_ways_find(ways, 1, 0);
    assert_int_equal(way.n_point, 8);
    assert_true(way.is_on_rails);
    maru_ways_free(ways);
    maru_layout_free(l);
    maru_plant_free(plant);
}

static void draws_straight_pieces_once(void **state) {
    (void)state;
    char text[sizeof trial_small + sizeof railed];
    snprintf(text, sizeof text, "%s%s", trial_small, railed);
    maru_plant *plant = trial_read(text, strlen(text));
    maru_layout *l = NULL;
    assert_int_equal(maru_layout_new(plant, &l, NULL), MARU_OK);
    struct arena arena;
    arena_init(&arena, 1 << 20);
    uint32_t n = 0;
    const struct rail_run *run = rail_runs_find(l, &arena, &n);
    assert_non_null(run);
    assert_int_equal(n, 5); // four sides, and the way through the middle
    double length = 0, all = 0;
    for (uint32_t i = 0; i < n; i++) {
        length += fabs(l->node_x_m[run[i].to] - l->node_x_m[run[i].from]) +
                  fabs(l->node_y_m[run[i].to] - l->node_y_m[run[i].from]);
    }
    for (uint32_t i = 0; i < l->n_rail; i++) {
        all += l->rail_length_m[i];
    }
    assert_true(fabs(length - all) < 1e-9);
    arena_fini(&arena);
    maru_layout_free(l);
    maru_plant_free(plant);
}

// Every pair of nodes by another method: all distances at once (R. W. Floyd, 1962).
static void finds_the_shortest(void **state) {
    (void)state;
    enum { N = 40, N_LINK = 64 };
    static struct net net;
    static double m[N][N];
    uint64_t random = 5;
    maru_layout *l = &net.layout;
    for (uint32_t turn = 0; turn < 20; turn++) {
        *l = (maru_layout){.n_rail_node = N, .n_rail = N_LINK, .n_tool = N_LINK};
        for (uint32_t i = 0; i < N; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            net.x[i] = (double)(random >> 54);
            net.y[i] = (double)(random >> 44 & 0x3ff);
        }
        for (uint32_t i = 0; i < N_LINK; i++) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            net.from[i] = (uint32_t)(random >> 33) % N;
            net.to[i] = (net.from[i] + 1 + (uint32_t)(random >> 45) % (N - 1)) % N;
            net.port_rail[i] = i;
            net.along[i] = 0;
            net.port_x[i] = net.x[net.from[i]];
            net.port_y[i] = net.y[net.from[i]];
        }
        show(&net);
        for (uint32_t a = 0; a < N; a++) {
            for (uint32_t b = 0; b < N; b++) {
                m[a][b] = a == b ? 0 : INFINITY;
            }
        }
        for (uint32_t i = 0; i < N_LINK; i++) {
            m[net.from[i]][net.to[i]] = fmin(m[net.from[i]][net.to[i]], net.length[i]);
        }
        for (uint32_t k = 0; k < N; k++) {
            for (uint32_t a = 0; a < N; a++) {
                for (uint32_t b = 0; b < N; b++) {
                    m[a][b] = fmin(m[a][b], m[a][k] + m[k][b]);
                }
            }
        }
        maru_ways *ways = NULL;
        assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
        for (uint32_t a = 0; a < N_LINK; a++) {
            for (uint32_t b = 0; b < N_LINK; b++) {
                const maru_way way = maru_ways_find(ways, a, b);
                const double want = net.length[a] + m[net.to[a]][net.from[b]];
                assert_true(a == b || way.is_on_rails == isfinite(want));
                if (a != b && isfinite(want) && fabs(way.length_m - want) > 1e-6) {
                    fail_msg("from %u to %u: %g m, want %g", a, b, way.length_m, want);
                }
            }
        }
        maru_ways_free(ways);
    }
}

// The rails of a real fab: all ends reach each other, and thousands of ways cost little.
static void runs_through_a_fab(void **state) {
    (void)state;
    const char *data = getenv("MARU_DATA");
    char folder[900];
    snprintf(folder, sizeof folder, "%s/smat2022", data ? data : "../shared/data");
    size_t n_address = 0, n_rail = 0;
    char *address = read_file(folder, "address.csv", &n_address);
    char *rail = read_file(folder, "rail.csv", &n_rail);
    if (!address || !rail) {
        print_message("skipped: the rails of SMAT2022, no %s\n", folder);
        free(address);
        free(rail);
        skip();
    }
    const maru_file file[] = {{.name = "address.csv", .bytes = address, .n_bytes = n_address},
                              {.name = "rail.csv", .bytes = rail, .n_bytes = n_rail}};
    struct text text;
    struct smat_told told = {0};
    text_init(&text, 1 << 22);
    text_addz(&text, trial_small);
    text_addz(&text, "=== layout.csv\ntools,number,x,y,heading\n"
                     "Oven,1,139,100,0\nOven,2,10,20,90\nTrack,1,290,140,270\n=== rail.csv\n");
    assert_int_equal(smat_rails(&file[0], &file[1], &text, &told, NULL), MARU_OK);
    assert_int_equal(told.n_link, 3424);
    assert_int_equal(told.useless, 0);
    maru_plant *plant = trial_read(text.bytes, text.n_bytes);
    maru_layout *l = NULL;
    maru_ways *ways = NULL;
    assert_non_null(plant);
    assert_int_equal(maru_layout_new(plant, &l, NULL), MARU_OK);
    assert_int_equal(l->n_rail_node, 2858);
    assert_int_equal(maru_ways_new(l, &ways, NULL), MARU_OK);
    static const uint32_t tool[] = {0, 1, 7};
    for (uint32_t i = 0; i < 9; i++) {
        const uint32_t from = tool[i / 3], to = tool[i % 3];
        const maru_way way = maru_ways_find(ways, from, to);
        const double dx = l->port_x_m[to] - l->port_x_m[from];
        const double dy = l->port_y_m[to] - l->port_y_m[from];
        assert_true(way.is_on_rails == (from != to) && way.n_point < 200);
        assert_true(way.length_m >= sqrt(dx * dx + dy * dy) - 1e-9 && way.length_m < 1000);
    }
    maru_ways_free(ways);
    maru_layout_free(l);
    maru_plant_free(plant);
    text_fini(&text);
    free(address);
    free(rail);
}

// Of a ring with more nodes than there is room for trees, the oldest are forgotten and found again.
static void forgets_the_oldest(void **state) {
    (void)state;
    enum { N = 6000, N_ASKED = 1500 };
    static double x[N], y[N], length[N], along[N];
    static uint32_t from[N], to[N], rail[N], aisle[N];
    for (uint32_t i = 0; i < N; i++) { // a square of 1500 m
        const double at = i % 1500;
        const uint32_t side = i / 1500;
        x[i] = side == 0 ? at : side == 1 ? 1500 : side == 2 ? 1500 - at : 0;
        y[i] = side == 0 ? 0 : side == 1 ? at : side == 2 ? 1500 : 1500 - at;
        from[i] = i;
        to[i] = (i + 1) % N;
        length[i] = 1;
        rail[i] = i;
        aisle[i] = MARU_NO_AISLE;
    }
    const maru_layout l = {.n_tool = N,
                           .n_rail_node = N,
                           .n_rail = N,
                           .node_x_m = x,
                           .node_y_m = y,
                           .rail_from = from,
                           .rail_to = to,
                           .rail_length_m = length,
                           .port_rail = rail,
                           .port_along_m = along,
                           .port_x_m = x,
                           .port_y_m = y,
                           .aisle_of = aisle};
    maru_ways *ways = NULL;
    assert_int_equal(maru_ways_new(&l, &ways, NULL), MARU_OK);
    for (uint32_t turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < N_ASKED; i += turn == 0 ? 1 : 100) {
            const maru_way way = maru_ways_find(ways, 3 * i + 7, i);
            const double want = (double)((N + i - (3 * i + 7) % N) % N);
            assert_true(fabs(way.length_m - want) < 1e-9 && way.n_point <= 8);
        }
    }
    maru_ways_free(ways);
}

static void survives_without_memory(void **state) {
    (void)state;
    static struct net net;
    net.layout = (maru_layout){.n_rail_node = 2, .n_rail = 1};
    net.from[0] = 0;
    net.to[0] = 1;
    show(&net);
    for (uint64_t k = 0;; k++) {
        maru_ways *ways = NULL;
        alloc_fail_after(k);
        const maru_status st = maru_ways_new(&net.layout, &ways, NULL);
        alloc_fail_after(UINT64_MAX);
        maru_ways_free(ways);
        if (st == MARU_OK) {
            assert_true(k > 5);
            break;
        }
        assert_int_equal(st, MARU_E_MEMORY);
        assert_null(ways);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_as_worked_out_by_hand), cmocka_unit_test(puts_ports_on_rails),
        cmocka_unit_test(draws_straight_pieces_once), cmocka_unit_test(finds_the_shortest),
        cmocka_unit_test(forgets_the_oldest),         cmocka_unit_test(runs_through_a_fab),
        cmocka_unit_test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
