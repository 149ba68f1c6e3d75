import type { SlaClass, WindowKind } from '@icmp-mon/maintenance/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import type { ControlDatabase, Sql } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { byLease, Leader, type LeaseTerm } from '@icmp-mon/platform/leases';
import { createLogger } from '@icmp-mon/platform/ops';
import type { TargetScopes } from '@icmp-mon/targets/contract';
import { closeOccurrence } from './close-occurrence';
import { databaseNow } from './database-now';
import { expandAgain } from './expand-again';
import { HORIZON_MS } from './expand-window';
import { countOpen, forgetOpen } from './maintenance-metrics';
import { type OccurrenceKey, resolveAgain, resolveMembers } from './members';
import { OCCURRENCE, occurrenceId, open } from './occurrence';
import { isPlannedAgain } from './planned-again';
import { workerMetadata } from './worker-metadata';
import { zoneDataVersion } from './zone-times';
import { lockWindow } from '../windows/lock-window';

const LEASE = 'maintenance-occurrences';
const LOOK_MS = 1_000;
/** Time between two checks of the inventory for changes. */
const RESOLVE_MS = 5_000;
/** Time for which one turn compares scopes; the rest follows in the next turn. */
const RESOLVE_TURN_MS = 500;
/** Occurrences or windows of one turn; the rest follows in the next, without a pause. */
const PER_TURN = 500;
/** Windows are expanded again when this much of the horizon has passed. */
const EXPAND_AFTER_MS = 86_400_000;
const logger = createLogger('maintenance');

interface DueRow extends OccurrenceKey {
  kind: WindowKind;
  title: string;
  scope: string;
  slaClass: SlaClass;
  starts_at: Date;
  ends_at: Date;
}

const DUE_COLUMNS = `window_id AS "windowId", date::text AS date, kind, title, scope, sla_class AS "slaClass", starts_at, ends_at`;

/**
 * Opens and closes occurrences, records their targets, and plans later ones; in one worker at a time, under a lease.
 *
 *   planned ──start has passed──▶ open ──end has passed──▶ closed          rows of maintenance_occurrence
 *              event OccurrenceOpened     event OccurrenceClosed           in one transaction with the row and its targets
 *
 * - Once: the row is locked and the decision sees the events of the occurrence, so a second worker, or a second attempt after a crash,
 *   appends nothing.
 * - Late: what began, or began and ended, while no worker ran is opened and closed with its planned times.
 * - In order: opening comes before planning, because planning drops no row whose start has passed.
 */
export class OccurrenceWatch {
  private readonly leader: Leader<LeaseTerm>;
  private readonly store: EventStore;
  private knownInventory = '';
  private resolvedAtMs = -Infinity;
  /** Open occurrences whose scopes are compared next, the last one first. */
  private unresolved: OccurrenceKey[] = [];

  constructor(
    private readonly control: ControlDatabase,
    private readonly scopes: TargetScopes,
  ) {
    this.store = new EventStore(control);
    this.leader = new Leader(byLease(control, LEASE), (_term, lost) => this.watchUntilLost(lost));
  }

  start = (): void => this.leader.start();
  stop = (): Promise<void> => this.leader.stop();

  private async watchUntilLost(lost: AbortSignal): Promise<void> {
    while (!lost.aborted) {
      let isFull = false;
      try {
        isFull = await this.runTurn(lost);
      } catch (error) {
        logger.warn({ err: error }, 'occurrences of maintenance could not be updated, retrying');
      }
      if (!isFull) await pause(LOOK_MS, lost);
    }
    forgetOpen();
  }

  /** Does what is due now. Returns whether more is due. */
  async runTurn(lost?: AbortSignal): Promise<boolean> {
    const nowMs = await databaseNow(this.control);
    const opened = await this.forEachDue('planned', 'starts_at', nowMs, lost, (sql, row) => this.openRow(sql, row));
    const closed = await this.forEachDue('open', 'ends_at', nowMs, lost, (sql, row) => this.closeRow(sql, row));
    const expanded = await this.expandDue(nowMs, lost);
    await this.resolveOpen(nowMs, lost);
    await countOpen(this.control);
    return Math.max(opened, closed, expanded) >= PER_TURN;
  }

