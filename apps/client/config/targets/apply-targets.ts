import { Readable } from 'node:stream';
import {
  type BulkJobDetail,
  IMPORT_BYTES_MAX,
  IMPORT_LINES_MAX,
  IMPORT_TYPES,
  type ImportLine,
} from '@icmp-mon/targets/contract';
import { type ApiClient, pathOf } from '../../api/api-client';
import { ApiRefusal } from '../../api/problem';
import { Refusal } from '../../api/refusal';
import { waitForJob } from '../../jobs/follow-job';
import { endText } from '../../jobs/until-ended';
import { countText } from '../../output/times';
import type { Session } from '../../session';
import type { Change, Failure } from '../kind';
import { reasonIfRefused } from '../reason-if-refused';
import type { TargetRequest } from './compare-targets';

const requestOf = ({ request }: Change): TargetRequest => request as unknown as TargetRequest;
const lineOf = (change: Change): string => `${JSON.stringify(change.request)}\n`;

/** Returns why the changes cannot be sent as one import; null if they can. */
export function sizeFault(changes: readonly Change[]): string | null {
  const sent = changes.filter(({ action }) => action !== 'delete');
  const bytes = sent.reduce((sum, change) => sum + Buffer.byteLength(lineOf(change)), 0);
  if (sent.length <= IMPORT_LINES_MAX && bytes <= IMPORT_BYTES_MAX) return null;
  return (
    `${sent.length} targets with ${bytes} bytes are to be created or changed, at most ${IMPORT_LINES_MAX} with ${IMPORT_BYTES_MAX} bytes in one import: ` +
    'apply some of the files first, without --delete.'
  );
}

/** Creates and changes targets by one import, then deletes targets one after another, dependents first. */
export async function applyTargets(session: Session, changes: readonly Change[]): Promise<Failure[]> {
  const sent = changes.filter(({ action }) => action !== 'delete');
  const failures = sent.length === 0 ? [] : await importTargets(session, sent);
  const deletions = changes.filter(({ action }) => action === 'delete');
  for (const [at, change] of deletions.entries()) {
    const reason = await reasonIfRefused(deleteTarget(session.api, requestOf(change)));
    if (reason !== null) failures.push({ change, reason });
    if ((at + 1) % 100 === 0 || at + 1 === deletions.length)
      session.output.note(`${countText(at + 1)} of ${countText(deletions.length)} deletions …`);
  }
  return failures;
}

async function importTargets(session: Session, changes: readonly Change[]): Promise<Failure[]> {
  const { api, output } = session;
  const lines = Readable.from(pieces(changes), { objectMode: false });
  const accepted = await api.uploadFile<BulkJobDetail>('targets:import', lines, IMPORT_TYPES.ndjson);
  output.note(`Job ${accepted.id} changes ${countText(accepted.total)} targets; it continues if this command ends.`);
  const job = await waitForJob(session, accepted.id);
  const failures: Failure[] = [];
  if (job.failed > 0) {
    for await (const line of api.readRows<ImportLine>(pathOf('bulk-jobs', job.id, 'lines'), { outcome: 'refused' }))
      failures.push(failureOf(line, changes));
  }
  if (job.state === 'completed') return failures;
  const error = job.error === null ? '' : `: ${job.error}`;
  throw new Refusal(`The job ${job.id} ${endText(job.state)}${error}. Repeat the command: what was changed stays.`);
}

/** Joins lines, because one write per line is slow. */
function* pieces(changes: readonly Change[]): Generator<string> {
  const together = 500;
  for (let at = 0; at < changes.length; at += together)
    yield changes
      .slice(at, at + together)
      .map(lineOf)
      .join('');
}

function failureOf({ line, column, reason }: ImportLine, changes: readonly Change[]): Failure {
  const change = changes[line - 1];
  if (change === undefined) throw new Error(`The import has no line ${line}.`);
  return { change, reason: `${column === null ? '' : `${column}: `}${reason ?? ''}` };
}

/** A target that others have deleted is deleted. */
async function deleteTarget(api: ApiClient, { ip, vrf, version }: TargetRequest): Promise<void> {
  try {
    await api.sendDelete(pathOf('targets', ip), { query: { vrf }, ifMatch: `"${version}"` });
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
  }
}
