/**
 * Faults that were in the host, or could be: each takes one fix or check out of the source. `npm run simulate -- --mutations` counts how
 * many seeds it takes until the simulator finds each of them.
 *
 * @type {readonly { name: string; was: string; file: string; find: string; replace: string }[]}
 */
export const MUTATIONS = [
  {
    name: 'lock-order',
    was: 'f642f4d: a commit and a renewal of leases lock rows against each other',
    file: 'libs/shard/engine/write-commits.ts',
    find: "const COMMIT_LOCK: ShardRowLock = 'FOR KEY SHARE';",
    replace: "const COMMIT_LOCK: ShardRowLock = 'FOR SHARE';",
  },
  {
    name: 'give-up-under-back-pressure',
    was: '5de843a: a shard is given up while its records wait for a commit, which waits for them',
    file: 'libs/shard/engine/shard-committer.ts',
    find: 'this.held.isCurrent(owned) && this.held.excess !== owned;',
    replace: 'this.held.isCurrent(owned);',
  },
  {
    name: 'leases-lapse-during-takeovers',
    was: '5b4cd35: no lease is renewed during a takeover',
    file: 'libs/shard/engine/shard-host.ts',
    find: 'await this.whileRenewing(() => this.takeOver(shard, retake));',
    replace: 'await this.takeOver(shard, retake);',
  },
  {
    name: 'connection-lost-during-takeover',
    was: '20cb704: the row of a shard names a connection that has ended',
    file: 'libs/shard/engine/shard-host.ts',
    find: 'if (this.committer.connection !== connection) throw new WriterLost();',
    replace: '',
  },
  {
    name: 'leases-lapse-while-stopping',
    was: 'found by the simulator: no lease is renewed while a stopping host waits for a commit in progress',
    file: 'libs/shard/engine/shard-host.ts',
    find: 'await this.whileRenewing(async () => void (await Promise.all(this.running)));',
    replace: 'await Promise.all(this.running);',
  },
  {
    name: 'late-release',
    was: 'found by the simulator: a shard that is given up is taken again before its release arrives, which frees it in use',
    file: 'libs/shard/simulator/simulated-database.ts',
    find: 'return row.holder === holder && row.epoch === epoch;',
    replace: 'return row.holder === holder;',
  },
  {
    name: 'checkpoints-in-any-order',
    was: 'found by the simulator: checkpoints of several shards and a renewal lock rows in different orders',
    file: 'libs/shard/engine/write-commits.ts',
    find: 'sort((a, b) => a.claim.shard - b.claim.shard)',
    replace: 'reverse()',
  },
  {
    name: 'epochs-not-compared',
    was: 'a commit by a former owner counts',
    file: 'libs/shard/engine/write-commits.ts',
    find: 'if (held.size !== claims.length) {',
    replace: 'if (held.size > claims.length) {',
  },
  {
    name: 'memory-kept-after-failed-commit',
    was: 'effects that were taken and not stored are lost',
    file: 'libs/shard/engine/shard-committer.ts',
    find: 'this.held.failAll(error instanceof Error ? error : new Error(String(error)));',
    replace: '',
  },
  {
    name: 'already-committed-one-record-short',
    was: 'the effects of the last stored record come again after a takeover',
    file: 'libs/shard/engine/fold.ts',
    find: 'alreadyCommitted: offset <= committedUpTo(participant.name),',
    replace: 'alreadyCommitted: offset < committedUpTo(participant.name),',
  },
  {
    name: 'replay-begins-late',
    was: 'the first record after the checkpoint is passed over',
    file: 'libs/shard/engine/shard-host.ts',
    find: '      owned.offset + 1,\n      (records)',
    replace: '      owned.offset + 2,\n      (records)',
  },
  {
    name: 'zombie-ticks-believed',
    was: 'ticks of a former tick producer age the shard',
    file: 'libs/shard/engine/fold-time.ts',
    find: 'if (leaseEpoch < this.tickEpoch) return false;',
    replace: '',
  },
  {
    name: 'feed-applied-twice',
    was: 'facts that the feed repeats are applied again',
    file: 'libs/shard/engine/fold.ts',
    find: 'if (record.position <= this.feedPosition) return;',
    replace: '',
  },
  {
    name: 'control-probe-not-required',
    was: 'a check is as expected although the agent reached nothing',
    file: 'libs/status/server/validation/check-rules.ts',
    find: 'return failedMs > provenMs && Math.abs(failedMs - controlMs) <= intervalMs;',
    replace: 'return failedMs > provenMs || controlMs > failedMs + intervalMs;',
  },
  {
    name: 'answered-agents-not-in-checkpoint',
    was: 'a violation ends early after a takeover',
    file: 'libs/status/server/validation/validation-checkpoint.ts',
    find: "pair.reached = columns['reached'][at++] === 1;",
    replace: 'at++;',
  },
  {
    name: 'answers-listed-twice',
    was: 'the evidence log has an answer that no agent measured',
    file: 'libs/status/server/validation/open-span.ts',
    find: 'if (span.answers.length < ANSWERS_MAX) span.answers.push(answer);',
    replace: 'if (span.answers.length < ANSWERS_MAX) span.answers.push(answer, answer);',
  },
];
