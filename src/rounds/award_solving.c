#include "rounds/award_solving.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/round/round_greedy.h"
#include "rounds/award_pricing.h"

// Small: the best worth without floors; where that leaves floors short, first the least that they can be short by, then the best
// worth with that; last, among all awards that are worth as much, the one with the best lots. Each is a search of its own, which
// begins with the award of the one before. Large: prices (award_pricing.h) give the bound and say whose choice is sure; the award is
// made in that order, and made better by searches over those whose choice is not, a part of them at a time.
//
// The greedy award by rank is where everything begins, so there is an answer whatever the searches do.

enum { ROUND_EVERY = 16 }; // nodes

struct search {
    const struct award_program *program;
    const double *start; // columns to begin with, NULL: none
    struct round_award
        *rounded;   // scratch: awards are made of what nodes have in fractions; NULL: they are not
    double *column; // scratch, with it
    int most_nodes;
    int n_node;
    double bound;
    bool is_whole; // all nodes were seen
    struct award_watch watch;
    double first_gap; // 0: not known
    bool is_stopped;
};

bool award_goes_on(const struct award_watch *watch, double done) {
    if (!watch || !watch->goes_on) {
        return true;
    }
    done = done < 0 ? 0 : done > 1 ? 1 : done;
    return watch->goes_on(watch->context, watch->from + (watch->span > 0 ? watch->span : 1) * done);
}

struct award_watch award_watch_part(const struct award_watch *watch, double from, double span) {
    if (!watch) {
        return (struct award_watch){.goes_on = NULL};
    }
    const double whole = watch->span > 0 ? watch->span : 1;
    return (struct award_watch){watch->goes_on, watch->context, watch->from + whole * from,
                                whole * span};
}

// How much of a search is done: nodes of those allowed, or the gap that is closed, whichever is more.
static double done_of(struct search *search, glp_tree *tree) {
    const double by_nodes = (double)search->n_node / (search->most_nodes + 1);
    const double gap = glp_ios_mip_gap(tree);
    if (!(gap < 1e6)) { // no award yet
        return by_nodes;
    }
    search->first_gap = gap > search->first_gap ? gap : search->first_gap;
    const double by_gap = search->first_gap > 0 ? 1 - gap / search->first_gap : 0;
    return by_gap > by_nodes ? by_gap : by_nodes;
}

// What a node has in fractions, as an award.
static void round_node(struct search *search, glp_tree *tree) {
    glp_prob *prob = glp_ios_get_prob(tree);
    const int n = glp_get_num_cols(prob);
    if (!search->rounded) {
        return;
    }
    for (int i = 1; i <= n; i++) {
        search->column[i] = glp_get_col_prim(prob, i);
    }
    if (award_program_award(search->program, search->column, search->rounded, NULL) == MARU_OK) {
        award_program_columns(search->program, search->rounded, search->column);
        glp_ios_heur_sol(tree, search->column);
    }
}

static void watch_search(glp_tree *tree, void *context) {
    struct search *search = context;
    int n_all = 0;
    glp_ios_tree_size(tree, NULL, NULL, &n_all);
    search->n_node = n_all;
    const int best = glp_ios_best_node(tree);
    if (best > 0) {
        search->bound = glp_ios_node_bound(tree, best);
    }
    if (glp_ios_reason(tree) == GLP_IHEUR && search->start) {
        glp_ios_heur_sol(tree, search->start);
        search->start = NULL;
        round_node(search, tree);
    } else if (glp_ios_reason(tree) == GLP_IHEUR && search->n_node % ROUND_EVERY == 0) {
        round_node(search, tree);
    }
    search->is_stopped =
        search->is_stopped || !award_goes_on(&search->watch, done_of(search, tree));
    if (n_all > search->most_nodes || search->is_stopped) {
        glp_ios_terminate(tree);
    }
}

static maru_status stopped(maru_error *err) {
    return fail(err, MARU_E_STOPPED, "the award was stopped before it was found");
}

