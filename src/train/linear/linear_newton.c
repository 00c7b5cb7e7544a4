#include "train/linear/linear_newton.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <cblas.h>
#include <lapacke.h>

#include "base/status.h"

// The loss of a row is that of its goal: half the squared error, or minus the logarithm of the probability of what was true. Each step
// solves H s = g by Cholesky; H is made of blocks, a pair of groups each: D' diag(w p_g ((g = h) - p_h)) D. A step is halved until the
// loss falls, which it does for one short enough, since H is positive definite. It ends where the step promises nothing any more.
//
// Trend and base have a penalty of their own, too small to be seen, so that there is a solution where a class is alone.

enum { MAX_STEP = 60, MAX_HALVING = 40 };

static const double faint = 1e-8;

struct linear_newton {
    struct linear_problem problem;
    double lambda;
    double *share;    // (n_group, n_row) margins, then what the model expects
    double *pull;     // (n_row)
    double *scaled;   // (n_unknown, n_row) the design with its rows weighed
    double *hessian;  // (all, all), all: groups times unknowns
    double *gradient; // (all), then the step
    double *tried;    // (all)
};

static size_t all_of(const struct linear_problem *p) { return (size_t)p->n_group * p->n_unknown; }

struct linear_newton *linear_newton_new(const struct linear_problem *problem, struct arena *arena) {
    const size_t n_row = problem->n_row, all = all_of(problem);
    struct linear_newton *made = arena_take(arena, 1, sizeof *made);
    if (!made) {
        return NULL;
    }
    *made = (struct linear_newton){
        .problem = *problem,
        .share = arena_take(arena, n_row * problem->n_group, sizeof(double)),
        .pull = arena_take(arena, n_row, sizeof(double)),
        .scaled = arena_take(arena, n_row * problem->n_unknown, sizeof(double)),
        .hessian = arena_take(arena, all * all, sizeof(double)),
        .gradient = arena_take(arena, all, sizeof(double)),
        .tried = arena_take(arena, all, sizeof(double)),
    };
    return made->share && made->pull && made->scaled && made->hessian && made->gradient &&
                   made->tried
               ? made
               : NULL;
}

// The penalty of unknown k.
static double penalty(const struct linear_newton *n, uint32_t k) {
    if (k < n->problem.n_penalized) {
        return n->lambda;
    }
    return n->problem.goal == LINEAR_NUMBER && k + 1 == n->problem.n_unknown ? 0 : faint;
}

// The loss of a row of two classes with margin m, and the probability of yes.
static double yes_no_loss(double m, double y, double *share) {
    const double small = exp(-fabs(m));
    *share = (m >= 0 ? 1 : small) / (1 + small);
    return log1p(small) + fmax(m, 0) - y * m;
}

// The same for classes, whose margins stand n_row apart, in place.
static double class_loss(double *margin, const double *target, uint32_t n_row, uint32_t n_group) {
    double most = margin[0], sum = 0, loss = 0;
    for (size_t g = 1; g < n_group; g++) {
        most = fmax(most, margin[g * n_row]);
    }
    for (size_t g = 0; g < n_group; g++) {
        loss -= target[g * n_row] * (margin[g * n_row] - most);
        margin[g * n_row] = exp(margin[g * n_row] - most);
        sum += margin[g * n_row];
    }
    for (size_t g = 0; g < n_group; g++) {
        margin[g * n_row] /= sum;
    }
    return loss + log(fmax(sum, 1)); // the largest of the terms is 1
}

// The penalized loss at `beta`; leaves in `share` what the model expects there.
static double loss_at(struct linear_newton *n, const double *beta) {
    const struct linear_problem *p = &n->problem;
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)p->n_row, (int)p->n_group,
                (int)p->n_unknown, 1, p->design, (int)p->n_row, beta, (int)p->n_unknown, 0,
                n->share, (int)p->n_row);
    double loss = 0;
    for (uint32_t i = 0; i < p->n_row; i++) {
        double of_row = 0;
        if (p->goal == LINEAR_CLASS) {
            of_row = class_loss(n->share + i, p->target + i, p->n_row, p->n_group);
        } else if (p->goal == LINEAR_YES_NO) {
            of_row = yes_no_loss(n->share[i], p->target[i], &n->share[i]);
        } else {
            const double off = n->share[i] - p->target[i];
            of_row = off * off / 2;
        }
        loss += p->weight[i] * of_row;
    }
    for (size_t j = 0; j < all_of(p); j++) {
        loss += penalty(n, (uint32_t)(j % p->n_unknown)) / 2 * beta[j] * beta[j];
    }
    return loss;
}

