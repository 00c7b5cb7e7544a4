// What is done with a round in a folder: solved, explained, compared, written; by the command and by the server.
#ifndef STUDY_ROUND_ASKING_H
#define STUDY_ROUND_ASKING_H

#include "rounds/award_solving.h"
#include "rounds/round_folder.h"
#include "study/rounds/round_sentences.h"

enum { ROUND_TEXT_BYTES = 256 << 20 };

struct round_answer {
    struct round_tables tables;
    struct round_award award;
    struct round_reasons reasons; // of `award`
    uint32_t *n_tied;             // (n_application)
    uint32_t *in_way;             // (round_n_row) applications that would have more with more of it
};

// Read and solve.
//   in      rules: NULL, or the path of other rules; watch: NULL, or who waits
//   memory  round_answer_fini, also after an error; the answer must not be moved
//   errors  MARU_E_INPUT: all is in the faults; as of award_solve
MARU_MUST_USE maru_status round_answer_make(struct round_answer *answer,
                                            const struct round_place *place, const char *rules,
                                            const struct award_watch *watch, maru_faults *faults,
                                            maru_error *err);
// Read what was awarded, awards.csv, instead of solving.
//   in      facts: of the award as it was solved
//   errors  MARU_E_IO: there is no award; as above, and those of round_check
struct round_facts {
    int64_t bound;
    bool is_exact, is_lot_settled;
};
MARU_MUST_USE maru_status round_answer_read(struct round_answer *answer,
                                            const struct round_place *place,
                                            const struct round_facts *facts, maru_faults *faults,
                                            maru_error *err);
void round_answer_fini(struct round_answer *answer);
struct round_told round_answer_told(const struct round_answer *answer);

// awards.csv, decisions.csv (each sentence in both languages), and a row of the record.
//   in      time: as it is to stand in the record
MARU_MUST_USE maru_status round_answer_write(struct round_answer *answer,
                                             const struct round_place *place, const char *time,
                                             maru_error *err);

// One application, tried: how many points more would have got it something, and what it would get with what it lacks on top. Both
// are found by solving again.
struct round_trial {
    bool has_points;         // some number of points would have been enough
    int64_t enough, too_few; // thousandths of points on top
    bool has_limits;         // something lacks that can be raised
    uint32_t with_limits;    // GPUs at most that it would get then
};
MARU_MUST_USE maru_status round_answer_try(const struct round_answer *answer, uint32_t application,
                                           struct round_trial *out, maru_error *err);

// Two awards of the same applications by different rules.
struct round_change {
    uint32_t n_gain, n_lose;
    int64_t moved;                         // GPU quarters that gainers gain
    int64_t by_class[2][ROUND_MAX_GROUPS]; // GPU quarters before and after
};
void round_compare(const struct round_answer *before, const struct round_answer *after,
                   struct round_change *out);

// Leases of awards.csv into leases.csv; of leases.csv and usage.csv what is to be warned of, and with `reclaims` taken back. Each warning
// and each reclaim stands in the record once, also where what was used is brought later and the day of it moves.
struct round_doing {
    const struct round_place *place;
    const char *time; // RFC 3339, as it is to stand in the record
    int32_t last_day; // that is watched; INT32_MIN: that of the last row of use
    bool reclaims;
    bool
        waits; // with a reclaim, until its warning has stood in the record for the days of the rules
};
struct round_done {
    uint32_t n_lease, n_warned, n_due;
    uint64_t gpus; // leased at the same time; taken back
    int64_t credits_milli;
    int32_t last_day;
    struct lease_event *event; // (n_event), all that the days brought
    bool *is_new;              // (n_event) said, or carried out, this time
    uint32_t n_event;
    struct lease_event *stand; // (n_stand), how each that has leases stands: LEASE_STANDS
    uint32_t n_stand;
    bool has_changed; // something was written
    const struct round *round;
    struct round_tables tables;
};
MARU_MUST_USE maru_status round_lease_folder(const struct round_doing *doing, maru_faults *faults,
                                             struct round_done *done, maru_error *err);
MARU_MUST_USE maru_status round_watch_folder(const struct round_doing *doing, maru_faults *faults,
                                             struct round_done *done, maru_error *err);
// A row of the record as the warning or the reclaim that it tells of; false: it is another one.
bool round_event_read(const struct round *round, const struct round_record_row *row,
                      struct lease_event *out);
void round_done_fini(struct round_done *done); // after either, also after an error

#endif
