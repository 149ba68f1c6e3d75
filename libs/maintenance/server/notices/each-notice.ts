import type { ImportedNotice, NoticeImport } from '@icmp-mon/maintenance/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { refusedNotice } from './judge-notices';
import type { NoNotice, ReadNotice } from './read-notice';

/** Runs `act` for each notice, one after another. What cannot be imported is refused alone: the others are imported. */
export async function eachNotice(
  events: readonly (ReadNotice | NoNotice)[],
  act: (read: ReadNotice) => Promise<ImportedNotice>,
): Promise<NoticeImport> {
  const items: ImportedNotice[] = [];
  for (const event of events) {
    if ('fault' in event) {
      items.push(refusedNotice(event.summary, `It ${event.fault}.`, null));
      continue;
    }
    try {
      items.push(await act(event));
    } catch (error) {
      if (!(error instanceof DomainError) || error.code === 'unavailable') throw error;
      items.push(refusedNotice(event.summary, error.detail, event));
    }
  }
  return { items };
}
