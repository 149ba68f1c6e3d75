import { AGENT_PLACE_LENGTH_MAX, AGENT_TAGS } from '@icmp-mon/agents/contract';

/** Limits of a tier policy, and of tiers. `docs/limits.md` states them. */
export const TIER_LIMITS = {
  tiers: 200,
  /** A check is numbered from 1; a number is never used for another check of the tier. */
  checkNumber: 255,
  checks: { min: 1, max: 8 },
  probeIntervalMs: { min: 1_000, max: 86_400_000 },
  probeTimeoutMs: { min: 10, max: 30_000 },
  /** Agents per target, for `distributed`; also the largest number that a quorum or diversity can name. */
  count: { min: 1, max: 100 },
  misses: { min: 1, max: 100 },
  /** Limits of `degraded`. */
  latencyMs: { min: 1, max: 30_000 },
  lossPercent: { min: 1, max: 99 },
  regions: 50,
  tags: AGENT_TAGS.tagsMax,
  textLength: AGENT_PLACE_LENGTH_MAX,
  tagValueLength: AGENT_TAGS.valueLengthMax,
} as const;

export const TIER_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The rule of tier names, as the end of a sentence. */
export const TIER_NAME_RULE =
  'consists of 1 to 63 lower-case letters, digits and hyphens, and starts and ends with a letter or digit';