static maru_status solve_relaxed(glp_prob *prob, const struct award_watch *watch, maru_error *err) {
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.it_lim = AWARD_PIVOTS;
    how.meth = GLP_DUALP;
    glp_scale_prob(prob, GLP_SF_GM | GLP_SF_EQ);
    glp_adv_basis(prob, 0);
    int failed = glp_simplex(prob, &how);
    for (int n = AWARD_PIVOTS; failed == GLP_EITLIM && n < AWARD_MAX_PIVOTS; n += AWARD_PIVOTS) {
        if (!award_goes_on(watch, 0)) {
            return stopped(err);
        }
        failed = glp_simplex(prob, &how); // from where it was
    }
    return failed != 0 || glp_get_status(prob) != GLP_OPT
               ? fail(err, MARU_E_LIMIT, "the solver gave up before it had a bound")
               : MARU_OK;
}

// Search the program as it stands.
//   out     *search: bound and whether the search is whole; the best columns are in the program where there is any
//   errors  MARU_E_LIMIT
static maru_status run_search(struct award_program *program, struct search *search,
                              maru_error *err) {
    const maru_status st = solve_relaxed(program->prob, &search->watch, err);
    if (st != MARU_OK) {
        return st;
    }
    search->program = program;
    search->bound = glp_get_obj_val(program->prob);
    glp_iocp how;
    glp_init_iocp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.br_tech = GLP_BR_DTH;
    how.bt_tech = GLP_BT_BPH;
    how.gmi_cuts = how.mir_cuts = how.cov_cuts = how.clq_cuts = GLP_ON;
    how.tol_obj = 1e-9;
    how.cb_func = watch_search;
    how.cb_info = search;
    const int failed = glp_intopt(program->prob, &how);
    search->is_whole = failed == 0 && glp_mip_status(program->prob) == GLP_OPT;
    if (search->is_whole) {
        search->bound = glp_mip_obj_val(program->prob);
    }
    return search->is_stopped ? stopped(err)
           : failed == 0 || failed == GLP_ESTOP
               ? MARU_OK
               : fail(err, MARU_E_LIMIT, "the solver gave up before it had an award");
}

struct solving {
    const struct round *round;
    struct award_program program;
    struct round_award *award;   // the best so far
    struct round_award proposed; // by the last search
    double *column, *rounded_column;
    bool may_round; // nodes: what is asked of an award is worth and floors alone
    uint32_t n_node;
    int most_nodes;      // of one search
    uint32_t most_seats; // that are searched as a whole
    bool is_whole;
    const struct award_watch *watch; // of all
    struct award_watch now;          // of the search that is next
};

static bool has_answer(const struct solving *s) {
    const int status = glp_mip_status(s->program.prob);
    return status == GLP_OPT || status == GLP_FEAS;
}

// One search from the best award so far; what it finds is `proposed`, with false where it has found nothing.
static maru_status search_once(struct solving *s, bool *has_found, double *bound, maru_error *err) {
    struct search search = {.start = s->column,
                            .rounded = s->may_round ? &s->proposed : NULL,
                            .column = s->rounded_column,
                            .most_nodes = s->most_nodes,
                            .watch = s->now};
    award_program_columns(&s->program, s->award, s->column);
    *has_found = false;
    maru_status st = run_search(&s->program, &search, err);
    s->n_node += (uint32_t)search.n_node;
    s->is_whole = search.is_whole;
    *bound = search.bound;
    if (st == MARU_OK && has_answer(s)) {
        const int n = glp_get_num_cols(s->program.prob);
        for (int i = 1; i <= n; i++) {
            s->column[i] = glp_mip_col_val(s->program.prob, i);
        }
        st = award_program_award(&s->program, s->column, &s->proposed, err);
        *has_found = st == MARU_OK;
    }
    return st;
}

static int64_t all_short(const struct solving *s, struct round_award *award) {
    return round_count_short(s->round, &s->program.floors, award);
}

static void take_proposed(struct solving *s) {
    const int64_t bound = s->award->bound;
    round_award_copy(s->round, &s->proposed, s->award);
    s->award->bound = bound;
}

