/** The columns of `probe_recent` that live views need. */
export interface LiveRow {
  check: number;
  startMs: number;
  /** Encoded samples: see `decodeSeriesBody`. */
  body: Uint8Array;
}

/** Results of one target that one commit stored. */
export interface LiveNews {
  targetKey: number;
  shard: number;
  position: number;
  /** Between this position and `position`, only `rows` were stored for the target; null when they have to be read. */
  after: number | null;
  /** In the order of the results' index numbers. */
  rows: readonly LiveRow[];
}

/** `LiveNews` in a message: target key, `after`, rows as check, start in ms, body in base64. */
type NewsEntry = [number, number | null, [number, number, string][]];

interface LiveMessage {
  shard: number;
  position: number;
  news: NewsEntry[];
}

/** Length from which on a message is closed; its last entry may exceed it. */
const MESSAGE_CHARS_MAX = 65_536;

/** Encodes the news of one shard's commit as messages. */
export function liveMessages(shard: number, position: number, news: Iterable<LiveNews>): string[] {
  const messages: string[] = [];
  let entries: string[] = [];
  let chars = 0;
  const close = (): void => {
    if (entries.length > 0) messages.push(`{"shard":${shard},"position":${position},"news":[${entries.join()}]}`);
    entries = [];
    chars = 0;
  };
  for (const { targetKey, after, rows } of news) {
    const texts = rows.map(({ check, startMs, body }) => `[${check},${startMs},"${base64(body)}"]`);
    const entry = `[${targetKey},${after},[${texts.join()}]]`;
    entries.push(entry);
    chars += entry.length;
    if (chars > MESSAGE_CHARS_MAX) close();
  }
  close();
  return messages;
}

/** @throws Error for a text that is not a valid message */
export function readLiveMessage(text: string): LiveNews[] {
  const { shard, position, news } = JSON.parse(text) as LiveMessage;
  return news.map(([targetKey, after, rows]) => ({
    ...{ targetKey, shard, position, after },
    rows: rows.map(([check, startMs, body]) => ({ check, startMs, body: Buffer.from(body, 'base64') })),
  }));
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
