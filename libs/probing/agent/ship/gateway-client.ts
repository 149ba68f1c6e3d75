import { Agent } from 'node:https';
import { uptime } from 'node:os';
import {
  AGENT_REFUSALS,
  type AgentDescription,
  type AgentRefusal,
  type AgentTelemetry,
  type DescriptionResponse,
  type RenewResponse,
  type TelemetryResponse,
  type AgentPolicyReport,
} from '@icmp-mon/agents/contract';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import type { ResultsResponse } from '@icmp-mon/probing/wire';
import { describeAnswer, type HttpsAnswer, httpsRequest, problemCodeOf } from './https-request';

export interface GatewayIdentity {
  gatewayUrl: string;
  caPem: string;
  certificatePem: string;
  keyPem: string;
}

export type LaneName = 'live' | 'backfill';

/** Thrown when a request failed. `status` is 0 when no answer arrived. */
export class GatewayFailure extends Error {
  override readonly name = 'GatewayFailure';

  constructor(
    readonly status: number,
    message: string,
    readonly retryAfter: string | undefined,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const LONG_POLL_TIMEOUT_MS = 40_000;
const TIMEOUT_MS = 30_000;
const SOCKETS_MAX = 8;
const CLOCK_SAMPLES_MAX = 12;
/** Smallest step of this machine's clock that discards the samples, in ms: more than the drift between two reports. */
const CLOCK_STEP_MS = 200;
/** Smallest time that the machine can have missed, in ms: longer than any answer is delayed. */
const MISSED_MS_MIN = 60_000;

/** Client of the gateway's listener for agents, with the agent's own certificate. Requests use separate connections. */
export class GatewayClient {
  private tls!: Agent;
  private url!: URL;
  private readonly clockSamples: number[] = [];
  /** This machine's wall clock when the monotonic clock was 0. */
  private clockBaseMs = 0;
  /** The gateway's clock when the monotonic clock was 0, by the latest answer. */
  private gatewayBaseMs: number | null = null;
  private answered = false;
  private refused: AgentRefusal | undefined;
  private silent = false;
  /** Called for each answer that refuses this identity, and for the first answer that accepts it again. */
  onRefusal: (refusal: AgentRefusal) => void = () => undefined;
  onAccepted: () => void = () => undefined;
  /** Called when this machine missed time, because it slept, was paused or was restored to an earlier state: the gateway's clock advanced more. */
  onTimeMissed: (gatewayMs: number, missedMs: number) => void = () => undefined;

  constructor(
    identity: GatewayIdentity,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.useIdentity(identity);
  }

  /** Uses this certificate from now on; requests in progress are aborted. */
  useIdentity({ gatewayUrl, caPem, certificatePem, keyPem }: GatewayIdentity): void {
    const former: Agent | undefined = this.tls;
    this.url = new URL(gatewayUrl);
    this.refused = undefined;
    this.silent = false;
    this.tls = new Agent({
      keepAlive: true,
      maxSockets: SOCKETS_MAX,
      ca: caPem,
      cert: certificatePem,
      key: keyPem,
      minVersion: 'TLSv1.2',
      timeout: LONG_POLL_TIMEOUT_MS,
    });
    former?.destroy();
  }

  /** Whether the gateway has accepted this identity and has not refused it since. */
  get isAccepted(): boolean {
    return this.answered && this.refused === undefined;
  }

  /** Why the gateway refuses this identity; undefined if it never did, or has accepted it since. */
  get refusal(): AgentRefusal | undefined {
    return this.refused;
  }

  /** Whether the last request got no answer. */
  get isSilent(): boolean {
    return this.silent;
  }

  /** Records a refusal that the gateway sent no code for. */
  recordRefusal(refusal: AgentRefusal): void {
    this.refused = refusal;
    this.onRefusal(refusal);
  }

  close(): void {
    this.tls.destroy();
  }

  /** Agent's clock minus the gateway's, in ms. Requests arrive after they were sent, so the largest of the last samples is the most exact. */
  get clockOffsetMs(): number {
    return this.clockSamples.length === 0 ? 0 : Math.max(...this.clockSamples);
  }

  /** Waits up to 25 s for a version newer than `since`; returns null if there is none. */
  async fetchAssignments(since: number, signal: AbortSignal): Promise<AssignmentsResponse | null> {
    const options = { timeoutMs: LONG_POLL_TIMEOUT_MS, signal };
    const answer = await this.sendRequest('GET', `/v1/assignments?since=${since}`, options);
    return answer.status === 304 ? null : parseJson<AssignmentsResponse>(answer);
  }

  async sendUpload(lane: LaneName, upload: Uint8Array, signal: AbortSignal): Promise<ResultsResponse> {
    const headers = {
      'content-type': 'application/vnd.icmpmon.blocks',
      'x-icmpmon-sent-at': String(this.nowMs()),
      // Changes when this machine's clock is set: the gateway's previous estimate of the offset is then void.
      'x-icmpmon-clock-origin': String(Math.round(this.nowMs() - uptime() * 1_000)),
    };
    const answer = await this.sendRequest('POST', `/v1/results?lane=${lane}`, { headers, body: upload, signal });
    return parseJson<ResultsResponse>(answer);
  }

  /** Returns the answer to the report. */
  async sendTelemetry(telemetry: AgentTelemetry, signal: AbortSignal): Promise<Partial<TelemetryResponse>> {
    const sentAtMs = this.nowMs();
    const answer = await this.sendJson('/v1/telemetry', telemetry, signal);
    this.noteClock(sentAtMs, Number(answer.headers['x-icmpmon-time'] ?? Number.NaN));
    // An older gateway answers without a body.
    return answer.body.length === 0 ? {} : parseJson<Partial<TelemetryResponse>>(answer);
  }

  private noteClock(sentAtMs: number, gatewayMs: number): void {
    if (!Number.isFinite(gatewayMs)) return;
    const gatewayBaseMs = gatewayMs - performance.now();
    const missedMs = this.gatewayBaseMs === null ? 0 : gatewayBaseMs - this.gatewayBaseMs;
    this.gatewayBaseMs = gatewayBaseMs;
    if (missedMs >= MISSED_MS_MIN) this.onTimeMissed(gatewayMs, missedMs);
    // Compared with the monotonic clock, a step of the wall clock is visible immediately; samples from before it are void.
    const stepMs = sentAtMs - performance.now() - this.clockBaseMs;
    if (Math.abs(stepMs) > CLOCK_STEP_MS) {
      this.clockBaseMs += stepMs;
      this.clockSamples.length = 0;
    }
    this.clockSamples.push(Math.round(sentAtMs - gatewayMs));
    if (this.clockSamples.length > CLOCK_SAMPLES_MAX) this.clockSamples.shift();
  }

  async policy(report: AgentPolicyReport, signal: AbortSignal): Promise<void> {
    await this.sendJson('/v1/policy', report, signal, 'PUT');
  }

  /** Returns a renewed certificate for the same agent. */
  async renewCertificate(csrPem: string, signal: AbortSignal): Promise<string> {
    const answer = await this.sendJson('/v1/certificate', { csrPem }, signal);
    return parseJson<RenewResponse>(answer).certificatePem;
  }

  /** Sends the description in this agent's settings; returns the description in force. */
  async sendDescription(said: AgentDescription, signal: AbortSignal): Promise<AgentDescription> {
    return parseJson<DescriptionResponse>(await this.sendJson('/v1/description', said, signal));
  }

  /** @throws GatewayFailure for an answer other than 2xx and 304, and without one */
  sendJson(
    path: string,
    body: object,
    signal: AbortSignal,
    method: 'POST' | 'PUT' = 'POST',
    timeoutMs = TIMEOUT_MS,
  ): Promise<HttpsAnswer> {
    const headers = { 'content-type': 'application/json' };
    return this.sendRequest(method, path, { headers, body: Buffer.from(JSON.stringify(body)), signal, timeoutMs });
  }

  private async sendRequest(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    options: { headers?: Record<string, string>; body?: Uint8Array; signal: AbortSignal; timeoutMs?: number },
  ): Promise<HttpsAnswer> {
    const { timeoutMs = TIMEOUT_MS, ...rest } = options;
    let answer: HttpsAnswer;
    try {
      answer = await httpsRequest({ method, url: new URL(path, this.url), agent: this.tls, timeoutMs, ...rest });
    } catch (cause) {
      if (!options.signal.aborted) this.silent = true;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayFailure(0, `no answer from ${this.url.host}: ${reason}`, undefined, { cause });
    }
    this.silent = false;
    const { status, headers } = answer;
    if ((status >= 200 && status < 300) || status === 304) {
      const isNew = this.refused !== undefined || !this.answered;
      this.answered = true;
      this.refused = undefined;
      if (isNew) this.onAccepted();
      return answer;
    }
    const refusal = agentRefusalOf(answer);
    if (refusal !== undefined) this.recordRefusal(refusal);
    throw new GatewayFailure(status, `${this.url.host} answered ${describeAnswer(answer)}`, headers['retry-after']);
  }
}

function agentRefusalOf(answer: HttpsAnswer): AgentRefusal | undefined {
  if (answer.status !== 401 && answer.status !== 403) return undefined;
  const code = problemCodeOf(answer);
  return AGENT_REFUSALS.find((refusal) => refusal === code);
}

function parseJson<T>({ body }: HttpsAnswer): T {
  try {
    return JSON.parse(body.toString('utf8')) as T;
  } catch (cause) {
    throw new GatewayFailure(0, "the gateway's answer is not JSON", undefined, { cause });
  }
}
