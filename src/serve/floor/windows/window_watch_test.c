#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/floor/windows/window_keeping.h"
#include "serve/floor/windows/window_watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// Laws: what is told twice, or in another order, makes the same windows; what is kept and loaded goes on as if nothing had happened, and
// no damaged bytes do harm; what there is no room for is counted.

#define S INT64_C(1000000)
#define NOW (INT64_C(1700000000) * S)

static const char table[] = "window,tool,signals,by,recipe\n"
                            "step,etch-*,temp flow,events,ox*\n"
                            "phase,line/*,temp,phase,\n"
                            "minute,**,temp,60 s,\n";

enum { STEP, PHASE, MINUTE };

static struct window_watch *watch_of(const char *text) {
    struct window_watch *watch = NULL;
    struct text bytes;
    text_init(&bytes, 1 << 16);
    text_addz(&bytes, text);
    assert_int_equal(window_watch_new(&bytes, 1, &watch, NULL), MARU_OK);
    text_fini(&bytes);
    return watch;
}

static uint32_t meet(struct window_watch *watch, int64_t id, const char *source, const char *asset,
                     const char *name) {
    const struct signal_row row = {
        .id = id, .source = source, .asset = asset, .name = name, .unit = ""};
    return window_watch_signal(watch, &row);
}

static void tell(struct window_watch *watch, const char *source, const char *name, const char *lot,
                 const char *recipe, maru_time at_us) {
    const struct event event = {.at_us = at_us,
                                .kind = "lot",
                                .source = source,
                                .name = name,
                                .lot = lot,
                                .wafer = "",
                                .recipe = recipe,
                                .step = "",
                                .detail = "{}"};
    window_watch_event(watch, &event, NOW);
}

static struct sample number(maru_time at_us, double value) {
    return (struct sample){
        .at_us = at_us, .type = SAMPLE_DOUBLE, .quality = QUALITY_GOOD, .value.number = value};
}

static struct sample word(maru_time at_us, const char *value) {
    return (struct sample){.at_us = at_us,
                           .type = SAMPLE_TEXT,
                           .quality = QUALITY_GOOD,
                           .n_text = (uint32_t)strlen(value),
                           .value.text = value};
}

// All that is due, made, as text: "row tool lot step from-until;" in seconds since NOW.
static void make_due(struct window_watch *watch, maru_time now_us, struct text *out) {
    struct window_span *span = NULL;
    uint32_t at = 0;
    text_clear(out);
    while ((span = window_watch_next(watch, now_us, &at)) != NULL) {
        const struct window_place *place = &watch->place[at];
        text_addf(out, "%u %s %s %s %d-%d;", place->row, place->tool,
                  window_span_text(span, SPAN_LOT), window_span_text(span, SPAN_STEP),
                  (int)((span->from_us - NOW) / S), (int)((span->until_us - NOW) / S));
        window_watch_made(watch, at, span);
    }
    text_add(out, "", 0);
}

static void expect(struct window_watch *watch, maru_time now_us, const char *want) {
    struct text out;
    text_init(&out, 1 << 24);
    make_due(watch, now_us, &out);
    assert_string_equal(out.bytes ? out.bytes : "", want);
    text_fini(&out);
}

static void events_begin_and_end(void **state) {
    struct window_watch *watch = watch_of(table);
    (void)state;
    meet(watch, 1, "gem/etch-1/temp", "", "");
    tell(watch, "etch-1", "started", "A", "ox", NOW - 20 * S);
    tell(watch, "etch-1", "started", "B", "ox", NOW - 19 * S); // of a batch
    tell(watch, "etch-1", "started", "C", "poly", NOW - 19 * S);
    tell(watch, "etch-1", "started", "A", "ox", NOW - 20 * S);  // told again
    tell(watch, "oven", "started", "D", "ox", NOW - 20 * S);    // not looked at
    tell(watch, "etch-1", "finished", "A", "ox", NOW - 30 * S); // before it began
    tell(watch, "gem/etch-1", "finished", "B", "", NOW - 10 * S);
    tell(watch, "etch-1", "finished", "A", "", NOW - 9 * S);
    tell(watch, "etch-1", "finished", "A", "", NOW - 9 * S);
    tell(watch, "etch-1", "finished", "C", "poly", NOW - 9 * S);
    expect(watch, NOW + S, ""); // it has to settle
    expect(watch, NOW + 2 * S, "0 etch-1 A  -20--9;0 etch-1 B  -19--10;");
    tell(watch, "etch-1", "started", "A", "ox", NOW - 20 * S); // was made
    tell(watch, "etch-1", "finished", "A", "", NOW - 9 * S);
    expect(watch, NOW + 9 * S, "");
    window_watch_free(watch);
}

