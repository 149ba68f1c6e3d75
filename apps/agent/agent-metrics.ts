import { ANCHOR_STATES, CONFIRMING_COUNTS, NOT_BELIEVED_REASONS, TRACE_DROP_REASONS } from '@icmp-mon/agents/contract';
import { metrics } from '@icmp-mon/platform/ops';
import type { ProbingAgent } from '@icmp-mon/probing/agent';
import { Counter, Gauge } from 'prom-client';

/** Exposes the agent's counters as metrics; they are read at each scrape. */
export function exposeMetrics(agent: ProbingAgent): void {
  counter('icmpmon_agent_probes_total', 'Probes handed to executors', () => agent.session?.counters().probes);
  counter('icmpmon_agent_results_total', 'Results measured', () => agent.session?.counters().results);
  counter('icmpmon_agent_not_sent_total', 'Probes the kernel refused to send', () => agent.session?.counters().notSent);
  counter(
    'icmpmon_agent_dropped_lines_total',
    'Lines of executors that were truncated, of another target, or duplicates',
    () => agent.session?.losses().droppedLines,
  );
  counter(
    'icmpmon_agent_foreign_replies_total',
    'Replies from an address other than the probed one',
    () => agent.session?.losses().foreignReplies,
  );
  counter('icmpmon_agent_unmeasured_total', 'Due probes without a result', () => agent.session?.losses().unmeasured);
  counter(
    'icmpmon_agent_skipped_rounds_total',
    'Rounds skipped because the target was due again before it was probed',
    () => agent.session?.losses().skippedRounds,
  );
  counter(
    'icmpmon_agent_failed_slices_total',
    'Slices without data because the executor failed',
    () => agent.session?.losses().failedSlices,
  );
  counter(
    'icmpmon_agent_dropped_results_total',
    'Results discarded because the spool was full or damaged',
    () => agent.session?.gauges().droppedResults,
  );
  counter(
    'icmpmon_agent_spooled_results_total',
    'Results written to the spool, over all restarts',
    () => agent.session?.counters().spooledResults,
  );
  gauge('icmpmon_agent_targets', 'Targets probed', () => agent.session?.gauges().targets);
  gauge(
    'icmpmon_agent_refused_targets',
    'Targets that the policy file refuses',
    () => agent.session?.gauges().policyRefusedTargets,
  );
  gauge(
    'icmpmon_agent_schedule_lag_ms',
    'Delay of the start of the last slice',
    () => agent.session?.losses().scheduleLagMs,
  );
  gauge('icmpmon_agent_late_ms', 'Longest delay of probing in the last minute', () => agent.session?.gauges().lateMs);
  gauge('icmpmon_agent_spool_blocks', 'Blocks in the spool', () => agent.session?.gauges().spoolBlocks);
  gauge('icmpmon_agent_spool_bytes', 'Bytes of blocks in the spool', () => agent.session?.gauges().spoolBytes);
  gauge('icmpmon_agent_spool_oldest_seconds', 'Age of the oldest block', () => agent.session?.gauges().spoolOldestS);
  gauge(
    'icmpmon_agent_first_result_ms',
    'Time from the start until the gateway had the first result; 0 before that',
    () => agent.session?.firstResultAfterMs,
  );
  gauge('icmpmon_agent_quarantined', 'Quarantined blocks and spools', () => agent.session?.gauges().spoolQuarantined);
  shipped(agent);
  uncounted(agent);
  anchors(agent);
  notBelieved(agent);
  confirming(agent);
  traces(agent);
}

function traces(agent: ProbingAgent): void {
  const report = () => agent.session?.traces.tracesReport();
  counter('icmpmon_agent_traces_total', 'Automatic traces', () => report()?.made);
  gauge('icmpmon_agent_traces_waiting', 'Targets that went bad and wait for their trace', () => report()?.waiting);
  gauge('icmpmon_agent_traces_spooled', 'Traces that the gateway does not have yet', () => report()?.spooled);
  gauge(
    'icmpmon_agent_trace_round_days',
    'Days in which each target that answers is traced once',
    () => report()?.roundDays ?? undefined,
  );
  new Counter({
    name: 'icmpmon_agent_traces_dropped_total',
    help: 'Missing traces',
    labelNames: ['reason'],
    registers: [metrics],
    collect() {
      this.reset();
      const dropped = report()?.dropped ?? {};
      for (const reason of TRACE_DROP_REASONS) this.inc({ reason }, dropped[reason] ?? 0);
    },
  });
}

function anchors(agent: ProbingAgent): void {
  new Gauge({
    name: 'icmpmon_agent_anchors',
    help: 'Anchors by state in the last round',
    labelNames: ['state'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const state of ANCHOR_STATES) this.set({ state }, 0);
      for (const { state } of agent.session?.gauges().anchors ?? []) this.inc({ state });
    },
  });
}

function notBelieved(agent: ProbingAgent): void {
  new Counter({
    name: 'icmpmon_agent_not_believed_total',
    help: 'Measurements that were not believed, and replies that are no answer to a probe',
    labelNames: ['reason'],
    registers: [metrics],
    collect() {
      this.reset();
      const counts = agent.session?.losses().notBelieved ?? {};
      for (const reason of NOT_BELIEVED_REASONS) this.inc({ reason }, counts[reason] ?? 0);
    },
  });
}

function confirming(agent: ProbingAgent): void {
  new Counter({
    name: 'icmpmon_agent_confirming_total',
    help: 'Bursts that confirm a first miss, their probes, and bursts that were refused',
    labelNames: ['what'],
    registers: [metrics],
    collect() {
      this.reset();
      const counts = agent.session?.prober.confirming;
      for (const what of CONFIRMING_COUNTS) this.inc({ what }, counts?.[what] ?? 0);
    },
  });
}

function uncounted(agent: ProbingAgent): void {
  new Gauge({
    name: 'icmpmon_agent_uncounted_results',
    help: 'Results of the last two minutes that the control plane does not count as measured, from its responses',
    labelNames: ['reason'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const { reason, results } of agent.session?.uncounted.latest ?? []) this.set({ reason }, results);
    },
  });
}

function shipped(agent: ProbingAgent): void {
  new Counter({
    name: 'icmpmon_agent_shipped_results_total',
    help: 'Results that the gateway has accepted',
    labelNames: ['lane'],
    registers: [metrics],
    collect() {
      this.reset();
      for (const [lane, results] of Object.entries(agent.session?.shippedResults() ?? {})) this.inc({ lane }, results);
    },
  });
}

function counter(name: string, help: string, read: () => number | undefined): void {
  new Counter({
    name,
    help,
    registers: [metrics],
    collect() {
      this.reset();
      this.inc(read() ?? 0);
    },
  });
}

function gauge(name: string, help: string, read: () => number | undefined): void {
  new Gauge({
    name,
    help,
    registers: [metrics],
    collect() {
      this.set(read() ?? 0);
    },
  });
}
