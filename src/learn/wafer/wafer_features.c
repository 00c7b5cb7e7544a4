#include "learn/wafer/wafer_features.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/status.h"
#include "learn/wafer/wafer_view.h"

// Each group of features is written behind the one before, in the order of `groups`, which also has their names:
//
//     densities    in rings, and in sectors of the edge and of the middle, the fullest sector first; waves along the edge; its runs
//     projections  the map seen along 16 directions: for lines at each distance from the center the mean, the spread and the largest
//     neighbors    pairs of bad dies, and Moran's I, at several distances
//     densities    in squares of several sizes: the fullest, where it lies, how much they differ
//     regions      wafer_regions.c: the largest, and the longest and thinnest
//
// The wafer is the ellipse within the map's sides. Directions come from a polynomial (Abramowitz and Stegun 4.4.49, 1e-5), for the C
// library's differ in their last bits.

enum { N_ANGLE = 16, N_BIN = 2 * WAFER_N_SHARE };

static const struct {
    uint32_t n;
    const char *english, *korean;
} groups[] = {
    {1, "share of failed dies", "불량 칩의 비율"},
    {1, "dies on the wafer", "웨이퍼의 칩 수"},
    {WAFER_N_RING, "failed dies in ring %u of 10 from the center",
     "중심에서 %u번째 고리(10개 중)의 불량"},
    {WAFER_N_EDGE / 2, "failed dies at the edge, %u. of its sectors",
     "가장자리 구역 중 %u번째로 많은 불량"},
    {WAFER_N_MIDDLE, "failed dies between center and edge, %u. of its sectors",
     "중심과 가장자리 사이 구역 중 %u번째로 많은 불량"},
    {WAFER_N_WAVE, "how unevenly the edge fails, wave %u", "가장자리 불량의 치우침, 파동 %u"},
    {3, "longest stretch of the edge that fails, level %u", "가장자리 불량이 이어진 길이, 수준 %u"},
    {WAFER_N_SHARE, "failed dies along lines at distance %u of 10",
     "중심에서 거리 %u(10 중)인 직선의 불량"},
    {WAFER_N_SHARE, "how lines at distance %u of 10 differ by direction",
     "거리 %u(10 중)인 직선의 방향별 차이"},
    {WAFER_N_SHARE, "the fullest line at distance %u of 10",
     "거리 %u(10 중)에서 불량이 가장 많은 직선"},
    {3, "how a line stands out, %u", "도드라진 직선, %u"},
    {4, "pairs of failed neighbors at distance %u", "거리 %u의 이웃한 불량 쌍"},
    {4, "how alike neighbors are at distance %u", "거리 %u 이웃의 닮은 정도"},
    {4 * WAFER_N_SCALE, "the densest square, %u", "불량이 가장 몰린 칸, %u"},
};

static const char *const field_words[WAFER_N_FIELD][2] = {
    {"its share of the dies", "칩 중의 비율"},
    {"its share of the failed dies", "불량 중의 비율"},
    {"distance of its middle from the center", "가운데와 중심의 거리"},
    {"mean distance from the center", "중심에서의 평균 거리"},
    {"least distance from the center", "중심에서의 최소 거리"},
    {"largest distance from the center", "중심에서의 최대 거리"},
    {"its length", "길이"},
    {"its width", "너비"},
    {"width to length", "길이에 대한 너비"},
    {"how full it is", "채워진 정도"},
    {"how ragged it is", "둘레의 거칠기"},
    {"directions that it covers", "차지하는 방향"},
    {"how it points to the center", "중심을 향한 정도"},
    {"its share at the edge", "가장자리에 놓인 비율"},
    {"how bent it is", "휜 정도"},
};

