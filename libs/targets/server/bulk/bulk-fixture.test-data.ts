import { Readable } from 'node:stream';
import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore, executeMany, readHistory, type RecordedEvent } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import {
  BULK_JOB_STREAM,
  type BulkChangeRequest,
  type BulkJobDetail,
  type BulkPreview,
  type ExpandRequest,
  type ImportFormat,
  type ImportLine,
  type ImportOutcome,
  type ImportQuery,
} from '@icmp-mon/targets/contract';
import { change, register, remove, TARGET, type TargetPatch } from '../target';
import { ALL_JUDGED, FILTERED, FixedJudged } from '../target-list/list-context.test-data';
import { TierNames } from '../tier-names';
import { readJobDetail } from './bulk-job-rows';
import { BulkJobRunner } from './bulk-job-runner';
import { CancelBulkJob, CancelBulkJobHandler } from './cancel-bulk-job';
import { newKeys } from './expand-part';
import { FakeAccess } from './fake-access.test-data';
import { ReadBulkPreview, ReadBulkPreviewHandler } from './read-bulk-preview';
import { ReadExpansionPreview, ReadExpansionPreviewHandler } from './read-expansion-preview';
import { RequestBulkChange, RequestBulkChangeHandler } from './request-bulk-change';
import { RequestExpansion, RequestExpansionHandler } from './request-expansion';
import { ListImportLines, ListImportLinesHandler } from '../import/list-import-lines';
import { RequestImport, RequestImportHandler } from '../import/request-import';

const PER_TRANSACTION = 500;

export const REQUESTER = { actor: 'user:ada', causationId: null, correlationId: newId() };
const UNLIMITED = { actor: REQUESTER.actor, scope: null };
const OTHER = { actor: 'user:bob', causationId: null, correlationId: newId() };

/** The write side of bulk jobs on a database of its own, with the tiers fast and standard. */
export class BulkFixture {
  readonly access = new FakeAccess();
  readonly runner: BulkJobRunner;
  private readonly judged = new FixedJudged(ALL_JUDGED);
  private readonly tiers: TierNames;

  private constructor(
    private readonly testing: TestDatabase,
    readonly control: ControlDatabase,
    readonly store: EventStore,
  ) {
    this.runner = new BulkJobRunner(control, store, this.access);
    this.tiers = new TierNames(control);
  }

  static async open(): Promise<BulkFixture> {
    const testing = await testDatabase('control');
    const control = new ControlDatabase({ url: testing.url });
    await control.execute(
      `INSERT INTO tier (name, built_in, policy, version) VALUES ('fast', true, '{}', 1), ('standard', true, '{}', 1)`,
    );
    return new BulkFixture(testing, control, new EventStore(control));
  }

  async close(): Promise<void> {
    await this.control.close();
    await this.testing.dropDatabase();
  }

  get url(): string {
    return this.testing.url;
  }

  /** Registers targets with a tag `batch`, at addresses of 10.0.0.0/8 from a number on. Returns their ids. */
  async registerTargets(count: number, batch: string, from = 0): Promise<string[]> {
    const keys = await newKeys(this.control, count);
    const targets = keys.map((key, at) => ({
      ...{ targetId: newId(), key, vrf: 'default', name: `t-${at}`, tags: { batch }, tier: 'standard' },
      ip: `10.${(from + at) >> 16}.${((from + at) >> 8) & 255}.${(from + at) & 255}`,
    }));
    for (let done = 0; done < count; done += PER_TRANSACTION) {
      const commands = targets.slice(done, done + PER_TRANSACTION).map((target) => ({
        ...{ id: target.targetId, expectedVersion: 0 },
        decide: (state: Parameters<typeof register>[0]) => register(state, target),
      }));
      await this.control.transaction((sql) => executeMany(sql, TARGET, commands, OTHER));
    }
    return targets.map(({ targetId }) => targetId);
  }

  /** Changes a target as another user. */
  async changeTarget(id: string, patch: TargetPatch): Promise<void> {
    await this.store.execute(TARGET, id, (state) => change(state, patch), { metadata: OTHER });
  }

  async removeTarget(id: string): Promise<void> {
    await this.store.execute(TARGET, id, remove, { metadata: OTHER });
  }

