import { decodeSeriesBody } from '@icmp-mon/probing/wire';
import type { Sql } from '@icmp-mon/platform/database';
import type { WriterTransaction } from '@icmp-mon/shard/engine';

const PG_EPOCH_MS = Date.UTC(2000, 0, 1);

interface StoredWindow {
  targetKey: number;
  startMs: number;
  body: Uint8Array;
}

type JsonRow = Record<string, unknown>;

/** A server process: what a successor ends, and with it the transaction that it has open. */
export class SimulatedBackend {
  isAlive = true;

  end(): void {
    this.isAlive = false;
  }
}

/** The tables that a shard's commits touch, in memory: enough SQL to run the shard host's own statements. */
export class SimulatedTelemetry implements Sql {
  epoch = 0;
  holder: string | null = null;
  expiresAtStep = -1;
  backend: SimulatedBackend | null = null;
  private checkpoint: Buffer | null = null;
  private checkpointPosition = -1;
  private readonly positions = new Map<string, number>();
  private readonly ahead = new Map<string, JsonRow>();
  readonly changes: JsonRow[] = [];
  readonly statuses = new Map<number, JsonRow>();
  readonly verdicts = new Map<number, string>();
  private recent: StoredWindow[] = [];
  private readonly series: StoredWindow[] = [];
  private cutMs = -Infinity;
  private readonly open = new Set<SimulatedBackend>();

  constructor(private readonly agentIds: readonly string[]) {}

  async execute(): Promise<number> {
    return 0;
  }

  async query<T extends object>(text: string): Promise<T[]> {
    const rows = (): object[] => {
      if (text.includes('FROM shard_position'))
        return [...this.positions].map(([participant, position]) => ({ participant, position }));
      if (text.includes('FROM shard_ahead')) return [...this.ahead.values()];
      // As it comes over the wire: a Buffer somewhere inside a larger piece of memory.
      const checkpoint = this.checkpoint && Buffer.concat([Buffer.alloc(3), this.checkpoint]).subarray(3);
      if (text.includes('FROM shard')) return [{ checkpoint, checkpoint_position: this.checkpointPosition }];
      if (text.includes('max(change_seq)')) return [{ change_seq: Number(this.changes.at(-1)?.['change_seq'] ?? 0) }];
      if (text.includes('FROM target_status')) return this.recalledStatuses();
      if (text.includes('FROM agent_no')) return this.agentIds.map((agent_id, at) => ({ agent_id, agent_no: at + 1 }));
      throw unknownStatement(text);
    };
    return rows() as T[];
  }

  private recalledStatuses(): JsonRow[] {
    return [...this.statuses.values()].map(({ target_key, to_status, reason, since }) => ({
      ...{ target_key, reason, status: to_status },
      since_ms: Date.parse(String(since)),
    }));
  }

  /** Whether another process has a transaction open, and with it the lock on the shard's row. */
  isLockedFor(backend: SimulatedBackend): boolean {
    return [...this.open].some((each) => each.isAlive && each !== backend);
  }

  /** Runs `work`; what it wrote stands once `commit` is called on what is returned. */
  async begin(backend: SimulatedBackend, work: (transaction: WriterTransaction) => Promise<void>): Promise<() => void> {
    const staged: (() => void)[] = [];
    await work({
      query: async <T extends object>(text: string, params: unknown[] = []): Promise<T[]> => {
        if (!backend.isAlive) throw new Error('the connection to the telemetry database ended');
        if (text.includes('FOR KEY SHARE')) {
          const [shards, epochs] = params as [number[], number[]];
          return shards.filter((_, at) => epochs[at] === this.epoch).map((shard) => ({ shard })) as T[];
        }
        const effect = this.effectOf(text, params);
        if (effect) staged.push(effect);
        return [];
      },
      copy: async (statement, bytes) => {
        const windows = decodeCopy(statement, bytes);
        if (statement.includes('COPY probe_recent')) staged.push(() => void this.recent.push(...windows));
        else if (statement.includes('COPY probe_series')) staged.push(() => void this.series.push(...windows));
      },
    });
    this.open.add(backend);
    return () => {
      this.open.delete(backend);
      if (!backend.isAlive) throw new Error('terminating connection due to administrator command');
      for (const effect of staged) effect();
    };
  }

