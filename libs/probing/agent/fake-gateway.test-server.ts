import { createHash, createPublicKey, randomUUID, verify, webcrypto } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import 'reflect-metadata';
import {
  type AgentDescription,
  type AgentPolicyReport,
  type AgentRefusal,
  type AgentTelemetry,
  type RejoinRequest,
  rejoinText,
} from '@icmp-mon/agents/contract';
import type { AssignmentsResponse } from '@icmp-mon/assignment/contract';
import { type BlockHeader, decodeBlock, readUpload, type ResultsResponse } from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import * as x509 from '@peculiar/x509';

const SIGNING = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CA_NAME = 'CN=test CA';

export interface StoredBlock {
  header: BlockHeader;
  /** Each as [target key, time in ms, outcome, rtt in us]. */
  results: [number, number, number, number][];
}

/** How the gateway handles uploads. `forgetful` stores them and closes the connection without an answer. */
export type ResultsMode = 'takes' | 'unavailable' | 'resets' | 'forgetful' | 'refuses-first';

/** A gateway for tests that need faults which the real one does not have: real TLS, real blocks, no Kafka. */
export class FakeGateway {
  mode: ResultsMode = 'takes';
  token = 'right';
  certificateLifeMs = 3_600_000;
  shardCount = 4;
  /** Like the real gateway, closes an upload that takes longer than this, in ms. */
  uploadMsMax = 25_000;
  /** Its clock minus the test's, in ms. */
  aheadMs = 0;
  /** Code with which it refuses agents that it does not know. */
  refusal: AgentRefusal = 'agent_not_enrolled';
  enrolments = 0;
  /** Field errors with which it refuses enrolments. */
  fieldErrors: { pointer: string; detail: string }[] = [];
  /** Answer to agents that request a certificate with their key: `absent` like a gateway of an earlier release, a refusal, or `works`. */
  returning: 'works' | 'absent' | AgentRefusal = 'absent';
  returns = 0;
  descriptions: AgentDescription[] = [];
  renewals = 0;
  uploads = 0;
  /** By agent, boot, lane, shard and sequence. Repeated blocks are counted and dropped, like in the projector. */
  readonly blocks = new Map<string, StoredBlock>();
  repeats = 0;
  /** Blocks that arrived after a higher sequence of their boot and lane had been stored. */
  overtaken = 0;
  telemetry: AgentTelemetry | undefined;
  policy: AgentPolicyReport | undefined;
  assignments: AssignmentsResponse = { version: 1, full: true, tiers: [], assigned: [], unassigned: [] };
  caPem = '';
  private authority!: webcrypto.CryptoKeyPair;
  /** Description in force, regardless of what an agent sends. */
  described: Partial<AgentDescription> = {};
  private forgotten: string[] = [];
  private readonly known = new Set<string>();
  private readonly waiting = new Set<() => void>();
  private readonly highest = new Map<string, number>();
  private listeners: Server[] = [];

  static async open(): Promise<FakeGateway> {
    const gateway = new FakeGateway();
    await gateway.listen();
    return gateway;
  }

  async listen(): Promise<void> {
    this.authority = await newKeys();
    this.caPem = (
      await x509.X509CertificateGenerator.createSelfSigned({
        name: CA_NAME,
        keys: this.authority,
        signingAlgorithm: SIGNING,
        notAfter: new Date(Date.now() + 86_400_000),
        extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
      })
    ).toString('pem');
    const keys = await newKeys();
    const names = [{ type: 'ip', value: '127.0.0.1' } as const];
    const cert = await this.sign(keys.publicKey, 'CN=gateway', [new x509.SubjectAlternativeNameExtension(names)]);
    const key = await pemOf(keys.privateKey);
    const enrolment = createServer({ key, cert }, (request, response) => this.handle(request, response, true));
    const agents = createServer({ key, cert, ca: this.caPem, requestCert: true, rejectUnauthorized: true }, (q, r) =>
      this.handle(q, r, false),
    );
    this.listeners = [enrolment, agents];
    for (const server of this.listeners) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  }

  get enrolUrl(): string {
    return this.urlOf(0);
  }

  get gatewayUrl(): string {
    return this.urlOf(1);
  }

  get caSha256(): string {
    return createHash('sha256')
      .update(new Uint8Array(new x509.X509Certificate(this.caPem).rawData))
      .digest('hex');
  }