// Worth is made large; what is proposed is taken where it is no worse and floors lack no more.
static maru_status search_worth(struct solving *s, int64_t most_short, maru_error *err) {
    bool has_found = false;
    double bound = 0;
    award_program_aim(&s->program, GOAL_WORTH);
    const maru_status st = search_once(s, &has_found, &bound, err);
    if (st == MARU_OK) {
        s->award->bound = (int64_t)floor(bound * s->program.worth_unit * (1 + 1e-9) + 1e-6);
        if (has_found && all_short(s, &s->proposed) <= most_short &&
            (s->proposed.worth >= s->award->worth || all_short(s, s->award) > most_short)) {
            take_proposed(s);
        }
        const double missing = bound * s->program.worth_unit - (double)s->award->worth;
        s->award->is_exact = s->is_whole && missing < 1e-9 * (double)s->award->worth + 0.5;
    }
    return st;
}

static maru_status search_floors(struct solving *s, int64_t *least_short, maru_error *err) {
    bool has_found = false;
    double bound = 0;
    award_program_aim(&s->program, GOAL_FLOORS);
    const maru_status st = search_once(s, &has_found, &bound, err);
    if (st == MARU_OK && has_found && all_short(s, &s->proposed) < all_short(s, s->award)) {
        take_proposed(s);
    }
    *least_short = all_short(s, s->award);
    return st;
}

// Among all that are worth as much, the lot.
static maru_status search_lot(struct solving *s, maru_error *err) {
    bool has_found = false;
    double bound = 0;
    const int64_t worth = s->award->worth, is_short = all_short(s, s->award);
    s->most_nodes = s->most_nodes < AWARD_LOT_NODES ? s->most_nodes : AWARD_LOT_NODES;
    award_program_keep_worth(&s->program, worth);
    award_program_aim(&s->program, GOAL_LOT);
    const maru_status st = search_once(s, &has_found, &bound, err);
    if (st == MARU_OK && has_found && s->proposed.worth == worth &&
        all_short(s, &s->proposed) <= is_short) {
        take_proposed(s);
        s->award->is_exact = true;
        s->award->is_lot_settled = s->is_whole;
    }
    return st;
}

static maru_status solve_small(struct solving *s, maru_error *err) {
    int64_t least_short = INT64_MAX;
    maru_status st = award_program_build(&s->program, true, err);
    s->column = alloc_new((size_t)glp_get_num_cols(s->program.prob) + 1, sizeof *s->column);
    if (st == MARU_OK && !s->column) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    s->now = award_watch_part(s->watch, 0, 0.5);
    st = st == MARU_OK ? search_worth(s, INT64_MAX, err) : st;
    if (st == MARU_OK && all_short(s, s->award) > 0) {
        s->now = award_watch_part(s->watch, 0.5, 0.1);
        st = search_floors(s, &least_short, err);
        const bool is_least = s->is_whole;
        if (st == MARU_OK) {
            award_program_keep_floors(&s->program, least_short);
            s->now = award_watch_part(s->watch, 0.6, 0.25);
            st = search_worth(s, least_short, err);
            s->award->is_exact = s->award->is_exact && is_least;
        }
    }
    if (st == MARU_OK && s->award->is_exact) {
        s->award->bound = s->award->worth;
        s->now = award_watch_part(s->watch, 0.85, 0.15);
        st = search_lot(s, err);
    }
    s->award->n_node = s->n_node;
    return st;
}

// ---- large

// Those that prices choose first, the surest first; then the others, the nearest first.
static maru_status order_by_margin(const struct solving *s, const struct award_prices *prices,
                                   const uint32_t *rank, uint32_t *order, bool is_by_doubt,
                                   maru_error *err) {
    const uint32_t n = s->round->n_application;
    struct round_key *key = alloc_new((size_t)n + 1, sizeof *key);
    if (!key) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t a = rank[i];
        const double margin = prices->margin[a] < 1e17 ? prices->margin[a] : 1e17;
        const bool is_first = prices->seat[a] != ROUND_NONE && !is_by_doubt;
        order[i] = a;
        key[a] = (struct round_key){(int64_t)(is_first ? -margin : margin), i};
    }
    const maru_status st = round_sort(order, n, key, err);
    alloc_free(key);
    return st;
}

static void weigh(struct solving *s, struct round_award *award) {
    award->worth = 0;
    for (uint32_t a = 0; a < s->round->n_application; a++) {
        award->worth += round_got_worth(s->round, award, a);
    }
}

