import { ByteReader, ByteWriter, uuidFromBytes, uuidToBytes } from '@icmp-mon/probing/wire';

/** Changes of the verdicts of pairs, keyed by shard. A value is the bytes of `encodePairChanges`. */
export const PAIR_CHANGES_TOPIC = 'internal.pair-changes';

/** Most changes in a record: with its agents it stays below 200 kB. */
export const PAIR_CHANGES_MAX = 4_096;

/** Verdicts in a record. `none`: no fresh verdict; `unassigned`: the agent no longer probes the target by this check. */
export const PAIR_VERDICT = { none: 0, up: 1, degraded: 2, down: 3, unassigned: 4 } as const;
const VERDICT_MAX = PAIR_VERDICT.unassigned;

/** One change of the verdict of an agent about a target, by one check. */
export interface PairChange {
  targetKey: number;
  check: number;
  agentId: string;
  /** Codes of `PAIR_VERDICT`. */
  from: number;
  to: number;
  /** Send time of the first probe that led to the verdict; without a verdict, of the last probe. Ms since 1970, 0 if unknown. */
  beganAtMs: number;
  /** Send time of the last probe before the change; ms since 1970, 0 if there is none. */
  sampleAtMs: number;
}

/** Changes of the pairs of one shard between two ticks, in their order; more than `PAIR_CHANGES_MAX` are several records. */
export interface PairChangeRecord {
  shard: number;
  /** Numbered without gaps, per shard. */
  changeSeq: number;
  /** The shard's clock, ms since 1970. */
  atMs: number;
  /** Forget all verdicts of the shard first: changes before this record may be missing or void. */
  restarts: boolean;
  changes: PairChange[];
}

const VERSION = 1;
const FLAG_RESTARTS = 1;
const BYTES_PER_AGENT = 16;

/**
 * Returns the bytes of a record: a header, the distinct agents, then one column after the other.
 * @throws RangeError for more than `PAIR_CHANGES_MAX` changes
 */
export function encodePairChanges({ shard, changeSeq, atMs, restarts, changes }: PairChangeRecord): Uint8Array {
  if (changes.length > PAIR_CHANGES_MAX)
    throw new RangeError(`a record holds at most ${PAIR_CHANGES_MAX} changes of pairs, not ${changes.length}`);
  const agents = new Map<string, number>();
  for (const { agentId } of changes) if (!agents.has(agentId)) agents.set(agentId, agents.size);
  const writer = new ByteWriter(64 + agents.size * BYTES_PER_AGENT + changes.length * 12);
  writer.u8(VERSION);
  writer.u8(restarts ? FLAG_RESTARTS : 0);
  for (const value of [shard, changeSeq, atMs, agents.size, changes.length]) writer.writeVarint(value);
  for (const agentId of agents.keys()) writer.writeBytes(uuidToBytes(agentId));
  let key = 0;
  for (const { targetKey } of changes) {
    writer.writeZigzag(targetKey - key);
    key = targetKey;
  }
  for (const { check } of changes) writer.writeVarint(check);
  for (const { agentId } of changes) writer.writeVarint(agents.get(agentId) ?? 0);
  for (const { from, to } of changes) writer.u8(from | (to << 4));
  for (const { beganAtMs } of changes) writer.writeZigzag(atMs - beganAtMs);
  for (const { sampleAtMs } of changes) writer.writeZigzag(atMs - sampleAtMs);
  return writer.viewBytes();
}

export type DecodedPairChanges = { ok: true; record: PairChangeRecord } | { ok: false; detail: string };

/** Decodes the bytes of `encodePairChanges`. Never throws on invalid bytes. */
export function decodePairChanges(bytes: Uint8Array): DecodedPairChanges {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  if (version !== VERSION)
    return { ok: false, detail: `version ${version} of pair changes, this release reads ${VERSION}` };
  const restarts = (reader.u8() & FLAG_RESTARTS) !== 0;
  const [shard, changeSeq, atMs, agentCount, count] = Array.from({ length: 5 }, () => reader.readVarint());
  if (
    reader.failed ||
    count > PAIR_CHANGES_MAX ||
    agentCount > count ||
    agentCount * BYTES_PER_AGENT > reader.remaining
  )
    return {
      ok: false,
      detail: `the header of a record of pair changes is invalid: ${count} changes of ${agentCount} agents`,
    };
  const agents = Array.from({ length: agentCount }, () => uuidFromBytes(reader.readBytes(BYTES_PER_AGENT)));
  const column = (read: () => number): number[] => Array.from({ length: count }, read);
  let key = 0;
  const keys = column(() => (key += reader.readZigzag()));
  const checks = column(() => reader.readVarint());
  const agentOf = column(() => reader.readVarint());
  const verdicts = column(() => reader.u8());
  const began = column(() => atMs - reader.readZigzag());
  const samples = column(() => atMs - reader.readZigzag());
  if (reader.failed || reader.remaining > 0)
    return { ok: false, detail: 'a record of pair changes is truncated or too long' };
  const isInvalid = (at: number): boolean =>
    agentOf[at] >= agentCount || (verdicts[at] & 15) > VERDICT_MAX || verdicts[at] >> 4 > VERDICT_MAX || keys[at] < 0;
  const changes = keys.map((targetKey, at): PairChange => ({
    ...{ targetKey, check: checks[at], agentId: agents[agentOf[at]], from: verdicts[at] & 15, to: verdicts[at] >> 4 },
    ...{ beganAtMs: began[at], sampleAtMs: samples[at] },
  }));
  if (keys.some((_key, at) => isInvalid(at)))
    return { ok: false, detail: 'a record of pair changes has an unknown agent or verdict' };
  return { ok: true, record: { shard, changeSeq, atMs, restarts, changes } };
}
