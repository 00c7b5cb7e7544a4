// Sentences of the program in Korean: English as it is written where the fault is found, with {1} to {9} for what is filled in.
// korean.h says how they are used; tests/korean.py finds an English sentence that is written nowhere any more.
#ifndef STUDY_KOREAN_LIST_H
#define STUDY_KOREAN_LIST_H

#include "study/words/korean_learn_list.h"
#include "study/words/korean_live_list.h"
#include "study/words/korean_living_list.h"
#include "study/words/korean_pool_list.h"

// clang-format off
#define KOREAN_FAULTS(X) \
    /* whole tables */ \
    X("there is no plant here", "공장 자료가 없습니다") \
    X("routes.csv, tools.csv and releases.csv", "routes.csv, tools.csv, releases.csv가 필요합니다") \
    X("routes.csv, tools.csv and releases.csv; or part.txt, tool.txt.1l, order.txt and route files", \
        "routes.csv, tools.csv, releases.csv, 또는 part.txt, tool.txt.1l, order.txt와 공정 경로 파일이 필요합니다") \
    X("part.txt, tool.txt.1l, order.txt and the route files", "part.txt, tool.txt.1l, order.txt와 공정 경로 파일이 필요합니다") \
    X("this table is missing", "이 표가 없습니다") \
    X("both maru CSV tables and AutoSched tables are here", "maru CSV 표와 AutoSched 표가 섞여 있습니다") \
    X("the tables of one dialect", "한 가지 형식의 표만 두세요") \
    X("unknown file", "모르는 파일입니다") \
    X("a table of docs/PLANT.md, or nothing: it is skipped", "docs/PLANT.md에 있는 표가 아니어서 건너뜁니다") \
    X("a table has more than 64 MiB", "표 하나가 64 MiB를 넘습니다") \
    X("bytes that are no text", "글자가 아닌 바이트가 있습니다") \
    X("text in UTF-8 (or CP949, in a folder)", "UTF-8 또는 CP949로 저장하세요") \
    X("a table of text, one row a line", "한 줄에 한 행씩 적은 텍스트 표여야 합니다") \
    X("the table is empty", "표가 비어 있습니다") \
    X("the table has no rows", "표에 행이 없습니다") \
    X("a line with the names of the columns, and rows below it", "첫 줄에 열 이름을 적고 그 아래에 행을 적으세요") \
    X("column {1} has the same name", "{1}번째 열과 이름이 같습니다") \
    X("each column once", "열 이름은 한 번씩만 쓸 수 있습니다") \
    X("unknown column", "모르는 열입니다") \
    X("a column of docs/PLANT.md, or nothing: it is skipped", "docs/PLANT.md에 있는 열이 아니어서 건너뜁니다") \
    X("a required column is missing", "꼭 있어야 하는 열이 없습니다") \
    X("this column in the first line", "첫 줄에 이 열을 넣으세요") \
    X("a cell without a column", "열 이름이 없는 칸입니다") \
    X("as many cells as the first line has", "칸의 수를 첫 줄과 맞추세요") \
    X("one row", "한 행만 적으세요") \
    X("a second row", "행이 둘입니다") \
    /* cells */ \
    X("the plant starts in a year that dates cannot be computed from", "날짜를 셈할 수 없는 해에 공장이 시작합니다") \
    X("a year from 1901 to 2299", "1901년부터 2299년까지") \
    X("the cell is empty", "칸이 비어 있습니다") \
    X("a value", "값을 적으세요") \
    X("one line", "한 줄로 적으세요") \
    X("a line break or tab inside the text", "글 안에 줄바꿈이나 탭이 있습니다") \
    X("the name is too long", "이름이 너무 깁니다") \
    X("at most 255 bytes", "255바이트까지 쓸 수 있습니다") \
    X("not a whole number", "정수가 아닙니다") \
    X("a negative number", "음수입니다") \
    X("a number outside of what is allowed", "허용 범위를 벗어난 수입니다") \
    X("a whole number from {1} to {2}", "{1}부터 {2}까지의 정수") \
    X("unknown word", "모르는 낱말입니다") \
    X("yes or no", "yes 또는 no") \
    X("lot, wafer or batch", "lot, wafer, batch 가운데 하나") \
    X("need or always", "need 또는 always") \
    X("tool or delay", "tool 또는 delay") \
    X("any or setup", "any 또는 setup") \
    X("step or any", "step 또는 any") \
    X("failure or maintenance", "failure 또는 maintenance") \
    X("constant, uniform or exponential", "constant, uniform, exponential 가운데 하나") \
    X("not a length", "길이가 아닙니다") \
    X("not an angle", "각도가 아닙니다") \
    X("degrees from {1} to {2}", "{1}도부터 {2}도까지") \
    X("metres such as 2.5, or 2500 mm, above {1} to {2}", "2.5(미터) 또는 2500 mm 같은 길이. {1}보다 크고 {2}까지") \
    X("metres such as 2.5, or 2500 mm, from {1} to {2}", "2.5(미터) 또는 2500 mm 같은 길이. {1}부터 {2}까지") \
    X("not above 0", "0보다 커야 합니다") \
    X("not a number of wafers", "웨이퍼 수가 아닙니다") \
    X("a whole number of wafers, 0 or more, or a time with its unit", "0 이상의 웨이퍼 수, 또는 단위를 붙인 시간") \
    X("a number of wafers cannot be drawn", "웨이퍼 수는 분포로 적을 수 없습니다") \
    X("a date such as 2018-01-31 13:05:59", "2018-01-31 13:05:59 같은 날짜") \
    X("a date such as 01/31/18 13:05:59", "01/31/18 13:05:59 같은 날짜") \
    X("a date such as 2018-01-31 13:05:59, or a time after the start such as 3 day", "2018-01-31 13:05:59 같은 날짜, 또는 3 day처럼 시작 뒤의 시간") \
    X("the start must be a date", "시작은 날짜여야 합니다") \
    /* times and shares */ \
    X("a number and a unit: us, ms, s, min, h, day or week, such as 12 min", "수와 단위(us, ms, s, min, h, day, week). 예: 12 min") \
    X("one of us, ms, s, min, h, day, week", "us, ms, s, min, h, day, week 가운데 하나") \
    X("12 min, constant(12) min, uniform(10, 14) min, exponential(168) h, lognormal(30, 5) min, triangular(8, 10, 15) min or empirical(file.csv) min", \
        "12 min, constant(12) min, uniform(10, 14) min, exponential(168) h, lognormal(30, 5) min, triangular(8, 10, 15) min, empirical(file.csv) min 가운데 하나") \
    X("the unit is missing", "단위가 없습니다") \
    X("unknown unit of time", "모르는 시간 단위입니다") \
    X("the time is too long", "시간이 너무 깁니다") \
    X("at most 100 years", "100년까지 쓸 수 있습니다") \
    X("not a number", "수가 아닙니다") \
    X("a time is missing", "시간이 없습니다") \
    X("not a time", "시간이 아닙니다") \
    X("a negative time", "음의 시간입니다") \
    X("0 or more", "0 이상") \
    X("one time: constant(12) min", "시간 하나: constant(12) min") \
    X("lowest and highest: uniform(10, 14) min", "최소와 최대: uniform(10, 14) min") \
    X("the mean: exponential(168) h", "평균: exponential(168) h") \
    X("mean and standard deviation: lognormal(30, 5) min", "평균과 표준편차: lognormal(30, 5) min") \
    X("lowest, most likely, highest: triangular(8, 10, 15) min", "최소, 최빈, 최대: triangular(8, 10, 15) min") \
    X("the name of a file: empirical(file.csv) min", "파일 이름: empirical(file.csv) min") \
    X("the lowest time is above the highest", "최소 시간이 최대 시간보다 큽니다") \
    X("the three times are not in rising order", "세 시간이 커지는 순서가 아닙니다") \
    X("a lognormal time needs a mean above 0", "로그정규 분포의 평균은 0보다 커야 합니다") \
    X("a wrong number of times in the brackets", "괄호 안 시간의 개수가 맞지 않습니다") \
    X("the name of the file is missing", "파일 이름이 없습니다") \
    X("unknown distribution", "모르는 분포입니다") \
    X("the closing bracket is missing", "닫는 괄호가 없습니다") \
    X("not a date", "날짜가 아닙니다") \
    X("not a time of day", "시각이 아닙니다") \
    X("no such date", "없는 날짜입니다") \
    X("not a share", "비율이 아닙니다") \
    X("a negative share", "음의 비율입니다") \
    X("a share above 1 (100 %)", "비율이 1(100 %)을 넘습니다") \
    X("a share from 0 to 1, such as 0.018 or 1.8 %", "0부터 1까지의 비율. 예: 0.018 또는 1.8 %") \
    X("a number of percent from 0 to 100", "0부터 100까지의 백분율") \
    X("uniform needs a half-width", "uniform에는 반폭이 필요합니다") \
    X("a time in the column behind the mean", "평균 다음 열의 시간") \
    X("the half-width is above the mean: times would be negative", "반폭이 평균보다 커서 시간이 음수가 됩니다") \
    X("a half-width from 0 to the mean", "0부터 평균까지의 반폭") \
    X("the same file of values stands elsewhere with another unit", "같은 값 파일이 다른 곳에 다른 단위로 적혀 있습니다") \
    X("one unit for each file", "파일마다 단위는 하나여야 합니다") \
    X("no such file of values in the folder", "그런 값 파일이 없습니다") \
    X("the file of values cannot be used", "값 파일을 쓸 수 없습니다") \
    X("a file with one time a line", "한 줄에 시간 하나씩 적은 파일") \
    X("one time a line", "한 줄에 시간 하나씩") \
    X("more than one cell", "칸이 둘 이상입니다") \
    /* names */ \
    X("there is no such name: not {1}", "그런 이름이 없습니다: {1}[이/가] 아닙니다") \
    X("did you mean {1}?", "{1}[을/를] 말하려던 것입니까?") \
    X("the name of {1}", "{1}의 이름") \
    X("a route", "공정 경로") \
    X("a product", "제품") \
    X("a tool group", "설비 그룹") \
    X("an area of the tool groups", "설비 그룹의 구역") \
    X("a location of the tool groups", "설비 그룹의 위치") \
    X("each name once", "이름은 한 번씩만 쓸 수 있습니다") \
    X("line {1} has the same name", "{1}번째 줄과 이름이 같습니다") \
    X("each tool group once", "설비 그룹은 한 번씩만 쓸 수 있습니다") \
    X("line {1} gives their rule already", "{1}번째 줄에 이미 규칙이 있습니다") \
    X("one row for all other tool groups", "나머지 설비 그룹을 위한 행은 하나만 둘 수 있습니다") \
    X("no tool group stands at this location: the row has no effect", "이 위치에는 설비 그룹이 없어 이 행은 쓰이지 않습니다") \
    /* routes and steps */ \
    X("the rows of a route together, each route once", "한 공정 경로의 행은 한데 모아 한 번만 적으세요") \
    X("the route began at line {1} of {2} already", "이 공정 경로는 이미 {2}의 {1}번째 줄에서 시작했습니다") \
    X("the steps of a route are numbered from 1 without gaps", "공정 번호는 1부터 빠짐없이 적어야 합니다") \
    X("the route has no such step", "공정 경로에 그런 공정이 없습니다") \
    X("the route of the product has no such step", "제품의 공정 경로에 그런 공정이 없습니다") \
    X("the number of {1} step of this route: {2} to {3}", "이 공정 경로에서 {1} 공정의 번호: {2}부터 {3}까지") \
    X("a later", "뒤에 오는") \
    X("an earlier", "앞에 있는") \
    X("not a later step", "뒤에 오는 공정이 아닙니다") \
    X("not an earlier step", "앞에 있는 공정이 아닙니다") \
    X("there is no later step", "뒤에 오는 공정이 없습니다") \
    X("there is no earlier step", "앞에 있는 공정이 없습니다") \
    X("nothing: this is the last step", "비워 두세요. 마지막 공정입니다") \
    X("nothing: this is the first step", "비워 두세요. 첫 공정입니다") \
    X("1 to {1}", "1부터 {1}까지") \
    X("the tool group has no tools", "설비 그룹에 설비가 없습니다") \
    X("a tool group with 1 tool or more", "설비가 한 대 이상인 설비 그룹") \
    X("a batch size, but the time is not per batch", "배치 크기가 있지만 시간이 배치당이 아닙니다") \
    X("batch sizes on steps per batch only", "배치 크기는 배치당 시간인 공정에만 적으세요") \
    X("a step per batch without its size", "배치 공정에 배치 크기가 없습니다") \
    X("the number of wafers that fit into a batch", "배치 하나에 들어가는 웨이퍼 수") \
    X("the smallest batch is above the largest", "최소 배치가 최대 배치보다 큽니다") \
    X("at most the largest batch, {1} wafers", "최대 배치({1}장) 이하") \
    X("an interval on a step per batch", "배치 공정에 투입 간격이 있습니다") \
    X("nothing: batches do not follow each other inside a tool", "비워 두세요. 배치는 설비 안에서 이어지지 않습니다") \
    X("the next one would enter after this one has left: the interval is above the time", "투입 간격이 공정 시간보다 길어, 앞의 것이 나간 뒤에야 다음 것이 들어갑니다") \
    X("at most the time of the step", "공정 시간 이하") \
    X("the tool group does not cascade: the interval has no effect", "연속 투입 설비가 아니어서 투입 간격은 쓰이지 않습니다") \
    X("a cascading tool group, or no interval", "연속 투입 설비 그룹으로 하거나 투입 간격을 비우세요") \
    X("the step needs no setup: the time has no effect", "준비교체가 없는 공정이라 이 시간은 쓰이지 않습니다") \
    X("a setup, or no time for it", "준비 상태를 적거나 시간을 비우세요") \
    X("the step needs no setup: this has no effect", "준비교체가 없는 공정이라 쓰이지 않습니다") \
    X("a setup, or nothing", "준비 상태를 적거나 비우세요") \
    X("the same tool cannot be used: it is another tool group", "설비 그룹이 달라 같은 설비를 쓸 수 없습니다") \
    X("a step of the same tool group, {1}", "같은 설비 그룹({1})의 공정") \
    X("another step keeps its tool for this step already", "다른 공정이 이미 이 공정을 위해 설비를 잡아 둡니다") \
    X("one step that keeps its tool for step {1}; step {2} does", "{1}번 공정을 위해 설비를 잡아 두는 공정은 하나여야 합니다. 지금은 {2}번 공정입니다") \
    X("every lot goes back, so none ever goes on", "모든 로트가 되돌아가 앞으로 나아가는 로트가 없습니다") \
    X("less than all lots", "모든 로트보다 적은 비율") \
    X("a share of lots and the step that they go back to", "로트의 비율과 되돌아갈 공정") \
    X("a longest time and the step it ends at", "최장 시간과 그 시간이 끝나는 공정") \
    X("no lot can meet a limit of no time", "0인 제한 시간은 지킬 수 없습니다") \
    X("a time above 0", "0보다 큰 시간") \
    X("a queue-time limit begins here, but some lots skip the step", "대기 시간 제한이 시작되는 공정을 건너뛰는 로트가 있습니다") \
    X("all lots", "모든 로트") \
    X("the limit ends at a step that some lots skip", "제한이 끝나는 공정을 건너뛰는 로트가 있습니다") \
    X("a step that all lots do", "모든 로트가 거치는 공정") \
    X("no lot ever does this step", "이 공정을 거치는 로트가 없습니다") \
    X("a share above 0", "0보다 큰 비율") \
    X("lots of {1} wafers come here and fit into no batch", "{1}장짜리 로트가 오지만 배치에 들어가지 않습니다") \
    X("at least the {1} wafers of a lot", "로트 하나의 {1}장 이상") \
    X("lots of {1} wafers come here, and no number of lots has {2} to {3} wafers", "{1}장짜리 로트가 오는데, 로트를 몇 개 모아도 {2}~{3}장이 되지 않습니다") \
    X("a range that holds a sum of whole lots, such as {1} to {2}", "로트의 합이 들어가는 범위. 예: {1}~{2}") \
    X("rework brings a lot here more than {1} times on average", "재작업 때문에 로트가 평균 {1}번 넘게 이곳에 옵니다") \
    X("shares of rework that let lots go on", "로트가 앞으로 나아갈 수 있는 재작업 비율") \
    X("no product follows this route", "이 공정 경로를 쓰는 제품이 없습니다") \
    X("a product that follows it", "이 공정 경로를 쓰는 제품") \
    /* tools, setups, calendars */ \
    X("each tool once", "설비는 한 번씩만 쓸 수 있습니다") \
    X("line {1} gives this tool its place already", "{1}번째 줄에 이미 이 설비의 자리가 있습니다") \
    X("the tool group has no tool of this number", "설비 그룹에 그 번호의 설비가 없습니다") \
    X("1 to {1}, or a larger count in the tool table", "1부터 {1}까지, 또는 설비 표의 대수를 늘리세요") \
    X("a delay has no body: the row has no effect", "delay는 자리가 없어 이 행은 쓰이지 않습니다") \
    X("a group of the kind tool", "tool 종류의 설비 그룹") \
    X("both ends of this link are the same place", "이 구간의 두 끝이 같은 자리입니다") \
    X("two ends more than 1 mm apart", "1 mm 넘게 떨어진 두 끝") \
    X("line {1} has this link already", "{1}번째 줄에 이미 같은 구간이 있습니다") \
    X("each link once", "구간은 한 번씩만 적을 수 있습니다") \
    X("no link leads on from this end: a carrier cannot get out of here", "이 끝에서 이어지는 구간이 없어 반송차가 나가지 못합니다") \
    X("a link that begins at this end", "이 끝에서 시작하는 구간") \
    X("no carrier gets on rails to {1} of {2} tools and back: this is the first", "설비 {2}대 가운데 {1}대에는 반송차가 레일로 오갈 수 없습니다. 그 첫 설비입니다") \
    X("rails that lead from each tool to each other", "모든 설비를 서로 잇는 레일") \
    X("a node of this name stands above", "같은 이름의 노드가 위에 이미 있습니다") \
    X("{1} is no NAME of address.csv", "{1}[은/는] address.csv의 NAME에 없습니다") \
    X("no room for the table of rails", "레일 표를 담을 메모리가 없습니다") \
    X("more than 100000 links of rails", "레일 구간이 100000개를 넘습니다") \
    X("line {1} has a time for this change already", "{1}번째 줄에 이미 이 교체의 시간이 있습니다") \
    X("each change once", "교체는 한 번씩만 적을 수 있습니다") \
    X("another row gives this setup another minimum run", "이 준비 상태의 최소 연속 작업이 다른 행과 다릅니다") \
    X("{1}, or nothing", "{1}, 또는 비워 두세요") \
    X("no time is given for changing to this setup: it takes none", "이 준비 상태로 바꾸는 시간이 없어 0으로 봅니다") \
    X("a setup time at the step, or a row of the setup table", "공정의 준비교체 시간, 또는 준비교체 표의 행") \
    X("either an area or a tool group", "구역과 설비 그룹 가운데 하나만") \
    X("both area and tools are given", "구역과 설비 그룹이 둘 다 있습니다") \
    X("neither area nor tools is given", "구역도 설비 그룹도 없습니다") \
    X("1 wafer or more", "웨이퍼 1장 이상") \
    X("a number of wafers, as in every", "every처럼 웨이퍼 수") \
    X("a time, as in every", "every처럼 시간") \
    X("first does not go with every", "first와 every의 종류가 다릅니다") \
    X("the calendar would come without end", "달력의 사건이 끝없이 일어납니다") \
    X("the maintenance takes longer than the time until the next", "보전이 다음 보전까지의 시간보다 오래 걸립니다") \
    X("a duration below the time between two", "두 보전 사이보다 짧은 시간") \
    X("the tools are down all the time ({1})", "설비가 언제나 멈추어 있습니다({1})") \
    X("failures and maintenance that leave time to work", "일할 시간이 남는 고장과 보전") \
    X("the releases ask for {1} of what {2} can do", "투입 계획이 {2} 능력의 {1}[을/를] 요구합니다") \
    X("{1} tools, or fewer releases", "설비 {1}대, 또는 투입을 줄이세요") \
    X("{1} setups with minimum runs, but fewer tools ({2}): lots can wait for each other until the twin gives a run up (option min_run_patience)", \
        "최소 연속 작업이 있는 준비 상태가 {1}개인데 설비는 {2}대뿐입니다. 로트들이 서로 기다리다가 min_run_patience 시간이 지나야 풀립니다") \
    X("at least {1} tools, or no minimum runs here", "설비 {1}대 이상, 또는 최소 연속 작업을 없애세요") \
    /* releases and stock */ \
    X("more than one release, but no time between them", "투입이 여러 번인데 사이 시간이 없습니다") \
    X("the time between two releases", "두 투입 사이의 시간") \
    X("no time between releases", "투입 사이 시간이 0입니다") \
    X("a time above 0; more lots at once: the number of lots in each release", "0보다 큰 시간. 한꺼번에 여러 로트를 넣으려면 투입마다의 로트 수를 적으세요") \
    X("before the start of the plant", "공장 시작보다 앞섭니다") \
    X("the start of the plant or later", "공장 시작 또는 그 뒤") \
    X("due before it starts", "납기가 시작보다 앞섭니다") \
    X("START or later", "START 또는 그 뒤") \
    X("too far from the start", "시작에서 너무 멉니다") \
    X("at most 100 years after START", "START에서 100년 이내") \
    X("too far from the start of the plant", "공장 시작에서 너무 멉니다") \
    X("within 100 years of the start of the plant", "공장 시작에서 100년 이내") \
    X("a lot on the floor that starts after the start of the plant", "재공 로트의 시작이 공장 시작보다 뒤입니다") \
    X("the start of the plant or earlier", "공장 시작 또는 그 앞") \
    X("nothing is released, and nothing is on the floor", "투입도 재공도 없습니다") \
    X("a stream of releases", "투입 계획") \
    X("the product {1} is never released and not on the floor", "제품 {1}[은/는] 투입도 재공도 없습니다") \
    X("a release, or stock, of it", "이 제품의 투입이나 재공") \
    X("each pair of locations once", "위치의 짝은 한 번씩만 적을 수 있습니다") \
    X("another row gives the time of this move", "다른 행에 이미 이 이동의 시간이 있습니다") \
    /* whole tables, behind what is read */ \
    X("a quote inside a field that does not begin with one; put the field in quotes and write \"\" for each quote in it", \
        "따옴표로 시작하지 않은 칸에 따옴표가 있습니다. 칸 전체를 따옴표로 묶고 안의 따옴표는 \"\"로 적으세요") \
    X("text behind the quote that closes the field; write \"\" for a quote in it", "닫는 따옴표 뒤에 글자가 있습니다. 칸 안의 따옴표는 \"\"로 적으세요") \
    X("the byte 0x{1} has no place in text", "바이트 0x{1}[은/는] 글자가 아닙니다") \
    X("the quote that opens this field is never closed", "칸을 여는 따옴표가 닫히지 않았습니다") \
    X("the row has more than {1} bytes", "한 행이 {1}바이트를 넘습니다") \
    X("the row has more than {1} fields", "한 행의 칸이 {1}개를 넘습니다") \
    X("read as CP949: save it as UTF-8 to be sure of every letter", "CP949로 읽었습니다. 글자가 깨지지 않게 하려면 UTF-8로 저장하세요") \
    X("a link: it is not followed", "링크라서 따라가지 않습니다") \
    X("a table has more than 1000000 rows", "표 하나가 1000000행을 넘습니다") \
    X("a file of values has more than 1000000 lines", "값 파일이 1000000줄을 넘습니다") \
    X("the folder has more than 10000 tables", "폴더에 표가 10000개 넘게 있습니다") \
    X("the tables have more than 256 MiB together", "표가 모두 256 MiB를 넘습니다") \
    X("more than 10000 files", "파일이 10000개를 넘습니다") \
    X("more than 1000000 tools", "설비가 1000000대를 넘습니다") \
    X("more than 500 locations", "위치가 500곳을 넘습니다") \
    X("the plant is too large for the model", "공장이 너무 커서 모델로 만들 수 없습니다") \
    /* AutoSched tables */ \
    X("a file of this folder", "이 폴더에 있는 파일") \
    X("there is no such file", "그런 파일이 없습니다") \
    X("a calendar of this name stands above", "같은 이름의 달력이 위에 있습니다") \
    X("down for a calendar of downcal.txt, pm for one of pmcal.txt", "downcal.txt의 달력이면 down, pmcal.txt의 달력이면 pm") \
    X("the calendar is of the other type", "달력의 종류가 다릅니다") \
    X("a time with its unit for calendars by time, a number of wafers (unit empty or pieces) for those by pieces", \
        "시간 기준 달력이면 단위를 붙인 시간, 매수 기준 달력이면 웨이퍼 수(단위는 비우거나 pieces)") \
    X("the first occurrence does not go with the type of the calendar", "첫 발생 시점이 달력의 종류와 맞지 않습니다") \
    X("a DOWNCALNAME of downcal.txt or a PMCALNAME of pmcal.txt", "downcal.txt의 DOWNCALNAME 또는 pmcal.txt의 PMCALNAME") \
    X("there is no calendar of this name", "그런 이름의 달력이 없습니다") \
    X("a row of attach.txt that names it", "이 달력을 가리키는 attach.txt의 행") \
    X("the calendar is not attached to anything", "어느 설비에도 붙지 않은 달력입니다") \
    X("a SETUPGRP of setupgrp.txt", "setupgrp.txt의 SETUPGRP") \
    X("there is no setup group of this name", "그런 이름의 준비 그룹이 없습니다") \
    X("per_lot, per_piece or per_batch", "per_lot, per_piece, per_batch 가운데 하나") \
    X("lot: only whole lots go back", "lot. 재작업은 로트 전체만 되돌아갑니다") \
    X("PartInterval on a per_piece step", "PartInterval은 per_piece 공정에만 적으세요") \
    X("BatchInterval on a per_lot step", "BatchInterval은 per_lot 공정에만 적으세요") \
    X("the interval does not go with PTPER", "투입 간격이 PTPER와 맞지 않습니다") \
    X("SVESTN yes, or no FORSTEP", "SVESTN을 yes로 하거나 FORSTEP을 비우세요") \
    X("the step is named, but SVESTN is not yes: the tool is not kept", "공정을 적었지만 SVESTN이 yes가 아니어서 설비를 잡아 두지 않습니다") \
    X("the number of a later step in FORSTEP", "FORSTEP에 뒤에 오는 공정의 번호") \
    X("SVESTN is yes, but FORSTEP is empty", "SVESTN은 yes인데 FORSTEP이 비어 있습니다") \
    X("rule_HotLotFIRST, rule_LSSU, rule_FIRST or empty", "rule_HotLotFIRST, rule_LSSU, rule_FIRST 가운데 하나, 또는 비워 두세요") \
    X("wake_LeastSetupTime or empty", "wake_LeastSetupTime, 또는 비워 두세요") \
    X("crit_sameroutestep or empty", "crit_sameroutestep, 또는 비워 두세요") \
    X("piece: batch sizes are in wafers", "piece. 배치 크기는 웨이퍼 수로 적습니다") \
    X("rank_HP, rank_RSETUP, rank_FIFO, rank_CR, rank_EDD, rank_SPT, with ; between", \
        "rank_HP, rank_RSETUP, rank_FIFO, rank_CR, rank_EDD, rank_SPT를 ;로 이어 적으세요") \
    X("the ranking is too long", "순위가 너무 깁니다") \
    X("unknown ranking '{1}'", "모르는 순위 '{1}'") \
    X("mtbpm_by_cal or mtbpm_by_pieces", "mtbpm_by_cal 또는 mtbpm_by_pieces") \
    X("pieces with mtbpm_by_pieces, a time with a calendar", "mtbpm_by_pieces이면 pieces, 달력이면 시간") \
    X("the unit does not go with the type of the calendar", "단위가 달력의 종류와 맞지 않습니다") \
    X("down or pm", "down 또는 pm") \
    X("stngrp (an area) or stnfam (a tool group)", "stngrp(구역) 또는 stnfam(설비 그룹)") \
    /* SMAT tables, scenes, examples */ \
    X("the column {1} is missing", "{1} 열이 없습니다") \
    X("the cell {1} is missing", "{1} 칸이 비어 있습니다") \
    X("{1} is not a length in mm from {2} to {3} m", "{1}[은/는] mm로 적은 길이({2}~{3} m)가 아닙니다") \
    X("more than {1} rows", "{1}행을 넘습니다") \
    X("not a table of text", "텍스트 표가 아닙니다") \
    X("no room for the table of places", "자리 표를 만들 메모리가 모자랍니다") \
    X("the table would have more than 64 MiB", "표가 64 MiB를 넘게 됩니다") \
    X("{1} tools: {2} to {3} are possible", "설비 {1}대: {2}대부터 {3}대까지 가능합니다") \
    X("{1} products: 1 to {2} are possible", "제품 {1}종: 1종부터 {2}종까지 가능합니다") \
    X("{1} steps: {2} to {3} are possible", "공정 {1}개: {2}개부터 {3}개까지 가능합니다") \
    X("the load must be above 0 and below 1", "부하는 0보다 크고 1보다 작아야 합니다") \
    X("the scene is too large", "장면이 너무 큽니다") \
    X("the scene would have more than {1} bytes", "장면이 {1}바이트를 넘게 됩니다") \
    X("a film of more than {1} changes: take a shorter span", "변화가 {1}건을 넘는 영상입니다. 기간을 줄이세요") \
    X("time: seconds from 0 to {1} are wanted, how long the film is", "time: 영상의 길이를 0부터 {1}까지의 초로 적어야 합니다") \
    X("time: only .usda takes a film", "time: 영상은 .usda에만 담을 수 있습니다") \
    X("time: seconds since the start of the plant are wanted", "time: 공장 시작부터의 초여야 합니다") \
    /* the end of the list */

