import { pause } from '@icmp-mon/platform/concurrency';
import { trySessionLock } from '@icmp-mon/platform/leases';
import { connect, type DatabaseOptions, isLockTimeout, type Sql, type Transactor } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { addKeys, type Checksum, checksum, type Differences, differences, makeBeside, replaceRows } from './beside';
import type { Applied, ReadModel } from './read-model';
import { RebuildProgress } from './rebuild-progress';

export type { Differences } from './beside';

export type RebuildDatabase = Sql & Transactor & { options: DatabaseOptions };

export interface RebuildOptions {
  database: RebuildDatabase;
  /** Replaces live rows that differ; otherwise differences are only reported. */
  replace: boolean;
  report(line: string): void;
}

export interface RebuildOutcome {
  model: string;
  steps: number;
  seconds: number;
  tables: { name: string; live: Checksum; rebuilt: Checksum }[];
  /** Empty when all checksums are equal. */
  differences: Differences[];
  replaced: boolean;
  remarks: string[];
}

/** Another process is rebuilding the same read model. */
export class RebuildBusy extends DomainError {
  constructor(model: string) {
    super('conflict', `The read model ${model} is being rebuilt by another process. Wait until that has ended.`);
  }
}

/** The writers of the live model never released their locks long enough, or write faster than the rebuild can catch up. */
export class RebuildOvertaken extends DomainError {
  constructor(model: string, cause: unknown) {
    const detail = `The rebuild of ${model} cannot catch up with the writes to it. Try again when the load is lower.`;
    super('unavailable', detail, undefined, { cause });
  }
}

/** Too many writes arrived before writers were blocked: the block is released, and tried again after catching up. */
class Behind extends Error {}

/** First half of the advisory lock's number; the second half is the hash of the model's name. */
const REBUILD_LOCK = 72_603;
/** Maximum steps applied while writers are blocked. More are applied before, without blocking. */
const HELD_STEPS_MAX = 2_000;
const HOLD_ATTEMPTS_MAX = 30;
/** Lock timeout of the block. New writers queue behind it, so it must not wait longer per attempt. */
const HOLD_WAIT_MS = 500;
const HOLD_PAUSE_MS = 200;

/*
 * Rebuild of a read model while the product runs.
 *
 *   shadow tables in schema rebuild_<model>:  fill (bulk load) ─ add keys ─ catch up with the live model
 *   one transaction:  block writers ─ apply the rest ─ compare by checksum ─ replace differing rows (with `replace`) ─ COMMIT
 *   finally:  drop the schema
 *
 * Invariants:
 * - Online: writers are blocked only in the final transaction, for at most HELD_STEPS_MAX steps plus the comparison.
 * - Same position: live and rebuilt rows are compared while writers are blocked, so both contain exactly the same part of the source.
 * - Atomic: readers see all replaced rows or none. A failure before the commit leaves the live tables unchanged.
 * - One at a time: a session-level advisory lock per model.
 */

/**
 * Rebuilds a read model from its source, compares it with the live one and, with `replace`, replaces the rows that differ.
 * @throws RebuildBusy while another process rebuilds it
 * @throws RebuildOvertaken when the rebuild cannot catch up with the writers
 */
export async function rebuild<P>(model: ReadModel<P>, options: RebuildOptions): Promise<RebuildOutcome> {
  const { url } = options.database.options;
  const session = await connect({ url, applicationName: 'icmp-mon rebuild' });
  try {
    if (!(await trySessionLock(session, REBUILD_LOCK, model.name))) throw new RebuildBusy(model.name);
    return await new Rebuild(model, options).runRebuild();
  } finally {
    await session.close();
  }
}

class Rebuild<P> {
  private readonly progress: RebuildProgress;
  private readonly beside: string;
  private live = 'public';
  private progressed: P;
  private steps = 0;

  constructor(
    private readonly model: ReadModel<P>,
    private readonly options: RebuildOptions,
  ) {
    this.beside = `rebuild_${model.name}`;
    this.progressed = model.start;
    this.progress = new RebuildProgress(options.report);
  }

