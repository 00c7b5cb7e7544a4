#include "learn/share.h"

#include <math.h>
#include <stddef.h>

#include "base/interval.h"

// Wilson: the shares p with |p' - p| <= z sqrt(p (1 - p) / n), a quadratic in p.

struct share share_of(uint64_t n_bad, uint64_t n, double level) {
    return share_of_clusters(n_bad, n, 1.0, level);
}

struct share share_of_clusters(uint64_t n_bad, uint64_t n, double design_effect, double level) {
    struct share out = {n_bad, n, (double)NAN, (double)NAN, (double)NAN};
    if (n == 0 || n_bad > n || !(level > 0.0 && level < 1.0) || !(design_effect >= 1.0)) {
        return out;
    }
    const double z = student_quantile(0.5 + level / 2.0, (double)INFINITY);
    const double count = (double)n / design_effect, p = (double)n_bad / (double)n, zz = z * z;
    const double middle = (p + zz / (2.0 * count)) / (1.0 + zz / count);
    const double half =
        z * sqrt(p * (1.0 - p) / count + zz / (4.0 * count * count)) / (1.0 + zz / count);
    out.value = p;
    out.low = n_bad == 0 ? 0.0 : middle - half;
    out.high = n_bad == n ? 1.0 : middle + half;
    return out;
}

struct share_difference share_subtract(const struct share *a, const struct share *b) {
    const double down_a = a->value - a->low, up_b = b->high - b->value;
    const double up_a = a->high - a->value, down_b = b->value - b->low;
    const double value = a->value - b->value;
    return (struct share_difference){value, value - sqrt(down_a * down_a + up_b * up_b),
                                     value + sqrt(up_a * up_a + down_b * down_b)};
}
