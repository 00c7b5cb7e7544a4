#include "scene/turn.h"

#include <math.h>

// libm's last bit differs between machines, so the series are summed here: the nearest multiple of
// 90 degrees is taken out, and of what is left, at most pi / 4, the terms up to x^17 are enough.

struct turn turn_of(double degrees) {
    static const double pi = 3.14159265358979323846;
    const double quarters = floor(degrees / 90 + 0.5);
    const double x = (degrees - 90 * quarters) * (pi / 180);
    const double square = x * x;
    double c = 0, s = 0;
    for (int k = 16; k >= 0; k -= 2) { // Horner: 1 - x^2 / ((k + 1) (k + 2)) (...)
        c = 1 - square / ((k + 1) * (k + 2)) * c;
        s = 1 - square / ((k + 2) * (k + 3)) * s;
    }
    s *= x;
    switch ((int)(quarters - 4 * floor(quarters / 4))) {
    case 0:
        return (struct turn){c, s};
    case 1:
        return (struct turn){-s, c};
    case 2:
        return (struct turn){-c, -s};
    default:
        return (struct turn){s, -c};
    }
}
