import { counted, maxOf, spanText, type Thresholds } from '@icmp-mon/platform/health';

/** How a shard's statuses and results stand to the clock. */
export interface ShardLag {
  /** A projector owns it. */
  held: boolean;
  /** Null where nothing was ever judged, or stored. */
  judgedAgeS: number | null;
  storedAgeS: number | null;
  /** Records of its log that are not stored; null while Kafka does not say. */
  behind: number | null;
}

/** What waits between two steps, and since when. */
export interface Waiting {
  behind: number;
  ageS: number;
}

export interface StatusLag {
  shards: ShardLag[];
  kafkaAnswers: boolean;
  /** A worker holds the lease of the ticks. */
  ticksHeld: boolean;
  published: Waiting;
  listed: Waiting;
}

/** Records that come into a log while it is read. */
const IN_FLIGHT_RECORDS = 5;

/** What holds the statuses up, in words, the first step that does; and what to do. */
export function causeOfLag(lag: StatusLag, thresholds: Thresholds): { cause: string; advice: string } {
  const { shards, kafkaAnswers } = lag;
  const all = counted(shards.length, 'shard');
  if (shards.length === 0) {
    return { cause: 'no projector has ever run', advice: 'Start a projector: the first one makes the shards.' };
  }
  const nobody = shards.filter(({ held }) => !held).length;
  if (nobody > 0) {
    return {
      cause: `no projector owns ${nobody} of ${all}`,
      advice: 'Results wait in the log and nothing is lost. See that a projector runs, and its log and /readyz.',
    };
  }
  if (!kafkaAnswers) {
    return {
      cause: 'Kafka does not answer',
      advice: 'Agents spool and nothing is lost. See Services, and that Kafka runs and has room.',
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
      advice: "See the projector's log, and whether Kafka takes messages (Services).",
    };
  }
  return {
    cause: `the target list has ${counted(lag.listed.behind, 'status change')} before it`,
    advice: "See the projector's log: it names what a batch of the group target-list waits for.",
  };
}

function causeInShards(late: ShardLag[], all: string, ticksHeld: boolean): { cause: string; advice: string } {
  const behind = maxOf(late.map((shard) => shard.behind)) ?? 0;
  if (behind > IN_FLIGHT_RECORDS) {
    const age = maxOf(late.map(({ judgedAgeS }) => judgedAgeS));
    const by = age === null ? '' : `, the last by ${spanText(age)}`;
    return {
      cause: `${late.length} of ${all} are behind the log${by}`,
      advice: "See the projector's log and CPU, and whether the telemetry database is slow or its disk is full.",
    };
  }
  const who = ticksHeld ? 'the worker that should write them does not' : 'no worker writes them';
  return {
    cause: `no ticks come: ${who}`,
    advice: 'See that a worker runs, and its log and /readyz. Results are stored, but silence is not noticed.',
  };
}