void wafer_feature_name(uint32_t feature, bool is_korean, char out[WAFER_FEATURE_NAME_BYTES]) {
    char text[WAFER_FEATURE_NAME_BYTES];
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (feature < groups[i].n) {
            const char *words = is_korean ? groups[i].korean : groups[i].english;
            const char *hole = strstr(words, "%u");
            snprintf(text, sizeof text, "%.*s", hole ? (int)(hole - words) : 127, words);
            snprintf(out, WAFER_FEATURE_NAME_BYTES, hole ? "%.60s%u%.60s" : "%.60s", text,
                     feature + 1, hole ? hole + 2 : "");
            return;
        }
        feature -= groups[i].n;
    }
    static const char *const kinds[2][2] = {{"failed region", "불량 영역"},
                                            {"thin line of failed dies", "가는 선 모양의 불량"}};
    static const char *const sums[3][2] = {{"how many there are", "개수"},
                                           {"failed dies in any of them", "전체가 차지하는 불량"},
                                           {"failed dies in the first", "첫째가 차지하는 불량"}};
    const uint32_t of_kind = 3 + WAFER_N_REGION * WAFER_N_FIELD;
    const char *kind = kinds[feature / of_kind % 2][is_korean];
    feature %= of_kind;
    if (feature < 3) {
        snprintf(out, WAFER_FEATURE_NAME_BYTES, "%s: %s", kind, sums[feature][is_korean]);
    } else {
        feature -= 3;
        snprintf(out, WAFER_FEATURE_NAME_BYTES, "%s %u: %s", kind, feature / WAFER_N_FIELD + 1,
                 field_words[feature % WAFER_N_FIELD][is_korean]);
    }
}

// ---- the view

// Direction of (y, x) from 0 to 1.
static double turn_of(double y, double x) {
    const double a = fabs(y), b = fabs(x), most = fmax(a, b);
    const double z = most > 0 ? fmin(a, b) / most : 0, q = z * z;
    double turn =
        z * (0.9998660 + q * (-0.3302995 + q * (0.1801410 + q * (-0.0851330 + q * 0.0208351)))) *
        0.15915494309189535;
    turn = a > b ? 0.25 - turn : turn;
    turn = x < 0 ? 0.5 - turn : turn;
    turn = y < 0 ? 1 - turn : turn;
    return turn < 1 ? turn : 0;
}

static void place_all(struct wafer_view *view) {
    const struct wafer_map *map = view->map;
    const uint32_t row = 2 * (map->width + 1);
    for (uint32_t y = 0; y < map->height; y++) {
        uint32_t n_bad = 0, n_die = 0;
        const double v = (2.0 * y + 1) / map->height - 1;
        for (uint32_t x = 0; x < map->width; x++) {
            const uint32_t place = y * map->width + x;
            const double u = (2.0 * x + 1) / map->width - 1;
            view->radius[place] = (float)sqrt(u * u + v * v);
            view->turn[place] = (float)turn_of(v, u);
            n_bad += map->die[place] == WAFER_BAD;
            n_die += map->die[place] != WAFER_NO_DIE;
            uint32_t *sum = view->sum + (size_t)(y + 1) * row + 2 * (size_t)(x + 1);
            sum[0] = sum[0 - (ptrdiff_t)row] + n_bad;
            sum[1] = sum[1 - (ptrdiff_t)row] + n_die;
        }
        view->n_bad += n_bad;
        view->n_die += n_die;
    }
}

static double share(double n, double of) { return of > 0 ? n / of : 0; }

// ---- rings, sectors

struct sectors {
    double bad[WAFER_N_EDGE], die[WAFER_N_EDGE];
};

static void sort_down(double *value, uint32_t n) {
    for (uint32_t i = 1; i < n; i++) {
        const double in = value[i];
        uint32_t k = i;
        for (; k > 0 && value[k - 1] < in; k--) {
            value[k] = value[k - 1];
        }
        value[k] = in;
    }
}

