import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Sql } from '@icmp-mon/platform/database';
import { openText, sealText } from '@icmp-mon/platform/secrets';

/** Which members of an aggregate's events are personal data: texts that can be erased although the events stay. */
export interface PersonalData {
  members: readonly string[];
  /**
   * Type of the event that erases the personal data of its stream, and ends it; null if another aggregate destroys the key by `destroyKeys`.
   */
  erasedBy: string | null;
}

/** Text in place of personal data whose key was destroyed. */
export const ERASED = '(erased)';

const KEY_BYTES = 32;

/** Stored instead of the personal members of an event, which are null next to it: so an older release reads events without them. */
interface Sealed {
  members: string[];
  /** The members as JSON, sealed, in base64. */
  box: string;
}

type Data = Record<string, unknown> & { sealed?: Sealed };

interface KeyRow {
  stream: string;
  key: Buffer;
}

interface StreamEvents {
  stream: string;
  events: readonly { version: number; type: string; data: object }[];
  personal?: PersonalData | undefined;
}

/**
 * Returns the data of events as they are stored, with personal members encrypted.
 *
 *   event ── data.sealed: ciphertext        event_key ── one key per stream
 *
 * - One key per stream, created with its first personal text; bound to stream and version of the event, so that no ciphertext can be moved.
 * - The event that erases destroys the key in the transaction of its append. The ciphertexts stay, and nothing can read them.
 */
export async function sealPersonalData(sql: Sql, additions: readonly StreamEvents[]): Promise<object[][]> {
  const erased = additions.filter(({ events, personal }) => events.some(({ type }) => type === personal?.erasedBy));
  await destroyKeys(
    sql,
    erased.map(({ stream }) => stream),
  );
  const sealing = additions.filter(({ events, personal }) =>
    events.some(({ data }) => textsOf(data, personal).length > 0),
  );
  const streams = sealing.map(({ stream }) => stream);
  const keys = streams.length === 0 ? new Map<string, KeyObject>() : await keysFor(sql, streams);
  return additions.map(({ stream, events, personal }) =>
    events.map(({ version, data }) => {
      const texts = textsOf(data, personal);
      if (texts.length === 0) return data;
      const key = keys.get(stream);
      if (key === undefined) throw new Error(`The database returned no key for ${stream}.`);
      const text = JSON.stringify(Object.fromEntries(texts));
      const box = sealText(text, key, placeOf(stream, version)).toString('base64');
      const members = texts.map(([member]) => member);
      return { ...data, ...Object.fromEntries(members.map((member) => [member, null])), sealed: { members, box } };
    }),
  );
}

/** Destroys the keys of streams: no reader can then read the personal data of their events. */
export async function destroyKeys(sql: Sql, streams: readonly string[]): Promise<void> {
  if (streams.length > 0) await sql.execute('DELETE FROM event_key WHERE stream = ANY ($1::text[])', [streams]);
}

/**
 * Returns events with their personal members; a member whose key was destroyed is `ERASED`. Reads keys only if an event has personal data:
 * the gateway and the projector may not read keys, not even in a query that finds none.
 */
export async function openPersonalData<R extends { stream: string; version: number; data: object }>(
  sql: Sql,
  rows: R[],
): Promise<R[]> {
  const streams = new Set(rows.flatMap(({ stream, data }) => ((data as Data).sealed === undefined ? [] : [stream])));
  if (streams.size === 0) return rows;
  const keys = await readKeys(sql, [...streams]);
  return rows.map((row) => {
    const { sealed: closed, ...data } = row.data as Data;
    if (closed === undefined) return row;
    const key = keys.get(row.stream);
    const texts =
      key === undefined
        ? Object.fromEntries(closed.members.map((member) => [member, ERASED]))
        : (JSON.parse(openText(Buffer.from(closed.box, 'base64'), key, placeOf(row.stream, row.version))) as object);
    return { ...row, data: { ...data, ...texts } };
  });
}

function textsOf(data: object, personal: PersonalData | undefined): [string, unknown][] {
  const members = personal?.members ?? [];
  return members.flatMap((member): [string, unknown][] => {
    const text = (data as Data)[member];
    return text === null || text === undefined ? [] : [[member, text]];
  });
}

/** Returns the keys of streams, and creates missing ones. */
async function keysFor(sql: Sql, streams: readonly string[]): Promise<Map<string, KeyObject>> {
  const rows = await sql.query<KeyRow>(
    `WITH created AS (
       INSERT INTO event_key (stream, key) SELECT stream, decode(key, 'base64') FROM unnest($1::text[], $2::text[]) AS made (stream, key)
       ON CONFLICT (stream) DO NOTHING RETURNING stream, key)
     SELECT * FROM created UNION ALL SELECT stream, key FROM event_key WHERE stream = ANY ($1::text[])`,
    [streams, keyTexts(streams.length)],
  );
  const keys = keysOf(rows);
  // A key that another transaction created during the statement is in neither part.
  const others = streams.filter((stream) => !keys.has(stream));
  return others.length === 0 ? keys : new Map([...keys, ...(await readKeys(sql, others))]);
}

/** Returns new keys in base64, from one call for random bytes: a call per key takes several times as long. */
function keyTexts(count: number): string[] {
  const bytes = randomBytes(KEY_BYTES * count);
  return Array.from({ length: count }, (_, at) => bytes.toString('base64', KEY_BYTES * at, KEY_BYTES * (at + 1)));
}

async function readKeys(sql: Sql, streams: readonly string[]): Promise<Map<string, KeyObject>> {
  return keysOf(
    await sql.query<KeyRow>('SELECT stream, key FROM event_key WHERE stream = ANY ($1::text[])', [streams]),
  );
}

/** As key objects: a cipher takes three times as long to create from the bytes of a key. */
const keysOf = (rows: readonly KeyRow[]): Map<string, KeyObject> =>
  new Map(rows.map(({ stream, key }) => [stream, createSecretKey(key)]));

/** Authenticated with the ciphertext, but not stored in it. */
const placeOf = (stream: string, version: number): string => `${stream} ${version}`;
