// What happens to the nodes of a replay, whatever the policy: failures, drains, reservations; from a table or drawn.
//
// A node that fails loses what runs there; one that is drained lets it go on and takes nothing new; a reservation keeps nodes
// free for the jobs of one account.
#ifndef STUDY_OUTAGES_H
#define STUDY_OUTAGES_H

#include "pool/cluster.h"
#include "pool/pool.h"
#include "pool/trace/pool_sheet.h"

enum {
    OUTAGES_MAX = 1 << 20,                 // of all nodes
    OUTAGES_MAX_ROWS = 100000,             // of a table
    OUTAGES_MAX_HELD = 1 << 22,            // nodes of all reservations together
    OUTAGES_MAX_HOLDS = POOL_MAX_CALENDAR, // reservations
    OUTAGES_MAX_ACCOUNT = 255,             // bytes of a name
    OUTAGES_MAX_WORK = 1 << 30,            // nodes looked at for rows that count them
};
#define OUTAGES_NOTICE_US (INT64_C(7) * 86400 * 1000000) // how long before a reservation is known

enum outage_kind { OUTAGE_DOWN, OUTAGE_DRAIN, OUTAGE_KINDS };
struct outage {
    int64_t from_us, until_us; // INT64_MAX: for good
    uint32_t node;
    enum outage_kind kind;
};

struct hold { // a reservation
    int64_t known_us, from_us, until_us;
    int64_t over_us;     // when it was released, until_us at the latest
    uint32_t first, n;   // of outages.node, rising
    const char *account; // "vision": with all its projects; "vision/training"
};

struct outages {
    struct outage *row; // (n), in no order
    struct hold *hold;  // (n_hold), in the order of from_us
    uint32_t *node;     // (n_node) of holds
    uint32_t n, cap, n_hold, cap_hold, n_node, cap_node;
    struct arena text;
};

void outages_init(struct outages *outages);
void outages_free(struct outages *outages); // accepts an all-zero one

// Add what a table says:
//
//   time,kind,node,count,gpu_type,site,until,account,notice
//   +10d,down,h100-3 h100-4,,,,+6h,,
//   2026-05-04T09:00:00,reserve,,4,A100,,2026-05-04T18:00:00,uni-a,2d
//
// or what `sacctmgr -P show event format=NodeName,TimeStart,TimeEnd,State` prints;
// in Korean 시각, 종류, 노드, 수, GPU종류, 사이트, 끝, 계정, 예고; kinds down, up, drain, undrain, reserve, release
// (고장, 복구, 비움, 비움해제, 예약, 예약해제). Times are those of the trace, or +SPAN behind its first job; of `until` behind `time`.
// Instead of names: so many nodes of a type or site, the lowest that are not in that state; without a count all of them.
//   in      first_us: of the first job
//   errors  MARU_E_INPUT: faults, the first in err: what makes no sense, a node that is down already or is reserved for others;
//           MARU_E_LIMIT, MARU_E_MEMORY
//   cost    O(rows log rows + nodes for each row that counts them)
MARU_MUST_USE maru_status outages_read(struct outages *outages, const char *bytes, size_t n,
                                       const struct cluster *cluster, int64_t first_us,
                                       struct sheet_faults *faults, maru_error *err);

// Nodes that fail by chance: each is up and under repair in turn, both for exponential times. The k-th failure of a node depends
// on the seed, its number and k alone.
struct failures {
    int64_t mtbf_us, repair_us; // means, above 0
    uint64_t seed;
};
// "mtbf=150d,repair=12h", in any order.
//   errors  MARU_E_INPUT
MARU_MUST_USE maru_status failures_read(struct failures *failures, const char *text,
                                        maru_error *err);
// Add those that begin from from_us on and before until_us.
//   errors  MARU_E_LIMIT, MARU_E_MEMORY
MARU_MUST_USE maru_status outages_draw(struct outages *outages, const struct failures *failures,
                                       const struct cluster *cluster, int64_t from_us,
                                       int64_t until_us, maru_error *err);

// Is the account of a job, "vision/training", that of a reservation?
bool hold_is_for(const struct hold *hold, const char *account);
// Have the nodes of a reservation, all of them up and empty, room for so many parts at once, on GPUs of one type?
bool hold_has_room(const struct outages *outages, const struct hold *hold,
                   const struct cluster *cluster, const struct want *want, uint32_t n_part);

#endif
