import type { Session } from '../session';
import type { Change, Failure, Kind } from './kind';

/**
 * Applies the changes, kind after kind. A kind with failures ends it, because later kinds refer to its objects.
 * @returns the changes that were not applied
 */
export async function applyChanges(
  session: Session,
  changes: readonly Change[],
  kinds: readonly Kind[],
): Promise<Failure[]> {
  for (const [at, kind] of kinds.entries()) {
    const own = changes.filter((change) => change.kind === kind.key);
    if (own.length === 0) continue;
    const failures = await kind.apply(session, own);
    if (failures.length === 0) continue;
    const later = kinds.slice(at + 1).map(({ key }) => key);
    const skipped = changes.filter((change) => later.includes(change.kind));
    return [...failures, ...skipped.map((change) => ({ change, reason: `not applied, because ${kind.key} failed` }))];
  }
  return [];
}
