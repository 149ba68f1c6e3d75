import { createReadStream } from 'node:fs';
import { userInfo } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { pause } from '@icmp-mon/platform/concurrency';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import type { BulkJobDetail, ImportFormat, ImportQuery } from '@icmp-mon/targets/contract';
import {
  inventoryFile,
  ListImportLines,
  ListImportLinesHandler,
  ReadBulkJob,
  ReadBulkJobHandler,
  RequestImport,
  RequestImportHandler,
} from '@icmp-mon/targets/server';
import type { Actions } from './actions';
import { type CliContext, Refusal } from './cli-context';
import { EXIT_FOUND } from './commands/index.mjs';

type Targets = Pick<CliContext, 'control' | 'printLine'>;

const LOOK_MS = 500;
const SHOWN_MAX = 50;

export const TARGET_ACTIONS: Actions = {
  import: async (context, asked) => {
    const query = { dryRun: asked.flag('dry-run'), mode: asked.flag('create-only') ? 'create' : 'upsert' } as const;
    const job = await importFile(context, asked.args[0], query, formatOf(asked.text('format')));
    if (job.failed > 0) process.exitCode = EXIT_FOUND;
  },
  export: ({ control }, asked) =>
    pipeline(inventoryFile(control, asked.text('filter'), formatOf(asked.text('format')) ?? 'csv'), process.stdout, {
      end: false,
    }),
};

/**
 * Imports a file and follows its job to the end.
 * @throws Refusal if the file cannot be read, or the job failed or was cancelled; DomainError if the file is refused
 */
export async function importFile(
  context: Targets,
  file: string,
  query: ImportQuery,
  format: ImportFormat = /\.(ndjson|jsonl)$/i.test(file) ? 'ndjson' : 'csv',
): Promise<BulkJobDetail> {
  const { control, printLine } = context;
  const handler = new RequestImportHandler(control, new EventStore(control));
  const metadata = { actor: `cli:${userInfo().username}`, causationId: null, correlationId: newId() };
  const accepted = await handler.execute(new RequestImport({ format, pieces: piecesOf(file) }, query, metadata));
  printLine(`Job ${accepted.id}: ${count(accepted.total)} lines.`);
  const job = await followJob(context, accepted);
  printLine(resultText(job));
  await printRefused(context, job);
  if (job.state !== 'completed') throw new Refusal(`The job is ${job.state}. ${job.error ?? ''}`.trim());
  return job;
}

async function* piecesOf(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    const isFile = error instanceof Error && 'code' in error && 'syscall' in error;
    throw isFile ? new Refusal(`The file cannot be read: ${error.message}.`) : error;
  }
}

async function followJob({ control, printLine }: Targets, accepted: BulkJobDetail): Promise<BulkJobDetail> {
  const reader = new ReadBulkJobHandler(control);
  let shown = -1;
  for (let job = accepted; ; job = await reader.execute(new ReadBulkJob(accepted.id))) {
    if (job.finishedAt !== null) return job;
    if (job.done !== shown) printLine(`${count(job.done)} of ${count(job.total)} lines …`);
    shown = job.done;
    await pause(LOOK_MS);
  }
}

function resultText({ import: order, created, changed, unchanged, failed }: BulkJobDetail): string {
  const parts = [
    `${count(created)} created`,
    `${count(changed - created)} changed`,
    `${count(unchanged)} unchanged`,
    `${count(failed)} refused`,
  ];
  return `${order?.dryRun === true ? 'Dry run, nothing was changed: ' : ''}${parts.join(', ')}.`;
}

async function printRefused({ control, printLine }: Targets, { id, failed }: BulkJobDetail): Promise<void> {
  if (failed === 0) return;
  const query = { outcome: 'refused', limit: SHOWN_MAX } as const;
  const { items } = await new ListImportLinesHandler(control).execute(new ListImportLines(id, query));
  for (const { line, column, reason } of items) {
    printLine(`line ${line}${column === null ? '' : `, ${column}`}: ${reason ?? ''}`);
  }
  if (failed > items.length) {
    printLine(`… and ${count(failed - items.length)} more: GET /api/v1/bulk-jobs/${id}/lines?outcome=refused`);
  }
}

const count = (number: number): string => number.toLocaleString('en-GB');

function formatOf(text: string | undefined): ImportFormat | undefined {
  if (text === undefined || text === 'csv' || text === 'ndjson') return text;
  throw new Error(`The command definition allows the format ${text}, but the contract does not.`);
}
