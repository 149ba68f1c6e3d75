import { counted, maxOf, spanText, type Thresholds } from '@icmp-mon/platform/health';

/** Lag of a shard's statuses and results. */
export interface ShardLag {
  /** Whether a projector owns the shard. */
  held: boolean;
  /** Age of the last judgement, and of the results; null if there is none. */
  judgedAgeS: number | null;
  storedAgeS: number | null;
  /** Number of records in its log that are not stored; null while Kafka does not answer. */
  behind: number | null;
}

/** Backlog between two steps of the pipeline, and its age. */
export interface Waiting {
  behind: number;
  ageS: number;
}

export interface StatusLag {
  shards: ShardLag[];
  kafkaAnswers: boolean;
  /** Whether a worker holds the lease of the ticks. */
  ticksHeld: boolean;
  published: Waiting;
  listed: Waiting;
}

/** Records that arrive in a log while it is read; fewer are not a backlog. */
const IN_FLIGHT_RECORDS = 5;

/** Returns the first step that delays the statuses, and the remedy. */
export function causeOfLag(lag: StatusLag, thresholds: Thresholds): { cause: string; advice: string } {
  const { shards, kafkaAnswers } = lag;
  const all = counted(shards.length, 'shard');
  if (shards.length === 0) {
    return { cause: 'no projector has ever run', advice: 'Start a projector: the first one creates the shards.' };
  }
  // Before the owners: a projector that restarts during an outage of Kafka cannot take shards over.
  if (!kafkaAnswers) {
    return {
      cause: 'Kafka does not answer',
      advice:
        'Agents spool their results; nothing is lost. See Services, and check that Kafka runs and has disk space.',
    };
  }
  const unowned = shards.filter(({ held }) => !held).length;
  if (unowned > 0) {
    return {
      cause: `no projector owns ${unowned} of ${all}`,
      advice: 'Results wait in the log; nothing is lost. Check that a projector runs, its log and its /readyz.',
    };
  }
  const late = shards.filter(({ judgedAgeS, storedAgeS }) => {
    return (
      (judgedAgeS ?? Infinity) >= thresholds.statusAgeS.attention ||
      (storedAgeS ?? 0) >= thresholds.freshnessS.attention
    );
  });
  if (late.length > 0) return causeInShards(late, all, lag.ticksHeld);
  if (lag.published.ageS >= thresholds.statusAgeS.attention) {
    return {
      cause: `${counted(lag.published.behind, 'status change')} not published yet`,
      advice: "Check the projector's log, and whether Kafka accepts messages (Services).",
    };
  }
  return {
    cause: `the target list is ${counted(lag.listed.behind, 'status change')} behind`,
    advice: "Check the projector's log: it contains what a batch of the group target-list waits for.",
  };
}

function causeInShards(late: ShardLag[], all: string, ticksHeld: boolean): { cause: string; advice: string } {
  const behind = maxOf(late.map((shard) => shard.behind)) ?? 0;
  if (behind > IN_FLIGHT_RECORDS) {
    const age = maxOf(late.map(({ judgedAgeS }) => judgedAgeS));
    const by = age === null ? '' : `, the slowest by ${spanText(age)}`;
    return {
      cause: `${late.length} of ${all} are behind the log${by}`,
      advice: "Check the projector's log and CPU, and whether the telemetry database is slow or its disk is full.",
    };
  }
  const who = ticksHeld ? 'the worker that holds the lease writes none' : 'no worker writes them';
  return {
    cause: `no ticks: ${who}`,
    advice:
      'Check that a worker runs, its log and its /readyz. Results are stored, but missing results are not detected.',
  };
}
