import type { SentPolicy } from '@icmp-mon/tiers/contract';
import {
  agentCountText,
  agentScopeText,
  checkText,
  diversityText,
  limitsText,
  ruleText,
  spanText,
  votersText,
} from './policy-text';

/** Properties of a policy as texts; a property that is empty has no text. */
const PROPERTIES: readonly { name: string; text: (policy: SentPolicy) => string }[] = [
  { name: 'interval', text: ({ probeIntervalMs }) => spanText(probeIntervalMs) },
  { name: 'timeout', text: ({ probeTimeoutMs }) => spanText(probeTimeoutMs) },
  { name: 'probed by', text: ({ agentSelection }) => agentCountText(agentSelection) },
  { name: 'selected', text: ({ agentSelection }) => agentScopeText(agentSelection) || 'from all agents' },
  { name: 'diversity', text: ({ agentSelection }) => diversityText(agentSelection) || 'none' },
  { name: 'down after', text: ({ verdictRule }) => ruleText(verdictRule) },
  {
    name: 'up after',
    text: ({ verdictRule: { successesToRecover: count } }) => (count === 1 ? '1 success' : `${count} successes`),
  },
  { name: 'voters', text: ({ verdictRule }) => votersText(verdictRule) },
  { name: 'limits without a baseline', text: ({ verdictRule }) => limitsText(verdictRule) },
  { name: 'confirming probes', text: ({ verdictRule: { confirm } }) => (confirm ? 'on' : 'off') },
  { name: 'baseline by hour of week', text: ({ verdictRule: { hourOfWeek } }) => (hourOfWeek ? 'on' : 'off') },
];

/** Returns the differences between two policies as short texts: `interval 15 s → 5 s`, `check added: icmp_ping`. */
export function policyChanges(before: SentPolicy, after: SentPolicy): string[] {
  const properties = PROPERTIES.flatMap(({ name, text }) => {
    const [was, is] = [text(before), text(after)];
    return was === is ? [] : [`${name} ${was} → ${is}`];
  });
  const [old, current] = [before.checks.map(checkText), after.checks.map(checkText)];
  return [
    ...properties,
    ...old.filter((check) => !current.includes(check)).map((check) => `check removed: ${check}`),
    ...current.filter((check) => !old.includes(check)).map((check) => `check added: ${check}`),
  ];
}