  async runRebuild(): Promise<RebuildOutcome> {
    const { database, report } = this.options;
    const [schema] = await database.query<{ live: string }>('SELECT quote_ident(current_schema()) AS live');
    this.live = schema?.live ?? this.live;
    report(`${this.model.name}: from ${this.model.source}`);
    this.progress.total = await this.model.remaining(this.progressed);
    const { tables } = this.model;
    await database.transaction((sql) => makeBeside(sql, tables, this.live, this.beside));
    try {
      await this.fillTables();
      await database.transaction((sql) => addKeys(sql, tables, this.live, this.beside));
      await this.catchUp();
      return await this.finishRebuild();
    } finally {
      await database.execute(`DROP SCHEMA IF EXISTS ${this.beside} CASCADE`);
    }
  }

  private async fillTables(): Promise<void> {
    const { fillWithoutKeys } = this.model;
    if (fillWithoutKeys === undefined) return;
    for (let applied = 1; applied > 0;) {
      applied = await this.options.database.transaction((sql) =>
        this.applyBatch(sql, () => fillWithoutKeys(sql, this.progressed)),
      );
      if (applied > 0) this.progress.stepped(this.steps);
    }
  }

  private async catchUp(): Promise<void> {
    for (let applied = 1; applied > 0;) {
      applied = await this.options.database.transaction((sql) =>
        this.applyBatch(sql, () => this.model.applyNext(sql, this.progressed, false)),
      );
      if (applied > 0) this.progress.stepped(this.steps);
      else this.progress.caughtUp(this.steps);
    }
  }

  /** Applies one batch in a transaction whose search_path finds the shadow tables first. */
  private async applyBatch(sql: Sql, batch: () => Promise<Applied<P>>): Promise<number> {
    await sql.execute(`SET LOCAL search_path = ${this.beside}, ${this.live}`);
    const { applied, progress } = await batch();
    this.progressed = progress;
    this.steps += applied;
    return applied;
  }

  private async finishRebuild(): Promise<RebuildOutcome> {
    for (let attempt = 1; ; attempt++) {
      const before = { progressed: this.progressed, steps: this.steps };
      try {
        return await this.options.database.transaction((sql) => this.held(sql));
      } catch (error) {
        if (!isLockTimeout(error) && !(error instanceof Behind)) throw error;
        if (attempt >= HOLD_ATTEMPTS_MAX) throw new RebuildOvertaken(this.model.name, error);
      }
      // The transaction was rolled back, so its steps must be applied again.
      this.progressed = before.progressed;
      this.steps = before.steps;
      await pause(HOLD_PAUSE_MS);
      await this.catchUp();
    }
  }

  private async held(sql: Sql): Promise<RebuildOutcome> {
    const { model, live, beside } = this;
    await sql.execute(`SET LOCAL lock_timeout = ${HOLD_WAIT_MS}`);
    await model.holdWriters(sql);
    for (let steps = 0; ;) {
      const applied = await this.applyBatch(sql, () => model.applyNext(sql, this.progressed, true));
      if (applied === 0) break;
      steps += applied;
      if (steps > HELD_STEPS_MAX) throw new Behind();
    }
    await sql.execute(`SET LOCAL search_path = ${live}`);
    const remarks = (await model.settleHeld?.(sql, live, beside)) ?? [];
    const compared = model.tables.filter(({ scratch }) => !scratch);
    const tables: RebuildOutcome['tables'] = [];
    const differing: Differences[] = [];
    for (const table of compared) {
      const sums = { live: await checksum(sql, table, live), rebuilt: await checksum(sql, table, beside) };
      tables.push({ name: table.name, ...sums });
      if (sums.live.sum === sums.rebuilt.sum && sums.live.rows === sums.rebuilt.rows) continue;
      await sql.execute(`ANALYZE ${beside}.${table.name}`);
      differing.push(await differences(sql, table, live, beside));
    }
    const replaced = differing.length > 0 && this.options.replace;
    if (replaced) {
      if (model.replaceLive) await model.replaceLive(sql, live, beside);
      else for (const table of compared) await replaceRows(sql, table, live, beside);
    }
    const { steps, progress } = this;
    return { model: model.name, steps, seconds: progress.seconds, tables, differences: differing, replaced, remarks };
  }
}
