#include "connect/hsms_connection.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>

#include "base/random.h"
#include "connect/hsms_taking.h"
#include "connect/trial_hsms.h"
#include "store/tenant.h"
#include "store/trial_place.h"
#include "wire/secs/gem_ask.h"

// Fake tools on real sockets, a store in a folder; the fakes are moved on by the test itself while it waits for what must come.

#define TOOL                                                                                       \
    "row,id,name,kind,unit,list,means,value,low,high\n"                                            \
    "setting,,t3,,,,,30,,\nsetting,,t5,,,,,0.05,,\nsetting,,t6,,,,,30,,\nsetting,,t7,,,,,30,,\n"   \
    "setting,,t8,,,,,30,,\nsetting,,spool,,,,,yes,,\nsetting,,linktest,,,,,0,,\nsetting,,"         \
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

enum { MAX_FAKE = 200 };

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
    const maru_time until = clock_unix_us() + 40000000;
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
static bool is_up(struct place *place, const void *name) {
    struct connection_look look;
    (void)name;
    hsms_look_at(place->hsms, &look);
    return look.state == CONNECTION_UP;
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
        char source[128];
        snprintf(source, sizeof source, "fab/%.32s", from[i]);
        for (int k = 0; k < N_FIRED; k++) {
            snprintf(item, sizeof item, "{\"Count\":%d}", k);
            wait_for(&place, is_kept, &(struct wanted){EVENT_EVENT, source, "Counted", item}, item);
        }
        wait_for(&place, is_kept, &(struct wanted){EVENT_GAP, source, "no data"}, "a gap");
    }
    close_place(&place);
}

// Two hundred tools at once, a short form of bench/hsms_bench.c: none loses anything, and none waits for another's while.
static void serves_two_hundred(void **state) {
    (void)state;
    enum { N_TOOL = 200, N_FIRED = 20 };
    static struct place place;
    open_place(&place);
    const struct hsms_options options = passive("");
    open_link(&place, &options);
    char from[N_TOOL][32], item[32];
    for (int i = 0; i < N_TOOL; i++) {
        snprintf(from[i], sizeof from[i], "127.0.2.%d", i + 1);
        (void)add_fake(&place, from[i], 1, "X");
    }
    for (int i = 0; i < N_TOOL; i++) {
        wait_for(&place, is_ready, from[i], from[i]);
    }
    for (int k = 0; k < N_FIRED; k++) {
        snprintf(item, sizeof item, "<U4 %d>", k);
        for (int i = 0; i < N_TOOL; i++) {
            assert_true(fake_set(&place.fake[i], "Count", item) &&
                        fake_fire(&place.fake[i], "102"));
        }
        step_all(&place);
    }
    const struct wanted all = {EVENT_EVENT, NULL, "Counted", .n_least = (uint64_t)N_TOOL * N_FIRED};
    wait_for(&place, is_kept, &all, "all events");
    for (int i = 0; i < N_TOOL; i++) {
        char source[64];
        snprintf(source, sizeof source, "fab/127.0.2.%d", i + 1);
        const struct wanted own = {EVENT_EVENT, source, "Counted", "{\"Count\":"};
        assert_int_equal(n_event(&place, &own), N_FIRED);
        snprintf(source, sizeof source, "fab/127.0.2.%d/Count", i + 1);
        assert_int_equal(n_sample(&place, source), N_FIRED);
    }
    close_place(&place);
}

// ---- acknowledged is durable

// A frame from the peer of this kind within a while; false: the connection was closed, or nothing came.
static bool read_frame(int fd, struct hsms_frame *frame, uint8_t bytes[1 << 16]) {
    size_t n = 0, n_used = 0;
    while (hsms_next(bytes, n, 1 << 16, frame, &n_used, NULL) == MARU_MORE) {
        struct pollfd file = {.fd = fd, .events = POLLIN};
        const ssize_t n_read =
            poll(&file, 1, 5000) == 1 ? recv(fd, bytes + n, n < 4 ? 4 - n : 1, 0) : -1;
        if (n_read <= 0) {
            return false;
        }
        n += (size_t)n_read;
    }
    return true;
}

static void send_frame(int fd, const struct hsms_header *header, const char *item) {
    struct text body, bytes;
    text_init(&body, 1 << 16);
    text_init(&bytes, 1 << 16);
    if (item[0] != '\0') {
        assert_int_equal(secs_read_text(item, strlen(item), &body, NULL), MARU_OK);
    }
    hsms_put(&bytes, header, body.bytes, (uint32_t)body.n_bytes);
    assert_int_equal(send(fd, bytes.bytes, bytes.n_bytes, MSG_NOSIGNAL), bytes.n_bytes);
    text_fini(&body);
    text_fini(&bytes);
}

