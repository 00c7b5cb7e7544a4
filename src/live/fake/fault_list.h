// Words of the table of faults in English and Korean: the only list of them.
#ifndef LIVE_FAKE_FAULT_LIST_H
#define LIVE_FAKE_FAULT_LIST_H

// clang-format off
// X(name, English, Korean, required)
#define FAULT_COLUMNS(X) \
    X(AT, "at", "시각", true) \
    X(FOR, "for", "동안", false) \
    X(TARGET, "target", "대상", true) \
    X(FAULT, "fault", "장애", true) \
    X(VALUE, "value", "값", false) \
    X(SHARE, "share", "비율", false)

// X(name, English, Korean, what it is done to, what its value is, share when none is given; 0: it has none)
#define FAULT_KINDS(X) \
    X(DROP, "drop", "단절", LINK, NOTHING, 0) \
    X(DELAY, "delay", "지연", LINK, SPAN, 0) \
    X(REPEAT, "repeat", "중복", LINK, NOTHING, 0.1) \
    X(REORDER, "reorder", "순서바뀜", LINK, NOTHING, 0.1) \
    X(MALFORMED, "malformed", "깨짐", LINK, NOTHING, 0.1) \
    X(CLOCK, "clock", "시계", TOOL, OFFSET, 0) \
    X(STUCK, "stuck", "고착", SIGNAL, NOTHING, 0) \
    X(DRIFT, "drift", "드리프트", SIGNAL, NUMBER, 0) \
    X(SPIKE, "spike", "튐", SIGNAL, NUMBER, 0.05) \
    X(NOISE, "noise", "잡음", SIGNAL, NUMBER, 0) \
    X(FAILURE, "failure", "고장", TOOL, NOTHING, 0)

// X(name, as it is written)
#define FAULT_LINKS(X) \
    X(SPARKPLUG, "sparkplug") \
    X(MODBUS, "modbus") \
    X(SECS, "secs") \
    X(OPCUA, "opcua")
// clang-format on

#endif
