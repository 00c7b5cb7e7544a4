#include "train/maps/map_model.h"

#include <math.h>
#include <string.h>

#include "base/sealed.h"
#include "base/status.h"

enum { VERSION = 1 };

static const char its_name[] = "MARUMAPS";

// ---- columns

// Is the name of a column one of these, whatever its case, and its blanks, bars and points?
static bool is_called(const char *name, const char *const *known) {
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; name[i]; i++) {
        const char c = name[i];
        if (c != ' ' && c != '_' && c != '-' && c != '.') {
            if (n + 1 == sizeof plain) {
                return false;
            }
            plain[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
        }
    }
    plain[n] = '\0';
    for (; *known; known++) {
        if (strcmp(plain, *known) == 0) {
            return true;
        }
    }
    return false;
}

void map_columns_find(const struct frame *frame, uint32_t column[N_MAP_COLUMN]) {
    static const char *const names[N_MAP_COLUMN][12] = {
        [MAP_LOT] = {"lot", "lotid", "lotno", "로트", "로트번호", NULL},
        [MAP_WAFER] = {"wafer", "waferid", "waferno", "slot", "웨이퍼", "웨이퍼번호", NULL},
        [MAP_X] = {"x", "diex", "xcoord", "xcoordinate", "col", "column", "x좌표", "열", NULL},
        [MAP_Y] = {"y", "diey", "ycoord", "ycoordinate", "row", "y좌표", "행", NULL},
        [MAP_BIN] = {"bin", "hardbin", "hbin", "softbin", "sbin", "result", "빈", "판정", NULL},
        [MAP_PATTERN] = {"pattern", "class", "label", "failuretype", "defect", "패턴", "불량패턴",
                         "불량유형", "유형", "분류", NULL},
    };
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        column[k] = UINT32_MAX;
        for (uint32_t c = 0; column[k] == UINT32_MAX && c < frame->n_column; c++) {
            column[k] = is_called(frame->column[c].name, names[k]) ? c : UINT32_MAX;
        }
    }
}

double map_good_bin(const struct frame *frame, uint32_t bin) {
    const struct frame_column *column = &frame->column[bin];
    uint32_t n_zero = 0, n_one = 0, n_other = 0;
    for (uint32_t i = 0; column->kind == FRAME_NUMBER && i < frame->n_row; i++) {
        n_zero += column->number[i] == 0;
        n_one += column->number[i] == 1;
        n_other += column->number[i] > 1 || column->number[i] < 0;
    }
    return n_other == 0 && n_zero > n_one ? 0 : 1;
}

// ---- bytes

static void add_figure(struct text *out, const struct map_figure *figure) {
    binary_add_double(out, figure->value);
    binary_add_double(out, figure->low);
    binary_add_double(out, figure->high);
    binary_add_double(out, figure->constant);
}

static struct map_figure read_figure(struct binary *in) {
    struct map_figure figure;
    figure.value = binary_double(in);
    figure.low = binary_double(in);
    figure.high = binary_double(in);
    figure.constant = binary_double(in);
    return figure;
}

maru_status map_model_write(const struct map_model *map, const void *model, size_t n_model,
                            struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, its_name, VERSION);
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        binary_add_string(out, map->column[k]);
    }
    binary_add_double(out, map->good_bin);
    binary_add_string(out, map->title);
    binary_add_string(out, map->version);
    binary_add_string(out, map->data);
    binary_add_u64(out, map->seed);
    const uint32_t counts[] = {map->n_map, map->n_train,   map->n_test,
                               map->n_lot, map->n_unknown, map->n_rare};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        binary_add_u32(out, counts[i]);
    }
    binary_add_u8(out, map->split);
    binary_add_u32(out, map->warnings);
    add_figure(out, &map->accuracy);
    add_figure(out, &map->macro_f1);
    binary_add_u32(out, map->n_class);
    for (uint32_t k = 0; k < map->n_class; k++) {
        binary_add_string(out, map->class[k].name);
        binary_add_u32(out, map->class[k].n_train);
        binary_add_u32(out, map->class[k].n_test);
        add_figure(out, &map->class[k].f1);
    }
    binary_add_block(out, model, n_model);
    return sealed_end(out, from, err);
}

bool map_model_is(const void *bytes, size_t n) { return sealed_is(bytes, n, its_name); }

