#include "io/executor/nvml.h"

#include <inttypes.h>

#include "io/executor/inventory.h"
#include "io/executor/trial_launches.h"
#include "io/executor/trial_nvml.h"

// Cards that a library made for it describes: how they are told, which of their faults take the node out of the pool, and how jobs on them
// are measured.

static char own_folder[] = "/tmp/maru_nvml_XXXXXX";
static char library[64], described[96];

static struct trial_gpus two_cards(void) {
    struct trial_gpus all = {.n = 2};
    for (uint32_t i = 0; i < all.n; i++) {
        struct trial_gpu *its = &all.gpu[i];
        *its = (struct trial_gpu){.name = "NVIDIA H100 80GB HBM3",
                                  .memory_bytes = UINT64_C(80) << 30,
                                  .used_bytes = UINT64_C(3) << 30,
                                  .minor = 4 + i, // the numbers of devices are not those of cards
                                  .busy_percent = i == 0 ? 30 : 90,
                                  .milliwatts = i == 0 ? 200000 : 600000,
                                  .celsius = 40 + i};
        snprintf(its->uuid, sizeof its->uuid, "GPU-0000000%u", i);
    }
    return all;
}

static void describe(const struct trial_gpus *all) {
    assert_int_equal(files_replace(described, all, sizeof *all, NULL), MARU_OK);
}

static struct gpu_look look_at(struct nvml *nvml, uint32_t gpu) {
    struct gpu_look look;
    nvml_look(nvml, gpu, &look);
    return look;
}

static struct nvml *open_library(void) {
    struct nvml *nvml = NULL;
    assert_int_equal(nvml_open(library, &nvml, NULL), MARU_OK);
    assert_non_null(nvml);
    return nvml;
}

static void none_is_no_fault(void **context) {
    (void)context;
    static const char *const none[] = {"", "/no/such/library.so", "/etc/passwd", "libc.so.6"};
    struct nvml *nvml = NULL;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(nvml_open(none[i], &nvml, NULL), MARU_OK);
        assert_null(nvml);
    }
    struct trial_gpus all = two_cards();
    all.is_silent = 1; // the library without its driver
    describe(&all);
    assert_int_equal(nvml_open(library, &nvml, NULL), MARU_OK);
    assert_null(nvml);
    assert_int_equal(nvml_count(NULL), 0);
    nvml_close(NULL);
}

static void cards_are_told(void **context) {
    (void)context;
    struct trial_gpus all = two_cards();
    describe(&all);
    struct nvml *nvml = open_library();
    assert_int_equal(nvml_count(nvml), 2);
    const struct gpu_look look = look_at(nvml, 1);
    assert_string_equal(look.name, all.gpu[1].name);
    assert_string_equal(look.uuid, "GPU-00000001");
    assert_string_equal(look.reason, "");
    assert_true(look.memory_bytes == UINT64_C(80) << 30 && look.used_bytes == UINT64_C(3) << 30);
    assert_int_equal(look.minor, 5);
    assert_int_equal(look.busy_percent, 90);
    assert_int_equal(look.milliwatts, 600000);
    assert_int_equal(look.celsius, 41);
    nvml_close(nvml);
}

static void put(struct trial_gpu *its, size_t fault) {
    *(fault == 0   ? &its->is_lost
      : fault == 1 ? &its->has_failed_rows
                   : &its->needs_reset) = fault < 3;
    its->memory_errors = fault == 3 ? 7 : 0;
    its->xid = fault == 4 ? 79 : 13; // 13: a program's own fault
    its->n_xid = fault >= 4;
    if (fault == 6) {
        memset(its->name, 0xff, sizeof its->name - 1); // no UTF-8, and as long as can be
    }
}

static struct gpu_lookout *look_out(uint32_t patience_ms) {
    struct gpu_lookout *gpus = NULL;
    assert_int_equal(gpu_lookout_open(library, patience_ms, &gpus, NULL), MARU_OK);
    return gpus;
}

