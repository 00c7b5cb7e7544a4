// maru scene PLANT -o FILE: the hall of a plant as a 3-D scene, with --time also what a run does in
// it.

#include "base/status.h"
#include "cli/verb.h"
#include "io/files.h"
#include "maru/scene.h"
#include "maru/sim.h"
#include "study/filming.h"
#include "study/json_writer.h"
#include "study/words/numerals.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct scene_values {
    struct common common;
    const char *out;
    maru_time time;
    uint64_t seed;
};

static const struct {
    const char *suffix;
    maru_scene_format format;
} formats[] = {{".usda", MARU_SCENE_USDA}, {".usdz", MARU_SCENE_USDZ}, {".glb", MARU_SCENE_GLB}};

// The format that the name of the file asks for.
static bool find_format(const char *path, maru_scene_format *out) {
    const size_t n = strlen(path);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const size_t n_suffix = strlen(formats[i].suffix);
        if (n > n_suffix && strcmp(path + n - n_suffix, formats[i].suffix) == 0) {
            *out = formats[i].format;
            return true;
        }
    }
    return false;
}

struct told { // what is said of a scene
    const char *path;
    size_t n_bytes;
    uint32_t n_body, n_given, n_model, n_area;
    double length_m, width_m;
    const struct scene_values *values;
    uint64_t n_event; // of the film
};

static maru_status put_file(void *context, const maru_file *file, maru_error *err) {
    struct told *told = context;
    told->n_bytes = file->n_bytes;
    return files_replace(told->path, file->bytes, file->n_bytes, err);
}

static void count(struct told *told, const maru_layout *l) {
    for (uint32_t t = 0; t < l->n_tool; t++) {
        told->n_body += l->body[t] != MARU_BODY_NONE;
        told->n_given += l->is_given[t];
        told->n_model += l->asset[t] != NULL;
    }
    told->length_m = l->hall.x1_m - l->hall.x0_m;
    told->width_m = l->hall.y1_m - l->hall.y0_m;
}

static void add_json(struct text *out, const struct told *told, maru_scene_format format) {
    const size_t index = (size_t)format;
    struct json json;
    json_writer_init(&json, out);
    json_open_object(&json, NULL);
    json_add_string(&json, "file", told->path);
    json_add_string(&json, "format", formats[index].suffix + 1);
    json_add_count(&json, "bytes", told->n_bytes);
    json_add_count(&json, "tools", told->n_body);
    json_add_count(&json, "areas", told->n_area);
    json_add_count(&json, "placed_by_table", told->n_given);
    json_add_count(&json, "models", told->n_model);
    json_add_bool(&json, "models_referred_to", format == MARU_SCENE_USDA);
    json_add_number(&json, "hall_length_m", told->length_m);
    json_add_number(&json, "hall_width_m", told->width_m);
    if (told->values->time > 0) {
        json_open_object(&json, "film");
        json_add_integer(&json, "to_us", told->values->time);
        json_add_count(&json, "seed", told->values->seed);
        json_add_count(&json, "events", told->n_event);
        json_close(&json);
    }
    json_close(&json);
}

static void add_lines(struct text *out, const struct call *call, const struct told *told) {
    words_add(out, call->lang, W_SCENE_WRITTEN,
              (const char *const[]){told->path, numeral_count(told->n_body).text,
                                    numeral_count(told->n_area).text,
                                    numeral(told->length_m, 0).text, numeral(told->width_m, 0).text,
                                    numeral_short((double)told->n_bytes).text, NULL});
    text_addz(out, "\n");
    if (told->n_given > 0) {
        words_add(out, call->lang, W_SCENE_GIVEN,
                  (const char *const[]){numeral_count(told->n_given).text, NULL});
        text_addz(out, "\n");
    }
}

