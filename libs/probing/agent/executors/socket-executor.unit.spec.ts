import { OUTCOME } from '@icmp-mon/probing/contract';
import { describe, expect, it } from 'vitest';
import { outcomeOfError } from './connect-outcome';
import { LoopWatch } from './loop-watch';
import { sendPaced } from './paced';
import { SocketExecutor, type StartProbe } from './socket-executor';
import { SocketRoom, socketsMaxOf } from './socket-room';
import { probeSlice, unwatchedExecutor } from './socket-slice.test-executor';

const IPS = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

/** A protocol whose probes end by themselves with the outcome, or never. */
function protocolOf(outcome: number | null, cancelled: string[] = []): StartProbe {
  return (ip, _check, onEnd) => {
    if (outcome !== null) setImmediate(() => onEnd(outcome));
    return { close: () => cancelled.push(ip) };
  };
}

const executorOf = (startProbe: StartProbe, room?: SocketRoom): SocketExecutor =>
  unwatchedExecutor('tcp_connect', startProbe, room);

/** Keeps this process from doing anything else. */
function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('an executor with sockets', () => {
  it('reports each outcome, a round trip for replies only, and closes every probe', async () => {
    const cancelled: string[] = [];
    const room = new SocketRoom(100);
    const replied = await probeSlice(executorOf(protocolOf(OUTCOME.reply, cancelled), room), IPS, {});
    expect(replied.outcomes).toEqual(IPS.map(() => OUTCOME.reply));
    expect(replied.rttUs.every((us) => us > 0)).toBe(true);
    expect(cancelled.sort()).toEqual(IPS);
    expect(room.inUse).toBe(0);
    const refused = await probeSlice(executorOf(protocolOf(OUTCOME.refused)), IPS, {});
    expect(refused.outcomes).toEqual(IPS.map(() => OUTCOME.refused));
    expect(refused.rttUs).toEqual([0, 0, 0]);
  });

  it('ends a probe without an answer after the timeout', async () => {
    const cancelled: string[] = [];
    const { outcomes, end } = await probeSlice(executorOf(protocolOf(null, cancelled)), IPS, {}, { timeoutMs: 50 });
    expect(outcomes).toEqual(IPS.map(() => OUTCOME.timeout));
    expect(cancelled.sort()).toEqual(IPS);
    expect(end).toMatchObject({ ok: true });
  });

  it('never has more sockets than there is room for: the others wait', async () => {
    const room = new SocketRoom(2);
    let mostOpen = 0;
    const counting: StartProbe = (ip, check, onEnd, onForeign) => {
      mostOpen = Math.max(mostOpen, room.inUse);
      return protocolOf(null)(ip, check, onEnd, onForeign);
    };
    const ips = [...IPS, ...IPS];
    const { outcomes } = await probeSlice(executorOf(counting, room), ips, {}, { timeoutMs: 30 });
    expect(outcomes).toEqual(ips.map(() => OUTCOME.timeout));
    expect(mostOpen).toBe(2);
    expect(room.inUse).toBe(0);
  });

  it('has no data for probes during which this process was paused, neither a reply nor a timeout', async () => {
    const watched = (startProbe: StartProbe): SocketExecutor =>
      new SocketExecutor('tcp_connect', startProbe, new SocketRoom(100));
    const paused: StartProbe = (_ip, _check, onEnd) => {
      setImmediate(() => {
        standStill(150);
        onEnd(OUTCOME.reply);
      });
      return { close: () => undefined };
    };
    const { outcomes, end } = await probeSlice(watched(paused), ['192.0.2.1'], {}, { timeoutMs: 1_000 });
    expect(outcomes).toEqual([undefined]);
    expect(end.pausedMs).toBeGreaterThanOrEqual(100);
    const silent: StartProbe = () => {
      setTimeout(() => standStill(300), 10);
      return { close: () => undefined };
    };
    const late = await probeSlice(watched(silent), ['192.0.2.1'], {}, { timeoutMs: 100 });
    expect(late.outcomes).toEqual([undefined]);
  });

  it('reports a machine without files or ports as its own failure, not as one of the targets', async () => {
    const executor = executorOf(protocolOf(OUTCOME.error));
    const { outcomes, end } = await probeSlice(executor, IPS, {});
    expect(outcomes).toEqual(IPS.map(() => OUTCOME.error));
    expect(end).toMatchObject({ ok: false, state: 'restarting' });
    expect(executor.health()).toMatchObject({ type: 'tcp_connect', state: 'restarting' });
  });

  it('ends immediately when it is stopped, without results', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const room = new SocketRoom(100);
    const { outcomes } = await probeSlice(
      executorOf(protocolOf(null), room),
      IPS,
      {},
      { timeoutMs: 60_000, signal: stop.signal },
    );
    expect(outcomes).toEqual([undefined, undefined, undefined]);
    expect(room.inUse).toBe(0);
  });
});

describe('pacing', () => {
  it('sends what was missed later, not as a burst', async () => {
    const sentAtMs: number[] = [];
    const send = (index: number): null => {
      sentAtMs.push(performance.now());
      if (index === 5) standStill(100);
      return null;
    };
    await sendPaced(60, 2, send, new AbortController().signal);
    const burst = Math.max(
      ...sentAtMs.map((atMs) => sentAtMs.filter((each) => each >= atMs && each < atMs + 4).length),
    );
    expect(burst).toBeLessThanOrEqual(12);
    expect((sentAtMs.at(-1) ?? 0) - (sentAtMs[0] ?? 0)).toBeGreaterThanOrEqual(180);
  });
});

describe('the watch of the event loop', () => {
  it('knows between which instants the process was paused', () => {
    let nowMs = 1_000;
    const watch = new LoopWatch(() => nowMs);
    watch.start();
    nowMs += 90;
    expect(watch.ranSince(1_000)).toBe(true);
    nowMs += 500;
    expect(watch.ranSince(1_050)).toBe(false);
    expect(watch.longestPauseMs(1_000)).toBe(500);
    nowMs += 10;
    expect(watch.ranSince(1_590)).toBe(true);
    expect(watch.longestPauseMs(1_595)).toBe(0);
    watch.stop();
  });
});

describe('the room for sockets', () => {
  it('leaves files to the rest of the agent', () => {
    expect([256, 1_024, 1_048_576].map(socketsMaxOf)).toEqual([64, 512, 8_000]);
  });
});

it.each([
  ['ECONNREFUSED', OUTCOME.refused, OUTCOME.refused],
  ['ECONNRESET', OUTCOME.refused, OUTCOME.refused],
  ['EHOSTUNREACH', OUTCOME.unreachable, OUTCOME.unreachable],
  ['ENETUNREACH', OUTCOME.unreachable, OUTCOME.not_sent],
  ['EACCES', OUTCOME.unreachable, OUTCOME.not_sent],
  ['EPERM', OUTCOME.error, OUTCOME.not_sent],
  ['ETIMEDOUT', OUTCOME.timeout, OUTCOME.not_sent],
  ['EMFILE', OUTCOME.error, OUTCOME.error],
  ['EADDRNOTAVAIL', OUTCOME.error, OUTCOME.error],
  [undefined, OUTCOME.error, OUTCOME.error],
])('the error %s of a connection is outcome %i, before a packet was sent %i', (code, later, own) => {
  expect([outcomeOfError(code, false), outcomeOfError(code, true)]).toEqual([later, own]);
});
