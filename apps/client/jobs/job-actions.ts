import type { BulkJobDetail, BulkJobList, ImportLine, ImportLinePage } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { printDocument, printList } from '../output/print-document';
import { printPages } from '../output/print-pages';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';
import { exportTargets } from './export-targets';
import { followJob } from './follow-job';
import { importTargets } from './import-targets';

export const JOB_ACTIONS: Actions = {
  'jobs list': listJobs,
  'jobs follow': (session) => followJob(session, session.asked.args[0] ?? ''),
  'jobs lines': listLines,
  'jobs cancel': cancelJob,
  import: importTargets,
  export: exportTargets,
};

async function listJobs(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<BulkJobList>('bulk-jobs'),
    [
      { title: 'ID', of: ({ id }) => id },
      { title: 'KIND', of: ({ kind }) => kind },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'DONE', of: ({ done, total }) => `${countText(done)}/${countText(total)}` },
      { title: 'REFUSED', of: ({ failed }) => countText(failed) },
      { title: 'REQUESTED', of: ({ requestedAt }) => timeText(requestedAt) },
      { title: 'SCOPE', of: ({ scope }) => scope },
      { title: 'FILTER', of: ({ filter }) => filter },
    ],
    'No jobs.',
  );
}

function listLines(session: Session): Promise<void> {
  const { asked } = session;
  const path = pathOf('bulk-jobs', asked.args[0] ?? '', 'lines');
  return printPages<ImportLine, ImportLinePage>(
    session,
    path,
    { outcome: asked.text('outcome') },
    {
      columns: [
        { title: 'LINE', of: ({ line }) => line },
        { title: 'ADDRESS', of: ({ ip }) => ip },
        { title: 'OUTCOME', of: ({ outcome }) => outcome },
        { title: 'COLUMN', of: ({ column }) => column },
        { title: 'REASON', of: ({ reason, changes }) => reason ?? changes.map(({ member }) => member).join(', ') },
      ],
      empty: 'No line matches.',
    },
  );
}

async function cancelJob(session: Session): Promise<void> {
  const path = pathOf('bulk-jobs', session.asked.args[0] ?? '', 'cancel');
  const job = await session.api.sendPost<BulkJobDetail>(path, undefined, { isRemembered: true });
  await printDocument(session, job, () =>
    session.output.printLine(
      `The job is ${job.state}: ${countText(job.changed)} of ${countText(job.total)} were changed.`,
    ),
  );
}
