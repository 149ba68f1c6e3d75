import type { TierPolicy, TierVersionView } from '@icmp-mon/tiers/contract';
import { policyChanges } from './policy-changes';

/** A version as the page lists it. */
export interface VersionRow extends TierVersionView {
  /** Differences to the version before, as short texts. */
  changes: string[];
}

/** Returns rows for versions, newest first. The oldest one that was read has no known version before it, unless it is the first. */
export function versionRows(versions: readonly TierVersionView[]): VersionRow[] {
  return versions.map((version, index) => {
    const before = versions.slice(index + 1).find(({ policy }) => policy !== null)?.policy ?? null;
    return { ...version, changes: changesOf(version, before) };
  });
}

function changesOf({ change, policy, successor, version }: TierVersionView, before: TierPolicy | null): string[] {
  if (change === 'removal-started') return [`removal started, targets move to ${successor}`];
  if (policy === null) return ['removed'];
  if (before === null) return [version === 1 ? 'created' : 'defined'];
  return policyChanges(before, policy);
}
