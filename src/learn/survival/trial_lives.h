// Published lives for the tests.
// A test uses some of them.
#ifndef LEARN_TRIAL_LIVES_H
#define LEARN_TRIAL_LIVES_H

#include <stdint.h>

// Weeks of remission of 21 patients with leukemia under 6-MP, then of 21 under a placebo: E. J. Freireich et al., Blood 21 (1963) 699-716, as in
// E. A. Gehan, Biometrika 52 (1965) 203-223.
enum { LEUKEMIA = 42, LEUKEMIA_TREATED = 21 };
static const double leukemia_time[LEUKEMIA] = {
    6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35, //
    1, 1, 2, 2, 3, 4, 4,  5,  5,  8,  8,  8,  8,  11, 11, 12, 12, 15, 17, 22, 23};
static const uint8_t leukemia_is_failed[LEUKEMIA] = {
    1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, //
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

// Kilometers of 38 shock absorbers, 11 of which failed: P. D. T. O'Connor, Practical Reliability Engineering, 1985, as in W. Q. Meeker, L. A.
// Escobar, 1998, table C.2.
enum { SHOCK = 38 };
static const double shock_km[SHOCK] = {
    6700,  6950,  7820,  8790,  9120,  9660,  9820,  11310, 11690, 11850, 11880, 12140, 12200,
    12870, 13150, 13330, 13470, 14040, 14300, 17520, 17540, 17890, 18450, 18960, 18980, 19410,
    20100, 20100, 20150, 20320, 20900, 22700, 23490, 26510, 27410, 27490, 27890, 28100};
static const uint8_t shock_is_failed[SHOCK] = {1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
                                               0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0,
                                               1, 0, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0};

// Millions of revolutions of 23 ball bearings, all failed: J. Lieblein, M. Zelen, J. Res. NBS 57 (1956) 273-316, as in J. F. Lawless.
enum { BEARINGS = 23 };
static const double bearings_time[BEARINGS] = {
    17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48,  51.84,  51.96,  54.12,  55.56, 67.80,
    68.64, 68.64, 68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40};

#endif
