/**
 * Counts of an agent about its confirming bursts:
 * - `bursts`: begun after a first miss; `probes`: sent by these;
 * - `refused_budget`: more than 5 % of its packets;
 * - `refused_crowd`: more than 2 % of its targets, and at least ten, began to miss in the same slice;
 * - `refused_rate`: the policy file leaves no packets free.
 */
export const CONFIRMING_COUNTS = ['bursts', 'probes', 'refused_budget', 'refused_crowd', 'refused_rate'] as const;
export type ConfirmingCount = (typeof CONFIRMING_COUNTS)[number];
