/** @typedef {import('./faults.mjs').ResolvedFault} ResolvedFault */

const PERCENT = 100;

/**
 * Loss in bursts: the model of Gilbert and Elliott, with a state that loses everything and one that loses nothing. Each pair of agent and
 * target has its own state, which may change before each packet:
 *
 *     kept ── enter ──▶ lost ── 1 / packets ──▶ kept        enter = share / (1 - share) / packets
 *
 * so that bursts have a mean length of `packets`, and `percent` of all packets are lost.
 */
export class LossBursts {
  /** State by fault and pair: whether its last packet was lost. @type {Map<ResolvedFault, Map<number, boolean>>} */ states =
    new Map();

  /** @param {() => number} random from 0 up to 1 */
  constructor(random) {
    this.random = random;
  }

  /**
   * Whether one of the faults loses the next packet of the pair.
   * @param {ResolvedFault[]} concerning
   * @param {number} pair
   */
  loseNext(concerning, pair) {
    let isLost = false;
    for (const each of concerning) if (each.fault.fault === 'loss-burst' && this.step(each, pair)) isLost = true;
    return isLost;
  }

  /**
   * @param {ResolvedFault} each
   * @param {number} pair
   */
  step(each, pair) {
    const { percent = 0, packets = 1 } = each.fault;
    const share = percent / PERCENT;
    const states = this.states.get(each) ?? new Map();
    this.states.set(each, states);
    const before = states.get(pair);
    // The first packet of a pair is lost with the probability of any packet.
    const stays = 1 - 1 / packets;
    const chance = before === undefined ? share : before ? stays : share / (1 - share) / packets;
    const isLost = this.random() < chance;
    states.set(pair, isLost);
    return isLost;
  }
}

/**
 * Largest share that can be lost in bursts of a mean length: after a burst, at least one packet is not lost.
 * @param {number} packets
 */
export const burstPercentMax = (packets) => Math.floor((PERCENT * packets) / (packets + 1));
