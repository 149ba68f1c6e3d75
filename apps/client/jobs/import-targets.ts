import { type BulkJobDetail, IMPORT_FORMATS, IMPORT_TYPES } from '@icmp-mon/targets/contract';
import { openFile } from '../input';
import { countText } from '../output/times';
import type { Session } from '../session';
import { followJob } from './follow-job';

/** Sends a file as it is read, then follows its job. */
export async function importTargets(session: Session): Promise<number> {
  const { api, asked, output } = session;
  const [file = ''] = asked.args;
  const format = IMPORT_FORMATS.find((each) => each === asked.text('format')) ?? formatOf(file);
  const query = { dryRun: asked.flag('dry-run'), mode: asked.flag('create-only') ? 'create' : 'upsert' };
  const content = await openFile(file, 'file');
  const job = await api.uploadFile<BulkJobDetail>('targets:import', content, IMPORT_TYPES[format], query);
  output.note(`Job ${job.id}: ${countText(job.total)} lines.`);
  return followJob(session, job.id);
}

const formatOf = (file: string): 'csv' | 'ndjson' => (/\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv');