  get results(): [number, number, number, number][] {
    return [...this.blocks.values()].flatMap(({ results }) => results);
  }

  assign(ips: readonly string[], intervalMs = 1_000, timeoutMs = 500): void {
    const tier = { tier: 'fast', probeIntervalMs: intervalMs, probeTimeoutMs: timeoutMs };
    this.assignments = {
      version: this.assignments.version + 1,
      full: true,
      tiers: [{ ...tier, checks: [{ check: 1, type: 'icmp_ping', expect: 'reachable' }] }],
      assigned: ips.map((ip, at) => ({ key: at + 1, ip, tier: 'fast' })),
      unassigned: [],
    };
    for (const wake of this.waiting) wake();
  }

  /** Forgets all of its agents. */
  forget(): void {
    this.forgotten = [...this.known];
    this.known.clear();
    for (const wake of this.waiting) wake();
  }

  /** Restores the agents that it forgot. */
  remember(): void {
    for (const subject of this.forgotten) this.known.add(subject);
  }

  async close(): Promise<void> {
    for (const wake of this.waiting) wake();
    for (const server of this.listeners) {
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    }
  }

  private urlOf(listener: number): string {
    return `https://127.0.0.1:${(this.listeners[listener]?.address() as AddressInfo).port}`;
  }

  private handle(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): void {
    response.setHeader('x-icmpmon-time', String(Date.now() + this.aheadMs));
    this.route(request, response, isEnrolment).catch(() => response.destroy());
  }

  private async route(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://gateway');
    const isUpload = url.pathname === '/v1/results';
    if (isUpload && this.mode === 'resets') {
      // Closes in the middle of the body.
      request.once('data', () => request.socket.destroy());
      return;
    }
    const timer = setTimeout(() => request.destroy(), this.uploadMsMax);
    const body = await read(request).finally(() => clearTimeout(timer));
    if (isEnrolment && url.pathname === '/v1/ca') return void response.end(this.caPem);
    if (isEnrolment && url.pathname === '/v1/enrol') return this.enrol(body, response);
    if (isEnrolment && url.pathname.startsWith('/v1/rejoin')) return this.rejoin(url.pathname, body, response);
    const subject = (request.socket as TLSSocket).getPeerX509Certificate()?.subject ?? '';
    if (!this.known.has(subject)) return send(response, 403, { code: this.refusal, detail: 'refused by the test' });
    if (isUpload) return this.take(body, request, response);
    if (url.pathname === '/v1/assignments') return this.tell(Number(url.searchParams.get('since')), response);
    if (url.pathname === '/v1/telemetry') {
      this.telemetry = JSON.parse(body.toString()) as AgentTelemetry;
      return void response.writeHead(204).end();
    }
    if (url.pathname === '/v1/policy') {
      this.policy = JSON.parse(body.toString()) as AgentPolicyReport;
      return void response.writeHead(204).end();
    }
    if (url.pathname === '/v1/description') {
      const said = JSON.parse(body.toString()) as AgentDescription;
      this.descriptions.push(said);
      return send(response, 200, { ...said, ...this.described });
    }
    if (url.pathname === '/v1/certificate') {
      this.renewals++;
      return send(response, 200, { certificatePem: await this.certify(body, subject) });
    }
    send(response, 404, { detail: 'not found' });
  }

  private async enrol(body: Buffer, response: ServerResponse): Promise<void> {
    if (this.fieldErrors.length > 0) return send(response, 400, { detail: 'See errors.', errors: this.fieldErrors });
    if ((JSON.parse(body.toString()) as { token: string }).token !== this.token) {
      return send(response, 401, { detail: 'The token is spent.' });
    }
    this.enrolments++;
    const agentId = randomUUID();
    const certificatePem = await this.certify(body, `CN=${agentId}`);
    this.known.add(`CN=${agentId}`);
    send(response, 201, {
      agentId,
      certificatePem,
      caPem: this.caPem,
      gatewayUrl: this.gatewayUrl,
      shardCount: this.shardCount,
    });
  }

