// The states of a tool and their words in English and Korean: the only list of them.
#ifndef CONTROL_E10_LIST_H
#define CONTROL_E10_LIST_H

// clang-format off
// The six basic states of SEMI E10, and the time of which nobody knows.
#define E10_STATES(X) \
    X(PRODUCTIVE, "productive", "가공") \
    X(STANDBY, "standby", "유휴") \
    X(ENGINEERING, "engineering", "엔지니어링") \
    X(SCHEDULED_DOWN, "scheduled down", "계획정지") \
    X(UNSCHEDULED_DOWN, "unscheduled down", "비계획정지") \
    X(NON_SCHEDULED, "non-scheduled", "비가동계획") \
    X(UNKNOWN, "unknown", "알수없음")

// X(name, state, English, Korean). The first of each state is what its bare name means.
#define E10_SUBSTATES(X) \
    X(REGULAR, PRODUCTIVE, "regular production", "정규생산") \
    X(THIRD_PARTY, PRODUCTIVE, "work for others", "외주생산") \
    X(REWORK, PRODUCTIVE, "rework", "재작업") \
    X(ENGINEERING_RUN, PRODUCTIVE, "engineering run", "시험생산") \
    X(IDLE, STANDBY, "idle", "대기") \
    X(NO_OPERATOR, STANDBY, "no operator", "작업자없음") \
    X(NO_PRODUCT, STANDBY, "no product", "자재없음") \
    X(NO_SUPPORT, STANDBY, "no support tool", "치공구없음") \
    X(BLOCKED, STANDBY, "blocked", "배출막힘") \
    X(NO_ORDER, STANDBY, "no order", "지시없음") \
    X(EXPERIMENT, ENGINEERING, "process experiment", "공정실험") \
    X(EQUIPMENT_TRIAL, ENGINEERING, "equipment trial", "설비실험") \
    X(MAINTENANCE, SCHEDULED_DOWN, "maintenance", "정기보전") \
    X(SETUP, SCHEDULED_DOWN, "setup", "준비교체") \
    X(PRODUCTION_TEST, SCHEDULED_DOWN, "production test", "양산점검") \
    X(SCHEDULED_CONSUMABLES, SCHEDULED_DOWN, "planned change of consumables", "소모품계획교체") \
    X(SCHEDULED_FACILITIES, SCHEDULED_DOWN, "planned facilities work", "유틸리티계획정지") \
    X(SCHEDULED_DELAY, SCHEDULED_DOWN, "waiting for maintenance", "보전대기") \
    X(FAILED, UNSCHEDULED_DOWN, "failed", "고장") \
    X(REPAIR, UNSCHEDULED_DOWN, "repair", "수리") \
    X(CONSUMABLES, UNSCHEDULED_DOWN, "change of consumables", "소모품교체") \
    X(BAD_INPUT, UNSCHEDULED_DOWN, "out-of-spec input", "불량투입") \
    X(FACILITIES, UNSCHEDULED_DOWN, "facilities", "유틸리티이상") \
    X(REPAIR_DELAY, UNSCHEDULED_DOWN, "waiting for repair", "수리대기") \
    X(OFF, NON_SCHEDULED, "off", "휴무") \
    X(INSTALLATION, NON_SCHEDULED, "installation", "설치개조") \
    X(TRAINING, NON_SCHEDULED, "training", "교육") \
    X(SHUTDOWN, NON_SCHEDULED, "shutdown or start-up", "전원차단기동") \
    X(NOT_KNOWN, UNKNOWN, "not known", "모름")

// X(word, substate): what tables say besides. Blanks, - and _ do not count, nor does the case of ASCII letters.
#define E10_WORDS(X) \
    X("running", REGULAR) X("run", REGULAR) X("busy", REGULAR) X("prod", REGULAR) X("execute", REGULAR) \
    X("생산", REGULAR) X("가동", REGULAR) X("운전", REGULAR) \
    X("sby", IDLE) X("ready", IDLE) X("starved", NO_PRODUCT) X("no material", NO_PRODUCT) X("full", BLOCKED) \
    X("공정대기", NO_PRODUCT) X("만재", BLOCKED) \
    X("eng", EXPERIMENT) \
    X("sdt", MAINTENANCE) X("pm", MAINTENANCE) X("scheduled downtime", MAINTENANCE) X("changeover", SETUP) \
    X("점검", MAINTENANCE) X("정기점검", MAINTENANCE) X("기종교체", SETUP) X("계획 비가동", MAINTENANCE) \
    X("udt", FAILED) X("down", FAILED) X("fault", FAILED) X("failure", FAILED) X("unscheduled downtime", FAILED) \
    X("정지", FAILED) X("이상", FAILED) X("비계획 비가동", FAILED) \
    X("nst", OFF) X("non-scheduled time", OFF) X("no shift", OFF) X("비번", OFF) X("무계획", OFF) X("휴일", OFF) \
    X("offline", NOT_KNOWN) X("미상", NOT_KNOWN)
// clang-format on

#endif