// A fault of one card takes the node out of the pool, says why, and goes when it is mended.
static void faults_drain_the_node(void **context) {
    (void)context;
    static const char *const reason[] = {"GPU 1 does not answer",
                                         "GPU 1 has memory that cannot be mended",
                                         "GPU 1 has to be reset to mend its memory",
                                         "GPU 1 has 7 memory errors that were not corrected",
                                         "GPU 1 told of Xid 79",
                                         "",
                                         ""};
    for (size_t fault = 0; fault < sizeof reason / sizeof *reason; fault++) {
        struct trial_gpus all = two_cards();
        describe(&all);
        struct gpu_lookout *gpus = look_out(0);
        struct executor_node node;
        put(&all.gpu[1], fault);
        describe(&all);
        assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
        assert_string_equal(node.reason, reason[fault]);
        assert_int_equal(node.is_up, reason[fault][0] == '\0');
        assert_int_equal(node.n_gpu, 2); // also the one that is lost: jobs keep their numbers
        assert_string_equal(node.gpu_type, "h100-80gb-hbm3");
        assert_int_equal(node.gpu_memory_mib, 80 << 10);
        struct gpu_look first;
        gpu_lookout_look(gpus, 0, &first);
        assert_string_equal(first.reason, "");
        all = two_cards();
        describe(&all);
        assert_int_equal(inventory_look(gpus, "big", &node, NULL), MARU_OK);
        assert_string_equal(node.gpu_type, "big");
        assert_int_equal(node.is_up, fault != 4); // an Xid stays until maru begins anew
        gpu_lookout_close(gpus);
    }
}

static void jobs_get_their_cards(void **context) {
    (void)context;
    struct trial_gpus all = two_cards();
    describe(&all);
    struct gpu_lookout *gpus = look_out(0);
    struct arena arena;
    struct launch_spec spec = {0};
    arena_init(&arena, 1 << 20);
    assert_int_equal(inventory_give(gpus, 2, &arena, &spec, NULL), MARU_OK);
    assert_string_equal(spec.visible_gpus, "GPU-00000001");
    assert_string_equal(spec.device[0], "/dev/nvidia5");
    assert_int_equal(spec.gpus, 2);
    assert_int_equal(spec.n_gpu, 1);
    assert_int_equal(inventory_give(gpus, 3, &arena, &spec, NULL), MARU_OK);
    assert_string_equal(spec.visible_gpus, "GPU-00000000,GPU-00000001");
    assert_int_equal(inventory_give(gpus, 4, &arena, &spec, NULL), MARU_E_INPUT);
    assert_int_equal(inventory_give(gpus, 0, &arena, &spec, NULL), MARU_OK);
    assert_true(spec.n_device == 0 && spec.n_gpu == 0 && spec.visible_gpus[0] == '\0');
    all.gpu[1].uuid[0] = '\0'; // what the driver does not name is called by its number
    describe(&all);
    gpu_lookout_renew(gpus);
    assert_int_equal(inventory_give(gpus, 3, &arena, &spec, NULL), MARU_OK);
    assert_string_equal(spec.visible_gpus, "0,1");
    arena_fini(&arena);
    gpu_lookout_close(gpus);
}

// ---- jobs

static void start_on(const char *id, const struct launch_part *part, const char *script) {
    const char *const argv[] = {"sh", "-c", script, NULL};
    struct launch launch = usual(id, argv);
    launch.part = part;
    launch.limit_us = 4 * (int64_t)SECOND;
    start(&launch);
}

static void use_is_measured(void **context) {
    (void)context;
    static const struct launch_part first = {.gpus = 1, .n_gpu = 1, .gpu_milli = 1000},
                                    both = {.gpus = 3, .n_gpu = 2, .gpu_milli = 1000};
    for (uint32_t has_no_counter = 0; has_no_counter < 2; has_no_counter++) {
        struct trial_gpus all = two_cards();
        all.gpu[0].has_no_counter = all.gpu[1].has_no_counter = has_no_counter;
        describe(&all);
        char one[16], two[16];
        snprintf(one, sizeof one, "one-%u", has_no_counter);
        snprintf(two, sizeof two, "two-%u", has_no_counter);
        start_on(one, &first, "echo $CUDA_VISIBLE_DEVICES; sleep 1.5");
        start_on(two, &both, "sleep 1.5");
        const struct launch_look its = ended(one), other = ended(two);
        assert_string_equal(file_of(one, "out"), "GPU-00000000\n");
        assert_true(its.has_gpu_use && other.has_gpu_use);
        assert_int_equal(its.gpu_busy_milli, 300);
        assert_true(other.gpu_busy_milli >= 595 &&
                    other.gpu_busy_milli <= 605); // two spans of one length
        const double seconds = (double)(its.ended_us - its.started_us) * 1e-6;
        const double joules = (double)its.gpu_energy_mj * 1e-3;
        assert_true(joules > 200 * 1.4 && joules < 200 * (seconds + 0.1));
        assert_true((double)other.gpu_energy_mj * 1e-3 > 800 * 1.4);
    }
    start_shell("without", "true");
    assert_false(ended("without").has_gpu_use);
}