static void one_that_never_ends(void **state) {
    struct window_watch *watch = watch_of(table);
    (void)state;
    tell(watch, "etch-2", "started", "A", "ox", NOW);
    expect(watch, NOW + WINDOW_LONGEST_US, "");
    assert_int_equal(watch->n_span, 1);
    expect(watch, NOW + WINDOW_LONGEST_US + 1, "");
    assert_int_equal(watch->n_span, 0);
    assert_int_equal(watch->live[STEP].n_unended, 1);
    tell(watch, "etch-2", "finished", "A", "ox", NOW + 5 * S);
    expect(watch, NOW + 2 * WINDOW_LONGEST_US, "");
    window_watch_free(watch);
}

static void late_samples_make_it_again(void **state) {
    struct window_watch *watch = watch_of("window,tool,signals\nstep,etch-*,temp\n");
    const uint32_t temp = meet(watch, 1, "gem/etch-1/temp", "", "");
    struct sample sample = number(NOW - 15 * S, 1.0);
    (void)state;
    tell(watch, "etch-1", "started", "A", "", NOW - 20 * S);
    tell(watch, "etch-1", "finished", "A", "", NOW - 10 * S);
    window_watch_sample(watch, temp, &sample, NOW);
    expect(watch, NOW + 2 * S, "0 etch-1 A  -20--10;");
    sample.at_us = NOW - 10 * S; // behind its end
    window_watch_sample(watch, temp, &sample, NOW + 10 * S);
    expect(watch, NOW + 20 * S, "");
    sample.at_us = NOW - 20 * S;
    window_watch_sample(watch, temp, &sample, NOW + 20 * S);
    window_watch_sample(watch, temp, &sample, NOW + 20 * S);
    expect(watch, NOW + 21 * S, "");
    expect(watch, NOW + 22 * S, "0 etch-1 A  -20--10;");
    window_watch_free(watch);
}

static void stretches_of_a_value(void **state) {
    static const struct {
        int at;
        const char *value;
    } said[] = {{0, "heat"},  {5, "heat"}, {10, "soak"}, {12, "heat"}, // the last one is late below
                {20, "cool"}, {30, ""},    {40, "heat"}};
    struct window_watch *watch = watch_of("window,tool,signals,by\nphase,line/*,temp,phase\n");
    const uint32_t phase = meet(watch, 7, "plc/line/1/phase", "", "");
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const struct sample sample = word(NOW + said[i].at * S, said[i].value);
        window_watch_sample(watch, phase, &sample, NOW);
    }
    const struct sample late = word(NOW + 11 * S, "heat");
    window_watch_sample(watch, phase, &late, NOW);
    assert_int_equal(watch->live[0].n_late, 1);
    expect(watch, NOW + 100 * S, "0 line/1  soak 10-12;0 line/1  heat 12-20;0 line/1  cool 20-30;");
    struct sample bad = number(NOW + 50 * S, 3.0);
    bad.quality = QUALITY_BAD; // nobody knows: what went on has ended
    window_watch_sample(watch, phase, &bad, NOW + 50 * S);
    expect(watch, NOW + 100 * S, "0 line/1  heat 40-50;");
    window_watch_free(watch);
}

