import { TIER_LIMITS } from './tier-limits';
import type { PolicyFields } from './policy-fields';

/** Which agents are independent witnesses of a target: each agent, or all agents of one provider or region together. */
export const INDEPENDENT_VOTERS = ['none', 'providers', 'regions'] as const;
export type IndependentVoters = (typeof INDEPENDENT_VOTERS)[number];

/** Rule for when one agent's results make a verdict, and when verdicts make a status. */
export interface VerdictRule {
  /** Number of misses in a row after which the agent's verdict is down. */
  missesToFail: number;
  /** Number of successes in a row after which it is up again. */
  successesToRecover: number;
  /** Number of the SELECTED agents, or groups of them, that must agree: more than half, or a fixed number. */
  quorum: 'majority' | number;
  degraded: DegradedLimits;
  /** `providers`, `regions`: the agents of one provider, or region, count as one voter of the quorum. */
  independentVoters: IndependentVoters;
  /** Stored, without effect: baselines do not follow the hour of the week. */
  hourOfWeek: boolean;
  /** Whether an agent confirms a first miss by three more probes before the next round. */
  confirm: boolean;
}

/** Above which limits an agent's verdict is degraded while nothing is known of what is normal for the pair; null: by none. */
export interface DegradedLimits {
  /** Median of the last three round trips. */
  latencyMs: number | null;
  /** Loss that is still normal: it replaces the loss floor of the baseline. */
  lossPercent: number | null;
}

/** A rule as events and tables contain it: those of earlier releases state only the first three members. */
export type StoredVerdictRule = Pick<VerdictRule, 'missesToFail' | 'successesToRecover' | 'quorum'> &
  Partial<Omit<VerdictRule, 'missesToFail' | 'successesToRecover' | 'quorum'>>;

/** A rule as clients send it: absent members have the values of `RULE_DEFAULTS`. */
export type VerdictRuleRequest = Omit<StoredVerdictRule, 'degraded'> & { degraded?: Partial<DegradedLimits> };

/**
 * Values of members that a rule does not state. Loss of up to 10 % is no fault while nothing is known: mobile and satellite lines lose
 * that much every day, and an hour later the baseline knows better. There is no round trip that is too long for every line.
 */
export const RULE_DEFAULTS: Readonly<Omit<VerdictRule, 'missesToFail' | 'successesToRecover' | 'quorum'>> = {
  degraded: { latencyMs: null, lossPercent: 10 },
  independentVoters: 'none',
  hourOfWeek: false,
  confirm: true,
};

export function completeRule(stored: StoredVerdictRule): VerdictRule {
  return { ...RULE_DEFAULTS, ...stored };
}

/** Reads the rule of a request; a faulty member is noted in `fields`. */
export function readRule(fields: PolicyFields, sent: unknown): VerdictRule | undefined {
  const pointer = '#/verdictRule';
  const names = ['missesToFail', 'successesToRecover', 'quorum', ...Object.keys(RULE_DEFAULTS)];
  const rule = fields.object(sent, pointer, names);
  if (rule === undefined) return undefined;
  const quorum = rule['quorum'];
  const isQuorum =
    quorum === 'majority' || fields.integer(quorum, `${pointer}/quorum`, TIER_LIMITS.count) !== undefined;
  const { degraded, independentVoters, hourOfWeek, confirm } = { ...RULE_DEFAULTS, ...rule };
  return {
    missesToFail: fields.integer(rule['missesToFail'], `${pointer}/missesToFail`, TIER_LIMITS.misses) ?? 0,
    successesToRecover:
      fields.integer(rule['successesToRecover'], `${pointer}/successesToRecover`, TIER_LIMITS.misses) ?? 0,
    quorum: isQuorum ? (quorum as VerdictRule['quorum']) : 'majority',
    degraded: readLimits(fields, degraded, `${pointer}/degraded`),
    independentVoters: fields.choice(independentVoters, `${pointer}/independentVoters`, INDEPENDENT_VOTERS) ?? 'none',
    hourOfWeek: fields.flag(hourOfWeek, `${pointer}/hourOfWeek`) ?? false,
    confirm: fields.flag(confirm, `${pointer}/confirm`) ?? true,
  };
}

function readLimits(fields: PolicyFields, sent: unknown, pointer: string): DegradedLimits {
  const defaults = RULE_DEFAULTS.degraded;
  const limits = { ...defaults, ...fields.object(sent, pointer, Object.keys(defaults)) };
  const read = (name: keyof DegradedLimits): number | null =>
    limits[name] === null
      ? null
      : (fields.integer(limits[name], `${pointer}/${name}`, TIER_LIMITS[name], 'null') ?? null);
  return { latencyMs: read('latencyMs'), lossPercent: read('lossPercent') };
}
