// Cosine and sine of an angle, the same bits on every machine.
#ifndef SCENE_TURN_H
#define SCENE_TURN_H

struct turn {
    double cos, sin;
};

// in: degrees, |degrees| < 1e6. Exact at multiples of 90, elsewhere within 1e-15.
struct turn turn_of(double degrees);

#endif
