#include "io/executor/inventory.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "io/machine.h"

// A card is named to CUDA by its UUID, which is the same whichever cards a program can see. source: CUDA C Programming Guide,
// environment variables; the devices are those that NVIDIA's container runtime gives to a container.

static const char *const shared_device[] = {"/dev/nvidiactl", "/dev/nvidia-uvm",
                                            "/dev/nvidia-uvm-tools"};
enum {
    N_SHARED = sizeof shared_device / sizeof *shared_device,
    DEVICE_BYTES = 32,
    VISIBLE_BYTES = LAUNCH_MAX_GPUS * (NVML_NAME_BYTES + 1)
};

// "NVIDIA H100 80GB HBM3" is "h100-80gb-hbm3".
static void type_of(const char *product, char *out, size_t n) {
    static const char maker[] = "NVIDIA ";
    if (strncmp(product, maker, strlen(maker)) == 0) {
        product += strlen(maker);
    }
    size_t at = 0;
    for (; at < n - 1 && product[at]; at++) {
        const unsigned char c = (unsigned char)product[at];
        out[at] = (char)(isalnum(c) || c == '.' ? tolower(c) : '-');
    }
    out[at] = '\0';
}

// The first GPU says the type; who is unwell takes the node with it, for a node is up or not.
static void look_at_gpus(struct gpu_lookout *gpus, const char *gpu_type,
                         struct executor_node *node) {
    if (!gpus) {
        return;
    }
    gpu_lookout_renew(gpus);
    gpu_lookout_silence(gpus, node->reason);
    node->is_up = !node->reason[0];
    node->n_gpu = gpu_lookout_count(gpus);
    node->n_gpu = node->n_gpu < LAUNCH_MAX_GPUS ? node->n_gpu : LAUNCH_MAX_GPUS;
    for (uint32_t i = 0; i < node->n_gpu; i++) {
        struct gpu_look gpu;
        gpu_lookout_look(gpus, i, &gpu);
        if (gpu.name[0] && !node->gpu_type[0]) {
            type_of(gpu.name, node->gpu_type, sizeof node->gpu_type);
            node->gpu_memory_mib = (uint32_t)(gpu.memory_bytes >> 20);
        }
        if (gpu.reason[0] && node->is_up) {
            node->is_up = false;
            snprintf(node->reason, sizeof node->reason, "%s", gpu.reason);
        }
    }
    if (gpu_type[0] && node->n_gpu > 0) {
        snprintf(node->gpu_type, sizeof node->gpu_type, "%s", gpu_type);
    }
}

maru_status inventory_look(struct gpu_lookout *gpus, const char *gpu_type,
                           struct executor_node *out, maru_error *err) {
    struct executor_node node = {.is_up = true};
    if (gethostname(node.name, sizeof node.name - 1) != 0) {
        char reason[128];
        return fail(err, MARU_E_IO, "cannot look at %s: %s", "hostname",
                    strerror_r(errno, reason, sizeof reason));
    }
    const long n_cpu = sysconf(_SC_NPROCESSORS_ONLN);
    node.cpu_milli = n_cpu > 0 ? (uint32_t)n_cpu * 1000 : 1000;
    node.memory_mib = (uint32_t)(machine_memory_bytes() >> 20);
    look_at_gpus(gpus, gpu_type, &node);
    *out = node;
    return MARU_OK;
}

static const char *device_of(uint32_t minor, struct arena *arena) {
    char path[DEVICE_BYTES];
    const int n = snprintf(path, sizeof path, "/dev/nvidia%u", minor);
    return arena_text(arena, path, (size_t)n);
}

// By their UUIDs; where the driver does not say that of one, all by their numbers, for CUDA takes no mixture.
static void name_gpus(struct gpu_lookout *lookout, uint16_t gpus, char out[VISIBLE_BYTES]) {
    const uint32_t n = gpu_lookout_count(lookout);
    bool has_uuids = true;
    struct gpu_look gpu;
    for (uint32_t g = 0; g < n && g < LAUNCH_MAX_GPUS; g++) {
        gpu_lookout_look(lookout, g, &gpu);
        has_uuids = has_uuids && ((gpus >> g & 1) == 0 || gpu.uuid[0]);
    }
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t g = 0; g < n && g < LAUNCH_MAX_GPUS; g++) {
        if (gpus >> g & 1) {
            char number[16];
            gpu_lookout_look(lookout, g, &gpu);
            snprintf(number, sizeof number, "%u", g);
            at += (size_t)snprintf(out + at, VISIBLE_BYTES - at, "%s%s", at > 0 ? "," : "",
                                   has_uuids ? gpu.uuid : number);
        }
    }
}

maru_status inventory_give(struct gpu_lookout *lookout, uint16_t gpus, struct arena *arena,
                           struct launch_spec *spec, maru_error *err) {
    const char **device = arena_take(arena, LAUNCH_MAX_GPUS + N_SHARED + 1, sizeof *device);
    char visible[VISIBLE_BYTES];
    name_gpus(lookout, gpus, visible);
    uint32_t n_gpu = 0, n_device = 0;
    const uint32_t n_known = gpu_lookout_count(lookout);
    for (uint32_t g = 0; device && g < LAUNCH_MAX_GPUS; g++) {
        if ((gpus >> g & 1) == 0) {
            continue;
        }
        if (g >= n_known) {
            return fail(err, MARU_E_INPUT, "this machine has no GPU %u", g);
        }
        struct gpu_look gpu;
        gpu_lookout_look(lookout, g, &gpu);
        n_gpu++;
        device[n_device] = device_of(gpu.minor, arena);
        if (!device[n_device++]) {
            return arena_refusal(arena, err);
        }
    }
    for (uint32_t i = 0; device && n_gpu > 0 && i < N_SHARED; i++) {
        device[n_device++] = shared_device[i];
    }
    const char *its = arena_text(arena, visible, strlen(visible));
    if (!device || !its) {
        return arena_refusal(arena, err);
    }
    spec->device = device;
    spec->n_device = n_device;
    spec->visible_gpus = its;
    spec->n_gpu = n_gpu;
    spec->gpus = gpus;
    return MARU_OK;
}
