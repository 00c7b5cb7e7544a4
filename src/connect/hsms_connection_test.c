#include "connect/hsms_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>

#include "connect/hsms_taking.h"
#include "connect/trial_hsms.h"
#include "store/tenant.h"
#include "store/trial_place.h"
#include "wire/secs/gem_ask.h"

// Fake tools on real sockets, a store in a folder; the fakes are moved on by the test itself while it waits for what must come.

#define TOOL                                                                                       \
    "row,id,name,kind,unit,list,means,value,low,high\n"                                            \
    "setting,,t3,,,,,2,,\nsetting,,t5,,,,,0.05,,\nsetting,,t6,,,,,0.3,,\nsetting,,t7,,,,,0.3,,\n"  \
    "setting,,t8,,,,,0.3,,\nsetting,,spool,,,,,yes,,\nsetting,,linktest,,,,,0,,\nsetting,,"        \
    "establish,,,,,0.2,,\n"                                                                        \
    "variable,2001,Pressure,SV,mTorr,,,<F4 12.5>,,\nvariable,2002,Flow,SV,sccm,,,<F8 1 2 3>,,\n"   \
    "variable,2003,Lot,SV,,,lot,\"<A \"\"L1\"\">\",,\n"                                            \
    "variable,2004,Wafer,DV,,,substrate,\"<A \"\"W1\"\">\",,\n"                                    \
    "variable,2005,Recipe,SV,,,recipe,\"<A \"\"R1\"\">\",,\n"                                      \
    "variable,2006,Step,SV,,,step,\"<A \"\"S1\"\">\",,\nvariable,2007,Count,DV,,,,<U4 0>,,\n"      \
    "variable,1,Setpoint,EC,W,,,<U4 300>,0,500\n"                                                  \
    "report,10,lot,,,2003 2005,,,,\nreport,11,wafer,,,2003 2004 2005 2006 2001 2002,,,,\n"         \
    "report,12,count,,,2007,,,,\n"                                                                 \
    "event,100,LotStart,,,10,lot start,,,\nevent,101,WaferEnd,,,11,wafer end,,,\n"                 \
    "event,102,Counted,,,12,,,,\nevent,103,Busy,,,,productive,,,\nevent,104,Idle,,,,standby,,,\n"  \
    "event,105,Started,,,,,,,\n"                                                                   \
    "alarm,501,Pressure is high,4,,,,,,\n"

#define TRACED TOOL "trace,7,,,,2001 2007,,0.02,2,1000\n"
#define HOST TOOL "command,,START,,,LOTID,,105,,\n"

enum { MAX_FAKE = 20 };

struct place {
    struct trial_place where;
    struct store *store;
    struct tenant *tenant;
    struct signals *signals;
    struct hsms_connection *hsms;
    struct profile *kind;
    struct fake fake[MAX_FAKE];
    uint32_t n_fake;
};

