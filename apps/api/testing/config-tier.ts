/** Lines of a configuration with a tier. */
export const TIER = [
  'tiers:',
  '  - name: gold',
  '    probeIntervalMs: 5000',
  '    probeTimeoutMs: 1000',
  '    checks: [{ type: icmp_ping, expect: reachable }]',
  '    agentSelection: { strategy: distributed }',
  '    verdictRule: { missesToFail: 2, successesToRecover: 1, quorum: majority }',
];