static bool is_figure(const struct map_figure *figure) {
    const double all[] = {figure->value, figure->low, figure->high, figure->constant};
    bool is = true;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        is = is && (isnan(all[i]) || (all[i] >= 0 && all[i] <= 1));
    }
    return is;
}

static maru_status read_classes(struct binary *in, struct map_model *map, maru_error *err) {
    enum { LEAST_CLASS_BYTES = 48 };
    map->n_class = binary_count(in, MAP_MAX_CLASSES, LEAST_CLASS_BYTES);
    struct map_class *class = arena_take(&map->arena, (size_t)map->n_class + 1, sizeof *class);
    if (!class) {
        return arena_refusal(&map->arena, err);
    }
    bool is_good = map->n_class >= 2;
    for (uint32_t k = 0; k < map->n_class; k++) {
        class[k].name = binary_string(in, &map->arena);
        class[k].n_train = binary_u32(in);
        class[k].n_test = binary_u32(in);
        class[k].f1 = read_figure(in);
        is_good = is_good && class[k].name[0] && strlen(class[k].name) <= MAP_MAX_WORD_BYTES &&
                  is_figure(&class[k].f1);
    }
    map->class = class;
    return is_good && !in->is_bad ? MARU_OK : fail(err, MARU_E_INPUT, "the model is damaged");
}

static void read_head(struct binary *in, struct map_model *map) {
    uint32_t *const counts[] = {&map->n_map, &map->n_train,   &map->n_test,
                                &map->n_lot, &map->n_unknown, &map->n_rare};
    for (int k = 0; k < N_MAP_COLUMN; k++) {
        map->column[k] = binary_string(in, &map->arena);
    }
    map->good_bin = binary_double(in);
    map->title = binary_string(in, &map->arena);
    map->version = binary_string(in, &map->arena);
    const char *data = binary_string(in, &map->arena);
    in->is_bad = in->is_bad || strlen(data) != sizeof map->data - 1;
    memcpy(map->data, in->is_bad ? "" : data, in->is_bad ? 1 : sizeof map->data);
    map->seed = binary_u64(in);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        *counts[i] = binary_u32(in);
    }
    map->split = binary_u8(in);
    map->warnings = binary_u32(in);
    map->accuracy = read_figure(in);
    map->macro_f1 = read_figure(in);
}

static bool is_sound(const struct map_model *map) {
    bool is = isfinite(map->good_bin) && map->split < N_CARD_SPLIT &&
              map->warnings >> N_CARD_WARNING == 0 && is_figure(&map->accuracy) &&
              is_figure(&map->macro_f1);
    for (int k = MAP_WAFER; k < N_MAP_COLUMN; k++) {
        is = is && map->column[k][0];
    }
    return is;
}

static maru_status read_all(struct binary *in, struct map_model *map, maru_error *err) {
    read_head(in, map);
    if (in->is_bad || !is_sound(map)) {
        return map->arena.is_full ? arena_refusal(&map->arena, err)
                                  : fail(err, MARU_E_INPUT, "the model is damaged");
    }
    maru_status st = read_classes(in, map, err);
    size_t n_model = 0;
    const void *model = st == MARU_OK ? binary_block(in, &n_model) : NULL;
    if (st == MARU_OK && (in->is_bad || in->left > 0 || !model)) {
        st = fail(err, MARU_E_INPUT, "the model is damaged");
    }
    st = st == MARU_OK ? wafer_model_read(model, n_model, &map->model, err) : st;
    if (st == MARU_OK) { // its labels are the numbers of the classes
        const uint32_t n_label = wafer_model_n_class(map->model);
        const uint32_t *label = wafer_model_labels(map->model);
        if (label[n_label - 1] >= map->n_class) {
            st = fail(err, MARU_E_INPUT, "the model contradicts itself");
        }
    }
    return st;
}

maru_status map_model_read(const void *bytes, size_t n, struct map_model *out, maru_error *err) {
    struct map_model made = {0};
    struct binary held;
    arena_init(&made.arena, MAP_MAX_BYTES);
    maru_status st = sealed_open(bytes, n, its_name, VERSION, &held, made.fingerprint, err);
    st = st == MARU_OK ? read_all(&held, &made, err) : st;
    if (st != MARU_OK) {
        map_model_fini(&made);
        return st;
    }
    *out = made;
    return MARU_OK;
}

void map_model_fini(struct map_model *map) {
    wafer_model_free(map->model);
    arena_fini(&map->arena);
    *map = (struct map_model){.n_class = 0};
}
