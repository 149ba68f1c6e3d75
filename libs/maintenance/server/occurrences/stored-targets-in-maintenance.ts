import { ActorNames } from '@icmp-mon/identity/contract';
import {
  MAINTENANCE_STREAM,
  type TargetMaintenance,
  TargetsInMaintenance,
  type WindowKind,
} from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { streamOf } from '@icmp-mon/platform/event-store';
import { Injectable } from '@nestjs/common';
import { occurrenceId } from './occurrence';

interface MarkRow {
  key: number;
  window_id: string;
  date: string;
  ends_at: Date;
  kind: WindowKind;
  title: string;
}

/** Targets of open occurrences, as the worker recorded them last. */
@Injectable()
export class StoredTargetsInMaintenance extends TargetsInMaintenance {
  constructor(
    private readonly database: ControlDatabase,
    private readonly actors: ActorNames,
  ) {
    super();
  }

  override async byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetMaintenance>> {
    if (keys.length === 0) return new Map();
    const rows = await this.database.query<MarkRow>(
      `SELECT DISTINCT ON (m.target_key) m.target_key AS key, m.window_id, m.date::text AS date, o.ends_at, o.kind,
         CASE WHEN o.kind = 'silence' THEN coalesce(w.definition ->> 'reason', o.title) ELSE o.title END AS title
       FROM maintenance_member m JOIN maintenance_occurrence o USING (window_id, date) JOIN maintenance_window w ON w.id = m.window_id
       WHERE m.target_key = ANY ($1::integer[]) AND m.to_at IS NULL ORDER BY m.target_key, o.ends_at DESC`,
      [keys],
    );
    const names = await this.schedulersOf([...new Set(rows.map(({ window_id }) => window_id))]);
    return new Map(
      rows.map(({ key, window_id, date, ends_at, kind, title }) => [
        key,
        {
          ...{ occurrence: occurrenceId(window_id, date), until: ends_at.toISOString(), kind, title },
          by: names.get(window_id) ?? null,
        },
      ]),
    );
  }

  override selectKeys(): string {
    return 'SELECT target_key FROM maintenance_member WHERE to_at IS NULL';
  }

  /** Returns who scheduled windows, by their ids. */
  private async schedulersOf(windowIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (windowIds.length === 0) return new Map();
    const first = await this.database.query<{ stream: string; actor: string }>(
      `SELECT stream, metadata ->> 'actor' AS actor FROM event WHERE stream = ANY ($1::text[]) AND version = 1`,
      [windowIds.map((id) => streamOf(MAINTENANCE_STREAM, id))],
    );
    const actors = new Map(first.map(({ stream, actor }) => [stream, actor]));
    const names = await this.actors.namesOf([...new Set(actors.values())]);
    return new Map(
      windowIds.flatMap((id) => {
        const name = names.get(actors.get(streamOf(MAINTENANCE_STREAM, id)) ?? '');
        return name === undefined ? [] : [[id, name] as const];
      }),
    );
  }
}
