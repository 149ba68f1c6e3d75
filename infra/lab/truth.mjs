import { Conditions } from './engine/conditions.mjs';

/** @typedef {import('./engine/world.mjs').World} World */
/** @typedef {import('./engine/faults.mjs').ResolvedFault} ResolvedFault */

/**
 * A line of the truth file: an NDJSON file, in order of `at`.
 *
 * - `fault`: a fault begins or ends. `targets` and `agents` count what it concerns.
 * - `target`: from now on the target answers no echo request of these agents, all others get answers. Loss is not in it.
 * - `agent`: the uplink of the agent is cut, or works again.
 * @typedef {{ at: string, type: 'fault', name: string, fault: string, state: 'begins' | 'ends', targets: number, agents: number }} FaultLine
 * @typedef {{ at: string, type: 'target', ip: string, unreachableFrom: string[] }} TargetLine
 * @typedef {{ at: string, type: 'agent', agent: string, connected: boolean }} AgentLine
 * @typedef {FaultLine | TargetLine | AgentLine} TruthLine
 */

/** Derives the truth from a world and its faults, change by change. Uses the code that answers the packets. */
export class Truth {
  /** Agents that each target does not answer, by index. @type {Map<number, string>} */ cutBy = new Map();
  /** @type {Set<number>} */ withoutUplink = new Set();
  /** @type {Set<ResolvedFault>} */ active = new Set();

  /**
   * @param {World} world
   * @param {ResolvedFault[]} faults
   */
  constructor(world, faults) {
    this.world = world;
    this.conditions = new Conditions(world, faults);
  }

  /** Times after the start of the timeline at which `linesAt` is to be called, in s, in order. */
  get changesS() {
    return this.conditions.changesS;
  }

  /** @param {string} agent */
  vantageNamed(agent) {
    const vantage = this.world.vantages.find(({ name }) => name === agent);
    if (vantage === undefined) throw new Error(`${agent} is not an agent of the lab`);
    return vantage;
  }

  /**
   * Returns what changes at this time. Times must not decrease.
   * @param {number} timeS
   * @param {number} originMs start of the timeline, in ms since the epoch
   * @returns {TruthLine[]}
   */
  linesAt(timeS, originMs) {
    const at = new Date(originMs + timeS * 1_000).toISOString();
    this.conditions.moveTo(timeS);
    return [...this.faultLines(at), ...this.agentLines(at), ...this.targetLines(at)];
  }

  /**
   * @param {string} at
   * @returns {TruthLine[]}
   */
  faultLines(at) {
    const now = new Set(this.conditions.active);
    /** @param {ResolvedFault} fault @param {'begins' | 'ends'} state @returns {TruthLine} */
    const line = ({ fault, targets, vantages }, state) => ({
      ...{ at, type: 'fault', name: fault.name, fault: fault.fault, state },
      ...{ targets: targets.reduce((sum, each) => sum + each, 0), agents: vantages.size },
    });
    const lines = [
      ...[...this.active].filter((each) => !now.has(each)).map((each) => line(each, 'ends')),
      ...[...now].filter((each) => !this.active.has(each)).map((each) => line(each, 'begins')),
    ];
    this.active = now;
    return lines;
  }

  /**
   * @param {string} at
   * @returns {TruthLine[]}
   */
  agentLines(at) {
    const now = this.conditions.cutVantages;
    const changed = this.world.vantages.filter(({ index }) => now.has(index) !== this.withoutUplink.has(index));
    this.withoutUplink = now;
    return changed.map(({ index, name }) => ({ at, type: 'agent', agent: name, connected: !now.has(index) }));
  }

  /**
   * @param {string} at
   * @returns {TruthLine[]}
   */
  targetLines(at) {
    /** @type {TruthLine[]} */
    const lines = [];
    for (const target of this.world.targets) {
      const cut = this.world.vantages
        .filter((vantage) => this.conditions.isCut(vantage, target))
        .map(({ name }) => name);
      const text = cut.join(' ');
      if (text === (this.cutBy.get(target.index) ?? '')) continue;
      this.cutBy.set(target.index, text);
      lines.push({ at, type: 'target', ip: target.ip, unreachableFrom: cut });
    }
    return lines;
  }
}
