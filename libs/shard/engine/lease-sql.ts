import { isHeldSql, leaseAheadSql } from '@icmp-mon/platform/leases';
import { LEASE_TTL_MS } from './ownership';

export const ADOPTION_HOLDER = 'icmp-mon adoption';
/** Lease of an adoption, in ms. If an adoption is interrupted, no projector takes its shard for this long; it may be adopted again. */
export const ADOPTION_LEASE_MS = 10 * 60_000;
const SHARD_LEASE_MS = `CASE WHEN s.holder = '${ADOPTION_HOLDER}' THEN ${ADOPTION_LEASE_MS} ELSE ${LEASE_TTL_MS} END`;
/** SQL: whether the shard of row `s` is held. False for a lease that ends later than any lease may. */
export const SHARD_IS_HELD = `(s.holder IS NOT NULL AND ${isHeldSql('s.expires_at', SHARD_LEASE_MS)})`;
/** SQL: how far beyond its longest duration the lease of row `s` ends, in seconds. */
export const SHARD_LEASE_AHEAD_S = leaseAheadSql('s.expires_at', SHARD_LEASE_MS);
