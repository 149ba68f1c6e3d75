import { metrics } from '@icmp-mon/platform/ops';
import type { ProbingAgent } from '@icmp-mon/probing/agent';
import { Counter, Gauge } from 'prom-client';

/** Shows what the agent counts, read when somebody asks. */
export function exposeMetrics(agent: ProbingAgent): void {
  counter('icmpmon_agent_probes_total', 'Probes handed to executors', () => agent.session?.counters().probes);
  counter('icmpmon_agent_results_total', 'Results measured', () => agent.session?.counters().results);
  counter('icmpmon_agent_not_sent_total', 'Probes the kernel refused to send', () => agent.session?.counters().notSent);
  counter(
    'icmpmon_agent_dropped_lines_total',
    'Lines of executors that were cut, foreign or doubled',
    () => agent.session?.losses().droppedLines,
  );
  counter(
    'icmpmon_agent_foreign_replies_total',
    'Replies from another address than the one that was asked',
    () => agent.session?.losses().foreignReplies,
  );
  counter(
    'icmpmon_agent_unmeasured_total',
    'Probes that were due and have no result',
    () => agent.session?.losses().unmeasured,
  );
  counter(
    'icmpmon_agent_skipped_rounds_total',
    'Targets that were due again before their turn',
    () => agent.session?.losses().skippedRounds,
  );
  counter(
    'icmpmon_agent_failed_slices_total',
    'Slices without data because the executor broke',
    () => agent.session?.losses().failedSlices,
  );
  counter(
    'icmpmon_agent_dropped_results_total',
    'Results given up because the spool was full or damaged',
    () => agent.session?.gauges().droppedResults,
  );
  counter(
    'icmpmon_agent_spooled_results_total',
    'Results ever made durable in the spool, over restarts',
    () => agent.session?.counters().spooledResults,
  );
  gauge('icmpmon_agent_targets', 'Targets probed', () => agent.session?.gauges().targets);
  gauge(
    'icmpmon_agent_refused_targets',
    'Targets the local policy refuses',
    () => agent.session?.gauges().policyRefusedTargets,
  );
  gauge('icmpmon_agent_schedule_lag_ms', 'How late the last slice began', () => agent.session?.losses().scheduleLagMs);
  gauge('icmpmon_agent_late_ms', 'Longest delay of probing in the last minute', () => agent.session?.gauges().lateMs);
  gauge('icmpmon_agent_spool_blocks', 'Blocks in the spool', () => agent.session?.gauges().spoolBlocks);
  gauge('icmpmon_agent_spool_bytes', 'Bytes of blocks in the spool', () => agent.session?.gauges().spoolBytes);
  gauge('icmpmon_agent_spool_oldest_seconds', 'Age of the oldest block', () => agent.session?.gauges().spoolOldestS);
  gauge(
    'icmpmon_agent_first_result_ms',
    'From the start until the gateway had the first result; 0 before',
    () => agent.session?.firstResultAfterMs,
  );
  gauge('icmpmon_agent_quarantined', 'Blocks and spools set aside', () => agent.session?.gauges().spoolQuarantined);
  shipped(agent);
  uncounted(agent);
}

function uncounted(agent: ProbingAgent): void {
  new Gauge({
    name: 'icmpmon_agent_uncounted_results',
    help: 'Results of the last two minutes that the control plane does not count as measured, by its answers',
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
    help: 'Results that the gateway has',
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
