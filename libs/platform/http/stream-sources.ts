import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';
import type { Principal, ScopeUse } from './permission';

/** One server-sent event. Without `id` the client keeps its last id; without `event` and `data` only its last id advances. */
export interface StreamMessage {
  id?: string;
  event?: string;
  data?: unknown;
}

/** One event as an object, or one or more complete events as encoded bytes, which clients may share. */
export type StreamPart = StreamMessage | Buffer;

/** A client's request for the multiplexed stream. */
export interface StreamRequest {
  query: Readonly<Record<string, string>>;
  /** Id of the last event that the client received; null on its first connection. */
  lastEventId: string | null;
  principal: Principal;
  /**
   * Resolves when the socket has drained; never, once the client has disconnected. A source that replays missed events waits for it between
   * pieces, so that only clients that do not read are dropped.
   */
  whenDrained(): Promise<void>;
}

/** A context's part of the one stream that a browser opens. `openStream` returns null if the request does not ask for this part. */
export interface StreamSource {
  readonly name: string;
  /** `applied`: sends a principal with a scope only what the scope contains. `open`: sends no targets. Absent: is not opened for it. */
  readonly scopeUse?: ScopeUse;
  openStream(request: StreamRequest): Observable<StreamPart> | null;
}

/** Reads counts that a context adds to the stream's `counts` event. */
export type StreamGauge = () => Promise<Readonly<Record<string, number>>>;

/** Registry of the contexts' parts of `GET /api/v1/status/stream`. Contexts register in `onModuleInit`. */
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

  openStreams(request: StreamRequest): Observable<StreamPart>[] {
    const { scope } = request.principal;
    const sources = scope === null ? this.registered : this.registered.filter(({ scopeUse }) => scopeUse !== undefined);
    return sources.map((source) => source.openStream(request)).filter((stream) => stream !== null);
  }

  async readGauges(): Promise<Record<string, number>> {
    const readings = await Promise.all(this.gauges.map((gauge) => gauge()));
    return Object.assign({}, ...readings) as Record<string, number>;
  }
}
