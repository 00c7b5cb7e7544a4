#include "small_plant.h"

#include <maru/plant.h>
#include <maru/sim.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// The laws are exact, so that their tolerance is that of doubles. With a and b the ends of the
// measured time, each lot's part of it counts once in the integral of the lots on the floor, so
//
//     wip_mean * (b - a) = cycle times of the lots that left in it
//                        - ages at a of the lots on the floor then + ages at b of those on the
//                        floor then
//
// which is Little's law with what it neglects at the edges. The journal counts a lot of the stock
// as one that entered at time 0.

enum { MAX_TABLE_BYTES = 1 << 16, MAX_EVENTS_BYTES = 1 << 14, N_TABLE = 8 };

static const double TOLERANCE = 1e-9; // relative

// ---- tables ----

struct tables {
    char bytes[N_TABLE][MAX_TABLE_BYTES];
    maru_file file[N_TABLE];
    size_t n;
};

static void add_table(struct tables *tables, const char *name, const char *header,
                      const char *columns, const char *rows) {
    if (!rows) {
        return;
    }
    char *const bytes = tables->bytes[tables->n];
    const int n = snprintf(bytes, MAX_TABLE_BYTES, "%s%s%s\n%s", header, columns ? "," : "",
                           columns ? columns : "", rows);
    assert_true(n > 0 && n < MAX_TABLE_BYTES);
    tables->file[tables->n++] = (maru_file){.name = name, .bytes = bytes, .n_bytes = (size_t)n};
}

static void print_faults(const maru_faults *faults) {
    for (size_t i = 0; i < maru_faults_kept(faults); i++) {
        const maru_fault *f = maru_faults_get(faults, i);
        print_error("%s row %u column %u %s '%s': %s; %s\n", f->file, (unsigned)f->row,
                    (unsigned)f->column, f->header, f->value, f->wrong, f->right);
    }
}

maru_plant *small_plant_read(const struct small_plant *p) {
    static struct tables tables;
    tables.n = 0;
    add_table(&tables, "products.csv", "product,route", NULL, p->products);
    add_table(&tables, "routes.csv", "route,tools,time", p->route_columns, p->routes);
    add_table(&tables, "tools.csv", "tools,count", p->tool_columns, p->tools);
    add_table(&tables, "setups.csv", "to,from,time,min_run", NULL, p->setups);
    add_table(&tables, "calendars.csv", "name,kind,tools,every,first,duration", NULL, p->calendars);
    add_table(&tables, "releases.csv", "stream,product,every,start,count", p->release_columns,
              p->releases);
    add_table(&tables, "stock.csv", "lot,product,step,start,due,priority", NULL, p->stock);
    add_table(&tables, "moves.csv", "from,to,time", NULL, p->moves);
    maru_faults *faults = maru_faults_new();
    assert_non_null(faults);
    maru_plant *plant = NULL;
    maru_error err = {0};
    const maru_status status = maru_plant_read(tables.file, tables.n, faults, &plant, &err);
    if (status != MARU_OK) {
        print_faults(faults);
        fail_msg("the plant is refused: %s", err.text);
    }
    maru_faults_free(faults);
    return plant;
}

// ---- the journal ----

static void *resized(void *block, size_t n, size_t size) {
    void *larger = realloc(block, n * size);
    assert_non_null(larger);
    return larger;
}

static void enter(struct journal *j, uint32_t lot, maru_time when) {
    if (lot >= j->n_lot_room) {
        const size_t n = 2 * (size_t)lot + 64;
        j->entered = resized(j->entered, n, sizeof *j->entered);
        for (size_t i = j->n_lot_room; i < n; i++) {
            j->entered[i] = -1;
        }
        j->n_lot_room = n;
    }
    assert_true(j->entered[lot] == -1);
    j->entered[lot] = when;
    j->entered_us += when;
    j->n_in++;
}

static void leave(struct journal *j, uint32_t lot, maru_time when) {
    assert_true(lot < j->n_lot_room && j->entered[lot] >= 0);
    j->cycle_us += when - j->entered[lot];
    j->entered_us -= j->entered[lot];
    j->entered[lot] = -1;
    j->n_out++;
}

static void keep(struct journal *j, const maru_event *event) {
    if (j->n_event == j->n_event_room) {
        j->n_event_room = 2 * j->n_event_room + 256;
        j->event = resized(j->event, j->n_event_room, sizeof *j->event);
    }
    j->event[j->n_event++] = *event;
}

static void write_journal(void *context, const maru_event *event) {
    struct journal *j = context;
    if (event->kind == MARU_EV_RELEASE) {
        enter(j, event->lot, event->time_us);
    } else if (event->kind == MARU_EV_FINISH) {
        leave(j, event->lot, event->time_us);
    }
    j->n_late_queue += event->kind == MARU_EV_LATE_QUEUE;
    j->n_setup += event->kind == MARU_EV_SETUP;
    j->n_start += event->kind == MARU_EV_START;
    if (j->keeps) {
        keep(j, event);
    }
}

