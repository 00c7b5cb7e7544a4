#include "io/executor/nvml.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "base/text.h"

// The few functions that are called are declared here as NVIDIA's reference has them (their numbers and structs are part of its
// binary interface), so that nothing of NVIDIA's is needed to build. Each may be missing, or not supported by a card.
//
// A GPU is unwell when it does not answer, has memory errors that were not corrected or wait for a reset, or has told of an Xid after
// which NVIDIA asks for a reset or for service. Xids that programs cause (13, 31, 43, 45) are theirs.
// source: NVML API Reference; NVIDIA, XID Errors.

typedef int nv_return;
typedef struct nv_device *nv_device;
typedef struct nv_events *nv_events;
struct nv_memory {
    unsigned long long total, free, used;
};
struct nv_utilization {
    unsigned gpu, memory;
};
struct nv_event {
    nv_device device;
    unsigned long long type, data;
    unsigned instance, compute_instance;
};
enum { NV_OK = 0, NV_XID_EVENT = 8, NV_UNCORRECTED = 1, NV_SINCE_DRIVER = 0, NV_ON_CHIP = 0 };

// name in the struct, name in the library, parameters
#define NVML_FUNCTIONS(X)                                                                          \
    X(init, "nvmlInit_v2", (void))                                                                 \
    X(shutdown, "nvmlShutdown", (void))                                                            \
    X(count, "nvmlDeviceGetCount_v2", (unsigned *))                                                \
    X(handle, "nvmlDeviceGetHandleByIndex_v2", (unsigned, nv_device *))                            \
    X(name, "nvmlDeviceGetName", (nv_device, char *, unsigned))                                    \
    X(uuid, "nvmlDeviceGetUUID", (nv_device, char *, unsigned))                                    \
    X(minor, "nvmlDeviceGetMinorNumber", (nv_device, unsigned *))                                  \
    X(memory, "nvmlDeviceGetMemoryInfo", (nv_device, struct nv_memory *))                          \
    X(utilization, "nvmlDeviceGetUtilizationRates", (nv_device, struct nv_utilization *))          \
    X(power, "nvmlDeviceGetPowerUsage", (nv_device, unsigned *))                                   \
    X(energy, "nvmlDeviceGetTotalEnergyConsumption", (nv_device, unsigned long long *))            \
    X(temperature, "nvmlDeviceGetTemperature", (nv_device, int, unsigned *))                       \
    X(errors, "nvmlDeviceGetTotalEccErrors", (nv_device, int, int, unsigned long long *))          \
    X(remapped, "nvmlDeviceGetRemappedRows",                                                       \
      (nv_device, unsigned *, unsigned *, unsigned *, unsigned *))                                 \
    X(make_events, "nvmlEventSetCreate", (nv_events *))                                            \
    X(free_events, "nvmlEventSetFree", (nv_events))                                                \
    X(listen, "nvmlDeviceRegisterEvents", (nv_device, unsigned long long, nv_events))              \
    X(next_event, "nvmlEventSetWait_v2", (nv_events, struct nv_event *, unsigned))

struct nvml {
    void *library;
    nv_events events; // NULL: it does not tell
    pthread_mutex_t lock;
    uint64_t xid[NVML_MAX_GPUS];
#define DECLARE(field, name, parameters) nv_return(*field) parameters;
    NVML_FUNCTIONS(DECLARE)
};

// dlsym gives functions as pointers to data: POSIX lets them be copied as bytes.
static void find(void *library, const char *name, void *function, size_t n) {
    void *found = dlsym(library, name);
    memcpy(function, &found, n);
}

static void listen_to_all(struct nvml *nvml) {
    if (!nvml->make_events || !nvml->free_events || !nvml->listen || !nvml->next_event ||
        nvml->make_events(&nvml->events) != NV_OK) {
        nvml->events = NULL;
        return;
    }
    const uint32_t n = nvml_count(nvml);
    for (uint32_t i = 0; i < n; i++) {
        nv_device device = NULL;
        if (nvml->handle(i, &device) == NV_OK) {
            (void)nvml->listen(device, NV_XID_EVENT, nvml->events); // old cards have none
        }
    }
}

maru_status nvml_open(const char *library, struct nvml **out, maru_error *err) {
    void *opened = library[0] ? dlopen(library, RTLD_NOW | RTLD_LOCAL) : NULL;
    if (!opened) {
        *out = NULL;
        return MARU_OK;
    }
    struct nvml *nvml = alloc_new(1, sizeof *nvml);
    if (!nvml) {
        (void)dlclose(opened);
        return fail(err, MARU_E_MEMORY, "no memory for GPUs");
    }
    nvml->library = opened;
#define FIND(field, name, parameters) find(opened, name, &nvml->field, sizeof nvml->field);
    NVML_FUNCTIONS(FIND)
    if (!nvml->init || !nvml->shutdown || !nvml->count || !nvml->handle || nvml->init() != NV_OK) {
        (void)dlclose(opened);
        alloc_free(nvml);
        *out = NULL;
        return MARU_OK;
    }
    (void)pthread_mutex_init(&nvml->lock, NULL);
    listen_to_all(nvml);
    *out = nvml;
    return MARU_OK;
}

const char *nvml_path(const struct nvml *nvml) {
    const struct link_map *map = NULL;
    return dlinfo(nvml->library, RTLD_DI_LINKMAP, &map) == 0 && map && map->l_name[0] == '/'
               ? map->l_name
               : "";
}