// Power of the first waves around the edge.
static float *write_waves(const double *value, float *feature) {
    static const double quarter[WAFER_N_EDGE / 4 + 1] = {0,
                                                         0.19509032201612825,
                                                         0.38268343236508977,
                                                         0.55557023301960218,
                                                         0.70710678118654752,
                                                         0.83146961230254524,
                                                         0.92387953251128674,
                                                         0.98078528040323044,
                                                         1};
    for (uint32_t wave = 1; wave <= WAFER_N_WAVE; wave++) {
        double part[2] = {0, 0};
        for (uint32_t i = 0; i < WAFER_N_EDGE; i++) {
            for (uint32_t k = 0; k < 2; k++) { // sine, and cosine a quarter of a turn on
                const uint32_t at = (i * wave + k * WAFER_N_EDGE / 4) % WAFER_N_EDGE;
                const uint32_t half = at % (WAFER_N_EDGE / 2);
                const double sine =
                    quarter[half <= WAFER_N_EDGE / 4 ? half : WAFER_N_EDGE / 2 - half];
                part[k] += value[i] * (at < WAFER_N_EDGE / 2 ? sine : -sine) / WAFER_N_EDGE;
            }
        }
        *feature++ = (float)sqrt(part[0] * part[0] + part[1] * part[1]);
    }
    return feature;
}

// The longest run around the edge of sectors above a level, as a share of the whole.
static float longest_run(const double *value, double level) {
    uint32_t best = 0, run = 0;
    for (uint32_t i = 0; i < 2 * WAFER_N_EDGE; i++) {
        run = value[i % WAFER_N_EDGE] > level ? run + 1 : 0;
        best = run > best ? run : best;
    }
    return (float)(best < WAFER_N_EDGE ? best : WAFER_N_EDGE) / (float)WAFER_N_EDGE;
}

static float *write_sectors(const struct sectors *edge, const struct sectors *middle,
                            float *feature) {
    double value[WAFER_N_EDGE], sorted[WAFER_N_EDGE], inner[WAFER_N_MIDDLE];
    for (uint32_t i = 0; i < WAFER_N_EDGE; i++) {
        value[i] = sorted[i] = share(edge->bad[i], edge->die[i]);
    }
    for (uint32_t i = 0; i < WAFER_N_MIDDLE; i++) {
        inner[i] = share(middle->bad[i], middle->die[i]);
    }
    sort_down(sorted, WAFER_N_EDGE);
    sort_down(inner, WAFER_N_MIDDLE);
    for (uint32_t i = 0; i < WAFER_N_EDGE; i += 2) {
        *feature++ = (float)sorted[i];
    }
    for (uint32_t i = 0; i < WAFER_N_MIDDLE; i++) {
        *feature++ = (float)inner[i];
    }
    feature = write_waves(value, feature);
    *feature++ = longest_run(value, 0.2);
    *feature++ = longest_run(value, 0.4);
    *feature++ = longest_run(value, 0.6);
    return feature;
}

static float *write_densities(const struct wafer_view *view, float *feature) {
    double bad[WAFER_N_RING] = {0}, die[WAFER_N_RING] = {0};
    struct sectors edge = {{0}, {0}}, middle = {{0}, {0}};
    for (uint32_t i = 0; i < view->n_place; i++) {
        if (view->map->die[i] == WAFER_NO_DIE) {
            continue;
        }
        const bool is_bad = view->map->die[i] == WAFER_BAD;
        const float r = view->radius[i];
        const uint32_t ring = r < 0.999F ? (uint32_t)(r * WAFER_N_RING) : WAFER_N_RING - 1;
        const bool is_edge = r > 0.8F;
        struct sectors *part = is_edge ? &edge : &middle;
        const uint32_t sector =
            (uint32_t)(view->turn[i] * (float)(is_edge ? WAFER_N_EDGE : WAFER_N_MIDDLE));
        bad[ring] += is_bad;
        die[ring] += 1;
        if (r > 0.35F) {
            part->bad[sector % WAFER_N_EDGE] += is_bad;
            part->die[sector % WAFER_N_EDGE] += 1;
        }
    }
    *feature++ = (float)share(view->n_bad, view->n_die);
    *feature++ = (float)view->n_die;
    for (uint32_t i = 0; i < WAFER_N_RING; i++) {
        *feature++ = (float)share(bad[i], die[i]);
    }
    return write_sectors(&edge, &middle, feature);
}

// ---- projections

struct projection {
    double bad[N_ANGLE][N_BIN], die[N_ANGLE][N_BIN];
};

