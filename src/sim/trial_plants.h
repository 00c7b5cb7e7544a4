// Plants for tests and fuzz targets of the twin, as bundles of tables (plant/bundle.h).
#ifndef SIM_TRIAL_PLANTS_H
#define SIM_TRIAL_PLANTS_H

// A bit of everything, and stable: every option of the twin makes a difference on it.
static const char trial_full[] =
    "=== products.csv\nproduct,route\nA,a\nB,b\n"
    "=== routes.csv\n"
    "route,tools,time,per,interval,batch_min,batch_max,setup,setup_time,keep_tool_for,rework,"
    "rework_to,sampling,queue_limit,queue_to\n"
    "a,Clean,2 min,wafer,90 s,,,,,,,,,,\n"
    "a,Litho,\"uniform(20, 30) min\",,,,,s1,,5,,,,,\n"
    "a,Measure,\"lognormal(10, 4) min\",,,,,,,,8 %,2,40 %,,\n"
    "a,Furnace,4 h,batch,,75,150,,,,,,,4 h,7\n"
    "a,Litho,\"uniform(30, 40) min\",,,,,s2,,,,,,,\n"
    "a,Measure,\"triangular(3, 5, 12) min\",,,,,,,,5 %,5,60 %,,\n"
    "a,Implant,\"uniform(20, 28) min\",,,,,g1,,,,,,,\n"
    "a,Hold,30 min,,,,,,,,,,,,\n"
    "a,Furnace,3 h,batch,,50,100,,,,,,,,\n"
    "a,Clean,100 s,wafer,80 s,,,,,,,,,,\n"
    "b,Litho,\"uniform(25, 35) min\",,,,,s3,,3,,,,,\n"
    "b,Clean,2 min,wafer,90 s,,,,,,,,,1 h,3\n"
    "b,Litho,\"uniform(20, 30) min\",,,,,s1,,,,,,,\n"
    "b,Measure,\"exponential(8) min\",,,,,m1,\"uniform(1, 3) min\",,10 %,3,50 %,,\n"
    "b,Implant,\"uniform(20, 28) min\",,,,,g2,,,,,,,\n"
    "b,Furnace,5 h,batch,,75,150,,,,,,,,\n"
    "b,Implant,\"uniform(10, 14) min\",,,,,,,,,,,,\n"
    "=== tools.csv\n"
    "tools,count,location,load,unload,cascade,ranking,wake,min_run,reserve_hot,kind\n"
    "Clean,3,X,1 min,1 min,yes,,,,,\n"
    "Litho,3,X,1 min,1 min,,\"priority desc, setup, cr\",setup,,yes,\n"
    "Measure,1,Y,1 min,1 min,,,,,,\n"
    "Furnace,5,Y,1 min,1 min,,\"priority desc, edd\",,,,\n"
    "Implant,2,X,1 min,1 min,,\"priority desc, setup, due - now\",,yes,,\n"
    "Hold,9,,,,,,,,,delay\n"
    "=== setups.csv\nto,from,time,min_run\n"
    "s1,,10 min,\ns2,,15 min,\ns2,s1,5 min,\ns3,,8 min,\ng1,,40 min,5\ng2,,50 min,4\nm1,,1 min,\n"
    "=== calendars.csv\nname,kind,tools,every,first,duration\n"
    "f1,failure,Litho,exponential(60) h,,exponential(3) h\n"
    "f2,failure,Clean,exponential(90) h,,\"uniform(1, 5) h\"\n"
    "f3,failure,Implant,exponential(80) h,,exponential(4) h\n"
    "f4,failure,Litho,exponential(70) h,,exponential(2) h\n"
    "m1,maintenance,Furnace,7 day,3 day,\"uniform(4, 6) h\"\n"
    "m2,maintenance,Litho,30 day,10 day,8 h\n"
    "m3,maintenance,Implant,1500 wafers,700 wafers,2 h\n"
    "m4,maintenance,Litho,10 day,,3 h\n"
    "=== releases.csv\nstream,product,every,start,count,priority,hot,due_after,lots\n"
    "a,A,\"uniform(100, 140) min\",,,10,no,6 day,2\n"
    "b,B,exponential(80) min,1 h,,10,no,5 day,\n"
    "hot,A,1 day,2 h,,20,yes,3 day,\n"
    "=== stock.csv\nlot,product,step,start,due,priority\n"
    "s1,A,4,,2 day,10\ns2,A,6,-1 day,3 day,10\ns3,B,3,,1 day,20\n"
    "=== moves.csv\nfrom,to,time\n"
    "X,Y,\"uniform(5, 10) min\"\nY,X,8 min\nX,X,\"uniform(1, 3) min\"\n";

// One server, constant times, never full: what happens when can be said by hand.
static const char trial_line[] = "=== routes.csv\nroute,tools,time\nA,Press,20 min\nA,Test,10 min\n"
                                 "=== tools.csv\ntools,count\nPress,1\nTest,1\n"
                                 "=== releases.csv\nstream,product,every\nA,A,30 min\n";

// More lots than its one tool can take: its queue grows for ever.
static const char trial_flood[] =
    "=== routes.csv\nroute,tools,time\nA,Press,20 min\n"
    "=== tools.csv\ntools,count\nPress,1\n"
    "=== releases.csv\nstream,product,every,lots\nA,A,\"uniform(5, 9) min\",1\n";

#endif