#define KOREAN_PROBLEMS(X) \
    /* who asks, and what for */ \
    X("a request has a Content-Length or a Transfer-Encoding, not both", "요청에는 Content-Length나 Transfer-Encoding 가운데 하나만 있어야 합니다") \
    X("Transfer-Encoding: only chunked is taken", "Transfer-Encoding: chunked만 받습니다") \
    X("Content-Length: a whole number is wanted", "Content-Length: 정수여야 합니다") \
    X("Content-Length: this is too large", "Content-Length: 너무 큽니다") \
    X("the header {1} comes twice", "{1} 헤더가 두 번 있습니다") \
    X("the header Host is missing", "Host 헤더가 없습니다") \
    X("the address asked for is not that of Host", "요청한 주소가 Host와 다릅니다") \
    X("no address has %00 in it", "주소에는 %00을 쓸 수 없습니다") \
    X("an address has at most {1} bytes", "주소는 {1}바이트까지 쓸 수 있습니다") \
    X("{1}: no such path", "{1}: 없는 주소입니다") \
    X("{1} is not possible here", "여기에는 {1} 요청을 할 수 없습니다") \
    X("at most {1} bytes are taken here", "요청은 {1}바이트까지 받습니다") \
    X("a token is needed: Authorization: Bearer maru_...", "토큰이 필요합니다: Authorization: Bearer maru_...") \
    X("this request comes from another site", "다른 사이트에서 온 요청입니다") \
    X("without a token only http://localhost:{1} is answered", "토큰 없이는 http://localhost:{1} 로만 쓸 수 있습니다") \
    X("this needs the role {1}, and the token has {2}", "{1} 역할이 필요한데, 이 토큰은 {2}입니다") \
    X("only an admin of the server may do this", "서버 관리자만 할 수 있습니다") \
    X("this is no token of maru", "maru의 토큰이 아닙니다") \
    X("this token is not known: it was taken back, or never given", "회수되었거나 발급한 적 없는 토큰입니다") \
    X("this token has expired", "만료된 토큰입니다") \
    X("there is no such token", "그런 토큰이 없습니다") \
    X("limit: a whole number from 1 to {1} is wanted", "limit: 1부터 {1}까지의 정수여야 합니다") \
    X("replications: a whole number from 1 to {1} is wanted", "replications: 1부터 {1}까지의 정수여야 합니다") \
    X("after: the `next` of the page before is wanted", "after: 앞 쪽의 `next` 값이어야 합니다") \
    /* plants */ \
    X("there is no such plant", "그런 공장이 없습니다") \
    X("there is no such plant, or no such version of it", "그런 공장이나 버전이 없습니다") \
    X("'{1}' is no version: a number from 1, or latest, is wanted", "'{1}'[은/는] 버전이 아닙니다. 1부터의 번호나 latest를 적으세요") \
    X("this version has no table {1}", "이 버전에는 {1} 표가 없습니다") \
    X("a name has at most {1} bytes", "이름은 {1}바이트까지 쓸 수 있습니다") \
    X("a plant needs a name", "공장에는 이름이 있어야 합니다") \
    X("a name is wanted", "이름이 필요합니다") \
    X("there is no example '{1}': GET /v1/examples lists them", "'{1}' 예제는 없습니다. GET /v1/examples에 목록이 있습니다") \
    X("an object is wanted such as {\"example\": \"line\"}", "{\"example\": \"line\"} 같은 객체여야 합니다") \
    X("version {1} was edited, and the newest is {2} already", "버전 {1}[을/를] 고쳤는데, 최신은 이미 버전 {2}입니다") \
    X("If-Match: the number of a version is wanted, as \"3\"", "If-Match: \"3\"처럼 버전 번호를 적어야 합니다") \
    X("there are {1} plants: remove some first", "공장이 {1}개입니다. 먼저 일부를 삭제하세요") \
    X("this plant has {1} versions: start a new one", "이 공장에는 버전이 {1}개입니다. 새 공장으로 시작하세요") \
    /* uploads */ \
    X("there is no table in it: files that end in .csv, .txt or .1l are wanted", "표가 들어 있지 않습니다. .csv, .txt, .1l 파일을 올려 주세요") \
    X("the table {1} comes twice", "{1} 표가 두 번 들어 있습니다") \
    X("at most {1} tables are possible", "표는 {1}개까지 올릴 수 있습니다") \
    X("the tables have more than {1} bytes", "표가 모두 {1}바이트를 넘습니다") \
    X("a table has at most {1} bytes", "표 하나는 {1}바이트까지입니다") \
    X("an archive has at most {1} entries", "압축 파일의 항목은 {1}개까지입니다") \
    X("the archive is damaged here", "압축 파일이 여기에서 손상되었습니다") \
    X("the archive is damaged, or neither a zip nor a tar", "압축 파일이 손상되었거나 zip도 tar도 아닙니다") \
    X("an archive has at most {1} bytes that are no tables", "압축 파일에서 표가 아닌 것은 모두 {1}바이트까지입니다") \
    X("this is no JSON: {1}", "JSON이 아닙니다: {1}") \
    X("this is neither a zip nor a tar", "zip도 tar도 아닙니다") \
    X("the form does not begin with its boundary", "폼이 경계(boundary)로 시작하지 않습니다") \
    X("the form has no boundary", "폼에 경계(boundary)가 없습니다") \
    X("the form is cut off", "폼이 도중에 끊겼습니다") \
    X("a part of the form has no header", "폼의 한 부분에 헤더가 없습니다") \
    /* runs */ \
    X("there is no such run", "그런 실행이 없습니다") \
    X("the run has no result yet, or ended without one", "아직 결과가 없거나 결과 없이 끝난 실행입니다") \
    X("the run has ended, or was stopped, already", "이미 끝났거나 중지된 실행입니다") \
    X("this version has faults and cannot run: mend them first", "이 버전에는 오류가 있어 실행할 수 없습니다. 먼저 고쳐 주세요") \
    X("{1} streams of yours are open: close some first", "열려 있는 스트림이 {1}개입니다. 몇 개를 닫은 뒤에 다시 시도하세요") \
    X("you keep {1} MiB, and {2} MiB is what you may: delete plants, datasets, models, runs or twins first", \
        "저장한 것이 {1} MiB이고 한도는 {2} MiB입니다. 공장, 자료, 모델, 실행, 트윈 가운데 일부를 먼저 삭제하세요") \
    X("{1} runs of yours wait already: try again when some are done", "대기 중인 실행이 이미 {1}건입니다. 몇 건이 끝난 뒤에 다시 시도하세요") \
    X("the queue is full: try again later", "대기열이 가득 찼습니다. 나중에 다시 시도하세요") \
    X("an object is wanted", "객체여야 합니다") \
    X("the id of a plant is wanted", "공장의 id가 필요합니다") \
    X("base64 of a saved state is wanted", "저장된 상태를 base64로 보내세요") \
    X("a text is wanted that is not too long", "너무 길지 않은 글이어야 합니다") \
    X("a number from {1} to {2} is wanted", "{1}부터 {2}까지의 수여야 합니다") \
    X("true or false is wanted", "true 또는 false여야 합니다") \
    X("a whole number from {1} to {2} is wanted", "{1}부터 {2}까지의 정수여야 합니다") \
    X("an object of at most 64 texts is wanted", "글 64개까지의 객체여야 합니다") \
    X("each value is a text, such as \"100\"", "값은 \"100\" 같은 글이어야 합니다") \
    X("a list of 2 to 8 texts is wanted", "글 2~8개의 목록이어야 합니다") \
    X("each variant is a text such as \"rule=cr\"", "안은 \"rule=cr\" 같은 글이어야 합니다") \
    X("a comparison wants at least 2", "비교는 2회 이상 반복해야 합니다") \
    X("'{1}' is not known here; known are: {2}", "'{1}'[은/는] 모르는 항목입니다. 쓸 수 있는 것: {2}") \
    X("a variant is of the same plant here", "여기서는 같은 공장의 안만 비교할 수 있습니다") \
    X("variant {1} '{2}': no name has %00 in it", "{1} 안 '{2}': 이름에는 %00을 쓸 수 없습니다") \
    X("no name has %00 in it", "이름에는 %00을 쓸 수 없습니다") \
    X("the run ends before the warm-up is over", "예열이 끝나기 전에 실행이 끝납니다") \
    X("option {1} cannot be '{2}'; choose one of: {3}", "{1} 옵션은 '{2}'[이/가] 될 수 없습니다. {3} 가운데 고르세요") \
    X("option {1} cannot be '{2}'; give a whole number from {3} to {4}", "{1} 옵션은 '{2}'[이/가] 될 수 없습니다. {3}부터 {4}까지의 정수를 적으세요") \
    X("there is no option '{1}'; `maru help options` lists them", "'{1}' 옵션은 없습니다. `maru help options`에 목록이 있습니다") \
    X("variant {1} '{2}': NAME=VALUE, NAME=VALUE, ... is wanted", "{1} 안 '{2}': 이름=값, 이름=값, ... 형식이어야 합니다") \
    X("rule:{1}: the plant has no tool group of this name", "rule:{1}: 공장에 그런 설비 그룹이 없습니다") \
    X("{1} lots are on the floor and max_lot is {2}: the plant does not keep up with its releases", \
        "재공이 {1} 로트이고 max_lot은 {2}입니다. 공장이 투입을 감당하지 못합니다") \
    /* what-ifs */ \
    X("there is no such tool group", "그런 설비 그룹이 없습니다") \
    X("there is no such product", "그런 제품이 없습니다") \
    X("percent from 0 to 10000 are wanted", "0부터 10000까지의 퍼센트여야 합니다") \
    X("percent from 1 to 10000 are wanted", "1부터 10000까지의 퍼센트여야 합니다") \
    X("so many more (+1), less (-1), or so many (5) are wanted", "늘릴 대수(+1), 줄일 대수(-1) 또는 대수(5)를 적어야 합니다") \
    X("at least one tool stays, and at most a million", "설비는 1대 이상 100만 대 이하여야 합니다") \
    X("a whole number is wanted", "정수여야 합니다") \
    X("at most a million tools are possible", "설비는 100만 대까지 가능합니다") \
    /* twins */ \
    X("there is no such twin", "그런 트윈이 없습니다") \
    X("there are {1} twins already: delete one first", "트윈이 이미 {1}개입니다. 먼저 하나를 지우세요") \
    X("this version has faults and cannot be played: mend them first", "이 버전에는 오류가 있어 트윈을 만들 수 없습니다. 먼저 고쳐 주세요") \
    X("this version has faults, so it has no hall: mend them first", "이 버전에는 오류가 있어 3차원 공장을 그릴 수 없습니다. 먼저 고쳐 주세요") \
    X("this twin has no past before {1} s, where it begins", "이 트윈은 {1}초에서 시작하므로 그 전의 기록이 없습니다") \
    X("the twin has not been there yet: its end is at {1} s", "트윈이 아직 그 시각까지 가지 않았습니다. 기록의 끝은 {1}초입니다") \
    X("the twin is on its way to a time, or has failed", "트윈이 다른 시각으로 가는 중이거나 멈추었습니다") \
    X("this twin has failed: seek an earlier time first", "이 트윈은 멈추었습니다. 먼저 이전 시각으로 옮기세요") \
    X("this twin is on its way to another time: try again when it is there", "이 트윈은 다른 시각으로 가는 중입니다. 도착한 뒤에 다시 시도하세요") \
    X("{1} twins of yours are open already: pause or delete some, or wait until idle ones close", "이미 트윈 {1}개가 열려 있습니다. 몇 개를 멈추거나 지우거나, 쉬는 트윈이 닫힐 때까지 기다리세요") \
    X("the server has as many twins open as it can: try later", "서버가 열 수 있는 트윈이 가득 찼습니다. 나중에 다시 시도하세요") \
    X("seconds since the start of the plant are wanted", "공장 시작부터의 초여야 합니다") \
    X("no such tool; GROUP/1 is the first of a tool group", "그런 설비가 없습니다. GROUP/1이 그룹의 첫 설비입니다") \
    X("there is no such tool; GROUP/1 is the first of its group", "그런 설비가 없습니다. GROUP/1이 그룹의 첫 설비입니다") \
    X("down or up is wanted", "down 또는 up이어야 합니다") \
    X("this lot is not on the floor at that time", "그 시각에는 이 로트가 공장에 없습니다") \
    X("from 1 to {1} futures can be asked for", "미래는 1개부터 {1}개까지 요청할 수 있습니다") \
    X("futures are from a minute to 400 days long", "미래의 길이는 1분부터 400일까지입니다") \
    X("too many futures for a plant of this size", "이 크기의 공장에는 미래가 너무 많습니다") \
    X("too many requests wait: try again in a moment", "기다리는 요청이 너무 많습니다. 잠시 뒤에 다시 시도하세요") \
    X("a scene is usda, usdz or glb", "장면은 usda, usdz, glb 가운데 하나입니다") \
    /* administration */ \
    X("a name is wanted: a letter, then letters, digits or '-', lower case, at most {1}", "이름이 필요합니다: 영문 소문자로 시작하고 소문자, 숫자, '-'만 {1}자까지") \
    X("'{1}' cannot be a tenant: a letter, then letters, digits or '-', lower case, at most {2}", \
        "'{1}'[은/는] 테넌트 이름이 될 수 없습니다: 영문 소문자로 시작하고 소문자, 숫자, '-'만 {2}자까지") \
    X("there is already a tenant {1}", "{1} 테넌트가 이미 있습니다") \
    X("there is no tenant '{1}'", "'{1}' 테넌트가 없습니다") \
    X("tenant {1} stays: you belong to it", "{1} 테넌트는 지울 수 없습니다. 지금 그 테넌트에 속해 있습니다") \
    X("tenant local stays: the server's admins belong to it", "local 테넌트는 지울 수 없습니다. 서버 관리자가 속해 있습니다") \
    X("name, role and expires_days are known here", "name, role, expires_days를 쓸 수 있습니다") \
    X("viewer, engineer, operator or admin is wanted", "viewer, engineer, operator, admin 가운데 하나여야 합니다") \
    X("a text of at most 80 bytes is wanted", "80바이트까지의 글이어야 합니다") \
    X("1 to 3650 days are wanted", "1일부터 3650일까지여야 합니다") \
    /* the machine */ \
    X("no memory", "메모리가 모자랍니다") \
    X("out of memory", "메모리가 모자랍니다") \
    X("no memory for the answer", "답을 만들 메모리가 모자랍니다") \
    X("the store does not answer", "저장소가 응답하지 않습니다") \
    X("the disk is full: nothing was changed in {1}; make room and try again", "디스크가 가득 차 {1}에 아무것도 쓰지 못했습니다. 공간을 비우고 다시 시도하세요") \
    X("a kept file is damaged: restore the last backup", "보관된 파일이 손상되었습니다. 마지막 백업을 되살리세요") \
    /* how large a model may be, and saved states */ \
    X("tool group {1} has {2} failures and maintenances, at most 32 are possible", "설비 그룹 {1}에 고장과 보전이 {2}개 있습니다. 32개까지 가능합니다") \
    X("{1} locations, at most 254 are possible", "위치가 {1}곳입니다. 254곳까지 가능합니다") \
    X("{1} pairs of product and priority, at most {2} are possible", "제품과 우선순위의 짝이 {1}개입니다. {2}개까지 가능합니다") \
    X("{1} chains of kept tools in one route, at most {2} are possible", "한 공정 경로에서 설비를 이어 잡아 두는 일이 {1}번입니다. {2}번까지 가능합니다") \
    X("{1} lots in stock, max_lot is {2}", "재공이 {1} 로트인데 max_lot은 {2}입니다") \
    X("at most {1} changes of a plant are possible", "공장의 변경은 {1}개까지 가능합니다") \
    X("plant=...: a variant is of the same plant here", "plant=...: 여기서는 같은 공장의 안만 비교할 수 있습니다") \
    X("at most {1} events are put into a twin", "트윈에 넣을 수 있는 사건은 {1}개까지입니다") \
    X("there are no results to report", "보고할 결과가 없습니다") \
    X("stopped", "중지되었습니다") \
    X("stopped before it began", "시작하기 전에 중지되었습니다") \
    X("this is not a saved state: only {1} bytes", "저장된 상태가 아닙니다. {1}바이트뿐입니다") \
    X("this is not a saved state, or one of another version", "저장된 상태가 아니거나 다른 버전의 것입니다") \
    X("the state was saved with another plant or other options; use the same", "다른 공장이나 다른 옵션으로 저장한 상태입니다. 같은 것을 쓰세요") \
    X("the saved state is damaged: its check sum does not match", "저장된 상태가 손상되었습니다. 검사합이 맞지 않습니다") \
    X("the saved state does not fit this plant", "저장된 상태가 이 공장과 맞지 않습니다") \
    X("a fork must be of the same model", "갈래는 같은 모델에서만 만들 수 있습니다") \
    X("the saved state contradicts itself: {1} {2}", "저장된 상태의 내용이 서로 맞지 않습니다: {1} {2}") \
    X("the saved state is out of range: {1} {2}", "저장된 상태에 범위를 벗어난 값이 있습니다: {1} {2}") \
    X("{1} is not a saved state of maru", "{1}[은/는] maru가 저장한 상태가 아닙니다") \
    X("{1} was saved by another version of maru", "{1}[은/는] 다른 버전의 maru가 저장했습니다") \
    X("{1} is damaged: {2} bytes of state, the header says {3}", "{1}[이/가] 손상되었습니다. 상태가 {2}바이트인데 머리글에는 {3}바이트로 적혀 있습니다") \
    X("{1} is damaged: its bytes do not have the digest of its header", "{1}[이/가] 손상되었습니다. 내용이 머리글의 검사값과 다릅니다") \
    /* requests that are sent twice */ \
    X("Idempotency-Key: 1 to {1} visible characters of ASCII are wanted", "Idempotency-Key: 눈에 보이는 ASCII 글자 1~{1}자여야 합니다") \
    X("this request was done already: it made {1}", "이미 처리한 요청입니다. {1}[을/를] 만들었습니다") \
    X("this Idempotency-Key belongs to another request of yours", "이 Idempotency-Key는 이미 다른 요청에 썼습니다") \
    X("a request with this key was taken already, and its secret was told once: it made {1}", \
        "같은 키의 요청을 이미 처리했고 비밀 값은 한 번만 알려 줍니다. {1}[을/를] 만들었습니다") \
    X("a request with this key was taken already; look what there is", "같은 키의 요청을 이미 받았습니다. 지금 있는 것을 확인하세요") \
    X("a request with this key is being worked on: ask again soon", "같은 키의 요청을 처리하고 있습니다. 잠시 뒤에 다시 물어보세요") \
    X("a request with this key is being worked on", "같은 키의 요청을 처리하고 있습니다") \
    X("an object of texts is wanted", "글의 객체여야 합니다") \
    /* the end of the list */