static maru_time ages(const struct journal *j, maru_time now) {
    return (maru_time)(j->n_in - j->n_out) * now - j->entered_us;
}

// ---- laws ----

static void require_close(double value, double want, const char *what) {
    const double scale = fabs(want) > 1.0 ? fabs(want) : 1.0;
    if (!(fabs(value - want) <= TOLERANCE * scale)) {
        fail_msg("%s: %.17g, want %.17g", what, value, want);
    }
}

static void check_lots(const struct journal *j, const maru_results *r) {
    assert_int_equal(r->n_released, j->n_in - j->n_in_before);
    assert_int_equal(r->n_out, j->n_out - j->n_out_before);
    assert_int_equal(r->wip_now, j->n_in - j->n_out);
    uint64_t n_out = 0, n_out_product = 0;
    for (uint32_t i = 0; i < r->n_class; i++) {
        *(r->class_[i].product == MARU_NONE ? &n_out : &n_out_product) += r->class_[i].n_out;
    }
    assert_int_equal(n_out, r->n_out);
    assert_int_equal(n_out_product, r->n_out);
}

static void check_little(const struct small_run *run) {
    const struct journal *j = &run->journal;
    const maru_results *r = run->results;
    assert_true(r->from_us == j->from_us);
    assert_true(r->to_us == maru_sim_now(run->sim));
    const double span = (double)(r->to_us - r->from_us);
    const maru_time lots_us = j->cycle_us - j->edge_us + ages(j, r->to_us);
    if (span > 0) {
        require_close(r->wip_mean, (double)lots_us / span, "Little's law");
    }
    if (j->n_stock == 0 && r->n_out > 0) {
        require_close(small_run_cycle_us(run) * (double)r->n_out, (double)j->cycle_us,
                      "cycle times");
    }
}

static void check_groups(const struct journal *j, const maru_results *r) {
    uint64_t n_lot = 0, n_setup = 0;
    for (uint32_t i = 0; i < r->n_group; i++) {
        const maru_group_result *g = &r->group[i];
        const double shares[] = {g->productive,  g->setup,          g->standby,
                                 g->engineering, g->scheduled_down, g->unscheduled_down};
        double sum = 0.0;
        for (size_t k = 0; k < sizeof shares / sizeof shares[0]; k++) {
            assert_true(shares[k] >= -1e-12 && shares[k] <= 1.0 + 1e-12);
            sum += shares[k];
        }
        if (r->to_us > r->from_us) {
            require_close(sum, 1.0, g->name);
        }
        assert_true(g->queue_mean >= 0.0 && g->queue_mean <= g->queue_max);
        n_lot += g->n_lot;
        n_setup += g->n_setup;
    }
    assert_int_equal(n_lot, j->n_start);
    assert_int_equal(n_setup, j->n_setup);
}

static void check_queue_limits(const struct journal *j, const maru_results *r) {
    uint64_t n_late = 0;
    for (uint32_t i = 0; i < r->n_queue; i++) {
        assert_true(r->queue[i].n_late <= r->queue[i].n_pass);
        n_late += r->queue[i].n_late;
    }
    assert_int_equal(n_late, j->n_late_queue);
}

// ---- runs ----

static void set_options(maru_options *options, const char *text) {
    char copy[1024];
    assert_true(strlen(text) < sizeof copy);
    memcpy(copy, text, strlen(text) + 1);
    char *next = copy;
    while (*next) {
        char *const name = next + strspn(next, " ");
        char *const value = strchr(name, '=');
        assert_non_null(value);
        next = value + strcspn(value, ";");
        next += *next == ';';
        *value = '\0';
        if (next[-1] == ';') {
            next[-1] = '\0';
        }
        maru_error err = {0};
        if (maru_options_set(options, name, value + 1, &err) != MARU_OK) {
            fail_msg("option %s: %s", name, err.text);
        }
    }
}

struct small_run small_run_new(const struct small_plant *tables, const char *options, uint64_t seed,
                               bool keeps) {
    struct small_run run = {.plant = small_plant_read(tables), .journal.keeps = keeps};
    maru_options *set = maru_options_new();
    assert_non_null(set);
    set_options(set, options ? options : "");
    maru_error err = {0};
    if (maru_model_new(run.plant, set, &run.model, &err) != MARU_OK) {
        fail_msg("no model: %s", err.text);
    }
    maru_options_free(set);
    assert_int_equal(maru_sim_new(run.model, seed, &run.sim, &err), MARU_OK);
    run.journal.n_stock = maru_plant_sizes(run.plant).n_stock;
    for (uint32_t lot = 0; lot < run.journal.n_stock; lot++) {
        enter(&run.journal, lot, 0);
    }
    run.journal.n_in_before = run.journal.n_in;
    return run;
}

