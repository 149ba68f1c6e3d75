import { buffer } from 'node:stream/consumers';
import { TextDecoder } from 'node:util';
import type { ImportedNotice, ImportNoticesRequest, NoticeImport } from '@icmp-mon/maintenance/contract';
import { Refusal } from '../api/refusal';
import { openFile } from '../input';
import { endUnconfirmed, EXIT_UNDECIDED } from '../options';
import { printDocument } from '../output/print-document';
import { timeText } from '../output/times';
import type { Session } from '../session';

/** Shows what the notices of a file do; with --yes it is done. */
export async function importNotices(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const [file = ''] = asked.args;
  const body: ImportNoticesRequest = {
    calendar: await readCalendarFile(file),
    ...{ tag: asked.text('tag') ?? 'circuit', timeZone: asked.text('zone') ?? 'UTC' },
  };
  const isConfirmed = asked.flag('yes');
  const path = isConfirmed ? 'maintenance/imports' : 'maintenance/imports/preview';
  const result = await api.sendPost<NoticeImport>(path, body);
  await printDocument(session, result, async () => {
    await output.printTable<ImportedNotice>(
      [
        { title: 'NOTICE', of: ({ notice, summary }) => notice?.maintenanceId ?? summary },
        { title: 'PROVIDER', of: ({ notice }) => notice?.provider ?? '' },
        { title: 'STATUS', of: ({ status }) => status ?? '' },
        { title: 'FROM', of: ({ startsAt }) => timeText(startsAt) ?? '' },
        { title: 'UNTIL', of: ({ endsAt }) => timeText(endsAt) ?? '' },
        { title: 'SCOPE', of: ({ scope }) => scope ?? '' },
        { title: 'ACTION', of: ({ action }) => action },
        { title: 'WHY', of: ({ why }) => why },
      ],
      result.items,
    );
  });
  for (const { notice, notes } of result.items) {
    for (const note of notes) output.note(`${notice?.maintenanceId ?? 'An event'}: ${note}`);
  }
  if (!isConfirmed) return endUnconfirmed(session);
  return result.items.some(({ action }) => action === 'refused') ? EXIT_UNDECIDED : 0;
}

/** Lines of calendars are folded by bytes, also within a character, so that they are joined before the text is decoded. */
async function readCalendarFile(file: string): Promise<string> {
  const bytes = await buffer(await openFile(file, 'calendar'));
  const joined = Buffer.from(bytes.toString('latin1').replace(/\r?\n[ \t]/g, ''), 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(joined);
  } catch {
    throw new Refusal('The calendar is not valid UTF-8. Save it as UTF-8, such as by iconv.');
  }
}
