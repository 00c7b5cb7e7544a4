// What a model of lives warns of: name, key, English, Korean.
#ifndef LEARN_SURVIVAL_LIST_H
#define LEARN_SURVIVAL_LIST_H

// clang-format off
#define SURVIVAL_WARNINGS(X) \
    X(FEW_FAILURES, "few_failures", "Fewer than 10 lives ended in a failure: its intervals are too narrow.", "고장으로 끝난 수명이 10개도 되지 않아 구간이 실제보다 좁습니다.") \
    X(FEW_FOR_COLUMNS, "few_for_columns", "There are fewer than 10 failures for each column: effects flatter.", "열 하나당 고장이 10개도 되지 않아 영향이 부풀려져 있습니다.") \
    X(NO_BETTER, "no_better", "The columns do not surely tell which unit fails first: its answers go by age alone.", "어느 개체가 먼저 고장 나는지 열로는 확실히 알 수 없어, 나이만 보고 답합니다.") \
    X(FORM, "form", "The lives hardly follow a Weibull distribution: trust the curves, not the ages far out.", "수명이 베이불 분포를 잘 따르지 않습니다. 곡선을 믿고, 먼 나이의 값은 믿지 마십시오.") \
    X(CHANGES_WITH_AGE, "changes_with_age", "The effect of a column changes with age: one ratio does not tell it all.", "나이에 따라 영향이 달라지는 열이 있어 비율 하나로는 다 말할 수 없습니다.") \
    X(COVERAGE, "coverage", "Fewer or more lives held out ended within the intervals than should.", "따로 둔 수명이 구간 안에서 끝난 비율이 말한 것과 다릅니다.") \
    X(MANY_RUNNING, "many_running", "More than nine in ten lives were still running: ages beyond those seen are a guess.", "열 가운데 아홉이 넘는 개체가 아직 돌고 있어, 본 적 없는 나이의 값은 추측입니다.")
// clang-format on

#endif
