// Tests only: a library that answers as NVIDIA's does (NVML API Reference), for cards that a file describes (trial_nvml.h). The file is read
// at each call, so a test, or a person, changes cards while programs look at them. Energy grows with power and time.

#include "io/executor/trial_nvml.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { OK = 0, NOT_LOADED = 9, BAD_ARGUMENT = 2, UNSUPPORTED = 3, TIMEOUT = 10, LOST = 15 };
#define SHOWN __attribute__((visibility("default")))

struct memory {
    unsigned long long total, free, used;
};
struct utilization {
    unsigned gpu, memory;
};
struct event {
    void *device;
    unsigned long long type, data;
    unsigned instance, compute_instance;
};

static char number[TRIAL_GPUS]; // a device is the address of its element
static uint64_t heard[TRIAL_GPUS];

static bool read_all(struct trial_gpus *out) {
    Dl_info own;
    char path[4096];
    *out = (struct trial_gpus){0};
    if (!dladdr(number, &own) || !own.dli_fname) {
        return false;
    }
    snprintf(path, sizeof path, "%s.state", own.dli_fname);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const bool is_read = file >= 0 && read(file, out, sizeof *out) == (ssize_t)sizeof *out;
    if (file >= 0) {
        close(file);
    }
    return is_read && !out->is_silent;
}

// The card as it is now; LOST for one that has fallen off the bus.
static int card(const void *device, struct trial_gpu *out) {
    struct trial_gpus all;
    const ptrdiff_t i = (const char *)device - number;
    *out = (struct trial_gpu){0};
    if (!read_all(&all) || i < 0 || i >= (ptrdiff_t)all.n) {
        return BAD_ARGUMENT;
    }
    *out = all.gpu[i];
    return out->is_lost ? LOST : OK;
}

static int text(const char *from, char *to, unsigned n) {
    if (strlen(from) >= n) {
        return BAD_ARGUMENT;
    }
    memcpy(to, from, strlen(from) + 1);
    return OK;
}

SHOWN int nvmlInit_v2(void);
int nvmlInit_v2(void) {
    struct trial_gpus all;
    const bool is_read = read_all(&all);
    usleep(all.hang_ms * 1000);
    return is_read ? OK : NOT_LOADED;
}

SHOWN int nvmlShutdown(void);
int nvmlShutdown(void) { return OK; }

SHOWN int nvmlDeviceGetCount_v2(unsigned *n);
int nvmlDeviceGetCount_v2(unsigned *n) {
    struct trial_gpus all;
    const bool is_read = read_all(&all);
    *n = all.n;
    return is_read ? OK : NOT_LOADED;
}

SHOWN int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device);
int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device) {
    *device = i < TRIAL_GPUS ? &number[i] : NULL;
    return i < TRIAL_GPUS ? OK : BAD_ARGUMENT;
}

SHOWN int nvmlDeviceGetName(const void *device, char *out, unsigned n);
int nvmlDeviceGetName(const void *device, char *out, unsigned n) {
    struct trial_gpu its;
    const int code = card(device, &its);
    return code == OK ? text(its.name, out, n) : code;
}

SHOWN int nvmlDeviceGetUUID(const void *device, char *out, unsigned n);
int nvmlDeviceGetUUID(const void *device, char *out, unsigned n) {
    struct trial_gpu its;
    const int code = card(device, &its);
    return code == OK ? text(its.uuid, out, n) : code;
}

SHOWN int nvmlDeviceGetMinorNumber(const void *device, unsigned *out);
int nvmlDeviceGetMinorNumber(const void *device, unsigned *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out = its.minor;
    return code;
}

SHOWN int nvmlDeviceGetMemoryInfo(const void *device, struct memory *out);
int nvmlDeviceGetMemoryInfo(const void *device, struct memory *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out = (struct memory){its.memory_bytes, its.memory_bytes - its.used_bytes, its.used_bytes};
    return code;
}

SHOWN int nvmlDeviceGetUtilizationRates(const void *device, struct utilization *out);
int nvmlDeviceGetUtilizationRates(const void *device, struct utilization *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out = (struct utilization){its.busy_percent, 0};
    usleep(its.hang_ms * 1000);
    return code;
}

SHOWN int nvmlDeviceGetPowerUsage(const void *device, unsigned *out);
int nvmlDeviceGetPowerUsage(const void *device, unsigned *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out = its.milliwatts;
    return code;
}

SHOWN int nvmlDeviceGetTotalEnergyConsumption(const void *device, unsigned long long *out);
int nvmlDeviceGetTotalEnergyConsumption(const void *device, unsigned long long *out) {
    struct trial_gpu its;
    struct timespec now;
    const int code = card(device, &its);
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double seconds = (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    *out = its.energy_mj + (unsigned long long)(seconds * its.milliwatts);
    return code == OK && its.has_no_counter ? UNSUPPORTED : code;
}

SHOWN int nvmlDeviceGetTemperature(const void *device, int sensor, unsigned *out);
int nvmlDeviceGetTemperature(const void *device, int sensor, unsigned *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out = its.celsius;
    return sensor == 0 ? code : BAD_ARGUMENT;
}

SHOWN int nvmlDeviceGetTotalEccErrors(const void *device, int kind, int since,
                                      unsigned long long *out);
int nvmlDeviceGetTotalEccErrors(const void *device, int kind, int since, unsigned long long *out) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *out =
        kind == 1 && since == 0 ? its.memory_errors : 12345; // corrected ones, or of its whole life
    return code;
}

SHOWN int nvmlDeviceGetRemappedRows(const void *device, unsigned *corrected, unsigned *uncorrected,
                                    unsigned *pending, unsigned *failed);
int nvmlDeviceGetRemappedRows(const void *device, unsigned *corrected, unsigned *uncorrected,
                              unsigned *pending, unsigned *failed) {
    struct trial_gpu its;
    const int code = card(device, &its);
    *corrected = 3; // that many are mended, which is no fault
    *uncorrected = 0;
    *pending = its.needs_reset;
    *failed = its.has_failed_rows;
    return code;
}

SHOWN int nvmlEventSetCreate(void **set);
int nvmlEventSetCreate(void **set) {
    *set = heard;
    return OK;
}

SHOWN int nvmlEventSetFree(void *set);
int nvmlEventSetFree(void *set) { return set == heard ? OK : BAD_ARGUMENT; }

SHOWN int nvmlDeviceRegisterEvents(const void *device, unsigned long long types, void *set);
int nvmlDeviceRegisterEvents(const void *device, unsigned long long types, void *set) {
    struct trial_gpu its;
    const int code = card(device, &its);
    return code == OK && types == 8 && set == heard ? OK : BAD_ARGUMENT;
}

SHOWN int nvmlEventSetWait_v2(void *set, struct event *out, unsigned ms);
int nvmlEventSetWait_v2(void *set, struct event *out, unsigned ms) {
    struct trial_gpus all;
    (void)ms;
    for (uint32_t i = 0; set == heard && read_all(&all) && i < all.n; i++) {
        if (all.gpu[i].n_xid > heard[i]) {
            heard[i]++;
            *out = (struct event){.device = &number[i], .type = 8, .data = all.gpu[i].xid};
            return OK;
        }
    }
    return TIMEOUT;
}