static int select_raw(struct place *place, const char *from) {
    static const struct hsms_header select = {0xFFFF, 0, 0, 0, HSMS_SELECT_REQ, 1};
    const int fd = fake_socket(from, hsms_port(place->hsms));
    uint8_t bytes[1 << 16];
    struct hsms_frame frame;
    assert_true(fd >= 0);
    send_frame(fd, &select, "");
    assert_true(read_frame(fd, &frame, bytes));
    assert_int_equal(frame.header.stype, HSMS_SELECT_RSP);
    return fd;
}

// When the answer is on the wire, the event can be read from the store: no while between.
static void acknowledges_what_is_kept(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    const struct hsms_options options = passive("");
    open_link(&place, &options);
    const int fd = select_raw(&place, "127.0.0.9");
    uint8_t bytes[1 << 16];
    char item[128];
    for (uint32_t k = 0; k < 100; k++) {
        const bool is_alarm = k % 2 == 1;
        const struct hsms_header header =
            hsms_data(1, is_alarm ? 5 : 6, is_alarm ? 1 : 11, true, 1000 + k);
        snprintf(item, sizeof item,
                 is_alarm ? "<L <B 0x84> <U4 %u> <A \"x\">>"
                          : "<L <U4 1> <U4 102> <L <L <U4 12> <L <U4 %u>>>>>",
                 (unsigned)k);
        send_frame(fd, &header, item);
        struct hsms_frame frame;
        do {
            assert_true(read_frame(fd, &frame, bytes));
        } while (frame.header.system != 1000 + k);
        assert_int_equal(frame.body[2], 0);
        const uint64_t n = n_event(
            &place, &(struct wanted){is_alarm ? EVENT_ALARM : EVENT_EVENT, "fab/127.0.0.9", NULL});
        assert_int_equal(n, k / 2 + 1);
    }
    close(fd);
    close_place(&place);
}

// ---- timers

static bool is_closed(int fd, maru_time until_us) {
    uint8_t bytes[4096];
    while (clock_unix_us() < until_us) {
        struct pollfd file = {.fd = fd, .events = POLLIN};
        if (poll(&file, 1, 20) == 1 && recv(fd, bytes, sizeof bytes, 0) <= 0) {
            return true;
        }
    }
    return false;
}

static void closes_those_who_do_not_speak(void **state) {
    (void)state;
    static const uint8_t half[] = {0, 0, 0, 20, 1, 2, 3};
    struct place place;
    open_place(&place);
    struct hsms_options options = passive("");
    options.times.linktest_us = 200000;
    options.times.t6_us = options.times.t7_us = options.times.t8_us = 300000;
    open_link(&place, &options);
    const maru_time start = clock_unix_us();
    const int t7 = fake_socket("127.0.0.5", hsms_port(place.hsms));
    const int t8 = select_raw(&place, "127.0.0.6");
    assert_int_equal(send(t8, half, sizeof half, MSG_NOSIGNAL), sizeof half);
    struct fake *t6 = add_fake(&place, "127.0.0.7", 1, "X");
    WAIT(&place, is_ready, "127.0.0.7");
    t6->is_deaf = true; // linktests stay without an answer: T6
    assert_true(is_closed(t7, start + 5000000));
    assert_true(clock_unix_us() >= start + 300000);
    assert_true(is_closed(t8, start + 5000000));
    WAIT(&place, is_lost, "127.0.0.7");
    assert_non_null(strstr(look_at(&place, "127.0.0.7").problem, "T6"));
    close(t7);
    close(t8);
    close_place(&place);
}

// ---- hostile

