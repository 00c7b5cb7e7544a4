#include "control/charts/spread.h"

#include "base/distribution.h"
#include "base/random.h"

#include <math.h>

// The range W of n normal values has P(W <= w) = n times the integral of phi(x) (Phi(x + w) - Phi(x))^(n - 1)
// over x; d2 and d3 follow from the integrals of 1 - P and 2 w (1 - P) (L. H. C. Tippett, Biometrika 17
// (1925) 364-387). The table below was integrated so in 80-bit floating point on two grids, which agree in
// all digits; spread_test.c integrates it again in double precision.
//
// c4(n) = sqrt(2 / (n - 1)) Gamma(n / 2) / Gamma((n - 1) / 2).

struct range_moments {
    double mean, sd;
};

static const struct range_moments moments[SPREAD_MAX_RANGE + 1] = {
    [2] = {1.128379167095513, 0.852502466427422},  [3] = {1.692568750643269, 0.888368004045204},
    [4] = {2.058750746007928, 0.879808202824983},  [5] = {2.325928947281039, 0.864081941099504},
    [6] = {2.534412721222943, 0.848039686117495},  [7] = {2.704356751213809, 0.833205335622294},
    [8] = {2.847200612090556, 0.819831489791944},  [9] = {2.970026324418474, 0.807834274553322},
    [10] = {3.077505461670346, 0.797050673519411}, [11] = {3.172872703816000, 0.787314620550328},
    [12] = {3.258455279743826, 0.778478341203384}, [13] = {3.335980354098255, 0.770416202063755},
    [14] = {3.406763108199953, 0.763023095624790}, [15] = {3.471826889882075, 0.756211429727944},
    [16] = {3.531982786109576, 0.749908089409916}, [17] = {3.587883961765382, 0.744051783960731},
    [18] = {3.640063757937444, 0.738590853378178}, [19] = {3.688963023207649, 0.733481495518868},
    [20] = {3.734950119596641, 0.728686345707305}, [21] = {3.778335829842621, 0.724173340717499},
    [22] = {3.819384643362833, 0.719914808434223}, [23] = {3.858323423285007, 0.715886735491814},
    [24] = {3.895348148451356, 0.712068175147937}, [25] = {3.930629219507113, 0.708440765888655},
};

double spread_d2(uint32_t n) { return n >= 2 && n <= SPREAD_MAX_RANGE ? moments[n].mean : NAN; }

double spread_d3(uint32_t n) { return n >= 2 && n <= SPREAD_MAX_RANGE ? moments[n].sd : NAN; }

double spread_c4(uint32_t n) {
    if (n < 2 || n > SPREAD_MAX_SD) {
        return NAN;
    }
    // From sqrt(2 / pi) and sqrt(pi) / 2 by the recurrence of Gamma, two steps at a time.
    double c4 = n % 2 == 0 ? 0x1.9884533d43651p-1 : 0x1.c5bf891b4ef6bp-1; // n = 2, 3
    for (uint32_t m = n % 2 == 0 ? 2 : 3; m < n; m += 2) {
        c4 *= m / sqrt((double)(m - 1) * (double)(m + 1));
    }
    return c4;
}
