import { readProblem } from '@icmp-mon/platform/ui-kit';
import type { TargetPage } from '@icmp-mon/targets/contract';

/** Returns the index of a target in a list that is read by `fetchPage`; 0 if the URL contains an unknown or removed target. */
export async function findRow(
  id: string,
  fetchPage: (part: Readonly<Record<string, string>>) => Promise<TargetPage>,
): Promise<number> {
  try {
    const { position } = await fetchPage({ around: id, limit: '1' });
    return position ?? 0;
  } catch (failure) {
    if ([400, 404].includes(readProblem(failure).status)) return 0;
    throw failure;
  }
}