// A tool at work notices nothing of what others throw at its port.
static void stands_hostile_bytes(void **state) {
    (void)state;
    enum { N_ROUND = 400, N_BYTES = 600 };
    struct place place;
    open_place(&place);
    const struct hsms_options options = passive("tool,address,device\nGOOD,127.0.0.2,1\n");
    open_link(&place, &options);
    struct fake *good = add_fake(&place, "127.0.0.2", 1, "X");
    WAIT(&place, is_ready, "GOOD");
    struct text frame;
    text_init(&frame, 1 << 16);
    for (uint64_t round = 0; round < N_ROUND; round++) {
        const bool is_selected = round % 2 == 1;
        const int fd = is_selected ? select_raw(&place, "127.0.0.66")
                                   : fake_socket("127.0.0.66", hsms_port(place.hsms));
        const struct hsms_header header = hsms_data(1, 6, 11, true, 7);
        text_clear(&frame);
        hsms_put(&frame, &header, "\1\3\245\1\1\245\1\146\1\1\1\2\245\1\14\1\1\245\1\5", 20);
        uint8_t bytes[N_BYTES];
        for (size_t i = 0; i < N_BYTES; i++) {
            const struct random_block luck = random_at(3, round, i);
            bytes[i] =
                is_selected ? (uint8_t)frame.bytes[i % frame.n_bytes] : (uint8_t)luck.word[0];
            bytes[i] ^= is_selected && luck.word[1] % 40 == 0 ? (uint8_t)luck.word[2] : 0;
        }
        (void)!send(fd, bytes, N_BYTES, MSG_NOSIGNAL);
        if (round % 8 == 0) {
            assert_true(fake_fire(good, "102"));
        }
        step_all(&place);
        close(fd);
    }
    text_fini(&frame);
    const struct wanted counted = {EVENT_EVENT, "fab/GOOD", "Counted", .n_least = N_ROUND / 8};
    wait_for(&place, is_kept, &counted, "events of the good tool");
    const struct found found = look_at(&place, "GOOD");
    assert_true(found.look.is_ready);
    assert_int_equal(found.look.n_gap, 1);
    assert_int_equal(found.look.n_problem, 0);
    close_place(&place);
}

static void refuses_who_is_not_named(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    struct hsms_options options = passive("tool,address\nGOOD,127.0.0.2\n");
    options.takes_unknown = false;
    open_link(&place, &options);
    const int fd = fake_socket("127.0.0.3", hsms_port(place.hsms));
    assert_true(is_closed(fd, clock_unix_us() + 200000)); // at once, not after T7
    (void)add_fake(&place, "127.0.0.2", 1, "X");
    WAIT(&place, is_ready, "GOOD");
    close(fd);
    close_place(&place);
}

// ---- we connect

static int listen_as_tool(int *port) {
    struct sockaddr_in address = fake_address("127.0.0.1", *port);
    socklen_t n = sizeof address;
    const int yes = 1;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &n), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void accept_as_tool(struct place *place, struct fake *fake, int listening) {
    int fd = -1;
    for (int i = 0; fd < 0; i++) {
        assert_true(i < 10000);
        fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        step_all(place);
    }
    fake_opened(fake, fd);
}

static void connects_and_comes_back(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    int port = 0, dead = 0;
    const int listening = listen_as_tool(&port);
    close(listen_as_tool(&dead));
    char tools[200];
    snprintf(tools, sizeof tools, "tool,address,port\nA,127.0.0.1,%d\nB,127.0.0.1,%d\n", port,
             dead);
    struct hsms_options options = passive(tools);
    options.is_active = true;
    open_link(&place, &options);
    struct fake *fake = &place.fake[place.n_fake++];
    assert_true(fake_start(fake, place.kind, false, 1, "X"));
    for (int round = 0; round < 2; round++) {
        accept_as_tool(&place, fake, listening);
        WAIT(&place, is_ready, "A");
        assert_true(fake_fire(fake, "100"));
        wait_for(&place, is_kept,
                 &(struct wanted){EVENT_LOT, "fab/A", "started", .n_least = (uint64_t)round + 1},
                 "a lot");
        if (round == 0) {
            fake_cut(fake);
            WAIT(&place, is_lost, "A");
        }
    }
    wait_for(&place, is_kept, &(struct wanted){EVENT_GAP, "fab/A", "no data", .n_least = 2}, "gap");
    assert_non_null(strstr(look_at(&place, "B").problem, "nothing listens"));
    WAIT(&place, is_up, ""); // it is shown at the end of its turn
    close(listening);
    close_place(&place);
}

// ---- gaps

static maru_status see_gap(void *context, int64_t id, const struct event *event, maru_error *err) {
    (void)id;
    (void)err;
    snprintf(context, 400, "%s", event->detail);
    return MARU_OK;
}

static maru_time number_in(const char *detail, const char *name) {
    const char *at = strstr(detail, name);
    assert_non_null(at);
    return strtoll(at + strlen(name), NULL, 10);
}

