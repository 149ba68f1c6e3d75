/** Category of the streams `deadletters-<topic>`: kept for the audit, not relayed. */
export const DEAD_LETTERS_STREAM = 'deadletters';

export interface DeadLettersReplayed {
  type: 'DeadLettersReplayed';
  data: {
    /** The topic to which they were sent back, without the installation's prefix. */
    topic: string;
    /** Where they lay in the topic's `.dlq`. */
    letters: { partition: number; offset: number }[];
  };
}

/** A message that a consumer set aside. */
export interface DeadLetterView {
  /** The topic it was meant for, without the installation's prefix. */
  topic: string;
  /** Where it lies in that topic's `.dlq`. */
  partition: number;
  offset: number;
  /** When it was set aside, ISO 8601; null when it does not say. */
  at: string | null;
  cause: string | null;
  /** The consumer group that could not handle it. */
  group: string | null;
  origin: { partition: number; offset: number } | null;
  key: string | null;
  sizeBytes: number;
  /** The first 512 bytes of its value, as text where it is text, else in hexadecimal. */
  preview: string;
}

/** `GET /api/v1/dead-letters`: those that were not sent back yet, oldest first within a topic. */
export interface DeadLetterList {
  topics: { topic: string; waiting: number }[];
  items: DeadLetterView[];
  /** Pass as `cursor` for what follows; null at the end. */
  next: string | null;
}

/** `POST /api/v1/dead-letters/replay`: one letter, or all of a topic (at most 1,000 at a time). */
export interface ReplayRequest {
  topic: string;
  /** 0 unless said. */
  partition?: number;
  offset?: number;
}

export interface ReplayResult {
  topic: string;
  replayed: number;
  /** How many of the topic still wait. */
  left: number;
}