static void project(const struct wafer_view *view, struct projection *p) {
    static const double sine[N_ANGLE + 1] = {0,
                                             0.19509032201612825,
                                             0.38268343236508977,
                                             0.55557023301960218,
                                             0.70710678118654752,
                                             0.83146961230254524,
                                             0.92387953251128674,
                                             0.98078528040323044,
                                             1,
                                             0.98078528040323044,
                                             0.92387953251128674,
                                             0.83146961230254524,
                                             0.70710678118654752,
                                             0.55557023301960218,
                                             0.38268343236508977,
                                             0.19509032201612825,
                                             0};
    const struct wafer_map *map = view->map;
    for (uint32_t i = 0; i < view->n_place; i++) {
        if (map->die[i] == WAFER_NO_DIE) {
            continue;
        }
        const uint32_t y = i / map->width, x = i % map->width;
        const double v = (2.0 * y + 1) / map->height - 1, u = (2.0 * x + 1) / map->width - 1;
        for (uint32_t k = 0; k < N_ANGLE; k++) {
            const double cosine = k <= N_ANGLE / 2 ? sine[N_ANGLE / 2 - k] : -sine[k - N_ANGLE / 2];
            const double at = (u * cosine + v * sine[k] + 1) * (N_BIN / 2.0);
            const uint32_t bin = at <= 0 ? 0 : at >= N_BIN ? N_BIN - 1 : (uint32_t)at;
            p->bad[k][bin] += map->die[i] == WAFER_BAD;
            p->die[k][bin] += 1;
        }
    }
}

static float *write_projections(const struct wafer_view *view, float *feature) {
    struct projection p = {{{0}}, {{0}}};
    project(view, &p);
    const double mean_share = share(view->n_bad, view->n_die);
    double stands_out = 0, beside = 0, sd_most = 0;
    for (uint32_t b = 0; b < WAFER_N_SHARE; b++) {
        double sum = 0, square = 0, most = 0, n = 0;
        for (uint32_t k = 0; k < 2 * N_ANGLE; k++) { // both sides of the center
            const uint32_t bin = k < N_ANGLE ? WAFER_N_SHARE + b : WAFER_N_SHARE - 1 - b;
            const double *bad = p.bad[k % N_ANGLE], *die = p.die[k % N_ANGLE];
            const double value = share(bad[bin], die[bin]);
            const double left = bin > 0 ? share(bad[bin - 1], die[bin - 1]) : 0;
            const double right = bin + 1 < N_BIN ? share(bad[bin + 1], die[bin + 1]) : 0;
            sum += value;
            square += value * value;
            n += 1;
            most = fmax(most, value);
            stands_out =
                fmax(stands_out, (value - mean_share) * sqrt(die[bin] / fmax(view->n_die, 1)));
            beside = fmax(beside, value - fmax(left, right));
        }
        const double sd = sqrt(fmax(square / n - sum / n * sum / n, 0));
        sd_most = fmax(sd_most, sd);
        feature[b] = (float)(sum / n);
        feature[WAFER_N_SHARE + b] = (float)sd;
        feature[2 * WAFER_N_SHARE + b] = (float)most;
    }
    feature += (size_t)3 * WAFER_N_SHARE;
    *feature++ = (float)stands_out;
    *feature++ = (float)beside;
    *feature++ = (float)sd_most;
    return feature;
}

// ---- neighbors

// Pairs at a distance, along rows, columns and both diagonals: bad ones as a multiple of what chance gives, and Moran's I.
static void write_pairs(const struct wafer_view *view, int64_t by, float *pairs, float *moran) {
    const struct wafer_map *map = view->map;
    const double p = share(view->n_bad, view->n_die);
    const int64_t dy[4] = {0, by, by, by}, dx[4] = {by, 0, by, -by};
    double n = 0, n_both = 0, product = 0;
    for (int64_t y = 0; y < map->height; y++) {
        for (int64_t x = 0; x < map->width; x++) {
            const uint8_t die = map->die[y * map->width + x];
            for (int k = 0; k < 4 && die != WAFER_NO_DIE; k++) {
                const int64_t oy = y + dy[k], ox = x + dx[k];
                if (oy >= map->height || ox >= map->width || ox < 0 ||
                    map->die[oy * map->width + ox] == WAFER_NO_DIE) {
                    continue;
                }
                const bool is_bad = die == WAFER_BAD, is_other = wafer_is_bad(view, oy, ox);
                n += 1;
                n_both += is_bad && is_other;
                product += (is_bad - p) * (is_other - p);
            }
        }
    }
    *pairs = (float)share(n_both, n * p * p);
    *moran = (float)share(product, n * p * (1 - p));
}

