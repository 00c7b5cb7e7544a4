#include <math.h>
#include <string.h>

#include "live/futures.h"
#include "plant/plant.h"
#include "study/json_writer.h"
#include "study/words/numerals.h"
#include "study/words/words.h"

// Futures told: as JSON for programs and pages (docs/openapi.json, Forecast), and in a few sentences. Times
// are seconds since the start of the plant.

static double seconds(double us) { return us * 1e-6; }

static void add_time(struct json *json, const char *key, double us) {
    json_add_number(json, key, seconds(us));
}

static void add_bands(struct json *json, const char *key, const double *band, size_t n_point) {
    static const char *const name[FUTURES_N_BAND] = {"p05", "p25", "p50", "p75", "p95"};
    json_open_object(json, key);
    for (size_t b = 0; b < FUTURES_N_BAND; b++) {
        json_open_list(json, name[b]);
        for (size_t i = 0; i < n_point; i++) {
            json_add_number(json, NULL, band[b * n_point + i]);
        }
        json_close(json);
    }
    json_close(json);
}

static void add_lot(struct json *json, const struct futures *f, const struct futures_lot *lot) {
    const struct plant_route *route = &f->plant->route[f->plant->product[lot->product].route];
    json_open_object(json, NULL);
    json_add_count(json, "lot", lot->lot);
    json_add_string(json, "product", f->plant->product[lot->product].name);
    json_add_integer(json, "priority", lot->priority);
    json_add_count(json, "step", lot->step - route->first_step);
    json_add_count(json, "steps", route->n_step);
    add_time(json, "due", lot->due_us == INT64_MAX ? NAN : (double)lot->due_us);
    add_time(json, "p10", lot->p10_us);
    add_time(json, "p50", lot->p50_us);
    add_time(json, "p90", lot->p90_us);
    json_add_number(json, "late", lot->late);
    json_add_bool(json, "extrapolated", lot->is_extrapolated);
    json_close(json);
}

static void add_done(struct json *json, const struct futures_product *done) {
    json_add_number(json, "p10", done->p10);
    json_add_number(json, "p50", done->p50);
    json_add_number(json, "p90", done->p90);
}

void futures_add_json(struct json *json, const struct futures *f) {
    add_time(json, "time", (double)f->now_us);
    json_add_number(json, "hours", (double)f->span_us / (double)MARU_HOUR);
    json_add_count(json, "replications", f->n_rep);
    add_time(json, "point_seconds", (double)f->point_us);
    json_open_object(json, "sentence");
    for (int in_korean = 0; in_korean < 2; in_korean++) {
        struct text sentence;
        text_init(&sentence, 1 << 14);
        futures_add_sentence(&sentence, f, in_korean);
        json_add_string(json, in_korean ? "ko" : "en", sentence.bytes ? sentence.bytes : "");
        text_fini(&sentence);
    }
    json_close(json);
    add_bands(json, "wip", f->wip, f->n_point);
    add_bands(json, "out", f->out, f->n_point);
    json_open_list(json, "bottlenecks");
    for (size_t i = 0; i < f->n_bottleneck; i++) {
        json_open_object(json, NULL);
        json_add_string(json, "group", f->plant->group[f->bottleneck[i].group].name);
        json_add_number(json, "chance", f->bottleneck[i].chance);
        add_time(json, "from", f->bottleneck[i].from_us);
        json_close(json);
    }
    json_close(json);
    json_open_list(json, "lots");
    for (uint32_t i = 0; i < f->n_lot; i++) {
        add_lot(json, f, &f->lot[i]);
    }
    json_close(json);
    json_open_list(json, "products");
    for (uint32_t p = 0; p < f->plant->n_product; p++) {
        json_open_object(json, NULL);
        json_add_string(json, "product", f->plant->product[p].name);
        add_done(json, &f->product[p]);
        json_close(json);
    }
    json_close(json);
    json_open_object(json, "all");
    add_done(json, &f->all);
    json_close(json);
    json_open_list(json, "groups");
    for (uint32_t g = 0; g < f->n_group; g++) {
        json_open_object(json, NULL);
        json_add_string(json, "name", f->plant->group[g].name);
        add_bands(json, "queue", &f->queue[(size_t)g * FUTURES_N_BAND * f->n_point], f->n_point);
        json_close(json);
    }
    json_close(json);
}

static void add_bottleneck(struct text *out, const struct futures *f, enum lang lang) {
    const double hours = (double)f->span_us / (double)MARU_HOUR;
    const struct numeral span = numeral(hours, hours == floor(hours) ? 0 : 1);
    if (f->n_bottleneck == 0) {
        words_add(out, lang, W_FORECAST_NO_QUEUE, (const char *const[]){span.text, NULL});
        return;
    }
    const struct futures_bottleneck *first = &f->bottleneck[0];
    words_add(out, lang, W_FORECAST_BOTTLENECK,
              (const char *const[]){span.text, f->plant->group[first->group].name,
                                    numeral(first->chance * 100, 0).text,
                                    numeral_count(f->n_rep).text, NULL});
    const double from_h = (first->from_us - (double)f->now_us) / (double)MARU_HOUR;
    if (first->from_us <= (double)(f->now_us + f->point_us)) {
        text_addz(out, word(lang, W_FORECAST_ALREADY));
    } else if (first->from_us < (double)(f->now_us + f->span_us - f->point_us)) {
        words_add(out, lang, W_FORECAST_SINCE,
                  (const char *const[]){numeral(from_h, 0).text, NULL});
    }
}

void futures_add_sentence(struct text *out, const struct futures *f, bool in_korean) {
    const enum lang lang = in_korean ? LANG_KO : LANG_EN;
    const size_t end = f->n_point - 1;
    uint64_t n_late = 0;
    for (uint32_t i = 0; i < f->n_lot; i++) {
        n_late += f->lot[i].late > 0.5;
    }
    add_bottleneck(out, f, lang);
    words_add(out, lang, W_FORECAST_LOTS,
              (const char *const[]){numeral(f->out[2 * f->n_point + end], 0).text,
                                    numeral(f->out[0 * f->n_point + end], 0).text,
                                    numeral(f->out[4 * f->n_point + end], 0).text,
                                    numeral_count(n_late).text, numeral_count(f->n_lot).text,
                                    NULL});
}