static void tells_of_the_time_without_us(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    const struct hsms_options options = passive("tool,address\nA,127.0.0.2\n");
    open_link(&place, &options);
    struct fake *fake = add_fake(&place, "127.0.0.2", 1, "X");
    WAIT(&place, is_ready, "A");
    const maru_time before_us = clock_unix_us();
    assert_true(fake_fire(fake, "102"));
    wait_for(&place, is_kept, &(struct wanted){EVENT_EVENT, "fab/A", "Counted"}, "an event");
    const maru_time kept_us = clock_unix_us();
    hsms_close(place.hsms);
    fake_cut(fake);
    usleep(200000);
    open_link(&place, &options);
    assert_true(fake_connect(fake, "127.0.0.2", hsms_port(place.hsms)));
    wait_for(&place, is_kept, &(struct wanted){EVENT_GAP, "fab/A", "no data", .n_least = 2}, "gap");
    char detail[400] = "";
    const struct event_filter newest = {.from_us = SIGNALS_FROM_US,
                                        .to_us = SIGNALS_TO_US,
                                        .before_us = SIGNALS_TO_US,
                                        .limit = 1,
                                        .kind = EVENT_GAP,
                                        .source = "fab/A",
                                        .lot = ""};
    assert_int_equal(signals_each_event(place.signals, &newest, see_gap, detail, NULL), MARU_OK);
    assert_non_null(strstr(detail, "\"code\":\"not_running\""));
    assert_in_range(number_in(detail, "\"from_us\":"), before_us, kept_us);
    assert_in_range(number_in(detail, "\"until_us\":"), kept_us + 200000, clock_unix_us());
    close_place(&place);
}

// ---- requests

struct asking {
    struct place *place;
    struct hsms_request request;
    struct hsms_answer answer;
    maru_status status;
    atomic_bool is_done;
};

static void *ask(void *context) {
    struct asking *asking = context;
    asking->status = hsms_ask(asking->place->hsms, &asking->request, &asking->answer, NULL);
    atomic_store(&asking->is_done, true);
    return NULL;
}

static bool is_answered(struct place *place, const void *what) {
    (void)place;
    return atomic_load(&((const struct asking *)what)->is_done);
}

static void ask_tool(struct place *place, struct asking *asking) {
    pthread_t thread;
    asking->place = place;
    hsms_answer_init(&asking->answer);
    atomic_init(&asking->is_done, false);
    assert_int_equal(pthread_create(&thread, NULL, ask, asking), 0);
    WAIT(place, is_answered, asking);
    pthread_join(thread, NULL);
}

static void asks_tools(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    struct hsms_options options = passive("tool,address\nA,127.0.0.2\nB,127.0.0.3\n");
    options.times.t3_us = 2000000;
    open_link(&place, &options);
    struct fake *a = add_fake(&place, "127.0.0.2", 1, "X");
    WAIT(&place, is_ready, "A");
    struct text body;
    text_init(&body, 1000);
    const struct profile *kind = hsms_profile_of(place.hsms, "A");
    gem_put_ids(&body, kind, (const char *const[]){"2001"}, 1);
    struct asking asking = {.request = {"A", 1, 3, &body, 5000}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.status, MARU_OK);
    assert_int_equal(asking.answer.outcome, GEM_ANSWERED);
    assert_memory_equal(asking.answer.item.bytes, "\1\1\221\4\x41\x48\0\0", 8); // <L <F4 12.5>>
    hsms_answer_fini(&asking.answer);
    text_clear(&body);
    gem_put_command(&body, kind, "START", NULL, 0);
    asking = (struct asking){.request = {"A", 2, 41, &body, 5000}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.answer.outcome, GEM_ANSWERED);
    assert_int_equal(asking.answer.code, 4); // it will be done
    hsms_answer_fini(&asking.answer);
    assert_int_equal(a->n_said[EQUIPMENT_COMMAND], 1);
    wait_for(&place, is_kept, &(struct wanted){EVENT_COMMAND, "fab/A", "S2F41", "START"}, "asked");
    wait_for(&place, is_kept, &(struct wanted){EVENT_COMMAND, "fab/A", "S2F42", "\"code\":4"},
             "ok");
    // A tool that is not there, one that does not exist, one that says nothing more.
    asking = (struct asking){.request = {"B", 2, 41, &body, 5000}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.answer.outcome, GEM_LOST);
    hsms_answer_fini(&asking.answer);
    asking = (struct asking){.request = {"C", 2, 41, &body, 5000}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.status, MARU_E_USAGE);
    a->is_deaf = true;
    asking = (struct asking){.request = {"A", 2, 41, &body, 5000}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.answer.outcome, GEM_NOT_REPLIED); // T3
    hsms_answer_fini(&asking.answer);
    asking = (struct asking){.request = {"A", 2, 41, &body, 100}};
    ask_tool(&place, &asking);
    assert_int_equal(asking.status, MARU_E_IO); // asked, and not waited for long enough
    text_fini(&body);
    close_place(&place);
}

