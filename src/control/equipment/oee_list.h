// Where the time of a tool goes that makes no good units: the only list of the losses.
#ifndef CONTROL_OEE_LIST_H
#define CONTROL_OEE_LIST_H

// clang-format off
// X(name, one of the six big losses?, English, Korean)
#define OEE_LOSSES(X) \
    X(NON_SCHEDULED, false, "not scheduled", "비가동계획") \
    X(ENGINEERING, false, "engineering", "엔지니어링") \
    X(PLANNED_STOP, false, "planned maintenance", "계획 보전") \
    X(BREAKDOWN, true, "breakdowns", "고장") \
    X(SETUP, true, "setups and adjustments", "준비교체와 조정") \
    X(WAIT, false, "waiting", "대기") \
    X(MINOR_STOP, true, "minor stops", "순간정지") \
    X(SPEED, true, "reduced speed", "속도저하") \
    X(STARTUP, true, "start-up losses", "초기수율손실") \
    X(DEFECT, true, "defects and rework", "불량과 재작업") \
    X(UNKNOWN, false, "not known", "알수없음")
// clang-format on

#endif
