// Sentences of generated traces and of forecasts of starts, as korean_list.h has them.
#ifndef STUDY_KOREAN_FORECAST_LIST_H
#define STUDY_KOREAN_FORECAST_LIST_H

// clang-format off
#define KOREAN_FORECAST(X) \
    X("a generated trace has 1 to {1} jobs of 1 to {2} accounts, a load above 0, and a cluster with GPUs", "만든 기록에는 작업이 1개부터 {1}개까지, 계정이 1개부터 {2}개까지 있고 부하는 0보다 크며 클러스터에 GPU가 있어야 합니다") \
    X("no memory for the accounts of a trace", "기록의 계정을 담을 메모리가 없습니다") \
    X("1 to {1} futures can be played", "앞날은 1번부터 {1}번까지 그려 볼 수 있습니다") \
    X("this job does not wait", "기다리는 작업이 아닙니다") \
    X("no memory to look ahead", "앞날을 내다볼 메모리가 없습니다") \
    X("no memory for what jobs did before", "지난 작업의 기록을 담을 메모리가 없습니다")
// clang-format on

#endif