  requestChange(request: BulkChangeRequest, scope: Scope = null): Promise<BulkJobDetail> {
    const handler = new RequestBulkChangeHandler(this.control, this.store, this.tiers, this.judged, ...FILTERED);
    return handler.execute(new RequestBulkChange(request, REQUESTER, scope));
  }

  previewChange(request: BulkChangeRequest, scope: Scope = null): Promise<BulkPreview> {
    const handler = new ReadBulkPreviewHandler(this.control, this.tiers, this.judged, ...FILTERED);
    return handler.execute(new ReadBulkPreview(request, scope));
  }

  requestExpansion(request: ExpandRequest, scope: Scope = null): Promise<BulkJobDetail> {
    const handler = new RequestExpansionHandler(this.control, this.store, this.tiers);
    return handler.execute(new RequestExpansion(request, REQUESTER, scope));
  }

  previewExpansion(request: ExpandRequest, scope: Scope = null): Promise<BulkPreview> {
    return new ReadExpansionPreviewHandler(this.control, this.tiers).execute(new ReadExpansionPreview(request, scope));
  }

  /** Requests the import of a file that arrives in pieces of some bytes. */
  requestImport(
    file: string | Buffer,
    {
      format = 'csv',
      pieceBytes = 64 * 1024,
      scope = null,
      ...query
    }: ImportQuery & { format?: ImportFormat; pieceBytes?: number; scope?: Scope } = {},
  ): Promise<BulkJobDetail> {
    const handler = new RequestImportHandler(this.control, this.store);
    const pieces = inPieces(Buffer.from(file), pieceBytes);
    return handler.execute(new RequestImport({ format, pieces }, query, REQUESTER, scope));
  }

  /** Imports a file, and returns the job after its end. */
  async runImport(...asked: Parameters<BulkFixture['requestImport']>): Promise<BulkJobDetail> {
    return this.finishJob(await this.requestImport(...asked));
  }

  /** Returns the results of the first 500 lines with an outcome, or of all. */
  async linesOf({ id }: { id: string }, outcome?: ImportOutcome): Promise<ImportLine[]> {
    const query = { limit: 500, ...(outcome !== undefined && { outcome }) };
    return (await new ListImportLinesHandler(this.control).execute(new ListImportLines(id, UNLIMITED, query))).items;
  }

  cancelJob(id: string): Promise<BulkJobDetail> {
    return new CancelBulkJobHandler(this.control, this.store).execute(new CancelBulkJob(id, REQUESTER, null));
  }

  /** Runs all jobs to their end, and returns the job. */
  async finishJob({ id }: { id: string }): Promise<BulkJobDetail> {
    await this.runner.runJobs(new AbortController().signal);
    return this.readJob(id);
  }

  readJob(id: string): Promise<BulkJobDetail> {
    return readJobDetail(this.control, id, UNLIMITED);
  }

  /** Returns tier and tags of the targets of a batch. */
  rowsOf(batch: string): Promise<{ id: string; tier: string; tags: object }[]> {
    return this.control.query(`SELECT id, tier, tags FROM target_list WHERE tags ->> 'batch' = $1 ORDER BY key`, [
      batch,
    ]);
  }

  /** Returns the events that a job caused, oldest first. */
  causedBy(jobId: string): Promise<{ stream: string; type: string; version: number; metadata: object }[]> {
    return this.control.query(
      `SELECT stream, type, version, metadata FROM event WHERE metadata ->> 'causationId' = $1 AND stream LIKE 'target-%'
       ORDER BY position`,
      [jobId],
    );
  }

  /** Returns the audit events of a job. */
  async readAudit(jobId: string): Promise<RecordedEvent[]> {
    return (await readHistory(this.control, BULK_JOB_STREAM, jobId, { limit: 10 })).reverse();
  }
}

function inPieces(bytes: Buffer, pieceBytes: number): AsyncIterable<Buffer> {
  const count = Math.ceil(bytes.length / pieceBytes);
  return Readable.from(
    Array.from({ length: count }, (_, at) => bytes.subarray(at * pieceBytes, (at + 1) * pieceBytes)),
  );
}
