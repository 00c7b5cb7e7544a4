#include "rounds/award_solving.h"

#include <math.h>

#include "base/alloc.h"
#include "base/status.h"
#include "pool/round/round_greedy.h"
#include "rounds/award_program.h"

// Small: the best worth without floors; where that leaves floors short, first the least that they can be short by, then the best
// worth with that; last, among all awards that are worth as much, the one with the best lots. Each is a search of its own, which
// begins with the award of the one before. Large: the relaxed program gives the bound and an order; the award is made greedily
// in that order and made better by exchange.
//
// The greedy award by rank is where everything begins, so there is an answer whatever the searches do.

struct search {
    const struct award_program *program;
    const double *start; // columns to begin with, NULL: none
    int most_nodes;
    int n_node;
    double bound;
    bool is_whole; // all nodes were seen
};

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
    }
    if (n_all > search->most_nodes) {
        glp_ios_terminate(tree);
    }
}

static maru_status solve_relaxed(glp_prob *prob, maru_error *err) {
    glp_smcp how;
    glp_init_smcp(&how);
    how.msg_lev = GLP_MSG_OFF;
    how.it_lim = AWARD_MAX_PIVOTS;
    how.meth = GLP_DUALP;
    glp_scale_prob(prob, GLP_SF_GM | GLP_SF_EQ);
    glp_adv_basis(prob, 0);
    const int failed = glp_simplex(prob, &how);
    return failed != 0 || glp_get_status(prob) != GLP_OPT
               ? fail(err, MARU_E_LIMIT, "the solver gave up before it had a bound")
               : MARU_OK;
}

// Search the program as it stands.
//   out     *search: bound and whether the search is whole; the best columns are in the program where there is any
//   errors  MARU_E_LIMIT
static maru_status run_search(struct award_program *program, struct search *search,
                              maru_error *err) {
    const maru_status st = solve_relaxed(program->prob, err);
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
    return failed == 0 || failed == GLP_ESTOP
               ? MARU_OK
               : fail(err, MARU_E_LIMIT, "the solver gave up before it had an award");
}

struct solving {
    const struct round *round;
    struct award_program program;
    struct round_award *award;   // the best so far
    struct round_award proposed; // by the last search
    double *column;
    uint32_t n_node;
    bool is_whole;
};

static bool has_answer(const struct solving *s) {
    const int status = glp_mip_status(s->program.prob);
    return status == GLP_OPT || status == GLP_FEAS;
}

// One search from the best award so far; what it finds is `proposed`, with false where it has found nothing.
static maru_status search_once(struct solving *s, bool *has_found, double *bound, maru_error *err) {
    struct search search = {.start = s->column, .most_nodes = (int)s->round->rules.nodes};
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
    maru_status st = award_program_build(&s->program, false, err);
    s->column = alloc_new((size_t)glp_get_num_cols(s->program.prob) + 1, sizeof *s->column);
    if (st == MARU_OK && !s->column) {
        st = fail(err, MARU_E_MEMORY, "no memory");
    }
    st = st == MARU_OK ? search_worth(s, INT64_MAX, err) : st;
    if (st == MARU_OK && all_short(s, s->award) > 0) {
        st = search_floors(s, &least_short, err);
        const bool is_least = s->is_whole;
        if (st == MARU_OK) {
            award_program_keep_floors(&s->program, least_short);
            st = search_worth(s, least_short, err);
            s->award->is_exact = s->award->is_exact && is_least;
        }
    }
    if (st == MARU_OK && s->award->is_exact) {
        s->award->bound = s->award->worth;
        st = search_lot(s, err);
    }
    s->award->n_node = s->n_node;
    return st;
}

// ---- large

struct ordered {
    uint32_t *order; // (n_application)
    struct round_key *key;
};

// Who gets all in the relaxed program comes first, then by the share that it gets; the rank where that is the same.
static maru_status order_by_share(const struct solving *s, const uint32_t *rank, uint32_t *order,
                                  maru_error *err) {
    const uint32_t n = s->round->n_application;
    struct round_key *key = alloc_new((size_t)n + 1, sizeof *key);
    if (!key) {
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    for (uint32_t i = 0; i < n; i++) {
        order[i] = rank[i];
        key[rank[i]] = (struct round_key){0, i};
    }
    uint32_t part = 0;
    for (uint32_t i = 0; i < s->program.n_seat; i++) {
        const struct award_seat *seat = &s->program.seat[i];
        const uint32_t n_line = s->round->application[seat->application].n_line;
        double share = glp_get_col_prim(s->program.prob, seat->y);
        if (n_line == 1 && s->program.z[part] > 0) {
            share += glp_get_col_prim(s->program.prob, s->program.z[part]);
        }
        key[seat->application].first -= (int64_t)floor(share * 1000 + 0.5);
        part += n_line;
    }
    const maru_status st = round_sort(order, n, key, err);
    alloc_free(key);
    return st;
}

static maru_status solve_large(struct solving *s, const uint32_t *rank, maru_error *err) {
    uint32_t *order = alloc_new((size_t)s->round->n_application + 1, sizeof *order);
    maru_status st =
        order ? award_program_build(&s->program, true, err) : fail(err, MARU_E_MEMORY, "no memory");
    if (st == MARU_OK) {
        award_program_aim(&s->program, GOAL_WORTH_AND_FLOORS);
        st = solve_relaxed(s->program.prob, err);
    }
    if (st == MARU_OK) {
        double bound = 0;
        for (int i = 1; i < s->program.first_short; i++) {
            bound += glp_get_col_prim(s->program.prob, i) * glp_get_obj_coef(s->program.prob, i);
        }
        s->award->bound = (int64_t)ceil(bound * s->program.worth_unit * (1 + 1e-9));
        st = order_by_share(s, rank, order, err);
    }
    if (st == MARU_OK) {
        st = round_greedy(s->round, s->program.limit, order, s->round->n_application, &s->proposed,
                          err);
    }
    if (st == MARU_OK && (all_short(s, &s->proposed) < all_short(s, s->award) ||
                          (all_short(s, &s->proposed) == all_short(s, s->award) &&
                           s->proposed.worth > s->award->worth))) {
        take_proposed(s);
    }
    alloc_free(order);
    return st;
}

static maru_status solve(struct solving *s, const uint32_t *rank, const int64_t *limit,
                         maru_error *err) {
    maru_status st = award_program_seats(&s->program, s->round, limit, rank, err);
    st = st == MARU_OK ? round_greedy(s->round, limit, rank, s->round->n_application, s->award, err)
                       : st;
    s->award->bound = s->award->worth;
    s->award->is_exact = s->program.n_seat == 0;
    if (st != MARU_OK || s->program.n_seat == 0) {
        return st;
    }
    return s->program.n_seat <= AWARD_EXACT_SEATS ? solve_small(s, err) : solve_large(s, rank, err);
}

maru_status award_solve(const struct round *round, const int64_t *limit, struct round_award *award,
                        uint32_t *n_tied, maru_error *err) {
    struct solving s = {.round = round, .award = award};
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
    alloc_free(s.column);
    alloc_free(rank);
    alloc_free(own);
    return st;
}