// A driver that hangs holds up neither limits nor the end.
static void a_hanging_driver_holds_up_nothing(void **context) {
    (void)context;
    static const struct launch_part first = {.gpus = 1, .n_gpu = 1, .gpu_milli = 1000};
    struct trial_gpus all = two_cards();
    describe(&all);
    start_on("hung", &first, "echo >ready; sleep 100");
    all.gpu[0].hang_ms = 60000;
    describe(&all);
    wait_for_file("hung", "work/ready");
    const struct launch_look its = ended("hung");
    assert_int_equal(its.end, END_LIMIT);
    assert_true(its.ended_us - its.started_us < 8 * (int64_t)SECOND);
}

// Who asks about nodes waits for a driver that hangs at most once, a fifth of its patience; then it is known, told as a fault, and gone
// when the driver answers again.
static void a_hanging_driver_drains_the_node(void **context) {
    (void)context;
    enum { PATIENCE_MS = 1500, HANG_MS = 4000 };
    struct trial_gpus all = two_cards();
    describe(&all);
    struct gpu_lookout *gpus = look_out(PATIENCE_MS);
    struct executor_node node = {0};
    assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
    assert_true(node.is_up && node.n_gpu == 2);
    all.gpu[1].hang_ms = HANG_MS;
    describe(&all);
    const double begun = clock_seconds();
    while (node.is_up && clock_seconds() < begun + HANG_MS / 1000.0) {
        assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
        usleep(50000);
    }
    const double took_s = clock_seconds() - begun;
    assert_string_equal(node.reason, "GPU 1 is silent: its driver hangs");
    assert_int_equal(node.n_gpu, 2);
    assert_true(took_s >= PATIENCE_MS / 1000.0); // before that it may only be slow
    assert_true(took_s < HANG_MS / 1000.0);      // nobody has waited for the driver itself
    struct gpu_look first;
    gpu_lookout_look(gpus, 0, &first);
    assert_string_equal(first.reason, "");
    all.gpu[1].hang_ms = 0;
    describe(&all);
    for (int i = 0; !node.is_up && i < 1000; i++) {
        usleep(20000);
        assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
    }
    assert_true(node.is_up);
    gpu_lookout_close(gpus);
}

// A driver that hangs before it has told of anything: no GPUs, and the reason.
static void a_driver_that_hangs_at_once_is_told(void **context) {
    (void)context;
    struct trial_gpus all = two_cards();
    all.hang_ms = 3000;
    describe(&all);
    struct gpu_lookout *gpus = look_out(1000);
    struct executor_node node = {0};
    for (int i = 0; i < 200 && !node.reason[0]; i++) {
        usleep(10000);
        assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
    }
    assert_string_equal(node.reason, "the driver of the GPUs hangs");
    assert_true(!node.is_up && node.n_gpu == 0);
    for (int i = 0; node.n_gpu == 0 && i < 1000; i++) {
        usleep(20000);
        assert_int_equal(inventory_look(gpus, "", &node, NULL), MARU_OK);
    }
    assert_true(node.is_up && node.n_gpu == 2);
    gpu_lookout_close(gpus);
    all.hang_ms = 0;
    describe(&all);
}

static int remove_all(void **context) {
    (void)remove_root(context);
    char script[64];
    snprintf(script, sizeof script, "rm -r %s", own_folder);
    return command(script);
}

int main(int argc, char **argv) {
    trial_shepherd(argc, argv);
    const char *build = getenv("MARU_BUILD");
    char script[512];
    if (!mkdtemp(own_folder)) {
        return 1;
    }
    snprintf(library, sizeof library, "%s/libnvidia-ml.so.1", own_folder);
    snprintf(described, sizeof described, "%s.state", library);
    snprintf(script, sizeof script, "cp %.200s/tests/libtrial_nvml.so %s", build ? build : "build",
             library);
    if (command(script) != 0) {
        return 77;
    }
    settings.nvml = library;
    const struct trial_gpus all = two_cards();
    if (files_replace(described, &all, sizeof all, NULL) != MARU_OK) {
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_no_fault),
        cmocka_unit_test(cards_are_told),
        cmocka_unit_test(faults_drain_the_node),
        cmocka_unit_test(jobs_get_their_cards),
        cmocka_unit_test(use_is_measured),
        cmocka_unit_test(a_hanging_driver_holds_up_nothing),
        cmocka_unit_test(a_hanging_driver_drains_the_node),
        cmocka_unit_test(a_driver_that_hangs_at_once_is_told),
    };
    return cmocka_run_group_tests(tests, make_root, remove_all);
}
