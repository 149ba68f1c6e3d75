import { type IncomingMessage, request } from 'node:http';
import { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { encodePhases, OUTCOME, type ProbeFacts } from '@icmp-mon/probing/contract';
import { type CheckDefinition, portOf } from '@icmp-mon/tiers/contract';
import { isOwnPeer, outcomeOfError } from './connect-outcome';
import { PhaseClock } from './http-phases';
import type { StartProbe } from './socket-executor';

/** Bytes of a body that are read; a text must occur in them. */
export const BODY_BYTES_MAX = 65_536;
const HEADER_BYTES_MAX = 16_384;
const DAY_MS = 86_400_000;
/** Statuses that count unless the check demands one. */
const STATUS = { min: 200, max: 399 };

/**
 * Requests a path from the target's address: no name is resolved, no proxy is used and no redirect followed, so nothing but the address that
 * the policy file allows is contacted. A response is a reply if status, body and certificate are as the check demands; any other answer of the
 * server, also one that is not HTTP, is a mismatch. The round trip is the whole time, until the body was read. Certificates are not verified
 * against authorities: targets are addresses, and most have none for them. The detail is the phases, as far as they were reached.
 */
export const requestHttp: StartProbe = (ip, check, onEnd) => {
  const clock = new PhaseClock();
  const facts: ProbeFacts = {};
  const socket = new Socket();
  let isOwn = true;
  let isConnected = false;
  let isOver = false;
  let tls: TLSSocket | undefined;
  const end = (outcome: number): void => {
    if (isOver) return;
    isOver = true;
    onEnd(outcome);
  };
  // Once connected, any failure is an answer that is not the one demanded.
  const fail = (error: NodeJS.ErrnoException): void =>
    end(isConnected ? OUTCOME.mismatch : outcomeOfError(error.code, isOwn));
  socket.on('error', fail);
  socket.once('connect', () => {
    if (isOwnPeer(socket)) return end(OUTCOME.refused);
    isConnected = true;
    clock.mark('connectUs');
    if (check.scheme !== 'https') return ask(socket, ip, check, { clock, facts }, end);
    const secured = connectTls({
      socket,
      servername: check.host ?? '',
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
    });
    tls = secured.on('error', fail).once('secureConnect', () => {
      clock.mark('tlsUs');
      // Now: a socket that the server has closed has no certificate.
      const { valid_from, valid_to } = secured.getPeerCertificate();
      clock.setCertificateEnd(Date.parse(valid_to));
      const isRefused = isInvalid(Date.parse(valid_from), Date.parse(valid_to), check);
      ask(secured, ip, check, { clock, facts }, (outcome) =>
        end(outcome === OUTCOME.reply && isRefused ? OUTCOME.mismatch : outcome),
      );
    });
  });
  socket.once('close', () => end(isConnected ? OUTCOME.mismatch : OUTCOME.error));
  socket.connect({ host: ip, port: portOf(check) ?? 80 });
  process.nextTick(() => (isOwn = socket.destroyed));
  return {
    close: () => {
      isOver = true;
      tls?.destroy();
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    },
    detail: () => encodePhases(clock.phases()),
    readFacts: () => facts,
  };
};

/** Facts about a request, filled as it proceeds. */
interface Seen {
  clock: PhaseClock;
  facts: ProbeFacts;
}

/** Sends the request and reads the response. `end` gets a reply or a mismatch. */
function ask(
  socket: Socket | TLSSocket,
  ip: string,
  check: CheckDefinition,
  seen: Seen,
  end: (outcome: number) => void,
): void {
  socket.once('data', () => seen.clock.mark('firstByteUs'));
  const sent = request({
    createConnection: () => socket,
    method: 'GET',
    path: check.path ?? '/',
    setHost: false,
    headers: {
      Host: hostOf(ip, check),
      'User-Agent': 'icmp-mon',
      Accept: '*/*',
      // Without it a server may compress the body, in which no text is found.
      'Accept-Encoding': 'identity',
      Connection: 'close',
    },
    maxHeaderSize: HEADER_BYTES_MAX,
  });
  sent.on('error', () => end(OUTCOME.mismatch));
  sent.on('upgrade', () => end(OUTCOME.mismatch));
  sent.on('response', (response) => readBody(response, check, seen, end));
  sent.end();
}

function readBody(
  response: IncomingMessage,
  { status, contains }: CheckDefinition,
  { clock, facts }: Seen,
  end: (outcome: number) => void,
): void {
  const code = response.statusCode ?? 0;
  facts.httpStatus = code;
  if (status === undefined ? code < STATUS.min || code > STATUS.max : code !== status) return end(OUTCOME.mismatch);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const judge = (): void => {
    clock.mark('totalUs');
    const body = contains === undefined ? '' : Buffer.concat(chunks).subarray(0, BODY_BYTES_MAX).toString('utf8');
    end(contains === undefined || body.includes(contains) ? OUTCOME.reply : OUTCOME.mismatch);
  };
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (contains !== undefined) chunks.push(chunk);
    if (bytes >= BODY_BYTES_MAX) judge();
  });
  response.once('end', judge);
  response.once('error', () => end(OUTCOME.mismatch));
}

/** Returns the host of the request: the one of the check, or the address, with a port that is not the scheme's own. */
function hostOf(ip: string, check: CheckDefinition): string {
  const host = check.host ?? (ip.includes(':') ? `[${ip}]` : ip);
  return check.port === undefined ? host : `${host}:${check.port}`;
}

/** Whether the certificate is not valid yet, or for fewer days than the check demands. The times are NaN without a certificate. */
function isInvalid(fromMs: number, untilMs: number, { certificateDays }: CheckDefinition): boolean {
  const nowMs = Date.now();
  return certificateDays !== undefined && !(fromMs <= nowMs && untilMs - nowMs >= certificateDays * DAY_MS);
}
