import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { SOURCE_SAMPLE, type SourceDefinition } from '@icmp-mon/targets/contract';
import { Injectable } from '@nestjs/common';
import { acceptJob, type NewJob, requirePlace } from '../bulk/accept-job';
import { endRun, lockClaimed, type RunFault, runMetadata } from './claimed-runs';
import { CredentialBox } from './credential-box';
import { decideLeft, type LeftDecision } from './left-targets';
import { readOwned, recordLeft } from './owned-targets';
import { readEntries, SourceReading } from './read-entries';
import { RunEnd } from './run-end';
import { ListChanged, SourceFault } from './source-fault';
import { SourceIntake } from './source-intake';
import type { RunRow } from './source-rows';
import { placeOf } from './source-store';

/** Readings of a list that changes while it is read. */
const READINGS_MAX = 3;
/** Time for reading a list; shorter than the claim of a run. */
const READING_MS_MAX = 10 * 60_000;

interface LoadedSource {
  id: string;
  definition: SourceDefinition;
  credential: string | null;
}

/** First step of a run: reads the whole list, and starts the import of what differs. */
@Injectable()
export class ListIntake {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly box: CredentialBox,
    private readonly reading: SourceReading,
    private readonly end: RunEnd,
  ) {}

  /** @throws SourceFault, DomainError `too_many_requests` while too many bulk jobs are unfinished; nothing was changed then */
  async readList(run: RunRow, signal: AbortSignal): Promise<void> {
    const source = await this.loadSource(run);
    await requirePlace(this.database, null);
    const intake = await this.takeList(source, signal);
    let isUsed = false;
    try {
      isUsed = await this.database.transaction((sql) => this.startImport(sql, run, source, intake));
    } finally {
      if (!isUsed) await intake.deleteLines();
    }
    // Without an import there is nothing to wait for.
    if (!isUsed) await this.end.continueRun({ ...run, state: 'applying' });
  }

  private async loadSource({ source_id: id }: RunRow): Promise<LoadedSource> {
    const [row] = await this.database.query<{
      definition: SourceDefinition;
      credential: Buffer | null;
      has_tier: boolean;
    }>(
      `SELECT definition, credential, EXISTS (SELECT FROM tier WHERE name = definition ->> 'tier' AND successor IS NULL) AS has_tier
       FROM inventory_source WHERE id = $1`,
      [id],
    );
    if (row === undefined) throw new SourceFault('The source was removed.', 'Nothing is left to do.');
    const { definition, credential, has_tier } = row;
    if (!has_tier)
      throw new SourceFault(`The tier "${definition.tier}" no longer exists.`, 'Choose another tier for the source.');
    return { id, definition, credential: credential && this.box.openCredential(credential, placeOf(id, definition)) };
  }

  /** Reads the list from the beginning, again if it changed while it was read. */
  private async takeList(source: LoadedSource, stop: AbortSignal): Promise<SourceIntake> {
    const timeout = AbortSignal.timeout(READING_MS_MAX);
    for (let reading = 1; ; reading += 1) {
      const intake = new SourceIntake(this.database, { id: source.id, existing: source.definition.existing }, newId());
      await this.database.execute('INSERT INTO import_file (id, source_id) VALUES ($1, $2)', [
        intake.fileId,
        source.id,
      ]);
      try {
        const signal = AbortSignal.any([stop, timeout]);
        const { definition, credential } = source;
        for await (const entries of readEntries({ ...this.reading, source: definition, credential, signal })) {
          signal.throwIfAborted();
          await intake.addEntries(entries);
        }
        return intake;
      } catch (error) {
        await intake.deleteLines();
        if (timeout.aborted) throw tooSlow(error);
        if (!(error instanceof ListChanged) || reading >= READINGS_MAX) throw error;
      }
    }
  }

  /** Stores the result of the reading, with the import job. Returns whether there is one. */
  private async startImport(
    sql: Sql,
    run: RunRow,
    { id, definition }: LoadedSource,
    intake: SourceIntake,
  ): Promise<boolean> {
    if (!(await lockClaimed(sql, run))) return false;
    const owned = await readOwned(sql, id);
    const left = decideLeft(owned, intake.places, definition, run.confirmed_left);
    const fault = emptyFault(run, intake, left.pending.length);
    if (fault !== null) {
      await storeReading(sql, run, intake, { ...left, needsConfirmation: true }, false);
      await endRun(sql, run, fault);
      return false;
    }
    const leftIds = left.left.map((target) => target.id);
    if (!run.dry_run) await recordLeft(sql, id, leftIds);
    const hasJob = intake.effects > 0 || (run.dry_run && intake.lines > 0);
    if (hasJob) await this.acceptImport(sql, run, { id, definition }, intake);
    await storeReading(sql, run, intake, left, hasJob);
    return hasJob;
  }

  private async acceptImport(
    sql: Sql,
    run: RunRow,
    source: Pick<LoadedSource, 'id' | 'definition'>,
    intake: SourceIntake,
  ): Promise<void> {
    const { name, kind: format } = source.definition;
    const order = { format, mode: 'upsert', dryRun: run.dry_run, bytes: 0, source: { id: source.id, name } } as const;
    const nothing = { filter: null, targets: null, change: null, expand: null };
    const job: NewJob = { kind: 'import', ...nothing, import: order, caller: null };
    const metadata = runMetadata(run);
    await acceptJob(sql, this.store, job, metadata, () => Promise.resolve(intake.lines), intake.fileId);
  }
}

async function storeReading(
  sql: Sql,
  run: RunRow,
  intake: SourceIntake,
  { pending, needsConfirmation }: LeftDecision,
  hasJob: boolean,
): Promise<void> {
  const { listed, created, changed, unchanged, refused } = intake.counts;
  const sample = pending.slice(0, SOURCE_SAMPLE).map(({ id, ip, vrf, name }) => ({ id, ip, vrf, name }));
  await sql.execute(
    `UPDATE inventory_source_run SET state = 'applying', listed = $2, created = $3, changed = $4, unchanged = $5, refused = $6,
       left_count = $7, needs_confirmation = $8, job_id = $9, refused_sample = $10::jsonb, left_sample = $11::jsonb,
       attempts = CASE WHEN $9::uuid IS NULL THEN attempts ELSE 0 END,
       claimed_until = CASE WHEN $9::uuid IS NULL THEN claimed_until ELSE '-infinity' END
     WHERE id = $1`,
    [
      run.id,
      listed,
      created,
      changed,
      unchanged,
      refused,
      pending.length,
      needsConfirmation,
      hasJob ? intake.fileId : null,
      JSON.stringify(intake.refusedSample),
      JSON.stringify(sample),
    ],
  );
}

/** Returns why a list must not be empty that was not: more often this is a fault of the source than meant. */
function emptyFault({ confirmed_left }: RunRow, { counts }: SourceIntake, pending: number): RunFault | null {
  if (counts.listed > 0 || pending === 0 || pending <= (confirmed_left ?? 0)) return null;
  return {
    error: `The list is empty, and the source has ${pending.toLocaleString('en-GB')} targets. They stay as they are.`,
    advice:
      'Check filter and credential at the source. If the list is meant to be empty, confirm that all of its targets left.',
  };
}

function tooSlow(cause: unknown): SourceFault {
  const advice = 'Narrow the filter, or split the list into several sources.';
  return new SourceFault(`The list was not read completely within ${READING_MS_MAX / 60_000} minutes.`, advice, {
    cause,
  });
}
