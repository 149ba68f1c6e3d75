import type { FeedFact } from '@icmp-mon/probing/contract';
import { encodeFeedRecord } from '@icmp-mon/probing/wire';
import { ShardFold } from '@icmp-mon/shard/engine';
import { AGENT_IDS } from '@icmp-mon/shard/engine/testing';
import { expect, it } from 'vitest';

const [agentId] = AGENT_IDS;
const fact = (anchors?: string): FeedFact =>
  ({
    ...{ kind: 'agent', agentId, name: 'a', region: 'r', provider: 'p', state: 'active', condition: 'ok' },
    ...(anchors !== undefined && { anchors }),
  }) as FeedFact;

function folded(facts: readonly FeedFact[], stopAt = facts.length): ShardFold {
  let fold = new ShardFold(0, []);
  facts.forEach((each, at) => {
    if (at === stopAt) {
      const restored = new ShardFold(0, []);
      restored.restore(fold.checkpoint());
      fold = restored;
    }
    fold.applyRecord(at, encodeFeedRecord(at + 1, each), () => -1);
  });
  return fold;
}

const anchorsIn = (fold: ShardFold): unknown => fold.directory.agents.get(agentId)?.anchors;

it('the evidence of anchors is part of the state of a shard, the same after any restore', () => {
  const facts = [fact(), fact('answer'), fact('silent')];
  const whole = folded(facts);
  expect(anchorsIn(whole)).toBe('silent');
  for (const stopAt of [0, 1, 2]) expect(folded(facts, stopAt).digest()).toBe(whole.digest());
  expect(folded(facts.slice(0, 2)).digest()).not.toBe(whole.digest());
});

it('the evidence ends with a fact without it, as in an older log', () => {
  const fold = folded([fact('silent'), fact()]);
  expect(anchorsIn(fold)).toBeUndefined();
  expect(fold.digest()).toBe(folded([fact(), fact()]).digest());
});

it('evidence of a newer release is kept, and anything but a text is refused', () => {
  expect(anchorsIn(folded([fact('a_word_to_come')]))).toBe('a_word_to_come');
  const fold = folded([fact('silent'), { ...fact(), anchors: 7 } as unknown as FeedFact]);
  expect(anchorsIn(fold)).toBe('silent');
  expect(fold.counters.refusedRecords).toBe(1);
});