// A stretch belongs to what the tool worked on in its middle, wherever events come before or behind their samples.
static void stretches_know_their_lot(void **state) {
    static const char text[] = "window,tool,signals,by,recipe\nphase,etch-*,temp,phase,ox*\n";
    struct window_watch *watch = watch_of(text);
    const uint32_t phase = meet(watch, 7, "gem/etch-1/phase", "", "");
    (void)state;
    for (int i = 0; i < 6; i++) {
        const struct sample sample = word(NOW + (maru_time)i * 10 * S, i % 2 ? "soak" : "heat");
        window_watch_sample(watch, phase, &sample, NOW);
        if (i == 1) {
            tell(watch, "gem/etch-1", "started", "A", "ox", NOW + 10 * S);
        } else if (i == 3) { // two stretches
            tell(watch, "gem/etch-1", "finished", "A", "", NOW + 30 * S);
        }
    }
    tell(watch, "gem/etch-1", "started", "B", "poly", NOW + 30 * S); // late
    struct text bytes;
    text_init(&bytes, 1 << 16);
    window_keeping_save(watch, NOW, &bytes);
    window_watch_free(watch);
    watch = watch_of(text);
    window_keeping_load(watch, &bytes, NOW);
    text_fini(&bytes);
    struct window_place *place = &watch->place[0];
    assert_int_equal(place->runs->n, 2);
    assert_int_equal(place->runs->run[0].until_us, NOW + 30 * S);
    assert_int_equal(place->n_span, 5);
    for (uint32_t i = 0; i < 4; i++) {
        static const char *const lot[] = {"A", "A", "B", "B"}, *const recipe[] = {"ox", "ox",
                                                                                  "poly", "poly"};
        window_watch_name_run(place, &place->span[i]);
        assert_string_equal(window_span_text(&place->span[i], SPAN_LOT), lot[i]);
        assert_string_equal(window_span_text(&place->span[i], SPAN_RECIPE), recipe[i]);
        assert_string_equal(window_span_text(&place->span[i], SPAN_STEP), i % 2 ? "heat" : "soak");
    }
    window_watch_free(watch);
}

static void any_order_of_samples(void **state) {
    struct text first, other;
    (void)state;
    text_init(&first, 1 << 20);
    text_init(&other, 1 << 20);
    for (int order = 0; order < 3; order++) {
        struct window_watch *watch = watch_of("window,signals,by\nminute,temp flow,60 s\n");
        const uint32_t temp = meet(watch, 1, "a/b/temp", "", ""), n = 100;
        for (uint32_t i = 0; i < 3 * n; i++) {
            const uint32_t k = order == 0 ? i / 3 : order == 1 ? i % n : (i * 37) % n;
            const struct sample sample = number(NOW - 60 * S * k - 7 * S, 1.0);
            window_watch_sample(watch, temp, &sample, NOW);
        }
        assert_int_equal(watch->n_span, n);
        make_due(watch, NOW + 200 * S, order == 0 ? &first : &other);
        assert_int_equal(order == 0 ? first.n_bytes : other.n_bytes, first.n_bytes);
        window_watch_free(watch);
    }
    assert_int_equal(window_floor(-1, 60), -60);
    assert_int_equal(window_floor(-60, 60), -60);
    assert_int_equal(window_floor(59, 60), 0);
    text_fini(&first);
    text_fini(&other);
}

// A tool by the whole name, by that without the connection, and by where people say that it stands.
static void names_of_tools(void **state) {
    struct window_watch *watch =
        watch_of("window,tool,signals,by\n"
                 "a,gem/etch-1,Process/Temp,60 s\nb,etch-*,Process/Temp,60 s\n"
                 "c,ulsan/**,heat,60 s\nd,oven,Process/Temp,60 s\n");
    (void)state;
    for (int round = 0; round < 2; round++) {
        const uint32_t first = meet(watch, 5, "gem/etch-1/Process/Temp", "ulsan/etch/1", "heat");
        uint32_t n = 0;
        for (uint32_t i = first; i != WINDOW_NONE; i = watch->input[i].next) {
            static const char *const want[] = {"gem/etch-1", "etch-1", "ulsan/etch/1"};
            const struct window_place *place = &watch->place[watch->input[i].place];
            assert_string_equal(place->tool, want[place->row]);
            assert_string_equal(place->asset, "ulsan/etch/1");
            assert_int_equal(place->signal[0], 5);
            n++;
        }
        assert_int_equal(n, 3);
        assert_int_equal(meet(watch, 6, "gem/etch-1/Process/Power", "", ""), WINDOW_NONE);
        window_watch_forget_signals(watch);
        assert_int_equal(watch->place[0].signal[0], 0);
    }
    assert_int_equal(watch->by_place.n, 3);
    window_watch_free(watch);
}

