// The cloud as one process: HTTP, tenants, plants, runs in a pool of workers.
#ifndef SERVE_SERVER_H
#define SERVE_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "maru/status.h"
#include "serve/runs/jobs.h"
#include "store/signals/signals.h"
#include "store/store.h"

enum {
    SERVER_MAX_CONNECTIONS = 4000,
    SERVER_MAX_CONNECTIONS_OF_IP = 2000,
    SERVER_MAX_HEADER_BYTES = 32 << 10, // of one connection, header and what is read ahead
    SERVER_IDLE_S = 30,                 // a connection that sends or takes nothing is closed
    SERVER_THREADS = 4,
    SERVER_MAX_STREAMS_OF_TENANT = 1500,
    SERVER_QUOTA_MIB = 4096, // of a tenant, where nothing else is said
};

struct slurm_settings;
struct server_config {
    const char *data;               // where the store is: a folder, or a URL
    const char *address;            // to listen on: "127.0.0.1:7070", "[::1]:7070"; port 0: any
    const char *tls_cert, *tls_key; // PEM texts, NULL: none
    bool is_insecure;               // may listen to others without TLS
    const char *page;               // folder of the built page, NULL: there is none
    struct jobs_room room;          // of runs
    uint64_t quota_mib;             // of one tenant's file
    struct retention retention;     // of samples
    const char *folders;            // that connections may watch, NULL: none; outlives the server
    double patience_s;              // for a header; pace.h
    const char *jobs;  // folder of the pool's jobs, made where it is missing; NULL: none are run
    bool may_run_bare; // jobs without isolation, where there can be none
    const char *control_group; // of jobs of this machine: "auto", "off" or a folder; NULL: off
    uint64_t job_disk_mib;     // that one job of this machine may put into its folder; 0: no limit
    uint64_t keep_jobs_days;   // after their end; 0: for good
    uint32_t watch_minutes;    // between two looks at the leases of rounds; 0: only people look
    const struct slurm_settings
        *slurm; // jobs go to this Slurm, whose state is in `jobs`; NULL: they run on this machine
};

struct server;

// Open the store, take up runs that were cut off, and listen.
//   out     *secret: the first admin's token where the store is new, else ""
//   errors  MARU_E_USAGE: the address makes no sense, or others could listen in; MARU_E_IO; those of
//           store_open
MARU_MUST_USE maru_status server_start(const struct server_config *config, struct server **out,
                                       char secret[STORE_SECRET_BYTES], maru_error *err);

uint16_t server_port(const struct server *server);

// What is to be done several times a second: connections that trickle are cut, tenants that a command
// beside the server has removed go. False: the store does not answer.
bool server_tend(struct server *server);

// Take no more requests, stop the runs (those that were going are done again at the next start), close
// the store. Accepts NULL.
void server_stop(struct server *server);

#endif
