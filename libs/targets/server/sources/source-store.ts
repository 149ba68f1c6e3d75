import { type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type SourceDefinition, SOURCES_MAX } from '@icmp-mon/targets/contract';
import type { CredentialBox } from './credential-box';

/** NOTIFY channel that wakes the workers for a run. */
export const RUN_REQUESTED_CHANNEL = 'inventory_source_run';

/** Advisory lock of the transactions that store sources; no other lock has this id. */
const STORE_LOCK = 7_260_104;

export interface StoredSource {
  id: string;
  definition: SourceDefinition;
  version: number;
}

/** Place to which a stored credential is bound: the source, and the origin to which it may be sent. */
export const placeOf = (id: string, { location }: Pick<SourceDefinition, 'location'>): string =>
  `${id} ${URL.canParse(location) ? new URL(location).origin : ''}`;

/** Stores a new source. @throws DomainError `conflict` for a name that is in use, or beyond the most sources */
export async function insertSource(
  sql: Sql,
  { id, definition, version }: StoredSource,
  credential: Buffer | null,
): Promise<void> {
  await requireName(sql, id, definition.name);
  const [{ count }] = await sql.query<{ count: number }>('SELECT count(*) AS count FROM inventory_source');
  if (count >= SOURCES_MAX)
    throw new DomainError('conflict', `There are ${SOURCES_MAX} inventory sources, the most. Remove one first.`);
  await sql.execute(
    `INSERT INTO inventory_source (id, name, definition, credential, version, due_at)
     VALUES ($1, $2, $3::jsonb, $4, $5, CASE WHEN $6 THEN now() END)`,
    [id, definition.name, JSON.stringify(definition), credential, version, definition.isEnabled],
  );
  await wakeWorkers(sql);
}

/**
 * Stores a changed definition, which runs immediately if it is enabled; otherwise Health no longer reports that it fails.
 * @param credential the new one; null without one; undefined to keep the stored one
 */
export async function updateSource(
  sql: Sql,
  { id, definition, version }: StoredSource,
  credential: Buffer | null | undefined,
): Promise<void> {
  await requireName(sql, id, definition.name);
  await sql.execute(
    `UPDATE inventory_source SET name = $2, definition = $3::jsonb, version = $4, due_at = CASE WHEN $5 THEN now() END, failing_since = CASE WHEN $5 THEN failing_since END,
       credential = CASE WHEN $6 THEN credential ELSE $7 END WHERE id = $1`,
    [
      id,
      definition.name,
      JSON.stringify(definition),
      version,
      definition.isEnabled,
      credential === undefined,
      credential ?? null,
    ],
  );
  await wakeWorkers(sql);
}

/** Wakes the workers when the transaction is committed. */
export async function wakeWorkers(sql: Sql): Promise<void> {
  await sql.query('SELECT pg_notify($1, $2)', [RUN_REQUESTED_CHANNEL, '']);
}

async function requireName(sql: Sql, id: string, name: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1)', [STORE_LOCK]);
  const taken = await sql.query('SELECT FROM inventory_source WHERE lower(name) = lower($1) AND id <> $2', [name, id]);
  if (taken.length === 0) return;
  throw new DomainError('conflict', `There is an inventory source "${name}" already. Choose another name.`);
}

/** A stored credential, and whether the definition may use it. */
export interface KnownCredential {
  credential: Buffer | null;
  definition: SourceDefinition;
}

/**
 * Returns the credential to store for a changed definition; undefined to keep the stored one.
 * @throws DomainError `invalid` if the stored one would be sent to another server, to which it was not entered
 */
export function credentialFor(
  box: CredentialBox,
  { id, definition }: Pick<StoredSource, 'id' | 'definition'>,
  given: string | null | undefined,
  known: KnownCredential | undefined,
): Buffer | null | undefined {
  if (given === null || definition.kind === 'file_sd') return null;
  if (given !== undefined) return box.sealCredential(given, placeOf(id, definition));
  const isStored = known !== undefined && known.credential !== null;
  if (!isStored || placeOf(id, known.definition) === placeOf(id, definition)) return undefined;
  const detail = 'must be entered again, because the location is another server; null removes it.';
  throw new DomainError('invalid', `credential ${detail}`, [{ pointer: '#/credential', detail }]);
}
