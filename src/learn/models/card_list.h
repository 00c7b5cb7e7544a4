// What a model card tells: figures, ways to split, warnings; in English and Korean.
#ifndef LEARN_CARD_LIST_H
#define LEARN_CARD_LIST_H

// clang-format off
#define MODEL_GOALS(X) \
    X(YES_NO, "yes or no", "예·아니오") \
    X(CLASS, "class", "분류") \
    X(NUMBER, "number", "수치")

// is less better, is a share
#define CARD_FIGURES(X) \
    X(AUC, false, false, "ranks bad above good (AUC)", "불량을 양품보다 높게 매기는 정도(AUC)") \
    X(AVERAGE_PRECISION, false, false, "average precision", "평균 정밀도(AP)") \
    X(BRIER, true, false, "error of probabilities (Brier)", "확률 오차(Brier)") \
    X(LOG_LOSS, true, false, "log loss", "로그 손실") \
    X(CALIBRATION_ERROR, true, true, "calibration error", "확률 보정 오차") \
    X(RECALL, false, true, "bad ones found at the threshold", "문턱값에서 찾아낸 불량") \
    X(PRECISION, false, true, "alarms that are right at the threshold", "문턱값에서 맞은 알람") \
    X(F1, false, false, "F1 at the threshold", "문턱값에서의 F1") \
    X(COST, true, false, "cost of a unit at the threshold", "문턱값에서 한 개당 비용") \
    X(ACCURACY, false, true, "right answers", "정답률") \
    X(MACRO_F1, false, false, "macro F1", "매크로 F1") \
    X(BALANCED_ACCURACY, false, true, "balanced accuracy", "균형 정확도") \
    X(RMSE, true, false, "error (RMSE)", "오차(RMSE)") \
    X(MAE, true, false, "mean error (MAE)", "평균 오차(MAE)") \
    X(R2, false, false, "explained share (R²)", "설명하는 비율(R²)") \
    X(COVERAGE, false, true, "intervals that hold the truth", "참값을 담은 구간의 비율") \
    X(WIDTH, true, false, "mean width of the intervals", "구간의 평균 너비")

#define CARD_SPLITS(X) \
    X(TIME, "later rows", "나중 행") \
    X(GROUP, "whole units or lots", "개체·로트 단위") \
    X(RANDOM, "random rows", "무작위 행")

#define CARD_WARNINGS(X) \
    X(OPTIMISTIC, "Random rows were tried: where neighbors resemble each other the figures are too good.", "무작위로 나눈 행으로 시험했습니다. 이웃한 행끼리 닮았다면 수치가 실제보다 좋게 나옵니다.") \
    X(FEW_ROWS, "There are few rows: what the figures say is rough.", "행이 적어 수치는 어림값입니다.") \
    X(FEW_RARE, "Where the model was tried, the rare class is seen in fewer than 20 rows or lots: how good it is, is rough.", "시험에 쓴 행이나 로트 가운데 드문 쪽이 든 것이 20개도 되지 않아 수치는 어림값입니다.") \
    X(NO_BETTER, "It is not surely better than answering the same each time: do not decide by it.", "늘 같은 답을 하는 것보다 낫다고 확신할 수 없습니다. 이 모델로 결정하지 마십시오.") \
    X(DRIFT, "Columns have changed between the rows it learned from and those it was tried on.", "배운 행과 시험한 행 사이에 값의 분포가 달라진 열이 있습니다.") \
    X(MISCALIBRATED, "Its probabilities did not come true as often as they said.", "예측한 확률만큼 실제로 일어나지 않았습니다.") \
    X(WIDE, "There are too few rows for intervals: they are endless.", "구간을 정하기에 행이 너무 적어 구간이 끝없이 넓습니다.") \
    X(NO_TIME, "No time is known: rows were taken in the order in which they stand.", "시각을 알 수 없어 행이 놓인 순서를 시간 순서로 보았습니다.")
// clang-format on

#endif
