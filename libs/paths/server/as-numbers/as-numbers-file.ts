import { AS_NUMBERS_ID, AS_NUMBERS_STREAM, type AsNumbersEvent, type AsNumbersFile } from '@icmp-mon/paths/contract';
import type { Sql, Transactor } from '@icmp-mon/platform/database';
import type { Aggregate, ProjectedEvent } from '@icmp-mon/platform/event-store';
import { audited } from '@icmp-mon/platform/plugins';
import { eventReplay, type ReadModel } from '@icmp-mon/platform/rebuild';

/** The import in force; null without one. */
type FileState = string | null;

export const AS_NUMBERS: Aggregate<FileState, AsNumbersEvent> = {
  category: AS_NUMBERS_STREAM,
  initial: null,
  evolve: (state, { type, data }) => {
    switch (type) {
      case 'AsNumbersImported':
        return data.importId;
      case 'AsNumbersRemoved':
        return null;
      default:
        return ignored(type, state);
    }
  },
  project: projectFile,
};

export function replaceFile(data: { importId: string; lines: number; prefixes: number }): AsNumbersEvent[] {
  return [{ type: 'AsNumbersImported', data }];
}

/** Returns no event if there are no AS numbers. */
export function removeFile(state: FileState): AsNumbersEvent[] {
  return state === null ? [] : [{ type: 'AsNumbersRemoved', data: {} }];
}

async function projectFile(sql: Sql, events: readonly ProjectedEvent<AsNumbersEvent>[]): Promise<void> {
  const last = events.findLast(({ type }) => type === 'AsNumbersImported' || type === 'AsNumbersRemoved');
  if (last === undefined) return;
  const none = { importId: null, lines: 0, prefixes: 0 };
  const { importId, lines, prefixes } = last.type === 'AsNumbersImported' ? last.data : none;
  await sql.execute(
    `INSERT INTO as_number_file (id, import_id, lines, prefixes, changed_at, version) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET import_id = excluded.import_id, lines = excluded.lines, prefixes = excluded.prefixes,
       changed_at = excluded.changed_at, version = excluded.version`,
    [AS_NUMBERS_ID, importId, lines, prefixes, last.occurredAt, last.version],
  );
}

/** Read model of the file, derived from the event store; its prefixes are in no event. */
export function asNumbersModel(database: Sql & Transactor): ReadModel<number> {
  return {
    name: 'as_number_file',
    source: 'the event store',
    tables: [
      {
        name: 'as_number_file',
        key: ['id'],
        columns: ['id', 'import_id', 'lines', 'prefixes', 'changed_at', 'version'],
      },
    ],
    ...eventReplay(database, AS_NUMBERS),
  };
}

/** Seconds without stored lines after which an import is taken for abandoned. */
export const ABANDONED_AFTER_S = 120;

/** Returns the file in force, and the import that runs. */
export async function readFile(sql: Sql): Promise<AsNumbersFile> {
  const [file] = await sql.query<{ lines: number; prefixes: number; changedAt: Date; version: number }>(
    'SELECT lines, prefixes, changed_at AS "changedAt", version FROM as_number_file',
  );
  const [running] = await sql.query<{ startedAt: Date; lines: number }>(
    `SELECT started_at AS "startedAt", lines FROM as_number_import i
     WHERE seen_at > now() - interval '${ABANDONED_AFTER_S} seconds' ORDER BY started_at DESC LIMIT 1`,
  );
  return {
    ...{ lines: file?.lines ?? 0, prefixes: file?.prefixes ?? 0, changedAt: file?.changedAt.toISOString() ?? null },
    running: running === undefined ? null : { startedAt: running.startedAt.toISOString(), lines: running.lines },
    version: file?.version ?? 0,
  };
}

/** How the audit describes the events of the file. */
export const AS_NUMBERS_AUDIT = audited<AsNumbersEvent>({
  aggregate: AS_NUMBERS,
  kind: 'as-numbers',
  types: {
    AsNumbersImported: {
      did: () => 'imported AS numbers',
      fields: ({ lines, prefixes }) => ({ lines: String(lines), prefixes: String(prefixes) }),
    },
    AsNumbersRemoved: { did: () => 'removed the AS numbers', fields: () => ({ lines: null, prefixes: null }) },
  },
});

/** Ignores events of a newer release. */
function ignored(_type: never, state: FileState): FileState {
  return state;
}