static void add_film(struct text *out, const struct call *call, const struct told *told) {
    const double hours = (double)told->values->time / (double)MARU_HOUR;
    const struct numeral span = numeral(hours, hours < 10 ? 1 : 0);
    struct text length;
    text_init(&length, 256);
    words_add(&length, call->lang, W_HOURS, (const char *const[]){span.text, NULL});
    words_add(out, call->lang, W_SCENE_FILM,
              (const char *const[]){length.bytes ? length.bytes : span.text,
                                    numeral_count(told->values->seed).text,
                                    numeral_count(told->n_event).text, NULL});
    text_addz(out, "\n");
    text_fini(&length);
}

static int tell(const struct call *call, const struct told *told, maru_scene_format format) {
    struct text out;
    text_init(&out, 1 << 16);
    if (call->json) {
        add_json(&out, told, format);
    } else if (!call->quiet) {
        add_lines(&out, call, told);
        if (told->values->time > 0) {
            add_film(&out, call, told);
        }
    }
    const int status = verb_print(call, &out, EXIT_GOOD);
    text_fini(&out);
    if (told->n_model > 0 && format != MARU_SCENE_USDA) {
        verb_note(call, W_SCENE_NO_MODELS,
                  (const char *const[]){numeral_count(told->n_model).text, NULL});
    }
    return status;
}

static int run_scene(struct call *call) {
    const struct scene_values *values = call->args.values;
    maru_scene_format format = MARU_SCENE_USDA;
    if (!values->out || !find_format(values->out, &format)) {
        return verb_refuse_word(call, MARU_E_USAGE, W_SCENE_OUT_WANTED,
                                (const char *const[]){NULL});
    }
    if (values->time > 0 && format != MARU_SCENE_USDA) {
        return verb_refuse_word(call, MARU_E_USAGE, W_SCENE_FILM_USDA, (const char *const[]){NULL});
    }
    maru_plant *plant = NULL;
    int status = verb_open_plant(call, call->args.word[0], &plant);
    if (status != EXIT_GOOD) {
        return status;
    }
    maru_error err = {0};
    maru_layout *layout = NULL;
    maru_film *film = NULL;
    struct told told = {
        .path = values->out, .n_area = maru_plant_sizes(plant).n_area, .values = values};
    maru_status st = maru_layout_new(plant, &layout, &err);
    if (st == MARU_OK && values->time > 0) {
        st = filming_run(layout, values->time, values->seed, &film, &told.n_event, &err);
    }
    if (st == MARU_OK) {
        count(&told, layout);
        st = maru_scene_write(layout, format, film, put_file, &told, &err);
    }
    status = st == MARU_OK ? tell(call, &told, format) : verb_refuse(call, &err);
    maru_film_free(film);
    maru_layout_free(layout);
    maru_plant_free(plant);
    return status;
}

static const struct option options[] = {
    {"out", 'o', OPTION_TEXT, offsetof(struct scene_values, out), "FILE", NULL, W_HELP_SCENE_OUT, 0,
     0},
    {"time", 't', OPTION_SPAN, offsetof(struct scene_values, time), "SPAN", NULL, W_HELP_SCENE_TIME,
     0, 0},
    {"seed", 's', OPTION_COUNT, offsetof(struct scene_values, seed), "N", "1", W_HELP_SEED, 0,
     INT64_MAX},
};
static const char *const examples[] = {"maru scene examples/minifab -o minifab.usda",
                                       "maru scene examples/line -o line.glb",
                                       "maru scene examples/line -o line.usda --time 12h", NULL};

const struct verb verb_scene = {.name = "scene",
                                .synopsis = "PLANT -o FILE.usda|FILE.usdz|FILE.glb [--time SPAN]",
                                .purpose = W_SCENE_PURPOSE,
                                .option = options,
                                .n_option = sizeof options / sizeof options[0],
                                .n_value_bytes = sizeof(struct scene_values),
                                .min_words = 1,
                                .max_words = 1,
                                .example = examples,
                                .run = run_scene};