// Take what is proposed where floors lack less, or as much and it is worth more.
static bool take_better(struct solving *s) {
    const int64_t before = all_short(s, s->award), after = all_short(s, &s->proposed);
    if (after > before || (after == before && s->proposed.worth <= s->award->worth)) {
        return false;
    }
    take_proposed(s);
    return true;
}

static void clear(const struct round *round, struct round_award *award) {
    for (uint32_t a = 0; a < round->n_application; a++) {
        award->site[a] = ROUND_NONE;
    }
    memset(award->gpus, 0, round->n_line * sizeof *award->gpus);
}

static maru_status give_chosen(struct solving *s, const struct award_prices *prices,
                               const uint32_t *order, const int64_t *limit, maru_error *err) {
    const struct round *round = s->round;
    struct round_room room;
    const maru_status st = round_room_init(&room, round, limit, err);
    clear(round, &s->proposed);
    for (uint32_t i = 0; st == MARU_OK && i < round->n_application; i++) {
        const uint32_t a = order[i], seat = prices->seat[a];
        const bool is_in = seat != ROUND_NONE &&
                           round_room_give(&room, &s->proposed, a, s->program.seat[seat].site);
        if (!is_in && round_is_eligible(round, &round->application[a])) {
            (void)round_room_give_best(&room, &s->proposed, a);
        }
    }
    round_room_fini(&room);
    weigh(s, &s->proposed);
    return st;
}

// A part of the applications, with all others as they are.
struct part {
    const uint32_t *member; // (n)
    uint32_t n;
    bool has_site[ROUND_MAX_SITES]; // where there is room for them
    bool has_whole_gpus;
};

// Take the members out of what is proposed; what is left then, is theirs.
static void leave_room(const struct solving *s, const struct part *part, struct round_room *room,
                       struct round_floors *floors) {
    const struct round *round = s->round;
    for (uint32_t i = 0; i < part->n; i++) {
        s->proposed.site[part->member[i]] = ROUND_NONE;
    }
    for (uint32_t a = 0; a < round->n_application; a++) {
        const struct round_application *it = &round->application[a];
        const uint32_t site = s->proposed.site[a];
        for (uint32_t k = 0; site != ROUND_NONE && k < it->n_line; k++) {
            const uint32_t line = it->first_line + k;
            round_room_take(room, &round->line[line], site, s->proposed.gpus[line]);
        }
        const int64_t got = site == ROUND_NONE ? 0 : round_got(round, &s->proposed, a);
        int64_t *const class_ = &floors->class_[it->class_], *const region =
                                                                 &floors->region[it->region];
        *class_ -= got < *class_ ? got : *class_;
        *region -= got < *region ? got : *region;
    }
}

// What the members have in one award becomes what they have in another.
static void copy_members(const struct round *round, const struct part *part,
                         const struct round_award *from, struct round_award *to) {
    for (uint32_t i = 0; i < part->n; i++) {
        const struct round_application *it = &round->application[part->member[i]];
        to->site[part->member[i]] = from->site[part->member[i]];
        memcpy(to->gpus + it->first_line, from->gpus + it->first_line,
               it->n_line * sizeof *to->gpus);
    }
}

static maru_status search_part(struct solving *s, const struct part *part,
                               const struct round_room *room, const struct round_floors *floors,
                               struct solving *of, maru_error *err) {
    double bound = 0;
    bool has_found = false;
    maru_status st =
        award_program_seats(&of->program, s->round, room->left, part->member, part->n, err);
    of->program.floors = *floors;
    if (st != MARU_OK || of->program.n_seat == 0) {
        return st;
    }
    copy_members(s->round, part, s->award, of->award);
    (void)round_count_short(s->round, floors, of->award);
    st = award_program_build(&of->program, part->has_whole_gpus, err);
    const size_t n_column = (size_t)glp_get_num_cols(of->program.prob) + 1;
    of->column = alloc_new(n_column, sizeof *of->column);
    of->rounded_column = alloc_new(n_column, sizeof *of->rounded_column);
    if (st == MARU_OK && !(of->column && of->rounded_column)) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    if (st == MARU_OK) {
        award_program_aim(&of->program, GOAL_WORTH_AND_FLOORS);
        st = search_once(of, &has_found, &bound, err);
        st = st == MARU_E_LIMIT ? MARU_OK : st; // this part stays as it is
    }
    s->n_node += of->n_node;
    if (st == MARU_OK && has_found) {
        copy_members(s->round, part, &of->proposed, &s->proposed);
        weigh(s, &s->proposed);
        (void)take_better(s);
    }
    return st;
}

