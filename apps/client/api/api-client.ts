import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { BackOff, pause } from '@icmp-mon/platform/concurrency';
import type { Connection } from '../connection/connection';
import { type Answer, documentOf, failureOf } from './answers';
import { firstLineOf } from './refusal';
import { isReadOnce, isRemoved, mayArriveTwice, waitBeforeRepeat } from './repetition';
import { type OutgoingRequest, RequestSender } from './send-request';
import { VERSION_HEADER, versionWarning } from './version-warning';

/** Values of query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A document with its ETag, which `ifMatch` of a change takes. */
export interface Versioned<T> {
  document: T;
  etag: string;
}

/** A page of a list: `next` is the cursor of the following page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export interface ChangeOptions {
  query?: Query;
  /** ETag of the version to change; with another version the server refuses the change with 412. */
  ifMatch?: string;
  /** Of a POST whose route remembers the Idempotency-Key: it may be sent again after its answer was lost. */
  isRemembered?: boolean;
}

interface Call extends ChangeOptions {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers?: Record<string, string>;
  body?: string | Readable;
}

const BASE = 'api/v1/';
const ATTEMPTS_MAX = 5;
const BACK_OFF = { firstMs: 300, maxMs: 5_000 };
const PAGE_MAX = 500;
const MERGE_PATCH = 'application/merge-patch+json';

/**
 * The HTTP API of one installation. Requests are sent up to `ATTEMPTS_MAX` times where that is safe: after a refusal that asks to
 * try again (429, 503), and after a broken connection if the request has the same effect when it arrives twice.
 * All methods throw an `ApiRefusal` or a `ConnectionFault`, whose messages name the remedy.
 */
export class ApiClient {
  private readonly sender: RequestSender;
  private isVersionChecked = false;

  constructor(
    private readonly connection: Connection,
    private readonly report: (line: string) => void,
    private readonly signal?: AbortSignal,
  ) {
    this.sender = new RequestSender(connection);
  }

  /** Address of the installation, without a final slash. */
  get url(): string {
    return this.connection.url.href.replace(/\/$/, '');
  }

  close(): void {
    this.sender.close();
  }

  /** @param path below `/api/v1/`, encoded: see `pathOf` */
  async readDocument<T>(path: string, query?: Query): Promise<T> {
    return documentOf<T>(await this.call({ method: 'GET', path, query }));
  }

  async readVersioned<T>(path: string, query?: Query): Promise<Versioned<T>> {
    const answer = await this.call({ method: 'GET', path, query });
    return { document: await documentOf<T>(answer), etag: answer.message.headers.etag ?? '' };
  }

  /** Reads all pages of a list, one after another. */
  async *readPages<P extends Page<unknown>>(path: string, query: Query = {}): AsyncGenerator<P> {
    let cursor: string | undefined;
    do {
      const page: P = await this.readDocument<P>(path, {
        limit: PAGE_MAX,
        ...query,
        ...(cursor !== undefined && { cursor }),
      });
      yield page;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  /** Reads all rows of a list. */
  async *readRows<T>(path: string, query?: Query): AsyncGenerator<T> {
    for await (const { items } of this.readPages<Page<T>>(path, query)) yield* items;
  }

  /** Sends a POST; the answer is undefined if it has no body. */
  sendPost<T = undefined>(path: string, body?: unknown, options?: ChangeOptions): Promise<T> {
    return this.sendChange<T>({ method: 'POST', path, ...options }, body);
  }

  sendPut<T = undefined>(path: string, body: unknown, options?: ChangeOptions): Promise<T> {
    return this.sendChange<T>({ method: 'PUT', path, ...options }, body);
  }

  /** Sends a merge patch (RFC 7396). */
  sendPatch<T = undefined>(path: string, body: unknown, options?: ChangeOptions): Promise<T> {
    return this.sendChange<T>({ method: 'PATCH', path, headers: { 'content-type': MERGE_PATCH }, ...options }, body);
  }

  sendDelete<T = undefined>(path: string, options?: ChangeOptions): Promise<T> {
    return this.sendChange<T>({ method: 'DELETE', path, ...options }, undefined);
  }

  /** Sends a file as it is read. It is sent once: a stream cannot be read again. */
  async uploadFile<T>(path: string, file: Readable, contentType: string, query?: Query): Promise<T> {
    const call: Call = { method: 'POST', path, query, body: file, headers: { 'content-type': contentType } };
    return documentOf<T>(await this.call(call));
  }

  /** Like `uploadFile`, for what the file replaces. */
  async replaceByFile<T>(path: string, file: Readable, contentType: string): Promise<T> {
    const call: Call = { method: 'PUT', path, body: file, headers: { 'content-type': contentType } };
    return documentOf<T>(await this.call(call));
  }

  /** Returns the body of an answer as it arrives. */
  async downloadBody(path: string, query: Query, accept: string): Promise<Readable> {
    return (await this.call({ method: 'GET', path, query, headers: { accept } })).message;
  }

  private async sendChange<T>(call: Call, body: unknown): Promise<T> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    return documentOf<T>(await this.call({ ...call, ...sent }));
  }

  private async call(call: Call): Promise<Answer> {
    const request = this.requestOf(call);
    const backOff = new BackOff(BACK_OFF);
    for (let attempt = 1; ; attempt++) {
      const answer = await this.sender.sendRequest(request).catch((error: Error) => error);
      const failure = answer instanceof Error ? answer : await failureOf(answer, request.url);
      if (failure === null || isRemoved(call, attempt, failure))
        return { message: this.checkVersion(answer as IncomingMessage), url: request.url };
      const mayRepeat = attempt < ATTEMPTS_MAX && !isReadOnce(call);
      const waitMs = mayRepeat ? waitBeforeRepeat(failure, answer, mayArriveTwice(call), backOff) : null;
      if (waitMs === null) throw failure;
      this.report(`${firstLineOf(failure)} Trying again in ${Math.ceil(waitMs / 1000)} s …`);
      await pause(waitMs, this.signal);
      if (this.signal?.aborted) throw failure;
    }
  }

  /** Reports once that the server is of another major version. */
  private checkVersion(answer: IncomingMessage): IncomingMessage {
    const warning = this.isVersionChecked ? null : versionWarning(answer.headers[VERSION_HEADER], this.url);
    this.isVersionChecked = true;
    if (warning !== null) this.report(warning);
    return answer;
  }

  private requestOf({ method, path, query = {}, headers, body, ifMatch }: Call): OutgoingRequest {
    const url = new URL(BASE + path, this.connection.url);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const { apiKey, userAgent } = this.connection;
    return {
      method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...(typeof body === 'string' && {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
        }),
        ...(method !== 'GET' && method !== 'DELETE' && { 'idempotency-key': randomUUID() }),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...headers,
      },
      ...(body !== undefined && { body }),
      ...(this.signal && { signal: this.signal }),
    };
  }
}

/** Joins the segments of a path and encodes them. */
export const pathOf = (...segments: string[]): string => segments.map((each) => encodeURIComponent(each)).join('/');
