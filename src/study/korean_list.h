// Sentences of the program in Korean: English as it is written where the fault is found, with {1} to {9} for what is filled in.
// korean.h says how they are used; tests/korean.py finds an English sentence that is written nowhere any more.
#ifndef STUDY_KOREAN_LIST_H
#define STUDY_KOREAN_LIST_H

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
    /* rankings */ \
    X("a rule of docs/RULES.md", "docs/RULES.md의 규칙") \
    X("unknown name '{1}'", "모르는 이름 '{1}'") \
    X("unknown name '{1}' (character {2})", "모르는 이름 '{1}'({2}번째 글자)") \
    X("did you mean '{1}'?", "'{1}'[을/를] 말하려던 것입니까?") \
    X("the attributes are {1}", "쓸 수 있는 이름: {1}") \
    X("the rule is empty", "규칙이 비어 있습니다") \
    X("write criteria, such as priority desc, setup, fifo", "priority desc, setup, fifo처럼 기준을 적으세요")

#define KOREAN_PROBLEMS(X) \
    /* who asks, and what for */ \
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
    X("you keep {1} MiB, and {2} MiB is what you may: delete plants, runs or twins first", \
        "저장한 자료가 {1} MiB이고 한도는 {2} MiB입니다. 공장, 실행, 트윈 가운데 일부를 먼저 삭제하세요") \
    X("{1} runs of yours wait already: try again when some are done", "대기 중인 실행이 이미 {1}건입니다. 몇 건이 끝난 뒤에 다시 시도하세요") \
    X("the queue is full: try again later", "대기열이 가득 찼습니다. 나중에 다시 시도하세요") \
    X("an object is wanted", "객체여야 합니다") \
    X("the id of a plant is wanted", "공장의 id가 필요합니다") \
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
    X("a change is tools:GROUP, downtime:GROUP, releases:PRODUCT or priority:PRODUCT", "변경은 tools:그룹, downtime:그룹, releases:제품, priority:제품 가운데 하나입니다") \
    /* twins */ \
    X("there is no such twin", "그런 트윈이 없습니다") \
    X("there are {1} twins already: delete one first", "트윈이 이미 {1}개입니다. 먼저 하나를 지우세요") \
    X("this version has faults and cannot be played: mend them first", "이 버전에는 오류가 있어 트윈을 만들 수 없습니다. 먼저 고쳐 주세요") \
    X("this version has faults, so it has no hall: mend them first", "이 버전에는 오류가 있어 3차원 공장을 그릴 수 없습니다. 먼저 고쳐 주세요") \
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
    X("a kept file is damaged: restore the last backup", "보관된 파일이 손상되었습니다. 마지막 백업을 되살리세요")
// clang-format on

#endif
