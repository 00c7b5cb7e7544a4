#include "pool/trace/trace_table.h"

// A job's CPUs and memory stand for all its parts together, as in the tables that people write. Times are seconds with as many
// decimals as they need, memory is in MiB.

static void add_milli(struct text *out, uint64_t milli) {
    text_addf(out, "%llu", (unsigned long long)(milli / 1000));
    if (milli % 1000) {
        text_addf(out, ".%03u", (unsigned)(milli % 1000));
    }
}

static void add_seconds(struct text *out, int64_t us) {
    if (us == TRACE_NEVER) {
        return;
    }
    text_addf(out, "%lld", (long long)(us / 1000000));
    if (us % 1000000) {
        text_addf(out, ".%06u", (unsigned)(us % 1000000));
    }
}

static void add_types(struct text *out, const struct cluster *cluster, uint32_t types) {
    const char *bar = "";
    for (uint32_t left = types; left; left &= left - 1) {
        const uint32_t t = (uint32_t)__builtin_ctz(left);
        text_addz(out, bar);
        text_add_csv(out, t < cluster->n_type ? cluster->type[t].name : "");
        bar = "|";
    }
}

static void add_job(struct text *out, const struct job_trace *trace, const struct cluster *cluster,
                    const struct trace_job *job) {
    const struct want *const want = &job->want;
    text_add_csv(out, trace->account.name[job->account]);
    text_addz(out, ",");
    add_seconds(out, job->submit_us);
    text_addz(out, ",");
    add_seconds(out, job->run_us);
    text_addz(out, ",");
    add_seconds(out, job->limit_us > 0 ? job->limit_us : TRACE_NEVER);
    text_addf(out, ",%llu,%u,", (unsigned long long)want->n_gpu * job->n_part, job->n_part);
    add_types(out, cluster, want->types);
    text_addz(out, ",");
    if (want->n_gpu == 1 && want->gpu_milli < GPU_WHOLE) {
        add_milli(out, want->gpu_milli);
    }
    text_addz(out, ",");
    add_milli(out, (uint64_t)want->cpu_milli * job->n_part);
    text_addf(out, ",%lluM,%d\n", (unsigned long long)want->memory_mib * job->n_part,
              job->priority);
}

void job_trace_write(struct text *out, const struct job_trace *trace,
                     const struct cluster *cluster) {
    text_addz(out, "account,submit,duration,limit,gpus,parts,gpu_type,gpu_share,cpus,memory,"
                   "priority\n");
    for (uint32_t i = 0; i < trace->n; i++) {
        add_job(out, trace, cluster, &trace->job[i]);
    }
}
