// Sentences of the pool of GPUs, as korean_list.h has them: a list for each part of it.
#ifndef STUDY_KOREAN_POOL_LIST_H
#define STUDY_KOREAN_POOL_LIST_H

// clang-format off
#define KOREAN_CLUSTER(X) \
    X("no such type of GPU", "그런 GPU 종류가 없습니다") \
    X("'{1}' has {2} GPUs; a node has at most {3}", "'{1}'의 GPU가 {2}개입니다: 한 노드에는 {3}개까지입니다") \
    X("GPUs go with their type, and a type with GPUs", "GPU가 있으면 종류도, 종류가 있으면 GPU도 있어야 합니다") \
    X("no such site", "그런 장소가 없습니다") \
    X("at most {1} types of GPU, {2} nodes and {3} sites are possible", "GPU 종류는 {1}가지, 노드는 {2}개, 장소는 {3}곳까지입니다") \
    X("a PUE below 1", "PUE는 1보다 작을 수 없습니다") \
    X("an island beyond the number of nodes", "아일랜드 번호가 노드 수를 넘습니다")

#define KOREAN_PLACE(X) \
    X("no memory for what is free on {1} nodes", "노드 {1}개의 빈자리를 기록할 메모리가 없습니다") \
    X("no memory for a rule of placement", "배치 규칙에 쓸 메모리가 없습니다") \
    X("no memory for a copy of a rule of placement", "배치 규칙을 복사할 메모리가 없습니다") \
    X("no memory for gangs on {1} nodes", "노드 {1}개에서 한꺼번에 시작하는 작업을 배치할 메모리가 없습니다") \
    X("no memory for {1} kinds of jobs", "작업 종류 {1}가지를 기록할 메모리가 없습니다") \
    X("no memory for a copy of the kinds of jobs", "작업 종류를 복사할 메모리가 없습니다") \
    X("{1} kinds of jobs; at most {2} are told apart", "작업 종류가 {1}가지입니다: {2}가지까지 구별합니다") \
    X("kind {1}: shares of jobs and of a GPU are between 0 and 1", "{1}번째 종류: 작업의 비율과 GPU의 몫은 0과 1 사이여야 합니다")

#define KOREAN_POOL(X) KOREAN_CLUSTER(X) KOREAN_PLACE(X)
// clang-format on

#endif
