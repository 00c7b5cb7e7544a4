// Sentences of the pool of GPUs, as korean_list.h has them: a list for each part of it.
#ifndef STUDY_KOREAN_POOL_LIST_H
#define STUDY_KOREAN_POOL_LIST_H

#include "study/words/korean_accounts_list.h"
#include "study/words/korean_executor_list.h"
#include "study/words/korean_forecast_list.h"
#include "study/words/korean_jobs_list.h"
#include "study/words/korean_replay_list.h"
#include "study/words/korean_rounds_list.h"
#include "study/words/korean_slurm_list.h"

// clang-format off
#define KOREAN_CLUSTER(X) \
    X("no such type of GPU", "그런 GPU 종류가 없습니다") \
    X("'{1}' has {2} GPUs; a node has at most {3}", "'{1}'의 GPU가 {2}개입니다: 한 노드에는 {3}개까지입니다") \
    X("GPUs go with their type, and a type with GPUs", "GPU가 있으면 종류도, 종류가 있으면 GPU도 있어야 합니다") \
    X("no such site", "그런 장소가 없습니다") \
    X("at most {1} types of GPU, {2} nodes and {3} sites are possible", "GPU 종류는 {1}가지, 노드는 {2}개, 장소는 {3}곳까지입니다") \
    X("a PUE below 1", "PUE는 1보다 작을 수 없습니다") \
    X("an island beyond the number of nodes", "아일랜드 번호가 노드 수를 넘습니다")

#define KOREAN_INFLATION(X) \
    X("there are no GPUs, or nobody asks for one", "GPU가 없거나 GPU를 요청하는 작업이 없습니다") \
    X("a cluster is filled to 1 to {1} percent", "클러스터는 1 %부터 {1} %까지 채울 수 있습니다") \
    X("no memory for the parts of a job", "작업의 조각을 담을 메모리가 없습니다")

