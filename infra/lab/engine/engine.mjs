import { Conditions } from './conditions.mjs';
import { LossBursts } from './loss-bursts.mjs';
import { packetFlow, readPacket } from './packet.mjs';
import { randomOf } from './random.mjs';
import { RateLimits } from './rate-limit.mjs';
import { RouterFaults } from './router-faults.mjs';
import { echoReply, portUnreachable, tcpReply, timeExceeded } from './reply.mjs';

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./world.mjs').Target} Target */
/** @typedef {import('./world.mjs').Vantage} Vantage */
/** @typedef {import('./faults.mjs').ResolvedFault} ResolvedFault */
/** @typedef {import('./packet.mjs').Packet} Packet */
/** @typedef {{ dueMs: number, bytes: Buffer }} Reply */
/** @typedef {{ router: number, oneWayMs: number }} Step */

const MS_PER_S = 1_000;
const PERCENT = 100;
/** Time between a reply and its duplicate, in ms. */
const DUPLICATE_AFTER_MS = 0.5;
/** Exponential jitter is limited to this multiple of its mean. */
const JITTER_MAX = 8;
/** Router whose address the replies of `other-address` have. */
const OTHER_ROUTER = 0;
/** @type {Reply[]} */
const SILENCE = [];

/**
 * Answers packets as the simulated internet would: a packet and the time go in, replies with the times at which they are due come out. It
 * reads no clock and keeps no timer; the same seed, packets and times give the same replies.
 *
 *     packet ─▶ vantage? target? ─▶ route ─▶ hop limit ends at a router? ─▶ time exceeded (rate-limited)
 *                                     │
 *                                     └─▶ cut, lost? ─▶ echo reply, TCP answer, port unreachable ─▶ delay, reorder, duplicate
 */
export class Engine {
  counts = { received: 0, unknown: 0, lost: 0, cut: 0, answered: 0, expired: 0, limited: 0 };

  /**
   * @param {World} world
   * @param {ResolvedFault[]} faults
   * @param {number} seed
   */
  constructor(world, faults, seed) {
    this.world = world;
    this.conditions = new Conditions(world, faults);
    this.random = randomOf(seed);
    this.routerFaults = new RouterFaults(this.conditions, this.random);
    this.limits = new RateLimits();
    this.bursts = new LossBursts(this.random);
    /** Start of the timeline in ms; before it no fault is active. */
    this.originMs = Infinity;
  }

  /**
   * @param {Buffer} bytes
   * @param {number} nowMs
   * @returns {Reply[]}
   */
  receive(bytes, nowMs) {
    this.counts.received++;
    const packet = readPacket(bytes);
    const vantage = packet === null ? undefined : this.world.vantageByKey.get(packet.from);
    if (packet === null || vantage === undefined) return this.silent('unknown');
    this.conditions.moveTo((nowMs - this.originMs) / MS_PER_S);
    if (this.conditions.cutVantages.has(vantage.index)) return this.silent('cut');
    const target = this.world.targetByKey.get(packet.to);
    if (target === undefined) return this.silent('unknown');
    const region = this.conditions.servingRegion(vantage, target);
    if (region === null) return this.silent('cut');
    return this.deliver(packet, vantage, target, region, nowMs);
  }

  /**
   * @param {Packet} packet
   * @param {Vantage} vantage
   * @param {Target} target
   * @param {string} region
   * @param {number} nowMs
   */
  deliver(packet, vantage, target, region, nowMs) {
    const { conditions } = this;
    const concerning = conditions.concerning(vantage, target, region);
    const flow = this.world.plan.flowPerPacket ? packetFlow(packet) : packet.flow;
    const route = conditions.withDetours(vantage, conditions.routeOf(vantage, target, region, flow), concerning);
    const steps = this.routerFaults.withLoop(route, packet.hopLimit);
    const downAt = steps.findIndex(({ router }) => conditions.downRouters.has(router));
    // The kernel of the core namespace is the first hop and has already subtracted one.
    const expiresAt = packet.hopLimit - 1;
    const reached = downAt === -1 ? steps.length : downAt;
    if (this.routerFaults.losesPacket(steps.slice(0, Math.min(expiresAt + 1, reached)))) return this.silent('lost');
    if (expiresAt < Math.min(reached, steps.length)) return this.expire(packet, steps[expiresAt], nowMs);
    if (downAt !== -1 || conditions.isCut(vantage, target, flow)) return this.silent('cut');
    const pair = vantage.index * this.world.targets.length + target.index;
    if (this.isLost(concerning, pair)) return this.silent('lost');
    const reply = this.answer(packet, target, concerning, nowMs);
    if (reply === null) return SILENCE;
    this.counts.answered++;
    const oneWayMs = steps[steps.length - 1].oneWayMs;
    return this.schedule(reply, nowMs + 2 * oneWayMs + target.extraMs, concerning);
  }