static void set_gradient(struct linear_newton *n, const double *beta) {
    const struct linear_problem *p = &n->problem;
    for (uint32_t g = 0; g < p->n_group; g++) {
        double *gradient = n->gradient + (size_t)g * p->n_unknown;
        for (uint32_t i = 0; i < p->n_row; i++) {
            const size_t at = (size_t)g * p->n_row + i;
            n->pull[i] = p->weight[i] * (n->share[at] - p->target[at]);
        }
        cblas_dgemv(CblasColMajor, CblasTrans, (int)p->n_row, (int)p->n_unknown, 1, p->design,
                    (int)p->n_row, n->pull, 1, 0, gradient, 1);
        for (uint32_t k = 0; k < p->n_unknown; k++) {
            gradient[k] += penalty(n, k) * beta[(size_t)g * p->n_unknown + k];
        }
    }
}

// How the pull of a row on group g answers to its margin of group h.
static double curvature(const struct linear_newton *n, uint32_t g, uint32_t h, uint32_t i) {
    const struct linear_problem *p = &n->problem;
    if (p->goal == LINEAR_NUMBER) {
        return p->weight[i];
    }
    const double of_g = n->share[(size_t)g * p->n_row + i];
    return p->weight[i] * of_g * ((g == h ? 1 : 0) - n->share[(size_t)h * p->n_row + i]);
}

// The lower half, column after column.
static void set_hessian(struct linear_newton *n) {
    const struct linear_problem *p = &n->problem;
    const size_t all = all_of(p), n_row = p->n_row, m = p->n_unknown;
    for (uint32_t h = 0; h < p->n_group; h++) {
        for (uint32_t g = h; g < p->n_group; g++) {
            for (uint32_t i = 0; i < n_row; i++) {
                n->pull[i] = curvature(n, g, h, i);
            }
            for (size_t k = 0; k < m; k++) {
                for (size_t i = 0; i < n_row; i++) {
                    n->scaled[k * n_row + i] = p->design[k * n_row + i] * n->pull[i];
                }
            }
            cblas_dgemm(CblasColMajor, CblasTrans, CblasNoTrans, (int)m, (int)m, (int)n_row, 1,
                        p->design, (int)n_row, n->scaled, (int)n_row, 0,
                        n->hessian + h * m * all + g * m, (int)all);
        }
    }
    for (size_t j = 0; j < all; j++) {
        n->hessian[j * all + j] += penalty(n, (uint32_t)(j % m));
    }
}

static double product(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i] * b[i];
    }
    return sum;
}

// Walk along the step until the loss falls; false: it does not.
static bool walk(struct linear_newton *n, double *beta, double *loss) {
    const size_t all = all_of(&n->problem);
    double length = 1;
    for (int i = 0; i < MAX_HALVING; i++, length /= 2) {
        for (size_t j = 0; j < all; j++) {
            n->tried[j] = beta[j] - length * n->gradient[j];
        }
        const double now = loss_at(n, n->tried);
        if (now < *loss) {
            memcpy(beta, n->tried, all * sizeof *beta);
            *loss = now;
            return true;
        }
    }
    return false;
}

maru_status linear_newton_solve(struct linear_newton *n, double lambda, double *beta,
                                maru_error *err) {
    const int all = (int)all_of(&n->problem);
    n->lambda = lambda;
    double loss = loss_at(n, beta);
    for (int i = 0; i < MAX_STEP && isfinite(loss); i++) {
        set_gradient(n, beta);
        set_hessian(n);
        memcpy(n->tried, n->gradient, (size_t)all * sizeof *n->tried);
        if (LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', all, 1, n->hessian, all, n->gradient, all) != 0) {
            return fail(err, MARU_E_INPUT, "the equations of the linear model have no solution");
        }
        const double promise = product(n->tried, n->gradient, (size_t)all);
        if (!(promise > 8 * DBL_EPSILON * loss) || !walk(n, beta, &loss)) {
            break;
        }
    }
    return isfinite(loss) ? MARU_OK
                          : fail(err, MARU_E_INPUT, "the linear model runs beyond all numbers");
}
