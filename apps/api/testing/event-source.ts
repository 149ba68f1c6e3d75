export interface ServerSentEvent {
  id: string | null;
  event: string;
  data: Record<string, unknown>;
}

/** A minimal client of server-sent events that keeps the received events. */
export class EventSourceClient {
  readonly events: ServerSentEvent[] = [];
  lastEventId: string | null = null;
  /** Whether the server has ended the stream. */
  hasEnded = false;
  private readonly abort = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  static async open(url: string, headers: Record<string, string>): Promise<EventSourceClient> {
    const client = new EventSourceClient();
    const response = await fetch(url, { headers, signal: client.abort.signal });
    if (response.status !== 200 || response.body === null) throw new Error(`The stream answered ${response.status}.`);
    client.ended = client.readBody(response.body);
    return client;
  }

  /** Returns the events of one type, in order. */
  eventsOf(event: string): ServerSentEvent[] {
    return this.events.filter((candidate) => candidate.event === event);
  }

  async close(): Promise<void> {
    this.abort.abort();
    await this.ended;
  }

  private async readBody(body: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.takeBlock(block);
      }
      this.hasEnded = true;
    } catch (error) {
      if (!this.abort.signal.aborted) throw error;
    }
  }

  private takeBlock(block: string): void {
    const fields = block.split('\n').map((line) => /^(\w+): (.*)$/.exec(line));
    const field = (name: string): string | null => fields.find((match) => match?.[1] === name)?.[2] ?? null;
    this.lastEventId = field('id') ?? this.lastEventId;
    const data = field('data');
    if (data !== null)
      this.events.push({ id: field('id'), event: field('event') ?? 'message', data: JSON.parse(data) });
  }
}