  private async rejoin(path: string, body: Buffer, response: ServerResponse): Promise<void> {
    if (this.returning === 'absent') return send(response, 404, { detail: 'not found' });
    if (path === '/v1/rejoin/challenge') return send(response, 200, { nonce: 'nonce' });
    const { agentId, csrPem, signature } = JSON.parse(body.toString()) as RejoinRequest;
    const key = new x509.Pkcs10CertificateRequest(csrPem).publicKey.rawData;
    const publicKey = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'spki' });
    const text = rejoinText('nonce', createHash('sha256').update(csrPem).digest('hex'));
    if (!verify('sha256', Buffer.from(text), publicKey, Buffer.from(signature, 'base64'))) {
      return send(response, 401, { detail: 'The signature is wrong.' });
    }
    if (this.returning !== 'works') return send(response, 403, { code: this.returning, detail: 'refused by the test' });
    this.returns++;
    const given = agentId ?? randomUUID();
    this.known.add(`CN=${given}`);
    const { caPem, gatewayUrl, shardCount } = this;
    const certificatePem = await this.certify(body, `CN=${given}`);
    send(response, 200, { agentId: given, certificatePem, caPem, gatewayUrl, shardCount });
  }

  private async certify(body: Buffer, subject: string): Promise<string> {
    const request = new x509.Pkcs10CertificateRequest((JSON.parse(body.toString()) as { csrPem: string }).csrPem);
    return this.sign(request.publicKey, subject, []);
  }

  private async sign(publicKey: x509.PublicKeyType, subject: string, extensions: x509.Extension[]): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      subject,
      issuer: CA_NAME,
      publicKey,
      signingKey: this.authority.privateKey,
      signingAlgorithm: SIGNING,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: new Date(Date.now() + this.certificateLifeMs),
      extensions,
    });
    return certificate.toString('pem');
  }

  private async tell(since: number, response: ServerResponse): Promise<void> {
    if (since === this.assignments.version) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 5_000);
        const done = (): void => {
          clearTimeout(timer);
          this.waiting.delete(done);
          resolve();
        };
        this.waiting.add(done);
      });
    }
    if (since === this.assignments.version) response.writeHead(304).end();
    else send(response, 200, this.assignments);
  }

  private take(body: Buffer, request: IncomingMessage, response: ServerResponse): void {
    this.uploads++;
    if (this.mode === 'unavailable') {
      response.setHeader('retry-after', '0');
      return send(response, 503, { detail: 'Kafka is away' });
    }
    const parsed = readUpload(body);
    if (!parsed.ok) return send(response, 400, { detail: parsed.detail });
    const answer: ResultsResponse = { durable: null, refused: [] };
    parsed.blocks.forEach((bytes, index) => {
      const decoded = decodeBlock(bytes, decompressBounded);
      if (!decoded.ok || (this.mode === 'refuses-first' && index === 0)) {
        answer.refused.push({
          index,
          reason: 'bad_columns',
          detail: decoded.ok ? 'refused by the test' : decoded.detail,
        });
        return;
      }
      this.store(decoded);
      answer.durable = { boot: decoded.header.boot, sequence: decoded.header.sequence };
    });
    if (this.mode === 'forgetful') request.socket.destroy();
    else send(response, 200, answer);
  }

  protected store({ header, columns }: { header: BlockHeader; columns: Parameters<typeof resultsOf>[0] }): void {
    const { agentId, boot, lane, shard, sequence } = header;
    const key = [agentId, boot, lane, shard, sequence].join('/');
    if (this.blocks.has(key)) {
      this.repeats++;
      return;
    }
    const order = [agentId, lane].join('/');
    const place = boot * 2 ** 20 + sequence;
    if (place < (this.highest.get(order) ?? 0)) this.overtaken++;
    this.highest.set(order, place);
    this.blocks.set(key, { header, results: resultsOf(columns) });
  }
}

function resultsOf(columns: {
  count: number;
  baseTimeMs: number;
  targetKey: Uint32Array;
  timeOffsetMs: Uint32Array;
  outcome: Uint8Array;
  rttUs: Uint32Array;
}): StoredBlock['results'] {
  return Array.from({ length: columns.count }, (_, at) => [
    columns.targetKey[at] ?? 0,
    columns.baseTimeMs + (columns.timeOffsetMs[at] ?? 0),
    columns.outcome[at] ?? -1,
    columns.rttUs[at] ?? 0,
  ]);
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(SIGNING, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
