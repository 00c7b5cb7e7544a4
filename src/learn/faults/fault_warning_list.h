// What a model of process faults warns of: name, key, English, Korean.
#ifndef LEARN_FAULT_WARNING_LIST_H
#define LEARN_FAULT_WARNING_LIST_H

// clang-format off
#define FAULT_WARNINGS(X) \
    X(UNLABELED, "unlabeled", "No column of faults was named: all rows were taken as normal, and no fault gets a name.", "고장을 적은 열을 정하지 않아 모든 행을 정상으로 보았습니다. 고장의 이름은 말하지 못합니다.") \
    X(NOT_SAID, "not_said", "Rows that say neither normal nor which fault were left out: they are not taken as normal.", "정상인지 어떤 고장인지 적히지 않은 행은 뺐습니다. 정상으로 여기지 않습니다.") \
    X(NO_TIME, "no_time", "No time is known: rows were taken in the order in which they stand.", "시각을 알 수 없어 행이 놓인 순서를 시간 순서로 보았습니다.") \
    X(NO_UNIT, "no_unit", "No column of runs or tools was named: all rows were taken as one run.", "실험이나 설비의 열을 정하지 않아 모든 행을 이어진 한 번의 가동으로 보았습니다.") \
    X(FALSE_ALARMS, "false_alarms", "On normal rows that it had not seen it alarms surely more often than was asked for.", "본 적 없는 정상 행에서 정한 비율보다 확실히 자주 알람을 냅니다.") \
    X(FEW_NORMAL, "few_normal", "Few normal rows could be set aside: the share of false alarms is hardly known.", "따로 둘 정상 행이 적어 거짓 알람 비율을 거의 알 수 없습니다.") \
    X(HIDDEN, "hidden", "A fault is hardly seen: its rows raise no more alarms than normal ones.", "거의 보이지 않는 고장이 있습니다. 그 고장의 행이 정상 행보다 알람을 더 내지 않습니다.") \
    X(ONE_RUN, "one_run", "Names were tried on later rows of the same run, where a fault has one run alone: another run may look different.", "한 번만 일어난 고장은 같은 가동의 나중 행으로 시험했습니다. 다음에 일어날 때는 다르게 보일 수 있습니다.") \
    X(FEW_ROWS, "few_rows", "A fault has too few rows to learn its name.", "행이 너무 적어 이름을 배우지 못한 고장이 있습니다.") \
    X(NO_NAMES, "no_names", "Fewer than two faults have rows enough: it tells that something is wrong, but not what.", "배울 만한 고장이 두 가지가 되지 않아, 이상하다고만 하고 무엇인지는 말하지 못합니다.") \
    X(UNSEEN, "unseen", "A fault that nobody has seen often gets the name of a known one: \"unknown\" is a hint, no safeguard.", "처음 보는 고장에 아는 고장의 이름을 붙일 때가 많습니다. \"모름\"은 참고일 뿐 안전장치가 아닙니다.")
// clang-format on

#endif
