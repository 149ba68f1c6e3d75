import {
  OwnedShard,
  ShardFold,
  type ShardDirectory,
  type ShardParticipant,
  type WriterTransaction,
} from '@icmp-mon/shard/engine';
import { StatusParticipant } from '@icmp-mon/status/server';
import { describe, expect, it } from 'vitest';
import { generateLog } from '@icmp-mon/shard/engine/testing';

const KEYS = [1, 2, 3, 4, 5, 6];
const { records } = generateLog({ seed: 5, targetKeys: KEYS, seconds: 240, shard: 0 });
const MIDDLE = Math.floor(records.length / 2);

type StatusHead = { changeSeq: number; states: [key: number, status: string, reason: string, sinceMs: number][] };
interface Change {
  change_seq: number;
  target_key: number;
  from_status: string;
  to_status: string;
}

const statusOnly = (directory: () => ShardDirectory): ShardParticipant[] => [new StatusParticipant(0, directory)];

function foldOf(participants: (directory: () => ShardDirectory) => ShardParticipant[]): ShardFold {
  const fold: ShardFold = new ShardFold(
    0,
    participants(() => fold.directory),
  );
  return fold;
}

/** What the telemetry database holds after a release wrote effects up to the middle. */
function storedBy(head: StatusHead): Pick<WriterTransaction, 'query'> {
  return {
    async query<T extends object>(text: string): Promise<T[]> {
      if (text.includes('FROM shard_position')) return [{ participant: 'status', position: MIDDLE }] as T[];
      if (text.includes('FROM shard_ahead')) return [];
      if (text.includes('greatest')) return [{ change_seq: head.changeSeq }] as T[];
      if (text.includes('FROM target_status')) {
        return head.states.map(([target_key, status, reason, since_ms]) => ({
          target_key,
          status,
          reason,
          since_ms,
        })) as T[];
      }
      return [{ checkpoint: null, checkpoint_position: -1 }] as T[];
    },
  };
}

async function changesAfterTakeover(head: StatusHead): Promise<{ changes: Change[]; warnings: object[] }> {
  const warnings: object[] = [];
  const owned = await OwnedShard.load(storedBy(head), { shard: 0, epoch: 2 }, statusOnly, (_message, detail) =>
    warnings.push(detail),
  );
  records.forEach((record, offset) => owned.apply(offset, record));
  const changes: Change[] = [];
  const transaction: WriterTransaction = {
    async query<T extends object>(text: string, params: unknown[] = []): Promise<T[]> {
      if (text.includes('INSERT INTO status_change')) changes.push(...(JSON.parse(String(params[1])) as Change[]));
      return [];
    },
    copy: () => Promise.resolve(),
  };
  for (const write of owned.take(true)?.writes ?? []) await write.write(transaction);
  return { changes, warnings };
}

function headAtMiddle(): StatusHead {
  const fold = foldOf(statusOnly);
  records.slice(0, MIDDLE + 1).forEach((record, offset) => fold.apply(offset, record, () => Infinity));
  return fold.participants[0].checkpoint().head as StatusHead;
}

describe('a shard after an upgrade', () => {
  it('goes on exactly where the release before stood, when that judged alike', async () => {
    const head = headAtMiddle();
    const { changes, warnings } = await changesAfterTakeover(head);
    expect(warnings).toEqual([]);
    expect(changes[0]?.change_seq).toBe(head.changeSeq + 1);
  });

  it('keeps the numbers and statuses that other rules led to, and makes the differences new changes', async () => {
    const head = headAtMiddle();
    const differing = head.states.find(([, status]) => status === 'up');
    if (!differing) throw new Error('no target is up in the middle of the log: choose another seed');
    const older: StatusHead = {
      changeSeq: head.changeSeq + 40,
      states: head.states.map((state) =>
        state === differing ? [state[0], 'down', 'quorum_down', state[3] - 5_000] : state,
      ),
    };
    const { changes, warnings } = await changesAfterTakeover(older);
    expect(warnings).toEqual([{ shard: 0, participant: 'status', differing: 2 }]);
    expect(changes.map(({ change_seq }) => change_seq)).toEqual(changes.map((_, at) => older.changeSeq + 1 + at));
    const first = changes.find(({ target_key }) => target_key === differing[0]);
    expect(first).toMatchObject({ from_status: 'down' });
    const others = changes.filter(({ target_key }) => target_key !== differing[0]);
    const alike = await changesAfterTakeover(head);
    expect(others.map(({ target_key, to_status }) => [target_key, to_status])).toEqual(
      alike.changes
        .filter(({ target_key }) => target_key !== differing[0])
        .map(({ target_key, to_status }) => [target_key, to_status]),
    );
  });

  it('reads a checkpoint of a release with one participant more, and of one with one less', () => {
    const newer = (directory: () => ShardDirectory): ShardParticipant[] => [...statusOnly(directory), new Newcomer()];
    const [withNewcomer, without] = [foldOf(newer), foldOf(statusOnly)];
    records.forEach((record, offset) => {
      withNewcomer.apply(offset, record, () => -1);
      without.apply(offset, record, () => -1);
    });
    const [rolledBack, upgraded] = [foldOf(statusOnly), foldOf(newer)];
    rolledBack.restore(withNewcomer.checkpoint());
    expect(rolledBack.digest()).toBe(without.digest());
    upgraded.restore(without.checkpoint());
    expect(upgraded.participants[0].checkpoint()).toEqual(without.participants[0].checkpoint());
  });
});

/** A participant that only one of the two releases knows. */
class Newcomer implements ShardParticipant {
  readonly name = 'newcomer';
  private ticks = 0;

  onTick(): void {
    this.ticks++;
  }

  checkpoint(): ReturnType<ShardParticipant['checkpoint']> {
    return { head: { ticks: this.ticks }, columns: { more: Uint8Array.of(1, 2, 3) } };
  }

  restore(): void {
    throw new Error('there is nothing of it in the checkpoint');
  }

  take(): null {
    return null;
  }

  hasPending(): boolean {
    return false;
  }
}
