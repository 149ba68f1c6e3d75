/** How agents trace by themselves: settings of the installation, which an agent receives with the response to its telemetry. */
export interface TraceSettings {
  isOn: boolean;
  /** Time between two traces of a target that answers, in ms. */
  intervalMs: number;
  /** Largest share of the packets that the agent's checks send. */
  share: number;
}

export const TRACE_SETTINGS: Readonly<TraceSettings> = Object.freeze({
  isOn: true,
  intervalMs: 86_400_000,
  share: 0.01,
});
/** Limits that an agent applies to what it receives. */
export const TRACE_SETTINGS_LIMITS = Object.freeze({
  intervalMs: { min: 3_600_000, max: 30 * 86_400_000 },
  shareMax: 0.1,
});

/**
 * Why a trace is missing. `recent`: the target went bad again within 15 min; `sample`: too many went bad together; `recovered`: it replied again
 * before its turn; `not_made`: mtr, the policy file or the machine refused; `spool_full`: the gateway was away for too long; `unreadable`: a file
 * of the spool was damaged; `refused`: the gateway did not accept it.
 */
export const TRACE_DROP_REASONS = [
  'recent',
  'sample',
  'recovered',
  'not_made',
  'spool_full',
  'unreadable',
  'refused',
] as const;

/** The part of an agent's telemetry about its traces. */
export interface AgentTraces {
  /** Automatic traces since its start. */
  made: number;
  /** Targets that went bad and wait for their trace. */
  waiting: number;
  /** Traces that were made and are not uploaded yet. */
  spooled: number;
  /** Missing traces since its start, by reason: `TRACE_DROP_REASONS`; without reasons of which there are none. */
  dropped: Record<string, number>;
  /** Days in which each target that answers is traced once; null if none is. */
  roundDays: number | null;
  /**
   * Why none is made: `installation` and `policy` turned them off, `uplink`: the own line may be out, `mtr`: it is missing or
   * not permitted, `full`: the checks need all packets per second; null otherwise.
   */
  paused: string | null;
}
