import type { BulkJobDetail, ImportLine, ImportLinePage } from '@icmp-mon/targets/contract';
import { pathOf } from '../api/api-client';
import { Refusal } from '../api/refusal';
import { EXIT_UNDECIDED } from '../options';
import { printDocument } from '../output/print-document';
import { countText } from '../output/times';
import type { Session } from '../session';
import { endText, untilEnded } from './until-ended';

const SHOWN_MAX = 50;

/**
 * Prints the progress of a job to its end, then its result. Returns the exit code.
 * @throws Refusal when the job failed or was cancelled, or Ctrl-C ended the command
 */
export async function followJob(session: Session, jobId: string): Promise<number> {
  const job = await waitForJob(session, jobId);
  await printDocument(session, job, () => session.output.printLine(resultText(job)));
  await noteFailures(session, job);
  if (job.state !== 'completed') throw new Refusal(`The job ${endText(job.state)}. ${job.error ?? ''}`.trim());
  if (job.failed === 0) return 0;
  return job.kind === 'import' ? EXIT_UNDECIDED : 1;
}

/**
 * Prints the progress of a job until it has ended.
 * @throws Refusal when Ctrl-C ended the command
 */
export function waitForJob(session: Session, jobId: string): Promise<BulkJobDetail> {
  return untilEnded(session, {
    read: () => session.api.readDocument<BulkJobDetail>(pathOf('bulk-jobs', jobId)),
    progressOf: ({ done, total }) => `${countText(done)} of ${countText(total)} …`,
    whereNext: `The job continues on the server. Follow it: icmpmon jobs follow ${jobId}. Cancel it: icmpmon jobs cancel ${jobId}`,
  });
}

function resultText({ import: order, created, changed, unchanged, skipped, failed }: BulkJobDetail): string {
  const parts =
    order === null
      ? [`${countText(changed)} changed`, `${countText(unchanged)} unchanged`, `${countText(skipped)} skipped`]
      : [
          `${countText(created)} created`,
          `${countText(changed - created)} changed`,
          `${countText(unchanged)} unchanged`,
        ];
  const dry = order?.dryRun === true ? 'Dry run, nothing was changed: ' : '';
  return `${dry}${[...parts, `${countText(failed)} refused`].join(', ')}.`;
}

async function noteFailures(session: Session, job: BulkJobDetail): Promise<void> {
  const { output } = session;
  if (job.kind === 'import') return noteRefusedLines(session, job);
  for (const { ip, text } of job.failures.slice(0, SHOWN_MAX)) output.note(`${ip}: ${text}`);
  if (job.failures.length > SHOWN_MAX)
    output.note(`… and ${countText(job.failures.length - SHOWN_MAX)} more: icmpmon jobs follow ${job.id} --json`);
}

async function noteRefusedLines({ api, output }: Session, { id, failed }: BulkJobDetail): Promise<void> {
  if (failed === 0) return;
  const query = { outcome: 'refused', limit: SHOWN_MAX };
  const { items } = await api.readDocument<ImportLinePage>(pathOf('bulk-jobs', id, 'lines'), query);
  for (const line of items) output.note(lineText(line));
  if (failed > items.length)
    output.note(`… and ${countText(failed - items.length)} more: icmpmon jobs lines ${id} --outcome refused --all`);
}

const lineText = ({ line, column, reason }: ImportLine): string =>
  `line ${line}${column === null ? '' : `, ${column}`}: ${reason ?? ''}`;
