// The folders of jobs: ROOT/TENANT/JOB has a job's script, its log (out, err) and `work`, where it works and which is all that it may
// write to. ROOT/TENANT/in/BATCH are the files that were sent with it.
#ifndef SERVE_COMPUTE_JOB_FOLDER_H
#define SERVE_COMPUTE_JOB_FOLDER_H

#include "io/untrusted_tree.h"
#include "serve/compute/job_request.h"

enum { JOB_MAX_FILES = 1000, JOB_MAX_FILE_NAME = 255 };

struct job_file {     // that was sent with a job
    const char *name; // plain, without folders
    const char *bytes;
    size_t n;
};
//   errors  MARU_E_INPUT: a name that no file of a job may have; MARU_E_LIMIT: too many; MARU_E_IO
MARU_MUST_USE maru_status job_folder_keep_files(const char *root, const char *tenant,
                                                const char *batch, const struct job_file *file,
                                                size_t n, maru_error *err);
// The batch came to nothing.
void job_folder_drop_files(const char *root, const char *tenant, const char *batch);

// The path of a job's folder, or with `name` of what stands in it, in `out`, which is cleared first.
void job_folder_path(struct text *out, const char *root, const char *tenant, const char *id,
                     const char *name);

// Make the folder ready for the first attempt: files and script are there. A later attempt goes on in it as it is.
//   errors  MARU_E_IO
MARU_MUST_USE maru_status job_folder_prepare(const char *root, const char *tenant, const char *id,
                                             const char *batch, const struct job_request *request,
                                             maru_error *err);
// A job is gone; with `batch`, which may be NULL, also what was sent with all of its batch.
MARU_MUST_USE maru_status job_folder_remove(const char *root, const char *tenant, const char *id,
                                            const char *batch, maru_error *err);
// Bytes that all jobs of a tenant have on the disk.
uint64_t job_folder_measure(const char *root, const char *tenant);

// A tenant is gone.
MARU_MUST_USE maru_status job_folder_remove_tenant(const char *root, const char *tenant,
                                                   maru_error *err);

#endif
