#include "io/executor/launch_spec.h"

#include "base/sealed.h"
#include "base/status.h"

// Texts, lists and numbers one after the other, as binary.h writes them, in the order of `add_all`.

static const char spec_name[] = "MARUSPEC";
enum { LEAST_TEXT_BYTES = 8, LEAST_FILE_BYTES = 16, MAX_SIGNAL = 64 };

static void add_list(struct text *out, const char *const *list, uint32_t n) {
    binary_add_u32(out, n);
    for (uint32_t i = 0; i < n; i++) {
        binary_add_string(out, list[i]);
    }
}

static void add_all(struct text *out, const struct launch_spec *spec) {
    binary_add_string(out, spec->id);
    binary_add_string(out, spec->folder);
    binary_add_string(out, spec->bwrap);
    binary_add_string(out, spec->program);
    binary_add_string(out, spec->state);
    binary_add_string(out, spec->visible_gpus);
    binary_add_string(out, spec->nvml);
    binary_add_string(out, spec->control_group);
    add_list(out, (const char *const *)spec->argv, spec->n_argv);
    add_list(out, (const char *const *)spec->env, spec->n_env);
    add_list(out, (const char *const *)spec->device, spec->n_device);
    add_list(out, (const char *const *)spec->shown, spec->n_shown);
    binary_add_u32(out, spec->n_file);
    for (uint32_t i = 0; i < spec->n_file; i++) {
        binary_add_string(out, spec->file[i].name);
        binary_add_string(out, spec->file[i].path);
    }
    binary_add_u32(out, spec->n_gpu);
    binary_add_u32(out, spec->gpus);
    binary_add_u32(out, spec->cpu_milli);
    binary_add_u32(out, spec->max_processes);
    binary_add_u64(out, spec->memory_bytes);
    binary_add_u64(out, spec->log_bytes);
    binary_add_u64(out, spec->disk_bytes);
    binary_add_u64(out, (uint64_t)spec->limit_us);
    binary_add_u64(out, (uint64_t)spec->grace_us);
    binary_add_u64(out, (uint64_t)spec->submitted_us);
    binary_add_u8(out, (uint8_t)spec->checkpoint_signal);
    binary_add_u8(out, spec->has_network);
}

maru_status launch_spec_write(const struct launch_spec *spec, struct text *out, maru_error *err) {
    const size_t from = sealed_begin(out, spec_name, LAUNCH_SPEC_VERSION);
    add_all(out, spec);
    return sealed_end(out, from, NULL) == MARU_OK
               ? MARU_OK
               : fail(err, out->status, "the command and its files are too long to be kept");
}

// n texts with a NULL behind them; NULL where there is no room.
static const char **read_list(struct binary *in, uint32_t max, struct arena *arena, uint32_t *n) {
    const uint32_t count = binary_count(in, max, LEAST_TEXT_BYTES);
    const char **list = arena_take(arena, (size_t)count + 1, sizeof *list);
    for (uint32_t i = 0; list && i < count; i++) {
        list[i] = binary_string(in, arena);
    }
    *n = list ? count : 0;
    return list;
}

static struct launch_file *read_files(struct binary *in, struct arena *arena, uint32_t *n) {
    const uint32_t count = binary_count(in, LAUNCH_MAX_FILES, LEAST_FILE_BYTES);
    struct launch_file *file = arena_take(arena, (size_t)count + 1, sizeof *file);
    for (uint32_t i = 0; file && i < count; i++) {
        file[i].name = binary_string(in, arena);
        file[i].path = binary_string(in, arena);
    }
    *n = file ? count : 0;
    return file;
}

static void read_texts(struct binary *in, struct arena *arena, struct launch_spec *spec) {
    spec->id = binary_string(in, arena);
    spec->folder = binary_string(in, arena);
    spec->bwrap = binary_string(in, arena);
    spec->program = binary_string(in, arena);
    spec->state = binary_string(in, arena);
    spec->visible_gpus = binary_string(in, arena);
    spec->nvml = binary_string(in, arena);
    spec->control_group = binary_string(in, arena);
    spec->argv = read_list(in, LAUNCH_MAX_WORDS, arena, &spec->n_argv);
    spec->env = read_list(in, LAUNCH_MAX_VARIABLES, arena, &spec->n_env);
    spec->device = read_list(in, LAUNCH_MAX_DEVICES, arena, &spec->n_device);
    spec->shown = read_list(in, LAUNCH_MAX_SHOWN, arena, &spec->n_shown);
    spec->file = read_files(in, arena, &spec->n_file);
}

static void read_numbers(struct binary *in, struct launch_spec *spec) {
    spec->n_gpu = binary_u32(in);
    spec->gpus = binary_u32(in);
    spec->cpu_milli = binary_u32(in);
    spec->max_processes = binary_u32(in);
    spec->memory_bytes = binary_u64(in);
    spec->log_bytes = binary_u64(in);
    spec->disk_bytes = binary_u64(in);
    spec->limit_us = (int64_t)binary_u64(in);
    spec->grace_us = (int64_t)binary_u64(in);
    spec->submitted_us = (int64_t)binary_u64(in);
    spec->checkpoint_signal = binary_u8(in);
    const uint8_t has_network = binary_u8(in);
    spec->has_network = has_network == 1;
    in->is_bad = in->is_bad || has_network > 1;
}

static bool is_sound(const struct launch_spec *spec) {
    return launch_id_is_good(spec->id) && spec->folder[0] == '/' && spec->n_argv > 0 &&
           spec->argv[0][0] && spec->limit_us > 0 && spec->grace_us >= 0 &&
           spec->checkpoint_signal <= MAX_SIGNAL;
}

maru_status launch_spec_read(const void *bytes, size_t n, struct arena *arena,
                             struct launch_spec *out, maru_error *err) {
    struct binary in;
    char fingerprint[33];
    if (sealed_open(bytes, n, spec_name, LAUNCH_SPEC_VERSION, &in, fingerprint, NULL) != MARU_OK) {
        return fail(err, MARU_E_INPUT, "what a launch is to do was cut short or changed");
    }
    struct launch_spec spec = {0};
    read_texts(&in, arena, &spec);
    if (!spec.argv || !spec.env || !spec.device || !spec.shown || !spec.file) {
        return arena_refusal(arena, err);
    }
    read_numbers(&in, &spec);
    if (!binary_is_end(&in) || !is_sound(&spec)) {
        return fail(err, MARU_E_INPUT, "what a launch is to do is no such thing");
    }
    *out = spec;
    return MARU_OK;
}