#define KOREAN_MACHINE(X) \
    /* files and folders */ \
    X("cannot open {1}: {2}", "{1}[을/를] 열 수 없습니다: {2}") \
    X("cannot read {1}: {2}", "{1}[을/를] 읽을 수 없습니다: {2}") \
    X("cannot write beside {1}: {2}", "{1} 옆에 쓸 수 없습니다: {2}") \
    X("cannot write {1}: {2}", "{1}[을/를] 쓸 수 없습니다: {2}") \
    X("cannot look into {1}: {2}", "{1} 안을 볼 수 없습니다: {2}") \
    X("cannot make the folder {1}: {2}", "{1} 폴더를 만들 수 없습니다: {2}") \
    X("cannot make a folder in {1}: {2}", "{1} 안에 폴더를 만들 수 없습니다: {2}") \
    X("cannot make {1}: {2}", "{1}[을/를] 만들 수 없습니다: {2}") \
    X("cannot remove {1}: {2}", "{1}[을/를] 지울 수 없습니다: {2}") \
    X("cannot give to its new owner {1}: {2}", "{1}의 소유자를 바꿀 수 없습니다: {2}") \
    X("cannot put in place {1}: {2}", "{1}[을/를] 제자리에 놓을 수 없습니다: {2}") \
    X("cannot work as the owner of {1}: {2}", "{1}의 소유자로 일할 수 없습니다: {2}") \
    X("{1} is larger than {2} bytes", "{1}[이/가] {2}바이트를 넘습니다") \
    X("the name of the file is too long: {1}...", "파일 이름이 너무 깁니다: {1}...") \
    X("the name of the folder is empty or too long", "폴더 이름이 비었거나 너무 깁니다") \
    X("the name of the folder is too long", "폴더 이름이 너무 깁니다") \
    X("{1} is a file, not a folder", "{1}[은/는] 폴더가 아니라 파일입니다") \
    X("cannot be looked at: {1}", "살펴볼 수 없습니다: {1}") \
    X("cannot be read: {1}", "읽을 수 없습니다: {1}") \
    X("cannot be opened: {1}", "열 수 없습니다: {1}") \
    X("{1}: cannot be opened as a folder: {2}", "{1}: 폴더로 열 수 없습니다: {2}") \
    X("{1} has files in it: give --force to write among them, or another folder", "{1}에 이미 파일이 있습니다. 그대로 쓰려면 --force를 주고, 아니면 다른 폴더를 고르세요") \
    X("more than {1} tables", "표가 {1}개를 넘습니다") \
    X("No such file or directory", "그런 파일이나 폴더가 없습니다") \
    X("Permission denied", "권한이 없습니다") \
    X("Operation not permitted", "허용되지 않은 동작입니다") \
    X("Not a directory", "폴더가 아닙니다") \
    X("Is a directory", "파일이 아니라 폴더입니다") \
    X("File exists", "이미 있습니다") \
    X("Directory not empty", "폴더가 비어 있지 않습니다") \
    X("No space left on device", "디스크가 가득 찼습니다") \
    X("Read-only file system", "읽기만 할 수 있는 파일 시스템입니다") \
    X("Too many open files", "열린 파일이 너무 많습니다") \
    X("Too many levels of symbolic links", "심볼릭 링크가 너무 많이 이어져 있습니다") \
    X("File name too long", "파일 이름이 너무 깁니다") \
    X("Input/output error", "입출력 오류입니다") \
    X("Device or resource busy", "다른 곳에서 쓰고 있습니다") \
    /* settings and options of the command */ \
    X("one `key = value` a line is wanted; a comment begins with #", "한 줄에 `key = value` 하나를 적으세요. 주석은 #으로 시작합니다") \
    X("tables are not known here: each line is `key = value`", "표(table)는 쓸 수 없습니다. 줄마다 `key = value`를 적으세요") \
    X("a key is wanted: letters, digits, - and _", "키가 있어야 합니다: 영문자, 숫자, -, _") \
    X("a = is wanted behind the key", "키 뒤에 =가 있어야 합니다") \
    X("a value is wanted: \"text\", 'text', a whole number, true or false", "값이 있어야 합니다: \"글\", '글', 정수, true, false") \
    X("this key is too long", "키가 너무 깁니다") \
    X("this key stands further up already", "같은 키가 위에 이미 있습니다") \
    X("there are more than {1} keys", "키가 {1}개를 넘습니다") \
    X("a control character in a comment", "주석에 제어 문자가 있습니다") \
    X("a control character in a text", "글에 제어 문자가 있습니다") \
    X("four hex digits of a character are wanted behind \\u, eight behind \\U", "\\u 뒤에는 16진수 4자리, \\U 뒤에는 8자리가 있어야 합니다") \
    X("no such escape: \\\\ \\\" \\b \\t \\n \\f \\r \\uXXXX are there", "그런 이스케이프는 없습니다. 쓸 수 있는 것: \\\\ \\\" \\b \\t \\n \\f \\r \\uXXXX") \
    X("this text is too long", "글이 너무 깁니다") \
    X("texts over many lines are not known here", "여러 줄에 걸친 글은 쓸 수 없습니다") \
    X("the text does not end on its line", "글이 그 줄에서 끝나지 않았습니다") \
    X("this value is too long", "값이 너무 깁니다") \
    X("the file is too large", "파일이 너무 큽니다") \
    X("the file is not UTF-8", "UTF-8 파일이 아닙니다") \
    X("there is no setting '{1}'", "'{1}' 설정은 없습니다") \
    X("`maru help serve` lists the options", "`maru help serve`에 목록이 있습니다") \
    X("a whole number without quotes is wanted", "따옴표 없는 정수여야 합니다") \
    X("a text in quotes is wanted", "따옴표로 묶은 글이어야 합니다") \
    X("--head is an entry of one tenant: --tenant is wanted too", "--head는 한 테넌트의 항목입니다. --tenant도 적으세요") \
    X("--data FOLDER is wanted: where to restore", "--data FOLDER로 되살릴 곳을 적으세요") \
    X("--role viewer, engineer, operator or admin is wanted", "--role은 viewer, engineer, operator, admin 가운데 하나여야 합니다") \
    X("--name: at most 80 bytes of UTF-8 are wanted", "--name: UTF-8로 80바이트까지여야 합니다") \
    X("--expires: a span from 1 s to 3650 d is wanted", "--expires: 1 s부터 3650 d까지의 기간이어야 합니다") \
    X("a trace is FILE.csv, FILE.bin, FILE.zst or FILE.csv.zst, not {1}", \
        "기록은 FILE.csv, FILE.bin, FILE.zst, FILE.csv.zst 가운데 하나여야 합니다. {1}[은/는] 아닙니다") \
    X("--log-level off, error, warn, info or debug is wanted", "--log-level은 off, error, warn, info, debug 가운데 하나여야 합니다") \
    X("--option {1}: NAME=VALUE is wanted; maru help options lists them", "--option {1}: NAME=VALUE 형식이어야 합니다. maru help options에 목록이 있습니다") \
    X("no such figure", "그런 지표가 없습니다") \
    X("--{1} is for one replication", "--{1}[은/는] 한 번만 반복할 때 쓸 수 있습니다") \
    X("--precision finds the number of replications itself: leave --reps out", "--precision이 반복 횟수를 스스로 정합니다. --reps를 빼세요") \
    X("--days and --until say the same: give one of them", "--days와 --until은 같은 뜻입니다. 하나만 적으세요") \
    X("the run ends on day {1}, before it begins", "{1}일에 끝나는 실행이라 시작보다 앞섭니다") \
    X("the run ends on day {1}, before the warm-up is over", "{1}일에 끝나는 실행이라 예열이 끝나지 않습니다") \
    X("cannot listen on {1}: is the port in use, or the certificate no PEM?", "{1}에서 연결을 받을 수 없습니다. 포트를 다른 프로그램이 쓰고 있거나 인증서가 PEM이 아닌지 확인하세요") \
    X("'{1}' is no address: 127.0.0.1:7070 or [::1]:7070 is wanted", "'{1}'[은/는] 주소가 아닙니다. 127.0.0.1:7070 또는 [::1]:7070처럼 적으세요") \
    X("{1} can be reached by others: give --tls-cert and --tls-key, or --insecure if something in front of it encrypts", \
        "{1}[은/는] 다른 컴퓨터에서도 닿는 주소입니다. --tls-cert와 --tls-key를 주거나, 앞단에서 암호화한다면 --insecure를 주세요") \
    /* the store, backups, the audit log */ \
    X("{1} in the backup is damaged", "백업 안의 {1}[이/가] 손상되었습니다") \
    X("{1} is damaged: stop the server and put its last backup in its place", "{1}[이/가] 손상되었습니다. 서버를 멈추고 마지막 백업으로 바꾸세요") \
    X("{1} is damaged: its last good backup is needed", "{1}[이/가] 손상되었습니다. 온전한 마지막 백업이 필요합니다") \
    X("server.db is damaged", "server.db가 손상되었습니다") \
    X("server.db names a tenant that cannot be", "server.db에 있을 수 없는 테넌트 이름이 있습니다") \
    X("{1} is damaged", "{1}[이/가] 손상되었습니다") \
    X("{1} was written by a newer maru (version {2}, this one knows {3})", "{1}[은/는] 더 새로운 maru가 썼습니다(버전 {2}, 이 maru는 {3}까지 압니다)") \
    X("{1} cannot be written: look at its owner and permissions", "{1}[을/를] 쓸 수 없습니다. 소유자와 권한을 확인하세요") \
    X("{1} is in use by another process for too long", "다른 프로세스가 {1}[을/를] 너무 오래 쓰고 있습니다") \
    X("too large for one row of {1}", "{1}의 한 행에 담기에는 너무 큽니다") \
    X("a kept file has {1} bytes, at most {2} are possible", "보관할 파일이 {1}바이트입니다. {2}바이트까지 가능합니다") \
    X("{1} has no data of maru: --data or MARU_DIR names the folder of the server", "{1}에 maru의 자료가 없습니다. --data나 MARU_DIR로 서버의 폴더를 알려 주세요") \
    X("{1}: its permissions cannot be set: it belongs to somebody else", "{1}: 다른 사용자의 것이라 권한을 바꿀 수 없습니다") \
    X("there are {1} tenants, and no more are possible", "테넌트가 {1}개 있어 더 만들 수 없습니다") \
    X("there is no tenant '{1}', or it has {2} tokens already", "'{1}' 테넌트가 없거나 토큰이 이미 {2}개 있습니다") \
    X("another maru works in {1}: end that one first", "다른 maru가 {1}에서 일하고 있습니다. 먼저 그것을 끝내세요") \
    X("a tenant {1} is just being removed: try again in a minute", "{1} 테넌트를 지우고 있습니다. 1분 뒤에 다시 시도하세요") \
    X("{1} is no tenant any more; its files are in use and go when the server lets go of them", "{1} 테넌트는 이제 없습니다. 쓰고 있는 파일은 서버가 놓는 대로 지워집니다") \
    X("{1} cannot be copied: {2}", "{1}[을/를] 복사할 수 없습니다: {2}") \
    X("cannot pack {1}: {2}", "{1}[을/를] 압축할 수 없습니다: {2}") \
    X("cannot pack: {1}", "압축할 수 없습니다: {1}") \
    X("the name of the backup is empty or too long", "백업 이름이 비었거나 너무 깁니다") \
    X("{1} is there already: a backup replaces nothing", "{1}[이/가] 이미 있습니다. 백업은 있는 것을 덮어쓰지 않습니다") \
    X("{1} is nothing that a backup has", "{1}[은/는] 백업에 있을 것이 아닙니다") \
    X("{1} cannot be taken out of the backup: {2}", "백업에서 {1}[을/를] 꺼낼 수 없습니다: {2}") \
    X("this is no backup of maru: there is a '{1}' in it", "maru의 백업이 아닙니다. 안에 '{1}'[이/가] 있습니다") \
    X("this is no backup of maru: it has no SHA256SUMS", "maru의 백업이 아닙니다. SHA256SUMS가 없습니다") \
    X("this is no backup of maru: {1}", "maru의 백업이 아닙니다: {1}") \
    X("the backup cannot be read: {1}", "백업을 읽을 수 없습니다: {1}") \
    X("{1} is not as it was backed up: its sum differs", "{1}[이/가] 백업할 때와 다릅니다. 검사합이 맞지 않습니다") \
    X("the backup lacks a file that its SHA256SUMS names", "SHA256SUMS에 적힌 파일이 백업에 없습니다") \
    X("{1} is of version {2}, this maru knows 1 to {3}: take one not older than the backup", \
        "{1}[은/는] 버전 {2}입니다. 이 maru는 1부터 {3}까지 압니다. 백업보다 오래되지 않은 maru를 쓰세요") \
    X("{1} is a mount point: name a folder in it", "{1}[은/는] 마운트 지점입니다. 그 안의 폴더를 적으세요") \
    X("a backup and a folder are wanted", "백업과 폴더를 적어야 합니다") \
    X("{1} is not empty: a backup is restored into a new folder, then the two change places", "{1}[이/가] 비어 있지 않습니다. 백업은 새 폴더에 되살린 뒤 둘을 바꿉니다") \
    X("entry {1} is missing", "항목 {1}[이/가] 없습니다") \
    X("entry {1} does not follow from the one before: it, or that one, was changed", "항목 {1}[이/가] 앞 항목에서 이어지지 않습니다. 둘 가운데 하나가 바뀌었습니다") \
    X("no entry has the hash that is wanted: the log now ends with entry {1}, and what came behind it was cut off", \
        "찾는 해시를 지닌 항목이 없습니다. 기록이 항목 {1}에서 끝나며 그 뒤는 잘려 나갔습니다") \
    /* memory and threads */ \
    X("more than {1} bytes would be needed, which is the limit", "한도인 {1}바이트보다 많은 메모리가 필요합니다") \
    X("no memory left ({1} bytes in use here)", "메모리가 모자랍니다(여기에서 {1}바이트를 쓰고 있습니다)") \
    X("no memory, or no source of random numbers", "메모리가 모자라거나 난수를 얻을 수 없습니다") \
    X("the system gives no thread", "시스템이 스레드를 내주지 않습니다") \
    X("no thread can be started", "스레드를 시작할 수 없습니다") \
    X("no memory for {1}", "메모리가 모자랍니다") \
    X("no memory to {1}", "메모리가 모자랍니다") \
    X("no memory left for {1}", "메모리가 모자랍니다") \
    /* the end of the list */

