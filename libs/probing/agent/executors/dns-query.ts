import { randomInt } from 'node:crypto';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { Socket } from 'node:net';
import { OUTCOME, type ProbeFacts } from '@icmp-mon/probing/contract';
import { type CheckDefinition, portOf } from '@icmp-mon/tiers/contract';
import { outcomeOfError } from './connect-outcome';
import { type DnsAnswer, type DnsQuestion, encodeQuery, readAnswer, RECORD_TYPES, RESPONSE_CODES } from './dns-message';
import { isRecord, shownRecord } from './dns-record';
import type { StartProbe } from './socket-executor';

/**
 * Asks the target for a record over UDP, and over TCP if the answer is truncated. Only a message from the target's address and port with this
 * query's id and question is an answer; others are counted and ignored. An answer is a reply if its response code, and the record if one is
 * demanded, are as the check demands; otherwise a mismatch.
 */
export const queryDns: StartProbe = (ip, check, onEnd, onForeign) => {
  const question: DnsQuestion = {
    id: randomInt(0x1_0000),
    name: check.queryName ?? '',
    type: RECORD_TYPES[check.queryType ?? 'A'] ?? 0,
  };
  const port = portOf(check) ?? 53;
  let tcp: Socket | undefined;
  let answered: DnsAnswer | undefined;
  const judge = (answer: DnsAnswer): void => {
    answered = answer;
    onEnd(verdictOf(answer, check));
  };
  const udp = askOverUdp(ip, port, question, {
    onAnswer: (answer) => {
      // A hostile target may repeat its answer: it never opens more than one connection.
      if (tcp !== undefined) return;
      if (!answer.truncated) return judge(answer);
      tcp = askOverTcp(ip, port, question, {
        onAnswer: judge,
        onForeign: () => onEnd(OUTCOME.mismatch),
        onError: onEnd,
      });
    },
    onForeign,
    onError: onEnd,
  });
  return {
    close: () => {
      udp.on('error', () => undefined).close();
      tcp?.on('error', () => undefined).resetAndDestroy();
    },
    readFacts: () => (answered === undefined ? {} : factsOf(answered, check)),
  };
};

interface Handlers {
  onAnswer(answer: DnsAnswer): void;
  onForeign(): void;
  /** Gets the outcome. */
  onError(outcome: number): void;
}

/** The socket is connected, so that the kernel drops packets of other sources and reports ICMP errors. */
function askOverUdp(ip: string, port: number, question: DnsQuestion, on: Handlers): UdpSocket {
  const socket = createSocket(ip.includes(':') ? 'udp6' : 'udp4');
  let isSent = false;
  socket.on('error', (error: NodeJS.ErrnoException) => on.onError(outcomeOfError(error.code, !isSent)));
  socket.on('message', (message) => {
    const answer = readAnswer(message, question);
    if (answer === null) on.onForeign();
    else on.onAnswer(answer);
  });
  // Not as the callback of connect(), which is also called when connect(2) fails, for example without a route.
  socket.once('connect', () => {
    const [own, peer] = [socket.address(), socket.remoteAddress()];
    if (own.port === peer.port && own.address === peer.address) return on.onError(OUTCOME.refused);
    socket.send(encodeQuery(question), (error: NodeJS.ErrnoException | null) => {
      isSent = error === null;
      if (error !== null) on.onError(outcomeOfError(error.code, true));
    });
  });
  socket.connect(port, ip);
  return socket;
}

function askOverTcp(ip: string, port: number, question: DnsQuestion, on: Handlers): Socket {
  const socket = new Socket();
  const query = encodeQuery(question);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length, 0);
  let received = Buffer.alloc(0);
  let isConnected = false;
  socket.once('connect', () => {
    isConnected = true;
    socket.write(Buffer.concat([length, query]));
  });
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    // The length field is the bound: 65,535 bytes.
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    const answer = readAnswer(received.subarray(2, 2 + received.readUInt16BE(0)), question);
    if (answer === null || answer.truncated) on.onForeign();
    else on.onAnswer(answer);
  });
  // The server answered over UDP: one that closes or refuses TCP does not answer as it must.
  socket.once('end', () => on.onForeign());
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const outcome = outcomeOfError(error.code, false);
    if (isConnected || outcome === OUTCOME.refused) on.onForeign();
    else on.onError(outcome);
  });
  socket.connect({ host: ip, port });
  return socket;
}

const factsOf = ({ rcode, records }: DnsAnswer, { queryType = 'A' }: CheckDefinition): ProbeFacts => ({
  dns: {
    rcode: RESPONSE_CODES[rcode] ?? `RCODE${rcode}`,
    records: (records ?? []).map((record) => shownRecord(record, queryType)),
  },
});

function verdictOf(
  { rcode, records }: DnsAnswer,
  { rcode: demanded = 'NOERROR', answer, queryType = 'A' }: CheckDefinition,
): number {
  if (rcode !== RESPONSE_CODES.indexOf(demanded)) return OUTCOME.mismatch;
  if (answer === undefined) return OUTCOME.reply;
  return records?.some((record) => isRecord(record, answer, queryType)) ? OUTCOME.reply : OUTCOME.mismatch;
}
