// For the tests beside the code: the table of the tool in the recorded conversations, MARU-ETCH.
#ifndef WIRE_SECS_TRIAL_ETCH_H
#define WIRE_SECS_TRIAL_ETCH_H

#include "wire/secs/profile.h"
#include "wire/secs/trial_frames.h"

#define ETCH_VARIABLES                                                                             \
    "row,id,name,kind,unit,list,means,value,low,high\n"                                            \
    "setting,,model,,,,,MARU-ETCH,,\n"                                                             \
    "setting,,version,,,,,1.2.0,,\n"                                                               \
    "variable,1001,Clock,SV,,,clock,,,\n"                                                          \
    "variable,1002,ControlState,SV,,,control state,,,\n"                                           \
    "variable,1003,EventsEnabled,SV,,,events enabled,,,\n"                                         \
    "variable,1004,AlarmsEnabled,SV,,,alarms enabled,,,\n"                                         \
    "variable,1005,AlarmsSet,SV,,,alarms set,,,\n"                                                 \
    "variable,2001,ChamberPressure,SV,mTorr,,,<F4 12.5>,,\n"                                       \
    "variable,2002,RfPower,SV,W,,,<U4 300>,,\n"                                                    \
    "variable,2003,ProcessState,SV,,,,<U1 1>,,\n"                                                  \
    "variable,2004,LotId,SV,,,lot,<A>,,\n"                                                         \
    "variable,2005,SlotMap,SV,,,,<L [4] <U1 1> <U1 1> <U1 0> <U1 1>>,,\n"                          \
    "variable,2006,GasFlow,SV,sccm,,,<F8 50.0 0.25 20.125>,,\n"                                    \
    "variable,2007,WaferCount,SV,wafers,,,<I4 0>,,\n"                                              \
    "variable,2008,DoorClosed,SV,,,,<BOOLEAN TRUE>,,\n"                                            \
    "variable,2009,ChuckTemperature,SV,degC,,,<I2 -20>,,\n"                                        \
    "variable,RECIPE,Recipe,SV,,,recipe,\"<A \"\"ETCH-A\"\">\",,\n"                                \
    "variable,3001,WaferId,DV,,,substrate,<A>,,\n"                                                 \
    "variable,3002,Slot,DV,,,,<U1 0>,,\n"                                                          \
    "variable,3003,Thickness,DV,,,,<F8>,,\n"                                                       \
    "variable,3004,Result,DV,,,,<I2 0>,,\n"                                                        \
    "variable,3005,Passed,DV,,,,<BOOLEAN FALSE>,,\n"                                               \
    "variable,1,EstablishCommunicationsTimeout,EC,sec,,,<I2 10>,10,120\n"                          \
    "variable,2,TimeFormat,EC,,,time format,<I4 1>,0,2\n"                                          \
    "variable,6001,RfSetpoint,EC,W,,,<U4 300>,0,500\n"                                             \
    "variable,6002,PressureLimit,EC,mTorr,,,<F4 25>,0.5,100\n"                                     \
    "variable,6003,OperatorName,EC,,,,\"<A \"\"NOBODY\"\">\",,\n"                                  \
    "alarm,501,Chamber pressure above limit,4,,,,,,\n"                                             \
    "alarm,502,Door is open,1,,,,,,\n"

// As a host uses it: the reports that it defined in events.cap.
#define ETCH_HOST                                                                                  \
    ETCH_VARIABLES                                                                                 \
    "report,10,lot,,,1001 2004,,,,\n"                                                              \
    "report,11,wafer,,,3001 3002 3003 3004 3005,,,,\n"                                             \
    "report,12,tool,,,2005 2006 RECIPE,,,,\n"                                                      \
    "event,1,EquipmentOffline,,,,offline,,,\n"                                                     \
    "event,2,ControlStateLocal,,,,local,,,\n"                                                      \
    "event,3,ControlStateRemote,,,,remote,,,\n"                                                    \
    "event,4001,LotStarted,,,10,lot start,,,\n"                                                    \
    "event,4002,WaferDone,,,11 12,wafer end,,,\n"                                                  \
    "event,4003,LotDone,,,10,lot end,,,\n"

// As the tool itself has it: which variables go with which event.
#define ETCH_TOOL                                                                                  \
    ETCH_VARIABLES                                                                                 \
    "report,v1,,,,2004,,,,\n"                                                                      \
    "report,v2,,,,3001 3002 3003 3004 3005,,,,\n"                                                  \
    "report,v3,,,,2004 2007,,,,\n"                                                                 \
    "event,1,EquipmentOffline,,,,offline,,,\n"                                                     \
    "event,2,ControlStateLocal,,,,local,,,\n"                                                      \
    "event,3,ControlStateRemote,,,,remote,,,\n"                                                    \
    "event,20,CmdStartDone,,,,,,,\n"                                                               \
    "event,21,CmdStopDone,,,,,,,\n"                                                                \
    "event,4001,LotStarted,,,v1,lot start,,,\n"                                                    \
    "event,4002,WaferDone,,,v2,wafer end,,,\n"                                                     \
    "event,4003,LotDone,,,v3,lot end,,,\n"                                                         \
    "event,4101,PressureHighOn,,,,,,,\n"                                                           \
    "event,4102,PressureHighOff,,,,,,,\n"                                                          \
    "event,4103,DoorOpenOn,,,,,,,\n"                                                               \
    "event,4104,DoorOpenOff,,,,,,,\n"                                                              \
    "event,4201,ProgramSelected,,,,,,,\n"                                                          \
    "command,,START,,,,,20,,\n"                                                                    \
    "command,,STOP,,,,,21,,\n"                                                                     \
    "command,,PP_SELECT,,,PPID LOTID,,4201,,\n"

static inline struct profile *trial_profile(const char *csv) {
    struct profile *profile = NULL;
    maru_error err = {0};
    if (profile_read(csv, strlen(csv), &profile, &err) != MARU_OK) {
        fail_msg("%u:%u: %s", err.row, err.column, err.text);
    }
    return profile;
}

static inline const struct secs_item *trial_decode(const void *bytes, size_t n,
                                                   struct arena *arena) {
    const struct secs_item *root = NULL;
    maru_error err = {0};
    if (secs_decode(bytes, n, arena, &root, &err) != MARU_OK) {
        fail_msg("%s", err.text);
    }
    return root;
}

#endif
