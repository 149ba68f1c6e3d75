import { expect, it } from 'vitest';
import { sentEvents } from './sent-events.mjs';

async function eventsOf(...texts: string[]): Promise<unknown[]> {
  const events: unknown[] = [];
  const chunks = texts.map((text) => new TextEncoder().encode(text));
  for await (const event of sentEvents(ReadableStream.from(chunks) as unknown as AsyncIterable<Uint8Array>))
    events.push(event);
  return events;
}

it('reads events that arrive in pieces, and ignores heartbeats and what has no data', async () => {
  const events = await eventsOf(
    'retry: 1000\n\n:\n\nid: 3\nevent: agent\nda',
    'ta: {"text":"a: b"}\n',
    '\ndata: 1\n\nevent: cut',
  );
  expect(events).toEqual([
    { event: 'agent', data: { text: 'a: b' } },
    { event: 'message', data: 1 },
  ]);
});