// ---- traces and texts

static void keeps_traces_and_texts(void **state) {
    (void)state;
    struct place place;
    open_place(&place);
    struct hsms_options options = passive("tool,address\nA,127.0.0.2\n");
    options.profile = TRACED;
    open_link(&place, &options);
    struct fake *fake = add_fake(&place, "127.0.0.2", 1, "X");
    WAIT(&place, is_ready, "A");
    const maru_time until = clock_unix_us() + 10000000;
    while (n_sample(&place, "fab/A/Pressure") < 40) {
        step_all(&place);
        assert_true(clock_unix_us() < until);
    }
    assert_int_equal(equipment_say(fake->tool, 1, "door \xEB\xAC\xB8 open", NULL), MARU_OK);
    wait_for(&place, is_kept,
             &(struct wanted){EVENT_TERMINAL, "fab/A", "text", "door \xEB\xAC\xB8 open"}, "a text");
    struct text body;
    text_init(&body, 1000);
    secs_put_ascii(&body, "anything");
    assert_int_equal(equipment_tell(fake->tool, 6, 25, true, &body, NULL), MARU_OK);
    wait_for(&place, is_kept, &(struct wanted){EVENT_MESSAGE, "fab/A", "S6F25", "anything"},
             "a message without a meaning");
    text_fini(&body);
    close_place(&place);
}

// ---- settings

static void settings_are_looked_at(void **state) {
    (void)state;
    static const struct {
        const char *tools, *profile;
        bool is_active;
        uint32_t row;
        maru_status want;
    } cases[] = {
        {"tool,address\nA,10.0.0.1\n", "", false, 0, MARU_OK},
        {"", "", false, 0, MARU_OK},
        {"", "", true, 0, MARU_E_USAGE},
        {"tool,address\nA,10.0.0.1\nA,10.0.0.2\n", "", false, 3, MARU_E_INPUT},
        {"tool,address\nA,tool.fab\n", "", false, 2, MARU_E_INPUT},
        {"tool,adress\nA,10.0.0.1\n", "", false, 1, MARU_E_INPUT},
        {"tool,device\nA,40000\n", "", false, 2, MARU_E_INPUT},
        {"tool,model\nA/B,X\n", "", false, 2, MARU_E_INPUT},
        {"tool,model\nA,\n", "", false, 2, MARU_E_INPUT},
        {"tool,address,port\nA,10.0.0.1,70000\n", "", true, 2, MARU_E_INPUT},
        {"tool,model\nA,X\n", "", true, 2, MARU_E_INPUT},
        {"tool,address,profile\nA,10.0.0.1,etch\n", "", false, 2, MARU_E_INPUT},
        {"tool,address\nA,10.0.0.1\n", "row,id\nnonsense,1\n", false, 2, MARU_E_INPUT},
        {"tool,address\nA,10.0.0.1\n", "nothing", false, 0, MARU_E_INPUT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        maru_error err = {0};
        struct hsms_options options = passive(cases[i].tools);
        options.profile = cases[i].profile;
        options.is_active = cases[i].is_active;
        const maru_status st = hsms_check(&options, &err);
        if (st != cases[i].want || (st != MARU_OK && err.row != cases[i].row)) {
            fail_msg("case %zu: %d at row %u: %s", i, (int)st, err.row, err.text);
        }
        if (st == MARU_E_INPUT && err.row > 0) {
            assert_string_equal(err.file, cases[i].profile[0] ? "/profile" : "/tools");
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_who_connects),
        cmocka_unit_test(loses_nothing),
        cmocka_unit_test(serves_two_hundred),
        cmocka_unit_test(acknowledges_what_is_kept),
        cmocka_unit_test(closes_those_who_do_not_speak),
        cmocka_unit_test(stands_hostile_bytes),
        cmocka_unit_test(refuses_who_is_not_named),
        cmocka_unit_test(connects_and_comes_back),
        cmocka_unit_test(tells_of_the_time_without_us),
        cmocka_unit_test(asks_tools),
        cmocka_unit_test(keeps_traces_and_texts),
        cmocka_unit_test(settings_are_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
