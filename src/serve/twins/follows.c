#include "serve/twins/follows.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "io/clock.h"
#include "serve/api/fields.h"
#include "study/json_writer.h"
#include "wire/csv/moment.h"

// Strict as all requests: what is not known is refused with its place.

static const char *const known[] = {"sources",      "table", "window",         "clock",
                                    "zero",         "speed", "forecast_every", "forecast_hours",
                                    "replications", NULL};

static maru_status read_sources(struct follows *f, const json_t *json, maru_error *err) {
    const json_t *list = json_object_get(json, "sources");
    if (!list) {
        return MARU_OK;
    }
    if (!json_is_array(list) || json_array_size(list) > FOLLOWING_MAX_SOURCES) {
        return field_wrong(err, "/follows/sources", "a list of at most 16 beginnings of names");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !text[0] || strlen(text) >= FOLLOWS_MAX_SOURCE_BYTES) {
            return field_wrong(err, "/follows/sources", "a list of at most 16 beginnings of names");
        }
        snprintf(f->source[f->n_source++], FOLLOWS_MAX_SOURCE_BYTES, "%s", text);
    }
    return MARU_OK;
}

static maru_status read_texts(struct follows *f, const json_t *json, maru_error *err) {
    const char *table = "follow", *clock = "wall", *zero = NULL;
    maru_status st = field_text(json, "table", FOLLOWS_MAX_TABLE_BYTES - 1, &table, err);
    st = st == MARU_OK ? field_text(json, "clock", 8, &clock, err) : st;
    st = st == MARU_OK ? field_text(json, "zero", 40, &zero, err) : st;
    if (st == MARU_OK && strcmp(clock, "wall") != 0 && strcmp(clock, "floor") != 0) {
        st = field_wrong(err, "/follows/clock", "wall or floor is wanted");
    }
    if (st == MARU_OK && zero) {
        f->has_zero = moment_read(zero, strlen(zero), MOMENT_YMD, 0, &f->zero_us);
        st = f->has_zero ? MARU_OK
                         : field_wrong(err, "/follows/zero",
                                       "a time such as 2026-01-31T12:00:00Z is wanted");
    }
    snprintf(f->table, sizeof f->table, "%s", table);
    f->is_by_wall = strcmp(clock, "wall") == 0;
    return st;
}

static maru_time us_of(double seconds) { return (maru_time)llround(seconds * 1e6); }

maru_status follows_read(struct follows *f, json_t *json, maru_error *err) {
    double window = 3600, every = 3600, hours = 24;
    int64_t n_rep = 50;
    const char *key = NULL;
    json_t *value = NULL;
    *f = (struct follows){.speed = 1};
    if (!json_is_object(json)) {
        return field_wrong(err, "/follows", "an object is wanted; {} follows all events");
    }
    json_object_foreach(json, key, value) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], key) != 0) {
            i++;
        }
        if (!known[i]) {
            return field_wrong(err, "/follows", "an unknown member");
        }
    }
    maru_status st = read_sources(f, json, err);
    st = st == MARU_OK ? read_texts(f, json, err) : st;
    st = st == MARU_OK ? field_number(json, "window", 0, 86400, &window, err) : st;
    st = st == MARU_OK ? field_number(json, "speed", 1e-6, 1e6, &f->speed, err) : st;
    st = st == MARU_OK ? field_number(json, "forecast_every", 0, 31536000, &every, err) : st;
    st = st == MARU_OK ? field_number(json, "forecast_hours", 0.1, FOLLOWS_MAX_HOURS, &hours, err)
                       : st;
    st = st == MARU_OK ? field_count(json, "replications", 10, FUTURES_MAX, &n_rep, err) : st;
    f->window_us = us_of(window);
    f->every_us = us_of(every);
    f->span_us = us_of(hours * 3600);
    f->n_rep = (size_t)n_rep;
    return st;
}

maru_status follows_parse(struct follows *f, const char *text, maru_error *err) {
    json_t *json = json_loads(text, 0, NULL);
    const maru_status st =
        json ? follows_read(f, json, err) : fail(err, MARU_E_MEMORY, "no memory");
    json_decref(json);
    return st;
}

void follows_write(const struct follows *f, struct text *out) {
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_open_list(&json, "sources");
    for (size_t i = 0; i < f->n_source; i++) {
        json_add_string(&json, NULL, f->source[i]);
    }
    json_close(&json);
    json_add_string(&json, "table", f->table);
    json_add_number(&json, "window", (double)f->window_us * 1e-6);
    json_add_string(&json, "clock", f->is_by_wall ? "wall" : "floor");
    if (f->has_zero) {
        char zero[CLOCK_TEXT_BYTES];
        clock_text(f->zero_us / 1000, zero);
        json_add_string(&json, "zero", zero);
    }
    json_add_number(&json, "speed", f->speed);
    json_add_number(&json, "forecast_every", (double)f->every_us * 1e-6);
    json_add_number(&json, "forecast_hours", (double)f->span_us / (double)MARU_HOUR);
    json_add_count(&json, "replications", f->n_rep);
    json_close(&json);
}
