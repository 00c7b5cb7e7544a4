// What the editor of a table begins with: the columns, and a row that shows how they are meant.
import type { DocumentName } from '../api/meaning'
import type { Lang } from '../text'

export const TEMPLATES: Record<DocumentName, Record<Lang, string>> = {
    alarms: {
        ko: '경보,조건,우선순위,설명,발생지연,해제지연,원인경보,담당,상위보고\n온도높음,line1/furnace/temp > 850 deadband 5,긴급,냉각수 밸브를 확인하세요,5 s,,전원꺼짐,1라인,10 min\n전원꺼짐,line1/furnace/power = 0,높음,,,,,1라인,\n',
        en: 'alarm,condition,priority,text,on_delay,off_delay,cause,operator,escalate\nHOT,line1/furnace/temp > 850 deadband 5,critical,Look at the cooling water valve,5 s,,POWER,line 1,10 min\nPOWER,line1/furnace/power = 0,high,,,,,line 1,\n',
    },
    charts: {
        ko: '관리도,신호,종류,크기,규칙,목표,규격하한,규격상한\n두께,line1/gauge/thickness,i-mr,,default,,,\n',
        en: 'chart,signal,kind,size,rules,target,lower,upper\nthickness,line1/gauge/thickness,i-mr,,default,,,\n',
    },
    equipment: {
        ko: '설비,신호,값,의미,호기,대상,사유\npress,state,RUN,가공,Press/1,,\npress,state,IDLE,유휴,Press/1,,\npress,state,DOWN,고장,Press/1,,\npress,good,,양품누계,Press/1,,\npress,scrap,,불량누계,Press/1,,\n',
        en: 'equipment,signal,value,means,tool,subject,reason\npress,state,RUN,productive,Press/1,,\npress,state,IDLE,standby,Press/1,,\npress,state,DOWN,failed,Press/1,,\npress,good,,good total,Press/1,,\npress,scrap,,scrap total,Press/1,,\n',
    },
    shifts: {
        ko: '이름,구분,요일,시작,끝,날짜,시간대\n주간,,평일,08:00,20:00,,Asia/Seoul\n야간,,평일,20:00,08:00,,\n점심,휴식,,12:00,13:00,,\n근로자의 날,휴일,,,,2026-05-01,\n',
        en: 'name,kind,days,begin,end,date,zone\nday,,mon-fri,06:00,14:00,,Asia/Seoul\nlate,,mon-fri,14:00,22:00,,\nnight,,mon-fri,22:00,06:00,,\nlunch,break,,11:30,12:00,,\nLabor Day,holiday,,,,2026-05-01,\n',
    },
    follow: {
        ko: '구분,이름,의미\nevent,LOT_DISPATCH,이동\ntool,ETCH-03,Etch/1\nstep,1000.GATE,Main/3\nproduct,PRD-A,Pa\n',
        en: 'what,name,means\nevent,LOT_DISPATCH,sent\ntool,ETCH-03,Etch/1\nstep,1000.GATE,Main/3\nproduct,PRD-A,Pa\n',
    },
    ideals: {
        ko: '제품,공정,호기,이론시간\n,,Press/1,60 s\n',
        en: 'product,step,tool,ideal\n,,Press/1,60 s\n',
    },
    windows: {
        ko: '구간,설비,신호,기준,시작,끝,레시피,스텝,앞,뒤,특징,오경보율,최소\n식각,Etch/*,temp pressure,이벤트,,,,,5 %,5 %,,,\n',
        en: 'window,tool,signals,by,begin,end,recipe,step,head,tail,features,false_alarms,least\netching,Etch/*,temp pressure,events,,,,,5 %,5 %,,,\n',
    },
    assets: {
        ko: '자산,상위,계층,한글이름,호기,신호,신호이름,단위\n한빛정밀,,기업,,,,,\n울산공장,한빛정밀,사업장,,,,,\n프레스동,한빛정밀/울산공장,구역,,,,,\npress-1,한빛정밀/울산공장/프레스동,장비,1호 프레스,Press/1,line1/press/**,,\n,,,,,**/temp,,°C\n',
        en: 'asset,parent,level,name,tool,signals,as,unit\nhanbit,,enterprise,Hanbit Precision,,,,\nulsan,hanbit,site,,,,,\npress shop,hanbit/ulsan,area,,,,,\npress-1,hanbit/ulsan/press shop,tool,Press 1,Press/1,line1/press/**,,\n,,,,,**/temp,,°C\n',
    },
}