void nvml_close(struct nvml *nvml) {
    if (!nvml) {
        return;
    }
    if (nvml->events) {
        (void)nvml->free_events(nvml->events);
    }
    (void)nvml->shutdown();
    (void)dlclose(nvml->library);
    (void)pthread_mutex_destroy(&nvml->lock);
    alloc_free(nvml);
}

uint32_t nvml_count(struct nvml *nvml) {
    unsigned n = 0;
    if (!nvml || nvml->count(&n) != NV_OK) {
        return 0;
    }
    return n < NVML_MAX_GPUS ? n : NVML_MAX_GPUS;
}

static bool is_serious(unsigned long long xid) {
    static const unsigned long long serious[] = {48, 62, 64, 74, 79, 95, 119, 120};
    for (size_t i = 0; i < sizeof serious / sizeof *serious; i++) {
        if (xid == serious[i]) {
            return true;
        }
    }
    return false;
}

// What has been told since the last time, without waiting.
static void hear_events(struct nvml *nvml) {
    enum { MOST = 1000 };
    const uint32_t n = nvml_count(nvml);
    struct nv_event event = {0};
    for (int k = 0; nvml->events && k < MOST; k++) {
        if (nvml->next_event(nvml->events, &event, 0) != NV_OK) {
            return;
        }
        for (uint32_t i = 0; is_serious(event.data) && i < n; i++) {
            nv_device device = NULL;
            if (nvml->handle(i, &device) == NV_OK && device == event.device) {
                nvml->xid[i] = event.data;
            }
        }
    }
}

static void read_text(nv_return (*ask)(nv_device, char *, unsigned), nv_device device, char *out) {
    out[0] = '\0';
    if (!ask || ask(device, out, NVML_NAME_BYTES) != NV_OK) {
        out[0] = '\0';
    }
    out[NVML_NAME_BYTES - 1] = '\0';
    if (!text_is_utf8(out, strlen(out))) {
        out[0] = '\0';
    }
}

static void read_number(nv_return (*ask)(nv_device, unsigned *), nv_device device, uint32_t *out) {
    unsigned value = 0;
    *out = ask && ask(device, &value) == NV_OK ? value : 0;
}

// What wears and heats. False: it does not answer.
static bool read_state(const struct nvml *nvml, nv_device device, struct gpu_look *look) {
    struct nv_memory memory = {0};
    if (nvml->memory && nvml->memory(device, &memory) != NV_OK) {
        return false;
    }
    look->memory_bytes = memory.total;
    look->used_bytes = memory.used;
    struct nv_utilization busy = {0};
    if (nvml->utilization && nvml->utilization(device, &busy) == NV_OK) {
        look->busy_percent = busy.gpu;
    }
    unsigned celsius = 0;
    if (nvml->temperature && nvml->temperature(device, NV_ON_CHIP, &celsius) == NV_OK) {
        look->celsius = celsius;
    }
    unsigned long long energy_mj = 0;
    if (nvml->energy && nvml->energy(device, &energy_mj) == NV_OK) {
        look->energy_mj = energy_mj;
    }
    unsigned long long errors = 0;
    if (nvml->errors && nvml->errors(device, NV_UNCORRECTED, NV_SINCE_DRIVER, &errors) == NV_OK) {
        look->memory_errors = errors;
    }
    read_number(nvml->power, device, &look->milliwatts);
    return true;
}

static void judge(const struct nvml *nvml, uint32_t gpu, nv_device device, struct gpu_look *look) {
    unsigned corrected = 0, uncorrected = 0, pending = 0, failed = 0;
    if (nvml->remapped &&
        nvml->remapped(device, &corrected, &uncorrected, &pending, &failed) != NV_OK) {
        pending = failed = 0;
    }
    if (look->xid) {
        snprintf(look->reason, sizeof look->reason, "GPU %u told of Xid %" PRIu64, gpu, look->xid);
    } else if (failed) {
        snprintf(look->reason, sizeof look->reason, "GPU %u has memory that cannot be mended", gpu);
    } else if (look->memory_errors > 0) {
        snprintf(look->reason, sizeof look->reason,
                 "GPU %u has %" PRIu64 " memory errors that were not corrected", gpu,
                 look->memory_errors);
    } else if (pending) {
        snprintf(look->reason, sizeof look->reason, "GPU %u has to be reset to mend its memory",
                 gpu);
    }
}

void nvml_look(struct nvml *nvml, uint32_t gpu, struct gpu_look *out) {
    struct gpu_look look = {.minor = gpu};
    nv_device device = NULL;
    (void)pthread_mutex_lock(&nvml->lock);
    hear_events(nvml);
    bool answers = nvml->handle(gpu, &device) == NV_OK;
    if (answers) {
        read_text(nvml->name, device, look.name);
        read_text(nvml->uuid, device, look.uuid);
        unsigned minor = gpu;
        look.minor = nvml->minor && nvml->minor(device, &minor) == NV_OK ? minor : gpu;
        look.xid = gpu < NVML_MAX_GPUS ? nvml->xid[gpu] : 0;
        answers = read_state(nvml, device, &look);
    }
    if (answers) {
        judge(nvml, gpu, device, &look);
    } else {
        snprintf(look.reason, sizeof look.reason, "GPU %u does not answer", gpu);
    }
    (void)pthread_mutex_unlock(&nvml->lock);
    *out = look;
}
