import type { Twin } from '../api/twin'
import type { Clock, Forecasting } from '../twin/use_twin'
export default function ForecastRoom(_: { twin: Twin; clock: Clock; forecast: Forecasting }) {
    return null
}
