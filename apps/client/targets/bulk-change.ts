import { counted } from '@icmp-mon/platform/text';
import type { BulkChange, BulkChangeRequest, BulkJobDetail, BulkPreview } from '@icmp-mon/targets/contract';
import { followJob } from '../jobs/follow-job';
import { endUnconfirmed, listOf, nothingToSet, tagsOf } from '../options';
import { printDocument } from '../output/print-document';
import { printable } from '../output/printable';
import { countText } from '../output/times';
import type { Session } from '../session';

const BULK = 'targets:bulk';
const MOST_SHOWN = 10;

export async function bulkSet(session: Session): Promise<number> {
  const { asked } = session;
  const [tier, owner, paused] = ['tier', 'owner', 'paused'].map((name) => asked.text(name));
  const [addTags, removeTags] = [tagsOf(session), listOf(session, 'remove-tags')];
  const change: BulkChange = {
    ...(tier !== undefined && { tier }),
    ...(owner !== undefined && { owner: owner || null }),
    ...(paused !== undefined && { paused: paused === 'yes' }),
    ...(addTags && { addTags }),
    ...(removeTags && { removeTags }),
  };
  if (Object.keys(change).length === 0) throw nothingToSet(session);
  return runBulk(session, { filter: asked.text('filter') ?? '', change }, 'changed');
}

export const bulkRemove = (session: Session): Promise<number> =>
  runBulk(session, { filter: session.asked.text('filter') ?? '', remove: true }, 'removed');

/** Shows what would change; with --yes it starts the job for as many targets as were shown, and follows it. */
async function runBulk(session: Session, request: BulkChangeRequest, done: string): Promise<number> {
  const { api, asked } = session;
  const preview = await api.sendPost<BulkPreview>(BULK, { ...request, dryRun: true }, { isRemembered: true });
  if (!asked.flag('yes')) {
    await printDocument(session, preview, () => printPreview(session, preview, done));
    return endUnconfirmed(session);
  }
  if (preview.changes === 0) {
    await printDocument(session, preview, () => printPreview(session, preview, done));
    return 0;
  }
  const body = { ...request, expectedCount: preview.count };
  const job = await api.sendPost<BulkJobDetail>(BULK, body, { isRemembered: true });
  return followJob(session, job.id);
}

async function printPreview(
  { output }: Session,
  { count, changes, sample, skipped }: BulkPreview,
  done: string,
): Promise<void> {
  await output.printLine(`${countText(changes)} of ${counted(count, 'target')} would be ${done}.`);
  for (const { ip, vrf, name } of sample.slice(0, MOST_SHOWN))
    await output.printLine(printable(`  ${[ip, vrf, name ?? ''].join('  ')}`.trimEnd()));
  if (changes > MOST_SHOWN) await output.printLine(`  … and ${countText(changes - MOST_SHOWN)} more`);
  for (const { text, count: left } of skipped)
    await output.printLine(printable(`${countText(left)} stay as they are: ${text}`));
}