// Of the sites of a part alone is there room.
static void leave_sites(const struct solving *s, const bool *has_site, struct round_room *room) {
    const uint32_t n = round_n_row(s->round);
    for (uint32_t i = 0; i < n; i++) {
        const struct round_row row = round_row_at(s->round, i);
        if (row.kind == ROW_STOCK && !has_site[row.site]) {
            room->left[i] = 0;
        }
    }
}

// Search the best for some applications while all others keep what they have.
static maru_status improve_part(struct solving *s, const struct part *part, const int64_t *limit,
                                maru_error *err) {
    struct round_award own = {0};
    struct solving of = {.round = s->round,
                         .award = &own,
                         .may_round = true,
                         .most_nodes = AWARD_PART_NODES,
                         .now = s->now};
    struct round_floors floors = s->program.floors;
    struct round_room room;
    round_award_copy(s->round, s->award, &s->proposed);
    maru_status st = round_room_init(&room, s->round, limit, err);
    st = st == MARU_OK ? round_award_init(s->round, &own, err) : st;
    st = st == MARU_OK ? round_award_init(s->round, &of.proposed, err) : st;
    if (st == MARU_OK) {
        leave_room(s, part, &room, &floors);
        leave_sites(s, part->has_site, &room);
        st = search_part(s, part, &room, &floors, &of, err);
    }
    round_room_fini(&room);
    round_award_fini(&own);
    round_award_fini(&of.proposed);
    award_program_fini(&of.program);
    alloc_free(of.column);
    alloc_free(of.rounded_column);
    return st;
}

static uint32_t n_group_of(const struct round *round) {
    return (round->n_site + AWARD_PART_SITES - 1) / AWARD_PART_SITES;
}

// The k-th part: of some sites those applications whose choice is least sure and that stand there or nowhere. Each time that the same sites
// come, half of the part before and half new, and other sites beside them.
//   in      order: n of them, the least sure first; member: room for AWARD_PART_SIZE
static struct part part_at(const struct solving *s, const uint32_t *order, uint32_t n, uint32_t k,
                           uint32_t *member) {
    const uint32_t n_site = s->round->n_site, n_group = n_group_of(s->round), visit = k / n_group;
    struct part part = {.member = member};
    for (uint32_t i = 0; i < AWARD_PART_SITES; i++) {
        const uint32_t first = k % n_group * AWARD_PART_SITES;
        part.has_site[(first + i * (n_group > 1 ? visit + 1 : 1)) % n_site] = true;
    }
    uint32_t n_before = visit * (AWARD_PART_SIZE / 2);
    for (uint32_t i = 0; i < n && part.n < AWARD_PART_SIZE; i++) {
        const uint32_t site = s->award->site[order[i]];
        const bool is_in = site == ROUND_NONE || part.has_site[site];
        if (is_in && n_before > 0) {
            n_before--;
        } else if (is_in) {
            member[part.n++] = order[i];
        }
    }
    return part;
}

// Parts of those whose choice is least sure: first with fractions, which are quick, then the least sure again with whole GPUs.
static maru_status improve(struct solving *s, const struct award_prices *prices,
                           const uint32_t *order, const int64_t *limit, maru_error *err) {
    uint32_t n = s->round->n_application;
    while (n > 0 && prices->margin[order[n - 1]] >= HUGE_VAL) { // without a seat
        n--;
    }
    uint32_t *member = alloc_new(AWARD_PART_SIZE, sizeof *member);
    maru_status st = member ? MARU_OK : fail(err, MARU_E_MEMORY, "no memory");
    for (uint32_t pass = 0; pass < 2; pass++) {
        const uint32_t n_part = pass == 0 ? AWARD_PARTS : AWARD_WHOLE_PARTS;
        for (uint32_t k = 0; st == MARU_OK && k < n_part; k++) {
            const double span = 0.7 / 2 / n_part;
            s->now = award_watch_part(s->watch, 0.3 + 0.35 * pass + k * span, span);
            struct part part = part_at(s, order, n, k, member);
            part.has_whole_gpus = pass > 0;
            st = part.n > 0 ? improve_part(s, &part, limit, err) : st;
        }
    }
    alloc_free(member);
    return st;
}

