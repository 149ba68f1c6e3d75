import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { UPLOAD_BYTES_MAX, type ResultsResponse } from '@icmp-mon/probing/wire';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { answerError, RequestRefused } from '@icmp-mon/platform/http';
import { BYTES_PER_S_MIN, declaredLength, readBody } from '../request-body';
import { LaneOrder } from '../results/lane-order';
import { RateLimit } from '../results/rate-limit';
import { ResultsIntake, type LaneName } from '../results/results-intake';
import { uploadsDeferred } from '../results/results-metrics';
import { type BodyMemory, BodySlabs } from '../results/body-slabs';
import type { HeldBody, UploadMemory } from '../results/upload-memory';
import type { Route } from '../tls-listener';
import type { AgentAdmission } from './agent-admission';
import { retryAfter, RetryLater } from './retry-after';

const MEDIA_TYPE = 'application/vnd.icmpmon.blocks';
/** Share of the memory per lane: live results take precedence, backfill may fill half of it. */
const MEMORY_SHARE: Record<LaneName, number> = { live: 1, backfill: 0.5 };
const PATH = '/v1/results';
/** An agent sends one upload per lane at a time: when a second one arrives, the first may be stuck on a broken connection. */
const STALL_LOOK_MS = 1_000;

export interface ResultsRouteParts {
  admission: AgentAdmission;
  intake: ResultsIntake;
  memory: UploadMemory;
  /** Bytes that each agent may send per second. */
  byteRate: RateLimit;
  /** Clock of the receipt times. */
  nowMs: () => number;
}

interface Arriving {
  socket: Socket;
  memory: HeldBody;
}

/** `POST /v1/results` on plain node:http: this route carries most requests of a gateway, and Nest's overhead would exceed its work. */
export class ResultsRoute implements Route {
  private readonly order = new LaneOrder();
  private readonly slabs = new BodySlabs();
  /** The upload of each lane whose body is incomplete. */
  private readonly arriving = new Map<string, Arriving>();
  private readonly givenUp = new WeakSet<IncomingMessage>();

  constructor(private readonly parts: ResultsRouteParts) {}

  matchesRequest({ method, url }: IncomingMessage): boolean {
    return method === 'POST' && url !== undefined && (url === PATH || url.startsWith(`${PATH}?`));
  }

  async answerRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = JSON.stringify(await this.acceptUpload(request));
      const length = Buffer.byteLength(answer);
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': length });
      response.end(answer);
    } catch (error) {
      // Closes the connection instead of waiting for the rest of an abandoned body.
      if (this.givenUp.has(request)) response.setHeader('Connection', 'close');
      answerError(error, request, response);
    }
  }

  private async acceptUpload(request: IncomingMessage): Promise<ResultsResponse> {
    const receivedAtMs = this.parts.nowMs();
    const { admission, byteRate } = this.parts;
    const { agentId } = await admission.admit(request);
    const lane = new URLSearchParams(request.url?.slice(PATH.length)).get('lane');
    if (lane !== 'live' && lane !== 'backfill')
      throw new DomainError('invalid', 'The lane is missing. Send ?lane=live or ?lane=backfill.');
    if (request.headers['content-type'] !== MEDIA_TYPE)
      throw new DomainError('invalid', `Send Content-Type: ${MEDIA_TYPE}.`);
    const length = declaredLength(request, UPLOAD_BYTES_MAX);
    const waitS = byteRate.takeAmount(agentId, length);
    if (waitS !== null) {
      uploadsDeferred.inc({ reason: 'rate' });
      throw retryAfter('too_many_requests', 'The agent exceeds its rate of bytes per second.', waitS);
    }
    // One body per lane is read at a time, so that a repeated upload never overtakes the original, and an agent holds at most two bodies.
    const key = `${agentId}/${lane}`;
    const before = this.arriving.get(key);
    if (before !== undefined) this.endIfStalled(key, before);
    return this.order.runInOrder(key, () => this.acceptBody(request, { agentId, lane, length, receivedAtMs }));
  }

  private async acceptBody(
    request: IncomingMessage,
    { agentId, lane, length, receivedAtMs }: { agentId: string; lane: LaneName; length: number; receivedAtMs: number },
  ): Promise<ResultsResponse> {
    const memory = this.parts.memory.holdBody(agentId, MEMORY_SHARE[lane]);
    const key = `${agentId}/${lane}`;
    this.arriving.set(key, { socket: request.socket, memory });
    try {
      const body = await this.readBody(request, length, memory).finally(() => this.arriving.delete(key));
      const sentAtMs = timeOf(request, 'x-icmpmon-sent-at');
      const clockOriginMs = timeOf(request, 'x-icmpmon-clock-origin');
      const upload = { agentId, lane, body: body.bytes, sentAtMs, clockOriginMs, receivedAtMs };
      const answer = await this.parts.intake.acceptUpload(upload);
      // Kafka has acknowledged the blocks. After a failure an abandoned send may still read them, so the memory is not given back then.
      body.giveBack();
      return answer;
    } catch (error) {
      if (error instanceof DependencyUnavailable) uploadsDeferred.inc({ reason: 'kafka' });
      throw error;
    } finally {
      memory.releaseBody();
    }
  }

  /** Ends the earlier upload of the lane when it makes no progress, so that the later one can continue. */
  private endIfStalled(key: string, upload: Arriving): void {
    const bytesBefore = upload.socket.bytesRead;
    const look = setTimeout(() => {
      const bytes = upload.socket.bytesRead - bytesBefore;
      if (this.arriving.get(key) !== upload || bytes >= (BYTES_PER_S_MIN * STALL_LOOK_MS) / 1_000) return;
      upload.memory.onAborted(
        new RequestRefused(408, 'A newer upload of the lane arrived while this one made no progress.'),
      );
    }, STALL_LOOK_MS);
    look.unref();
  }

  private async readBody(request: IncomingMessage, length: number, memory: HeldBody): Promise<BodyMemory> {
    try {
      return await readBody(request, length, { memory, slabs: this.slabs });
    } catch (error) {
      this.givenUp.add(request);
      if (error instanceof RequestRefused) uploadsDeferred.inc({ reason: 'slow' });
      if (error instanceof RetryLater) uploadsDeferred.inc({ reason: 'memory' });
      throw error;
    }
  }
}

/** Returns a header's time in ms since 1970; null when it is missing or not a time. */
function timeOf(request: IncomingMessage, header: string): number | null {
  const text = request.headers[header];
  const timeMs = typeof text === 'string' && text !== '' ? Number(text) : Number.NaN;
  return Number.isFinite(timeMs) && timeMs > 0 ? timeMs : null;
}