static void no_room_is_counted(void **state) {
    struct window_watch *watch = watch_of("window,signals,by\ns,temp,1 s\n");
    const uint32_t temp = meet(watch, 1, "a/b/temp", "", "");
    (void)state;
    for (int i = 0; i < WINDOW_MAX_SPANS + 10; i++) {
        const struct sample sample = number(NOW - i * S, 1.0);
        window_watch_sample(watch, temp, &sample, NOW);
    }
    assert_int_equal(watch->n_span, WINDOW_MAX_SPANS);
    assert_int_equal(watch->live[0].n_dropped, 10);
    assert_true(watch->live[0].problem[0] != '\0');
    window_watch_free(watch);
}

// ---- kept

static void fill(struct window_watch *watch) {
    const struct reference_options options = {0.01, 10, 20};
    const uint32_t phase = meet(watch, 7, "plc/line/1/phase", "", "");
    const uint32_t temp = meet(watch, 8, "plc/line/1/temp", "", "");
    struct text out;
    const struct sample heat = word(NOW - 30 * S, "heat"), soak = word(NOW - 20 * S, "soak"),
                        cool = word(NOW - 10 * S, "cool"), value = number(NOW - 100 * S, 1.0);
    text_init(&out, 1 << 16);
    window_watch_sample(watch, phase, &heat, NOW);
    window_watch_sample(watch, phase, &soak, NOW);
    window_watch_sample(watch, phase, &cool, NOW);
    window_watch_sample(watch, temp, &value, NOW);
    tell(watch, "etch-1", "started", "A", "ox", NOW - 500 * S);
    tell(watch, "etch-1", "finished", "A", "ox", NOW - 400 * S);
    make_due(watch, NOW + 5 * S, &out);
    tell(watch, "etch-1", "started", "B", "ox", NOW - 300 * S);
    tell(watch, "etch-1", "finished", "B", "ox", NOW - 200 * S);
    tell(watch, "etch-1", "started", "C", "ox", NOW - 5 * S);
    watch->heard_event = 77;
    watch->live[STEP].n_measured = 12;
    watch->live[STEP].frozen = (struct window_frozen){.version = 3, .from_us = 1, .by = "who"};
    assert_int_equal(reference_new(&options, &watch->live[STEP].reference, NULL), MARU_OK);
    for (int i = 0; i < 100; i++) {
        const struct context_key key = {"ox", i % 2 ? "main" : "over", i % 3 ? "etch-1" : "etch-2"};
        double one[10];
        for (int k = 0; k < 10; k++) {
            one[k] = i % 13 == 0 && k == 3 ? NAN : sqrt(1.0 + (i * 7 + k * 5) % 31);
        }
        assert_int_equal(reference_add(watch->live[STEP].reference, &key, one, NULL), MARU_OK);
    }
    text_fini(&out);
}

static void kept_and_loaded(void **state) {
    struct window_watch *watch = watch_of(table), *again = watch_of(table);
    struct text bytes[2], frozen[2], due[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        text_init(&bytes[i], 1 << 20);
        text_init(&frozen[i], 1 << 20);
        text_init(&due[i], 1 << 20);
    }
    fill(watch);
    window_keeping_save(watch, NOW, &bytes[0]);
    window_keeping_save_frozen(watch, &frozen[0]);
    window_keeping_load(again, &bytes[0], NOW);
    window_keeping_load_frozen(again, &frozen[0]);
    assert_int_equal(again->heard_event, 77);
    assert_int_equal(again->live[STEP].n_measured, 12);
    assert_int_equal(again->live[STEP].frozen.version, 3);
    assert_string_equal(again->live[STEP].frozen.by, "who");
    assert_false(again->live[PHASE].is_new);
    window_keeping_save_frozen(again, &frozen[1]);
    assert_int_equal(frozen[1].n_bytes, frozen[0].n_bytes);
    assert_memory_equal(frozen[1].bytes, frozen[0].bytes, frozen[0].n_bytes);
    make_due(watch, NOW + 5 * S, &due[0]);
    make_due(again, NOW + 5 * S, &due[1]);
    assert_string_equal(due[0].bytes, "0 etch-1 B  -300--200;");
    // The newest ones are made again: what came for them after it was kept was not heard.
    assert_string_equal(due[1].bytes, "0 etch-1 B  -300--200;1 line/1  soak -20--10;");
    tell(again, "etch-1", "finished", "C", "ox", NOW + 5 * S);
    expect(again, NOW + 20 * S, "0 etch-1 C  -5-5;");
    for (int i = 0; i < 2; i++) {
        text_fini(&bytes[i]);
        text_fini(&frozen[i]);
        text_fini(&due[i]);
    }
    window_watch_free(watch);
    window_watch_free(again);
}