  /** Runs `act` for each due occurrence in a transaction of its own, with its row locked. Returns how many it succeeded for. */
  private async forEachDue(
    state: 'planned' | 'open',
    column: 'starts_at' | 'ends_at',
    nowMs: number,
    lost: AbortSignal | undefined,
    act: (sql: Sql, row: DueRow) => Promise<void>,
  ): Promise<number> {
    const due = await this.control.query<DueRow>(
      `SELECT ${DUE_COLUMNS} FROM maintenance_occurrence WHERE state = $1 AND ${column} <= $2 ORDER BY ${column} LIMIT ${PER_TURN}`,
      [state, new Date(nowMs)],
    );
    let done = 0;
    for (const { windowId, date } of due) {
      if (lost?.aborted === true) break;
      done += await this.inIsolation({ windowId, date }, () =>
        this.control.transaction(async (sql) => {
          await lockWindow(sql, windowId);
          const [row] = await sql.query<DueRow>(
            `SELECT ${DUE_COLUMNS} FROM maintenance_occurrence
             WHERE window_id = $1 AND date = $2::date AND state = $3 AND ${column} <= $4 FOR UPDATE`,
            [windowId, date, state, new Date(nowMs)],
          );
          if (row !== undefined) await act(sql, row);
        }),
      );
    }
    return done;
  }

  private async openRow(sql: Sql, { starts_at, ends_at, ...row }: DueRow): Promise<void> {
    // From the planned start, also when it is opened late: the record states what was in maintenance, not when that was noticed. Before the
    // event, because an open append delays the relay.
    await resolveMembers(sql, this.scopes, row, starts_at);
    const data = { ...row, startsAt: starts_at.toISOString(), endsAt: ends_at.toISOString() };
    const id = occurrenceId(row.windowId, row.date);
    await this.store.executeWithin(sql, OCCURRENCE, id, (state) => open(state, data), { metadata: workerMetadata() });
  }

  private async closeRow(sql: Sql, row: DueRow): Promise<void> {
    const closing = { at: row.ends_at, cause: 'planned_end', metadata: workerMetadata() } as const;
    await closeOccurrence(sql, this.store, row, closing);
    if (await isPlannedAgain(sql, row)) await expandAgain(sql, this.store, row.windowId, await databaseNow(sql));
  }

  /** Expands windows that changed, whose horizon has come nearer, or whose zone data is new. Returns how many. */
  private async expandDue(nowMs: number, lost?: AbortSignal): Promise<number> {
    const due = await this.control.query<{ id: string }>(
      `SELECT w.id FROM maintenance_window w LEFT JOIN maintenance_expansion e ON e.window_id = w.id
       WHERE e.window_id IS NULL OR e.version <> w.version
         OR (w.cancelled_at IS NULL AND w.kind = 'window' AND (e.until < $1 OR e.zone_data <> $2))
       LIMIT ${PER_TURN}`,
      [new Date(nowMs + HORIZON_MS - EXPAND_AFTER_MS), zoneDataVersion()],
    );
    let done = 0;
    for (const { id } of due) {
      if (lost?.aborted === true) break;
      done += await this.inIsolation({ windowId: id }, () =>
        this.control.transaction((sql) => expandAgain(sql, this.store, id, nowMs)),
      );
    }
    return done;
  }

  /** Records which targets joined or left the scopes of open occurrences, for a bounded time, so that openings and closings are not delayed. */
  private async resolveOpen(nowMs: number, lost?: AbortSignal): Promise<void> {
    if (this.unresolved.length === 0) await this.findUnresolved(nowMs);
    const untilMs = performance.now() + RESOLVE_TURN_MS;
    while (performance.now() < untilMs && lost?.aborted !== true) {
      const key = this.unresolved.pop();
      if (key === undefined) return;
      const isDone = await this.inIsolation(key, () =>
        this.control.transaction((sql) => resolveAgain(sql, this.scopes, key, nowMs)),
      );
      if (isDone === 0) this.knownInventory = '';
    }
  }

  /** Finds the open occurrences again when the inventory has changed. It is read before their scopes, so that no change is missed. */
  private async findUnresolved(nowMs: number): Promise<void> {
    if (nowMs - this.resolvedAtMs < RESOLVE_MS) return;
    this.resolvedAtMs = nowMs;
    const rows = await this.control.query<OccurrenceKey>(
      `SELECT window_id AS "windowId", date::text AS date FROM maintenance_occurrence WHERE state = 'open' ORDER BY ends_at DESC`,
    );
    if (rows.length === 0) return;
    const [{ mark }] = await this.control.query<{ mark: string }>(this.scopes.selectInventoryMark());
    if (mark === this.knownInventory) return;
    this.knownInventory = mark;
    this.unresolved = rows;
  }

  /** Returns 1, or 0 if it failed: one window that fails does not delay the others. */
  private async inIsolation(key: Partial<OccurrenceKey>, act: () => Promise<void>): Promise<0 | 1> {
    try {
      await act();
      return 1;
    } catch (error) {
      logger.error({ err: error, ...key }, 'a window of maintenance could not be updated, retrying');
      return 0;
    }
  }
}
