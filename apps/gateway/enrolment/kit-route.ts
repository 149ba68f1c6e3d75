import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '@icmp-mon/platform/errors';
import { addressGroup, answerError } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { retryAfter } from '../agents/retry-after';
import type { Route } from '../tls-listener';
import { CallerRate } from './caller-rate';

const PREFIX = '/v1/kit/';
const LIST = 'SHA256SUMS';
const LISTED = /^[0-9a-f]{64} {2}([\w-][\w.-]*)$/gm;
/**
 * Limits of large downloads. Node is 45 MB: four machines per address and eight in total; others retry by themselves. Smaller files have no
 * such limit: the listener's connection limit bounds their number.
 */
const LARGE_BYTES_MIN = 8 * 1024 * 1024;
const DOWNLOADS_MAX = 8;
const DOWNLOADS_OF_ADDRESS_MAX = 4;
const RETRY_AFTER_S = 10;
/** A client that reads nothing for this long, or has not finished by then (50 kB/s for Node), loses its slot. */
const STALL_MS_MAX = 30_000;
const DOWNLOAD_MS_MAX = 900_000;
/** Bytes of a file in memory per client. */
const CHUNK_BYTES = 64 * 1024;
const RATE = { askedPerSOfAddress: 50, grantedPerS: 50, detail: 'Too many requests for files of the agent kit.' };
const NO_KIT =
  'This gateway has no agent kit (ICMPMON_GATEWAY_KIT_DIR): "npm start" and "npm run build" create it, and "npm start" sets the variable.';

/**
 * `GET /v1/kit/<file>`: serves the files that a machine needs to become an agent, as `infra/agent-kit.mjs` built them. They are not
 * secret, and are streamed to a limited number of clients at a time. On plain node:http, like the route for results.
 */
export class KitRoute implements Route {
  private readonly logger = createLogger('agent-kit');
  private readonly rate = new CallerRate(RATE);
  private readonly downloads = new Map<string, number>();
  private open = 0;

  constructor(
    private readonly dir: string | undefined,
    private readonly limits = { stallMs: STALL_MS_MAX, downloadMs: DOWNLOAD_MS_MAX },
  ) {}

  matchesRequest({ method, url }: IncomingMessage): boolean {
    return method === 'GET' && url !== undefined && url.startsWith(PREFIX);
  }

  async answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.rate.asks(request);
      const file = await this.findFile((request.url ?? '').slice(PREFIX.length));
      await using handle = await openFile(file);
      const { size } = await handle.stat();
      const send = (): Promise<void> => this.sendFile(handle, size, response);
      await (size < LARGE_BYTES_MIN ? send() : this.withPlace(request, send));
    } catch (error) {
      if (!response.headersSent) return answerError(error, request, response);
      // The client left or was too slow: the response would not match its Content-Length.
      response.destroy();
      // A client that has received everything may close the connection first.
      if (response.writableEnded) return;
      this.logger.info({ err: error, url: request.url }, 'agent kit download incomplete');
    }
  }

  /** @throws DomainError `not_found` */
  private async findFile(name: string): Promise<string> {
    const { dir } = this;
    const list = dir === undefined ? null : await readList(path.join(dir, LIST));
    if (dir === undefined || list === null) throw new DomainError('not_found', NO_KIT);
    const names = [LIST, ...Array.from(list.matchAll(LISTED), ([, listed]) => listed)];
    // Only names of the list: a path cannot leave the folder.
    const known = names.find((listed) => listed === name);
    if (known === undefined)
      throw new DomainError('not_found', `The agent kit has no such file. Files: ${names.join(', ')}.`);
    return path.join(dir, known);
  }

  /** Runs the download in a free slot. @throws RetryLater while all slots are in use */
  private async withPlace(request: IncomingMessage, download: () => Promise<void>): Promise<void> {
    const group = addressGroup(request.socket.remoteAddress);
    const ofGroup = this.downloads.get(group) ?? 0;
    if (this.open >= DOWNLOADS_MAX || ofGroup >= DOWNLOADS_OF_ADDRESS_MAX) {
      throw retryAfter('unavailable', 'Other machines are downloading the agent kit.', RETRY_AFTER_S);
    }
    this.open++;
    this.downloads.set(group, ofGroup + 1);
    try {
      await download();
    } finally {
      this.open--;
      const left = (this.downloads.get(group) ?? 1) - 1;
      if (left === 0) this.downloads.delete(group);
      else this.downloads.set(group, left);
    }
  }

  private async sendFile(handle: FileHandle, size: number, response: ServerResponse): Promise<void> {
    const { stallMs, downloadMs } = this.limits;
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
    response.setTimeout(stallMs, () => response.destroy());
    await pipeline(handle.createReadStream({ highWaterMark: CHUNK_BYTES }), response, {
      signal: AbortSignal.timeout(downloadMs),
    });
  }
}

/** @throws DomainError `not_found` */
async function openFile(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new DomainError(
      'not_found',
      `The agent kit lists ${path.basename(file)}, but the file is missing. Run "npm run build".`,
    );
  }
}

async function readList(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
