// What a run came to: docs/OUTPUT.md. The contract leaves it open, so it is written down here.

/** Mean over replications with half of its 95 % interval; null where there is nothing to take a mean of. */
export interface Interval {
    mean: number | null
    half_width: number | null
    sd: number | null
    n: number
}

export const FIGURES = ['cycle-time', 'cycle-time-median', 'cycle-time-95', 'flow-factor', 'wip', 'throughput', 'on-time', 'tardiness', 'late-queue', 'setup'] as const
export type Figure = (typeof FIGURES)[number]

/** SEMI E10 shares of a tool's time, in the order in which they are drawn. */
export const STATES = ['productive', 'setup', 'standby', 'engineering', 'scheduled_down', 'unscheduled_down'] as const
export type State = (typeof STATES)[number]

type ClassKey =
    | 'lots_out' | 'lots_measured' | 'cycle_mean_days' | 'cycle_sd_days' | 'cycle_median_days' | 'cycle_5_days' | 'cycle_95_days'
    | 'flow_mean' | 'flow_median' | 'flow_5' | 'flow_95' | 'on_time' | 'tardiness_mean_days'
type GroupKey = 'tools' | 'utilization' | State | 'queue_mean_lots' | 'queue_max_lots' | 'wait_mean_h' | 'jobs' | 'lots' | 'setups'
type LimitKey = 'passed' | 'late' | 'late_share' | 'late_mean_h' | 'slack_mean_h'

interface ClassName { product: string | null; priority: number }
interface GroupName { group: string; area: string; is_delay: boolean }
interface LimitName { route: string; step: number; to_step: number; limit_h: number }

export type ClassResult = ClassName & Record<ClassKey, Interval>
export type GroupResult = GroupName & Record<GroupKey, Interval>
export type LimitResult = LimitName & Record<LimitKey, Interval>

export interface Replication {
    replication: number
    seed: number
    status: string
    from_day: number
    to_day: number
    digest: string
    events: number
    lot_steps: number
    bottleneck: string | null
    flow_bin_width: number
    figures: Record<Figure, number | null>
    classes: (ClassName & { flow_histogram: number[] })[]
    series: { interval_days: number; wip_lots: number[]; released_lots: number[]; done_lots: number[]; queue_lots: number[][] }
}

export interface SimulationResult {
    maru: string
    plant: { name: string; products: number; routes: number; steps: number; groups: number; tools: number }
    run: { days: number; warmup_days: number; seed: number; replications: number; options: Record<string, string>; complete: boolean; stopped_because: string | null }
    aggregate: { figures: Record<Figure, Interval>; classes: ClassResult[]; groups: GroupResult[]; limits: LimitResult[] }
    replications: Replication[]
}

export type Verdict = 'none' | 'better' | 'worse' | 'different'

export interface Difference {
    figure: string
    product?: string | null
    priority?: number
    group?: string
    first: Interval
    this: Interval
    difference: Interval
    verdict: Verdict
}

export interface ComparisonResult {
    maru: string
    run: { plant: string; days: number; warmup_days: number; seed: number; replications: number; complete: boolean; stopped_because: string | null }
    variants: { name: string; text: string; differences: Difference[] }[]
}

export type Result = SimulationResult | ComparisonResult
export const isComparison = (result: Result): result is ComparisonResult => 'variants' in result