#define KOREAN_MONEY(X) \
    X("hours and charges of {1}, whose database is damaged", "{1}의 사용 시간과 청구 내역: 데이터베이스가 손상되어 남기지 못했습니다") \
    X("a resource is a type of GPU, cpu, memory, or * for all other GPUs", "자원은 GPU 종류, cpu, memory, 또는 그 밖의 모든 GPU를 뜻하는 *입니다") \
    X("a price is from 0 to 1000000000 an hour, with at most 6 decimals", "가격은 시간당 0에서 1000000000까지이고 소수는 6자리까지입니다") \
    X("a time that no calendar here has", "달력에 없는 시각입니다") \
    X("more than {1} resources have prices", "가격이 있는 자원이 {1}가지를 넘습니다") \
    X("two prices of '{1}' from one moment on", "같은 시각부터의 '{1}' 가격이 둘입니다") \
    X("more than {1} prices", "가격이 {1}개를 넘습니다") \
    X("columns of prices are from, resource, credits and krw, each once", "가격표의 열은 시작, 자원, 크레딧, 원이고 한 번씩만 있어야 합니다") \
    X("prices need the columns from, resource and credits", "가격표에는 시작, 자원, 크레딧 열이 있어야 합니다") \
    X("not a price: a number such as 2.5, with at most {1} decimals", "가격이 아닙니다: 2.5와 같은 수이고 소수는 {1}자리까지입니다") \
    X("this row has fewer cells than the first one has columns", "이 행의 칸이 첫 행의 열보다 적습니다") \
    X("not a date: such as 2026-04-01 or 2026-04-01T09:00:00+09:00", "날짜가 아닙니다: 2026-04-01이나 2026-04-01T09:00:00+09:00처럼 적습니다") \
    X("a table of prices has at most {1} MiB", "가격표는 {1} MiB까지입니다") \
    X("resource {1} has no name among the prices", "{1}번 자원의 이름이 가격표에 없습니다") \
    X("more is used at once than can be charged", "한 번에 쓰는 양이 요금을 계산할 수 있는 양을 넘습니다") \
    X("no price of '{1}' holds yet", "'{1}'의 가격이 아직 없습니다") \
    X("a run is charged from its start on, and forwards", "요금은 실행이 시작된 때부터 앞으로 계산합니다") \
    X("a run of more than 100 years", "100년이 넘는 실행입니다") \
    X("more than {1} grants of credits", "크레딧 지급이 {1}건을 넘습니다") \
    X("a grant is from 0 to {1} credits", "지급은 0에서 {1} 크레딧까지입니다") \
    X("a grant expires before it begins", "지급이 시작되기 전에 만료됩니다") \
    X("more credits than can be counted are spent at once", "한 번에 쓴 크레딧이 셀 수 있는 양을 넘습니다") \
    X("more is given back than was spent", "쓴 것보다 많이 돌려줍니다") \
    X("more credits than can be counted", "크레딧이 셀 수 있는 양을 넘습니다") \
    X("more than {1} budgets, or {2} grants", "예산이 {1}건을 넘거나 지급이 {2}건을 넘습니다") \
    X("an account that is not there, or times out of order", "없는 계정이거나 시각의 순서가 맞지 않습니다") \
    X("parents of accounts come before them", "상위 계정이 하위 계정보다 먼저 와야 합니다") \
    X("a ledger has at most {1} entries", "장부에는 {1}건까지 적을 수 있습니다") \
    X("no such kind of entry, or no such account", "그런 종류의 항목이나 계정이 없습니다") \
    X("an amount that an entry cannot have", "항목에 적을 수 없는 금액입니다") \
    X("an entry that ends before it begins", "시작하기 전에 끝나는 항목입니다") \
    X("an entry of this name says something else", "같은 이름의 항목이 다른 내용으로 이미 있습니다") \
    X("a gap between two charges of one attempt", "한 시도의 두 요금 사이에 빈 시간이 있습니다") \
    X("two charges of one attempt for the same time", "한 시도의 같은 시간에 요금이 두 번 매겨졌습니다") \
    X("no charge of this job begins at this time", "이 시각에 시작하는 이 작업의 요금이 없습니다") \
    X("more is given back than was charged", "받은 요금보다 많이 돌려줍니다") \
    X("another price of '{1}' holds from this moment on", "이 시각부터의 '{1}' 가격이 이미 다르게 있습니다") \
    X("a price begins in the future: what has run is charged already", "가격은 앞으로의 시각부터 매깁니다: 이미 쓴 것은 요금이 매겨졌습니다") \
    X("there is no such price, or it holds already", "그런 가격이 없거나 이미 적용되고 있습니다") \
    X("a note has less than {1} bytes", "메모는 {1}바이트보다 짧아야 합니다") \
    X("a budget is of an account, ends behind its beginning, and is not below 0", "예산은 계정이 있어야 하고 시작보다 뒤에 끝나야 하며 0보다 작을 수 없습니다") \
    X("more than {1} budgets", "예산이 {1}건을 넘습니다") \
    X("there is no such budget", "그런 예산이 없습니다") \
    X("a warning is about at most {1} bytes", "경고의 대상은 {1}바이트까지 적습니다") \
    X("usage of no account or type, or with times out of order", "없는 계정이나 종류의 사용 기록이거나 시각의 순서가 맞지 않습니다") \
    X("more than {1} rows of usage, or {2} accounts x months", "사용 기록이 {1}행을 넘거나 계정과 달의 곱이 {2}을(를) 넘습니다") \
    X("no accounts, no months, or none that a calendar here has", "계정이나 달이 없거나 달력에 없는 달입니다") \
    X("more usage than can be counted", "사용량이 셀 수 있는 양을 넘습니다") \
    X("more than {1} runs to compare", "비교할 실행이 {1}건을 넘습니다") \
    X("a run that ends before it begins", "시작하기 전에 끝나는 실행입니다") \
    X("this is set twice", "두 번 정해져 있습니다") \
    X("this is {1}, and has to be from {2} to {3}", "{1}인데 {2}에서 {3}까지여야 합니다") \
    X("more than {1} types of GPU", "GPU 종류가 {1}가지를 넘습니다") \
    X("not a sum of money in won, from 0 on", "0 이상의 원 단위 금액이 아닙니다") \
    X("no such setting: years, capital_krw, people_krw, space_krw, other_krw, power_krw_per_mwh, co2_g_per_kwh, gpu-TYPE", "그런 설정이 없습니다: years, capital_krw, people_krw, space_krw, other_krw, power_krw_per_mwh, co2_g_per_kwh, gpu-종류") \
    X("years is wanted: over how many years the cost is spread", "years가 필요합니다: 비용을 몇 년에 나눌지 적습니다") \
    X("times or amounts of use that are out of order", "시각이나 사용량의 순서가 맞지 않습니다") \
    X("a bill that is larger than can be counted", "비용이 셀 수 있는 양을 넘습니다") \
    X("more than {1} changes of the pool", "풀의 변경 기록이 {1}건을 넘습니다")

