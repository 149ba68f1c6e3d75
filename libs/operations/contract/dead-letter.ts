/** Category of the streams `deadletters-<topic>`: an audit trail, not relayed to Kafka. */
export const DEAD_LETTERS_STREAM = 'deadletters';

export interface DeadLettersReplayed {
  type: 'DeadLettersReplayed';
  data: {
    /** The topic to which the letters were replayed, without the installation's prefix. */
    topic: string;
    /** Their positions in the topic's dead-letter topic, `<topic>.dlq`. */
    letters: { partition: number; offset: number }[];
  };
}

/** A message that a consumer could not process and moved to the dead-letter topic. */
export interface DeadLetterView {
  /** The topic from which it was consumed, without the installation's prefix. */
  topic: string;
  /** Its position in that topic's dead-letter topic, `<topic>.dlq`. */
  partition: number;
  offset: number;
  /** When it was dead-lettered, ISO 8601; null when its headers do not contain the time. */
  at: string | null;
  cause: string | null;
  /** The consumer group that could not process it. */
  group: string | null;
  origin: { partition: number; offset: number } | null;
  key: string | null;
  sizeBytes: number;
  /** The first 512 bytes of its value: text as it is, binary data in hexadecimal. */
  preview: string;
}

/** `GET /api/v1/dead-letters`: dead letters that were not replayed yet, oldest first within a partition. */
export interface DeadLetterList {
  topics: { topic: string; waiting: number }[];
  items: DeadLetterView[];
  /** Pass as `cursor` to get the next page; null on the last page. */
  next: string | null;
}

/** `POST /api/v1/dead-letters/replay`: one letter, or all of a topic (at most 1,000 at a time). */
export interface ReplayRequest {
  topic: string;
  /** Partition of the dead-letter topic; 0 unless set. */
  partition?: number;
  offset?: number;
}

export interface ReplayResult {
  topic: string;
  replayed: number;
  /** How many dead letters of the topic still wait for replay. */
  left: number;
}