  private effectOf(text: string, params: unknown[]): (() => void) | null {
    const table = /(?:INSERT INTO|DELETE FROM|UPDATE)\s+(\w+)/.exec(text)?.[1];
    const json = params.find((param): param is string => typeof param === 'string' && param.startsWith('['));
    const rows = json === undefined ? [] : (JSON.parse(json) as JsonRow[]);
    const isDelete = text.includes('DELETE FROM');
    switch (table) {
      case 'shard_position':
        return () => rows.forEach((row) => this.positions.set(String(row['participant']), Number(row['position'])));
      case 'shard_ahead':
        if (isDelete) return () => this.ahead.clear();
        return () => rows.forEach((row) => this.ahead.set(`${row['participant']}/${row['key']}`, row));
      case 'shard':
        return () => {
          this.checkpoint = Buffer.from(params[2] as Uint8Array);
          this.checkpointPosition = Number(params[3]);
        };
      case 'status_change':
        return () => void this.changes.push(...rows);
      case 'target_status':
        if (isDelete) return () => (params[0] as number[]).forEach((key) => this.statuses.delete(key));
        return () => rows.forEach((row) => this.statuses.set(Number(row['target_key']), row));
      case 'target_verdict':
        if (isDelete) return () => (params[0] as number[]).forEach((key) => this.verdicts.delete(key));
        return () =>
          rows.forEach(({ target_key, ...row }) => this.verdicts.set(Number(target_key), JSON.stringify(row)));
      case 'series_cut':
        return () => (this.cutMs = Math.max(this.cutMs, Number(params[1])));
      default:
        return null;
    }
  }

  /** What a reader of results sees: folded windows, and fragments of those that are not folded. */
  samples(): string[] {
    const lines: string[] = [];
    const open = this.recent.filter(({ startMs }) => startMs >= this.cutMs);
    for (const { targetKey, startMs, body } of [...this.series, ...open]) {
      const samples = decodeSeriesBody(body);
      for (let row = 0; row < samples.count; row++) {
        const atMs = startMs + samples.timeOffsetMs[row];
        lines.push(`${targetKey}/${samples.agentNo[row] - 1}/${atMs}/${samples.outcome[row]}/${samples.rttUs[row]}`);
      }
    }
    return lines.sort();
  }
}

function unknownStatement(text: string): Error {
  return new Error(`The simulated database does not know this statement: ${text.slice(0, 120)}. Teach it.`);
}

/** Rows of `COPY … (columns) FROM STDIN (FORMAT binary)` by the names of their columns. */
function decodeCopy(statement: string, bytes: Uint8Array): StoredWindow[] {
  const names = (/\(([^)]*)\)\s*FROM STDIN/.exec(statement)?.[1] ?? '').split(',').map((name) => name.trim());
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const windows: StoredWindow[] = [];
  let at = 19;
  for (let fields = buffer.readInt16BE(at); fields !== -1; fields = buffer.readInt16BE(at)) {
    at += 2;
    const row = new Map<string, Buffer>();
    for (let field = 0; field < fields; field++) {
      const length = buffer.readInt32BE(at);
      row.set(names[field], buffer.subarray(at + 4, at + 4 + Math.max(0, length)));
      at += 4 + Math.max(0, length);
    }
    const [key, start, body] = ['target_key', 'window_start', 'body'].map((name) => row.get(name));
    if (!key || !start || !body) throw unknownStatement(statement);
    const startMs = Number(start.readBigInt64BE()) / 1_000 + PG_EPOCH_MS;
    windows.push({ targetKey: key.readInt32BE(), startMs, body: Uint8Array.from(body) });
  }
  return windows;
}