#define KOREAN_PLACE(X) \
    X("no memory for what is free on {1} nodes", "노드 {1}개의 빈자리를 기록할 메모리가 없습니다") \
    X("no memory for a rule of placement", "배치 규칙에 쓸 메모리가 없습니다") \
    X("no memory for a copy of a rule of placement", "배치 규칙을 복사할 메모리가 없습니다") \
    X("no memory for gangs on {1} nodes", "노드 {1}개에서 한꺼번에 시작하는 작업을 배치할 메모리가 없습니다") \
    X("no memory for {1} kinds of jobs", "작업 종류 {1}가지를 기록할 메모리가 없습니다") \
    X("no memory for a copy of the kinds of jobs", "작업 종류를 복사할 메모리가 없습니다") \
    X("{1} kinds of jobs; at most {2} are told apart", "작업 종류가 {1}가지입니다: {2}가지까지 구별합니다") \
    X("kind {1}: shares of jobs and of a GPU are between 0 and 1", "{1}번째 종류: 작업의 비율과 GPU의 몫은 0과 1 사이여야 합니다")

#define KOREAN_SCHEDULER(X) \
    X("it has no name", "이름이 없습니다") \
    X("its parent has to stand in a row before its own", "상위 계정은 자신보다 앞 행에 있어야 합니다") \
    X("the first row is all accounts and has no parent", "첫 행은 전체 계정이며 상위 계정이 없습니다") \
    X("its weight is 0; a weight is above 0", "가중치가 0입니다: 0보다 커야 합니다") \
    X("its longest job is below 0", "작업의 최대 시간이 0보다 작습니다") \
    X("account '{1}' is {2} levels deep; at most {3} are possible", "계정 '{1}'의 깊이가 {2}단계입니다: {3}단계까지입니다") \
    X("accounts below it are guaranteed more than it is", "하위 계정들의 보장량이 이 계정의 보장량보다 많습니다") \
    X("{1} GPUs of one type are guaranteed, the cluster has {2}", "한 종류의 GPU {1}개를 보장하는데 클러스터에는 {2}개가 있습니다") \
    X("there is no account; the first row stands for all of them", "계정이 없습니다: 첫 행은 전체를 뜻합니다") \
    X("{1} accounts; at most {2} are possible", "계정이 {1}개입니다: {2}개까지입니다") \
    X("a job has 1 to {1} parts, each with at most {2} GPUs", "작업은 1~{1}개 조각이며 조각마다 GPU는 {2}개까지입니다") \
    X("a share of a GPU is 1 to 1000 thousandths, and of one GPU only", "GPU 몫은 1~1000(천분율)이며 GPU 한 개에만 씁니다") \
    X("the cluster has none of the types of GPU that are asked for", "요청한 종류의 GPU가 클러스터에 없습니다") \
    X("a time limit or a grace below 0", "시간 제한이나 유예 시간이 0보다 작습니다") \
    X("jobs are of accounts that have none below them", "작업은 하위 계정이 없는 계정에만 낼 수 있습니다") \
    X("a job of '{1}' may have at most {2} GPUs, this wants {3}", "'{1}'의 작업은 GPU {2}개까지인데 {3}개를 요청했습니다") \
    X("a job of '{1}' may run at most {2} s", "'{1}'의 작업은 {2}초까지 실행할 수 있습니다") \
    X("give it that limit", "시간 제한을 그 안으로 정하세요") \
    X("'{1}' may never have as many GPUs as this job wants", "'{1}'[은/는] 이 작업이 요청한 만큼의 GPU를 가질 수 없습니다") \
    X("no node has what one part wants", "조각 하나가 요청한 자원을 가진 노드가 없습니다") \
    X("GPUs of one node, CPUs or memory", "한 노드의 GPU, CPU 또는 메모리") \
    X("an empty cluster has room for {1} such parts of one type, not for {2}", "빈 클러스터에도 한 종류로는 이런 조각이 {1}개까지만 들어갑니다({2}개 요청)") \
    X("it wants more than its guarantee and what nobody is guaranteed", "보장량과 아무에게도 보장되지 않은 양보다 많이 요청했습니다") \
    X("only a job that may be stopped can borrow so much", "그만큼 빌리려면 멈출 수 있는 작업이어야 합니다") \
    X("only a job that may be stopped and makes checkpoints can borrow so much", "그만큼 빌리려면 멈출 수 있고 체크포인트를 남기는 작업이어야 합니다") \
    X("more GPUs are guaranteed than there are", "보장량이 있는 GPU보다 많습니다") \
    X("no memory for private guarantees", "전용 보장량을 담을 메모리가 없습니다") \
    X("at most {1} jobs can wait and run at a time", "대기하거나 실행 중인 작업은 {1}개까지입니다") \
    X("there is no such reservation", "그런 예약이 없습니다") \
    X("what it holds is not free, or is on no node of the cluster", "작업이 쓰는 자리가 비어 있지 않거나 클러스터의 노드가 아닙니다") \
    X("a reservation ends after it begins, and has nodes", "예약은 시작한 뒤에 끝나야 하고 노드가 있어야 합니다") \
    X("nodes of a reservation are of the cluster, and rising", "예약의 노드는 클러스터의 노드이고 번호 순서여야 합니다") \
    X("a node of it is reserved for others in that time", "그 시간에 다른 예약이 잡힌 노드가 있습니다") \
    X("at most {1} reservations are possible", "예약은 {1}개까지입니다") \
    X("one of these in quotes is wanted", "다음 중 하나를 따옴표로 적으세요") \
    X("a whole number from 0 to {1} is wanted", "0부터 {1}까지의 정수가 필요합니다") \
    X("a time in quotes is wanted, such as \"90s\", \"30min\", \"12h\" or \"7d\"", "시간을 따옴표로 적으세요(예: \"90s\", \"30min\", \"12h\", \"7d\")") \
    X("a whole number from 0 is wanted", "0 이상의 정수가 필요합니다") \
    X("no rule is called '{1}'", "'{1}': 그런 이름의 규칙은 없습니다")