static void open_place(struct place *place) {
    char secret[STORE_SECRET_BYTES];
    maru_error err = {0};
    *place = (struct place){.kind = fake_profile(HOST)};
    assert_true(trial_place_make(&place->where));
    if (store_open(place->where.text, &place->store, secret, &err) != MARU_OK ||
        store_hold(place->store, "local", &place->tenant, &err) != MARU_OK ||
        tenant_open_signals(place->store, place->tenant, &place->signals, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
}

static void open_link(struct place *place, const struct hsms_options *options) {
    maru_error err = {0};
    if (hsms_open(place->signals, options, &place->hsms, &err) != MARU_OK) {
        fail_msg("%u:%u: %s", err.row, err.column, err.text);
    }
    for (int i = 0; !options->is_active && hsms_port(place->hsms) == 0; i++) {
        assert_true(i < 5000);
        usleep(1000);
    }
}

static void close_place(struct place *place) {
    hsms_close(place->hsms);
    for (uint32_t i = 0; i < place->n_fake; i++) {
        fake_end(&place->fake[i]);
    }
    profile_free(place->kind);
    store_release(place->store, place->tenant);
    store_close(place->store);
    trial_place_remove(&place->where);
}

static struct fake *add_fake(struct place *place, const char *from, int device, const char *model) {
    struct fake *fake = &place->fake[place->n_fake++];
    assert_true(fake_start(fake, place->kind, true, device, model));
    assert_true(fake_connect(fake, from, hsms_port(place->hsms)));
    return fake;
}

static struct hsms_options passive(const char *tools) {
    struct hsms_options options = hsms_usual("fab");
    options.port = 0;
    options.profile = HOST;
    options.tools = tools;
    return options;
}

// ---- waiting

typedef bool (*is_so)(struct place *place, const void *what);

static void step_all(struct place *place) {
    for (uint32_t i = 0; i < place->n_fake; i++) {
        fake_step(&place->fake[i]);
    }
    usleep(500);
}

static void wait_for(struct place *place, is_so is, const void *what, const char *text) {
    const maru_time until = clock_unix_us() + 20000000;
    while (!is(place, what)) {
        step_all(place);
        if (clock_unix_us() > until) {
            fail_msg("waited in vain for %s", text);
        }
    }
}
#define WAIT(place, is, what) wait_for(place, is, what, #is " " #what)

struct found {
    const char *name;
    struct hsms_tool_look look;
    char problem[MARU_ERROR_TEXT_BYTES], control[32];
    bool is_there;
};

static void see_tool(void *context, const struct hsms_tool_look *look) {
    struct found *found = context;
    if (strcmp(look->name, found->name) == 0) {
        found->look = *look;
        found->is_there = true;
        snprintf(found->problem, sizeof found->problem, "%s", look->problem);
        snprintf(found->control, sizeof found->control, "%s", look->control);
    }
}

static struct found look_at(struct place *place, const char *name) {
    struct found found = {.name = name};
    hsms_each_tool(place->hsms, see_tool, &found);
    return found;
}

static bool is_ready(struct place *place, const void *name) {
    const struct found found = look_at(place, name);
    return found.is_there && found.look.is_ready;
}
static bool is_lost(struct place *place, const void *name) {
    const struct found found = look_at(place, name);
    return found.is_there && !found.look.is_connected;
}

// ---- what the store has

struct wanted {
    const char *kind, *source, *name, *detail; // NULL: any; a part of the detail
    const char *lot, *wafer, *recipe, *step;
    uint64_t n_least;
};

struct seen {
    const struct wanted *wanted;
    uint64_t n;
};

static bool fits(const char *want, const char *is) { return !want || strcmp(want, is) == 0; }

static maru_status see_event(void *context, int64_t id, const struct event *event,
                             maru_error *err) {
    struct seen *seen = context;
    const struct wanted *w = seen->wanted;
    (void)id;
    (void)err;
    seen->n += fits(w->name, event->name) && fits(w->lot, event->lot) &&
               fits(w->wafer, event->wafer) && fits(w->recipe, event->recipe) &&
               fits(w->step, event->step) && (!w->detail || strstr(event->detail, w->detail));
    return MARU_OK;
}

static uint64_t n_event(struct place *place, const struct wanted *wanted) {
    struct seen seen = {.wanted = wanted};
    const struct event_filter filter = {.from_us = SIGNALS_FROM_US,
                                        .to_us = SIGNALS_TO_US,
                                        .before_us = SIGNALS_TO_US,
                                        .before_id = INT64_MAX,
                                        .limit = 1000000,
                                        .kind = wanted->kind ? wanted->kind : "",
                                        .source = wanted->source ? wanted->source : "",
                                        .lot = ""};
    assert_int_equal(signals_each_event(place->signals, &filter, see_event, &seen, NULL), MARU_OK);
    return seen.n;
}

static bool is_kept(struct place *place, const void *what) {
    const struct wanted *wanted = what;
    return n_event(place, wanted) >= (wanted->n_least > 0 ? wanted->n_least : 1);
}

static maru_status count_samples(void *context, const struct sample *sample, size_t n,
                                 maru_error *err) {
    (void)sample;
    (void)err;
    *(uint64_t *)context += n;
    return MARU_OK;
}

static uint64_t n_sample(struct place *place, const char *signal) {
    uint64_t n = 0;
    const int64_t id = signals_find(place->signals, signal, strlen(signal));
    if (id > 0) {
        assert_int_equal(signals_read(place->signals, id, SIGNALS_FROM_US, SIGNALS_TO_US,
                                      count_samples, &n, NULL),
                         MARU_OK);
    }
    return n;
}

// ---- one port, many tools

static void knows_who_connects(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    const struct hsms_options options = passive("tool,address,device,model\n"
                                                "BY-ADDRESS,127.0.0.2,,\n"
                                                "BY-DEVICE,,7,\n"
                                                "BY-MODEL,,,NXT\n");
    open_link(&place, &options);
    struct fake *etch = add_fake(&place, "127.0.0.2", 1, "ETCH");
    (void)add_fake(&place, "127.0.0.3", 7, "ETCH");
    (void)add_fake(&place, "127.0.0.3", 1, "NXT");
    (void)add_fake(&place, "127.0.0.4", 1, "OTHER");
    (void)add_fake(&place, "127.0.0.4", 1, "OTHER");
    WAIT(&place, is_ready, "BY-ADDRESS");
    WAIT(&place, is_ready, "BY-DEVICE");
    WAIT(&place, is_ready, "BY-MODEL");
    WAIT(&place, is_ready, "127.0.0.4");
    WAIT(&place, is_ready, "127.0.0.4 #2");
    assert_true(look_at(&place, "BY-MODEL").look.is_known);
    assert_false(look_at(&place, "127.0.0.4").look.is_known);
    assert_string_equal(look_at(&place, "BY-ADDRESS").control, "on-line");
    assert_true(fake_fire(etch, "100") && fake_fire(etch, "101") && fake_fire(etch, "103") &&
                fake_fire(etch, "104"));
    assert_int_equal(equipment_alarm(etch->tool, 0, true, NULL), MARU_OK);
    assert_int_equal(equipment_alarm(etch->tool, 0, false, NULL), MARU_OK);
    const struct wanted wanted[] = {
        {EVENT_LOT, "fab/BY-ADDRESS", "started", "\"event\":\"LotStart\"", "L1", "", "R1", ""},
        {EVENT_WAFER, "fab/BY-ADDRESS", "finished", "\"Flow\":[1,2,3]", "L1", "W1", "R1", "S1"},
        {EVENT_STATE, "fab/BY-ADDRESS", "E10", "\"from\":\"productive\",\"to\":\"standby\""},
        {EVENT_ALARM, "fab/BY-ADDRESS", "Pressure is high", "\"state\":\"set\",\"category\":4"},
        {EVENT_ALARM, "fab/BY-ADDRESS", "Pressure is high", "\"state\":\"cleared\""},
        {EVENT_STATE, "fab/BY-ADDRESS", "control", "\"to\":\"on-line\""},
        {EVENT_CONNECTION, "fab/BY-ADDRESS", "ready", "{\"refused\":0}"},
        {EVENT_GAP, "fab/BY-MODEL", "no data", "\"cause\":\"not connected before\""},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        wait_for(&place, is_kept, &wanted[i], wanted[i].detail);
    }
    assert_int_equal(n_event(&place, &(struct wanted){EVENT_GAP, "fab/127.0.0.4"}), 0);
    assert_int_equal(n_sample(&place, "fab/BY-ADDRESS/Pressure"), 1);
    assert_int_equal(n_sample(&place, "fab/BY-ADDRESS/Flow[2]"), 1);
    close_place(&place);
}

// The law: what the tools fired is in the store, each once, whatever was cut on the way.
static void loses_nothing(void **state) {
    (void)state;
    enum { N_TOOL = 20, N_FIRED = 60 };
    struct place place;
    open_place(&place);
    const struct hsms_options options = passive("");
    open_link(&place, &options);
    char from[N_TOOL][32], item[32];
    for (int i = 0; i < N_TOOL; i++) {
        snprintf(from[i], sizeof from[i], "127.0.1.%d", i + 1);
        (void)add_fake(&place, from[i], i, "X");
    }
    for (int i = 0; i < N_TOOL; i++) {
        wait_for(&place, is_ready, from[i], from[i]);
    }
    for (int k = 0; k < N_FIRED; k++) {
        for (int i = 0; i < N_TOOL; i++) {
            struct fake *fake = &place.fake[i];
            snprintf(item, sizeof item, "<U4 %d>", k);
            assert_true(fake_set(fake, "Count", item) && fake_fire(fake, "102"));
            if (k == 20 + i) { // with messages on their way
                fake_cut(fake);
            } else if (k == 30 + i) {
                assert_true(fake_connect(fake, from[i], hsms_port(place.hsms)));
            }
        }
        step_all(&place);
    }
    for (int i = 0; i < N_TOOL; i++) {
        char source[64];
        snprintf(source, sizeof source, "fab/%s", from[i]);
        for (int k = 0; k < N_FIRED; k++) {
            snprintf(item, sizeof item, "{\"Count\":%d}", k);
            wait_for(&place, is_kept, &(struct wanted){EVENT_EVENT, source, "Counted", item}, item);
        }
        wait_for(&place, is_kept, &(struct wanted){EVENT_GAP, source, "no data"}, "a gap");
    }
    close_place(&place);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_who_connects),
        cmocka_unit_test(loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