  /**
   * @param {Packet} packet
   * @param {Step} step
   * @param {number} nowMs
   */
  expire(packet, { router, oneWayMs }, nowMs) {
    const limit = this.conditions.active.findLast(
      ({ fault, routers }) => fault.fault === 'router-rate-limit' && routers.has(router),
    );
    const perSecond = limit?.fault.perSecond ?? this.world.plan.routerIcmpPerSecond;
    if (!this.routerFaults.answersProbe(router)) return this.silent('limited');
    if (!this.limits.allows(`router ${router}`, perSecond, nowMs)) return this.silent('limited');
    this.counts.expired++;
    const bytes = timeExceeded(packet, this.world.routers[router].keys[packet.family]);
    return [{ bytes, dueMs: nowMs + 2 * oneWayMs + this.jitterMs() }];
  }

  /**
   * @param {Packet} packet
   * @param {Target} target
   * @param {ResolvedFault[]} concerning
   * @param {number} nowMs
   */
  answer(packet, target, concerning, nowMs) {
    if (packet.kind === 'echo') return this.answerEcho(packet, target, concerning, nowMs);
    if (packet.kind === 'udp') return portUnreachable(packet);
    const state = this.conditions.portState(concerning, target, packet.toPort);
    return state === 'filtered' ? null : tcpReply(packet, state);
  }

  /**
   * @param {Packet} packet
   * @param {Target} target
   * @param {ResolvedFault[]} concerning
   * @param {number} nowMs
   */
  answerEcho(packet, target, concerning, nowMs) {
    const limited = concerning.find(({ fault }) => fault.fault === 'rate-limit');
    if (limited && !this.limits.allows(`target ${target.index}`, limited.fault.perSecond ?? 0, nowMs)) {
      this.counts.limited++;
      return null;
    }
    if (!this.happens(concerning, 'other-address')) return echoReply(packet);
    return echoReply({ ...packet, to: this.world.routers[OTHER_ROUTER].keys[packet.family] });
  }

  /**
   * @param {Buffer} bytes
   * @param {number} dueMs
   * @param {ResolvedFault[]} concerning
   */
  schedule(bytes, dueMs, concerning) {
    let lateMs = this.jitterMs();
    for (const { fault } of concerning) {
      const { ms = 0, percent = 0 } = fault;
      if (fault.fault === 'delay' || fault.fault === 'path-change') lateMs += ms;
      if (fault.fault === 'jitter') lateMs += this.random() * ms;
      if (fault.fault === 'reorder' && this.random() * PERCENT < percent) lateMs += ms;
    }
    const reply = { bytes, dueMs: dueMs + lateMs };
    if (!this.happens(concerning, 'duplicate')) return [reply];
    return [reply, { bytes, dueMs: reply.dueMs + DUPLICATE_AFTER_MS }];
  }

  /**
   * @param {ResolvedFault[]} concerning
   * @param {number} pair
   */
  isLost(concerning, pair) {
    const { lossPercent } = this.world.plan;
    if (this.bursts.loseNext(concerning, pair)) return true;
    return this.random() * PERCENT < lossPercent || this.happens(concerning, 'loss');
  }

  /**
   * @param {ResolvedFault[]} concerning
   * @param {import('./faults.mjs').FaultKind} kind
   */
  happens(concerning, kind) {
    return concerning.some(({ fault }) => fault.fault === kind && this.random() * PERCENT < (fault.percent ?? 0));
  }

  jitterMs() {
    const mean = this.world.plan.jitterMs;
    return Math.min(JITTER_MAX * mean, -mean * Math.log(1 - this.random()));
  }

  /** @param {keyof Engine['counts']} cause */
  silent(cause) {
    this.counts[cause]++;
    return SILENCE;
  }
}