static float *write_neighbors(const struct wafer_view *view, float *feature) {
    static const int64_t by[4] = {1, 2, 3, 5};
    for (int i = 0; i < 4; i++) {
        write_pairs(view, by[i], &feature[i], &feature[4 + i]);
    }
    return feature + 8;
}

// ---- squares

// The densest square of a size, how far from the center it lies, how much the squares differ, and how many are at least half as dense.
static float *write_squares(const struct wafer_view *view, uint32_t part, float *feature) {
    const struct wafer_map *map = view->map;
    const uint32_t least = map->height < map->width ? map->height : map->width;
    const uint32_t side = least / part > 2 ? least / part : least > 2 ? 2 : 1;
    const size_t row = 2 * (size_t)(map->width + 1);
    double most = 0, radius = 0, sum = 0, square = 0, n = 0;
    for (uint32_t y = 0; y + side <= map->height; y++) {
        for (uint32_t x = 0; x + side <= map->width; x++) {
            const uint32_t *a = view->sum + y * row + 2 * (size_t)x, *b = a + side * row;
            const double bad = (double)b[2 * (size_t)side] - b[0] - a[2 * (size_t)side] + a[0];
            const double die =
                (double)b[2 * (size_t)side + 1] - b[1] - a[2 * (size_t)side + 1] + a[1];
            if (2 * die < (double)side * side) {
                continue;
            }
            const double v = (2.0 * y + side) / map->height - 1,
                         u = (2.0 * x + side) / map->width - 1;
            const double here = bad / die, r = sqrt(u * u + v * v);
            radius = here > most || (here == most && r < radius) ? r : radius;
            most = fmax(most, here);
            sum += here;
            square += here * here;
            n += 1;
        }
    }
    n = fmax(n, 1);
    const double mean = sum / n, variance = fmax(square / n - mean * mean, 0);
    *feature++ = (float)most;
    *feature++ = (float)radius;
    *feature++ = (float)sqrt(variance);
    *feature++ = (float)(variance > 0 ? (most - mean) / sqrt(variance) : 0);
    return feature;
}

// ---- all of it

static bool open_view(struct wafer_view *view) {
    const struct wafer_map *map = view->map;
    view->n_place = map->height * map->width;
    view->radius = alloc_new(view->n_place, sizeof *view->radius);
    view->turn = alloc_new(view->n_place, sizeof *view->turn);
    view->stack = alloc_new(view->n_place, sizeof *view->stack);
    view->mark = alloc_new(view->n_place, sizeof *view->mark);
    view->sum = alloc_new(2 * (size_t)(map->height + 1) * (map->width + 1), sizeof *view->sum);
    return view->radius && view->turn && view->stack && view->mark && view->sum;
}

static void close_view(struct wafer_view *view) {
    alloc_free(view->radius);
    alloc_free(view->turn);
    alloc_free(view->stack);
    alloc_free(view->mark);
    alloc_free(view->sum);
}

maru_status wafer_features(const struct wafer_map *map, float *feature, maru_error *err) {
    struct wafer_view view = {.map = map};
    if (!open_view(&view)) {
        close_view(&view);
        return fail(err, MARU_E_MEMORY, "no memory");
    }
    memset(feature, 0, WAFER_N_FEATURE * sizeof *feature);
    place_all(&view);
    feature = write_densities(&view, feature);
    feature = write_projections(&view, feature);
    feature = write_neighbors(&view, feature);
    feature = write_squares(&view, 10, feature);
    feature = write_squares(&view, 6, feature);
    feature = write_squares(&view, 3, feature);
    wafer_regions(&view, 3, 1, false, feature);
    feature += 3 + WAFER_N_REGION * WAFER_N_FIELD;
    wafer_regions(&view, 2, 2, true, feature);
    close_view(&view);
    return MARU_OK;
}
