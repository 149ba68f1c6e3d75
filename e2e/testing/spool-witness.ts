import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EncodedBody, frameBlock, LANE, type PrintedResult, printBlock } from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';

const ANY_AGENT = '00000000-0000-4000-8000-000000000001';

interface WitnessRow {
  shard: number;
  base_time_ms: number;
  count: number;
  raw_length: number;
  stored: number;
  body: Uint8Array;
}

/**
 * Adds a trigger to the agent's spool that copies every new block into a table: the copy is durable exactly when the block is. The agent must
 * be stopped, because it opens the file exclusively.
 */
export function placeWitness(agentDir: string): void {
  const spool = open(agentDir);
  spool.exec(`
    BEGIN IMMEDIATE;
    CREATE TABLE witness (shard INTEGER, base_time_ms INTEGER, count INTEGER, raw_length INTEGER, stored INTEGER, body BLOB);
    CREATE TRIGGER witness_each AFTER INSERT ON block BEGIN
      INSERT INTO witness VALUES (NEW.shard, NEW.base_time_ms, NEW.count, NEW.raw_length, NEW.stored, NEW.body);
    END;
    COMMIT;`);
  spool.close();
}

/** Returns every result that the spool received since the witness was placed. The agent must be stopped. */
export function readWitness(agentDir: string): PrintedResult[] {
  const spool = open(agentDir);
  const rows = spool.prepare('SELECT * FROM witness').all() as unknown as WitnessRow[];
  spool.close();
  return rows.flatMap(resultsOf);
}

/** Returns every waiting result of a spool, or of a copy of its file. No other process may have it open. */
export function readWaiting(file: string): PrintedResult[] {
  const spool = new DatabaseSync(file, { timeout: 10_000 });
  const rows = spool.prepare('SELECT shard, base_time_ms, count, raw_length, stored, body FROM block').all();
  spool.close();
  return (rows as unknown as WitnessRow[]).flatMap(resultsOf);
}

function open(agentDir: string): DatabaseSync {
  return new DatabaseSync(path.join(agentDir, 'spool.db'), { timeout: 10_000 });
}

function resultsOf(row: WitnessRow): PrintedResult[] {
  const body: EncodedBody = {
    bytes: row.body,
    stored: row.stored === 1,
    count: row.count,
    baseTimeMs: row.base_time_ms,
    rawLength: row.raw_length,
  };
  const address = { agentId: ANY_AGENT, boot: 1, lane: LANE.live, shard: row.shard, sequence: 0, policyVersion: 0 };
  const printed = printBlock(frameBlock(address, body), decompressBounded);
  if ('refused' in printed) throw new Error(`unreadable block in the witness: ${printed.detail}`);
  return printed.results;
}
