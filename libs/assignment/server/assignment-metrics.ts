import { metrics } from '@icmp-mon/platform/ops';
import { Counter, Gauge, Histogram } from 'prom-client';

export const holdingGauge = new Gauge({
  name: 'icmpmon_assignment_holding',
  help: '1 while no targets are moved away from silent agents, because the control plane may have lost its link to them.',
  registers: [metrics],
});
export const agentConditions = new Gauge({
  name: 'icmpmon_assignment_agents',
  help: 'Agents in service by condition.',
  labelNames: ['condition'],
  registers: [metrics],
});
export const movedTargets = new Counter({
  name: 'icmpmon_assignment_moved_targets_total',
  help: 'Targets moved to other agents, by cause: condition, policy or version of an agent, or rules.',
  labelNames: ['cause'],
  registers: [metrics],
});
export const evaluationSeconds = new Histogram({
  name: 'icmpmon_assignment_evaluation_seconds',
  help: 'Duration of the evaluation of targets after the condition, policy or version of an agent, or the rules of selection, changed.',
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60],
  registers: [metrics],
});
