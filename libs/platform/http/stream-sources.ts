import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Principal } from './permission';

/** One server-sent event. Without an `id` the client keeps the one it has; without `event` and `data` only the id moves. */
export interface StreamMessage {
  id?: string;
  event?: string;
  data?: unknown;
}

/** Events for one client: one in words, or the bytes of whole events, which may be shared between clients. */
export type StreamPart = StreamMessage | Buffer;

/** What a client asked of the multiplexed stream. */
export interface StreamRequest {
  query: Readonly<Record<string, string>>;
  /** Id of the last event the client saw, null on a first connection. */
  lastEventId: string | null;
  principal: Principal;
  /**
   * Resolves when the client has taken most of what was sent; never, once it has left. Who tells a client what it
   * missed waits for it between pieces, so that only those are dropped who do not read.
   */
  drained(): Promise<void>;
}

/** A context's part of the one stream a browser holds; null when the request asks nothing of it. */
export interface StreamSource {
  readonly name: string;
  open(request: StreamRequest): Observable<StreamPart> | null;
}

/** Figures a context adds to the stream's `counts` event. */
export type StreamGauge = () => Promise<Readonly<Record<string, number>>>;

/** Where contexts put their parts of `GET /api/v1/status/stream` (register in `onModuleInit`). */
@Injectable()
export class StreamSources {
  private readonly registered: StreamSource[] = [];
  private readonly gauges: StreamGauge[] = [];

  register(source: StreamSource): void {
    this.registered.push(source);
  }

  registerGauge(gauge: StreamGauge): void {
    this.gauges.push(gauge);
  }

  open(request: StreamRequest): Observable<StreamPart>[] {
    return this.registered.map((source) => source.open(request)).filter((stream) => stream !== null);
  }

  async readGauges(): Promise<Record<string, number>> {
    const readings = await Promise.all(this.gauges.map((gauge) => gauge()));
    return Object.assign({}, ...readings) as Record<string, number>;
  }
}
