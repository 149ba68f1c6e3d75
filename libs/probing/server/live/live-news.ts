/** A row of `probe_recent`, as far as live views show it. */
export interface LiveRow {
  check: number;
  startMs: number;
  /** See `decodeSeriesBody`. */
  body: Uint8Array;
}

/** What one commit stored of one target. */
export interface LiveNews {
  targetKey: number;
  shard: number;
  position: number;
  /** After this position, up to `position`, nothing but `rows` is stored of the target; null when that has to be read. */
  after: number | null;
  /** In the order of the results' index numbers. */
  rows: readonly LiveRow[];
}

/** As `LiveNews`: target key, `after`, rows as check, start in ms, body in base64. */
type NewsEntry = [number, number | null, [number, number, string][]];

interface LiveMessage {
  shard: number;
  position: number;
  news: NewsEntry[];
}

/** A message is no longer than this and one entry more. */
const MESSAGE_CHARS_MAX = 65_536;

/** News of one shard's commit as messages. */
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

/** @throws Error for a text that is no such message */
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