static void damaged_bytes_do_no_harm(void **state) {
    struct window_watch *watch = watch_of(table);
    struct text bytes, frozen;
    (void)state;
    text_init(&bytes, 1 << 20);
    text_init(&frozen, 1 << 20);
    fill(watch);
    window_keeping_save(watch, NOW, &bytes);
    window_keeping_save_frozen(watch, &frozen);
    window_watch_free(watch);
    assert_true(bytes.n_bytes > 0);
    for (size_t n = 0; bytes.n_bytes > 0 && n < bytes.n_bytes + frozen.n_bytes;
         n += n < bytes.n_bytes ? 1 : 7) {
        struct window_watch *again = watch_of(table);
        struct text part = bytes, of_frozen = frozen;
        part.n_bytes = n < bytes.n_bytes ? n : bytes.n_bytes;
        of_frozen.n_bytes = n < bytes.n_bytes ? 0 : n - bytes.n_bytes;
        window_keeping_load(again, &part, NOW);
        window_keeping_load_frozen(again, &of_frozen);
        assert_null(again->live[STEP].reference);
        for (int bit = 0; n < bytes.n_bytes && bit < 8; bit++) {
            bytes.bytes[n] ^= (char)(1 << bit);
            window_keeping_load(again, &bytes, NOW);
            bytes.bytes[n] ^= (char)(1 << bit);
        }
        window_watch_free(again);
    }
    text_fini(&bytes);
    text_fini(&frozen);
}

// A row that makes other windows begins anew; one that is judged otherwise goes on.
static void another_table(void **state) {
    struct window_watch *watch = watch_of(table);
    struct window_watch *other = watch_of("window,tool,signals,by,recipe,false_alarms\n"
                                          "step,etch-*,temp flow,events,ox*,5 %\n"
                                          "phase,line/*,flow,phase,,\n");
    struct text bytes, frozen;
    (void)state;
    text_init(&bytes, 1 << 20);
    text_init(&frozen, 1 << 20);
    fill(watch);
    window_keeping_save(watch, NOW, &bytes);
    window_keeping_save_frozen(watch, &frozen);
    window_keeping_load(other, &bytes, NOW);
    window_keeping_load_frozen(other, &frozen);
    assert_non_null(other->live[STEP].reference);
    assert_false(other->live[STEP].is_new);
    assert_true(other->live[PHASE].is_new);
    const struct context_key key = {"ox", "main", "etch-1"};
    const struct context_limit was = reference_limit(watch->live[STEP].reference, &key, 0),
                               is = reference_limit(other->live[STEP].reference, &key, 0);
    assert_true(is.center == was.center && is.upper < was.upper);
    text_fini(&bytes);
    text_fini(&frozen);
    window_watch_free(watch);
    window_watch_free(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_begin_and_end),
        cmocka_unit_test(one_that_never_ends),
        cmocka_unit_test(late_samples_make_it_again),
        cmocka_unit_test(stretches_of_a_value),
        cmocka_unit_test(stretches_know_their_lot),
        cmocka_unit_test(any_order_of_samples),
        cmocka_unit_test(names_of_tools),
        cmocka_unit_test(no_room_is_counted),
        cmocka_unit_test(kept_and_loaded),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(another_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
