// Words of alarms and their table in English and Korean: the only list of them.
#ifndef CONTROL_ALARM_LIST_H
#define CONTROL_ALARM_LIST_H

// clang-format off
// X(name, English, Korean, required)
#define ALARM_COLUMNS(X) \
    X(ALARM, "alarm", "경보", true) \
    X(CONDITION, "condition", "조건", true) \
    X(PRIORITY, "priority", "우선순위", false) \
    X(TEXT, "text", "설명", false) \
    X(ON_DELAY, "on_delay", "발생지연", false) \
    X(OFF_DELAY, "off_delay", "해제지연", false) \
    X(DEAD_TIME, "dead_time", "재발생금지", false) \
    X(CAUSE, "cause", "원인경보", false) \
    X(OPERATOR, "operator", "담당", false) \
    X(ESCALATE, "escalate", "상위보고", false) \
    X(ACK, "ack", "확인필요", false)

// X(name, English, Korean)
#define ALARM_PRIORITIES(X) \
    X(CRITICAL, "critical", "긴급") \
    X(HIGH, "high", "높음") \
    X(MEDIUM, "medium", "보통") \
    X(LOW, "low", "낮음")

// X(name, English, Korean): the states of ISA-18.2.
#define ALARM_STATES(X) \
    X(NORMAL, "normal", "정상") \
    X(UNACKED, "unacknowledged", "미확인") \
    X(ACKED, "acknowledged", "확인") \
    X(RETURNED, "returned", "복귀") \
    X(SHELVED, "shelved", "보류") \
    X(SUPPRESSED, "suppressed", "억제") \
    X(OUT_OF_SERVICE, "out of service", "사용중지")
// clang-format on

#endif