static maru_status solve_large(struct solving *s, const uint32_t *rank, const int64_t *limit,
                               maru_error *err) {
    struct award_prices prices = {0};
    s->now = award_watch_part(s->watch, 0, 0.3);
    uint32_t *order = alloc_new((size_t)s->round->n_application + 1, sizeof *order);
    maru_status st =
        order ? award_prices_find(&s->program, (double)s->award->worth, &s->now, &prices, err)
              : fail(err, MARU_E_MEMORY, "no memory");
    st = st == MARU_OK ? order_by_margin(s, &prices, rank, order, false, err) : st;
    if (st == MARU_OK) {
        st = give_chosen(s, &prices, order, limit, err);
        (void)take_better(s);
    }
    if (st == MARU_OK) {
        clear(s->round, &s->proposed);
        st = round_greedy(s->round, limit, order, s->round->n_application, &s->proposed, err);
        (void)take_better(s);
    }
    st = st == MARU_OK ? order_by_margin(s, &prices, rank, order, true, err) : st;
    st = st == MARU_OK ? improve(s, &prices, order, limit, err) : st;
    if (st == MARU_OK) {
        const double most = prices.bound + prices.floor * (double)all_short(s, s->award);
        s->award->bound = (int64_t)ceil(most * (1 + 1e-9));
        s->award->n_node = s->n_node;
    }
    award_prices_fini(&prices);
    alloc_free(order);
    return st;
}

static maru_status solve(struct solving *s, const uint32_t *rank, const int64_t *limit,
                         maru_error *err) {
    maru_status st =
        award_program_seats(&s->program, s->round, limit, rank, s->round->n_application, err);
    st = st == MARU_OK ? round_greedy(s->round, limit, rank, s->round->n_application, s->award, err)
                       : st;
    s->award->bound = s->award->worth;
    s->award->is_exact = s->program.n_seat == 0;
    if (st != MARU_OK || s->program.n_seat == 0) {
        return st;
    }
    return s->program.n_seat <= s->most_seats ? solve_small(s, err)
                                              : solve_large(s, rank, limit, err);
}

static maru_status solve_up_to(const struct solving *asked, const int64_t *limit, uint32_t *n_tied,
                               maru_error *err) {
    struct solving s = *asked;
    const struct round *round = s.round;
    struct round_award *award = s.award;
    s.most_nodes = (int)round->rules.nodes;
    uint32_t *rank = alloc_new((size_t)round->n_application + 1, sizeof *rank);
    int64_t *own = alloc_new((size_t)round_n_row(round) + 1, sizeof *own);
    maru_status st = rank && own ? round_award_init(round, &s.proposed, err)
                                 : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        round_limits(round, own);
        st = round_rank(round, rank, err);
    }
    glp_term_out(GLP_OFF);
    st = st == MARU_OK ? solve(&s, rank, limit ? limit : own, err) : st;
    st = st == MARU_OK ? round_deal(round, award, n_tied, err) : st;
    round_award_fini(&s.proposed);
    award_program_fini(&s.program);
    (void)glp_free_env(); // what GLPK keeps for each thread: nothing of it is in use any more
    alloc_free(s.column);
    alloc_free(rank);
    alloc_free(own);
    return st;
}

maru_status award_solve(const struct round *round, const int64_t *limit,
                        const struct award_watch *watch, struct round_award *award,
                        uint32_t *n_tied, maru_error *err) {
    const struct solving s = {
        .round = round, .award = award, .watch = watch, .most_seats = AWARD_EXACT_SEATS};
    return solve_up_to(&s, limit, n_tied, err);
}

maru_status award_solve_large(const struct round *round, const int64_t *limit,
                              const struct award_watch *watch, struct round_award *award,
                              uint32_t *n_tied, maru_error *err) {
    const struct solving s = {.round = round, .award = award, .watch = watch, .most_seats = 0};
    return solve_up_to(&s, limit, n_tied, err);
}