#define KOREAN_RULES(X) \
    X("a rule of docs/RULES.md", "docs/RULES.md의 규칙") \
    X("unknown name '{1}'", "모르는 이름 '{1}'") \
    X("did you mean '{1}'?", "'{1}'[을/를] 말하려던 것입니까?") \
    X("the attributes are {1}", "쓸 수 있는 이름: {1}") \
    X("the rule is empty", "규칙이 비어 있습니다") \
    X("write criteria, such as priority desc, setup, fifo", "priority desc, setup, fifo처럼 기준을 적으세요") \
    /* dispatching rules: what is wrong, and what would be right */ \
    X("multiply the conditions: (a < b) * (c < d)", "조건을 곱하세요: (a < b) * (c < d)") \
    X("take the larger condition: max(a < b, c < d)", "두 조건 가운데 큰 값을 쓰세요: max(a < b, c < d)") \
    X("turn the comparison round, or write 1 - (a < b)", "비교를 뒤집거나 1 - (a < b)로 적으세요") \
    X("'setup' is the criterion, 'lsu' a whole rule", "기준의 이름은 'setup'이고, 'lsu'는 규칙 전체의 이름입니다") \
    X("write due - now - remaining, or queue_slack", "due - now - remaining 또는 queue_slack으로 적으세요") \
    X("write arrived", "arrived로 적으세요") \
    X("write == to compare", "비교는 ==로 적으세요") \
    X("write != to compare", "비교는 !=로 적으세요") \
    X("put a comma between criteria", "기준 사이에는 쉼표를 넣으세요") \
    X("there is no '{1}' in a rule", "규칙에는 '{1}'[이/가] 없습니다") \
    X("the rule ends where a value is needed", "값이 와야 할 곳에서 규칙이 끝났습니다") \
    X("'{1}' needs a value before it", "'{1}' 앞에 값이 있어야 합니다") \
    X("a name such as due, a number, or (", "due 같은 이름, 수, 또는 (") \
    X("'{1}' stands once, at the end of a criterion", "'{1}'[은/는] 기준의 끝에 한 번만 쓸 수 있습니다") \
    X("'{1}' cannot stand here", "여기에는 '{1}'[을/를] 쓸 수 없습니다") \
    X("put an operator (+ - * / <) or a comma before it", "앞에 연산자(+ - * / <)나 쉼표를 넣으세요") \
    X("')' closes nothing", "짝이 없는 ')'입니다") \
    X("leave it out, or open a '(' before", "지우거나 앞에 '('를 넣으세요") \
    X("a number has digits on both sides of one point, such as 0.5", "소수점은 하나이고 양쪽에 숫자가 있어야 합니다. 예: 0.5") \
    X("the number '{1}' is too large", "수 '{1}'[이/가] 너무 큽니다") \
    X("at most 1e308", "1e308까지 쓸 수 있습니다") \
    X("'{1}' cannot stand in a rule", "규칙에는 '{1}'[을/를] 쓸 수 없습니다") \
    X("names and signs are ASCII (English letters, digits, + - * / < > = ! , . _ and brackets)", \
        "이름과 기호는 ASCII(영문자, 숫자, + - * / < > = ! , . _ 괄호)로 적습니다") \
    X("the byte 0x{1} cannot stand in a rule", "규칙에는 바이트 0x{1}[을/를] 쓸 수 없습니다") \
    X("it is written in ASCII", "규칙은 ASCII로 적습니다") \
    X("'{1}' means nothing here", "여기에서 '{1}'[은/는] 뜻이 없습니다") \
    X("'{1}' is not a sign of rules", "'{1}'[은/는] 규칙의 기호가 아닙니다") \
    X("+ - * / < <= > >= == != ( ) and comma", "+ - * / < <= > >= == != ( )와 쉼표를 쓸 수 있습니다") \
    X("'<>' is not a sign of rules", "'<>'는 규칙의 기호가 아닙니다") \
    X("the rule is too long", "규칙이 너무 깁니다") \
    X("at most {1} numbers, names and operators", "수, 이름, 연산자는 {1}개까지입니다") \
    X("at most {1} bytes", "{1}바이트까지입니다") \
    X("the rule is longer than {1} bytes", "규칙이 {1}바이트를 넘습니다") \
    X("too many values are open at once", "한꺼번에 쥐고 있는 값이 너무 많습니다") \
    X("nested too deep", "괄호가 너무 깊습니다") \
    X("at most {1} levels", "{1}단까지입니다") \
    X("at most {1}", "{1}개까지입니다") \
    X("')' is missing for the '(' at place {1}", "{1}번째 글자의 '('에 맞는 ')'가 없습니다") \
    X("put ')' before the ','", "',' 앞에 ')'를 넣으세요") \
    X("a bracket holds one value", "괄호에는 값이 하나만 들어갑니다") \
    X("{1} takes 1 value", "{1}에는 값이 1개 들어갑니다") \
    X("{1} takes {2} values", "{1}에는 값이 {2}개 들어갑니다") \
    X("write {1} * {2}", "{1} * {2}[으로/로] 적으세요") \
    X("write {1}, or put it between commas", "{1}[으로/로] 적거나 쉼표로 나누어 기준으로 쓰세요") \
    X("write (a < b) * (b < c)", "(a < b) * (b < c)로 적으세요") \
    X("write {1}", "{1}[으로/로] 적으세요") \
    X("'{1}' is a function", "'{1}'[은/는] 함수입니다") \
    X("an operator is missing", "연산자가 없습니다") \
    X("'{1}' is not a unit of time", "'{1}'[은/는] 시간 단위가 아닙니다") \
    X("s, min, h, day, week", "s, min, h, day, week 가운데 하나") \
    X("the time '{1}' is too large", "시간 '{1}'[이/가] 너무 깁니다") \
    X("at most 1e308 h", "1e308 h까지 쓸 수 있습니다") \
    X("'{1}' orders lots and is not a number to compute with", "'{1}'[은/는] 로트를 줄 세우는 기준이지 계산에 쓰는 수가 아닙니다") \
    X("comparisons cannot be chained", "비교는 이어 쓸 수 없습니다") \
    X("too many criteria", "기준이 너무 많습니다") \
    X("this criterion is the same for every lot", "모든 로트에서 값이 같은 기준입니다") \
    X("it needs an attribute, such as due (a number has a point, 1.5, not a comma)", "due 같은 속성이 있어야 합니다. 소수점은 쉼표가 아니라 1.5처럼 점으로 적으세요") \
    X("the ranking of {1} cannot be used", "{1}의 순위를 쓸 수 없습니다") \
    X("at most {1} rules of tool groups, with names below {2} bytes", "설비 그룹의 규칙은 {1}개까지이고 이름은 {2}바이트보다 짧아야 합니다") \
    X("no room for queue_rule: the rule has already {1} criteria", "queue_rule을 넣을 자리가 없습니다. 규칙에 이미 기준이 {1}개 있습니다") \
    X("'{1}' uses more than {2} of spt, edd, cr, odd, maxwork, qtcr, qts", "'{1}'[은/는] spt, edd, cr, odd, maxwork, qtcr, qts를 {2}개 넘게 씁니다") \
    /* the end of the list */

#define KOREAN_SENTENCES(X) KOREAN_FAULTS(X) KOREAN_PROBLEMS(X) KOREAN_MACHINE(X) KOREAN_RULES(X) KOREAN_LEARN(X) KOREAN_LIVE(X) KOREAN_LIVING(X) KOREAN_POOL(X)
// clang-format on

#endif