#define KOREAN_TRACE(X) \
    X("'{1}' is no number from 0 to {2}", "'{1}'[은/는] 0부터 {2}까지의 수가 아닙니다") \
    X("'{1}' is no memory: a number, or one with M, G or T", "'{1}'[은/는] 메모리 크기가 아닙니다: 수만 쓰거나 M, G, T를 붙입니다") \
    X("'{1}' is no span of time: seconds, 90m, 2h, 12:30:00", "'{1}'[은/는] 시간 길이가 아닙니다: 초 단위의 수, 90m, 2h, 12:30:00처럼 씁니다") \
    X("'{1}' is no time: seconds, or 2026-05-01T12:00:00", "'{1}'[은/는] 시각이 아닙니다: 초 단위의 수 또는 2026-05-01T12:00:00처럼 씁니다") \
    X("a trace has at most {1} jobs", "기록에는 작업이 {1}개까지 들어갑니다") \
    X("no memory for the jobs of a trace", "기록의 작업을 담을 메모리가 없습니다") \
    X("'{1}' is no type of GPU that a node has", "'{1}'[은/는] 어느 노드에도 없는 GPU 종류입니다") \
    X("a job of {1} parts; at most {2} are possible", "작업 하나가 {1}조각입니다: {2}조각까지입니다") \
    X("no table of jobs: it needs columns 'gpus' and 'duration', those of sacct -P (JobID, State), or of openb (num_gpu, gpu_milli)", "작업 표가 아닙니다: 'gpus'와 'duration' 열, sacct -P의 열(JobID, State), 또는 openb의 열(num_gpu, gpu_milli)이 있어야 합니다") \
    X("a GPU of which nothing is asked: 1 to 1000 thousandths", "GPU를 조금도 쓰지 않는 요청입니다: 1부터 1000까지 천분율로 씁니다") \
    X("a share is of one GPU: 'gpus' has to be 1", "몫은 GPU 하나에 대한 것입니다: 'gpus'가 1이어야 합니다") \
    X("'{1}' is no resource: cpu=8, mem=64G, gres/gpu:h100=4", "'{1}'[은/는] 자원이 아닙니다: cpu=8, mem=64G, gres/gpu:h100=4처럼 씁니다") \
    X("more than a job can have", "작업 하나가 가질 수 있는 양을 넘습니다") \
    X("no memory for the nodes of a cluster", "클러스터의 노드를 담을 메모리가 없습니다") \
    X("no table of nodes: it needs columns 'gpus', 'gpu_type' and 'cpus', or those of openb (gpu, model, cpu_milli)", "노드 표가 아닙니다: 'gpus', 'gpu_type', 'cpus' 열 또는 openb의 열(gpu, model, cpu_milli)이 있어야 합니다")

#define KOREAN_POOL(X) KOREAN_ACCOUNTS(X) KOREAN_CLUSTER(X) KOREAN_EXECUTOR(X) KOREAN_FORECAST(X) KOREAN_INFLATION(X) KOREAN_JOBS(X) KOREAN_MONEY(X) KOREAN_PLACE(X) KOREAN_REPLAY(X) KOREAN_ROUNDS(X) KOREAN_SCHEDULER(X) KOREAN_SLURM(X) KOREAN_TRACE(X)
// clang-format on

#endif