void small_run_until(struct small_run *run, maru_time until_us) {
    maru_error err = {0};
    maru_sim_set_trace(run->sim, write_journal, &run->journal);
    if (maru_sim_run(run->sim, until_us, &err) != MARU_OK) {
        fail_msg("the run stops: %s", err.text);
    }
    assert_true(maru_sim_now(run->sim) == until_us);
    maru_results_free(run->results);
    run->results = NULL;
    assert_int_equal(maru_sim_results(run->sim, &run->results, &err), MARU_OK);
    check_lots(&run->journal, run->results);
    check_little(run);
    check_groups(&run->journal, run->results);
    check_queue_limits(&run->journal, run->results);
}

void small_run_reset(struct small_run *run) {
    struct journal *j = &run->journal;
    maru_sim_reset_statistics(run->sim);
    j->from_us = maru_sim_now(run->sim);
    j->edge_us = ages(j, j->from_us);
    j->n_in_before = j->n_in;
    j->n_out_before = j->n_out;
    j->cycle_us = 0;
    j->n_late_queue = j->n_setup = j->n_start = 0;
}

void small_run_free(struct small_run *run) {
    maru_results_free(run->results);
    maru_sim_free(run->sim);
    maru_model_free(run->model);
    maru_plant_free(run->plant);
    free(run->journal.event);
    free(run->journal.entered);
    memset(run, 0, sizeof *run);
}

const maru_group_result *small_run_group(const struct small_run *run, const char *name) {
    for (uint32_t i = 0; i < run->results->n_group; i++) {
        if (strcmp(run->results->group[i].name, name) == 0) {
            return &run->results->group[i];
        }
    }
    fail_msg("no group %s in the results", name);
    return NULL;
}

double small_run_cycle_us(const struct small_run *run) {
    double sum = 0.0;
    uint64_t n = 0;
    for (uint32_t i = 0; i < run->results->n_class; i++) {
        const maru_class_result *c = &run->results->class_[i];
        if (c->product == MARU_NONE && c->n_measured > 0) {
            sum += c->cycle_mean_us * (double)c->n_measured;
            n += c->n_measured;
        }
    }
    return sum / (double)n;
}

static uint32_t label_of(const maru_event *event, enum label label) {
    switch (label) {
    case LABEL_PRODUCT:
        return event->product;
    case LABEL_LOT:
        return event->lot;
    case LABEL_TOOL:
        return event->tool;
    case LABEL_STEP:
        return event->step;
    }
    return MARU_NONE;
}

const char *small_run_events(const struct small_run *run, maru_event_kind kind, enum label label) {
    static char out[MAX_EVENTS_BYTES];
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < run->journal.n_event; i++) {
        const maru_event *event = &run->journal.event[i];
        if (event->kind != kind) {
            continue;
        }
        const int64_t s = event->time_us / MARU_SECOND;
        n +=
            (size_t)snprintf(out + n, sizeof out - n, "%s%u@%d:%02d", n > 0 ? " " : "",
                             (unsigned)label_of(event, label), (int)(s / 3600), (int)(s / 60 % 60));
        assert_true(n < sizeof out - 64);
        const maru_time rest = event->time_us - s / 60 * 60 * MARU_SECOND;
        if (rest % MARU_SECOND != 0) {
            n += (size_t)snprintf(out + n, sizeof out - n, ":%02d.%06d", (int)(s % 60),
                                  (int)(rest % MARU_SECOND));
        } else if (rest != 0) {
            n += (size_t)snprintf(out + n, sizeof out - n, ":%02d", (int)(s % 60));
        }
    }
    return out;
}

void small_run_expect(const struct small_run *run, maru_event_kind kind, enum label label,
                      const char *want) {
    const char *const events = small_run_events(run, kind, label);
    if (strcmp(events, want) != 0) {
        fail_msg("%s: '%s', want '%s'", maru_event_name(kind), events, want);
    }
}

struct small_run small_run_hours(const struct small_plant *tables, const char *options, int hours) {
    struct small_run run = small_run_new(tables, options, 1, true);
    small_run_until(&run, hours * MARU_HOUR);
    return run;
}

// ---- intervals ----

struct estimate estimate_99(const double *values, size_t n) {
    // Student's t at 0.995 for n - 1 degrees of freedom
    static const struct {
        size_t n;
        double t;
    } students[] = {{10, 3.249836}, {20, 2.860935}, {30, 2.756386}, {40, 2.707913}};
    double t = 0.0, sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < sizeof students / sizeof students[0]; i++) {
        t = students[i].n == n ? students[i].t : t;
    }
    assert_true(t > 0.0);
    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    const double mean = sum / (double)n;
    for (size_t i = 0; i < n; i++) {
        squares += (values[i] - mean) * (values[i] - mean);
    }
    const double sd = sqrt(squares / (double)(n - 1));
    return (struct estimate){mean, t * sd / sqrt((double)n)};
}
