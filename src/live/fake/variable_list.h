// The process variables that fake equipment measures, and how each behaves: the only list of them.
#ifndef LIVE_FAKE_VARIABLE_LIST_H
#define LIVE_FAKE_VARIABLE_LIST_H

// clang-format off
// X(name, told as, unit, off, idle, run from, run to, tau s, noise, by wear, by failure, deadband, with, share)
// run: where the set points of recipes lie. noise: standard deviation while it runs. by wear: what one whole
// interval between two maintenances adds. by failure: what the last moment before a failure that this
// variable announces adds. deadband: a change below it is not told. share: correlation of its noise with that of
// another variable, which has noise of its own alone.
#define FAKE_VARIABLES(X) \
    X(TEMPERATURE, "Temperature", "degC", 24, 40, 60, 350, 90, 0.15, 3, 12, 0.2, TEMPERATURE, 0) \
    X(PRESSURE, "Pressure", "kPa", 101.3, 101.3, 2, 80, 8, 0.15, 0.5, 6, 0.2, PRESSURE, 0) \
    X(FLOW, "Flow", "l/min", 0, 0.5, 8, 40, 3, 0.08, -0.6, -4, 0.1, FLOW, 0) \
    X(POWER, "Power", "kW", 0.1, 1.2, 5, 24, 2, 0.06, 0.5, 3, 0.08, POWER, 0) \
    X(VIBRATION, "Vibration", "mm/s", 0.02, 0.3, 1, 2.4, 1, 0.05, 0.8, 3.5, 0.06, VIBRATION, 0) \
    X(CURRENT, "Current", "A", 0.2, 2.5, 9, 45, 2, 0.12, 0.9, 6, 0.15, POWER, 0.9) \
    X(SPEED, "Speed", "rpm", 0, 0, 400, 3000, 5, 2.5, -8, -120, 3, FLOW, 0.8) \
    X(COOLANT, "Coolant", "degC", 18, 18, 21, 27, 240, 0.04, 0.5, 3, 0.05, COOLANT, 0) \
    X(LEAK, "Leak", "Pa l/s", 0.02, 0.02, 0.02, 0.05, 30, 0.001, 0.02, 0.15, 0.0015, LEAK, 0) \
    X(PARTICLES, "Particles", "1/m3", 5, 5, 8, 30, 60, 0.6, 12, 60, 0.8, PARTICLES, 0)
// clang-format on

#endif
